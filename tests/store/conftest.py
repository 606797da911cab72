from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from registry.store.interface import Store
from tests.support.stores import Stores

pytest.register_assert_rewrite(
    "tests.store.contract", "tests.store.execution_contract", "tests.store.notice_contract"
)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    stores = Stores(tmp_path)
    yield stores
    stores.close()


@pytest.fixture
def create(stores: Stores) -> Callable[[], Store]:
    return stores.create


@pytest.fixture
def reopen(stores: Stores) -> Callable[[Store], Store]:
    return stores.reopen
