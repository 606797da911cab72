from tests.store.notice_contract import NoticeContract


class TestSqliteNotices(NoticeContract):
    """SQLite keeps notices as the contract asks."""
