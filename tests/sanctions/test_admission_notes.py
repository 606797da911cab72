"""Liftings and status notes: who may state them, about what, when, and once."""

import itertools

import pytest

from demo.departments import OPERATOR
from registry.v1 import statement_pb2 as pb
from tests.support.events import (
    alternate,
    ban,
    branch_of,
    correction,
    document,
    firm,
    imposed,
    lifting,
    list_entry,
    new_firm,
    note,
    objection,
    old_code,
    penalty,
    person,
    placed,
    refusal,
    registration,
    resumption,
    ruling,
    stay,
    target,
    withdrawal,
)
from tests.support.spine import Spine

_ids = itertools.count(1)
CONTESTED, CONTEST_ENDED = pb.NOTED_STATUS_CONTESTED, pb.NOTED_STATUS_CONTEST_ENDED
SETTLED = pb.NOTED_STATUS_OBJECTION_SETTLED


@pytest.fixture
def exit_ban(spine: Spine) -> str:
    """The id of an exit ban without end by 法院, from 2026-03-01 on."""
    statement_id = f"exit-{next(_ids)}"
    placed(spine.say("法院", statement_id, event=ban("法院", person(1), "M-EXI-01", "2026-03-01")))
    return statement_id


# --- lifting (解除) -------------------------------------------------------------------------------


def test_measure_without_a_term_is_lifted_by_who_imposed_it(spine: Spine, exit_ban: str) -> None:
    placed(spine.say("法院", lifting=lifting("法院", exit_ban, "2026-06-01", "M-EXI-01")))


def test_reason_of_a_lifting_and_of_a_note_has_a_longest_length(spine: Spine, exit_ban: str) -> None:
    lifted = lifting("法院", exit_ban, "2026-06-01", reason="因" * 501)
    assert refusal(spine.say("法院", lifting=lifted)) == {("TOO_LARGE", "lifting.reason")}
    noted = objection("法院", exit_ban, "2026-06-01", reason="因" * 501)
    assert refusal(spine.say("法院", status_note=noted)) == {("TOO_LARGE", "status_note.reason")}


