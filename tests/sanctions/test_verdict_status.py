"""Where a restriction stands on the day asked about, and what that means: stayed, objected to, contested,
coming, lifted, repaired (行政处罚法 第七十三条; law.md §6.2)."""

from datetime import date

from demo.departments import OPERATOR
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Subject
from tests.support.events import (
    ask,
    ban,
    correction,
    lifting,
    list_entry,
    new_firm,
    new_person,
    note,
    objection,
    placed,
    resumption,
    statuses,
    stay,
    told,
)
from tests.support.spine import Spine

BLOCKS = "BLOCKS MANDATORY"
COMING = "INFORMATION NOT_YET_IN_FORCE"
EXIT, TRAVELLER = subject_pb2.DOMAIN_EXIT_ENTRY, subject_pb2.SUBJECT_ROLE_TRAVELLER


def barred(spine: Spine, statement_id: str, first: str = "2026-03-01", until: str = "2028-03-01") -> Subject:
    """A firm barred from procurement by a statement of 财政."""
    subject = new_firm()
    placed(spine.say("财政", statement_id, event=ban("财政", subject, "M-PRO-01", first, until)))
    return subject


def effect_on(spine: Spine, subject: Subject, on: date, at: int | None = None) -> str:
    """What M-PRO-01 means on a day, and where it stands."""
    decision = ask(spine, subject, on=on, at=at)
    return f"{told(decision)[0]}: {told(decision)[1]['M-PRO-01']}, {statuses(decision)['M-PRO-01']}"


def test_stayed_ban_is_reviewed_as_long_as_it_is_stayed_and_blocks_before_and_after(spine: Spine) -> None:
    """The last day of the stay is the day before execution goes on."""
    subject = barred(spine, "stayed")
    stayed = placed(spine.say("财政", status_note=stay("财政", "stayed", "2026-05-01")))
    resumed = placed(spine.say("财政", status_note=resumption("财政", "stayed", "2026-06-01")))
    blocked, reviewed = f"BLOCKED: {BLOCKS}, IN_FORCE", "REVIEW: NEEDS_REVIEW STAYED, STAYED"
    for day, expected in (
        (date(2026, 4, 30), blocked),
        (date(2026, 5, 1), reviewed),
        (date(2026, 5, 31), reviewed),
        (date(2026, 6, 1), blocked),
    ):
        assert effect_on(spine, subject, day) == expected
    # Before it was known that execution goes on, the stay had no end; before the stay, none was known.
    assert effect_on(spine, subject, date(2026, 6, 1), resumed - 1) == reviewed
    assert effect_on(spine, subject, date(2026, 5, 1), stayed - 1) == blocked


def test_stay_outlives_the_correction_of_what_is_stayed(spine: Spine) -> None:
    subject = barred(spine, "typed-wrong")
    placed(spine.say("财政", status_note=stay("财政", "typed-wrong", "2026-05-01")))
    right = ban("财政", subject, "M-PRO-01", "2026-03-01", "2027-03-01")
    placed(spine.say("财政", correction=correction("财政", "typed-wrong", right)))
    assert effect_on(spine, subject, date(2026, 6, 1)) == "REVIEW: NEEDS_REVIEW STAYED, STAYED"


def test_objection_noted_by_the_operator_makes_a_block_a_review_until_it_is_settled(spine: Spine) -> None:
    subject = barred(spine, "objected")
    placed(spine.say(OPERATOR.key, status_note=objection("财政", "objected", "2026-05-06")))
    assert effect_on(spine, subject, date(2026, 5, 6)) == "REVIEW: NEEDS_REVIEW OBJECTED, OBJECTED"
    settled = note("财政", "objected", pb.NOTED_STATUS_OBJECTION_SETTLED, "2026-05-20")
    placed(spine.say("财政", status_note=settled))
    assert effect_on(spine, subject, date(2026, 5, 19)) == "REVIEW: NEEDS_REVIEW OBJECTED, OBJECTED"
    assert effect_on(spine, subject, date(2026, 5, 20)) == f"BLOCKED: {BLOCKS}, IN_FORCE"


def test_objection_to_an_entry_touches_what_follows_from_it_and_nothing_else(spine: Spine) -> None:
    subject = barred(spine, "not-objected")
    placed(spine.say("法院", "entry", event=list_entry("法院", subject, "L-01", "2026-03-01")))
    placed(spine.say(OPERATOR.key, status_note=objection("法院", "entry", "2026-05-06")))
    decision = ask(spine, subject)
    assert told(decision) == ("BLOCKED", {"M-PRO-01": BLOCKS, "M-PRO-05": "NEEDS_REVIEW OBJECTED"})
    bidding = ask(spine, subject, subject_pb2.DOMAIN_BIDDING)
    assert told(bidding) == ("REVIEW", {"M-BID-06": "NEEDS_REVIEW OBJECTED"})


