"""CheckColumns and StreamCheck say what Check says, in fewer bytes or one after the other; and a batch
tells as much as is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.servicer.columns import MAX_COLUMNS
from registry.servicer.questions import MAX_KEY
from registry.v1 import consistency_pb2, subject_pb2, verdict_pb2
from registry.v1 import restriction_service_pb2 as pb
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_SIGNED, ReceiptRequest
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from tests.support.events import ban, firm, licence, new_firm, person, placed, withdrawal
from tests.support.notices import told_at
from tests.support.reports import question
from tests.support.served import DEADLINE_S, Served, refused

USCC = subject_pb2.IDENTIFIER_TYPE_USCC
UNKNOWN = verdict_pb2.INDETERMINATE_REASON_SUBJECT_UNKNOWN
INVALID = verdict_pb2.INDETERMINATE_REASON_CODE_INVALID
BROKEN = "91130902DEM000001Z"


@pytest.fixture(scope="module")
def codes(served: Served) -> list[str]:
    """Restricted, licensed, unknown and wrong codes."""
    say = served.spine.say
    for number in (701, 702):
        event = ban("财政", firm(number), "M-PRO-01", "2026-03-01", "2028-03-01")
        placed(say("财政", f"columns-{number}", event=event))
    placed(say("财政", event=ban("财政", firm(702), "M-PRO-02", "2026-03-01", "2027-03-01")))
    placed(say("住建", event=licence("住建", firm(703))))
    return [firm(701).identifier.value, firm(703).identifier.value, firm(704).identifier.value, BROKEN,
            firm(702).identifier.value]  # fmt: skip


def asker(served: Served, name: str = "asker") -> Any:
    return RestrictionServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM, name)))


def columns(codes: list[str], **more: Any) -> pb.CheckColumnsRequest:
    asked = question(firm(1))
    return pb.CheckColumnsRequest(
        codes="".join(codes).encode(), purpose=asked.purpose, matter=asked.matter, **more
    )


def batch(codes: list[str], **more: Any) -> pb.BatchCheckRequest:
    asked = question(firm(1))
    return pb.BatchCheckRequest(
        identifier_type=USCC, identifiers=codes, purpose=asked.purpose, matter=asked.matter, **more
    )


def single(served: Served, code: str) -> pb.CheckResponse:
    asked = question(firm(1))
    asked.subject.value = code
    answer: pb.CheckResponse = asker(served).Check(asked, timeout=DEADLINE_S)
    return answer


def test_columns_say_what_single_questions_say(served: Served, codes: list[str]) -> None:
    answer = asker(served).CheckColumns(columns(codes), timeout=DEADLINE_S)
    for number, code in enumerate(codes):
        alone = single(served, code)
        assert answer.verdicts[number] == alone.verdict
        rows = [row for row, of in enumerate(answer.hit_subjects) if of == number]
        told = [
            (answer.measures[answer.hit_measures[row]], answer.hit_effects[row], answer.hit_statuses[row],
             answer.hit_positions[row])
            for row in rows
        ]  # fmt: skip
        assert told == [(hit.measure_code, hit.effect, hit.status, hit.position) for hit in alone.hits]
    why = dict(zip(answer.indeterminate_subjects, answer.indeterminate_reasons, strict=True))
    assert why == {2: UNKNOWN, 3: INVALID}
    assert sorted(answer.measures) == ["M-PRO-01", "M-PRO-02"]
    assert answer.answered.known_position == single(served, codes[0]).answered.known_position


def test_columns_of_an_earlier_position_and_time_are_of_these(served: Served, codes: list[str]) -> None:
    exactly = consistency_pb2.Consistency(at_exact_position=3)
    answer = asker(served).CheckColumns(columns(codes, consistency=exactly), timeout=DEADLINE_S)
    assert answer.answered.known_position == 3
    assert set(answer.indeterminate_reasons) == {UNKNOWN, INVALID}
    request = columns(codes)
    request.valid_time.FromJsonString("2030-01-01T00:00:00Z")
    answer = asker(served).CheckColumns(request, timeout=DEADLINE_S)
    assert not answer.hit_subjects


@pytest.mark.parametrize(
    ("codes", "reason"),
    [(b"", "TOO_LARGE"), (b"9" * 17, "FIELD_INVALID"), (b"9" * 18 * (MAX_COLUMNS + 1), "TOO_LARGE")],
)
def test_columns_of_no_width_or_too_many_are_refused(served: Served, codes: bytes, reason: str) -> None:
    request = columns([])
    request.codes = codes
    refusal = refused(lambda: asker(served).CheckColumns(request, timeout=DEADLINE_S))
    assert (refusal.reason, refusal.fields) == (reason, ("codes",))


def test_what_is_no_ascii_is_no_code(served: Served) -> None:
    request = columns([])
    request.codes = b"\xff" * 36
    answer = asker(served).CheckColumns(request, timeout=DEADLINE_S)
    assert list(answer.indeterminate_reasons) == [INVALID, INVALID]


def test_whoever_is_told_in_columns_is_told_of_the_end(served: Served) -> None:
    subject, caller = new_firm(), served.system(CallerRole.PROCUREMENT_SYSTEM, "columnist")
    event = ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")
    placed(served.spine.say("财政", "in-columns", event=event))
    asker(served, "columnist").CheckColumns(columns([subject.identifier.value]), timeout=DEADLINE_S)
    ended = placed(served.spine.say("财政", withdrawal=withdrawal("财政", "in-columns")))
    assert (caller.uri, "REVOKED") in told_at(served.spine, ended)


# --- batches --------------------------------------------------------------------------------------


def test_batch_gives_keys_back_and_says_what_is_wrong_with_each(served: Served, codes: list[str]) -> None:
    keys = [f"标段-{number}" for number in range(len(codes))]
    answer = asker(served).BatchCheck(batch(codes, keys=keys), timeout=DEADLINE_S)
    assert list(answer.keys) == keys
    told = dict(zip(answer.indeterminate_subjects, answer.indeterminate_details, strict=True))
    assert told == {n: single(served, codes[n]).indeterminate_detail for n in (2, 3)}
    assert all(told.values())


def test_batch_tells_as_much_of_hits_as_is_asked_for(served: Served, codes: list[str]) -> None:
    whole = asker(served).BatchCheck(batch(codes), timeout=DEADLINE_S)
    options = pb.BatchOptions(hits=pb.HIT_DETAIL_BRIEF, without_checked=True)
    brief = asker(served).BatchCheck(batch(codes, options=options), timeout=DEADLINE_S)
    assert (brief.verdicts, brief.hit_subjects) == (whole.verdicts, whole.hit_subjects)
    shown = ("measure_code", "list_code", "effect", "status", "from", "until", "position")
    for one, other in zip(brief.hits, whole.hits, strict=True):
        assert [getattr(one, name) for name in shown] == [getattr(other, name) for name in shown]
        assert not one.HasField("document")
    assert whole.checked
    assert not brief.checked
    options = pb.BatchOptions(hits=pb.HIT_DETAIL_NONE)
    none = asker(served).BatchCheck(batch(codes, options=options), timeout=DEADLINE_S)
    assert none.verdicts == whole.verdicts
    assert not none.hits
    assert not none.hit_subjects


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"keys": ["a"]}, "keys"),
        ({"keys": ["a", "b" * (MAX_KEY + 1)]}, "keys"),
        ({"options": pb.BatchOptions(hits=9)}, "options.hits"),  # type: ignore[arg-type]
        (
            {"options": pb.BatchOptions(), "receipt": ReceiptRequest(evidence=EVIDENCE_LEVEL_SIGNED)},
            "options",
        ),
    ],
)
def test_what_a_batch_cannot_be_asked_with_is_refused(
    served: Served, more: dict[str, Any], field: str
) -> None:
    codes = [firm(701).identifier.value, firm(703).identifier.value]
    refusal = refused(lambda: asker(served).BatchCheck(batch(codes, **more), timeout=DEADLINE_S))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "FIELD_INVALID")
    assert field in refusal.fields


# --- streams --------------------------------------------------------------------------------------


def test_stream_answers_each_kind_of_question_as_its_own_call_does(served: Served, codes: list[str]) -> None:
    alone = question(firm(701))
    asked = [
        pb.StreamCheckRequest(key="a", check=alone),
        pb.StreamCheckRequest(key="b", batch=batch(codes)),
        pb.StreamCheckRequest(key="c", columns=columns(codes)),
    ]
    answers = list(asker(served).StreamCheck(iter(asked), timeout=DEADLINE_S))
    assert [(each.key, each.WhichOneof("answer")) for each in answers] == [
        ("a", "check"), ("b", "batch"), ("c", "columns"),
    ]  # fmt: skip
    assert answers[0].check.verdict == single(served, codes[0]).verdict
    assert bytes(answers[1].batch.verdicts) == answers[2].columns.verdicts


def test_question_that_cannot_be_answered_does_not_end_the_stream(served: Served, codes: list[str]) -> None:
    denied, nobody = question(firm(701)), question(person(1))
    denied.purpose.domain = subject_pb2.DOMAIN_EXIT_ENTRY
    nobody.purpose.ClearField("reference")
    asked = [
        pb.StreamCheckRequest(key="1", check=denied),
        pb.StreamCheckRequest(key="2"),
        pb.StreamCheckRequest(key="3", check=nobody),
        pb.StreamCheckRequest(key="k" * (MAX_KEY + 1), check=question(firm(701))),
        pb.StreamCheckRequest(key="5", check=question(firm(701))),
    ]
    answers = list(asker(served).StreamCheck(iter(asked), timeout=DEADLINE_S))
    named = [[(fault.reason, fault.field) for fault in each.unanswered.faults] for each in answers[:4]]
    assert all(named)
    assert [fields[0][1] for fields in named] == ["purpose.domain", "question", "purpose.reference", "key"]
    assert not any(each.unanswered.may_retry for each in answers[:4])
    assert answers[4].check.verdict == verdict_pb2.VERDICT_BLOCKED


def test_person_asked_about_on_a_stream_is_in_the_query_log_before_the_answer(served: Served) -> None:
    asked, before = question(person(77)), len(list(served.spine.engine.store.queries()))
    asked.purpose.reference = "流上的案号"
    (answer,) = asker(served).StreamCheck(
        iter([pb.StreamCheckRequest(key="p", check=asked)]), timeout=DEADLINE_S
    )
    assert (answer.key, answer.WhichOneof("answer")) == ("p", "check")
    rows = list(served.spine.engine.store.queries())[before:]
    assert [row.reference for row in rows] == ["流上的案号"]


def test_each_answer_comes_before_the_next_question_is_asked(served: Served, codes: list[str]) -> None:
    waiting: SimpleQueue[pb.StreamCheckRequest | None] = SimpleQueue()

    def ask() -> Iterator[pb.StreamCheckRequest]:
        while (request := waiting.get()) is not None:
            yield request

    answers = asker(served).StreamCheck(ask(), timeout=DEADLINE_S)
    for key in ("1", "2", "3"):
        waiting.put(pb.StreamCheckRequest(key=key, columns=columns(codes)))
        assert next(answers).key == key
    waiting.put(None)
    assert list(answers) == []
