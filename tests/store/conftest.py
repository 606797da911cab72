from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from registry.store.interface import Store
from tests.support.postgres import NoPostgresError, PostgresServer, running_postgres
from tests.support.stores import Stores

pytest.register_assert_rewrite(
    "tests.store.contract", "tests.store.execution_contract", "tests.store.notice_contract"
)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores[Path]]:
    stores = Stores(tmp_path / "registry.db")
    yield stores
    stores.close()


@pytest.fixture
def create(stores: Stores[Path]) -> Callable[[], Store]:
    return stores.create


@pytest.fixture
def reopen(stores: Stores[Path]) -> Callable[[Store], Store]:
    return stores.reopen


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server, one for all tests of a process; skips where none can be had."""
    try:
        running = running_postgres()
        server = running.__enter__()
    except NoPostgresError as error:
        pytest.skip(str(error))
    yield server
    running.__exit__(None, None, None)


@pytest.fixture
def databases(postgres: PostgresServer) -> Iterator[Stores[str]]:
    """Where a test has stores on PostgreSQL: a database of its own."""
    stores = Stores(postgres.new_database())
    yield stores
    stores.close()
