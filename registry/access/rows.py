"""The policy table of rows: of each method that shows something, whose of it a caller sees.

    OWN          what the caller itself made, was sent or asked; of another's not even that it is there
    OWN_OR_ALL   its own; the registrar and the auditor everybody's. A department is refused others' by name
    CONCERNED    files and what is due in them: whose they are, whom they concern, and who oversees
    BY_LAW       what the caller stated, and of others' what law lets it see on the day and for its purpose
                 (``commands.right_to_see``, ``access.policy.DOMAINS``)
    ANSWER       a verdict about the subject asked about, in a domain of the caller's
    PUBLISHED    what is disclosed to everybody: the same for every caller
    SHARED       the same for every caller that may call: catalogue, directory, proofs, figures
    AUDITED      what others asked: the auditor's, each look logged

Methods that only take something in show what became of it to who sent it, and stand in ``TAKING_IN``. Nothing
is decided by this table either: a test calls every method as every kind of caller and looks for what must not
be there; a method that is in neither, or in both, fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Rows(Enum):
    """Whose rows a method shows."""

    OWN = "own"
    OWN_OR_ALL = "own; registrar and auditor all"
    CONCERNED = "whom it concerns; who oversees all"
    BY_LAW = "own, and what law lets see"
    ANSWER = "the answer to the question"
    PUBLISHED = "published"
    SHARED = "shared by all who may call"
    AUDITED = "the auditor's"


_V1 = "/registry.v1."

SHOWN: Mapping[str, Rows] = {
    f"{_V1}IntakeService/GetStatement": Rows.OWN,
    f"{_V1}IntakeService/ListStatements": Rows.OWN,
    f"{_V1}IntakeService/ListRefusals": Rows.OWN,
    f"{_V1}ExecutionService/ListOwnExecutions": Rows.OWN,
    f"{_V1}NoticeService/WatchNotices": Rows.OWN,
    f"{_V1}ComplaintService/ListLodgings": Rows.OWN,
    f"{_V1}ComplaintService/GetLodging": Rows.OWN,
    f"{_V1}ComplaintService/TrackComplaint": Rows.OWN,
    f"{_V1}NoticeService/ListNotices": Rows.OWN_OR_ALL,
    f"{_V1}BanService/GetCase": Rows.OWN_OR_ALL,
    f"{_V1}BanService/ListCases": Rows.OWN_OR_ALL,
    f"{_V1}BanService/ListDue": Rows.OWN_OR_ALL,
    f"{_V1}RemedyService/GetRemedy": Rows.CONCERNED,
    f"{_V1}RemedyService/ListRemedies": Rows.OWN_OR_ALL,
    f"{_V1}SupervisionFileService/GetFile": Rows.CONCERNED,
    f"{_V1}SupervisionFileService/ListFiles": Rows.CONCERNED,
    f"{_V1}SupervisionFileService/ListObligations": Rows.CONCERNED,
    f"{_V1}EvidenceService/GetEvidence": Rows.CONCERNED,
    f"{_V1}EvidenceService/ListEvidence": Rows.CONCERNED,
    f"{_V1}EvidenceService/Download": Rows.CONCERNED,
    f"{_V1}EvidenceService/DownloadPart": Rows.CONCERNED,
    f"{_V1}MonitoringService/ListAlerts": Rows.CONCERNED,
    f"{_V1}AccountabilityService/GetAccountabilityReport": Rows.CONCERNED,
    f"{_V1}AccountabilityService/TraceAccident": Rows.CONCERNED,
    f"{_V1}ReferralService/GetReferralStatistics": Rows.CONCERNED,
    f"{_V1}MatterService/ListUnfiled": Rows.CONCERNED,
    f"{_V1}LogService/GetStatement": Rows.CONCERNED,
    f"{_V1}RecordService/GetRecord": Rows.BY_LAW,
    f"{_V1}RecordService/GetCertificate": Rows.BY_LAW,
    f"{_V1}RecordService/Search": Rows.BY_LAW,
    f"{_V1}RecordService/ListMarketBans": Rows.BY_LAW,
    f"{_V1}RecordService/ListListed": Rows.BY_LAW,
    f"{_V1}RecordService/ListNameDisputes": Rows.BY_LAW,
    f"{_V1}RestrictionService/Check": Rows.ANSWER,
    f"{_V1}RestrictionService/BatchCheck": Rows.ANSWER,
    f"{_V1}RestrictionService/CheckColumns": Rows.ANSWER,
    f"{_V1}RestrictionService/StreamCheck": Rows.ANSWER,
    f"{_V1}RestrictionService/Screen": Rows.ANSWER,
    f"{_V1}RestrictionService/WatchScreen": Rows.ANSWER,
    f"{_V1}RestrictionService/Explain": Rows.ANSWER,
    f"{_V1}RestrictionService/Resolve": Rows.ANSWER,
    f"{_V1}SnapshotService/GetSnapshot": Rows.ANSWER,
    f"{_V1}WatchService/WatchRestrictions": Rows.ANSWER,
    f"{_V1}WatchService/PollRestrictions": Rows.ANSWER,
    f"{_V1}IncentiveService/Incentives": Rows.ANSWER,
    f"{_V1}DisclosureService/FindOrganisations": Rows.PUBLISHED,
    f"{_V1}DisclosureService/GetDisclosure": Rows.PUBLISHED,
    f"{_V1}DisclosureService/ListDisclosedBans": Rows.PUBLISHED,
    f"{_V1}DisclosureService/ListTypicalCases": Rows.PUBLISHED,
    f"{_V1}DisclosureService/GetStatistics": Rows.PUBLISHED,
    f"{_V1}MatterService/ListMatters": Rows.PUBLISHED,
    f"{_V1}MatterService/ListRules": Rows.BY_LAW,
    f"{_V1}MatterService/ListIntermediaries": Rows.PUBLISHED,
    f"{_V1}MatterService/ListAssociationNotes": Rows.PUBLISHED,
    f"{_V1}InspectionService/ListPlans": Rows.PUBLISHED,
    f"{_V1}InspectionService/ListDraws": Rows.BY_LAW,
    f"{_V1}InspectionService/GetDraw": Rows.BY_LAW,
    f"{_V1}InspectionService/ListPublishedInspections": Rows.PUBLISHED,
    f"{_V1}ComplaintService/ListComplaintDesks": Rows.PUBLISHED,
    f"{_V1}ComplaintService/GetComplaintStatistics": Rows.PUBLISHED,
    f"{_V1}IncentiveService/ListRedListed": Rows.SHARED,
    f"{_V1}ExecutionService/ListMeasureUse": Rows.SHARED,
    f"{_V1}CatalogueService/CheckEdition": Rows.SHARED,
    f"{_V1}CatalogueService/Diff": Rows.SHARED,
    f"{_V1}CatalogueService/Simulate": Rows.SHARED,
    f"{_V1}CatalogueService/GetEdition": Rows.SHARED,
    f"{_V1}CatalogueService/ListEditions": Rows.SHARED,
    f"{_V1}DirectoryService/ListDepartments": Rows.SHARED,
    f"{_V1}DirectoryService/ListOfficials": Rows.SHARED,
    f"{_V1}DirectoryService/ListKeys": Rows.SHARED,
    f"{_V1}MonitoringService/ListIndicators": Rows.OWN_OR_ALL,
    f"{_V1}MonitoringService/GetRiskFigures": Rows.SHARED,
    f"{_V1}AuditService/GetHealth": Rows.SHARED,
    f"{_V1}LogService/GetCheckpoint": Rows.SHARED,
    f"{_V1}LogService/GetInclusionProof": Rows.SHARED,
    f"{_V1}LogService/GetConsistencyProof": Rows.SHARED,
    f"{_V1}LogService/GetLeaves": Rows.SHARED,
    f"{_V1}LogService/WatchCheckpoints": Rows.SHARED,
    f"{_V1}BanService/Preview": Rows.ANSWER,
    f"{_V1}AuditService/ListQueries": Rows.AUDITED,
}

TAKING_IN = frozenset(
    {
        *(f"{_V1}IntakeService/{name}" for name in ("Submit", "SubmitBatch", "SubmitStream")),
        *(f"{_V1}CatalogueService/{name}" for name in ("Draft", "Review", "Adopt")),
        f"{_V1}DirectoryService/RegisterDepartment",
        *(f"{_V1}DirectoryService/{name}" for name in ("RegisterOfficial", "RevokeOfficial")),
        *(f"{_V1}DirectoryService/{name}" for name in ("EnrolKey", "RevokeKey")),
        *(f"{_V1}BanService/{name}" for name in ("Draft", "DraftMany", "Review", "ServeNotice")),
        *(f"{_V1}BanService/{name}" for name in ("RecordDefence", "RecordHearing", "Deliberate", "Decide")),
        *(f"{_V1}BanService/{name}" for name in ("Serve", "Stay", "Resume", "Lift", "Revoke", "Correct")),
        *(f"{_V1}RemedyService/{name}" for name in ("FileObjection", "DecideObjection", "ApplyForRepair")),
        *(f"{_V1}RemedyService/{name}" for name in ("AcceptRepair", "DecideRepair", "AnnulRepair")),
        *(f"{_V1}NoticeService/{name}" for name in ("Acknowledge", "Subscribe")),
        *(f"{_V1}EvidenceService/{name}" for name in ("BeginUpload", "UploadPart")),
        *(f"{_V1}ComplaintService/{name}" for name in ("RecordComplaintAct", "LodgeComplaint")),
        f"{_V1}ExecutionService/ReportExecution",
        f"{_V1}MatterService/RecordMatterAct",
        f"{_V1}InspectionService/RecordInspectionAct",
        f"{_V1}ReferralService/RecordReferralAct",
        f"{_V1}MonitoringService/RecordMonitoringAct",
        f"{_V1}AccountabilityService/RecordAccident",
    }
)
"""Methods that take a statement, a report or an upload, and answer with what became of it alone."""
