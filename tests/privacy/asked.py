"""Questions that are in order and calls that are not, about marked persons; a sealed complaint."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from typing import Any

import grpc

from registry.access.identity import CallerRole
from registry.v1 import complaint_service_pb2 as complaints
from registry.v1 import receipt_pb2, subject_pb2, supervision_pb2
from registry.v1 import restriction_service_pb2 as pb
from registry_client.supervision.complaints import Desk, Report, sealed_request
from tests.privacy.marks import (
    ASKED,
    CONTACT,
    ERASED,
    MISPLACED,
    NAME,
    NUMBER,
    PHONE,
    REASON,
    REPORTER,
    SAID,
    person,
)
from tests.privacy.town import Town
from tests.privacy.traffic import Heard, headers
from tests.support.events import firm
from tests.support.served import DEADLINE_S, connect
from tests.support.tenders import party, tender

EXIT = subject_pb2.DOMAIN_EXIT_ENTRY
CHECK = "/registry.v1.RestrictionService/Check"
SUBMIT = "/registry.v1.IntakeService/Submit"


def check(number: str, **more: str) -> pb.CheckRequest:
    asked = pb.CheckRequest(subject=person(number).identifier)
    asked.purpose.domain = EXIT
    asked.purpose.reference, asked.purpose.reason = more.get("reference", "案-1"), more.get("reason", REASON)
    asked.receipt.evidence = receipt_pb2.EVIDENCE_LEVEL_PROOF
    return asked


def ask_in_order(place: Town, heard: Heard) -> None:
    """Questions that are in order, of who may ask and who may not."""
    border = place.served.system(CallerRole.BORDER_SYSTEM)
    buyer = place.served.system(CallerRole.PROCUREMENT_SYSTEM)
    for number in (NUMBER, ERASED, ASKED):
        for caller in (border, buyer):
            for method in ("Check", "Explain"):
                asked: Any = check(number)
                asked = pb.ExplainRequest(check=asked) if method == "Explain" else asked
                name = f"/registry.v1.RestrictionService/{method}"
                heard.call(place.served, caller, name, asked.SerializeToString())
    parties = [party(person(NUMBER), "LEGAL_REPRESENTATIVE", name=NAME), party(firm(1))]
    heard.call(
        place.served, buyer, "/registry.v1.RestrictionService/Screen", tender(*parties).SerializeToString()
    )
    kind = subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID
    many = pb.BatchCheckRequest(identifier_type=kind, identifiers=[NUMBER, ASKED])
    many.purpose.CopyFrom(check(NUMBER).purpose)
    heard.call(place.served, border, "/registry.v1.RestrictionService/BatchCheck", many.SerializeToString())


def call_wrongly(place: Town, heard: Heard) -> None:
    """Metadata, methods and agents with values in them; no time left; more streams than one may have."""
    border, content = place.served.system(CallerRole.BORDER_SYSTEM), check(ASKED).SerializeToString()
    for metadata in headers():
        heard.call(place.served, border, CHECK, content, metadata=metadata)
    for method in (f"/registry.v1.RestrictionService/{MISPLACED}", f"/{MISPLACED}/Check", f"/{PHONE}"):
        heard.call(place.served, border, method, content)
    silent: Any = place.served.channel(place.served.department("财政"))
    try:
        list(silent.unary_stream("/registry.v1.NoticeService/WatchNotices")(b"", timeout=0.3))
    except grpc.RpcError as error:
        heard.refused("WatchNotices", error)
    channel: Any = place.served.channel(border)
    stream = channel.stream_stream("/registry.v1.RestrictionService/StreamCheck")
    over = Event()
    streams = [stream(_held(over), timeout=DEADLINE_S) for _ in range(12)]
    for call in streams:
        try:
            next(iter(call), None)
        except grpc.RpcError as error:
            heard.refused("StreamCheck", error)
    over.set()
    _agent(place, heard, content)


def _held(over: Event) -> Iterator[bytes]:
    """A stream that asks once and stays open."""
    yield pb.StreamCheckRequest(key="1", check=check(NUMBER)).SerializeToString()
    over.wait(DEADLINE_S)


def _agent(place: Town, heard: Heard, content: bytes) -> None:
    """A program that calls itself by a number; and one without papers."""
    own_papers = place.served.authority.client(place.served.system(CallerRole.BORDER_SYSTEM, "agent").uri)
    with connect(place.served.target, place.served.trusted, own_papers) as channel:
        for name in (CHECK, SUBMIT):
            ask: Any = channel.unary_unary(name)
            metadata = (("user-agent", f"client/{MISPLACED}"), ("x-request-id", "agent-0001"))
            heard.end(name, ask.future(content, timeout=DEADLINE_S, metadata=metadata))


def complain(place: Town) -> None:
    """A report that its reporter seals."""
    ask: Any = place.served.channel(place.served.system(CallerRole.PUBLIC, "portal"))
    listed = complaints.ListComplaintDesksResponse.FromString(
        ask.unary_unary("/registry.v1.ComplaintService/ListComplaintDesks")(b"", timeout=DEADLINE_S)
    )
    (desk,) = listed.desks
    keys = tuple(key.public_key for key in desk.keys)
    report = Report(
        kind=supervision_pb2.COMPLAINT_KIND_REPORT, category="食品药品安全", text=SAID,
        reporter=f"{REPORTER}, 电话{CONTACT}", subject_name="示例面馆(示例)", region="130902",
    )  # fmt: skip
    sealed = sealed_request(report, Desk(listed.origin, desk.department, desk.name, keys))
    lodge = ask.unary_unary("/registry.v1.ComplaintService/LodgeComplaint")
    assert lodge(sealed.message.SerializeToString(), timeout=DEADLINE_S)
