"""Whatever bytes come in, a status with details goes out, nothing of the inside, and the server lives."""

import logging
import random
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from registry.access.identity import CallerRole
from registry.access.policy import METHODS
from registry.servicer.gate import MAX_MESSAGE_BYTES, registry_error
from registry.store.interface import StoreError
from registry.v1 import consistency_pb2, intake_service_pb2, log_service_pb2_grpc, subject_pb2
from registry.v1 import restriction_service_pb2 as pb
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.log_service_pb2 import GetCheckpointRequest
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.verdict_pb2 import (
    INDETERMINATE_REASON_CODE_INVALID,
    VERDICT_BLOCKED,
    VERDICT_INDETERMINATE,
)
from tests.access.test_policy import contract
from tests.support.served import DEADLINE_S, Refusal, Served, code_of, refusal_of, refused, short_ban

STREAM = "/registry.v1.IntakeService/SubmitStream"
ENDLESS = {"/registry.v1.LogService/WatchCheckpoints", "/registry.v1.NoticeService/WatchNotices"}
"""Requests without fields: whatever parses opens a stream that nobody ends."""
UNARY = sorted(
    f"/{service.full_name}/{method.name}"
    for service in contract()
    for method in service.methods
    if not method.client_streaming
)
# Truncated: field 1, length 100, one byte. Wrong wire type for a tag; a group that never ends;
# a varint without end.
MALFORMED = {
    "truncated": b"\x0a\x64\x01",
    "varint without end": b"\x08" + b"\xff" * 20,
    "open group": b"\x0b\x08\x01",
    "deeply nested groups": b"\x0b" * 50_000,
}
INSIDE = ("Traceback", "Exception", "Error:", ".py", "sqlite", "SQL", "registry.", "google.protobuf")


def role_that_may(method: str) -> CallerRole:
    """The registrar, or where the registrar may not call a system that asks, or the auditor."""
    asking = (CallerRole.REGISTRAR, CallerRole.PROCUREMENT_SYSTEM, CallerRole.AUDITOR)
    return next(role for role in asking if role in METHODS[method])


def send(served: Served, method: str, content: bytes) -> Refusal | bytes:
    """What a method answers to these bytes."""
    channel = served.channel(served.of_role(role_that_may(method)))
    try:
        if method == STREAM:
            stream: grpc.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(STREAM)
            return b"".join(stream(iter([content]), timeout=DEADLINE_S))
        unary: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
        return unary(content, timeout=0.5 if method in ENDLESS else DEADLINE_S)
    except grpc.RpcError as error:
        return refusal_of(error)


def is_open(method: str, refusal: Refusal) -> bool:
    """Whether a stream began and was left by the caller."""
    return method in ENDLESS and refusal.code is grpc.StatusCode.DEADLINE_EXCEEDED


def assert_lives(served: Served) -> None:
    stub = log_service_pb2_grpc.LogServiceStub(served.channel(served.registrar()))
    assert stub.GetCheckpoint(GetCheckpointRequest(), timeout=5).checkpoint


@pytest.fixture
def errors(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """The server's log, in which no incident may have been written."""
    with caplog.at_level(logging.INFO):
        yield caplog
    incidents = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in incidents] == []


@pytest.mark.parametrize("kind", MALFORMED)
@pytest.mark.parametrize("method", [*UNARY, STREAM])
def test_bytes_that_are_no_message_are_refused_with_a_reason(
    served: Served, errors: pytest.LogCaptureFixture, method: str, kind: str
) -> None:
    answer = send(served, method, MALFORMED[kind])
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_MESSAGE")
    assert not any(sign in answer.message for sign in INSIDE)
    assert_lives(served)


@pytest.mark.parametrize("method", [*UNARY, STREAM])
def test_random_bytes_are_answered_or_refused_with_a_reason(
    served: Served, errors: pytest.LogCaptureFixture, method: str
) -> None:
    chance = random.Random(method)
    for length in (1, 2, 3, 5, 8, 13, 21, 200, 3000):
        for _ in range(4):
            answer = send(served, method, chance.randbytes(length))
            if isinstance(answer, Refusal) and not is_open(method, answer):
                assert answer.reason not in ("", "INTERNAL"), answer
                assert not any(sign in answer.message for sign in INSIDE)
    assert_lives(served)


