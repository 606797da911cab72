"""Acts of supervision through the service of their power, and the files that they are kept in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import grpc

from registry.domain import powers
from registry.domain.files import act_of
from registry.v1 import accountability_service_pb2 as accountability
from registry.v1 import complaint_service_pb2 as complaints
from registry.v1 import inspection_service_pb2 as inspections
from registry.v1 import matter_service_pb2 as matters
from registry.v1 import monitoring_service_pb2 as monitoring
from registry.v1 import referral_service_pb2 as referrals
from registry.v1 import supervision_file_pb2
from registry.v1.accountability_service_pb2_grpc import AccountabilityServiceStub
from registry.v1.complaint_service_pb2_grpc import ComplaintServiceStub
from registry.v1.envelope_pb2 import Envelope
from registry.v1.inspection_service_pb2_grpc import InspectionServiceStub
from registry.v1.matter_service_pb2_grpc import MatterServiceStub
from registry.v1.monitoring_service_pb2_grpc import MonitoringServiceStub
from registry.v1.referral_service_pb2_grpc import ReferralServiceStub
from registry.v1.supervision_file_service_pb2_grpc import SupervisionFileServiceStub
from registry.v1.supervision_pb2 import FILE_KIND_UNSPECIFIED, FileKind, FileReference
from registry_client.calls import Calls
from registry_client.outcomes import SubmitOutcome
from registry_client.steps import Step, statement_in, step_named, take_step
from registry_client.supervision.accountability import AccountabilityDesk
from registry_client.supervision.draws import Draws
from registry_client.supervision.evidence import EvidenceDesk
from registry_client.supervision.inspections import InspectionDesk
from registry_client.supervision.matters import MatterDesk

Service = Callable[[grpc.Channel], Any]
_SERVICES: tuple[tuple[Service, Step, frozenset[str]], ...] = (
    (MatterServiceStub, ("RecordMatterAct", matters.RecordMatterActRequest), powers.MATTERS),
    (
        InspectionServiceStub,
        ("RecordInspectionAct", inspections.RecordInspectionActRequest),
        powers.INSPECTIONS,
    ),
    (ComplaintServiceStub, ("RecordComplaintAct", complaints.RecordComplaintActRequest), powers.COMPLAINTS),
    (
        MonitoringServiceStub,
        ("RecordMonitoringAct", monitoring.RecordMonitoringActRequest),
        powers.MONITORING,
    ),
    (ReferralServiceStub, ("RecordReferralAct", referrals.RecordReferralActRequest), powers.REFERRALS),
    (
        AccountabilityServiceStub,
        ("RecordAccident", accountability.RecordAccidentRequest),
        powers.ACCOUNTABILITY,
    ),
)
_TAKEN_BY: Mapping[str, tuple[Service, Step]] = {
    act: (service, step) for service, step, acts in _SERVICES for act in acts
}
_STEPS = {name: step for name, (_, step) in _TAKEN_BY.items()}


class SupervisionDesk:
    """Acts and files of supervision. One is had from ``Registry``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._channel = channel
        self._calls = calls
        self._files = SupervisionFileServiceStub(channel)
        self.accountability = AccountabilityDesk(channel, calls)
        self.evidence = EvidenceDesk(channel, calls)
        self.draws = Draws(channel, calls)
        self.matters = MatterDesk(channel, calls)
        self.inspections = InspectionDesk(channel, calls)

    def take(self, envelope: Envelope) -> SubmitOutcome:
        """Takes an act. Raises RegistryCallError, ValueError if the envelope holds none."""
        name = act_of(statement_in(envelope))
        step = step_named(name, _STEPS, "supervision")
        service, _ = _TAKEN_BY[name]
        return take_step(self._calls, service(self._channel), step, envelope)

    def file(
        self, kind: FileKind.ValueType, department: str, number: str, *, on: str = ""
    ) -> supervision_file_pb2.GetFileResponse:
        """A file with its acts, its statements for whom it concerns, and what is due in it on a day."""
        reference = FileReference(kind=kind, department=department, number=number)
        request = supervision_file_pb2.GetFileRequest(file=reference, on=on)
        return self._calls.unary(self._files.GetFile, request)

    def files(
        self, request: supervision_file_pb2.ListFilesRequest | None = None
    ) -> supervision_file_pb2.ListFilesResponse:
        """One page of files, the one opened last first."""
        return self._calls.unary(self._files.ListFiles, request or supervision_file_pb2.ListFilesRequest())

    def obligations(
        self,
        *,
        department: str = "",
        kind: FileKind.ValueType = FILE_KIND_UNSPECIFIED,
        on: str = "",
        overdue_only: bool = False,
    ) -> supervision_file_pb2.ListObligationsResponse:
        """What is to be done, the most overdue first."""
        request = supervision_file_pb2.ListObligationsRequest(
            department=department, kind=kind, on=on, overdue_only=overdue_only
        )
        return self._calls.unary(self._files.ListObligations, request)
