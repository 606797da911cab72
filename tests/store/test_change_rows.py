from tests.store.change_contract import ChangeContract


class TestSqliteChanges(ChangeContract):
    """SQLite keeps changes as the contract asks."""
