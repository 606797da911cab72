import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest

from registry.access.certificates import create_authority
from registry.domain.faults import Fault
from registry.errors import RegistryError
from registry.v1 import directory_service_pb2 as directory
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import restriction_service_pb2 as restriction
from registry.v1 import subject_pb2, verdict_pb2
from registry.v1.envelope_pb2 import Envelope
from registry.v1.intake_service_pb2 import Refusal
from registry.v1.statement_pb2 import DepartmentRegistration, Event, Statement
from registry_client import (
    AnswerError,
    Credentials,
    Question,
    Registry,
    RegistryCallError,
    Sender,
    Verdict,
    at_exact_position,
    at_least_as_fresh,
    fully_consistent,
    resident_id,
    uscc,
)
from registry_client.channel import MAX_ATTEMPTS
from registry_client.statements import seal
from tests.registry_client.samples import FIRM, ORIGIN, OTHER_FIRM, PERSON
from tests.registry_client.simulated_registry import SimulatedRegistry, served

PROCUREMENT = Question(domain=subject_pb2.DOMAIN_PROCUREMENT)


def enveloped(sender: Sender, event: Event) -> Envelope:
    return seal(sender.statement(event), sender.signer)


@pytest.fixture
def envelopes(sender: Sender) -> list[Envelope]:
    return [enveloped(sender, Event(category="E-01", region=str(number))) for number in (130902, 130903)]


def envelope_of(sender: Sender, number: int) -> Envelope:
    event = Event(category="E-01")
    event.document.number = f"〔2026〕{number}号"
    return enveloped(sender, event)


# --- questions


def test_a_check_asks_what_the_question_says(registry: Registry, simulated: SimulatedRegistry) -> None:
    question = Question(
        domain=subject_pb2.DOMAIN_BIDDING,
        reference="招标-1",
        reason="资格审查",
        role=subject_pb2.SUBJECT_ROLE_BIDDER,
        region="130902",
        industry="E47",
        activity="FOOD",
        tender_kind=subject_pb2.TENDER_KIND_COMPULSORY,
        valid_time=datetime(2026, 4, 1, 1, tzinfo=UTC),
        consistency=at_exact_position(7),
    )
    registry.check(uscc(FIRM), question)
    ((method, request),) = simulated.calls
    assert method == "Check"
    assert request.subject == uscc(FIRM)
    assert request.purpose == restriction.Purpose(
        domain=subject_pb2.DOMAIN_BIDDING, reference="招标-1", reason="资格审查"
    )
    assert request.matter.scope == subject_pb2.Scope(region="130902", industry="E47", activity="FOOD")
    assert request.matter.role == subject_pb2.SUBJECT_ROLE_BIDDER
    assert request.matter.tender_kind == subject_pb2.TENDER_KIND_COMPULSORY
    assert request.valid_time.ToJsonString() == "2026-04-01T01:00:00Z"
    assert request.consistency.at_exact_position == 7


def test_what_a_question_leaves_out_is_not_sent(registry: Registry, simulated: SimulatedRegistry) -> None:
    registry.check(uscc(FIRM), PROCUREMENT)
    ((_, request),) = simulated.calls
    assert not request.HasField("valid_time")
    assert not request.HasField("consistency")


def test_the_ways_to_ask_for_freshness() -> None:
    assert at_least_as_fresh(3).at_least_as_fresh == 3
    assert fully_consistent().fully_consistent


def test_an_instant_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Question(domain=subject_pb2.DOMAIN_BIDDING, valid_time=datetime(2026, 4, 1))  # noqa: DTZ001


def test_an_answer_is_typed(registry: Registry, simulated: SimulatedRegistry) -> None:
    simulated.verdicts[FIRM] = restriction.CheckResponse(
        verdict=verdict_pb2.VERDICT_BLOCKED, hits=[verdict_pb2.Hit(measure_code="M-PRO-01")]
    )
    blocked = registry.check(uscc(FIRM), PROCUREMENT)
    assert blocked.verdict is Verdict.BLOCKED
    assert blocked.hits[0].measure_code == "M-PRO-01"
    unknown = registry.check(uscc(OTHER_FIRM), PROCUREMENT)
    assert unknown.verdict is Verdict.INDETERMINATE
    assert unknown.indeterminate_reason == verdict_pb2.INDETERMINATE_REASON_SUBJECT_UNKNOWN


