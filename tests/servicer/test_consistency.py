"""The four choices of consistency, asked over the wire while the log grows."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.v1 import intake_service_pb2, statement_pb2, subject_pb2
from registry.v1 import restriction_service_pb2 as pb
from registry.v1.consistency_pb2 import Consistency
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.verdict_pb2 import VERDICT_BLOCKED, VERDICT_CLEAR, VERDICT_INDETERMINATE
from tests.support.clock import instant_ms
from tests.support.events import ban, firm, withdrawal
from tests.support.served import Served, code_of, refusal_of, refused, short_ban


def question(number: int, consistency: Consistency | None = None) -> pb.CheckRequest:
    request = pb.CheckRequest(
        subject=firm(number).identifier,
        purpose=pb.Purpose(domain=subject_pb2.DOMAIN_PROCUREMENT),
        matter=pb.Matter(role=subject_pb2.SUBJECT_ROLE_BIDDER),
        consistency=consistency,
    )
    request.valid_time.FromMilliseconds(instant_ms(date(2026, 11, 20)))
    return request


def asker(served: Served) -> RestrictionServiceStub:
    return RestrictionServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM)))


def put_ban(served: Served, number: int) -> int:
    """Bans a firm over the wire and answers the position."""
    statement = served.spine.statement("财政", f"ban-{number}", event=short_ban(number))
    return put(served, statement)


def put(served: Served, statement: statement_pb2.Statement) -> int:
    envelope = served.spine.seal("财政", statement)
    stub = IntakeServiceStub(served.channel(served.department("财政")))
    result = stub.Submit(intake_service_pb2.SubmitRequest(envelopes=[envelope])).results[0]
    assert result.HasField("accepted"), result
    return result.accepted.position


@pytest.mark.parametrize(
    ("number", "choice"),
    [(101, "nothing"), (102, "minimize_latency"), (103, "fully_consistent"), (104, "at_least_as_fresh")],
)
def test_an_acknowledged_write_is_seen_by_the_next_question(served: Served, number: int, choice: str) -> None:
    position = put_ban(served, number)
    consistency = {
        "nothing": None,
        "minimize_latency": Consistency(minimize_latency=True),
        "fully_consistent": Consistency(fully_consistent=True),
        "at_least_as_fresh": Consistency(at_least_as_fresh=position),
    }[choice]
    answer = asker(served).Check(question(number, consistency))
    assert answer.verdict == VERDICT_BLOCKED
    assert answer.answered.known_position >= position
    assert answer.hits[0].position == position


def test_an_exact_position_before_the_write_knows_nothing_of_it(served: Served) -> None:
    position = put_ban(served, 1)
    before = asker(served).Check(question(1, Consistency(at_exact_position=position - 1)))
    at = asker(served).Check(question(1, Consistency(at_exact_position=position)))
    assert (before.verdict, before.answered.known_position) == (VERDICT_INDETERMINATE, position - 1)
    assert (at.verdict, at.answered.known_position) == (VERDICT_BLOCKED, position)


def test_the_past_is_answered_byte_for_byte_after_a_later_withdrawal(served: Served) -> None:
    put_ban(served, 3)
    position = put_ban(served, 2)
    then = asker(served).Check(question(2, Consistency(at_exact_position=position)))
    taken_back = withdrawal("财政", "ban-2")
    later = put(served, served.spine.statement("财政", "ban-2-back", withdrawal=taken_back))
    again = asker(served).Check(question(2, Consistency(at_exact_position=position)))
    now = asker(served).Check(question(2, Consistency(at_least_as_fresh=later)))
    assert again.SerializeToString() == then.SerializeToString()
    assert (then.verdict, now.verdict) == (VERDICT_BLOCKED, VERDICT_INDETERMINATE)
    assert not now.hits


def test_the_founding_position_is_answered_too(served: Served) -> None:
    answer = asker(served).Check(question(1, Consistency(at_exact_position=0)))
    assert (answer.verdict, answer.answered.known_position) == (VERDICT_INDETERMINATE, 0)


def test_a_question_waits_for_a_write_that_is_on_its_way(served: Served) -> None:
    expected = served.spine.position + 1
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(
            lambda: asker(served).Check(question(4, Consistency(at_least_as_fresh=expected)), timeout=20)
        )
        time.sleep(0.05)
        assert put_ban(served, 4) == expected
        answer = asked.result(20)
    assert answer.verdict == VERDICT_BLOCKED


@pytest.mark.parametrize("choice", ["at_least_as_fresh", "at_exact_position"])
@pytest.mark.parametrize("ahead", [1, 2**63, 2**64 - 10**6])
def test_a_position_ahead_is_out_of_range(
    served: Served, monkeypatch: pytest.MonkeyPatch, choice: str, ahead: int
) -> None:
    monkeypatch.setattr("registry.commands.ask.MAX_WAIT_S", 0.05)
    position: dict[str, Any] = {choice: served.spine.position + ahead}
    consistency = Consistency(**position)
    refusal = refused(lambda: asker(served).Check(question(1, consistency)))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.OUT_OF_RANGE, "POSITION_AHEAD")
    assert refusal.fields == ("consistency",)


def test_the_wait_for_a_position_ends_before_the_callers_deadline(served: Served) -> None:
    ahead = Consistency(at_least_as_fresh=served.spine.position + 1)
    begun = time.monotonic()
    refusal = refused(lambda: asker(served).Check(question(1, ahead), timeout=1.6))
    assert refusal.reason == "POSITION_AHEAD"
    assert 0.5 < time.monotonic() - begun < 1.6


def test_questions_that_wait_keep_no_other_from_being_answered(served: Served) -> None:
    ahead = Consistency(at_least_as_fresh=served.spine.position + 1000)
    waiting = [asker(served).Check.future(question(1, ahead), timeout=4) for _ in range(32)]
    begun = time.monotonic()
    assert asker(served).Check(question(1)).verdict
    assert time.monotonic() - begun < 1.5
    assert {refusal_of(call.exception()).reason for call in waiting} == {"POSITION_AHEAD"}


def test_a_batch_is_answered_at_one_position(served: Served) -> None:
    position = put_ban(served, 5)
    request = pb.BatchCheckRequest(
        identifier_type=subject_pb2.IDENTIFIER_TYPE_USCC,
        identifiers=[code_of(5), code_of(6)],
        purpose=pb.Purpose(domain=subject_pb2.DOMAIN_PROCUREMENT),
        consistency=Consistency(at_exact_position=position),
    )
    put_ban(served, 6)
    answer = asker(served).BatchCheck(request)
    assert answer.answered.known_position == position
    assert answer.verdicts[1] == VERDICT_INDETERMINATE
    assert list(answer.hit_subjects) == [0]


def test_an_answer_says_when_the_last_statement_that_it_knows_was_received(served: Served) -> None:
    first = put_ban(served, 8)
    before = served.spine.clock.now_ms
    served.spine.clock.now_ms += 1234
    second = put_ban(served, 9)
    for position, received in ((first, before), (second, before + 1234)):
        exact = asker(served).Check(question(8, Consistency(at_exact_position=position)))
        assert exact.answered.known_time.ToMilliseconds() == received
    founded = asker(served).Check(question(8, Consistency(at_exact_position=0))).answered
    assert 0 < founded.known_time.ToMilliseconds() <= before
    assert asker(served).Check(question(8)).answered.known_time.ToMilliseconds() == before + 1234


def test_a_ban_of_yesterday_does_not_bind_the_day_before_it(served: Served) -> None:
    event = ban("财政", firm(7), "M-PRO-01", "2025-11-01", "2026-11-10")
    put(served, served.spine.statement("财政", "ban-7", event=event))
    early = question(7)
    early.valid_time.FromMilliseconds(instant_ms(date(2025, 10, 31)))
    last = question(7)
    last.valid_time.FromMilliseconds(instant_ms(date(2026, 11, 10), hour=23))
    after = question(7)
    after.valid_time.FromMilliseconds(instant_ms(date(2026, 11, 11), hour=0))
    verdicts = [asker(served).Check(each).verdict for each in (early, last, after)]
    assert verdicts == [VERDICT_CLEAR, VERDICT_BLOCKED, VERDICT_CLEAR]
