"""ComplaintService: 投诉举报. Desks, lodging and tracking are open to the public, so they are bounded."""

from __future__ import annotations

from collections.abc import Sequence

import grpc

from registry.access.identity import CallerRole
from registry.commands.ask import Ask
from registry.commands.intake import Intake
from registry.commands.supervision.complaints import MOST_LODGINGS, Complaints
from registry.commands.supervision.complaints_inbox import Inbox, Kept, as_file
from registry.commands.supervision.complaints_pace import Pace
from registry.commands.supervision.complaints_statistics import ComplaintStatistics
from registry.commands.supervision.complaints_taking import Taking
from registry.commands.supervision.complaints_tracking import Tracking
from registry.commands.supervision.evidence import EvidenceKeep
from registry.commands.supervision.files import Files
from registry.servicer.gate import current_caller
from registry.servicer.results import result
from registry.supervision.custodians import Custodian
from registry.v1 import complaint_service_pb2 as pb
from registry.v1 import complaint_service_pb2_grpc

LODGE_COST, COUNT_COST = 5.0, 15.0


class ComplaintServicer(complaint_service_pb2_grpc.ComplaintServiceServicer):
    """See complaint_service.proto. ``inbox`` and ``keep`` are None where there is no evidence store."""

    def __init__(
        self, ask: Ask, intake: Intake, inbox: Inbox | None = None, keep: EvidenceKeep | None = None
    ) -> None:
        files = Files(ask)
        self._complaints = Complaints(ask, inbox)
        self._taking = Taking(ask, intake, self._complaints, keep)
        self._tracking = Tracking(self._complaints, files, ask.state.store)
        self._statistics = ComplaintStatistics(ask, files, self._complaints)
        self._origin, self._pace, self._counting = ask.state.origin, Pace(), Pace()

    def RecordComplaintAct(
        self, request: pb.RecordComplaintActRequest, context: grpc.ServicerContext
    ) -> pb.RecordComplaintActResponse:
        """See complaint_service.proto."""
        outcome = self._taking.record(request.envelope, current_caller.get())
        return pb.RecordComplaintActResponse(result=result(outcome))

    def ListComplaintDesks(
        self, request: pb.ListComplaintDesksRequest, context: grpc.ServicerContext
    ) -> pb.ListComplaintDesksResponse:
        """See complaint_service.proto."""
        caller = current_caller.get()
        self._pace.spend(caller.uri)
        public = caller.role is CallerRole.PUBLIC
        open_to_caller = not public or self._complaints.takes_lodgings
        desks = [
            pb.ComplaintDesk(department=each.code, name=each.name, keys=_keys(each.custodians, public=public))
            for each in (self._complaints.desks(request.department) if open_to_caller else ())
        ]
        return pb.ListComplaintDesksResponse(origin=self._origin, desks=desks)

    def LodgeComplaint(
        self, request: pb.LodgeComplaintRequest, context: grpc.ServicerContext
    ) -> pb.LodgeComplaintResponse:
        """See complaint_service.proto."""
        self._pace.spend(current_caller.get().uri, LODGE_COST)
        kept = self._complaints.lodge(request)
        return pb.LodgeComplaintResponse(number=request.number, received_on=kept.received_on.isoformat())

    def TrackComplaint(
        self, request: pb.TrackComplaintRequest, context: grpc.ServicerContext
    ) -> pb.TrackComplaintResponse:
        """See complaint_service.proto."""
        self._pace.spend(current_caller.get().uri)
        return self._tracking.track(request.number, request.code)

    def ListLodgings(
        self, request: pb.ListLodgingsRequest, context: grpc.ServicerContext
    ) -> pb.ListLodgingsResponse:
        """See complaint_service.proto."""
        found = self._taking.waiting(current_caller.get().name)
        lodgings = [self._lodging(each) for each in found[:MOST_LODGINGS]]
        return pb.ListLodgingsResponse(lodgings=lodgings, more=len(found) > MOST_LODGINGS)

    def GetLodging(
        self, request: pb.GetLodgingRequest, context: grpc.ServicerContext
    ) -> pb.GetLodgingResponse:
        """See complaint_service.proto."""
        kept = self._complaints.one(current_caller.get().name, request.number)
        return pb.GetLodgingResponse(
            lodging=self._lodging(kept), content=kept.request.content, reporter=kept.request.reporter
        )

    def GetComplaintStatistics(
        self, request: pb.GetComplaintStatisticsRequest, context: grpc.ServicerContext
    ) -> pb.GetComplaintStatisticsResponse:
        """See complaint_service.proto."""
        caller = current_caller.get().uri
        return self._statistics.of(
            getattr(request, "from"), request.until, lambda: self._counting.spend(caller, COUNT_COST)
        )

    def _lodging(self, kept: Kept) -> pb.Lodging:
        sent = kept.request
        return pb.Lodging(
            number=sent.number,
            department=sent.department,
            kind=sent.kind,
            subject_code=sent.subject_code,
            subject_name=sent.subject_name,
            category=sent.category,
            region=sent.region,
            received_on=kept.received_on.isoformat(),
            due_on=self._tracking.due_on(as_file(kept)),
            named=bool(sent.reporter),
        )


def _keys(custodians: Sequence[Custodian], *, public: bool) -> list[pb.SealingKey]:
    """Keys as they are told; to the public without whose they are."""
    return [
        pb.SealingKey(
            public_key=each.public_key,
            official_id="" if public else each.official_id,
            section="" if public else each.section,
            valid_until=each.valid_until.isoformat(),
            position=each.position,
        )
        for each in custodians
    ]
