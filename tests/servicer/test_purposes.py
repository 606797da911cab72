"""A purpose rests in clear in the query log: whoever asks about a person, by any method, names nobody in it.

Every method of the contract whose request can state a purpose stands in the table; a new one without a row
fails. Each is called about a person of whom there is a record, with a number in its purpose.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor
from google.protobuf.message_factory import GetMessageClass

from registry.access.identity import Caller, CallerRole
from registry.v1 import (
    ban_service_pb2,
    execution_service_pb2,
    incentive_service_pb2,
    record_service_pb2,
    subject_pb2,
    watch_service_pb2,
)
from registry.v1 import restriction_service_pb2 as pb
from tests.servicer.test_screen import query_log
from tests.servicer.test_secrecy import EVERY_METHOD
from tests.support.ban_cases import proposal
from tests.support.events import person, placed
from tests.support.served import DEADLINE_S, Served, exit_ban, refused
from tests.support.tenders import party, project

ASKED, NAMED = person(71), person(72).identifier.value
ABOUT = ASKED.identifier
BORDER, BIDDING = subject_pb2.DOMAIN_EXIT_ENTRY, subject_pb2.DOMAIN_BIDDING
PROCUREMENT = subject_pb2.DOMAIN_PROCUREMENT


def purpose(domain: subject_pb2.Domain.ValueType = BORDER) -> pb.Purpose:
    return pb.Purpose(domain=domain, reference=f"口岸-{NAMED}", reason=f"查{NAMED}")


def check() -> pb.CheckRequest:
    return pb.CheckRequest(subject=ABOUT, purpose=purpose())


def screen() -> pb.ScreenRequest:
    named = project(domain=BIDDING, number=f"招-{NAMED}", reason=f"查{NAMED}")
    return pb.ScreenRequest(project=named, parties=[party(ASKED, "LEGAL_REPRESENTATIVE")])


def watching() -> watch_service_pb2.RestrictionFilter:
    return watch_service_pb2.RestrictionFilter(purpose=purpose(), include_persons=True)


REQUESTS: dict[str, tuple[CallerRole, Callable[[], Any]]] = {
    "Check": (CallerRole.BORDER_SYSTEM, check),
    "BatchCheck": (
        CallerRole.BORDER_SYSTEM,
        lambda: pb.BatchCheckRequest(
            identifier_type=ABOUT.type, identifiers=[ABOUT.value], purpose=purpose()
        ),
    ),
    "StreamCheck": (CallerRole.BORDER_SYSTEM, lambda: pb.StreamCheckRequest(check=check())),
    "Explain": (CallerRole.BORDER_SYSTEM, lambda: pb.ExplainRequest(check=check())),
    "Resolve": (CallerRole.BORDER_SYSTEM, lambda: pb.ResolveRequest(subject=ABOUT, purpose=purpose())),
    "Screen": (CallerRole.BIDDING_SYSTEM, screen),
    "WatchScreen": (CallerRole.BIDDING_SYSTEM, lambda: pb.WatchScreenRequest(screen=screen())),
    "WatchRestrictions": (
        CallerRole.BORDER_SYSTEM,
        lambda: watch_service_pb2.WatchRestrictionsRequest(filter=watching()),
    ),
    "PollRestrictions": (
        CallerRole.BORDER_SYSTEM,
        lambda: watch_service_pb2.PollRestrictionsRequest(filter=watching()),
    ),
    "GetRecord": (
        CallerRole.DEPARTMENT,
        lambda: record_service_pb2.GetRecordRequest(subject=ABOUT, purpose=purpose(PROCUREMENT)),
    ),
    "GetCertificate": (
        CallerRole.PROCUREMENT_SYSTEM,
        lambda: record_service_pb2.GetCertificateRequest(subject=ABOUT, purpose=purpose(PROCUREMENT)),
    ),
    "Incentives": (
        CallerRole.PROCUREMENT_SYSTEM,
        lambda: incentive_service_pb2.IncentivesRequest(subject=ABOUT, purpose=purpose(PROCUREMENT)),
    ),
    "ReportExecution": (
        CallerRole.BORDER_SYSTEM,
        lambda: execution_service_pb2.ReportExecutionRequest(report_id="R-1", check=check()),
    ),
    "Preview": (
        CallerRole.DEPARTMENT,
        lambda: ban_service_pb2.PreviewRequest(subject=ASKED, proposal=proposal(), purpose=purpose()),
    ),
}
OF_ORGANISATIONS = {"CheckColumns"}
"""Asked by codes of organisations alone, of which no question is logged."""


def states_a_purpose(message: Descriptor, seen: frozenset[str] = frozenset()) -> bool:
    if message.name in ("Purpose", "Project"):
        return True
    inner = [field.message_type for field in message.fields if field.message_type]
    return any(each.name not in seen and states_a_purpose(each, seen | {message.name}) for each in inner)


def test_every_method_that_is_told_a_purpose_has_its_row() -> None:
    stated = {each.name for each in EVERY_METHOD if states_a_purpose(each.input_type)}
    assert stated == REQUESTS.keys() | OF_ORGANISATIONS


@pytest.fixture(scope="module", autouse=True)
def _recorded(served: Served) -> None:
    placed(served.spine.say("法院", event=exit_ban(ASKED)))


@pytest.mark.parametrize("name", REQUESTS)
def test_purpose_that_names_somebody_is_refused_and_rests_nowhere(served: Served, name: str) -> None:
    role, request = REQUESTS[name]
    caller = served.department("财政") if role is CallerRole.DEPARTMENT else served.system(role, "asker")
    logged = len(query_log(served))
    fields, told = called(served, caller, name, request())
    assert "身份证件号码" in told
    assert NAMED not in told
    assert any(field.endswith(("reference", "number")) for field in fields)
    assert any(field.endswith("reason") for field in fields)
    assert len(query_log(served)) == logged


def called(served: Served, caller: Caller, name: str, request: Any) -> tuple[list[str], str]:
    """The fields and words of the refusal with which a call of any kind ends, or a question in its stream."""
    (method,) = [each for each in EVERY_METHOD if each.name == name]
    channel: Any = served.channel(caller)
    kind = {(False, False): "unary_unary", (False, True): "unary_stream", (True, True): "stream_stream"}
    call = getattr(channel, kind[method.client_streaming, method.server_streaming])(
        f"/{method.containing_service.full_name}/{name}",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=GetMessageClass(method.output_type).FromString,
    )
    if method.client_streaming:
        faults = next(call(iter([request]), timeout=DEADLINE_S)).unanswered.faults
        return [fault.field for fault in faults], " ".join(fault.message for fault in faults)
    read: Callable[[Any], Any] = next if method.server_streaming else bool
    refusal = refused(lambda: read(call(request, timeout=DEADLINE_S)))
    return list(refusal.fields), refusal.message
