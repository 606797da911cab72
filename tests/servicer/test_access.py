"""What the policy means over real connections: domains, others' statements, health. Every method, role and
state of the papers is tried in tests/access_matrix."""

from functools import partial
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from registry.access.identity import CallerRole
from registry.access.policy import DOMAINS
from registry.server import SERVICES
from registry.v1 import intake_service_pb2 as intake
from registry.v1 import log_service_pb2, log_service_pb2_grpc, restriction_service_pb2, subject_pb2
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from tests.support.events import firm
from tests.support.served import (
    DEADLINE_S,
    Refusal,
    Served,
    connect,
    fault_names,
    refusal_of,
    refused,
    short_ban,
)
from tests.support.spine import ORIGIN


def first_answer(channel: grpc.Channel, method: str, request: bytes = b"") -> Refusal | bytes:
    """What a method answers to one request, or its refusal."""
    unary: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
    try:
        return unary(request, timeout=DEADLINE_S)
    except grpc.RpcError as error:
        return refusal_of(error)


def test_a_denied_method_does_not_even_read_the_request(served: Served) -> None:
    channel = served.channel(served.of_role(CallerRole.AUDITOR))
    answer = first_answer(channel, "/registry.v1.IntakeService/Submit", b"\xff" * 100)
    assert isinstance(answer, Refusal)
    assert answer.reason == "METHOD_DENIED"


def test_a_method_that_does_not_exist_is_unimplemented(served: Served) -> None:
    answer = first_answer(served.channel(served.registrar()), "/registry.v1.IntakeService/Erase")
    assert isinstance(answer, Refusal)
    assert answer.code is grpc.StatusCode.UNIMPLEMENTED


def checkpoint(channel: grpc.Channel) -> str:
    stub = log_service_pb2_grpc.LogServiceStub(channel)
    return stub.GetCheckpoint(log_service_pb2.GetCheckpointRequest(), timeout=5).checkpoint


def test_a_refusal_does_not_repeat_the_name_in_the_certificate(served: Served) -> None:
    uri = f"registry://{ORIGIN}/emperor/asker"
    with connect(served.target, served.trusted, served.authority.client(uri)) as channel:
        refusal = refused(lambda: checkpoint(channel))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
    assert uri not in refusal.message


@pytest.mark.parametrize("role", sorted(DOMAINS, key=str))
def test_a_role_is_answered_in_its_domains_and_denied_every_other(served: Served, role: CallerRole) -> None:
    stub = RestrictionServiceStub(served.channel(served.of_role(role)))
    for domain in set(subject_pb2.Domain.values()) - {subject_pb2.DOMAIN_UNSPECIFIED}:
        answers = asked_both_ways(stub, domain)
        if domain in DOMAINS[role]:
            assert answers == ["answered", "answered"]
        else:
            assert answers == [(grpc.StatusCode.PERMISSION_DENIED, "DOMAIN_DENIED")] * 2


def asked_both_ways(stub: RestrictionServiceStub, domain: subject_pb2.Domain.ValueType) -> list[Any]:
    """What becomes of a question about a firm in a domain, asked alone and in a batch."""
    subject, purpose = firm(1).identifier, restriction_service_pb2.Purpose(domain=domain)
    single = restriction_service_pb2.CheckRequest(subject=subject, purpose=purpose)
    batch = restriction_service_pb2.BatchCheckRequest(
        identifier_type=subject.type, identifiers=[subject.value], purpose=purpose
    )
    outcomes: list[Any] = []
    for ask in (lambda: stub.Check(single), lambda: stub.BatchCheck(batch)):
        try:
            ask()
            outcomes.append("answered")
        except grpc.RpcError as error:
            refusal = refusal_of(error)
            outcomes.append((refusal.code, refusal.reason))
    return outcomes


def test_a_question_without_a_domain_is_told_so(served: Served) -> None:
    stub = RestrictionServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM)))
    request = restriction_service_pb2.CheckRequest(subject=firm(1).identifier)
    refusal = refused(lambda: stub.Check(request))
    assert (refusal.reason, refusal.fields) == ("FIELD_REQUIRED", ("purpose.domain",))