@pytest.mark.parametrize("method", [*UNARY, STREAM])
def test_a_message_above_the_limit_is_refused_with_a_reason(
    served: Served, errors: pytest.LogCaptureFixture, method: str
) -> None:
    unknown_field = b"\xfa\x7f" + varint(MAX_MESSAGE_BYTES) + bytes(MAX_MESSAGE_BYTES)
    answer = send(served, method, unknown_field)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "TOO_LARGE")
    assert_lives(served)


def test_a_message_far_above_the_limit_is_cut_off_by_the_transport(served: Served) -> None:
    answer = send(served, UNARY[0], bytes(5 * MAX_MESSAGE_BYTES))
    assert isinstance(answer, Refusal)
    assert answer.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert_lives(served)


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def test_a_malformed_message_in_the_middle_of_a_stream_ends_it_after_the_answers_before_it(
    served: Served,
) -> None:
    statement = served.spine.statement("财政", "before-garbage", event=short_ban(1))
    good = intake_service_pb2.SubmitStreamRequest(envelopes=[served.spine.seal("财政", statement)])
    channel = served.channel(served.department("财政"))
    stream: grpc.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(STREAM)
    answers: list[bytes] = []

    def read_all() -> None:
        for answer in stream(iter([good.SerializeToString(), MALFORMED["truncated"]]), timeout=DEADLINE_S):
            answers.append(answer)

    assert refused(read_all).reason == "MALFORMED_MESSAGE"
    assert len(answers) == 1
    assert_lives(served)


# --- questions that parse and make no sense

UNKNOWN: list[Any] = [0, 99, -1, 2**31 - 1]
"""Not stated, and what a newer client might send."""


def check(served: Served, **changes: Any) -> Refusal | pb.CheckResponse:
    """A question about a firm for a tender, with changes."""
    fields: dict[str, Any] = {
        "subject": subject_pb2.Identifier(type=subject_pb2.IDENTIFIER_TYPE_USCC, value=code_of(7)),
        "purpose": pb.Purpose(domain=subject_pb2.DOMAIN_PROCUREMENT),
        "matter": pb.Matter(role=subject_pb2.SUBJECT_ROLE_BIDDER),
    }
    stub = RestrictionServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM)))
    try:
        return stub.Check(pb.CheckRequest(**{**fields, **changes}), timeout=DEADLINE_S)
    except grpc.RpcError as error:
        return refusal_of(error)


def batch(served: Served, identifiers: list[str], **changes: Any) -> Refusal | pb.BatchCheckResponse:
    fields: dict[str, Any] = {
        "identifier_type": subject_pb2.IDENTIFIER_TYPE_USCC,
        "purpose": pb.Purpose(domain=subject_pb2.DOMAIN_PROCUREMENT),
    }
    stub = RestrictionServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM)))
    request = pb.BatchCheckRequest(**{**fields, "identifiers": identifiers, **changes})
    try:
        return stub.BatchCheck(request, timeout=DEADLINE_S)
    except grpc.RpcError as error:
        return refusal_of(error)


def assert_refused(answer: Refusal | Message, reason: str, *fields: str) -> None:
    assert isinstance(answer, Refusal), answer
    assert (answer.reason, tuple(answer.fields)) == (reason, fields)
    code = grpc.StatusCode.PERMISSION_DENIED if "DENIED" in reason else grpc.StatusCode.INVALID_ARGUMENT
    assert answer.code is code


def test_an_identifier_type_that_is_missing_or_unknown_is_refused(served: Served) -> None:
    for type in UNKNOWN[:3]:
        subject = subject_pb2.Identifier(type=type, value=code_of(7))
        assert_refused(check(served, subject=subject), "FIELD_REQUIRED", "subject.type")
        assert_refused(batch(served, [code_of(7)], identifier_type=type), "FIELD_REQUIRED", "identifier_type")