def test_a_batch_names_persons_masked_in_its_results(
    registry: Registry, simulated: SimulatedRegistry
) -> None:
    result = registry.batch_check(
        subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID,
        [PERSON],
        PROCUREMENT,
        roles=[subject_pb2.SUBJECT_ROLE_EVALUATOR],
    )
    ((_, request),) = simulated.calls
    assert list(request.identifiers) == [PERSON]
    assert list(request.roles) == [subject_pb2.SUBJECT_ROLE_EVALUATOR]
    assert result[0].subject.value == f"{PERSON[:4]}**********{PERSON[-4:]}"


def test_a_batch_answer_that_does_not_fit_is_not_used(
    registry: Registry, simulated: SimulatedRegistry
) -> None:
    simulated.batch_answer = restriction.BatchCheckResponse(verdicts=[verdict_pb2.VERDICT_CLEAR])
    with pytest.raises(AnswerError):
        registry.batch_check(subject_pb2.IDENTIFIER_TYPE_USCC, [FIRM, OTHER_FIRM], PROCUREMENT)


# --- failures


def test_every_fault_of_a_refused_call_is_told(registry: Registry, simulated: SimulatedRegistry) -> None:
    reason = reasons.ERROR_REASON_PURPOSE_REQUIRED
    simulated.error = RegistryError(
        [
            Fault(reason, "purpose.reference", "查询自然人须写明案号。"),
            Fault(reason, "purpose.reason", "查询自然人须写明用途。"),
        ]
    )
    with pytest.raises(RegistryCallError) as refused:
        registry.check(resident_id(PERSON), PROCUREMENT)
    error = refused.value
    assert error.code is grpc.StatusCode.INVALID_ARGUMENT
    assert error.reason == "PURPOSE_REQUIRED"
    assert [(each.field, each.reason) for each in error.violations] == [
        ("purpose.reference", "PURPOSE_REQUIRED"),
        ("purpose.reason", "PURPOSE_REQUIRED"),
    ]
    assert error.retry_after_s is None
    assert str(error) == "PURPOSE_REQUIRED: 查询自然人须写明案号。"


def test_a_hint_to_try_again_later_is_told(
    target: str, simulated: SimulatedRegistry, credentials: Path
) -> None:
    simulated.error = RegistryError.of(reasons.ERROR_REASON_OVERLOADED, "队列已满。")
    with (
        Registry(target, Credentials.load(credentials), timeout=1.5) as registry,
        pytest.raises(RegistryCallError) as refused,
    ):
        registry.check(uscc(FIRM), PROCUREMENT)
    assert refused.value.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert refused.value.reason == "OVERLOADED"
    assert refused.value.retry_after_s is not None
    assert 1.0 <= refused.value.retry_after_s <= 2.0
    assert len(simulated.calls) == 1


def test_a_call_that_is_refused_for_now_comes_again_as_it_was_asked_to(
    registry: Registry, simulated: SimulatedRegistry
) -> None:
    simulated.error = RegistryError.of(reasons.ERROR_REASON_OVERLOADED, "队列已满。")
    mended = threading.Timer(0.5, lambda: setattr(simulated, "error", None))
    mended.start()
    assert registry.check(uscc(FIRM), PROCUREMENT).verdict
    mended.join()
    assert len(simulated.calls) == 2


def test_a_call_ends_at_its_deadline(target: str, simulated: SimulatedRegistry, credentials: Path) -> None:
    simulated.delay_s = 2.0
    with Registry(target, Credentials.load(credentials), timeout=0.2) as registry:
        start = time.monotonic()
        with pytest.raises(RegistryCallError) as failed:
            registry.check(uscc(FIRM), PROCUREMENT)
        assert time.monotonic() - start < 1.5
    assert failed.value.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert failed.value.reason == ""


