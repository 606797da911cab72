"""What an answer says, as it arrives: the reasons, what was found empty, and the same bytes every time."""

from datetime import date
from typing import Any

import pytest

from registry.access.identity import CallerRole
from registry.editions import current_edition
from registry.servicer.messages import checked_message
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.statement_pb2 import NOTED_STATUS_CONTESTED, StatusNote
from registry.v1.subject_pb2 import SUBJECT_ROLE_AGENCY, SUBJECT_ROLE_BIDDER
from registry.v1.verdict_pb2 import (
    HIT_EFFECT_BLOCKS,
    INDETERMINATE_REASON_CODE_INVALID,
    INDETERMINATE_REASON_SUBJECT_UNKNOWN,
    VERDICT_BLOCKED,
    VERDICT_CLEAR,
    VERDICT_INDETERMINATE,
    VERDICT_REVIEW,
    HitStatus,
    RestrictionOrigin,
    SubjectRelation,
)
from tests.support.clock import instant_ms
from tests.support.events import (
    branch_of,
    event,
    fined,
    firm,
    imposed,
    licence,
    list_entry,
    objection,
    placed,
    stay,
    succession,
)
from tests.support.events import note as note_of
from tests.support.served import Served, code_of, short_ban

PROCUREMENT = pb.Purpose(domain=subject_pb2.DOMAIN_PROCUREMENT)


@pytest.fixture(scope="module", autouse=True)
def statements(served: Served) -> None:
    """Firm 1 is banned from procurement, firm 2 has a licence, of firm 3 nothing is known; each firm from
    4 on has one thing that answers tell."""
    spine = served.spine
    placed(spine.say("财政", "ban-1", event=short_ban(1)))
    placed(spine.say("市场监管", "licence-2", event=licence("市场监管", firm(2))))
    entry = list_entry("法院", firm(4), "L-01", "2026-03-01", "2028-03-01")
    placed(spine.say("法院", "listed-4", event=entry))
    placed(spine.say("市场监管", "fined-5", event=fined("市场监管", firm(5), "2026-03-20", "250")))
    later = [imposed("M-PRO-01", "2026-12-15", "2028-12-15")]
    ahead = event("财政", firm(6), "E-51", "2026-11-02", measures=later)
    placed(spine.say("财政", "coming-6", event=ahead))
    for number in (7, 8, 9):
        placed(spine.say("财政", f"ban-{number}", event=short_ban(number)))
    notes: list[Any] = [stay, objection, contest]
    for number, note in enumerate(notes, 7):
        placed(spine.say("财政", status_note=note("财政", f"ban-{number}", "2026-05-01")))
    placed(spine.say("市场监管", subject_link=succession(firm(1), firm(10), "2026-06-01")))
    placed(spine.say("市场监管", event=licence("市场监管", firm(11))))
    placed(spine.say("市场监管", subject_link=branch_of(firm(11), firm(1))))


def contest(key: str, statement_id: str, day: str) -> StatusNote:
    """A suit against a decision."""
    return note_of(key, statement_id, NOTED_STATUS_CONTESTED, day)


def asker(served: Served) -> RestrictionServiceStub:
    return RestrictionServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM)))


def question(number: int, on: date = date(2026, 11, 20)) -> pb.CheckRequest:
    request = pb.CheckRequest(
        subject=firm(number).identifier, purpose=PROCUREMENT, matter=pb.Matter(role=SUBJECT_ROLE_BIDDER)
    )
    request.valid_time.FromMilliseconds(instant_ms(on))
    return request


def questions(*numbers: int, **changes: Any) -> pb.BatchCheckRequest:
    fields: dict[str, Any] = {
        "identifier_type": subject_pb2.IDENTIFIER_TYPE_USCC,
        "identifiers": [code_of(number) for number in numbers],
        "purpose": PROCUREMENT,
        "matter": pb.Matter(role=SUBJECT_ROLE_BIDDER),
        "valid_time": question(1).valid_time,
    }
    return pb.BatchCheckRequest(**{**fields, **changes})


