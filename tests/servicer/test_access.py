"""Who may call what, over real connections: method × role, certificates, domains, others' statements."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    load_pem_private_key,
)
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from registry.access.certificates import Credential
from registry.access.identity import Caller, CallerRole
from registry.access.policy import DOMAINS, METHODS
from registry.server import SERVICES
from registry.v1 import intake_service_pb2 as intake
from registry.v1 import log_service_pb2, log_service_pb2_grpc, restriction_service_pb2, subject_pb2
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from tests.support.events import firm
from tests.support.served import (
    DEADLINE_S,
    Authority,
    Refusal,
    Served,
    connect,
    fault_names,
    refusal_of,
    refused,
    short_ban,
)
from tests.support.spine import ORIGIN

STREAMS = {
    "/registry.v1.IntakeService/SubmitStream",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
}
WATCHES = {
    "/grpc.health.v1.Health/Watch",
    "/registry.v1.LogService/WatchCheckpoints",
    "/registry.v1.WatchService/WatchRestrictions",
}
SILENT = {"/registry.v1.NoticeService/WatchNotices"}
"""Streams that say nothing while there is nothing to say."""
SILENCE_S = 0.5
NOT_REGISTERED = {"/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"}


def first_answer(channel: grpc.Channel, method: str, request: bytes = b"") -> Refusal | bytes | None:
    """The first message that a method answers to one request, or its refusal."""
    try:
        if method in STREAMS:
            stream: grpc.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(method)
            return next(iter(stream(iter([request]), timeout=DEADLINE_S)), None)
        if method in SILENT:
            silent: grpc.UnaryStreamMultiCallable[bytes, bytes] = channel.unary_stream(method)
            return next(iter(silent(request, timeout=SILENCE_S)), None)
        if method in WATCHES:
            watch: grpc.UnaryStreamMultiCallable[bytes, bytes] = channel.unary_stream(method)
            call = watch(request, timeout=DEADLINE_S)
            answer = next(iter(call))
            call.cancel()
            return answer
        unary: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
        return unary(request, timeout=DEADLINE_S)
    except grpc.RpcError as error:
        return refusal_of(error)


@pytest.mark.parametrize("role", CallerRole)
def test_a_role_may_call_exactly_the_methods_that_the_policy_lists(served: Served, role: CallerRole) -> None:
    channel = served.channel(served.of_role(role))
    for method in METHODS.keys() - NOT_REGISTERED:
        answer = first_answer(channel, method)
        denied = isinstance(answer, Refusal) and answer.reason == "METHOD_DENIED"
        assert denied == (role not in METHODS[method]), (method, answer)
        if denied:
            assert isinstance(answer, Refusal)
            assert answer.code is grpc.StatusCode.PERMISSION_DENIED


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


def refusal_with(served: Served, own: Credential | None) -> Refusal:
    with connect(served.target, served.trusted, own) as channel:
        return refused(lambda: checkpoint(channel))


def test_a_caller_without_certificate_is_refused_in_the_handshake(served: Served) -> None:
    assert refusal_with(served, None).code is grpc.StatusCode.UNAVAILABLE


def test_a_certificate_of_another_authority_is_refused_in_the_handshake(
    served: Served, tmp_path: Path
) -> None:
    stranger = Authority.new(tmp_path / "other").client(served.registrar().uri)
    assert refusal_with(served, stranger).code is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize("days", [-30, 30], ids=["expired", "not yet valid"])
def test_a_certificate_outside_its_validity_is_refused_in_the_handshake(served: Served, days: int) -> None:
    opening = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
    own = served.authority.client(served.registrar().uri, not_before=opening)
    assert refusal_with(served, own).code is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize(
    "uri",
    [
        Caller(CallerRole.AUDITOR, "asker", "credit.example/elsewhere").uri,
        f"registry://{ORIGIN}/emperor/asker",
        f"registry://{ORIGIN}/department/11130900DEM0000220",
        f"registry://{ORIGIN}/system/procurement/",
        "https://credit.example/",
    ],
    ids=["another origin", "unknown role", "wrong check digit", "no name", "another scheme"],
)
def test_a_certificate_that_names_nobody_here_is_unauthenticated(served: Served, uri: str) -> None:
    refusal = refusal_with(served, served.authority.client(uri))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
    assert uri not in refusal.message


@pytest.mark.parametrize("second", ["registrar", "the same again"])
def test_a_certificate_with_two_identities_is_unauthenticated(served: Served, second: str) -> None:
    first = served.system(CallerRole.AUDITOR).uri
    own = reissued(served, [first, served.registrar().uri if second == "registrar" else first])
    refusal = refusal_with(served, own)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")


def test_a_servers_own_certificate_opens_no_door(served: Served) -> None:
    assert refusal_with(served, served.authority.server()).code in (
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.UNAUTHENTICATED,
    )


def reissued(served: Served, uris: list[str]) -> Credential:
    """A certificate as the authority would never make it: with these URIs, in this order."""
    own = served.authority.client(uris[0])
    old = x509.load_pem_x509_certificate(own.certificate)
    key: Any = load_pem_private_key((served.authority.directory / "authority.key").read_bytes(), None)
    builder = x509.CertificateBuilder(
        old.issuer, old.subject, old.public_key(), x509.random_serial_number(),
        old.not_valid_before_utc, old.not_valid_after_utc,
    )  # fmt: skip
    for extension in old.extensions:
        value = extension.value
        if isinstance(value, x509.SubjectAlternativeName):
            value = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri) for uri in uris])
        builder = builder.add_extension(value, extension.critical)
    certificate = builder.sign(key, hashes.SHA256())
    return Credential(own.key, certificate.public_bytes(Encoding.PEM), own.authority)


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
