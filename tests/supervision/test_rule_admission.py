"""Rules of supervision at the door: draft, review, filing, check, each by whom it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from registry.v1 import supervision_pb2 as pb
from tests.support.events import person
from tests.support.matters import (
    HOUSING,
    MARKET,
    REVIEWER,
    SUBMITTER,
    MatterTown,
    check,
    filing,
    matter,
    review,
    rule,
    rule_of,
)
from tests.support.spine import found_spine, furnish

PERSONS_NUMBER = person(7).identifier.value


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MatterTown]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("rules") / "registry"), delivered=False)
    town = MatterTown.of(spine)
    assert town.act("监管员", matter=matter("SP-1")) == []
    assert town.act("监管员", matter=matter("SP-OLD", ended_on="2026-03-01")) == []
    assert town.act("住建员", matter=matter("SP-H", matter_class="建筑")) == []
    yield town
    spine.engine.close()


def drafted(town: MatterTown, number: str, **changes: Any) -> str:
    """A draft that was taken; its number."""
    assert town.act("监管员", rule=rule(number, **changes)) == []
    return number


def reviewed(town: MatterTown, number: str) -> str:
    """A draft that was found lawful; its number."""
    assert town.act("司法员", rule_review=review(drafted(town, number))) == []
    return number


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"matters": []}, ["FIELD_REQUIRED"]),
        ({"matters": ["SP-H"]}, ["FILE_UNKNOWN"]),
        ({"matters": ["SP-OLD"]}, ["FILE_UNKNOWN"]),
        ({"matters": ["SP-1", "SP-1"]}, ["TOO_LARGE"]),
        ({"matters": [], "matter_classes": ["建筑"]}, ["FILE_UNKNOWN"]),
        ({"matters": [], "matter_classes": [PERSONS_NUMBER]}, ["FILE_UNKNOWN"]),
        ({"manner": "", "measures": " "}, ["FIELD_REQUIRED", "FIELD_REQUIRED"]),
        ({"content": f"检查{PERSONS_NUMBER}"}, ["FIELD_INVALID"]),
        ({"legal_basis": []}, ["LEGAL_BASIS_REQUIRED"]),
        ({"drafted_on": "2026-11-24"}, ["DATE_IN_FUTURE"]),
        ({"text": pb.EvidenceItem()}, ["FIELD_INVALID", "FIELD_INVALID", "FIELD_INVALID", "FIELD_REQUIRED"]),
    ],
)  # fmt: skip
def test_a_draft_is_whole_and_for_ones_own_matters(
    town: MatterTown, changes: dict[str, Any], faults: list[str]
) -> None:
    assert town.act("监管员", rule=rule("ZD-X", **changes)) == faults


def test_a_rule_may_be_for_a_class_and_its_number_is_used_once(town: MatterTown) -> None:
    assert town.act("监管员", rule=rule("ZD-K", matters=[], matter_classes=[" 食品"])) == []
    assert town.act("监管员", rule=rule("ZD-K")) == ["CASE_EXISTS"]


def test_the_law_office_or_another_section_reviews(town: MatterTown) -> None:
    assert town.act("司法员", rule_review=review(drafted(town, "ZD-R1"))) == []
    assert town.act("法规员", rule_review=review(drafted(town, "ZD-R2"))) == []


def test_a_review_is_not_of_the_drafting_section_nor_by_a_namesake(town: MatterTown) -> None:
    drafted(town, "ZD-R3")
    assert town.act("同科法制", rule_review=review("ZD-R3")) == ["SAME_SECTION"]
    assert town.act("法规同名", rule_review=review("ZD-R3")) == ["SAME_OFFICIAL"]


def test_another_departments_reviewer_does_not_review(town: MatterTown) -> None:
    drafted(town, "ZD-R4")
    assert town.act("住建法制", rule_review=review("ZD-R4")) == ["NOT_YOUR_STEP"]


def test_a_review_takes_the_role_of_a_legal_reviewer(town: MatterTown) -> None:
    drafted(town, "ZD-R5")
    assert town.act("住建员", rule_review=review("ZD-R5")) == ["ROLE_REQUIRED"]


def test_nobody_is_moved_to_another_section_to_review(town: MatterTown) -> None:
    town.appoint("调来的", MARKET, "S-9", "监管科", "示例寅", [REVIEWER, SUBMITTER])
    drafted(town, "ZD-R6")
    town.appoint("调来的", MARKET, "S-9", "法规科", "示例寅", [REVIEWER])
    assert town.act("调来的", rule_review=review("ZD-R6")) == ["OFFICIAL_REQUIRED"]


def test_a_rule_is_reviewed_once_and_not_before_it_was_drafted(town: MatterTown) -> None:
    drafted(town, "ZD-R7")
    assert town.act("司法员", rule_review=review("ZD-R7", on="2026-11-01")) == ["DATES_OUT_OF_ORDER"]
    assert town.act("司法员", rule_review=review("ZD-R7", lawful=False)) == []
    assert town.act("法规员", rule_review=review("ZD-R7")) == ["STEP_OUT_OF_ORDER"]


def test_only_what_was_found_lawful_is_filed(town: MatterTown) -> None:
    drafted(town, "ZD-F1")
    assert town.act("编办员", rule_filing=filing("ZD-F1", "沧编备〔2026〕1号")) == ["STEP_OUT_OF_ORDER"]
    assert town.act("司法员", rule_review=review("ZD-F1", lawful=False)) == []
    assert town.act("编办员", rule_filing=filing("ZD-F1", "沧编备〔2026〕1号")) == ["STEP_OUT_OF_ORDER"]
    reviewed(town, "ZD-F1-2")
    assert town.act("编办员", rule_filing=filing("ZD-F1-2", "沧编备〔2026〕1号")) == []
    assert town.act("编办员", rule_filing=filing("ZD-F1-2", "沧编备〔2026〕91号")) == ["STEP_OUT_OF_ORDER"]


def test_only_the_office_for_establishment_files_and_nobody_what_he_drafted(town: MatterTown) -> None:
    reviewed(town, "ZD-F2")
    assert town.act("监管员", rule_filing=filing("ZD-F2", "备2")) == ["NOT_YOUR_STEP", "SAME_OFFICIAL"]
    assert town.act("住建员", rule_filing=filing("ZD-F2", "备2")) == ["NOT_YOUR_STEP"]
    assert town.act("编办同名", rule_filing=filing("ZD-F2", "备2")) == ["SAME_OFFICIAL"]


def test_a_filing_number_is_used_once_however_it_is_written(town: MatterTown) -> None:
    reviewed(town, "ZD-F3")
    reviewed(town, "ZD-F4")
    assert town.act("编办员", rule_filing=filing("ZD-F3", "沧编备〔2026〕3号")) == []
    assert town.act("编办员", rule_filing=filing("ZD-F4", "沧编备[2026] 3号")) == ["DECISION_NUMBER_USED"]
    assert town.act("编办员", rule_filing=filing("ZD-F4", "")) == ["FIELD_REQUIRED"]


def test_a_filing_is_not_before_its_review_and_holds_no_resident_number(town: MatterTown) -> None:
    reviewed(town, "ZD-F5")
    early = filing("ZD-F5", "沧编备〔2026〕5号", filed_on="2026-11-15")
    assert town.act("编办员", rule_filing=early) == ["DATES_OUT_OF_ORDER"]
    assert town.act("编办员", rule_filing=filing("ZD-F5", PERSONS_NUMBER)) == ["FIELD_INVALID"]


def test_what_is_filed_is_checked_by_the_office_for_establishment(town: MatterTown) -> None:
    reviewed(town, "ZD-C1")
    assert town.act("编办员", rule_check=check("ZD-C1")) == ["STEP_OUT_OF_ORDER"]
    assert town.act("编办员", rule_filing=filing("ZD-C1", "沧编备〔2026〕11号")) == []
    assert town.act("司法员", rule_check=check("ZD-C1")) == ["ROLE_REQUIRED"]
    assert town.act("住建员", rule_check=check("ZD-C1")) == ["NOT_YOUR_STEP"]
    assert town.act("编办员", rule_check=check("ZD-C1", manner=0)) == ["FIELD_REQUIRED"]
    assert town.act("编办员", rule_check=check("ZD-C1", deficient=True)) == ["FIELD_REQUIRED"]
    before = check("ZD-C1", deficient=True, rectify_by="2026-11-20")
    assert town.act("编办员", rule_check=before) == ["DATES_OUT_OF_ORDER"]
    assert town.act("编办员", rule_check=check("ZD-C1", rectify_by="2026-12-20")) == ["FIELD_INVALID"]
    assert town.act("编办员", rule_check=check("ZD-C1", deficient=True, rectify_by="2026-12-20")) == []


def test_a_rule_that_is_not_there_cannot_be_carried_on(town: MatterTown) -> None:
    assert town.act("司法员", rule_review=review("ZD-NONE")) == ["FILE_UNKNOWN"]
    wrong = review("SP-1", file=pb.FileReference(kind=pb.FILE_KIND_MATTER, department=MARKET, number="SP-1"))
    assert town.act("司法员", rule_review=wrong) == ["FILE_UNKNOWN"]
    other = filing("ZD-C1", "沧编备〔2026〕12号", file=rule_of("ZD-C1", HOUSING))
    assert town.act("编办员", rule_filing=other) == ["FILE_UNKNOWN"]
