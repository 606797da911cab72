"""Objections: noted at once, decided once, by who stated what is objected to."""

import itertools
from pathlib import Path

import pytest

from demo.departments import OPERATOR
from registry.sanctions.effects.filing import OBJECTION
from registry.v1 import remedy_service_pb2 as remedy
from registry.v1 import statement_pb2 as pb
from registry.v1.subject_pb2 import Subject
from tests.support import events
from tests.support.events import (
    ask,
    ban,
    list_entry,
    new_firm,
    note,
    penalty,
    placed,
    refusal,
    statuses,
    told,
)
from tests.support.remedies import TODAY, objection_to, result
from tests.support.spine import Spine
from tests.support.tampering import Copy

_ids = itertools.count(1)
REJECTED, DELETED = pb.OBJECTION_OUTCOME_REJECTED, pb.OBJECTION_OUTCOME_DELETED
CORRECTED, REMOVED = pb.OBJECTION_OUTCOME_CORRECTED, pb.OBJECTION_OUTCOME_REMOVED
ENDED = pb.OBJECTION_OUTCOME_DISCLOSURE_ENDED
BLOCKED = ("BLOCKED", {"M-PRO-01": "BLOCKS MANDATORY"})


@pytest.fixture
def firm() -> Subject:
    return new_firm()


@pytest.fixture
def banned(spine: Spine, firm: Subject) -> str:
    """The id of a ban by 财政 that an objection (``<id>-O``) was filed to at its own window."""
    statement_id = f"ban-{next(_ids)}"
    event = ban("财政", firm, "M-PRO-01", "2026-03-01", "2028-03-01")
    placed(spine.say("财政", statement_id, event=event))
    placed(spine.say("财政", f"{statement_id}-O", objection=objection_to("财政", statement_id)))
    return statement_id


def state(spine: Spine, key: str, statement_id: str) -> tuple[int, int]:
    """State and outcome of what a statement filed."""
    filed = spine.engine.state.remedies.get(events.office(key).code, statement_id)
    assert filed is not None
    return filed.told.state, filed.told.outcome


def test_objection_is_shown_at_once_and_what_it_is_about_needs_review(
    spine: Spine, firm: Subject, banned: str
) -> None:
    assert told(ask(spine, firm)) == ("REVIEW", {"M-PRO-01": "NEEDS_REVIEW OBJECTED"})
    assert state(spine, "财政", f"{banned}-O") == (remedy.REMEDY_STATE_FILED, 0)


def test_objection_that_is_not_founded_changes_nothing_more(spine: Spine, firm: Subject, banned: str) -> None:
    placed(spine.say("财政", objection_result=result("财政", banned, f"{banned}-O", REJECTED)))
    assert told(ask(spine, firm)) == BLOCKED
    assert state(spine, "财政", f"{banned}-O") == (remedy.REMEDY_STATE_REFUSED, REJECTED)


def test_what_is_deleted_counts_no_more_and_earlier_answers_are_as_they_were(
    spine: Spine, firm: Subject, banned: str
) -> None:
    before = spine.position
    placed(spine.say("财政", objection_result=result("财政", banned, f"{banned}-O", DELETED)))
    assert told(ask(spine, firm))[1] == {}
    assert told(ask(spine, firm, at=before)) == ("REVIEW", {"M-PRO-01": "NEEDS_REVIEW OBJECTED"})
    assert state(spine, "财政", f"{banned}-O") == (remedy.REMEDY_STATE_GRANTED, DELETED)


def test_correction_by_objection_takes_the_place_of_the_record(
    spine: Spine, firm: Subject, banned: str
) -> None:
    shorter = ban("财政", firm, "M-PRO-01", "2026-03-01", "2027-06-01")
    done = result("财政", banned, f"{banned}-O", CORRECTED, replacement=shorter)
    placed(spine.say("财政", f"{banned}-R", objection_result=done))
    (hit,) = ask(spine, firm).hits
    assert str(hit.restriction.period.last) == "2027-06-01"
    assert statuses(ask(spine, firm)) == {"M-PRO-01": "IN_FORCE"}
    # It stands under the statement that corrected it, and may be objected to again.
    placed(spine.say("财政", objection=objection_to("财政", f"{banned}-R")))
    assert statuses(ask(spine, firm)) == {"M-PRO-01": "OBJECTED"}


