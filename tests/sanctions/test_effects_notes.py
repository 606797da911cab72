"""What the registry holds after liftings and notes, at once and after it was opened again."""

from datetime import date

from demo.departments import OPERATOR
from registry.sanctions.ground import Ending, Ground, GroundKind, Mark, MarkKind, SubjectRecord
from registry.v1 import statement_pb2 as pb
from registry.v1.subject_pb2 import Subject
from tests.support.events import (
    ban,
    correction,
    imposed,
    lifting,
    new_firm,
    new_person,
    note,
    objection,
    penalty,
    placed,
    registration,
    resumption,
    stay,
    withdrawal,
)
from tests.support.spine import Spine


def record_of(spine: Spine, subject: Subject) -> SubjectRecord:
    """What is known of a subject."""
    ref = spine.engine.state.vault.ref(subject.identifier.type, subject.identifier.value)
    record = spine.engine.state.index.get(ref)
    assert record is not None
    return record


def held(spine: Spine, subject: Subject) -> list[Ground]:
    """The measures that are held now."""
    rows = record_of(spine, subject).grounds
    return [row for row in rows if row.kind is GroundKind.IMPOSED and row.known_to is None]


def marks(spine: Spine, subject: Subject) -> list[tuple[MarkKind, int, date, date | None]]:
    """The notes that are held now: kind, statement, first and last day."""
    rows: list[Mark] = [row for row in record_of(spine, subject).marks if row.known_to is None]
    return [(row.kind, row.target, row.period.first, row.period.last) for row in rows]


def same_on_disk(spine: Spine, subject: Subject) -> bool:
    """Whether the record is the same when the registry is opened again."""
    before = record_of(spine, subject)
    spine.reopen()
    return record_of(spine, subject) == before


def test_lifting_ends_a_measure_on_the_day_before_and_says_that_it_was_lifted(spine: Spine) -> None:
    subject = new_person()
    placed(spine.say("法院", "E", event=ban("法院", subject, "M-EXI-01", "2026-03-01")))
    placed(spine.say("法院", lifting=lifting("法院", "E", "2026-06-01")))
    (row,) = held(spine, subject)
    assert (row.period.first, row.period.last, row.ended) == (
        date(2026, 3, 1),
        date(2026, 5, 31),
        Ending.LIFTED,
    )
    assert same_on_disk(spine, subject)


def test_lifting_of_one_measure_leaves_the_other_and_the_record(spine: Spine) -> None:
    placed(spine.say(OPERATOR.key, department_registration=registration("法院", measures=["M-GEN-01"])))
    subject = new_person()
    event = ban("法院", subject, "M-EXI-01", "2026-03-01")
    event.measures.append(imposed("M-GEN-01", "2026-03-01"))
    placed(spine.say("法院", "T", event=event))
    placed(spine.say("法院", lifting=lifting("法院", "T", "2026-06-01", "M-GEN-01")))
    assert {row.code: row.period.last for row in held(spine, subject)} == {
        "M-EXI-01": None,
        "M-GEN-01": date(2026, 5, 31),
    }
    recorded = [row for row in record_of(spine, subject).grounds if row.kind is GroundKind.RECORDED]
    assert [(row.code, row.period.last, row.ended) for row in recorded] == [("E-51", None, Ending.NONE)]


def test_lifting_of_the_rest_does_not_move_the_end_of_what_was_lifted_before(spine: Spine) -> None:
    placed(spine.say(OPERATOR.key, department_registration=registration("法院", measures=["M-GEN-01"])))
    subject = new_person()
    event = ban("法院", subject, "M-EXI-01", "2026-03-01")
    event.measures.append(imposed("M-GEN-01", "2026-03-01"))
    placed(spine.say("法院", "one-by-one", event=event))
    placed(spine.say("法院", lifting=lifting("法院", "one-by-one", "2026-06-01", "M-GEN-01")))
    placed(spine.say("法院", lifting=lifting("法院", "one-by-one", "2026-05-01")))
    assert {row.code: row.period.last for row in held(spine, subject)} == {
        "M-EXI-01": date(2026, 4, 30),
        "M-GEN-01": date(2026, 5, 31),
    }