def test_measure_with_a_term_of_its_own_is_not_lifted(spine: Spine) -> None:
    """It ends by its term, by withdrawal, or through the procedure for bans."""
    placed(spine.say("财政", "term", event=ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2028-03-01")))
    refused = refusal(spine.say("财政", lifting=lifting("财政", "term", "2026-06-01")))
    assert refused == {("LIFTING_NOT_AVAILABLE", "lifting.measure_code")}


def test_ban_for_life_is_not_lifted(spine: Spine) -> None:
    for_life = ban("住建", person(2), "M-BID-05", "2026-03-01", lifetime=True)
    placed(spine.say("住建", "life", event=for_life))
    refused = refusal(spine.say("住建", lifting=lifting("住建", "life", "2026-06-01")))
    assert refused == {("LIFTING_NOT_AVAILABLE", "lifting.measure_code")}


def test_measure_that_was_not_imposed_is_not_lifted(spine: Spine, exit_ban: str) -> None:
    refused = refusal(spine.say("法院", lifting=lifting("法院", exit_ban, "2026-06-01", "M-GEN-01")))
    assert refused == {("LIFTING_NOT_AVAILABLE", "lifting.measure_code")}


def test_entry_on_a_list_is_not_lifted(spine: Spine) -> None:
    """谁列入、谁移出: an entry ends by repair."""
    placed(spine.say("法院", "entry", event=list_entry("法院", firm(1), "L-01", "2026-03-01")))
    refused = refusal(spine.say("法院", lifting=lifting("法院", "entry", "2026-06-01")))
    assert refused == {("LIFTING_NOT_AVAILABLE", "lifting.measure_code")}


def test_measure_is_lifted_once(spine: Spine, exit_ban: str) -> None:
    placed(spine.say("法院", lifting=lifting("法院", exit_ban, "2026-06-01")))
    for day in ("2026-05-01", "2026-06-01", "2026-07-01"):
        again = spine.say("法院", lifting=lifting("法院", exit_ban, day))
        assert refusal(again) == {("TARGET_ALREADY_ENDED", "lifting.target")}


def test_measures_of_one_document_are_lifted_one_by_one_or_the_rest_at_once(spine: Spine) -> None:
    placed(spine.say(OPERATOR.key, department_registration=registration("法院", measures=["M-GEN-01"])))
    both = [imposed("M-EXI-01", "2026-03-01"), imposed("M-GEN-01", "2026-03-01")]
    event = ban("法院", person(3), "M-EXI-01", "2026-03-01")
    del event.measures[:]
    event.measures.extend(both)
    placed(spine.say("法院", "two", event=event))
    placed(spine.say("法院", lifting=lifting("法院", "two", "2026-06-01", "M-EXI-01")))
    placed(spine.say("法院", lifting=lifting("法院", "two", "2026-07-01")))
    refused = refusal(spine.say("法院", lifting=lifting("法院", "two", "2026-08-01")))
    assert refused == {("TARGET_ALREADY_ENDED", "lifting.target")}


def test_lifting_does_not_take_effect_before_the_measure(spine: Spine, exit_ban: str) -> None:
    early = lifting("法院", exit_ban, "2026-02-28", document=document("法院", "2026-06-01"))
    assert refusal(spine.say("法院", lifting=early)) == {("DATES_OUT_OF_ORDER", "lifting.effective_on")}


def test_lifting_does_not_take_effect_in_the_future(spine: Spine, exit_ban: str) -> None:
    late = lifting("法院", exit_ban, "2026-11-24", document=document("法院", "2026-11-23"))
    assert refusal(spine.say("法院", lifting=late)) == {("DATE_IN_FUTURE", "lifting.effective_on")}


def test_lifting_names_its_day_its_reason_and_its_document(spine: Spine, exit_ban: str) -> None:
    bare = pb.Lifting(target=target("法院", exit_ban))
    assert refusal(spine.say("法院", lifting=bare)) == {
        ("FIELD_REQUIRED", "lifting.reason"),
        ("FIELD_REQUIRED", "lifting.effective_on"),
        ("DOCUMENT_REQUIRED", "lifting.document.number"),
        ("DOCUMENT_REQUIRED", "lifting.document.authority"),
        ("DOCUMENT_REQUIRED", "lifting.document.decided_on"),
        ("CODE_LENGTH", "lifting.document.authority_code"),
        ("AUTHORITY_OUTSIDE_MANDATE", "lifting.document.authority_code"),
    }


def test_measure_of_another_department_is_not_lifted(spine: Spine, exit_ban: str) -> None:
    foreign = lifting("税务", exit_ban, "2026-06-01", target=target("法院", exit_ban))
    refused = refusal(spine.say("税务", lifting=foreign))
    assert refused == {("TARGET_OF_ANOTHER_DEPARTMENT", "lifting.target.department")}


def test_what_was_never_stated_or_was_withdrawn_is_not_lifted(spine: Spine, exit_ban: str) -> None:
    assert refusal(spine.say("法院", lifting=lifting("法院", "none", "2026-06-01"))) == {
        ("TARGET_UNKNOWN", "lifting.target")
    }
    placed(spine.say("法院", withdrawal=withdrawal("法院", exit_ban)))
    assert refusal(spine.say("法院", lifting=lifting("法院", exit_ban, "2026-06-01"))) == {
        ("TARGET_ALREADY_ENDED", "lifting.target")
    }


def test_record_whose_measure_was_lifted_is_not_corrected(spine: Spine, exit_ban: str) -> None:
    """It would silently impose the measure again."""
    placed(spine.say("法院", lifting=lifting("法院", exit_ban, "2026-06-01")))
    again = correction("法院", exit_ban, ban("法院", person(1), "M-EXI-01", "2026-03-01"))
    refused = refusal(spine.say("法院", correction=again))
    assert refused == {("TARGET_ALREADY_ENDED", "correction.target")}


# --- status notes (标注) --------------------------------------------------------------------------


def test_stay_and_resumption_need_a_document(spine: Spine, exit_ban: str) -> None:
    for made in (stay, resumption):
        bare = made("法院", exit_ban, "2026-06-01")
        bare.ClearField("document")
        assert ("DOCUMENT_REQUIRED", "status_note.document.number") in refusal(
            spine.say("法院", status_note=bare)
        )


def test_objection_and_contest_need_no_document_but_one_that_is_given_is_checked(
    spine: Spine, exit_ban: str
) -> None:
    foreign = objection("法院", exit_ban, "2026-06-01", document=document("财政", "2026-06-01"))
    refused = refusal(spine.say("法院", status_note=foreign))
    assert refused == {("AUTHORITY_OUTSIDE_MANDATE", "status_note.document.authority_code")}
    placed(spine.say("法院", status_note=objection("法院", exit_ban, "2026-06-01")))
    placed(spine.say("法院", status_note=note("法院", exit_ban, CONTESTED, "2026-06-01")))


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (pb.NOTED_STATUS_STAYED, pb.NOTED_STATUS_RESUMED),
        (pb.NOTED_STATUS_OBJECTED, SETTLED),
        (CONTESTED, CONTEST_ENDED),
    ],
)
def test_note_of_one_kind_is_open_once_and_ends_once(
    spine: Spine, exit_ban: str, begin: pb.NotedStatus.ValueType, end: pb.NotedStatus.ValueType
) -> None:
    not_now = {("STATUS_NOT_APPLICABLE", "status_note.status")}
    assert refusal(spine.say("法院", status_note=note("法院", exit_ban, end, "2026-06-01"))) == not_now
    placed(spine.say("法院", status_note=note("法院", exit_ban, begin, "2026-06-01")))
    assert refusal(spine.say("法院", status_note=note("法院", exit_ban, begin, "2026-06-02"))) == not_now
    placed(spine.say("法院", status_note=note("法院", exit_ban, end, "2026-07-01")))
    assert refusal(spine.say("法院", status_note=note("法院", exit_ban, end, "2026-07-01"))) == not_now
    placed(spine.say("法院", status_note=note("法院", exit_ban, begin, "2026-08-01")))


