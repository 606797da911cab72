"""Complaints (投诉举报): lodging, tracking, taking in; sealed before they leave this machine.

    desk = desk_of(registry, "11130900DEM0000108")
    report = Report(kind=COMPLAINT_KIND_REPORT, text="…", category="食品药品安全")
    request = sealed_request(report, desk)
    lodge(registry, request.message)                  # request.number and request.code are for the reporter
    track(registry, request.number, request.code)

    sealed = sealed_complaint(desk, number="TS-1", text="…", reporter="…", summary="…", …)
    sealed.shelve(registry, desk.department)          # by telephone, letter, visit: then sealed.act is stated
    act = complaint_of(lodging(registry, "W…"), summary="…")          # from the web

A number is random (a hundred bits), and so is the code; of the code only the SHA-256 goes to the registry.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from registry.domain.identifiers import normalise
from registry.provenance.sealed_form import CONTENT, MEDIA_TYPE, REPORTER, TITLE, Binding
from registry.v1 import complaint_service_pb2 as pb
from registry.v1 import supervision_pb2 as acts
from registry.v1.complaint_service_pb2_grpc import ComplaintServiceStub
from registry.v1.subject_pb2 import (
    IDENTIFIER_TYPE_USCC,
    SUBJECT_KIND_ENTERPRISE,
    Identifier,
    Subject,
)
from registry_client.client import Registry
from registry_client.supervision.sealing import SealingError, seal

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter is mistaken for a digit."""
_NUMBER_SIGNS, _CODE_SIGNS = 20, 20
LONGEST_TEXT, LONGEST_REPORTER = 30_000, 1_000
"""Characters, in UTF-8 at most 90 and 3 KB."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A department that takes complaints, with the keys to seal them to."""

    origin: str
    department: str
    name: str
    keys: tuple[bytes, ...]

    def sealed(self, text: str, number: str, part: int) -> bytes:
        """A text sealed for a complaint. Raises SealingError."""
        return seal(text.encode(), Binding(self.origin, self.department, number, part), self.keys)


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody reports; ``reporter`` is empty if he gives no name."""

    kind: acts.ComplaintKind.ValueType
    category: str
    text: str = field(repr=False)
    reporter: str = field(default="", repr=False)
    subject_code: str = ""
    subject_name: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class SealedReport:
    """A report as it goes to the registry, and the code that stays with the reporter."""

    message: pb.LodgeComplaintRequest
    number: str
    code: str = field(repr=False)


def desks(registry: Registry, department: str = "") -> list[Desk]:
    """The departments that take complaints. Raises RegistryCallError."""
    request = pb.ListComplaintDesksRequest(department=department)
    told: pb.ListComplaintDesksResponse = registry.call(ComplaintServiceStub, "ListComplaintDesks", request)
    return [
        Desk(told.origin, each.department, each.name, tuple(key.public_key for key in each.keys))
        for each in told.desks
    ]


def desk_of(registry: Registry, department: str) -> Desk:
    """One of them. Raises SealingError where it has not two custodians in force."""
    found = desks(registry, department)
    if not found:
        raise SealingError("这一部门没有两名以上身份保管人的有效公钥, 不能接收投诉举报。")
    return found[0]


def sealed_request(report: Report, desk: Desk) -> SealedReport:
    """A report under a new number, sealed, with a new code. Raises SealingError."""
    number, code = f"W{random_text(_NUMBER_SIGNS)}", random_text(_CODE_SIGNS)
    message = pb.LodgeComplaintRequest(
        number=number,
        department=desk.department,
        kind=report.kind,
        subject_code=report.subject_code,
        subject_name=report.subject_name,
        category=report.category,
        region=report.region,
        content=desk.sealed(report.text, number, CONTENT),
        reporter=desk.sealed(report.reporter, number, REPORTER) if report.reporter else b"",
        code_sha256=sha256(code.encode()).digest(),
    )
    return SealedReport(message, number, code)


def random_text(signs: int) -> str:
    """Random signs of the alphabet, five bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(signs))


