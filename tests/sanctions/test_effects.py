"""What the registry holds of a subject after each statement: grounds in their versions, and what is known."""

from datetime import date

from registry.sanctions.ground import Ending, GroundKind, SubjectRecord
from registry.v1.subject_pb2 import Subject
from tests.support.events import (
    ask,
    ban,
    correction,
    list_entry,
    new_firm,
    new_person,
    penalty,
    placed,
    repair,
    told,
    withdrawal,
)
from tests.support.spine import Spine


def record_of(spine: Spine, subject: Subject) -> SubjectRecord:
    """What is known of a subject."""
    ref = spine.engine.state.vault.ref(subject.identifier.type, subject.identifier.value)
    record = spine.engine.state.index.get(ref)
    assert record is not None
    return record


def versions(spine: Spine, subject: Subject) -> list[tuple[int, date, date | None, int, int | None]]:
    """Every version of every measure and entry: position, term, known from and to."""
    return [
        (row.position, row.period.first, row.period.last, row.known_from, row.known_to)
        for row in record_of(spine, subject).grounds
        if row.kind in (GroundKind.IMPOSED, GroundKind.LISTED)
    ]


def test_repair_closes_the_row_and_opens_what_is_left_of_it(spine: Spine) -> None:
    subject, first = new_firm(), date(2026, 1, 1)
    entry = list_entry("税务", subject, "L-03", "2026-01-01", "2028-12-31")
    listed = placed(spine.say("税务", "shorten", event=entry))
    repaired = placed(spine.say("税务", repair=repair("税务", "shorten", "2026-05-01")))
    assert versions(spine, subject) == [
        (listed, first, date(2028, 12, 31), listed, repaired),
        (listed, first, date(2026, 4, 30), repaired, None),
    ]
    assert [row.ended for row in record_of(spine, subject).grounds] == [Ending.NONE, Ending.REPAIRED]


def test_repair_on_the_second_day_leaves_one_day_and_on_the_first_an_empty_term(spine: Spine) -> None:
    """An entry that never held is still told as repaired, and was in force on no day."""
    first, day_before = date(2026, 1, 1), date(2025, 12, 31)
    for name, day, last in (("second", "2026-01-02", first), ("first", "2026-01-01", day_before)):
        subject = new_firm()
        entry = list_entry("税务", subject, "L-03", "2026-01-01", "2028-12-31")
        placed(spine.say("税务", name, event=entry))
        repaired = placed(spine.say("税务", repair=repair("税务", name, day)))
        assert [row[1:3] for row in versions(spine, subject) if row[3] == repaired] == [(first, last)]
    for day_asked in (day_before, first, date(2026, 1, 2)):
        assert told(ask(spine, subject, on=day_asked)) == ("CLEAR", {})


def test_repair_after_the_end_of_the_entry_does_not_make_it_longer(spine: Spine) -> None:
    subject = new_firm()
    entry = list_entry("税务", subject, "L-03", "2026-01-01", "2026-03-01")
    placed(spine.say("税务", "over", event=entry))
    placed(spine.say("税务", repair=repair("税务", "over", "2026-06-01")))
    assert {row[2] for row in versions(spine, subject)} == {date(2026, 3, 1)}


def test_withdrawal_closes_the_rows_of_its_target_and_no_others(spine: Spine) -> None:
    subject = new_person()
    kept = placed(spine.say("法院", event=list_entry("法院", subject, "L-01", "2026-01-01")))
    gone = placed(spine.say("法院", "gone", event=ban("法院", subject, "M-EXI-01", "2026-01-01")))
    at = placed(spine.say("法院", withdrawal=withdrawal("法院", "gone")))
    assert {(row[0], row[4]) for row in versions(spine, subject)} == {(kept, None), (gone, at)}


def test_correction_of_a_correction_leaves_only_the_last_in_force(spine: Spine) -> None:
    subject = new_firm()
    ends = ("2027-03-01", "2027-06-01", "2028-03-01")
    events = [ban("财政", subject, "M-PRO-01", "2026-03-01", end) for end in ends]
    placed(spine.say("财政", "c0", event=events[0]))
    placed(spine.say("财政", "c1", correction=correction("财政", "c0", events[1])))
    last = placed(spine.say("财政", "c2", correction=correction("财政", "c1", events[2])))
    current = [row for row in versions(spine, subject) if row[4] is None]
    assert current == [(last, date(2026, 3, 1), date(2028, 3, 1), last, None)]
    assert len(versions(spine, subject)) == 3


def test_correction_does_not_interrupt_what_is_known_of_a_subject(spine: Spine) -> None:
    subject = new_firm()
    stated = placed(spine.say("财政", "k0", event=penalty("财政", subject)))
    placed(spine.say("财政", "k1", correction=correction("财政", "k0", penalty("财政", subject))))
    assert record_of(spine, subject).known == ((stated, None),)
    gone = placed(spine.say("财政", withdrawal=withdrawal("财政", "k1")))
    again = placed(spine.say("财政", event=penalty("财政", subject)))
    known = ((stated, gone), (again, None))
    assert record_of(spine, subject).known == known
    spine.reopen()
    assert record_of(spine, subject).known == known
    assert record_of(spine, subject).live_events == 1


def test_correction_may_take_a_measure_away_and_leave_the_penalty(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("财政", "m", event=ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")))
    at = placed(spine.say("财政", correction=correction("财政", "m", penalty("财政", subject))))
    assert [row[4] for row in versions(spine, subject)] == [at]
    assert record_of(spine, subject).live_events == 1