def test_correction_by_objection_is_held_to_what_a_correction_is_held_to(spine: Spine, banned: str) -> None:
    other = ban("财政", new_firm(), "M-PRO-01", "2026-03-01", "2027-06-01")
    done = result("财政", banned, f"{banned}-O", CORRECTED, replacement=other)
    refused = refusal(spine.say("财政", objection_result=done))
    field = "objection_result.replacement.subject.identifier"
    assert refused == {("TARGET_ANOTHER_SUBJECT", field)}


def test_entry_is_removed_from_its_list_by_objection(spine: Spine, firm: Subject) -> None:
    placed(spine.say("财政", "rm", event=list_entry("财政", firm, "L-02", "2025-01-01", "2027-12-31")))
    placed(spine.say("财政", "rm-O", objection=objection_to("财政", "rm")))
    done = result("财政", "rm", "rm-O", REMOVED, effective_on=TODAY)
    placed(spine.say("财政", objection_result=done))
    assert told(ask(spine, firm))[1] == {}
    assert refusal(spine.say("财政", repair=events.repair("财政", "rm", TODAY))) == {
        ("TARGET_ALREADY_ENDED", "repair.target")
    }


def test_ban_is_not_removed_from_a_list(spine: Spine, banned: str) -> None:
    done = result("财政", banned, f"{banned}-O", REMOVED, effective_on=TODAY)
    refused = refusal(spine.say("财政", objection_result=done))
    assert refused == {("STATUS_NOT_APPLICABLE", "objection_result.outcome")}


def test_end_of_disclosure_does_not_end_what_binds(spine: Spine, firm: Subject, banned: str) -> None:
    done = result("财政", banned, f"{banned}-O", ENDED, effective_on=TODAY)
    placed(spine.say("财政", objection_result=done))
    assert told(ask(spine, firm)) == BLOCKED


def test_second_objection_waits_for_the_first(spine: Spine, banned: str) -> None:
    refused = refusal(spine.say("财政", objection=objection_to("财政", banned)))
    assert refused == {("STATUS_NOT_APPLICABLE", "objection.target")}


def test_every_department_is_referred_to_the_window(spine: Spine, banned: str) -> None:
    refused = refusal(spine.say("税务", objection=objection_to("财政", banned)))
    assert refused == {("TARGET_OF_ANOTHER_DEPARTMENT", "objection.target.department")}


def test_objection_at_the_operators_window_is_decided_by_the_source(spine: Spine, firm: Subject) -> None:
    placed(spine.say("财政", "win", event=ban("财政", firm, "M-PRO-01", "2026-03-01", "2028-03-01")))
    placed(spine.say(OPERATOR.key, "win-O", objection=objection_to("财政", "win")))
    assert statuses(ask(spine, firm)) == {"M-PRO-01": "OBJECTED"}
    own = result("财政", "win", "win-O", DELETED, window=OPERATOR.key, by=OPERATOR.key)
    refused = refusal(spine.say(OPERATOR.key, objection_result=own))
    assert refused == {("TARGET_OF_ANOTHER_DEPARTMENT", "objection_result.outcome")}
    placed(spine.say("财政", objection_result=result("财政", "win", "win-O", REJECTED, window=OPERATOR.key)))
    assert told(ask(spine, firm)) == BLOCKED


def test_operator_ends_disclosure_once_its_term_is_over(spine: Spine) -> None:
    firm = new_firm()
    old = penalty("财政", firm, "2026-04-10", severity=pb.SEVERITY_MINOR)  # Three months at the longest.
    placed(spine.say("财政", "old", event=old))
    placed(spine.say(OPERATOR.key, "old-O", objection=objection_to("财政", "old")))
    done = result("财政", "old", "old-O", ENDED, window=OPERATOR.key, by=OPERATOR.key, effective_on=TODAY)
    placed(spine.say(OPERATOR.key, objection_result=done))


