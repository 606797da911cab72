"""Every attack on every table is noticed by whom docs/tampering.md names; what is unseen has its reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.store.interface import DERIVED_TABLES
from registry.store.tables import metadata
from tests.attackers.tampering.attacks import KINDS
from tests.attackers.tampering.matrix import OWN, REBUILD, VERIFY, Cell, Matrix
from tests.attackers.tampering.page import HARMLESS, UNSEEN, page
from tests.support.postgres import NoPostgresError, running_postgres

PAGE = Path(__file__).resolve().parents[3] / "docs" / "tampering.md"
LOG = ("meta", "statement", "batch", "person")
BY_VERIFY = ("key", "registry_key", "tile", "map_entry")
"""Derived rows which verify holds against the log by itself."""


@pytest.fixture(scope="module", params=["file", "postgres"])
def matrix(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    directory = tmp_path_factory.mktemp("tampering")
    if request.param == "file":
        yield Matrix(directory)
        return
    try:
        with running_postgres() as server:
            yield Matrix(directory, server.new_database())
    except NoPostgresError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def cells(matrix: Matrix) -> dict[tuple[str, str], Cell]:
    return {(cell.table, cell.kind): cell for cell in matrix.cells()}


def test_every_table_has_a_place() -> None:
    """A new table is in the log, derived from it, or the registry's own: it decides who notices."""
    assert sorted((*LOG, *DERIVED_TABLES, *OWN)) == sorted(metadata.tables)
    assert UNSEEN.keys() == set(OWN)


def test_something_was_done_to_every_table(cells: dict[tuple[str, str], Cell]) -> None:
    assert set(cells) == {(table, kind) for table in metadata.tables for kind in KINDS}
    assert {table for (table, kind), cell in cells.items() if kind == "delete" and cell.tried} == set(
        metadata.tables
    )


def test_what_is_in_the_log_is_noticed_by_verify(cells: dict[tuple[str, str], Cell]) -> None:
    unseen = [key for key, cell in cells.items() if key[0] in LOG and cell.tried and not cell.by(VERIFY)]
    assert unseen == list(HARMLESS)


def test_what_is_derived_is_noticed_by_rebuild(cells: dict[tuple[str, str], Cell]) -> None:
    derived = [cell for key, cell in cells.items() if key[0] in DERIVED_TABLES and cell.tried]
    assert [(cell.table, cell.kind) for cell in derived if not cell.by(REBUILD)] == []
    keys = [cell for cell in derived if cell.table in BY_VERIFY]
    assert [(cell.table, cell.kind) for cell in keys if not cell.by(VERIFY)] == []


def test_the_registrys_own_records_are_compared_with_nothing(matrix: Matrix) -> None:
    assert not matrix.own_emptied()


def test_the_page_says_what_was_found(cells: dict[tuple[str, str], Cell]) -> None:
    assert PAGE.read_text("utf-8") == page(cells.values()) + "\n"