def test_an_unknown_domain_is_denied(served: Served) -> None:
    for domain in UNKNOWN[1:]:
        answer = check(served, purpose=pb.Purpose(domain=domain))
        assert_refused(answer, "DOMAIN_DENIED", "purpose.domain")


def test_an_unknown_role_is_refused_and_never_reads_as_clear(served: Served) -> None:
    served.spine.say("财政", "ban-7", event=short_ban(7))
    answer = check(served)
    assert isinstance(answer, pb.CheckResponse)
    assert answer.verdict == VERDICT_BLOCKED
    for role in UNKNOWN[1:]:
        unknown = check(served, matter=pb.Matter(role=role))
        assert_refused(unknown, "FIELD_INVALID", "matter.role")
        in_batch = batch(served, [code_of(7), code_of(8)], roles=[1, role])
        assert_refused(in_batch, "FIELD_INVALID", "roles")


@pytest.mark.parametrize("role", [4, 5, 6, 7, 8, 10])
def test_a_role_in_which_no_firm_can_act_is_refused_and_never_reads_as_clear(
    served: Served, role: int
) -> None:
    answer = check(served, matter=pb.Matter(role=role))  # type: ignore[arg-type]
    assert_refused(answer, "FIELD_INVALID", "matter.role")
    in_batch = batch(served, [code_of(7), code_of(8)], roles=[1, role])
    assert_refused(in_batch, "FIELD_INVALID", "matter.role")


def test_an_unknown_kind_of_tender_is_refused(served: Served) -> None:
    for kind in UNKNOWN[1:]:
        answer = check(served, matter=pb.Matter(tender_kind=kind))
        assert_refused(answer, "FIELD_INVALID", "matter.tender_kind")


def test_the_end_of_the_calendar_is_answered_and_echoed(
    served: Served, errors: pytest.LogCaptureFixture
) -> None:
    answer = check(served, valid_time=Timestamp(seconds=253_402_300_799))
    assert isinstance(answer, pb.CheckResponse), answer
    assert answer.answered.valid_time.seconds == 253_402_300_799


@pytest.mark.parametrize("seconds", [-62_135_596_800, 0, -1], ids=str)
def test_a_time_before_any_measure_was_law_is_refused_and_never_reads_as_clear(
    served: Served, errors: pytest.LogCaptureFixture, seconds: int
) -> None:
    assert_refused(check(served, valid_time=Timestamp(seconds=seconds)), "FIELD_INVALID", "valid_time")


@pytest.mark.parametrize(
    "valid_time",
    [
        Timestamp(seconds=-62_135_596_801),
        Timestamp(seconds=253_402_300_800),
        Timestamp(seconds=2**63 - 1),
        Timestamp(seconds=-(2**63)),
        Timestamp(nanos=-1),
        Timestamp(nanos=1_000_000_000),
        Timestamp(seconds=253_402_300_799, nanos=2**31 - 1),
    ],
    ids=str,
)
def test_an_instant_outside_the_calendar_is_refused(
    served: Served, errors: pytest.LogCaptureFixture, valid_time: Timestamp
) -> None:
    assert_refused(check(served, valid_time=valid_time), "FIELD_INVALID", "valid_time")
    assert_refused(batch(served, [code_of(7)], valid_time=valid_time), "FIELD_INVALID", "valid_time")


def test_a_scope_that_means_nothing_is_refused_with_every_fault_at_once(served: Served) -> None:
    scope = subject_pb2.Scope(region="13090", industry="47", activity="DANCING")
    answer = check(served, matter=pb.Matter(scope=scope))
    fields = ("matter.scope.region", "matter.scope.industry", "matter.scope.activity")
    assert_refused(answer, "FIELD_INVALID", *fields)
    assert_refused(batch(served, [code_of(7)], matter=pb.Matter(scope=scope)), "FIELD_INVALID", *fields)