def test_decided_objection_is_not_decided_again(spine: Spine, banned: str) -> None:
    placed(spine.say("财政", objection_result=result("财政", banned, f"{banned}-O", REJECTED)))
    refused = refusal(spine.say("财政", objection_result=result("财政", banned, f"{banned}-O", DELETED)))
    assert refused == {("REMEDY_DECIDED", "objection_result.objection")}


def test_result_names_an_objection_to_the_same_record(spine: Spine, banned: str) -> None:
    refused = refusal(spine.say("财政", objection_result=result("财政", banned, "nothing", REJECTED)))
    assert refused == {("REMEDY_UNKNOWN", "objection_result.objection")}


def test_objection_in_the_procedure_is_not_settled_by_a_note(spine: Spine, banned: str) -> None:
    settled = note("财政", banned, pb.NOTED_STATUS_OBJECTION_SETTLED, TODAY)
    refused = refusal(spine.say("财政", status_note=settled))
    assert refused == {("STATUS_NOT_APPLICABLE", "status_note.status")}


def test_objection_has_a_ground_a_day_that_has_come_and_papers_by_digest(spine: Spine, firm: Subject) -> None:
    placed(spine.say("财政", "form", event=penalty("财政", firm)))
    wrong = objection_to(
        "财政", "form", ground=0, filed_on="2026-12-01", claim="", evidence=[pb.Evidence(sha256=b"1")]
    )
    assert refusal(spine.say("财政", objection=wrong)) == {
        ("FIELD_INVALID", "objection.ground"),
        ("DATE_IN_FUTURE", "objection.filed_on"),
        ("FIELD_REQUIRED", "objection.claim"),
        ("FIELD_INVALID", "objection.evidence[0].sha256"),
    }


def test_every_refusal_of_the_procedure_names_the_article(spine: Spine, banned: str) -> None:
    faults = events.faults(spine.say("税务", objection=objection_to("财政", banned)))
    faults += events.faults(spine.say("财政", objection=objection_to("财政", banned)))
    assert all(fault.message.endswith("第四十一条)。") for fault in faults)


def test_objection_goes_over_to_what_corrects_the_record(spine: Spine, firm: Subject, banned: str) -> None:
    corrected = ban("财政", firm, "M-PRO-01", "2026-03-01", "2027-09-01")
    placed(spine.say("财政", f"{banned}-C", correction=events.correction("财政", banned, corrected)))
    key = (events.office("财政").code, f"{banned}-C")
    assert spine.engine.state.remedies.open_on(key, OBJECTION) is not None
    done = result("财政", f"{banned}-C", f"{banned}-O", REJECTED)
    placed(spine.say("财政", objection_result=done))
    assert told(ask(spine, firm)) == BLOCKED


def test_objection_to_what_is_withdrawn_is_settled(spine: Spine, banned: str) -> None:
    placed(spine.say("财政", withdrawal=events.withdrawal("财政", banned)))
    assert state(spine, "财政", f"{banned}-O") == (remedy.REMEDY_STATE_GRANTED, DELETED)


def test_everything_is_there_after_a_restart_and_is_rebuilt_to_the_same_bytes(
    spine: Spine, firm: Subject, banned: str, tmp_path: Path
) -> None:
    placed(spine.say("财政", objection_result=result("财政", banned, f"{banned}-O", REJECTED)))
    ref = spine.engine.state.vault.ref(firm.identifier.type, firm.identifier.value)
    before = spine.engine.state.index.get(ref)
    spine.reopen()
    assert spine.engine.state.index.get(ref) == before
    assert state(spine, "财政", f"{banned}-O") == (remedy.REMEDY_STATE_REFUSED, REJECTED)
    assert Copy.of(spine.directory, tmp_path).rebuild() == []
