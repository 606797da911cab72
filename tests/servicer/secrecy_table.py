"""Every text of every response, with where it comes from; and who may be answered with what somebody sent.

A review written down (招标投标法 第二十二条、第五十二条): `test_secrecy` holds it against the contract.
"""

from __future__ import annotations

# Where the texts of a response come from. None of them is a question that somebody else asked.
LAW = "the catalogue of measures, or the program's own words"
STATED = "a statement in the log: what a department made known"
CALL = "this very call: what its caller sent, or a place to go on from"
OWN = "records of the caller's own, kept for it alone"
HASHED = "the log's leaves and its trees: hashes, signed and everybody's, from which nothing can be read"
RECEIPT = "the evidence of this very answer, for its caller: it discloses what the answer rests on"
COUNTED = "reports of what was done with verdicts, counted by measure and reporter: no reference, no subject"
AUDITED = "the query log (查询日志): for the auditor alone, who states why he reads it and is logged himself"
KEPT = "evidence of supervision: for those whom its file concerns, or published by law; no question is in it"

TEXTS: dict[str, tuple[str, str]] = {
    "AcknowledgeResponse": (CALL, "unknown"),
    "AdoptedEdition": (STATED, "edition label in_force_from"),
    "AlertAnswer": (STATED, "measure_taken on"),
    "AlertEntry": (STATED, "indicator_name"),
    "AnswerSignature": (RECEIPT, "header path"),
    "Answered": (LAW, "origin edition edition_label"),
    "ApprovalMatter": (
        STATED,
        "number name approving_section supervising_section taken_over_by taker_supervised_by still_watched_by"
        " matter_class legal_basis effective_from ended_on",
    ),
    "AssociationNote": (STATED, "number content association_rule from until"),
    "AssociationNoteEntry": (STATED, "association association_name"),
    "BanAct": (STATED, "statement_id official_id section on"),
    "BanCase": (
        STATED,
        "department case_number filed_on licensing_section hearing_on decision_id served_on",
    ),
    "BanProposal": (STATED, "category list_code legal_basis"),
    "BatchMembership": (HASHED, "path"),
    "BidReport": (CALL, "bid"),
    "ChainEvidence": (RECEIPT, "ref secret leaves"),
    "CheckEditionResponse": (LAW, "edition label unconfirmed"),
    "CheckResponse": (LAW, "indeterminate_detail"),
    "CheckedList": (LAW, "code name as_of"),
    "ComplaintCount": (STATED, "month region"),
    "ComplaintDesk": (STATED, "department name"),
    "ComplaintStep": (OWN, "on"),
    "CheckedMeasure": (LAW, "code name"),
    "Clause": (LAW, "text detail"),
    "BatchCheckResponse": (CALL, "indeterminate_details keys"),
    "CheckColumnsResponse": (LAW, "verdicts measures"),
    "DepartmentRegistration": (STATED, "code name kinds"),
    "Document": (STATED, "number authority authority_code decided_on"),
    "DrawInVain": (STATED, "plan_item resulted_on official_ids"),
    "DrawOrder": (STATED, "number plan_item algorithm on inspect_by"),
    "DrawResult": (STATED, "beacon_root"),
    "DownloadPartResponse": (KEPT, "content"),
    "DownloadResponse": (KEPT, "content"),
    "EvidenceErasure": (KEPT, "erased_on basis"),
    "EvidenceLabel": (KEPT, "media_type title uploaded_on"),
    "FileReference": (STATED, "department number"),
    "HeldEvidence": (KEPT, "sha256"),
    "DueItem": (STATED, "department reference deadline task from due_on official_id basis"),
    "DutyLine": (STATED, "official_id section reference"),
    "DutyTotal": (STATED, "department deadline task"),
    "EditionChange": (LAW, "section code text"),
    "EditionEntry": (
        STATED,
        "edition label drafted_by reviewed_by opinion adopted_by in_force_from filing_number filed_on",
    ),
    "EditionFault": (LAW, "file message"),
    "EditionFile": (LAW, "name content"),
    "EndedMeasure": (STATED, "measure_code last_day"),
    "Envelope": (OWN, "payload payload_type"),
    "Execution": (OWN, "report_id reference measure_codes reason"),
    "ExplainResponse": (LAW, "conclusion"),
    "Fault": (LAW, "field message"),
    "Field": (STATED, "name value"),
    "GetAccountabilityReportResponse": (CALL, "department from until official_id on limits"),
    "GetCertificateResponse": (LAW, "from until statement"),
    "GetCheckpointResponse": (HASHED, "checkpoint"),
    "GetComplaintStatisticsResponse": (CALL, "from until"),
    "GetConsistencyProofResponse": (HASHED, "proof checkpoint"),
    "GetInclusionProofResponse": (HASHED, "leaf proof root checkpoint"),
    "GetDrawResponse": (HASHED, "leaves"),
    "GradeWeight": (STATED, "grade"),
    "HandOver": (STATED, "departments from until"),
    "InspectionPlan": (STATED, "number title filing_number filed_on"),
    "ListDrawsResponse": (CALL, "next_page_token"),
    "ListPlansResponse": (CALL, "next_page_token"),
    "MeasureNotApplied": (COUNTED, "measure_code measure_name caller last_on"),
    "Obligation": (
        STATED,
        "department official_id deadline task from due_on met_on basis subject matter",
    ),
    "OfficialTotal": (STATED, "department official_id"),
    "PlanItem": (STATED, "number matter content from until"),
    "PlanItemDay": (STATED, "number until"),
    "PublishedDraw": (STATED, "ordered_on resulted_on department_name"),
    "PublishedPlan": (STATED, "recorded_on department_name"),
    "GetLeavesResponse": (HASHED, "leaves"),
    "GetLodgingResponse": (OWN, "content reporter"),
    "GetRiskFiguresResponse": (CALL, "day"),
    "IndicatorFigures": (CALL, "from until"),
    "ListAlertsResponse": (CALL, "next_page_token"),
    "RiskAlert": (STATED, "number in_charge group from until answer_by"),
    "RiskFigure": (STATED, "group alert_number"),
    "RiskIndicator": (
        STATED,
        "number name categories region industries in_charge legal_basis effective_from ended_on",
    ),
    "GetSnapshotResponse": (STATED, "piece"),
    "Hit": (
        STATED,
        "measure_code measure_name list_code list_name legal_basis from until relief statement_id department",
    ),
    "Identifier": (CALL, "value"),
    "ImposedMeasure": (STATED, "measure_code from until anchor_on"),
    "Incentive": (STATED, "measure_code measure_name red_list_code red_list_name legal_basis from until"),
    "Intermediary": (
        STATED,
        "number service fee_standard qualification qualification_number qualified_until matters"
        " effective_from ended_on",
    ),
    "IntermediaryEntry": (STATED, "department department_name"),
    "KeyEnrolment": (
        STATED,
        "department official_id public_key valid_from valid_until categories replaces",
    ),
    "KeyEntry": (STATED, "keyid"),
    "KeyExpiry": (STATED, "department official_id key_id valid_until"),
    "LeafEvidence": (RECEIPT, "leaf inclusion"),
    "ListAssociationNotesResponse": (LAW, "next_page_token standing"),
    "ListIntermediariesResponse": (CALL, "next_page_token"),
    "ListMattersResponse": (CALL, "next_page_token"),
    "ListRulesResponse": (CALL, "next_page_token"),
    "ListUnfiledResponse": (CALL, "next_page_token"),
    "ListCasesResponse": (CALL, "next_page_token"),
    "ListComplaintDesksResponse": (LAW, "origin"),
    "ListDisclosedBansResponse": (CALL, "next_page_token"),
    "ListListedResponse": (CALL, "next_page_token"),
    "ListMarketBansResponse": (CALL, "next_page_token"),
    "ListNameDisputesResponse": (CALL, "next_page_token"),
    "ListNoticesResponse": (CALL, "next_page_token"),
    "ListQueriesResponse": (CALL, "next_page_token"),
    "ListRedListedResponse": (CALL, "next_page_token"),
    "ListRemediesResponse": (CALL, "next_page_token"),
    "ListStatementsResponse": (CALL, "next_page_token"),
    "ListTypicalCasesResponse": (CALL, "next_page_token"),
    "ListedRestriction": (STATED, "name"),
    "LoggedQuery": (AUDITED, "caller reference reason"),
    "LodgeComplaintResponse": (CALL, "number received_on"),
    "Lodging": (
        OWN,
        "number department subject_code subject_name category region received_on due_on",
    ),
    "LogServiceGetStatementResponse": (HASHED, "leaf"),
    "Mandate": (STATED, "categories lists measures region relayed_authorities decides_here"),
    "MatterEntry": (
        STATED,
        "department department_name taken_over_by_name taker_supervised_by_name still_watched_by_name"
        " filing_number filed_on",
    ),
    "MapLeaf": (HASHED, "key head"),
    "MapProof": (HASHED, "siblings"),
    "MeasureUse": (LAW, "measure_code measure_name"),
    "MeasureUseBy": (COUNTED, "caller"),
    "NameMatch": (STATED, "name"),
    "Notice": (STATED, "notice_id addressee text due_on"),
    "OfficialRegistration": (STATED, "official_id department name section"),
    "Party": (CALL, "name bid"),
    "PartyReport": (LAW, "indeterminate_detail"),
    "PollRestrictionsResponse": (CALL, "resume_token"),
    "PreviewResponse": (LAW, "faults"),
    "ProposedMeasure": (STATED, "measure_code"),
    "Receipt": (RECEIPT, "answer checkpoint consistency digest"),
    "ListPublishedInspectionsResponse": (CALL, "next_page_token"),
    "PublishedInspection": (
        STATED,
        "subject subject_name matter matter_name on rectify_by rectified_on published_at published_on"
        " department_name",
    ),
    "EvidenceItem": (KEPT, "sha256 media_type title place"),
    "FileAct": (
        STATED,
        "statement_id department official_ids sections received_on on counted_on until filing_number "
        "plan_item",
    ),
    "ListFilesResponse": (CALL, "next_page_token"),
    "RecordedStatement": (STATED, "department statement_id"),
    "ReferralCount": (STATED, "to"),
    "Subject": (STATED, "name"),
    "SupervisionFile": (STATED, "subject matter region addressee matters matter_classes"),
    "RecordEntry": (
        STATED,
        "statement_id department category category_name in_force_from in_force_until disclosed_from "
        "disclosed_until repairable_from disclosure_basis retained_until legal_basis list_code",
    ),
    "RecordSection": (LAW, "category name"),
    "RedListEntry": (STATED, "name list_code list_name publicised_from publicised_until from until"),
    "Refusal": (OWN, "statement_id payload_sha256"),
    "Remedy": (STATED, "filed_on accepted_on decided_on official_id"),
    "Resolution": (STATED, "names disputed_names"),
    "RuleCheck": (STATED, "on finding rectify_by"),
    "RuleEntry": (STATED, "department_name reviewed_on opinion filing_number filed_on governs"),
    "Scope": (STATED, "region industry activity"),
    "ScreenResponse": (CALL, "unknown_lists"),
    "SealingKey": (STATED, "public_key official_id section valid_until"),
    "Signature": (OWN, "sig keyid"),
    "SimulateResponse": (CALL, "cursor"),
    "StandingRestriction": (
        STATED,
        "measure_code list_code from until status_until department statement_id",
    ),
    "StatementSummary": (OWN, "statement_id category name"),
    "StatementReference": (STATED, "department statement_id"),
    "SubjectChange": (LAW, "measure_code text"),
    "StatisticsRow": (STATED, "month region"),
    "StreamCheckResponse": (CALL, "key"),
    "SubmitResult": (CALL, "statement_id"),
    "SupervisionRule": (
        STATED,
        "number title matters matter_classes object content manner measures legal_basis drafted_on",
    ),
    "SuspendedIncentive": (LAW, "reason"),
    "Telling": (STATED, "notice_id from to told_on read_on official_id"),
    "TellingTotal": (STATED, "department"),
    "TraceAccidentResponse": (STATED, "occurred_on region subject matters from on limits"),
    "TraceEntry": (STATED, "day department official_ids sections text received_on"),
    "TraceGap": (LAW, "matter text"),
    "TrackComplaintResponse": (OWN, "department due_on"),
    "TypicalCase": (STATED, "name facts"),
    "UnfiledMatter": (STATED, "department_name matter_name came_on due_on basis"),
    "WatchCheckpoint": (LAW, "edition edition_label"),
    "WatchCheckpointsResponse": (HASHED, "checkpoint"),
    "WatchRestrictionsResponse": (CALL, "resume_token"),
    "WitnessHealth": (LAW, "name"),
}
"""Every message that a response can hold and that has texts: where they come from, and which they are."""

