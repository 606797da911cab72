"""The matrix as a file is what the tables say; each method that shows something says whose rows it shows."""

from __future__ import annotations

from registry.access.policy import METHODS
from registry.access.rows import SHOWN, TAKING_IN
from scripts.access_matrix import PLACE, matrix

STANDARD = ("/grpc.health.", "/grpc.reflection.")


def test_the_file_is_what_the_tables_give() -> None:
    assert PLACE.read_text("utf-8") == matrix(), "run: make access-matrix"


def test_every_method_of_the_contract_shows_rows_or_takes_in_and_not_both() -> None:
    contract = {method for method in METHODS if not method.startswith(STANDARD)}
    assert SHOWN.keys() | TAKING_IN == contract
    assert not SHOWN.keys() & TAKING_IN
