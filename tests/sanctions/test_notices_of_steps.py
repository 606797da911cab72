"""Who is told of each step of a ban, an objection or a repair: the law's part alone, without a registry."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pytest

from registry.access.identity import CallerRole
from registry.access.policy import DOMAINS
from registry.editions import current_edition
from registry.sanctions.effects.changes import Effects
from registry.sanctions.notices import (
    Addressee,
    Concerned,
    Touched,
    gives_notice,
    notices_of,
    touched_by,
)
from registry.v1 import notice_service_pb2 as pb
from registry.v1 import statement_pb2 as stated
from registry.v1.subject_pb2 import (
    DOMAIN_BIDDING,
    DOMAIN_EXIT_ENTRY,
    DOMAIN_PROCUREMENT,
)
from tests.support.notices import (
    BIDDING,
    BORDER,
    PLATFORM,
)

BANKS = "registry://credit.example/test/system/financing/banks"
TODAY = date(2026, 11, 23)
SYSTEM = Addressee(pb.ADDRESSEE_KIND_SYSTEM, PLATFORM.uri, DOMAINS[CallerRole.PROCUREMENT_SYSTEM])
BANK = Addressee(pb.ADDRESSEE_KIND_SYSTEM, BANKS, DOMAINS[CallerRole.FINANCING_SYSTEM])
BOTH = Concerned((SYSTEM, BANK))
TOUCHED = Touched(frozenset({7}), True, frozenset({DOMAIN_PROCUREMENT}), False)
SOURCE = stated.StatementReference(department="11130900DEM000011Q", statement_id="E-1")
FILED = stated.StatementReference(department="11130900DEM00009X3", statement_id="O-1")


@dataclass
class Case:
    """A statement of a department, and who is to be told of it."""

    body: dict[str, object]
    told: set[tuple[str, str]]
    department: str = SOURCE.department
    touched: Touched = field(default=TOUCHED)


def _reference(**more: object) -> dict[str, object]:
    return {"target": SOURCE, **more}


CASES = {
    "decision": Case(
        {"ban_decision": stated.BanDecision()}, {("system", "RESTRICTED"), ("subject", "RESTRICTED")}
    ),
    "service": Case({"ban_served": stated.BanServed(**_reference())}, {("system", "RESTRICTED")}),  # type: ignore[arg-type]
    "objection": Case(
        {"objection": stated.Objection(**_reference())},  # type: ignore[arg-type]
        {("source", "OBJECTION")},
        FILED.department,
    ),
    "objection at the source's own window": Case(
        {"objection": stated.Objection(**_reference())},  # type: ignore[arg-type]
        {("source", "OBJECTION")},
    ),
    "objection rejected": Case(
        {
            "objection_result": stated.ObjectionResult(
                target=SOURCE, objection=FILED, outcome=stated.OBJECTION_OUTCOME_REJECTED
            )
        },
        {("subject", "OBJECTION_RESULT"), ("filer", "OBJECTION_RESULT")},
    ),
    "objection upheld": Case(
        {
            "objection_result": stated.ObjectionResult(
                target=SOURCE, objection=FILED, outcome=stated.OBJECTION_OUTCOME_DELETED
            )
        },
        {("system", "REVOKED"), ("subject", "OBJECTION_RESULT"), ("filer", "OBJECTION_RESULT")},
    ),
    "disclosure ended by the operator": Case(
        {
            "objection_result": stated.ObjectionResult(
                target=SOURCE,
                objection=FILED,
                outcome=stated.OBJECTION_OUTCOME_DISCLOSURE_ENDED,
                effective_on="2026-11-23",
            )
        },
        {("system", "ENDED"), ("subject", "OBJECTION_RESULT"), ("source", "OBJECTION_RESULT")},
        FILED.department,
    ),
    "application": Case(
        {"repair_application": stated.RepairApplication(target=SOURCE)},
        {("source", "REPAIR_APPLICATION")},
        FILED.department,
    ),
    "acceptance": Case(
        {"repair_acceptance": stated.RepairAcceptance(target=SOURCE, application=FILED, accepted=True)},
        {("subject", "REPAIR_APPLICATION"), ("filer", "REPAIR_APPLICATION")},
    ),
    "refusal": Case(
        {"repair_refusal": stated.RepairRefusal(target=SOURCE, application=FILED)},
        {("subject", "REPAIR_RESULT"), ("filer", "REPAIR_RESULT")},
        touched=Touched(frozenset(), False, frozenset(), True),
    ),
    "repair": Case(
        {"repair": stated.Repair(target=SOURCE, application=FILED, effective_on="2026-11-23")},
        {("system", "ENDED"), ("subject", "REPAIR_RESULT"), ("filer", "REPAIR_RESULT")},
    ),
    "annulment": Case(
        {"repair_annulment": stated.RepairAnnulment(target=SOURCE, effective_on="2026-11-23")},
        {("system", "REPAIR_ANNULLED"), ("subject", "REPAIR_ANNULLED")},
    ),
    "shield": Case(
        {"status_note": stated.StatusNote(target=SOURCE, status=stated.NOTED_STATUS_SHIELDED)},
        {("system", "STAYED"), ("subject", "STAYED")},
    ),
    "suit": Case(
        {"status_note": stated.StatusNote(target=SOURCE, status=stated.NOTED_STATUS_CONTESTED)}, set()
    ),
}  # fmt: skip
NAMES = {
    (pb.ADDRESSEE_KIND_SYSTEM, PLATFORM.uri): "system",
    (pb.ADDRESSEE_KIND_DEPARTMENT, SOURCE.department): "source",
    (pb.ADDRESSEE_KIND_DEPARTMENT, FILED.department): "filer",
    (pb.ADDRESSEE_KIND_SUBJECT, SOURCE.department): "subject",
    (pb.ADDRESSEE_KIND_SUBJECT, FILED.department): "subject",
}


@pytest.mark.parametrize("name", CASES)
def test_each_step_is_told_to_whom_it_concerns_and_to_nobody_else(name: str) -> None:
    case = CASES[name]
    statement = stated.Statement(department=case.department, **case.body)  # type: ignore[arg-type]
    made = notices_of(statement, case.touched, BOTH)
    told = {
        (NAMES[each.addressee.kind, each.addressee.name], pb.NoticeKind.Name(each.kind)[12:]) for each in made
    }
    assert told == case.told
    assert all(each.text.endswith("。") for each in made)


@pytest.mark.parametrize(
    "body", ["ban_draft", "ban_review", "ban_notice", "ban_defence", "ban_hearing", "ban_deliberation"]
)
def test_no_step_of_a_ban_before_its_decision_is_told_to_anybody(body: str) -> None:
    statement = stated.Statement(department=SOURCE.department)
    getattr(statement, body).SetInParent()
    assert not gives_notice(statement)
    assert notices_of(statement, TOUCHED, BOTH) == []


def test_record_that_restricts_nothing_is_told_again_in_every_domain_but_exit_and_entry() -> None:
    border = Addressee(pb.ADDRESSEE_KIND_SYSTEM, BORDER.uri, frozenset({DOMAIN_EXIT_ENTRY}))
    bidding = Addressee(pb.ADDRESSEE_KIND_SYSTEM, BIDDING.uri, frozenset({DOMAIN_BIDDING}))
    record = Touched(frozenset({7}), True, frozenset(), True)
    statement = stated.Statement(department=SOURCE.department, withdrawal=stated.Withdrawal(target=SOURCE))
    made = notices_of(statement, record, Concerned((SYSTEM,), (border, bidding)))
    systems = {each.addressee.name for each in made if each.addressee.kind == pb.ADDRESSEE_KIND_SYSTEM}
    assert systems == {BIDDING.uri}


def test_effects_on_nobodys_record_touch_nothing() -> None:
    touched = touched_by(Effects(9), current_edition(), day=TODAY, ended_too=True)
    assert (touched.negative, touched.domains, touched.positions) == (False, frozenset(), frozenset())
