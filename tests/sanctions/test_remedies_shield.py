"""Shields of a reorganisation, and decisions not served: what is known and does not bind."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from demo.departments import OPERATOR
from registry.domain.periods import Period
from registry.sanctions.ground import Mark, MarkKind, SubjectRecord
from registry.sanctions.record.clocks import validity_of
from registry.sanctions.standing import RUNNING, marks_of, standing_of
from registry.v1 import statement_pb2 as pb
from registry.v1 import verdict_pb2
from registry.v1.subject_pb2 import DOMAIN_BUSINESS, Subject
from tests.support import events
from tests.support.events import ask, ban, imposed, licence, list_entry, new_firm, placed, refusal, told
from tests.support.remedies import shield, shield_ended
from tests.support.spine import Spine
from tests.support.tampering import Copy

ALWAYS = Period(date.min, None)


@pytest.fixture(scope="module", autouse=True)
def _wider_mandate(spine: Spine) -> None:
    wider = events.registration("财政", measures=["M-BUS-12"])
    placed(spine.say(OPERATOR.key, department_registration=wider))


@pytest.fixture
def firm() -> Subject:
    return new_firm()


def state_ban(spine: Spine, firm: Subject, statement_id: str) -> int:
    """M-PRO-01, which may end early, and M-BUS-12, which may not."""
    event = ban("财政", firm, "M-PRO-01", "2026-04-10", "2028-04-10")
    event.measures.append(imposed("M-BUS-12", "2026-04-10", "2027-04-10"))
    return placed(spine.say("财政", statement_id, event=event))


def record_of(spine: Spine, firm: Subject) -> SubjectRecord:
    found = spine.engine.state.index.get(firm.identifier.value)
    assert found is not None
    return found


def test_shield_holds_back_what_may_end_early_and_nothing_else(spine: Spine, firm: Subject) -> None:
    state_ban(spine, firm, "s1")
    placed(spine.say("财政", status_note=shield("财政", "s1", "2026-09-01")))
    assert told(ask(spine, firm)) == ("CLEAR", {"M-PRO-01": "INFORMATION SHIELDED"})
    assert told(ask(spine, firm, DOMAIN_BUSINESS))[0] == "BLOCKED"
    assert told(ask(spine, firm, on=date(2026, 8, 31)))[0] == "BLOCKED"


def test_when_the_shield_ends_everything_binds_again(spine: Spine, firm: Subject, tmp_path: Path) -> None:
    state_ban(spine, firm, "s2")
    placed(spine.say("财政", status_note=shield("财政", "s2", "2026-09-01")))
    placed(spine.say("财政", status_note=shield_ended("财政", "s2", "2026-11-01")))
    assert told(ask(spine, firm))[0] == "BLOCKED"
    assert told(ask(spine, firm, on=date(2026, 10, 31)))[0] == "CLEAR"
    before = record_of(spine, firm)
    spine.reopen()
    assert record_of(spine, firm) == before
    assert Copy.of(spine.directory, tmp_path).rebuild() == []


def test_shield_covers_an_entry_on_a_list(spine: Spine, firm: Subject) -> None:
    placed(spine.say("法院", "s3", event=list_entry("法院", firm, "L-01", "2026-01-01", "2027-12-31")))
    assert told(ask(spine, firm))[0] == "BLOCKED"
    placed(spine.say("法院", status_note=shield("法院", "s3", "2026-09-01")))
    assert told(ask(spine, firm)) == ("CLEAR", {"M-PRO-05": "INFORMATION SHIELDED"})


def test_shield_rests_on_a_courts_ruling(spine: Spine, firm: Subject) -> None:
    state_ban(spine, firm, "s4")
    own = shield("财政", "s4", "2026-09-01", document=events.document("财政", "2026-09-01"))
    refused = refusal(spine.say("财政", status_note=own))
    assert refused == {("DOCUMENT_REQUIRED", "status_note.document")}


def test_only_what_is_negative_is_shielded(spine: Spine, firm: Subject) -> None:
    placed(spine.say("市场监管", "s5", event=licence("市场监管", firm)))
    refused = refusal(spine.say("市场监管", status_note=shield("市场监管", "s5", "2026-09-01")))
    assert refused == {("STATUS_NOT_APPLICABLE", "status_note.status")}


# --- 尚未送达; how a decision is made is told elsewhere, here is what it means that it is not served -------


def noted(spine: Spine, firm: Subject, *marks: Mark) -> SubjectRecord:
    record = record_of(spine, firm)
    return replace(record, marks=(*record.marks, *marks))


def status(record: SubjectRecord, position: int, day: date = date(2026, 11, 23)) -> str:
    found = standing_of(record.grounds[0], day, record.marks, position)
    return verdict_pb2.HitStatus.Name(found).removeprefix("HIT_STATUS_")


def served(position: int, on: date, at: int) -> tuple[Mark, Mark]:
    """A decision at a position that was served on a day, as told at another position."""
    mark = Mark(position, position, MarkKind.UNSERVED, ALWAYS, position, at)
    before = Period(date.min, date.fromordinal(on.toordinal() - 1))
    return mark, replace(mark, known_from=at, known_to=None, period=before)


def test_decision_binds_from_its_service_on(spine: Spine, firm: Subject) -> None:
    position = state_ban(spine, firm, "u1")
    unserved = noted(spine, firm, Mark(position, position, MarkKind.UNSERVED, ALWAYS, position))
    assert status(unserved, position) == "NOT_SERVED"
    record = noted(spine, firm, *served(position, date(2026, 6, 1), position + 5))
    assert status(record, position + 5, date(2026, 5, 31)) == "NOT_SERVED"
    assert status(record, position + 5, date(2026, 6, 1)) == "IN_FORCE"
    assert status(record, position + 4, date(2026, 6, 1)) == "NOT_SERVED"


def test_what_is_over_is_over_whether_it_was_served_or_not(spine: Spine, firm: Subject) -> None:
    position = state_ban(spine, firm, "u2")
    record = noted(spine, firm, Mark(position, position, MarkKind.UNSERVED, ALWAYS, position))
    assert status(record, position, date(2028, 4, 11)) == "EXPIRED"


def test_decision_that_is_not_served_is_not_in_force_in_the_record(spine: Spine, firm: Subject) -> None:
    position = state_ban(spine, firm, "u3")
    record = noted(spine, firm, Mark(position, position, MarkKind.UNSERVED, ALWAYS, position))
    marks, edition = (
        marks_of(record.marks, position, position),
        spine.engine.state.edition_at(position, date(2026, 11, 23)),
    )
    today, first = date(2026, 11, 23), date(2026, 4, 10)
    before = validity_of(pb.Event(), first, record.grounds, edition, today, lambda _: marks)
    assert not before.running
    assert validity_of(pb.Event(), first, record.grounds, edition, today).running


def stolen(target: int, at: int) -> Mark:
    """A statement at a position is found at another to have been signed with a stolen key."""
    return Mark(at, target, MarkKind.DISPUTED, ALWAYS, at)


def test_service_that_a_thief_stated_neither_binds_nor_frees(spine: Spine, firm: Subject) -> None:
    position = state_ban(spine, firm, "u4")
    service, found = position + 5, position + 9
    record = noted(spine, firm, *served(position, date(2026, 6, 1), service), stolen(service, found))
    assert status(record, found - 1) == "IN_FORCE"
    assert status(record, found) == "DISPUTED"


def test_shield_that_a_thief_raises_or_ends_frees_nobody(spine: Spine, firm: Subject) -> None:
    position = state_ban(spine, firm, "u5")
    raised, ended, found = position + 3, position + 5, position + 9
    mark = Mark(raised, position, MarkKind.SHIELDED, Period(date(2026, 9, 1), None), raised)
    edition = spine.engine.state.edition_at(position, date(2026, 11, 23))

    def stands(record: SubjectRecord, at: int) -> int:
        return standing_of(record.grounds[0], date(2026, 11, 23), record.marks, at, edition)

    assert stands(noted(spine, firm, mark), found) == verdict_pb2.HIT_STATUS_SHIELDED
    assert verdict_pb2.HIT_STATUS_SHIELDED not in RUNNING
    by_thief = noted(spine, firm, mark, stolen(raised, found))
    assert stands(by_thief, found) == verdict_pb2.HIT_STATUS_DISPUTED
    over = replace(mark, known_from=ended, period=Period(date(2026, 9, 1), date(2026, 10, 31)))
    ended_by_thief = noted(spine, firm, replace(mark, known_to=ended), over, stolen(ended, found))
    assert stands(ended_by_thief, found - 1) == verdict_pb2.HIT_STATUS_IN_FORCE
    assert stands(ended_by_thief, found) == verdict_pb2.HIT_STATUS_DISPUTED


def test_shield_by_a_thief_leaves_alone_what_no_shield_covers(spine: Spine, firm: Subject) -> None:
    position = state_ban(spine, firm, "u6")
    raised, found = position + 3, position + 9
    mark = Mark(raised, position, MarkKind.SHIELDED, Period(date(2026, 9, 1), None), raised)
    record = noted(spine, firm, mark, stolen(raised, found))
    edition = spine.engine.state.edition_at(position, date(2026, 11, 23))
    stopped = standing_of(record.grounds[1], date(2026, 11, 23), record.marks, found, edition)
    assert stopped == verdict_pb2.HIT_STATUS_IN_FORCE