def test_lifting_after_the_end_of_a_measure_does_not_make_it_longer_nor_change_how_it_ended(
    spine: Spine,
) -> None:
    subject = new_person()
    placed(spine.say("法院", "O", event=ban("法院", subject, "M-EXI-01", "2026-03-01", "2026-04-30")))
    placed(spine.say("法院", lifting=lifting("法院", "O", "2026-06-01")))
    assert [(row.period.last, row.ended) for row in held(spine, subject)] == [
        (date(2026, 4, 30), Ending.NONE)
    ]


def test_stay_lasts_until_execution_is_resumed(spine: Spine) -> None:
    subject = new_person()
    at = placed(spine.say("法院", "S", event=ban("法院", subject, "M-EXI-01", "2026-03-01")))
    placed(spine.say("法院", status_note=stay("法院", "S", "2026-05-01")))
    assert marks(spine, subject) == [(MarkKind.STAYED, at, date(2026, 5, 1), None)]
    placed(spine.say("法院", status_note=resumption("法院", "S", "2026-06-01")))
    placed(spine.say("法院", status_note=stay("法院", "S", "2026-07-01")))
    assert marks(spine, subject) == [
        (MarkKind.STAYED, at, date(2026, 5, 1), date(2026, 5, 31)),
        (MarkKind.STAYED, at, date(2026, 7, 1), None),
    ]
    assert same_on_disk(spine, subject)


def test_notes_go_with_the_record_to_its_correction_and_earlier_positions_keep_theirs(spine: Spine) -> None:
    """A stayed ban is not in force again because its document number was misspelt."""
    subject, other = new_firm(), new_firm()
    event = ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")
    wrong = placed(spine.say("财政", "W", event=event))
    elsewhere = placed(spine.say("财政", "X", event=penalty("财政", subject)))
    placed(spine.say("财政", status_note=stay("财政", "W", "2026-05-01")))
    placed(spine.say("财政", status_note=objection("财政", "X", "2026-05-01")))
    placed(spine.say(OPERATOR.key, status_note=objection("财政", "W", "2026-05-02", by=OPERATOR.key)))
    before = spine.position
    right = placed(spine.say("财政", "R", correction=correction("财政", "W", event)))
    assert sorted(marks(spine, subject)) == sorted(
        [
            (MarkKind.STAYED, right, date(2026, 5, 1), None),
            (MarkKind.OBJECTED, right, date(2026, 5, 2), None),
            (MarkKind.OBJECTED, elsewhere, date(2026, 5, 1), None),
        ]
    )
    known_then = [row for row in record_of(spine, subject).marks if row.known_at(before)]
    assert {row.target for row in known_then} == {wrong, elsewhere}
    assert same_on_disk(spine, subject)
    placed(spine.say("财政", status_note=resumption("财政", "R", "2026-06-01")))
    settled = note("财政", "R", pb.NOTED_STATUS_OBJECTION_SETTLED, "2026-06-01")
    placed(spine.say("财政", status_note=settled))
    assert same_on_disk(spine, subject)
    placed(spine.say("财政", event=penalty("财政", other)))
    assert record_of(spine, other).marks == ()


def test_note_on_what_is_withdrawn_is_left_and_touches_nothing(spine: Spine) -> None:
    subject = new_firm()
    at = placed(spine.say("财政", "G", event=penalty("财政", subject)))
    placed(spine.say("财政", status_note=objection("财政", "G", "2026-05-01")))
    placed(spine.say("财政", withdrawal=withdrawal("财政", "G")))
    assert marks(spine, subject) == [(MarkKind.OBJECTED, at, date(2026, 5, 1), None)]
    assert held(spine, subject) == []
    assert same_on_disk(spine, subject)
