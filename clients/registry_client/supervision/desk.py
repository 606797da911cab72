"""Acts of supervision through the service of their power, and the files that they are kept in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import grpc

from registry.domain.files import act_of
from registry.v1 import (
    accountability_service_pb2,
    complaint_service_pb2,
    inspection_service_pb2,
    matter_service_pb2,
    monitoring_service_pb2,
    referral_service_pb2,
    supervision_file_pb2,
)
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
_MATTERS: tuple[Service, Step] = (
    MatterServiceStub, ("RecordMatterAct", matter_service_pb2.RecordMatterActRequest)
)  # fmt: skip
_INSPECTIONS: tuple[Service, Step] = (
    InspectionServiceStub, ("RecordInspectionAct", inspection_service_pb2.RecordInspectionActRequest)
)  # fmt: skip
_REFERRALS: tuple[Service, Step] = (
    ReferralServiceStub, ("RecordReferralAct", referral_service_pb2.RecordReferralActRequest)
)  # fmt: skip
_COMPLAINTS: tuple[Service, Step] = (
    ComplaintServiceStub, ("RecordComplaintAct", complaint_service_pb2.RecordComplaintActRequest)
)  # fmt: skip
_MONITORING: tuple[Service, Step] = (
    MonitoringServiceStub, ("RecordMonitoringAct", monitoring_service_pb2.RecordMonitoringActRequest)
)  # fmt: skip
_ACCOUNTABILITY: tuple[Service, Step] = (
    AccountabilityServiceStub, ("RecordAccident", accountability_service_pb2.RecordAccidentRequest)
)  # fmt: skip
_TAKEN_BY: Mapping[str, tuple[Service, Step]] = {
    **dict.fromkeys(
        ("matter", "intermediary", "rule", "rule_review", "rule_filing", "rule_check"), _MATTERS
    ),
    **dict.fromkeys(
        (
            "roster", "plan", "draw_order", "draw_result", "inspection", "result_publication",
            "rectification",
        ),
        _INSPECTIONS,
    ),
    **dict.fromkeys(
        (
            "referral", "receipt", "referral_acceptance", "referral_outcome", "referral_answer", "urging",
        ),
        _REFERRALS,
    ),
    **dict.fromkeys(
        (
            "complaint", "complaint_acceptance", "complaint_mediation", "complaint_verification",
            "complaint_answer", "identity_opening", "custodian_key",
        ),
        _COMPLAINTS,
    ),
    **dict.fromkeys(("indicator", "alert_answer", "association_note"), _MONITORING),
    "accident": _ACCOUNTABILITY,
}  # fmt: skip
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
