"""Lodging from the web as a test does it: sealed, sent, tracked, taken in by a clerk."""

from __future__ import annotations

from datetime import date
from typing import Any

from registry.access.identity import Caller, CallerRole
from registry.v1 import complaint_service_pb2 as pb
from registry.v1 import supervision_pb2 as act
from registry.v1.complaint_service_pb2_grpc import ComplaintServiceStub
from registry_client.supervision.complaints import Desk, Report, SealedReport, complaint_of, sealed_request
from tests.supervision.custodians_at_work import KEY, Custody
from tests.support.served import DEADLINE_S, Served

SAID = "密言四一七: 后厨有老鼠"
WHO = "密名四一七, 电话13999999999"
MONDAY = date(2026, 3, 2)


def portal(served: Served, name: str = "portal") -> ComplaintServiceStub:
    """The service as a portal calls it."""
    return ComplaintServiceStub(
        served.channel(Caller(CallerRole.PUBLIC, name, served.spine.engine.state.origin))
    )


def clerk(served: Served, key: str = KEY) -> ComplaintServiceStub:
    """The service as a clerk of a department calls it."""
    return ComplaintServiceStub(served.channel(served.department(key)))


def desk_told(served: Served) -> Desk:
    """The one desk that is told, with its keys."""
    told = portal(served).ListComplaintDesks(pb.ListComplaintDesksRequest(), timeout=DEADLINE_S)
    (desk,) = told.desks
    return Desk(told.origin, desk.department, desk.name, tuple(key.public_key for key in desk.keys))


def report(**changes: Any) -> Report:
    """What somebody reports, with his name."""
    fields: dict[str, Any] = {
        "kind": act.COMPLAINT_KIND_REPORT, "category": "食品药品安全", "text": SAID, "reporter": WHO,
        "subject_name": "示例面馆(示例)", "region": "130902",
    }  # fmt: skip
    return Report(**{**fields, **changes})


def lodged(served: Served, **changes: Any) -> SealedReport:
    """A report that was lodged."""
    sealed = sealed_request(report(**changes), desk_told(served))
    told = portal(served).LodgeComplaint(sealed.message, timeout=DEADLINE_S)
    assert told.number == sealed.number
    return sealed


def taken_in(served: Served, bureau: Custody, sealed: SealedReport, **changes: Any) -> Any:
    """What becomes of a lodging that a clerk takes in."""
    held = clerk(served).GetLodging(pb.GetLodgingRequest(number=sealed.number), timeout=DEADLINE_S)
    body = complaint_of(held, summary="餐饮门店后厨卫生")
    for name, value in changes.items():
        setattr(body, name, value)
    envelope = bureau.envelope("经办", complaint=body)
    return clerk(served).RecordComplaintAct(
        pb.RecordComplaintActRequest(envelope=envelope), timeout=DEADLINE_S
    )


def track(served: Served, number: str, code: str) -> pb.TrackComplaintResponse:
    """How far a lodging is, by number and code."""
    return portal(served).TrackComplaint(
        pb.TrackComplaintRequest(number=number, code=code), timeout=DEADLINE_S
    )


def waiting(served: Served, key: str = KEY) -> list[str]:
    """Numbers of what waits for a department."""
    told = clerk(served, key).ListLodgings(pb.ListLodgingsRequest(), timeout=DEADLINE_S)
    return [each.number for each in told.lodgings]