def test_no_server_is_an_error_and_no_answer(credentials: Path) -> None:
    nowhere = Registry(f"localhost:{_free_port()}", Credentials.load(credentials), timeout=2.0)
    with nowhere as registry, pytest.raises(RegistryCallError) as failed:
        registry.check(uscc(FIRM), PROCUREMENT)
    assert failed.value.code is grpc.StatusCode.UNAVAILABLE


def test_a_registry_of_another_authority_is_not_spoken_to(
    target: str, hand_over: Callable[[str], Path], tmp_path: Path, simulated: SimulatedRegistry
) -> None:
    stranger = _self_signed(tmp_path)
    mistrusting = Credentials.load(hand_over("department"), authority=stranger)
    with Registry(target, mistrusting, timeout=2.0) as registry, pytest.raises(RegistryCallError):
        registry.check(uscc(FIRM), PROCUREMENT)
    assert simulated.calls == []


# --- repetition


@pytest.mark.parametrize(
    ("method", "call"),
    [
        ("Check", lambda registry: registry.check(uscc(FIRM), PROCUREMENT)),
        (
            "BatchCheck",
            lambda registry: registry.batch_check(subject_pb2.IDENTIFIER_TYPE_USCC, [FIRM], PROCUREMENT),
        ),
        ("ListDepartments", lambda registry: registry.departments()),
        ("ListOfficials", lambda registry: registry.officials()),
        ("ListKeys", lambda registry: registry.list_keys()),
        ("ListRefusals", lambda registry: list(registry.refusals())),
        ("GetCheckpoint", lambda registry: registry.checkpoint()),
        ("Submit", lambda registry: registry.submit([])),
    ],
)
def test_a_call_that_is_safe_to_repeat_is_repeated_while_the_registry_is_away(
    registry: Registry, simulated: SimulatedRegistry, method: str, call: Callable[[Registry], object]
) -> None:
    simulated.away = 2
    call(registry)
    assert [name for name, _ in simulated.calls] == [method] * 3


def test_repetition_ends(registry: Registry, simulated: SimulatedRegistry) -> None:
    simulated.away = 100
    with pytest.raises(RegistryCallError) as failed:
        registry.check(uscc(FIRM), PROCUREMENT)
    assert failed.value.code is grpc.StatusCode.UNAVAILABLE
    assert len(simulated.calls) == MAX_ATTEMPTS


def test_an_answer_of_the_registry_is_not_asked_for_again(
    registry: Registry, simulated: SimulatedRegistry
) -> None:
    simulated.error = RegistryError.of(reasons.ERROR_REASON_INTERNAL, "内部错误。")
    with pytest.raises(RegistryCallError):
        registry.check(uscc(FIRM), PROCUREMENT)
    assert len(simulated.calls) == 1


def test_a_stream_is_not_repeated(
    registry: Registry, simulated: SimulatedRegistry, envelopes: list[Envelope]
) -> None:
    simulated.away = 1
    with pytest.raises(RegistryCallError):
        list(registry.submit_stream([envelopes]))
    assert len(simulated.calls) == 1


def test_a_registry_that_starts_a_moment_later_is_found(
    simulated: SimulatedRegistry, certificates: Path, credentials: Path
) -> None:
    address = f"localhost:{_free_port()}"
    done = threading.Event()

    def serve_later() -> None:
        time.sleep(0.15)
        with served(simulated, certificates, address):
            done.wait(10)

    server = threading.Thread(target=serve_later)
    server.start()
    try:
        with Registry(address, Credentials.load(credentials)) as registry:
            assert registry.check(uscc(FIRM), PROCUREMENT).verdict is Verdict.INDETERMINATE
    finally:
        done.set()
        server.join()


# --- statements


def test_a_submission_is_answered_for_each_statement(
    registry: Registry, sender: Sender, simulated: SimulatedRegistry
) -> None:
    refused = enveloped(sender, Event(category="E-03-CF"))
    accepted, faulty = registry.submit([envelope_of(sender, 1), refused])
    assert accepted.accepted
    assert (accepted.position, accepted.already_recorded, accepted.faults) == (1, False, ())
    assert accepted.received_time == datetime.fromtimestamp(1_790_000_000, UTC)
    assert not faulty.accepted
    assert (faulty.position, faulty.faults[0].field) == (None, "event.document.number")


