"""Who may take which step of a ban case: everybody else is refused, with the article."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry.domain.departments import Key
from registry.v1 import statement_pb2 as pb
from tests.support.bans import (
    ACTORS,
    AFTER,
    HEARD_STEPS,
    LEGAL,
    PEOPLE,
    TODAY,
    BanTown,
    Person,
    reasons_of,
    town_before,
)

SUBMITTING = {"handler", "second handler", "everything", "twin of the handler", "of the handling section"}
"""The twin is one person with the handler, and in his role he may act."""
MAY = {
    "ban_draft": SUBMITTING,
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


ROLES = {
    "ban_review": pb.OFFICIAL_ROLE_LEGAL_REVIEWER, "ban_hearing": pb.OFFICIAL_ROLE_HEARING_OFFICER,
    "ban_deliberation": pb.OFFICIAL_ROLE_REVIEWER, "ban_decision": pb.OFFICIAL_ROLE_APPROVER,
    **dict.fromkeys(AFTER, pb.OFFICIAL_ROLE_APPROVER),
}  # fmt: skip
"""In which role a step is taken; every other is the submitter's."""


def why(kind: str, who: str) -> str:
    """The reason that must be among those for which somebody is refused a step."""
    if who == "seal":
        return "OFFICIAL_REQUIRED"
    role = ROLES.get(kind, pb.OFFICIAL_ROLE_SUBMITTER)
    if who == "registrar" or role not in PEOPLE[who].roles:
        return "ROLE_REQUIRED"
    return {
        "of the licensing section": "LICENSING_SECTION",
        "twin of the handler": "SAME_OFFICIAL",
        "of the handling section": "SAME_SECTION",
        "newcomer": "OFFICIAL_REQUIRED",
    }[who]


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("kind", [*HEARD_STEPS, *AFTER])
def test_a_step_is_taken_by_whose_it_is_and_by_nobody_else(kind: str, who: str) -> None:
    town = town_before(kind)
    changes: dict[str, Any] = {}
    if kind == "ban_defence":
        changes = {"kind": pb.DEFENCE_KIND_HEARING_REQUESTED, "on": "2026-10-20"}
    found = reasons_of(town.take(kind, "C-1", by=who, **changes))
    if who in MAY[kind] or (kind == "ban_draft" and who == "newcomer"):
        assert not found
    else:
        assert why(kind, who) in found
        assert found <= {
            "OFFICIAL_REQUIRED", "ROLE_REQUIRED", "SAME_OFFICIAL", "SAME_SECTION", "LICENSING_SECTION",
        }  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in HEARD_STEPS if kind != "ban_draft"])
def test_a_step_without_a_case_is_refused(kind: str) -> None:
    assert "CASE_UNKNOWN" in reasons_of(BanTown().take(kind, "C-9", by=ACTORS[kind]))


@pytest.mark.parametrize("kind", HEARD_STEPS)
def test_no_step_is_taken_twice(kind: str) -> None:
    town = BanTown()
    town.walk("C-1", kind, HEARD_STEPS)
    wanted = "CASE_EXISTS" if kind == "ban_draft" else "STEP_OUT_OF_ORDER"
    assert wanted in reasons_of(town.take(kind, "C-1", by=ACTORS[kind]))


@pytest.mark.parametrize("kind", HEARD_STEPS)
@pytest.mark.parametrize("reached", HEARD_STEPS)
def test_no_step_is_left_out(kind: str, reached: str) -> None:
    """From every state every step but the next is refused and changes nothing."""
    if kind == "ban_draft" or HEARD_STEPS.index(kind) == HEARD_STEPS.index(reached) + 1:
        return
    town = BanTown()
    town.walk("C-1", reached, HEARD_STEPS)
    held = town.case("C-1")
    assert reasons_of(town.take(kind, "C-1", by=ACTORS[kind])) & {"STEP_OUT_OF_ORDER", "CASE_UNKNOWN"}
    assert town.case("C-1") == held


def test_somebody_registered_anew_since_the_draft_stops_the_case() -> None:
    town = BanTown()
    town.walk("C-1", "ban_review")
    lawyer = PEOPLE["lawyer"]
    moved = type(lawyer)(lawyer.official_id, lawyer.name, "采购监管科", lawyer.roles, since=10**5)
    town.appoint(moved)
    assert reasons_of(town.take("ban_notice", "C-1")) == {"OFFICIAL_REQUIRED"}


@pytest.mark.parametrize(("kind", "other"), [("ban_notice", "ban_review"), ("ban_deliberation", "")])
def test_the_section_that_reviewed_in_law_does_not_handle_the_case_afterwards(kind: str, other: str) -> None:
    """Nor the other way round: it is the same two sections, whichever acts first."""
    town = town_before(kind)
    town.appoint(Person("B-29", "丑某", LEGAL, (pb.OFFICIAL_ROLE_SUBMITTER, pb.OFFICIAL_ROLE_REVIEWER)))
    signer = town.key("B-29")
    faults = town.ledger.fold(town.statement(kind, town.body(kind, "C-1")), TODAY, signer)
    assert reasons_of(faults) == ({"SAME_SECTION"} if other else set())


def rotated(town: BanTown, official: str, *, since: int, replaces: str) -> Key:
    """A key that an official rotated another one to."""
    enrolment = pb.KeyEnrolment(department=town.department, official_id=official, replaces=replaces)
    key = replace(town.key(official), keyid=f"key of {official} at {since}", position=since)
    key = replace(key, enrolment=enrolment)
    town.ledger.directory.put_key(key)
    return key


def test_a_key_that_was_rotated_is_as_old_as_the_first_of_its_row() -> None:
    town = town_before("ban_notice")
    statement = town.statement("ban_notice", town.body("ban_notice", "C-1"))
    second = rotated(town, "B-11", since=10**5, replaces=town.key("B-11").keyid)
    third = rotated(town, "B-11", since=10**5 + 1, replaces=second.keyid)
    made = rotated(town, "B-11", since=10**5 + 2, replaces="")
    from_made = rotated(town, "B-11", since=10**5 + 3, replaces=made.keyid)
    for key in (made, from_made):
        assert reasons_of(town.ledger.fold(statement, TODAY, key)) == {"OFFICIAL_REQUIRED"}
    assert not town.ledger.fold(statement, TODAY, third)


def test_nobody_who_was_dismissed_takes_a_step() -> None:
    town = town_before("ban_notice")
    handler = town.ledger.directory.official(town.department, "B-11")
    assert handler is not None
    town.ledger.directory.put_official(replace(handler, revoked_position=10**5))
    assert reasons_of(town.take("ban_notice", "C-1")) == {"OFFICIAL_UNKNOWN"}
