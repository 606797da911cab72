"""Who may take which step of a ban case: everybody else is refused, with the article."""

from __future__ import annotations

import re
from typing import Any

import pytest

from registry.v1.error_reason_pb2 import ErrorReason
from tests.support.bans import ACTORS, AFTER, HEARD_STEPS, PEOPLE, BanTown

ARTICLE = re.compile(r"第[〇零一二三四五六七八九十百]+条|〔\d{4}〕\d+号|令第\d+号")
SUBMITTING = {"handler", "second handler", "everything", "twin of the handler", "of the handling section"}
"""The twin is one person with the handler, and in his role he may act."""
MAY = {
    "ban_draft": {
        "handler",
        "second handler",
        "everything",
        "twin of the handler",
        "of the handling section",
    },
    "ban_review": {"lawyer", "everything"},
    "ban_notice": SUBMITTING,
    "ban_defence": SUBMITTING,
    "ban_hearing_notice": SUBMITTING,
    "ban_hearing": {"hearer", "everything"},
    "ban_deliberation": {"reviewer", "everything", "of the handling section"},
    "ban_decision": {"chief", "everything", "of the handling section"},
    "ban_served": SUBMITTING,
    "status_note": {"chief", "everything", "of the handling section", "newcomer"},
    "lifting": {"chief", "everything", "of the handling section", "newcomer"},
    "withdrawal": {"chief", "everything", "of the handling section", "newcomer"},
    "correction": {"chief", "everything", "of the handling section", "newcomer"},
}
"""Of the people of the town, who may take a step in a case that the others began; what is left out is
refused. The newcomer was registered after the draft, which bars him up to the decision."""
EVERYBODY = (*PEOPLE, "seal")


def before(kind: str) -> BanTown:
    """A town whose case C-1 awaits a step."""
    town = BanTown()
    steps = HEARD_STEPS
    if kind in AFTER:
        town.walk("C-1", "ban_served", steps)
    elif kind != "ban_draft":
        town.walk("C-1", steps[steps.index(kind) - 1], steps)
    return town


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("kind", [*HEARD_STEPS, *AFTER])
def test_a_step_is_taken_by_whose_it_is_and_by_nobody_else(kind: str, who: str) -> None:
    town = before(kind)
    changes: dict[str, Any] = {}
    if kind == "ban_defence":
        changes = {"kind": 2, "on": "2026-10-20"}
    faults = town.take(kind, "C-1", by=who, **changes)
    if who in MAY[kind] or (kind == "ban_draft" and who == "newcomer"):
        assert not faults, faults
        return
    names = {ErrorReason.Name(fault.reason).removeprefix("ERROR_REASON_") for fault in faults}
    assert names <= {
        "OFFICIAL_REQUIRED",
        "ROLE_REQUIRED",
        "SAME_OFFICIAL",
        "SAME_SECTION",
        "LICENSING_SECTION",
    }
    assert names
    assert all(ARTICLE.search(fault.message) for fault in faults), faults


@pytest.mark.parametrize("kind", [kind for kind in HEARD_STEPS if kind != "ban_draft"])
def test_a_step_without_a_case_is_refused(kind: str) -> None:
    faults = BanTown().take(kind, "C-9", by=ACTORS[kind])
    assert {ErrorReason.Name(f.reason) for f in faults} >= {"ERROR_REASON_CASE_UNKNOWN"}
    assert all(ARTICLE.search(fault.message) for fault in faults)


@pytest.mark.parametrize("kind", HEARD_STEPS)
def test_no_step_is_taken_twice(kind: str) -> None:
    town = BanTown()
    town.walk("C-1", kind, HEARD_STEPS)
    assert town.take(kind, "C-1", by=ACTORS[kind])


@pytest.mark.parametrize("kind", HEARD_STEPS)
@pytest.mark.parametrize("reached", HEARD_STEPS)
def test_no_step_is_left_out(kind: str, reached: str) -> None:
    """From every state every step but the next is refused and changes nothing."""
    if HEARD_STEPS.index(kind) == HEARD_STEPS.index(reached) + 1:
        return
    if kind == "ban_draft":
        return
    town = BanTown()
    town.walk("C-1", reached, HEARD_STEPS)
    held = town.case("C-1")
    faults = town.take(kind, "C-1", by=ACTORS[kind])
    assert faults
    assert all(ARTICLE.search(fault.message) for fault in faults)
    assert town.case("C-1") == held


def test_somebody_registered_anew_since_the_draft_stops_the_case() -> None:
    town = BanTown()
    town.walk("C-1", "ban_review")
    lawyer = PEOPLE["lawyer"]
    moved = type(lawyer)(lawyer.official_id, lawyer.name, "采购监管科", lawyer.roles, since=10**5)
    town.appoint(moved)
    faults = town.take("ban_notice", "C-1")
    assert {ErrorReason.Name(f.reason) for f in faults} == {"ERROR_REASON_OFFICIAL_REQUIRED"}
