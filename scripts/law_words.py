"""How the pages in docs/law write terms, bodies and subjects (用语), see ``scripts.law_pages``.

Example: 12 to 36 months are written 1至3年, 3 to 60 months 3个月至5年, no more than 60 months 不超过5年.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Protocol

from registry.sanctions.catalogue import words as zh
from registry.sanctions.catalogue.edition import ANY_DEPARTMENT, CreditList, Measure, RedList
from registry.sanctions.catalogue.rulebook import Rulebook
from registry.v1 import subject_pb2 as pb

Entry = Measure | CreditList | RedList
NONE = "-"
DEADLINES_ZH = {
    "double_publication_after_decision": "双公示: 作出决定以后公示",
    "samr_penalty_publication_same_province": "市场监管处罚: 本省公示",
    "samr_penalty_push_other_province": "市场监管处罚: 推送外省",
    "withdraw_publication_after_revocation": "处罚被变更、撤销以后撤回公示",
    "hearing_request_after_notice": "告知以后要求听证",
    "hearing_notice_before_hearing": "听证以前通知",
    "service_after_decision": "决定以后送达",
    "repair_acceptance_decision": "信用修复: 是否受理",
    "repair_feedback_to_applicant": "信用修复: 反馈结果",
    "objection_own_scope": "异议: 登记机构职责以内",
    "objection_needs_provider": "异议: 须由来源单位核查",
    "sync_after_source_document_revoked": "所依据的文书撤销以后同步",
    "complaint_acceptance": "投诉: 是否受理",
    "complaint_mediation_end": "投诉: 终止调解",
    "report_verification": "举报: 核查",
    "report_notify_named_reporter_after_filing_decision": "举报: 告知实名举报人",
    "random_check_result_publication": "抽查结果公示",
    "work_safety_penalty_publication": "安全生产处罚公示",
    "penalty_decision_after_filing": "立案以后作出处罚决定",
    "administrative_reconsideration": "申请行政复议",
    "administrative_lawsuit": "提起行政诉讼",
    "procurement_archive": "采购文件保存",
    "query_log_kept": "对自然人的查询记录保存",
    "rule_review_after_draft": "起草监管制度之后送法制部门合法性审查",
    "rule_filing_after_review": "合法性审查之后报机构编制部门备案",
    "plan_filing_after_new_year": "年初之后年度抽查工作计划报上级备案",
    "draw_result_after_order": "抽取令之后登记并公布抽取结果",
    "act_recorded_after_day": "监管行为发生之后记录(超过的按记录之日计算)",
    "inspection_record_after_visit": "检查之后检查记录归档",
    "rectification_recheck": "改正期限届满之后复查",
    "referral_receipt": "告知移送之后签收",
    "referral_acceptance": "签收之后决定是否受理移送",
    "referral_outcome": "受理移送之后作出处理结果",
    "referral_answer": "作出处理结果之后向移送部门反馈",
    "referral_finding_told": "发现超出职责的线索之后告知有关部门",
    "criminal_referral_acceptance": "涉嫌犯罪案件移送之后决定是否立案",
    "criminal_referral_answer": "决定之后书面通知移送部门",
    "alert_receipt": "预警之后签收",
    "alert_answer": "预警之后答复处置情况(指标未另定的)",
}
"""Names of the clocks of the rulebook, which has codes for them."""


class Dated(Protocol):
    """A row that was law on some days."""

    @property
    def effective_from(self) -> date:
        """First day."""

    @property
    def effective_to(self) -> date | None:
        """Last day; None: still law."""


def months(number: int) -> str:
    """A term: 18个月, 3年."""
    return f"{number}个月" if number % 12 else f"{number // 12}年"


def span(low: int | None, high: int | None) -> str:
    """Bounds of a term; empty if there are none."""
    if low is not None and high is not None and low != high:
        return f"{low // 12 if not (low % 12 or high % 12) else months(low)}至{months(high)}"
    if low is not None:
        return months(low) if high is not None else f"不少于{months(low)}"
    return f"不超过{months(high)}" if high is not None else ""


def departments(kinds: Iterable[str], rules: Rulebook) -> str:
    """Names of kinds of department, in the order of the rulebook."""
    found = set(kinds)
    named = [name for kind, name in rules.department_kinds.items() if kind in found]
    return "、".join(named + ["各部门按职责"] * (ANY_DEPARTMENT in found))


def whom(kinds: Iterable[pb.SubjectKind.ValueType], capacities: Iterable[pb.Capacity.ValueType]) -> str:
    """Names of kinds of subject, then of capacities."""
    named = [zh.KINDS_ZH[kind] for kind in sorted(kinds)]
    return "、".join(named + [zh.CAPACITIES_ZH[capacity] for capacity in sorted(capacities)])


def in_force(row: Dated) -> str:
    """The days on which a row is law."""
    return f"{row.effective_from} " + (f"至 {row.effective_to}" if row.effective_to else "起")


def sureness(row: Entry) -> str:
    """How sure a row is, and whether its first day is."""
    day = "施行日期未核" if row.effective_from_confidence == "low" else ""
    return joined(zh.CONFIDENCES_ZH[row.confidence], day)


def joined(*texts: str) -> str:
    """What is said, side by side."""
    return "；".join(filter(None, texts))


def table(heads: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The lines of a table in Markdown; what is empty is ``-``."""
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield f"| {' | '.join(str(cell) or NONE for cell in row)} |"
