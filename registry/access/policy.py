"""The policy table: which role may call which method, and ask in which domain. What is not listed
is denied.

A border system asks about exit and entry and nothing else; a procurement system does not learn of
exit bans. Departments ask in the domains in which law lets them consult credit information
(许可、资金、政府采购、招标投标). The auditor reads the log and asks nothing about subjects. The public
sees what is disclosed. A face has no rights of its own: it calls as whom its token names, or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping

from registry.access.identity import Caller, CallerRole
from registry.v1 import subject_pb2 as subject

_DEPARTMENT, _REGISTRAR, _AUDITOR = CallerRole.DEPARTMENT, CallerRole.REGISTRAR, CallerRole.AUDITOR
_EVERYBODY = frozenset(CallerRole)
_ALL = _EVERYBODY - {CallerRole.PUBLIC, CallerRole.FACE}
_SYSTEMS = _ALL - {_DEPARTMENT, _REGISTRAR, _AUDITOR}
_DISCLOSED_TO = _ALL | {CallerRole.PUBLIC}
_STATING = frozenset({_DEPARTMENT, _REGISTRAR})
_ASKING = _SYSTEMS | {_DEPARTMENT}
_REGISTERING = frozenset({_REGISTRAR})
_READING_DIRECTORY = frozenset({_DEPARTMENT, _REGISTRAR, _AUDITOR})

METHODS: Mapping[str, frozenset[CallerRole]] = {
    "/registry.v1.IntakeService/Submit": _STATING,
    "/registry.v1.IntakeService/SubmitBatch": _STATING,
    "/registry.v1.IntakeService/SubmitStream": _STATING,
    "/registry.v1.IntakeService/GetStatement": _STATING,
    "/registry.v1.IntakeService/ListStatements": _STATING,
    "/registry.v1.IntakeService/ListRefusals": _STATING,
    "/registry.v1.RestrictionService/Check": _ASKING,
    "/registry.v1.RestrictionService/BatchCheck": _ASKING,
    "/registry.v1.RestrictionService/CheckColumns": _ASKING,
    "/registry.v1.RestrictionService/StreamCheck": _ASKING,
    "/registry.v1.SnapshotService/GetSnapshot": _ASKING,
    "/registry.v1.RestrictionService/Screen": _ASKING,
    "/registry.v1.RestrictionService/WatchScreen": _ASKING,
    "/registry.v1.RestrictionService/Explain": _ASKING,
    "/registry.v1.RestrictionService/Resolve": _ASKING,
    "/registry.v1.WatchService/WatchRestrictions": _ASKING,
    "/registry.v1.WatchService/PollRestrictions": _ASKING,
    "/registry.v1.IncentiveService/Incentives": _ASKING - {CallerRole.BORDER_SYSTEM},
    "/registry.v1.IncentiveService/ListRedListed": _ALL,
    "/registry.v1.ExecutionService/ReportExecution": _ASKING,
    "/registry.v1.ExecutionService/ListOwnExecutions": _ASKING,
    "/registry.v1.ExecutionService/ListMeasureUse": _READING_DIRECTORY,
    "/registry.v1.RecordService/GetRecord": _STATING,
    "/registry.v1.RecordService/GetCertificate": (_ASKING | _STATING) - {CallerRole.BORDER_SYSTEM},
    "/registry.v1.RecordService/Search": _ASKING | _STATING,
    "/registry.v1.RecordService/ListMarketBans": _ASKING | _READING_DIRECTORY,
    "/registry.v1.RecordService/ListListed": _ASKING | _READING_DIRECTORY,
    "/registry.v1.RecordService/ListNameDisputes": _STATING,
    "/registry.v1.CatalogueService/CheckEdition": _READING_DIRECTORY,
    "/registry.v1.CatalogueService/Diff": _READING_DIRECTORY,
    "/registry.v1.CatalogueService/Simulate": _REGISTERING,
    "/registry.v1.CatalogueService/Draft": _REGISTERING,
    "/registry.v1.CatalogueService/Review": _REGISTERING,
    "/registry.v1.CatalogueService/Adopt": _REGISTERING,
    "/registry.v1.CatalogueService/GetEdition": _READING_DIRECTORY,
    "/registry.v1.CatalogueService/ListEditions": _READING_DIRECTORY,
    "/registry.v1.DirectoryService/RegisterDepartment": _REGISTERING,
    "/registry.v1.DirectoryService/RegisterOfficial": _REGISTERING,
    "/registry.v1.DirectoryService/RevokeOfficial": _REGISTERING,
    "/registry.v1.DirectoryService/EnrolKey": _REGISTERING,
    "/registry.v1.DirectoryService/RevokeKey": _REGISTERING,
    "/registry.v1.DirectoryService/ListDepartments": _READING_DIRECTORY,
    "/registry.v1.DirectoryService/ListOfficials": _READING_DIRECTORY,
    "/registry.v1.DirectoryService/ListKeys": _READING_DIRECTORY,
    "/registry.v1.BanService/Draft": _STATING,
    "/registry.v1.BanService/DraftMany": _STATING,
    "/registry.v1.BanService/Review": _STATING,
    "/registry.v1.BanService/ServeNotice": _STATING,
    "/registry.v1.BanService/RecordDefence": _STATING,
    "/registry.v1.BanService/RecordHearing": _STATING,
    "/registry.v1.BanService/Deliberate": _STATING,
    "/registry.v1.BanService/Decide": _STATING,
    "/registry.v1.BanService/Serve": _STATING,
    "/registry.v1.BanService/Stay": _STATING,
    "/registry.v1.BanService/Resume": _STATING,
    "/registry.v1.BanService/Lift": _STATING,
    "/registry.v1.BanService/Revoke": _STATING,
    "/registry.v1.BanService/Correct": _STATING,
    "/registry.v1.BanService/Preview": _STATING,
    "/registry.v1.BanService/GetCase": _READING_DIRECTORY,
    "/registry.v1.BanService/ListCases": _READING_DIRECTORY,
    "/registry.v1.BanService/ListDue": _READING_DIRECTORY,
    "/registry.v1.RemedyService/FileObjection": _STATING,
    "/registry.v1.RemedyService/DecideObjection": _STATING,
    "/registry.v1.RemedyService/ApplyForRepair": _STATING,
    "/registry.v1.RemedyService/AcceptRepair": _STATING,
    "/registry.v1.RemedyService/DecideRepair": _STATING,
    "/registry.v1.RemedyService/AnnulRepair": _STATING,
    "/registry.v1.RemedyService/GetRemedy": _READING_DIRECTORY,
    "/registry.v1.RemedyService/ListRemedies": _READING_DIRECTORY,
    "/registry.v1.NoticeService/WatchNotices": _ASKING | _STATING,
    "/registry.v1.NoticeService/ListNotices": _ALL,
    "/registry.v1.NoticeService/Acknowledge": _ASKING | _STATING,
    "/registry.v1.NoticeService/Subscribe": _ASKING,
    "/registry.v1.DisclosureService/FindOrganisations": _DISCLOSED_TO,
    "/registry.v1.DisclosureService/GetDisclosure": _DISCLOSED_TO,
    "/registry.v1.DisclosureService/ListDisclosedBans": _DISCLOSED_TO,
    "/registry.v1.DisclosureService/ListTypicalCases": _DISCLOSED_TO,
    "/registry.v1.DisclosureService/GetStatistics": _DISCLOSED_TO,
    "/registry.v1.AuditService/ListQueries": frozenset({_AUDITOR}),
    "/registry.v1.AuditService/GetHealth": _READING_DIRECTORY,
    "/registry.v1.SupervisionFileService/GetFile": _READING_DIRECTORY,
    "/registry.v1.SupervisionFileService/ListFiles": _READING_DIRECTORY,
    "/registry.v1.SupervisionFileService/ListObligations": _READING_DIRECTORY,
    "/registry.v1.EvidenceService/BeginUpload": _STATING,
    "/registry.v1.EvidenceService/UploadPart": _STATING,
    "/registry.v1.EvidenceService/GetEvidence": _READING_DIRECTORY | {CallerRole.PUBLIC},
    "/registry.v1.EvidenceService/ListEvidence": _READING_DIRECTORY | {CallerRole.PUBLIC},
    "/registry.v1.EvidenceService/Download": _READING_DIRECTORY | {CallerRole.PUBLIC},
    "/registry.v1.EvidenceService/DownloadPart": _READING_DIRECTORY | {CallerRole.PUBLIC},
    "/registry.v1.MatterService/RecordMatterAct": _STATING,
    "/registry.v1.MatterService/ListMatters": _DISCLOSED_TO,
    "/registry.v1.MatterService/ListRules": _DISCLOSED_TO,
    "/registry.v1.MatterService/ListUnfiled": _READING_DIRECTORY,
    "/registry.v1.MatterService/ListIntermediaries": _DISCLOSED_TO,
    "/registry.v1.MatterService/ListAssociationNotes": _DISCLOSED_TO,
    "/registry.v1.InspectionService/RecordInspectionAct": _STATING,
    "/registry.v1.InspectionService/ListPlans": _DISCLOSED_TO,
    "/registry.v1.InspectionService/ListDraws": _DISCLOSED_TO,
    "/registry.v1.InspectionService/GetDraw": _DISCLOSED_TO,
    "/registry.v1.InspectionService/ListPublishedInspections": _DISCLOSED_TO,
    "/registry.v1.ReferralService/RecordReferralAct": _STATING,
    "/registry.v1.ReferralService/GetReferralStatistics": _READING_DIRECTORY,
    "/registry.v1.ComplaintService/RecordComplaintAct": _STATING,
    "/registry.v1.ComplaintService/ListComplaintDesks": _READING_DIRECTORY | {CallerRole.PUBLIC},
    "/registry.v1.ComplaintService/LodgeComplaint": _STATING | {CallerRole.PUBLIC},
    "/registry.v1.ComplaintService/TrackComplaint": _STATING | {CallerRole.PUBLIC},
    "/registry.v1.ComplaintService/ListLodgings": _STATING,
    "/registry.v1.ComplaintService/GetLodging": _STATING,
    "/registry.v1.ComplaintService/GetComplaintStatistics": _DISCLOSED_TO,
    "/registry.v1.MonitoringService/RecordMonitoringAct": _STATING,
    "/registry.v1.MonitoringService/ListIndicators": _READING_DIRECTORY,
    "/registry.v1.MonitoringService/ListAlerts": _READING_DIRECTORY,
    "/registry.v1.MonitoringService/GetRiskFigures": frozenset({_REGISTRAR, _AUDITOR}),
    "/registry.v1.AccountabilityService/RecordAccident": _STATING,
    "/registry.v1.AccountabilityService/GetAccountabilityReport": _READING_DIRECTORY,
    "/registry.v1.AccountabilityService/TraceAccident": _READING_DIRECTORY,
    "/registry.v1.LogService/GetCheckpoint": _DISCLOSED_TO,
    "/registry.v1.LogService/GetInclusionProof": _DISCLOSED_TO,
    "/registry.v1.LogService/GetConsistencyProof": _DISCLOSED_TO,
    "/registry.v1.LogService/GetLeaves": _ALL,
    "/registry.v1.LogService/GetStatement": _ALL,
    "/registry.v1.LogService/WatchCheckpoints": _ALL,
    "/grpc.health.v1.Health/Check": _EVERYBODY,
    "/grpc.health.v1.Health/List": _EVERYBODY,
    "/grpc.health.v1.Health/Watch": _EVERYBODY,
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": _ALL,
}

DOMAINS: Mapping[CallerRole, frozenset[subject.Domain.ValueType]] = {
    CallerRole.PROCUREMENT_SYSTEM: frozenset({subject.DOMAIN_PROCUREMENT}),
    CallerRole.BIDDING_SYSTEM: frozenset({subject.DOMAIN_BIDDING}),
    CallerRole.FINANCING_SYSTEM: frozenset({subject.DOMAIN_FINANCING}),
    CallerRole.LICENSING_SYSTEM: frozenset({subject.DOMAIN_BUSINESS}),
    CallerRole.BORDER_SYSTEM: frozenset({subject.DOMAIN_EXIT_ENTRY}),
    CallerRole.DEPARTMENT: frozenset(
        {
            subject.DOMAIN_BUSINESS,
            subject.DOMAIN_FINANCING,
            subject.DOMAIN_BIDDING,
            subject.DOMAIN_PROCUREMENT,
            subject.DOMAIN_GENERAL,
            subject.DOMAIN_SUPERVISION,
        }
    ),
}


WATCHING_PERSONS = frozenset({CallerRole.BORDER_SYSTEM})
"""Who may be told of whatever is stated about natural persons, without having asked about each: bans on
leaving the country fall on hardly anybody else."""


def may_call(caller: Caller, method: str) -> bool:
    """Whether the caller's role may call a method, by its full gRPC name."""
    return caller.role in METHODS.get(method, frozenset())


def may_ask(caller: Caller, domain: subject.Domain.ValueType) -> bool:
    """Whether the caller's role may ask for verdicts in a domain."""
    return domain in DOMAINS.get(caller.role, frozenset())
