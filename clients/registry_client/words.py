"""The words for the enumerations of ``registry.v1``: how departments write them in files, how we show them.

Each table maps the words that are understood to a value; of several words for one value the first is the one
shown (``word_of``). Words are compared after ``plain``: half width, without blanks. A word that no table has
is never guessed: the row is reported.

Sources: 双公示 (发改办财金〔2018〕424号) for 行政相对人类别 and 证件类型, GB 32100 for kinds of body; all
others are the words of ``protos/registry/v1``.

Codes of before the USCC have a table of their own: a person's 证件类型 is none of them.

Example: ``PAPERS["护照"]`` and ``PAPERS["护照号"]`` are IDENTIFIER_TYPE_PASSPORT, shown as 护照号.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from registry.v1 import (
    execution_service_pb2,
    incentive_service_pb2,
    restriction_service_pb2,
    statement_pb2,
    subject_pb2,
    verdict_pb2,
)
from registry.v1.execution_service_pb2 import ExecutionAction
from registry.v1.incentive_service_pb2 import RedListState
from registry.v1.restriction_service_pb2 import ClauseOutcome
from registry.v1.statement_pb2 import KeyRevocationReason, OfficialRole, Severity
from registry.v1.subject_pb2 import Capacity, Domain, IdentifierType, SubjectKind, SubjectRole, TenderKind
from registry.v1.verdict_pb2 import (
    HitEffect,
    HitReason,
    HitStatus,
    IndeterminateReason,
    ResolutionStatus,
    RestrictionOrigin,
    SubjectRelation,
)

ORGANISATIONS = "法人及非法人组织"
"""The 双公示 class of every organisation; which kind it is, its code tells (``registry.domain``)."""

KINDS: Mapping[str, SubjectKind.ValueType] = {
    "企业": subject_pb2.SUBJECT_KIND_ENTERPRISE,
    "企业法人": subject_pb2.SUBJECT_KIND_ENTERPRISE,
    "非法人组织": subject_pb2.SUBJECT_KIND_NON_LEGAL_ORG,
    "分支机构": subject_pb2.SUBJECT_KIND_BRANCH,
    "个体工商户": subject_pb2.SUBJECT_KIND_SOLE_TRADER,
    "农民专业合作社": subject_pb2.SUBJECT_KIND_COOP,
    "事业单位": subject_pb2.SUBJECT_KIND_INSTITUTION,
    "社会组织": subject_pb2.SUBJECT_KIND_SOCIAL_ORG,
    "机关": subject_pb2.SUBJECT_KIND_GOV_ORGAN,
    "自然人": subject_pb2.SUBJECT_KIND_NATURAL_PERSON,
}

PAPERS: Mapping[str, IdentifierType.ValueType] = {
    "统一社会信用代码": subject_pb2.IDENTIFIER_TYPE_USCC,
    "身份证": subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID,
    "居民身份证": subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID,
    "公民身份号码": subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID,
    "护照号": subject_pb2.IDENTIFIER_TYPE_PASSPORT,
    "护照": subject_pb2.IDENTIFIER_TYPE_PASSPORT,
    "港澳居民来往内地通行证": subject_pb2.IDENTIFIER_TYPE_HK_MACAO_PERMIT,
    "台湾居民来往大陆通行证": subject_pb2.IDENTIFIER_TYPE_TAIWAN_PERMIT,
    "外国人永久居留身份证": subject_pb2.IDENTIFIER_TYPE_FOREIGN_PERMANENT_RESIDENT_ID,
    # Its number is made as a citizen's is (国办发〔2018〕81号 第五条; regions 810000, 820000, 830000).
    "港澳台居民居住证": subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID,
}
"""By what a subject may be named, in a row or in a question: 证件类型 of a person reads these words."""

LEGACY_CODES: Mapping[str, IdentifierType.ValueType] = {
    "工商注册号": subject_pb2.IDENTIFIER_TYPE_REGISTRATION_NUMBER,
    "组织机构代码": subject_pb2.IDENTIFIER_TYPE_ORGANISATION_CODE,
    "税务登记号": subject_pb2.IDENTIFIER_TYPE_TAX_REGISTRATION_NUMBER,
    "事业单位证书号": subject_pb2.IDENTIFIER_TYPE_INSTITUTION_CERTIFICATE,
    "社会组织登记证号": subject_pb2.IDENTIFIER_TYPE_SOCIAL_ORG_CERTIFICATE,
}
"""Codes of before the USCC: one may ask by them, and no row names its subject by one."""

IDENTIFIERS: Mapping[str, IdentifierType.ValueType] = {**PAPERS, **LEGACY_CODES}
"""Everything by which one may ask."""

CAPACITIES: Mapping[str, Capacity.ValueType] = {
    "招标代理机构": subject_pb2.CAPACITY_TENDER_AGENCY,
    "采购代理机构": subject_pb2.CAPACITY_PROCUREMENT_AGENCY,
    "审批中介服务机构": subject_pb2.CAPACITY_INTERMEDIARY,
    "中介服务机构": subject_pb2.CAPACITY_INTERMEDIARY,
    "中介机构": subject_pb2.CAPACITY_INTERMEDIARY,
    "法定代表人": subject_pb2.CAPACITY_LEGAL_REP,
    "主要负责人": subject_pb2.CAPACITY_LEGAL_REP,
    "法定代表人/主要负责人": subject_pb2.CAPACITY_LEGAL_REP,
    "董监高": subject_pb2.CAPACITY_MANAGER,
    "直接责任人员": subject_pb2.CAPACITY_MANAGER,
    "董监高/直接责任人员": subject_pb2.CAPACITY_MANAGER,
    "从业人员": subject_pb2.CAPACITY_PRACTITIONER,
    "注册执业人员": subject_pb2.CAPACITY_PRACTITIONER,
    "注册执业人员/从业人员": subject_pb2.CAPACITY_PRACTITIONER,
    "评审专家": subject_pb2.CAPACITY_EXPERT,
    "评标专家": subject_pb2.CAPACITY_EXPERT,
    "评标/评审专家": subject_pb2.CAPACITY_EXPERT,
}

SEVERITIES: Mapping[str, Severity.ValueType] = {
    "轻微": statement_pb2.SEVERITY_MINOR,
    "一般": statement_pb2.SEVERITY_GENERAL,
    "严重": statement_pb2.SEVERITY_SERIOUS,
}

YES_OR_NO: Mapping[str, bool] = {"是": True, "否": False}

DOMAINS: Mapping[str, Domain.ValueType] = {
    "经营": subject_pb2.DOMAIN_BUSINESS,
    "投融资": subject_pb2.DOMAIN_FINANCING,
    "出入境": subject_pb2.DOMAIN_EXIT_ENTRY,
    "工程招投标": subject_pb2.DOMAIN_BIDDING,
    "招投标": subject_pb2.DOMAIN_BIDDING,
    "政府采购": subject_pb2.DOMAIN_PROCUREMENT,
    "一般": subject_pb2.DOMAIN_GENERAL,
    "监管": subject_pb2.DOMAIN_SUPERVISION,
    "守信激励": subject_pb2.DOMAIN_INCENTIVE,
}

ROLES: Mapping[str, SubjectRole.ValueType] = {
    "投标人": subject_pb2.SUBJECT_ROLE_BIDDER,
    "供应商": subject_pb2.SUBJECT_ROLE_BIDDER,
    "联合体成员": subject_pb2.SUBJECT_ROLE_CONSORTIUM_MEMBER,
    "代理机构": subject_pb2.SUBJECT_ROLE_AGENCY,
    "评审专家": subject_pb2.SUBJECT_ROLE_EVALUATOR,
    "法定代表人": subject_pb2.SUBJECT_ROLE_LEGAL_REPRESENTATIVE,
    "董监高": subject_pb2.SUBJECT_ROLE_MANAGER,
    "项目经理": subject_pb2.SUBJECT_ROLE_PROJECT_MANAGER,
    "项目负责人": subject_pb2.SUBJECT_ROLE_PROJECT_MANAGER,
    "从业人员": subject_pb2.SUBJECT_ROLE_PRACTITIONER,
    "申请人": subject_pb2.SUBJECT_ROLE_APPLICANT,
    "出境人员": subject_pb2.SUBJECT_ROLE_TRAVELLER,
    "中介服务机构": subject_pb2.SUBJECT_ROLE_INTERMEDIARY,
}

TENDERS: Mapping[str, TenderKind.ValueType] = {
    "依法必须招标": subject_pb2.TENDER_KIND_COMPULSORY,
    "自愿招标": subject_pb2.TENDER_KIND_VOLUNTARY,
}

OFFICIAL_ROLES: Mapping[str, OfficialRole.ValueType] = {
    "经办人": statement_pb2.OFFICIAL_ROLE_SUBMITTER,
    "审核人": statement_pb2.OFFICIAL_ROLE_REVIEWER,
    "法制审核人": statement_pb2.OFFICIAL_ROLE_LEGAL_REVIEWER,
    "批准人": statement_pb2.OFFICIAL_ROLE_APPROVER,
    "登记员": statement_pb2.OFFICIAL_ROLE_REGISTRAR,
    "听证主持人": statement_pb2.OFFICIAL_ROLE_HEARING_OFFICER,
}

REVOCATIONS: Mapping[str, KeyRevocationReason.ValueType] = {
    "停用": statement_pb2.KEY_REVOCATION_REASON_RETIRED,
    "更换": statement_pb2.KEY_REVOCATION_REASON_SUPERSEDED,
    "泄露": statement_pb2.KEY_REVOCATION_REASON_COMPROMISED,
}

EFFECTS: Mapping[str, HitEffect.ValueType] = {
    "禁止": verdict_pb2.HIT_EFFECT_BLOCKS,
    "需研判": verdict_pb2.HIT_EFFECT_NEEDS_REVIEW,
    "仅供参考": verdict_pb2.HIT_EFFECT_INFORMATION,
}

INDETERMINATE: Mapping[str, IndeterminateReason.ValueType] = {
    "登记系统没有该主体的任何信息": verdict_pb2.INDETERMINATE_REASON_SUBJECT_UNKNOWN,
    "代码有误": verdict_pb2.INDETERMINATE_REASON_CODE_INVALID,
    "法定应查的名单来源未接入": verdict_pb2.INDETERMINATE_REASON_SOURCE_NOT_CONNECTED,
    "法定应查的名单报送已过时": verdict_pb2.INDETERMINATE_REASON_SOURCE_STALE,
    "同一代码对应不同名称或不同主体": verdict_pb2.INDETERMINATE_REASON_IDENTITY_AMBIGUOUS,
}

HIT_REASONS: Mapping[str, HitReason.ValueType] = {
    "强制性限制": verdict_pb2.HIT_REASON_MANDATORY,
    "由查询方依法裁量": verdict_pb2.HIT_REASON_DISCRETIONARY,
    "未说明角色": verdict_pb2.HIT_REASON_ROLE_NOT_STATED,
    "未确定地区": verdict_pb2.HIT_REASON_REGION_NOT_SETTLED,
    "未确定行业": verdict_pb2.HIT_REASON_INDUSTRY_NOT_SETTLED,
    "未确定活动": verdict_pb2.HIT_REASON_ACTIVITY_NOT_SETTLED,
    "未说明是否依法必须招标": verdict_pb2.HIT_REASON_TENDER_KIND_NOT_STATED,
    "依据待核实": verdict_pb2.HIT_REASON_LOW_CONFIDENCE,
    "另一角色": verdict_pb2.HIT_REASON_OTHER_ROLE,
    "另一地区": verdict_pb2.HIT_REASON_OTHER_REGION,
    "另一行业": verdict_pb2.HIT_REASON_OTHER_INDUSTRY,
    "另一活动": verdict_pb2.HIT_REASON_OTHER_ACTIVITY,
    "自愿招标": verdict_pb2.HIT_REASON_VOLUNTARY_TENDER,
    "不限制参与": verdict_pb2.HIT_REASON_NOT_A_RESTRICTION,
    "中止执行": verdict_pb2.HIT_REASON_STAYED,
    "异议处理中": verdict_pb2.HIT_REASON_OBJECTED,
    "涉及分支机构或其所属法人": verdict_pb2.HIT_REASON_BRANCH_OR_PARENT,
    "涉及被合并的主体": verdict_pb2.HIT_REASON_ABSORBED_SUBJECT,
    "尚未生效": verdict_pb2.HIT_REASON_NOT_YET_IN_FORCE,
    "事实不明": verdict_pb2.HIT_REASON_FACTS_UNCLEAR,
    "签名密钥存疑": verdict_pb2.HIT_REASON_KEY_DISPUTED,
    "决定尚未送达": verdict_pb2.HIT_REASON_NOT_SERVED,
    "重整期间暂时屏蔽": verdict_pb2.HIT_REASON_SHIELDED,
}

STATUSES: Mapping[str, HitStatus.ValueType] = {
    "生效": verdict_pb2.HIT_STATUS_IN_FORCE,
    "尚未生效": verdict_pb2.HIT_STATUS_COMING,
    "中止执行": verdict_pb2.HIT_STATUS_STAYED,
    "异议处理中": verdict_pb2.HIT_STATUS_OBJECTED,
    "行政复议、诉讼中": verdict_pb2.HIT_STATUS_CONTESTED,
    "期满": verdict_pb2.HIT_STATUS_EXPIRED,
    "已修复或提前移出": verdict_pb2.HIT_STATUS_REPAIRED,
    "已解除": verdict_pb2.HIT_STATUS_LIFTED,
    "已撤回或更正": verdict_pb2.HIT_STATUS_REVOKED,
    "签名密钥存疑": verdict_pb2.HIT_STATUS_DISPUTED,
    "决定尚未送达": verdict_pb2.HIT_STATUS_NOT_SERVED,
    "重整期间暂时屏蔽": verdict_pb2.HIT_STATUS_SHIELDED,
}

ORIGINS: Mapping[str, RestrictionOrigin.ValueType] = {
    "决定": verdict_pb2.RESTRICTION_ORIGIN_DECISION,
    "名单": verdict_pb2.RESTRICTION_ORIGIN_LIST,
    "法定": verdict_pb2.RESTRICTION_ORIGIN_STATUTE,
}

RELATIONS: Mapping[str, SubjectRelation.ValueType] = {
    "本主体": verdict_pb2.SUBJECT_RELATION_SELF,
    "同一主体的另一代码": verdict_pb2.SUBJECT_RELATION_SAME,
    "被合并的主体": verdict_pb2.SUBJECT_RELATION_ABSORBED,
    "所属法人": verdict_pb2.SUBJECT_RELATION_PARENT,
    "分支机构": verdict_pb2.SUBJECT_RELATION_BRANCH,
    "合并后存续的主体": verdict_pb2.SUBJECT_RELATION_SURVIVING,
}

RESOLUTIONS: Mapping[str, ResolutionStatus.ValueType] = {
    "已识别": verdict_pb2.RESOLUTION_STATUS_RESOLVED,
    "没有记录": verdict_pb2.RESOLUTION_STATUS_NOT_FOUND,
    "身份有歧义": verdict_pb2.RESOLUTION_STATUS_AMBIGUOUS,
    "代码有误": verdict_pb2.RESOLUTION_STATUS_INVALID_CODE,
}

OUTCOMES: Mapping[str, ClauseOutcome.ValueType] = {
    "符合": restriction_service_pb2.CLAUSE_OUTCOME_HELD,
    "不符": restriction_service_pb2.CLAUSE_OUTCOME_FAILED,
    "未定": restriction_service_pb2.CLAUSE_OUTCOME_UNSETTLED,
}

ACTIONS: Mapping[str, ExecutionAction.ValueType] = {
    "拒绝": execution_service_pb2.EXECUTION_ACTION_REFUSED,
    "准许": execution_service_pb2.EXECUTION_ACTION_ALLOWED,
    "降级": execution_service_pb2.EXECUTION_ACTION_GRADED_DOWN,
    "减分": execution_service_pb2.EXECUTION_ACTION_GRADED_DOWN,
    "激励": execution_service_pb2.EXECUTION_ACTION_FACILITATED,
}

RED_LIST_STATES: Mapping[str, RedListState.ValueType] = {
    "公示中": incentive_service_pb2.RED_LIST_STATE_PUBLICISED,
    "公示期满": incentive_service_pb2.RED_LIST_STATE_NOTICE_ENDED,
    "列入": incentive_service_pb2.RED_LIST_STATE_GRANTED,
    "期满": incentive_service_pb2.RED_LIST_STATE_EXPIRED,
    "暂停": incentive_service_pb2.RED_LIST_STATE_SUSPENDED,
}


def plain(text: str) -> str:
    """A word as the tables have it: half width (NFKC), without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def word_of(table: Mapping[str, int], value: int) -> str:
    """The word that is shown for a value; its number where no word is known (a later release's value)."""
    return next((word for word, known in table.items() if known == value), str(value))
