"""Statements over the wire: one by one, in a stream, repeated, cut off, read back."""

import logging
import queue
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands.submission import MAX_DRAFT_BYTES, MAX_PAYLOAD_BYTES
from registry.provenance.batch import sign_batch
from registry.provenance.envelope import sign_envelope
from registry.server import STREAMS
from registry.v1 import envelope_pb2
from registry.v1 import intake_service_pb2 as pb
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.statement_pb2 import EditionDraft, EditionFile
from tests.support.served import DEADLINE_S, Served, fault_names, refusal_of, refused, short_ban
from tests.support.spine import ORIGIN


def intake(served: Served, key: str = "财政") -> IntakeServiceStub:
    return IntakeServiceStub(served.channel(served.department(key)))


def envelope(
    served: Served, statement_id: str, number: int = 1, until: str = "2028-03-01"
) -> envelope_pb2.Envelope:
    event = short_ban(number, until)
    return served.spine.seal("财政", served.spine.statement("财政", statement_id, event=event))


def envelopes(served: Served, prefix: str, count: int) -> list[envelope_pb2.Envelope]:
    return [envelope(served, f"{prefix}-{number}", number) for number in range(count)]


def submit(served: Served, *sealed: envelope_pb2.Envelope) -> Sequence[pb.SubmitResult]:
    return intake(served).Submit(pb.SubmitRequest(envelopes=sealed), timeout=DEADLINE_S).results


def in_requests(sealed: Sequence[envelope_pb2.Envelope], size: int) -> list[pb.SubmitStreamRequest]:
    parts = (sealed[first : first + size] for first in range(0, len(sealed), size))
    return [pb.SubmitStreamRequest(envelopes=part) for part in parts]


def test_each_envelope_is_answered_in_its_place(served: Served) -> None:
    good, bad = envelope(served, "good"), envelope(served, "bad", until="2036-03-01")
    results = submit(served, good, bad, good)
    assert [result.WhichOneof("outcome") for result in results] == ["accepted", "refused", "accepted"]
    assert fault_names(results[1]) == ["TERM_OUT_OF_BOUNDS"]
    assert results[2].accepted.already_recorded
    assert results[2].accepted.position == results[0].accepted.position


def test_submitting_nothing_is_answered_with_nothing(served: Served) -> None:
    assert list(submit(served)) == []


def test_a_repetition_gets_the_first_answer_however_often_it_comes(served: Served) -> None:
    sealed = envelope(served, "often")
    first = submit(served, sealed)[0].accepted
    served.spine.clock.now_ms += 60_000
    again = submit(served, sealed)[0].accepted
    assert (again.position, again.received_time) == (first.position, first.received_time)
    assert (first.already_recorded, again.already_recorded) == (False, True)


def test_eight_callers_who_submit_the_same_at_once_get_one_position(served: Served) -> None:
    sealed = envelope(served, "at-once")
    before = served.spine.position
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: submit(served, sealed)[0].accepted, range(8)))
    assert {answer.position for answer in answers} == {before + 1}
    assert [answer.already_recorded for answer in answers].count(False) == 1
    assert served.spine.position == before + 1


def test_an_id_that_stands_for_something_else_is_refused(served: Served) -> None:
    submit(served, envelope(served, "taken", 1))
    assert fault_names(submit(served, envelope(served, "taken", 2))[0]) == ["STATEMENT_ID_REUSED"]


def test_a_stream_is_answered_in_order(served: Served) -> None:
    sealed = envelopes(served, "ordered", 60)
    answers = list(intake(served).SubmitStream(iter(in_requests(sealed, 3)), timeout=DEADLINE_S))
    results = [result for answer in answers for result in answer.results]
    positions = [result.accepted.position for result in results]
    assert [result.statement_id for result in results] == [f"ordered-{number}" for number in range(60)]
    assert positions == list(range(positions[0], positions[0] + 60))
    assert [len(answer.results) for answer in answers] == [3] * 20


def test_a_stream_has_several_requests_under_way(served: Served) -> None:
    # The requests are all sent before the first answer is read, so nobody waits for anybody.
    sent = 0

    def requests() -> Iterator[pb.SubmitStreamRequest]:
        nonlocal sent
        for request in in_requests(envelopes(served, "under-way", 4), 1):
            sent += 1
            yield request

    call = intake(served).SubmitStream(requests(), timeout=DEADLINE_S)
    assert within(5, lambda: sent == 4)
    assert len(list(call)) == 4


def test_a_caller_that_waits_for_each_answer_before_it_sends_the_next_is_answered(served: Served) -> None:
    to_send: queue.SimpleQueue[pb.SubmitStreamRequest | None] = queue.SimpleQueue()
    call = intake(served).SubmitStream(iter(to_send.get, None), timeout=5)
    for number, request in enumerate(in_requests(envelopes(served, "in-turn", 6), 1)):
        to_send.put(request)
        assert next(call).results[0].statement_id == f"in-turn-{number}"
    to_send.put(None)
    assert list(call) == []