def lodge(registry: Registry, request: pb.LodgeComplaintRequest) -> pb.LodgeComplaintResponse:
    """Leaves a complaint; durable when it returns, and the same again may be sent again."""
    told: pb.LodgeComplaintResponse = registry.call(ComplaintServiceStub, "LodgeComplaint", request)
    return told


def track(registry: Registry, number: str, code: str) -> pb.TrackComplaintResponse:
    """Where a complaint stands. Raises RegistryCallError NOT_FOUND for a wrong number or code."""
    request = pb.TrackComplaintRequest(number=number.strip().upper(), code=code.strip().upper())
    told: pb.TrackComplaintResponse = registry.call(ComplaintServiceStub, "TrackComplaint", request)
    return told


def lodgings(registry: Registry) -> pb.ListLodgingsResponse:
    """What waits for the caller's department, the oldest first."""
    told: pb.ListLodgingsResponse = registry.call(
        ComplaintServiceStub, "ListLodgings", pb.ListLodgingsRequest()
    )
    return told


def lodging(registry: Registry, number: str) -> pb.GetLodgingResponse:
    """One that waits, with what is sealed. Raises RegistryCallError NOT_FOUND."""
    request = pb.GetLodgingRequest(number=number)
    told: pb.GetLodgingResponse = registry.call(ComplaintServiceStub, "GetLodging", request)
    return told


def statistics(registry: Registry, first: str = "", last: str = "") -> pb.GetComplaintStatisticsResponse:
    """Counts from a month to another."""
    request = pb.GetComplaintStatisticsRequest(until=last)
    setattr(request, "from", first)
    told: pb.GetComplaintStatisticsResponse = registry.call(
        ComplaintServiceStub, "GetComplaintStatistics", request
    )
    return told


def complaint_of(told: pb.GetLodgingResponse, *, summary: str, matter: str = "") -> acts.Complaint:
    """The act that takes a lodging in."""
    sent = told.lodging
    act = acts.Complaint(
        number=sent.number,
        channel=acts.COMPLAINT_CHANNEL_WEB,
        kind=sent.kind,
        summary=summary,
        matter=matter,
        content=item_of(told.content),
        received_on=sent.received_on,
        region=sent.region,
    )
    if told.reporter:
        act.reporter.CopyFrom(item_of(told.reporter))
    if sent.subject_code and sent.subject_name:
        act.subject.CopyFrom(firm_of(sent.subject_code, sent.subject_name))
    return act


@dataclass(frozen=True, slots=True)
class SealedComplaint:
    """An act for a complaint that did not come from the web, and what is to go into the evidence store."""

    act: acts.Complaint
    blobs: tuple[bytes, ...] = field(repr=False)

    def shelve(self, registry: Registry, department: str) -> None:
        """Puts what is sealed into the evidence store. Raises RegistryCallError."""
        file = acts.FileReference(
            kind=acts.FILE_KIND_COMPLAINT, department=department, number=self.act.number
        )
        for blob in self.blobs:
            registry.supervision.evidence.upload_bytes(blob, file, media_type=MEDIA_TYPE, title=TITLE)


def sealed_complaint(
    desk: Desk, *, number: str, text: str, reporter: str = "", **said: Any
) -> SealedComplaint:
    """A complaint by telephone, letter or visit, sealed here; ``said`` are the act's other fields. Raises
    SealingError."""
    act, blobs = acts.Complaint(number=number, **said), []
    for name, given, part in (("content", text, CONTENT), ("reporter", reporter, REPORTER)):
        if given:
            blobs.append(desk.sealed(given, number, part))
            getattr(act, name).CopyFrom(item_of(blobs[-1]))
    return SealedComplaint(act, tuple(blobs))


def item_of(blob: bytes) -> acts.EvidenceItem:
    """A sealed blob as an act names it."""
    digest = sha256(blob).digest()
    return acts.EvidenceItem(sha256=digest, size=len(blob), media_type=MEDIA_TYPE, title=TITLE)


def firm_of(code: str, name: str) -> Subject:
    """An organisation that is complained of."""
    identifier = Identifier(type=IDENTIFIER_TYPE_USCC, value=normalise(code))
    return Subject(kind=SUBJECT_KIND_ENTERPRISE, identifier=identifier, name=name)