def test_notes_of_different_kinds_are_open_side_by_side(spine: Spine, exit_ban: str) -> None:
    placed(spine.say("法院", status_note=stay("法院", exit_ban, "2026-06-01")))
    placed(spine.say("法院", status_note=objection("法院", exit_ban, "2026-06-01")))
    placed(spine.say("法院", status_note=note("法院", exit_ban, CONTESTED, "2026-06-01")))


def test_note_ends_no_earlier_than_it_began(spine: Spine, exit_ban: str) -> None:
    placed(spine.say("法院", status_note=stay("法院", exit_ban, "2026-06-01")))
    refused = refusal(spine.say("法院", status_note=resumption("法院", exit_ban, "2026-05-31")))
    assert refused == {("DATES_OUT_OF_ORDER", "status_note.effective_on")}
    placed(spine.say("法院", status_note=resumption("法院", exit_ban, "2026-06-01")))


def test_note_is_of_a_day_that_has_come(spine: Spine, exit_ban: str) -> None:
    late = objection("法院", exit_ban, "2026-11-24")
    refused = refusal(spine.say("法院", status_note=late))
    assert refused == {("DATE_IN_FUTURE", "status_note.effective_on")}


@pytest.mark.parametrize("status", [pb.NOTED_STATUS_UNSPECIFIED, 99])
def test_status_that_this_release_does_not_know_is_refused(
    spine: Spine, exit_ban: str, status: pb.NotedStatus.ValueType
) -> None:
    refused = refusal(spine.say("法院", status_note=note("法院", exit_ban, status, "2026-06-01")))
    assert refused == {("FIELD_INVALID", "status_note.status")}


def test_note_says_why(spine: Spine, exit_ban: str) -> None:
    silent = objection("法院", exit_ban, "2026-06-01", reason="\u3000")
    assert refusal(spine.say("法院", status_note=silent)) == {("FIELD_REQUIRED", "status_note.reason")}