def test_a_block_says_which_measure_document_article_and_until_when(served: Served) -> None:
    answer = asker(served).Check(question(1))
    assert answer.verdict == VERDICT_BLOCKED
    (hit,) = answer.hits
    assert (hit.measure_code, hit.effect) == ("M-PRO-01", HIT_EFFECT_BLOCKS)
    assert (getattr(hit, "from"), hit.until, hit.lifetime) == ("2026-03-01", "2028-03-01", False)
    assert (hit.department, hit.statement_id) == (served.spine.code("财政"), "ban-1")
    assert hit.document.number
    assert hit.document.authority
    assert any("政府采购法" in article for article in hit.legal_basis)
    assert hit.relief


def test_a_clear_answer_says_what_was_found_empty(served: Served) -> None:
    answer = asker(served).Check(question(2))
    assert answer.verdict == VERDICT_CLEAR
    assert not answer.hits
    measures = {measure.code for measure in answer.checked_and_empty.measures}
    lists = {each.code: each.connected for each in answer.checked_and_empty.lists}
    assert {"M-PRO-01", "M-PRO-05"} <= measures
    assert {"L-01", "L-02", "L-03"} <= lists.keys()
    assert all(lists[code] for code in ("L-01", "L-02", "L-03"))


def test_what_was_met_is_not_said_to_be_empty(served: Served) -> None:
    answer = asker(served).Check(question(1))
    assert "M-PRO-01" not in {measure.code for measure in answer.checked_and_empty.measures}


def test_a_subject_of_which_nothing_is_known_is_indeterminate(served: Served) -> None:
    answer = asker(served).Check(question(3))
    assert answer.verdict == VERDICT_INDETERMINATE
    assert answer.indeterminate_reason == INDETERMINATE_REASON_SUBJECT_UNKNOWN
    assert answer.indeterminate_detail


def test_an_answer_states_the_log_the_position_the_edition_and_the_time(served: Served) -> None:
    answered = asker(served).Check(question(1)).answered
    edition = current_edition()
    assert answered.origin == served.spine.config.origin
    assert answered.known_position == served.spine.position
    assert (answered.edition, answered.edition_label) == (edition.hash, edition.label)
    assert answered.valid_time == question(1).valid_time
    assert answered.known_time.ToMilliseconds() == served.spine.clock.now_ms


@pytest.mark.parametrize(
    ("number", "verdict", "told"),
    [
        (1, VERDICT_BLOCKED, ("IN_FORCE", "DECISION", "SELF")),
        (4, VERDICT_BLOCKED, ("IN_FORCE", "LIST", "SELF")),
        (5, VERDICT_BLOCKED, ("IN_FORCE", "STATUTE", "SELF")),
        (6, VERDICT_CLEAR, ("COMING", "DECISION", "SELF")),
        (7, VERDICT_REVIEW, ("STAYED", "DECISION", "SELF")),
        (8, VERDICT_REVIEW, ("OBJECTED", "DECISION", "SELF")),
        (9, VERDICT_BLOCKED, ("CONTESTED", "DECISION", "SELF")),
        (10, VERDICT_BLOCKED, ("IN_FORCE", "DECISION", "SAME")),
        (11, VERDICT_REVIEW, ("IN_FORCE", "DECISION", "PARENT")),
    ],
)
def test_a_hit_says_where_it_stands_from_what_it_arises_and_on_whom_it_fell(
    served: Served, number: int, verdict: int, told: tuple[str, str, str]
) -> None:
    answer = asker(served).Check(question(number))
    assert answer.verdict == verdict
    assert {
        (
            HitStatus.Name(hit.status).removeprefix("HIT_STATUS_"),
            RestrictionOrigin.Name(hit.origin).removeprefix("RESTRICTION_ORIGIN_"),
            SubjectRelation.Name(hit.relation).removeprefix("SUBJECT_RELATION_"),
        )
        for hit in answer.hits
    } == {told}
    others = [hit.related.value for hit in answer.hits if hit.HasField("related")]
    assert others == ([code_of(1)] if told[2] != "SELF" else [])


def test_a_hit_from_a_list_names_the_list_and_its_way_out(served: Served) -> None:
    (hit, *_) = asker(served).Check(question(4)).hits
    entry = current_edition().credit_list("L-01", date(2026, 3, 1))
    assert entry is not None
    assert (hit.list_code, hit.list_name, hit.relief) == ("L-01", entry.name_zh, entry.relief)


