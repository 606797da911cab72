"""The table of the attacker in docs/provenance.md names every test here, and none that is not."""

from __future__ import annotations

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "provenance.md"
NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")


def attacks() -> set[tuple[str, str]]:
    return {
        (path.name, node.name)
        for path in HERE.glob("test_*.py")
        if path.name != Path(__file__).name
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_attack_is_in_the_table_and_every_row_has_its_attack() -> None:
    named = NAMED.findall(PAGE.read_text("utf-8"))
    assert len(named) == len(set(named))
    assert set(named) == attacks()


def test_the_modules_that_the_page_names_exist() -> None:
    registry = HERE.parents[1] / "registry"
    for name in re.findall(r"`((?:\w+/)+\w*(?:\.py)?)`", PAGE.read_text("utf-8")):
        if not name.startswith("tests/"):
            assert (registry / name).exists(), name