def test_department_notes_nothing_on_the_record_of_another(spine: Spine, exit_ban: str) -> None:
    foreign = objection("法院", exit_ban, "2026-06-01")
    refused = refusal(spine.say("税务", status_note=foreign))
    assert refused == {("TARGET_OF_ANOTHER_DEPARTMENT", "status_note.target.department")}


def test_operator_notes_an_objection_on_any_record_and_its_end(spine: Spine, exit_ban: str) -> None:
    """Marked at once, before the source has answered (浙江、深圳: 当场标注)."""
    placed(spine.say(OPERATOR.key, status_note=objection("法院", exit_ban, "2026-06-01")))
    settled = note("法院", exit_ban, SETTLED, "2026-06-09")
    placed(spine.say(OPERATOR.key, status_note=settled))


def test_source_ends_the_objection_that_the_operator_noted(spine: Spine, exit_ban: str) -> None:
    placed(spine.say(OPERATOR.key, status_note=objection("法院", exit_ban, "2026-06-01")))
    placed(spine.say("法院", status_note=note("法院", exit_ban, SETTLED, "2026-06-09")))


@pytest.mark.parametrize("status", [pb.NOTED_STATUS_STAYED, pb.NOTED_STATUS_RESUMED, CONTESTED])
def test_operator_stays_nothing_of_another_department(
    spine: Spine, exit_ban: str, status: pb.NotedStatus.ValueType
) -> None:
    foreign = note("法院", exit_ban, status, "2026-06-01", by=OPERATOR.key)
    refused = refusal(spine.say(OPERATOR.key, status_note=foreign))
    assert refused == {("TARGET_OF_ANOTHER_DEPARTMENT", "status_note.target.department")}


def test_operator_objects_to_nothing_that_is_not_there_or_is_withdrawn(spine: Spine, exit_ban: str) -> None:
    unknown = {("TARGET_UNKNOWN", "status_note.target")}
    missing = objection("法院", "none", "2026-06-01")
    assert refusal(spine.say(OPERATOR.key, status_note=missing)) == unknown
    placed(spine.say("法院", withdrawal=withdrawal("法院", exit_ban)))
    gone = objection("法院", exit_ban, "2026-06-01")
    assert refusal(spine.say(OPERATOR.key, status_note=gone)) == unknown


def test_links_and_rulings_have_no_status(spine: Spine) -> None:
    key, subject = "市场监管", new_firm()
    placed(spine.say(key, "link", subject_link=branch_of(new_firm(), subject)))
    placed(spine.say(key, "old", subject_link=alternate(old_code(subject), subject)))
    placed(spine.say(key, "name", name_ruling=ruling(subject, subject.name)))
    for statement_id in ("link", "old", "name"):
        noted = objection(key, statement_id, "2026-06-01")
        for by in (key, OPERATOR.key):
            refused = refusal(spine.say(by, status_note=noted))
            assert refused == {("TARGET_NOT_AN_EVENT", "status_note.target")}


def test_note_on_a_record_that_was_corrected_is_made_on_its_correction(spine: Spine) -> None:
    placed(spine.say("财政", "wrong", event=penalty("财政", firm(1))))
    placed(spine.say("财政", "right", correction=correction("财政", "wrong", penalty("财政", firm(1)))))
    refused = refusal(spine.say("财政", status_note=stay("财政", "wrong", "2026-06-01")))
    assert refused == {("TARGET_ALREADY_ENDED", "status_note.target")}
    placed(spine.say("财政", status_note=stay("财政", "right", "2026-06-01")))


def test_note_that_was_open_on_what_was_corrected_ends_on_the_correction(spine: Spine) -> None:
    placed(spine.say("财政", "w", event=penalty("财政", firm(1))))
    placed(spine.say("财政", status_note=stay("财政", "w", "2026-06-01")))
    placed(spine.say("财政", "r", correction=correction("财政", "w", penalty("财政", firm(1)))))
    assert refusal(spine.say("财政", status_note=stay("财政", "r", "2026-06-02"))) == {
        ("STATUS_NOT_APPLICABLE", "status_note.status")
    }
    placed(spine.say("财政", status_note=resumption("财政", "r", "2026-07-01")))