@pytest.mark.parametrize("count", [0, 10_001])
def test_a_batch_of_none_or_of_more_than_ten_thousand_is_refused(served: Served, count: int) -> None:
    assert_refused(batch(served, [code_of(7)] * count), "TOO_LARGE", "identifiers")


def test_a_batch_of_ten_thousand_is_answered(served: Served) -> None:
    answer = batch(served, [code_of(number) for number in range(10_000)])
    assert isinstance(answer, pb.BatchCheckResponse)
    assert len(answer.verdicts) == 10_000


def test_roles_that_do_not_match_the_identifiers_are_refused(served: Served) -> None:
    for roles in ([1], [1, 1, 1]):
        assert_refused(batch(served, [code_of(7), code_of(8)], roles=roles), "FIELD_INVALID", "roles")


def test_codes_that_cannot_be_codes_are_indeterminate_and_harmless(
    served: Served, errors: pytest.LogCaptureFixture
) -> None:
    strange = [
        "",
        " ",
        "\x00",
        "1" * 100_000,
        "'; DROP TABLE statement; --",
        "９１１３０９０３",
        "🙂",
        "P:" + "0" * 64,
    ]
    answer = batch(served, strange)
    assert isinstance(answer, pb.BatchCheckResponse)
    assert set(answer.verdicts) == {VERDICT_INDETERMINATE}
    for value in strange:
        single = check(
            served, subject=subject_pb2.Identifier(type=subject_pb2.IDENTIFIER_TYPE_USCC, value=value)
        )
        assert isinstance(single, pb.CheckResponse)
        assert single.verdict == VERDICT_INDETERMINATE
        assert single.indeterminate_reason == INDETERMINATE_REASON_CODE_INVALID


def test_a_position_beyond_every_integer_of_the_store_is_just_not_there(
    served: Served, errors: pytest.LogCaptureFixture
) -> None:
    stub = IntakeServiceStub(served.channel(served.department("财政")))
    asked = intake_service_pb2.GetStatementRequest(position=2**64 - 1)
    assert refused(lambda: stub.GetStatement(asked)).reason == "NOT_FOUND"
    after = intake_service_pb2.ListRefusalsRequest(after=2**64 - 1, page_size=2**32 - 1)
    assert list(stub.ListRefusals(after).refusals) == []


def test_a_question_for_a_statement_must_say_which(served: Served) -> None:
    stub = IntakeServiceStub(served.channel(served.department("财政")))
    refusal = refused(lambda: stub.GetStatement(intake_service_pb2.GetStatementRequest()))
    assert (refusal.reason, refusal.fields) == ("FIELD_REQUIRED", ("by",))


def test_more_envelopes_than_allowed_are_refused_whole(served: Served) -> None:
    statement = served.spine.statement("财政", "one-of-many", event=short_ban(9))
    envelopes = [served.spine.seal("财政", statement)] * 1025
    stub = IntakeServiceStub(served.channel(served.department("财政")))
    before = served.spine.position
    refusal = refused(lambda: stub.Submit(intake_service_pb2.SubmitRequest(envelopes=envelopes)))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "TOO_LARGE")
    assert served.spine.position == before


def test_an_unset_consistency_requirement_means_minimal_latency(served: Served) -> None:
    answer = check(served, consistency=consistency_pb2.Consistency())
    assert isinstance(answer, pb.CheckResponse)
    assert answer.answered.known_position == served.spine.position


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "postgresql://db-a.internal:5432/credit 落后于已读到的状态; 请稍后重试",
            "… 落后于已读到的状态; 请稍后重试",
        ),
        ("日志头 /var/lib/registry/head/checkpoint 不能写入: No space", "日志头 … 不能写入: No space"),
        ("磁盘已满, 未写入任何内容", "磁盘已满, 未写入任何内容"),
    ],
)
def test_no_caller_learns_where_the_store_is(caplog: pytest.LogCaptureFixture, said: str, told: str) -> None:
    error = registry_error("/registry.v1.IntakeService/Submit", StoreError(said))
    assert [fault.message for fault in error.faults] == [told]
    assert said in caplog.text
