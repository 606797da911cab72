from tests.store.execution_contract import ExecutionContract


class TestSqliteExecutions(ExecutionContract):
    """SQLite keeps reports of execution as the contract asks."""
