"""Associations: members, findings under their own rule, honours, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from registry.v1 import supervision_pb2 as pb
from tests.support.events import firm, person
from tests.support.matters import ASSOCIATION, SUBMITTER, MatterTown, matter, note, rule
from tests.support.spine import found_spine, furnish

FINDING, HONOUR = pb.ASSOCIATION_NOTE_KIND_FINDING, pb.ASSOCIATION_NOTE_KIND_HONOUR
PERSONS_NUMBER = person(7).identifier.value


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MatterTown]:
    town = MatterTown.of(furnish(found_spine(tmp_path_factory.mktemp("associations") / "registry")))
    assert town.act("协会员", association_note=note("HY-1")) == []
    yield town
    town.spine.engine.close()


def test_an_association_states_members_findings_and_honours(town: MatterTown) -> None:
    assert town.act("协会员", association_note=note("ZL-1", FINDING)) == []
    assert town.act("协会员", association_note=note("BZ-1", HONOUR, content="年度诚信会员")) == []


def test_what_an_association_says_changes_no_verdict_and_no_record(town: MatterTown) -> None:
    assert town.act("协会员", association_note=note("ZL-2", FINDING)) == []
    noted, nobody = firm(8300).identifier.value, firm(8399).identifier.value
    assert town.spine.ask(noted) == town.spine.ask(nobody)
    assert town.spine.engine.state.index.get(noted) is None


@pytest.mark.parametrize("act", [
    {"matter": matter("SP-9")},
    {"rule": rule("ZD-9")},
    {"alert_answer": pb.AlertAnswer()},
    {"receipt": pb.FileReceipt()},
    {"complaint": pb.Complaint(number="TS-1")},
    {"accident": pb.Accident(number="SG-1")},
])  # fmt: skip
def test_an_association_states_nothing_else(town: MatterTown, act: dict[str, Any]) -> None:
    assert "BEYOND_ASSOCIATION" in town.act("协会员", **act)


def test_only_an_association_states_such_notes(town: MatterTown) -> None:
    assert "NOT_YOUR_STEP" in town.act("监管员", association_note=note("ZL-3"))


def test_it_speaks_of_its_members_alone(town: MatterTown) -> None:
    stranger = note("ZL-4", FINDING, subject=firm(8301))
    assert town.act("协会员", association_note=stranger) == ["BEYOND_ASSOCIATION"]
    assert town.act("他会员", association_note=note("ZL-4", FINDING)) == ["BEYOND_ASSOCIATION"]
    assert town.act("协会员", association_note=note("HY-2", subject=firm(8302), until="2026-06-30")) == []
    left = note("ZL-5", FINDING, subject=firm(8302))
    assert town.act("协会员", association_note=left) == ["BEYOND_ASSOCIATION"]


@pytest.mark.parametrize("content", ["列入黑名单", "三年内禁止参加 投标", "限 制 参 加评优"])
def test_no_restriction_stands_in_it(town: MatterTown, content: str) -> None:
    assert town.act("协会员", association_note=note("ZL-6", FINDING, content=content)) == [
        "BEYOND_ASSOCIATION"
    ]


def test_a_finding_names_the_associations_own_rule_and_no_person(town: MatterTown) -> None:
    assert town.act("协会员", association_note=note("ZL-7", FINDING, association_rule="")) == [
        "FIELD_REQUIRED"
    ]
    named = note("ZL-7", FINDING, content=f"法人{PERSONS_NUMBER}")
    assert town.act("协会员", association_note=named) == ["FIELD_INVALID"]
    natural = town.act("协会员", association_note=note("ZL-7", subject=person(8)))
    assert natural == ["FIELD_INVALID"]


def test_a_number_is_of_one_firm_and_one_kind(town: MatterTown) -> None:
    assert town.act("协会员", association_note=note("HY-1", subject=firm(8303))) == ["FIELD_INVALID"]
    assert town.act("协会员", association_note=note("HY-1", HONOUR)) == ["FIELD_INVALID"]
    assert town.act("协会员", association_note=note("HY-1", until="2027-01-01")) == []


def test_an_association_states_no_inspection_though_two_sign(town: MatterTown) -> None:
    town.appoint("协会二", ASSOCIATION, "X-2", "监督部", "示例癸", [SUBMITTER])
    inspection = pb.Inspection(number="JC-1", matter="SP-1")
    assert town.act("协会员", "协会二", inspection=inspection) == ["BEYOND_ASSOCIATION"]