def intake_of(served: Served, key: str) -> IntakeServiceStub:
    return IntakeServiceStub(served.channel(served.department(key)))


def test_a_department_cannot_submit_what_another_signed(served: Served) -> None:
    statement = served.spine.statement("财政", "not-mine", event=short_ban(1))
    request = intake.SubmitRequest(envelopes=[served.spine.seal("财政", statement)])
    result = intake_of(served, "税务").Submit(request).results[0]
    assert fault_names(result) == ["CALLER_NOT_DEPARTMENT"]
    # It is the sender's refusal to read, not the department's it pretended to be.
    assert "not-mine" in {r.statement_id for r in refusals(served, "税务")}
    assert "not-mine" not in {r.statement_id for r in refusals(served, "财政")}


def refusals(served: Served, key: str) -> list[intake.Refusal]:
    return list(intake_of(served, key).ListRefusals(intake.ListRefusalsRequest(page_size=1000)).refusals)


def test_a_department_reads_its_own_statements_and_no_other(served: Served) -> None:
    statement = served.spine.statement("财政", "mine", event=short_ban(2))
    request = intake.SubmitRequest(envelopes=[served.spine.seal("财政", statement)])
    position = intake_of(served, "财政").Submit(request).results[0].accepted.position
    asked = (intake.GetStatementRequest(position=position), intake.GetStatementRequest(statement_id="mine"))
    assert [intake_of(served, "财政").GetStatement(by).position for by in asked] == [position, position]
    for by in asked:
        refusal = refused(partial(intake_of(served, "税务").GetStatement, by))
        assert (refusal.code, refusal.reason) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")


def test_another_departments_statement_is_refused_as_if_it_did_not_exist(served: Served) -> None:
    genesis = refused(lambda: intake_of(served, "税务").GetStatement(intake.GetStatementRequest(position=0)))
    nothing = refused(
        lambda: intake_of(served, "税务").GetStatement(intake.GetStatementRequest(position=10**6))
    )
    assert genesis == nothing


def test_a_department_cannot_register_departments_by_the_way_of_intake(served: Served) -> None:
    registration = served.spine.statement("税务", "coup", department_registration={"code": "x"})
    request = intake.SubmitRequest(envelopes=[served.spine.seal("税务", registration)])
    result = intake_of(served, "税务").Submit(request).results[0]
    assert "NOT_REGISTRAR" in fault_names(result)


def test_health_tells_a_caller_that_every_service_serves(served: Served) -> None:
    stub: Any = health_pb2_grpc.HealthStub(served.channel(served.of_role(CallerRole.AUDITOR)))
    for service in ("", *SERVICES):
        answer = stub.Check(health_pb2.HealthCheckRequest(service=service))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_health_lists_every_service_to_whoever_may_ask(served: Served) -> None:
    stub: Any = health_pb2_grpc.HealthStub(served.channel(served.of_role(CallerRole.PUBLIC)))
    messages: Any = health_pb2  # Its type stubs are older than List.
    statuses = stub.List(messages.HealthListRequest(), timeout=DEADLINE_S).statuses
    assert statuses.keys() == {"", *SERVICES}
    assert {each.status for each in statuses.values()} == {health_pb2.HealthCheckResponse.SERVING}


def test_reflection_lists_the_services_and_describes_them(served: Served) -> None:
    stub: Any = reflection_pb2_grpc.ServerReflectionStub(served.channel(served.of_role(CallerRole.AUDITOR)))
    requests = [
        reflection_pb2.ServerReflectionRequest(list_services=""),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol="registry.v1.IntakeService"),
    ]
    listed, described = stub.ServerReflectionInfo(iter(requests))
    names = {service.name for service in listed.list_services_response.service}
    assert names == {*SERVICES, "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}
    assert described.file_descriptor_response.file_descriptor_proto
