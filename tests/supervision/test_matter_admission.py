"""Approval matters and intermediaries at the door: what enters the catalogue, and what does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from registry.v1 import supervision_pb2 as pb
from tests.support.events import firm, person
from tests.support.matters import (
    ASSOCIATION,
    HOUSING,
    MARKET,
    MatterTown,
    intermediary,
    matter,
    office_code,
)
from tests.support.spine import found_spine, furnish

PERSONS_NUMBER = person(7).identifier.value
ORGAN = office_code(8300)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MatterTown]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("matters") / "registry"), delivered=False)
    yield MatterTown.of(spine)
    spine.engine.close()


def faults(town: MatterTown, **changes: Any) -> list[str]:
    """Why a matter is refused that is like another but for this."""
    return town.act("监管员", matter=matter("SP-X", **changes))


def test_a_matter_enters_and_may_be_stated_again(town: MatterTown) -> None:
    assert town.act("监管员", matter=matter("SP-1")) == []
    changed = matter("SP-1", name="食品经营许可(含备案)", effective_from="2026-06-01")
    assert town.act("监管员", matter=changed) == []
    reference = pb.FileReference(kind=pb.FILE_KIND_MATTER, department=MARKET, number="SP-1")
    file = town.spine.engine.state.store.files([(1, MARKET, "SP-1")])[(1, MARKET, "SP-1")]
    assert file.file == reference
    assert [act.on for act in file.acts] == ["2026-01-01", "2026-06-01"]


@pytest.mark.parametrize("supervising", ["许可科", " 许可 科", "许\u200b可科"])
def test_who_approves_does_not_supervise_however_it_is_written(town: MatterTown, supervising: str) -> None:
    assert faults(town, supervising_section=supervising) == ["SECTIONS_NOT_SEPARATE"]


def test_sections_that_show_nothing_are_missing(town: MatterTown) -> None:
    assert faults(town, approving_section="", supervising_section="  ") == ["FIELD_REQUIRED"] * 2


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", f"食品经营许可 {PERSONS_NUMBER}"), ("matter_class", PERSONS_NUMBER),
     ("supervising_section", f"监管科{PERSONS_NUMBER}"), ("legal_basis", [f"某法 {PERSONS_NUMBER}"])],
)  # fmt: skip
def test_no_text_of_a_matter_holds_a_resident_number(town: MatterTown, field: str, value: Any) -> None:
    assert faults(town, **{field: value}) == ["FIELD_INVALID"]


def test_a_matter_names_its_law_its_kind_and_its_day(town: MatterTown) -> None:
    assert faults(town, legal_basis=[]) == ["LEGAL_BASIS_REQUIRED"]
    assert faults(town, kind=0) == ["FIELD_REQUIRED"]
    assert faults(town, kind=9) == ["FIELD_INVALID"]
    assert faults(town, effective_from="") == ["FIELD_REQUIRED"]
    assert faults(town, ended_on="2025-12-31") == ["DATES_OUT_OF_ORDER"]
    assert town.act("监管员", matter=matter("")) == ["FIELD_INVALID"]
    assert town.act("监管员", matter=matter(PERSONS_NUMBER)) == ["FIELD_INVALID"]


def test_a_delegated_matter_names_a_registered_department_and_who_supervises_it(town: MatterTown) -> None:
    delegated: dict[str, Any] = {"kind": pb.MATTER_KIND_DELEGATED}
    assert faults(town, **delegated) == ["FIELD_REQUIRED", "FIELD_REQUIRED"]
    delegated |= {"taker_supervised_by": MARKET}
    assert faults(town, **delegated, taken_over_by=ORGAN) == ["DEPARTMENT_UNKNOWN"]
    assert faults(town, **delegated, taken_over_by=MARKET) == ["FIELD_INVALID"]
    good = matter("SP-D", **delegated, taken_over_by=HOUSING)
    assert town.act("监管员", matter=good) == []


def test_a_taker_does_not_supervise_itself(town: MatterTown) -> None:
    own = {"taken_over_by": HOUSING, "taker_supervised_by": HOUSING}
    assert faults(town, kind=pb.MATTER_KIND_DELEGATED, **own) == ["FIELD_INVALID"]


def test_a_transferred_matter_may_go_to_a_body_that_is_not_registered(town: MatterTown) -> None:
    transferred = {"kind": pb.MATTER_KIND_TRANSFERRED, "taker_supervised_by": MARKET}
    assert faults(town, **transferred, taken_over_by="某协会") == ["FIELD_INVALID"]
    good = matter("SP-T", **transferred, taken_over_by=ORGAN)
    assert town.act("监管员", matter=good) == []


def test_a_cancelled_matter_says_who_still_watches_or_that_nobody_has_to(town: MatterTown) -> None:
    cancelled: dict[str, Any] = {"kind": pb.MATTER_KIND_CANCELLED, "approving_section": ""}
    assert faults(town, **cancelled) == ["FIELD_REQUIRED"]
    both = {"still_watched_by": HOUSING, "no_more_supervision": True}
    assert faults(town, **cancelled, **both) == ["FIELD_REQUIRED"]
    assert faults(town, **cancelled, still_watched_by=ORGAN) == ["DEPARTMENT_UNKNOWN"]
    assert faults(town, **cancelled, still_watched_by=ASSOCIATION) == ["FIELD_INVALID"]
    here = {"still_watched_by": MARKET, "supervising_section": ""}
    assert faults(town, **cancelled, **here) == ["FIELD_REQUIRED"]
    assert town.act("监管员", matter=matter("SP-C", **cancelled, still_watched_by=HOUSING)) == []


def test_a_retained_matter_that_is_cancelled_later_needs_a_watcher_too(town: MatterTown) -> None:
    assert town.act("监管员", matter=matter("SP-R")) == []
    again = matter("SP-R", kind=pb.MATTER_KIND_CANCELLED, effective_from="2026-10-01")
    assert town.act("监管员", matter=again) == ["FIELD_REQUIRED"]


def test_a_retained_matter_has_no_taker_and_no_watcher(town: MatterTown) -> None:
    assert faults(town, taken_over_by=HOUSING) == ["FIELD_INVALID"]
    assert faults(town, still_watched_by=HOUSING) == ["FIELD_INVALID"]
    assert faults(town, no_more_supervision=True) == ["FIELD_INVALID"]


def test_what_is_stated_again_does_not_apply_from_before(town: MatterTown) -> None:
    assert town.act("监管员", matter=matter("SP-O", effective_from="2026-05-01")) == []
    assert town.act("监管员", matter=matter("SP-O", effective_from="2026-04-30")) == ["DATES_OUT_OF_ORDER"]


def test_an_intermediary_enters_even_when_its_qualification_has_run_out(town: MatterTown) -> None:
    assert town.act("监管员", matter=matter("SP-1", effective_from="2026-06-01")) == []
    assert town.act("监管员", intermediary=intermediary("ZJ-1", qualified_until="2020-01-01")) == []


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"subject": person(9)}, ["FIELD_INVALID"]),
        ({"service": ""}, ["FIELD_REQUIRED"]),
        ({"fee_standard": ""}, ["FIELD_REQUIRED"]),
        ({"fee_standard": f"联系人{PERSONS_NUMBER}"}, ["FIELD_INVALID"]),
        ({"matters": []}, ["FIELD_REQUIRED"]),
        ({"matters": ["SP-NONE"]}, ["FILE_UNKNOWN"]),
        ({"qualified_until": ""}, ["FIELD_REQUIRED"]),
        ({"qualification": ""}, ["FIELD_REQUIRED"]),
    ],
)  # fmt: skip
def test_an_intermediary_is_an_organisation_with_service_fee_and_matters(
    town: MatterTown, changes: dict[str, Any], faults: list[str]
) -> None:
    assert town.act("监管员", intermediary=intermediary("ZJ-X", **changes)) == faults


def test_an_intermediarys_number_is_of_one_firm(town: MatterTown) -> None:
    assert town.act("监管员", intermediary=intermediary("ZJ-2")) == []
    assert town.act("监管员", intermediary=intermediary("ZJ-2", subject=firm(8201))) == ["FIELD_INVALID"]


def test_an_intermediary_stated_again_does_not_apply_from_before(town: MatterTown) -> None:
    assert town.act("监管员", intermediary=intermediary("ZJ-4", effective_from="2026-05-01")) == []
    earlier = intermediary("ZJ-4", effective_from="2026-04-30")
    assert town.act("监管员", intermediary=earlier) == ["DATES_OUT_OF_ORDER"]


def test_another_departments_matter_is_none_of_ones_own(town: MatterTown) -> None:
    assert town.act("住建员", intermediary=intermediary("ZJ-3", matters=["SP-1"])) == ["FILE_UNKNOWN"]
