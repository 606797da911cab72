"""Red lists: who grants them, how long, and that they bring about incentives and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

import registry.sanctions
from registry.editions import current_edition, files_of
from registry.sanctions.catalogue.located_yaml import CatalogueError
from registry.sanctions.catalogue.parser import parse_edition

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def files() -> Mapping[str, str]:
    return files_of(Path(registry.sanctions.__path__[0]) / "editions" / "2026.2")


def test_red_list_has_who_grants_it_and_what_it_brings() -> None:
    models = current_edition().red_list("R-03", TODAY)
    assert models
    assert models.granting_departments == {"dev_reform"}
    assert (models.publicity_days, models.max_months) == (5, 36)
    assert "M-INC-01" in models.measures
    assert models.relief


def test_red_list_has_the_row_of_the_day() -> None:
    edition = current_edition()
    older, newer = edition.red_list("R-02", date(2026, 3, 31)), edition.red_list("R-02", date(2026, 4, 1))
    assert older
    assert newer
    assert ("第251号" in older.legal_basis[0], "第282号" in newer.legal_basis[0]) == (True, True)
    assert edition.red_list("R-02", date(2021, 10, 31)) is None
    assert edition.red_list("R-99", TODAY) is None


def test_red_lists_bring_about_incentives_and_nothing_else() -> None:
    edition = current_edition()
    brought = {code for rows in edition.red_lists.values() for row in rows for code in row.measures}
    assert {edition.measures[code][-1].effect for code in brought} == {"incentive"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("code: R-04", "code: R-4", "R-4 is not of the form R-01"),
        ("measures: [M-INC-04, M-INC-08]", "measures: [M-INC-04, M-INC-88]", "there is no measure M-INC-88"),
        ("measures: [M-INC-04, M-INC-08]", "measures: [M-SUP-01]", "M-SUP-01 is no incentive"),
        ("granting_departments: [dev_reform]", "granting_departments: []", "nobody may grant"),
        ("granting_departments: [dev_reform]", "granting_departments: [reform]", "there is no reform"),
        ("{min: null, max: 36}", "{min: 48, max: 36}", "min 48 is more than max 36"),
        ("effective_to: 2025-06-30", "effective_to: null", "another row of R-01 is in force"),
        ("publicity_days: 5", "publicity_day: 5", "unknown key publicity_day"),
        ("subject_kinds: [enterprise]", "subject_kinds: [gov_organ]", "both on R-04 and under M-INC-04"),
    ],
)
def test_fault_of_a_red_list_is_told_with_its_file(
    files: Mapping[str, str], old: str, new: str, message: str
) -> None:
    text = files["redlists.yaml"]
    assert old in text
    with pytest.raises(CatalogueError) as caught:
        parse_edition({**files, "redlists.yaml": text.replace(old, new)})
    assert any(
        message in fault.message and fault.place.file == "redlists.yaml" for fault in caught.value.faults
    )