def test_a_repeated_submission_is_answered_as_the_first(registry: Registry, sender: Sender) -> None:
    first = registry.submit([envelope_of(sender, 1)])[0]
    again = registry.submit([envelope_of(sender, 1)])[0]
    assert (again.position, again.already_recorded) == (first.position, True)


def test_a_stream_answers_batch_by_batch(registry: Registry, sender: Sender) -> None:
    batches = [[envelope_of(sender, 1), envelope_of(sender, 2)], [envelope_of(sender, 3)], []]
    answers = list(registry.submit_stream(batches))
    assert [[outcome.position for outcome in answer] for answer in answers] == [[1, 2], [3], []]


def test_a_stream_may_be_left_early(registry: Registry, sender: Sender, simulated: SimulatedRegistry) -> None:
    def endless() -> Iterator[list[Envelope]]:
        while True:
            yield [envelope_of(sender, 1)]

    answers = registry.submit_stream(endless())
    assert next(answers)[0].accepted
    answers.close()  # type: ignore[attr-defined]
    assert registry.submit([envelope_of(sender, 1)])[0].already_recorded


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_with_fewer_outcomes_than_statements_is_not_used(
    registry: Registry, simulated: SimulatedRegistry, envelopes: list[Envelope], stream: bool
) -> None:
    simulated.drop_results = 1
    with pytest.raises(AnswerError, match="1 outcomes for 2"):
        next(registry.submit_stream([envelopes])) if stream else registry.submit(envelopes)


def test_a_statement_comes_back_byte_for_byte(registry: Registry, sender: Sender) -> None:
    envelope = envelope_of(sender, 1)
    outcome = registry.submit([envelope])[0]
    by_id = registry.get_statement(statement_id=outcome.statement_id)
    assert by_id.envelope == envelope
    assert by_id.statement == Statement.FromString(envelope.payload)
    assert by_id.statement.origin == ORIGIN
    assert registry.get_statement(position=1) == by_id


def test_the_statement_at_position_zero_can_be_asked_for(
    registry: Registry, simulated: SimulatedRegistry
) -> None:
    with pytest.raises(RegistryCallError) as refused:
        registry.get_statement(position=0)
    assert refused.value.reason == "NOT_FOUND"
    assert simulated.calls[0][1].WhichOneof("by") == "position"


def test_refusals_are_read_to_the_end_whatever_the_page(
    registry: Registry, simulated: SimulatedRegistry
) -> None:
    simulated.refused = [Refusal(number=number) for number in range(1, 2501)]
    assert [refusal.number for refusal in registry.refusals(after=10)] == list(range(11, 2501))
    assert len(simulated.calls) == 3


# --- directory and log


def test_acts_of_the_directory_are_answered_like_submissions(registry: Registry, sender: Sender) -> None:
    acts = [
        registry.register_department,
        registry.register_official,
        registry.revoke_official,
        registry.enrol_key,
        registry.revoke_key,
    ]
    positions = [act(envelope_of(sender, number)).position for number, act in enumerate(acts)]
    assert positions == [1, 2, 3, 4, 5]


def test_lists_of_the_directory(registry: Registry, simulated: SimulatedRegistry) -> None:
    entry = directory.DepartmentEntry(registration=DepartmentRegistration(name="示例局"), position=3)
    simulated.departments.append(entry)
    assert registry.departments() == (entry,)
    assert registry.officials("d") == registry.list_keys("d") == ()
    assert [request.department for _, request in simulated.calls[1:]] == ["d", "d"]


def test_the_checkpoint_is_the_signed_note(registry: Registry) -> None:
    assert registry.checkpoint().startswith("credit.example/test\n0\n")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def _self_signed(directory: Path) -> Path:
    create_authority(
        directory / "other", name="other", not_before=datetime.now(UTC), lifetime=timedelta(days=1)
    )
    return directory / "other" / "authority.pem"