def test_a_question_without_a_time_is_about_now(served: Served) -> None:
    request = question(1)
    request.ClearField("valid_time")
    assert asker(served).Check(request).answered.valid_time.ToMilliseconds() == served.spine.clock.now_ms


def test_a_code_is_echoed_as_it_was_understood(served: Served) -> None:
    request = question(1)
    request.subject.value = f" {code_of(1)[:8].lower()}-{code_of(1)[8:]} "
    answer = asker(served).Check(request)
    assert (answer.verdict, answer.subject.value) == (VERDICT_BLOCKED, code_of(1))


def test_what_was_asked_in_between_does_not_change_an_answer(served: Served) -> None:
    # In 2012 there were no lists yet; what was examined then must not leak into the answer for today.
    days = (date(2012, 6, 1), date(2026, 11, 20), date(2015, 6, 1))
    alone = [fresh_answer(served, question(2, day)) for day in days]
    mixed = [asker(served).Check(question(2, day)).SerializeToString() for day in days]
    assert mixed == alone
    assert len(set(alone)) == len(days)


def fresh_answer(served: Served, request: pb.CheckRequest) -> bytes:
    """The answer of a servicer that was never asked before."""
    answer = asker(served).Check(request)
    matter = served.spine.engine.ask.settle(
        request, served.system(CallerRole.PROCUREMENT_SYSTEM), time_left_s=1
    )
    expected = checked_message(matter.question, matter, frozenset())
    answer.checked_and_empty.CopyFrom(expected)
    return answer.SerializeToString()


def test_a_batch_answers_each_in_its_place(served: Served) -> None:
    bad = code_of(1)[:-1] + "Z"
    request = questions(2, 1, 3, 1)
    request.identifiers.append(bad)
    answer = asker(served).BatchCheck(request)
    assert list(answer.verdicts) == [
        VERDICT_CLEAR, VERDICT_BLOCKED, VERDICT_INDETERMINATE, VERDICT_BLOCKED, VERDICT_INDETERMINATE
    ]  # fmt: skip
    assert list(answer.hit_subjects) == [1, 3]
    assert {hit.measure_code for hit in answer.hits} == {"M-PRO-01"}
    reasons = dict(zip(answer.indeterminate_subjects, answer.indeterminate_reasons, strict=True))
    assert reasons == {2: INDETERMINATE_REASON_SUBJECT_UNKNOWN, 4: INDETERMINATE_REASON_CODE_INVALID}


def test_a_batch_agrees_with_the_single_questions(served: Served) -> None:
    numbers = range(1, 13)
    batch = asker(served).BatchCheck(questions(*numbers))
    singles = [asker(served).Check(question(number)) for number in numbers]
    assert list(batch.verdicts) == [single.verdict for single in singles]
    assert list(batch.hits) == [hit for single in singles for hit in single.hits]
    reasons = dict(zip(batch.indeterminate_subjects, batch.indeterminate_reasons, strict=True))
    assert reasons == {
        number: single.indeterminate_reason
        for number, single in enumerate(singles)
        if single.indeterminate_reason
    }
    assert batch.answered == singles[0].answered


def test_in_a_batch_each_may_have_a_role_of_its_own(served: Served) -> None:
    roles = [SUBJECT_ROLE_BIDDER, SUBJECT_ROLE_AGENCY]
    answer = asker(served).BatchCheck(questions(1, 1, roles=roles))
    alone = question(1)
    alone.matter.role = SUBJECT_ROLE_AGENCY
    assert answer.verdicts[0] == VERDICT_BLOCKED
    assert answer.verdicts[1] == asker(served).Check(alone).verdict
    assert {checked.role for checked in answer.checked} == set(roles)


def test_ten_thousand_hits_arrive_in_one_answer(served: Served) -> None:
    answer = asker(served).BatchCheck(questions(*[1] * 10_000), timeout=20)
    assert list(answer.hit_subjects) == list(range(10_000))
    assert len(answer.hits) == 10_000