RECEIPTED = {"Check", "BatchCheck", "Screen", "WatchScreen", "Explain", "GetRecord", "GetCertificate"}
"""Methods whose answers can hold a receipt, and with it the statements that the answer rests on."""

ANSWERED_TO_THEIR_SENDER: dict[str, set[str]] = {
    "Party": {"Screen", "WatchScreen"},
    "BidReport": {"Screen", "WatchScreen"},
    "ScreenResponse": {"Screen", "WatchScreen"},
    "Execution": {"ListOwnExecutions"},
    "Lodging": {"ListLodgings", "GetLodging"},
    "GetLodgingResponse": {"GetLodging"},
    "TrackComplaintResponse": {"TrackComplaint"},
    "Envelope": {"GetStatement", "GetCase", "GetRemedy", "GetFile", "GetDraw", "StreamCheck", *RECEIPTED},
    "LoggedQuery": {"ListQueries"},
    "Notice": {"WatchNotices", "ListNotices"},
    "Receipt": {"StreamCheck", *RECEIPTED},
    "Refusal": {"ListRefusals"},
    "MeasureUseBy": {"ListMeasureUse"},
    "MeasureNotApplied": {"GetAccountabilityReport"},
    "TraceEntry": {"TraceAccident"},
}
"""Messages that repeat what a caller sent, or tell of callers: which methods may answer with them."""

QUESTIONS = {"Purpose", "Project", "Matter", "CheckRequest", "ScreenRequest", "WatchScreenRequest"}
"""Messages that make up a question: no response holds one."""
