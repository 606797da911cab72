"""The services of supervision (事中事后监管), split by power: each takes its own acts and reads them back.

MatterService           审批事项、涉审中介、监管制度
InspectionService       双随机、监管日志
ReferralService         告知、移送、督办
ComplaintService        投诉举报
MonitoringService       风险监测、行业自律
AccountabilityService   责任追究
EvidenceService         证据材料
SupervisionFileService  files of every kind and what is due in them
"""

from __future__ import annotations

import grpc

from registry.commands.ask import Ask
from registry.commands.intake import Intake
from registry.commands.supervision.evidence import Evidence, EvidenceKeep
from registry.commands.supervision.risk_counts import RiskCounts
from registry.evidence.inbox import INBOX, InboxFiles
from registry.servicer.supervision.accountability import AccountabilityServicer
from registry.servicer.supervision.complaints import ComplaintServicer
from registry.servicer.supervision.evidence import EvidenceServicer
from registry.servicer.supervision.files import SupervisionFileServicer
from registry.servicer.supervision.inspections import InspectionServicer
from registry.servicer.supervision.matters import MatterServicer
from registry.servicer.supervision.monitoring import MonitoringServicer
from registry.servicer.supervision.referrals import ReferralServicer
from registry.v1 import (
    accountability_service_pb2,
    accountability_service_pb2_grpc,
    complaint_service_pb2,
    complaint_service_pb2_grpc,
    evidence_service_pb2,
    evidence_service_pb2_grpc,
    inspection_service_pb2,
    inspection_service_pb2_grpc,
    matter_service_pb2,
    matter_service_pb2_grpc,
    monitoring_service_pb2,
    monitoring_service_pb2_grpc,
    referral_service_pb2,
    referral_service_pb2_grpc,
    supervision_file_service_pb2,
    supervision_file_service_pb2_grpc,
)

SUPERVISION = tuple(
    module.DESCRIPTOR.services_by_name[name]
    for module, name in (
        (matter_service_pb2, "MatterService"),
        (inspection_service_pb2, "InspectionService"),
        (referral_service_pb2, "ReferralService"),
        (complaint_service_pb2, "ComplaintService"),
        (monitoring_service_pb2, "MonitoringService"),
        (accountability_service_pb2, "AccountabilityService"),
        (evidence_service_pb2, "EvidenceService"),
        (supervision_file_service_pb2, "SupervisionFileService"),
    )
)


def add_supervision(
    server: grpc.Server, ask: Ask, intake: Intake, counts: RiskCounts, evidence: EvidenceKeep | None = None
) -> None:
    """Adds every service of supervision to a server; ``counts`` are those of risk, ``evidence`` is the
    evidence store, if there is one."""
    evidence_service_pb2_grpc.add_EvidenceServiceServicer_to_server(
        EvidenceServicer(Evidence(ask.state, evidence)), server
    )
    matter_service_pb2_grpc.add_MatterServiceServicer_to_server(MatterServicer(ask, intake), server)
    inspection_service_pb2_grpc.add_InspectionServiceServicer_to_server(
        InspectionServicer(ask, intake), server
    )
    referral_service_pb2_grpc.add_ReferralServiceServicer_to_server(ReferralServicer(ask, intake), server)
    inbox = InboxFiles(evidence.directory / INBOX) if evidence else None
    complaint_service_pb2_grpc.add_ComplaintServiceServicer_to_server(
        ComplaintServicer(ask, intake, inbox, evidence), server
    )
    monitoring_service_pb2_grpc.add_MonitoringServiceServicer_to_server(
        MonitoringServicer(ask, intake, counts), server
    )
    accountability_service_pb2_grpc.add_AccountabilityServiceServicer_to_server(
        AccountabilityServicer(ask, intake, inbox), server
    )
    supervision_file_service_pb2_grpc.add_SupervisionFileServiceServicer_to_server(
        SupervisionFileServicer(ask, inbox), server
    )