def test_suit_does_not_suspend_a_ban_but_is_shown(spine: Spine) -> None:
    """行政处罚法 第七十三条: 行政处罚不停止执行."""
    subject = barred(spine, "contested")
    placed(spine.say("财政", status_note=note("财政", "contested", pb.NOTED_STATUS_CONTESTED, "2026-05-01")))
    assert effect_on(spine, subject, date(2026, 5, 1)) == f"BLOCKED: {BLOCKS}, CONTESTED"
    ended = note("财政", "contested", pb.NOTED_STATUS_CONTEST_ENDED, "2026-08-01")
    placed(spine.say("财政", status_note=ended))
    assert effect_on(spine, subject, date(2026, 7, 31)) == f"BLOCKED: {BLOCKS}, CONTESTED"
    assert effect_on(spine, subject, date(2026, 8, 1)) == f"BLOCKED: {BLOCKS}, IN_FORCE"


def test_stay_is_told_before_an_objection_and_an_objection_before_a_suit(spine: Spine) -> None:
    subject = barred(spine, "thrice")
    for status, expected in (
        (pb.NOTED_STATUS_CONTESTED, "CONTESTED"),
        (pb.NOTED_STATUS_OBJECTED, "OBJECTED"),
        (pb.NOTED_STATUS_STAYED, "STAYED"),
    ):
        placed(spine.say("财政", status_note=note("财政", "thrice", status, "2026-05-01")))
        assert statuses(ask(spine, subject)) == {"M-PRO-01": expected}


def test_ban_that_begins_later_is_shown_as_coming_and_does_not_count(spine: Spine) -> None:
    subject = new_firm()
    coming = ban("财政", subject, "M-PRO-01", "2026-12-01", "2028-12-01")
    coming.document.decided_on = "2026-11-20"
    placed(spine.say("财政", event=coming))
    decision = ask(spine, subject)
    assert (told(decision), statuses(decision)) == (("CLEAR", {"M-PRO-01": COMING}), {"M-PRO-01": "COMING"})
    assert effect_on(spine, subject, date(2026, 12, 1)) == f"BLOCKED: {BLOCKS}, IN_FORCE"


def test_coming_entry_is_coming_even_while_it_is_objected_to(spine: Spine) -> None:
    subject = new_firm()
    entry = list_entry("财政", subject, "L-02", "2026-12-01", "2028-12-01")
    entry.document.decided_on = "2026-11-20"
    placed(spine.say("财政", "coming", event=entry))
    placed(spine.say("财政", status_note=objection("财政", "coming", "2026-11-21")))
    assert statuses(ask(spine, subject)) == {"M-PRO-05": "COMING"}


def test_lifted_exit_ban_binds_to_the_day_before(spine: Spine) -> None:
    subject = new_person()
    placed(spine.say("法院", "lifted", event=ban("法院", subject, "M-EXI-01", "2026-03-01")))
    lifted = placed(spine.say("法院", lifting=lifting("法院", "lifted", "2026-06-01")))
    on = {"role": TRAVELLER}
    assert told(ask(spine, subject, EXIT, on=date(2026, 5, 31), **on))[0] == "BLOCKED"
    assert told(ask(spine, subject, EXIT, on=date(2026, 6, 1), **on)) == ("CLEAR", {})
    assert told(ask(spine, subject, EXIT, on=date(2026, 6, 1), at=lifted - 1, **on))[0] == "BLOCKED"


def test_ban_lifted_from_its_first_day_on_never_bound(spine: Spine) -> None:
    subject = new_person()
    placed(spine.say("法院", "at-once", event=ban("法院", subject, "M-EXI-01", "2026-03-01")))
    placed(spine.say("法院", lifting=lifting("法院", "at-once", "2026-03-01")))
    for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2)):
        assert told(ask(spine, subject, EXIT, on=day)) == ("CLEAR", {})


def test_expired_ban_is_not_shown_whatever_was_noted_on_it(spine: Spine) -> None:
    subject = barred(spine, "over", "2024-03-01", "2026-03-01")
    placed(spine.say("财政", status_note=stay("财政", "over", "2026-02-01")))
    assert told(ask(spine, subject)) == ("CLEAR", {})