def test_a_stream_that_is_closed_at_once_is_answered_with_nothing(served: Served) -> None:
    assert list(intake(served).SubmitStream(iter(()), timeout=5)) == []


def test_a_refusal_in_a_stream_stops_nobody(served: Served) -> None:
    sealed = [
        envelope(served, "before-it"),
        envelope(served, "refused-it", until="2036-03-01"),
        envelope(served, "after-it"),
    ]
    answers = list(intake(served).SubmitStream(iter(in_requests(sealed, 1)), timeout=DEADLINE_S))
    outcomes = [answer.results[0].WhichOneof("outcome") for answer in answers]
    assert outcomes == ["accepted", "refused", "accepted"]


def test_a_stream_with_a_request_that_is_too_long_ends_after_the_answers_before_it(served: Served) -> None:
    sealed = envelope(served, "before-too-long")
    requests = [pb.SubmitStreamRequest(envelopes=[sealed] * count) for count in (1, 1025)]
    answers: list[pb.SubmitStreamResponse] = []
    refusal = refused(
        lambda: answers.extend(iter(intake(served).SubmitStream(iter(requests), timeout=DEADLINE_S)))
    )
    assert refusal.reason == "TOO_LARGE"
    assert len(answers) == 1


def test_a_stream_cut_off_midway_leaves_nothing_half_done(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    sealed = envelopes(served, "cut-off", 200)
    before = served.spine.position
    with caplog.at_level(logging.INFO):
        call = intake(served).SubmitStream(iter(in_requests(sealed, 5)), timeout=DEADLINE_S)
        first = next(call)
        call.cancel()
        wait_until_still(served)
    recorded = served.spine.position - before
    assert [result.WhichOneof("outcome") for result in first.results] == ["accepted"] * 5
    again = submit(served, *sealed)
    positions = [result.accepted.position for result in again]
    assert [result.accepted.already_recorded for result in again].count(True) == recorded >= 5
    assert sorted(positions) == list(range(before + 1, before + 201))
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


def wait_until_still(served: Served) -> None:
    """Waits until the log has not grown for a while, also on a machine that has much to do."""
    position = -2
    while position != served.spine.position:
        position = served.spine.position
        time.sleep(1.0)


def test_a_statement_is_returned_byte_for_byte_however_it_was_serialised(served: Served) -> None:
    statement = served.spine.statement("财政", "odd-bytes", event=short_ban(3))
    head, tail = type(statement)(), type(statement)()
    tail.CopyFrom(statement)
    tail.ClearField("statement_id")
    head.statement_id = statement.statement_id
    # The id last and not first: no serialiser writes it so, and every parser reads it.
    payload = tail.SerializeToString() + head.SerializeToString()
    assert payload != statement.SerializeToString()
    sealed = sign_envelope(payload, served.spine.signers["财政"])
    accepted = submit(served, sealed)[0].accepted
    for by in (
        pb.GetStatementRequest(position=accepted.position),
        pb.GetStatementRequest(statement_id="odd-bytes"),
    ):
        kept = intake(served).GetStatement(by)
        assert kept.envelope.SerializeToString() == sealed.SerializeToString()
        assert (kept.position, kept.received_time) == (accepted.position, accepted.received_time)


def test_the_second_signature_of_an_enrolment_is_returned_too(served: Served) -> None:
    stub = IntakeServiceStub(served.channel(served.registrar()))
    enrolments = [stub.GetStatement(pb.GetStatementRequest(position=position)) for position in (2, 4)]
    assert [len(kept.envelope.signatures) for kept in enrolments] == [2, 2]


def test_refusals_are_read_page_by_page_without_gap_or_repetition(served: Served) -> None:
    sealed = [envelope(served, f"paged-{number}", until="2036-03-01") for number in range(7)]
    submit(served, *sealed)
    pages, after = [], 0
    while page := intake(served).ListRefusals(pb.ListRefusalsRequest(after=after, page_size=3)).refusals:
        pages.append(page)
        after = page[-1].number
    numbers = [refusal.number for page in pages for refusal in page]
    ids = [refusal.statement_id for page in pages for refusal in page]
    assert {len(page) for page in pages[:-1]} == {3}
    assert numbers == sorted(set(numbers))
    assert [each for each in ids if each.startswith("paged-")] == [f"paged-{number}" for number in range(7)]


def test_a_refusal_tells_what_was_refused_and_every_reason(served: Served) -> None:
    event = short_ban(1, "2036-03-01")
    event.category = "E-99"
    event.document.number = ""
    sealed = served.spine.seal("财政", served.spine.statement("财政", "faulty", event=event))
    result = submit(served, sealed)[0]
    *_, kept = intake(served).ListRefusals(pb.ListRefusalsRequest(page_size=1000)).refusals
    assert kept.statement_id == "faulty"
    assert list(kept.faults) == list(result.refused.faults)
    assert {"CATEGORY_NOT_IN_CATALOGUE", "DOCUMENT_REQUIRED"} <= set(fault_names(result))
    assert len(kept.payload_sha256) == 32
    assert kept.received_time.seconds > 0


def test_an_envelope_of_garbage_is_refused_as_such_and_the_refusal_is_kept(served: Served) -> None:
    garbage = envelope_pb2.Envelope(payload=b"\xff" * 20, payload_type=envelope(served, "x").payload_type)
    empty = envelope_pb2.Envelope()
    large = envelope_pb2.Envelope(payload=bytes(MAX_DRAFT_BYTES + 1), payload_type=garbage.payload_type)
    reasons = [fault_names(result) for result in submit(served, garbage, empty, large)]
    assert reasons == [["MALFORMED_MESSAGE"], ["PAYLOAD_TYPE_UNKNOWN"], ["TOO_LARGE"]]


def test_a_statement_is_small_and_only_the_draft_of_an_edition_may_be_large(served: Served) -> None:
    spine, files = served.spine, [EditionFile(name="a.yaml", content="#" * MAX_PAYLOAD_BYTES)]
    long = short_ban(1)
    long.content.add(name="sy", value="字" * MAX_PAYLOAD_BYTES)
    statements = [
        spine.statement("财政", "long", event=long),
        spine.statement("财政", "draft", edition_draft=EditionDraft(files=files)),
    ]
    event, draft = submit(served, *(spine.seal("财政", statement) for statement in statements))
    assert fault_names(event) == ["TOO_LARGE"]
    assert draft.HasField("refused")
    assert "TOO_LARGE" not in fault_names(draft)


def test_what_the_signature_does_not_cover_is_refused(served: Served) -> None:
    unsigned = envelope(served, "unsigned")
    del unsigned.signatures[:]
    altered = envelope(served, "altered")
    altered.payload = altered.payload.replace(b"altered", b"ALTERED")
    stranger = envelope(served, "stranger")
    stranger.signatures[0].keyid = "0" * 64
    reasons = [fault_names(result) for result in submit(served, unsigned, altered, stranger)]
    assert reasons == [["SIGNATURE_MISSING"], ["SIGNATURE_INVALID"], ["KEY_UNKNOWN"]]


def test_streams_beyond_the_limit_are_turned_away_and_everything_else_is_answered(served: Served) -> None:
    silence: queue.SimpleQueue[None] = queue.SimpleQueue()
    callers = [served.system(CallerRole.PROCUREMENT_SYSTEM, f"silent-{number // 3}") for number in range(20)]
    calls = [silent_stream(served, caller, silence) for caller in callers]
    assert within(5, lambda: sum(not call.is_active() for call in calls) == 20 - STREAMS)
    turned_away = refusal_of(next(call for call in calls if not call.is_active()))
    assert (turned_away.code, turned_away.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED")
    assert turned_away.may_retry
    assert submit(served, envelope(served, "meanwhile"))[0].HasField("accepted")
    for call in calls:
        call.cancel()
    assert within(5, lambda: stream_is_answered(served))


def silent_stream(served: Served, caller: Caller, silence: queue.SimpleQueue[None]) -> Any:
    """A stream of questions that nobody asks."""
    stub = RestrictionServiceStub(served.channel(caller))
    return stub.StreamCheck(iter(silence.get, None), timeout=DEADLINE_S)


def stream_is_answered(served: Served) -> bool:
    requests = in_requests([envelope(served, "afterwards")], 1)
    try:
        answers = list(intake(served).SubmitStream(iter(requests), timeout=5))
    except grpc.RpcError:
        return False
    return answers[0].results[0].WhichOneof("outcome") is not None


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether something comes to hold within a time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_statement_with_a_field_that_nobody_here_knows_is_refused(served: Served) -> None:
    """It would be recorded in part, and no receipt about its subject could be verified any more."""
    spine, unknown = served.spine, b"\xa0\x3f\x01"  # Field 1012, varint 1: of a later release, say.
    payload = spine.statement("财政", "unknown", event=short_ban(7)).SerializeToString() + unknown
    (result,) = submit(served, sign_envelope(payload, spine.signers["财政"]))
    assert fault_names(result) == ["MALFORMED_MESSAGE"]
    batch = sign_batch(
        [payload],
        origin=ORIGIN,
        department=spine.code("财政"),
        batch_id="unknown",
        nonce=bytes(16),
        signer=spine.signers["财政"],
    )
    answer = intake(served).SubmitBatch(pb.SubmitBatchRequest(batch=batch), timeout=DEADLINE_S)
    assert fault_names(answer.results[0]) == ["MALFORMED_MESSAGE"]
