from __future__ import annotations

from collections.abc import Callable

import pytest

from registry.store.interface import Store
from tests.store.change_contract import ChangeContract
from tests.store.contract import StoreContract
from tests.store.execution_contract import ExecutionContract
from tests.store.log_contract import LogContract
from tests.store.newest_contract import NewestContract
from tests.store.notice_contract import NoticeContract
from tests.store.query_contract import QueryContract
from tests.store.record_contract import RecordContract
from tests.support.stores import Stores


@pytest.fixture
def create(databases: Stores[str]) -> Callable[[], Store]:
    return databases.create


@pytest.fixture
def reopen(databases: Stores[str]) -> Callable[[Store], Store]:
    return databases.reopen


class TestPostgresStore(StoreContract):
    """PostgreSQL keeps the log, and writes groups whole."""


class TestPostgresRecords(RecordContract):
    """PostgreSQL keeps what is recorded of subjects."""


class TestPostgresQueries(QueryContract):
    """PostgreSQL answers every question about what is recorded."""


class TestPostgresNewest(NewestContract):
    """PostgreSQL lists from the end."""


class TestPostgresLog(LogContract):
    """PostgreSQL lets the log be read whole, and erases."""


class TestPostgresChanges(ChangeContract):
    """PostgreSQL keeps changes as the contract asks."""


class TestPostgresExecutions(ExecutionContract):
    """PostgreSQL keeps reports of execution as the contract asks."""


class TestPostgresNotices(NoticeContract):
    """PostgreSQL keeps notices as the contract asks."""
