"""Risk indicators (风险指标): what the statement of one needs.

* It is stated by the operator, and stated again under its number; never from an earlier day than before.
* It counts one kind of thing by groups that this kind has, within bounds, and names the law or the document
  by which somebody looks, and who is in charge.

Example: complaints told apart by trade are refused, for no complaint has a trade.
"""

from __future__ import annotations

from collections.abc import Mapping

from registry.domain.faults import Findings
from registry.domain.scopes import industry_fault, region_fault
from registry.supervision import parts
from registry.supervision.acting import Acting
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement

_PATH = "supervision.indicator"
_INVALID = reasons.ERROR_REASON_FIELD_INVALID
MAX_WINDOW_DAYS = 366
MAX_THRESHOLD = 100_000
MAX_RISE_PERCENT = 100_000
MAX_ANSWER_DAYS = 60
MAX_LISTED = 100
_REGION, _INDUSTRY = pb.INDICATOR_GROUPING_REGION, pb.INDICATOR_GROUPING_INDUSTRY
_SUBJECT, _MATTER = pb.INDICATOR_GROUPING_SUBJECT, pb.INDICATOR_GROUPING_MATTER
GROUPINGS: Mapping[int, frozenset[int]] = {
    pb.INDICATOR_KIND_PENALTY_CLUSTER: frozenset({_REGION, _INDUSTRY, _SUBJECT}),
    pb.INDICATOR_KIND_KEY_INDUSTRY: frozenset({_REGION, _INDUSTRY, _SUBJECT}),
    pb.INDICATOR_KIND_OVERDUE_RECTIFICATION: frozenset({_REGION, _SUBJECT, _MATTER}),
    pb.INDICATOR_KIND_COMPLAINT_RISE: frozenset({_REGION, _SUBJECT, _MATTER}),
}
"""By what the things that each kind counts can be told apart."""
_OF_EVENTS = frozenset({pb.INDICATOR_KIND_PENALTY_CLUSTER, pb.INDICATOR_KIND_KEY_INDUSTRY})


def check_indicator(found: Findings, statement: Statement, acting: Acting) -> None:
    """Notes what is wrong with an indicator."""
    indicator = statement.supervision.indicator
    if not acting.is_operator:
        message = "风险指标由信用信息登记的主管单位公布, 其他部门不能公布。"
        found.add(reasons.ERROR_REASON_NOT_YOUR_STEP, "department", message)
    before = parts.opens(found, statement, acting, "指标编号")
    parts.text(found, f"{_PATH}.name", indicator.name, "指标名称", longest=200)
    _check_kind(found, indicator)
    _check_numbers(found, indicator)
    _check_limits(found, indicator, acting)
    parts.department_that_acts(found, f"{_PATH}.in_charge", indicator.in_charge, acting, "主管部门")
    _check_basis(found, indicator)
    first = found.day(f"{_PATH}.effective_from", indicator.effective_from, "启用日期")
    ended = found.optional_day(f"{_PATH}.ended_on", indicator.ended_on, "停用日期")
    parts.in_order(found, f"{_PATH}.ended_on", first, ended, ("启用日期", "停用日期"))
    if before is not None and first and first.isoformat() < before.acts[-1].on:
        message = f"启用日期{first}早于上一次公布的{before.acts[-1].on}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, f"{_PATH}.effective_from", message)


def _check_kind(found: Findings, indicator: pb.RiskIndicator) -> None:
    parts.kind_is(found, f"{_PATH}.kind", indicator.kind, pb.IndicatorKind, "指标种类")
    parts.kind_is(found, f"{_PATH}.grouping", indicator.grouping, pb.IndicatorGrouping, "归并方式")
    allowed = GROUPINGS.get(indicator.kind)
    if allowed is not None and indicator.grouping and indicator.grouping not in allowed:
        found.add(_INVALID, f"{_PATH}.grouping", "这一种类的指标不能按所选方式归并。")


def _check_numbers(found: Findings, indicator: pb.RiskIndicator) -> None:
    _within(found, "window_days", indicator.window_days, (1, MAX_WINDOW_DAYS), "窗口天数")
    _within(found, "threshold", indicator.threshold, (1, MAX_THRESHOLD), "阈值")
    _within(found, "answer_within", indicator.answer_within, (0, MAX_ANSWER_DAYS), "答复期限(工作日)")
    rise = indicator.kind == pb.INDICATOR_KIND_COMPLAINT_RISE
    bounds = (101, MAX_RISE_PERCENT) if rise else (0, 0)
    _within(found, "rise_percent", indicator.rise_percent, bounds, "与前一窗口之比(百分数)")


def _within(found: Findings, field: str, value: int, bounds: tuple[int, int], name: str) -> None:
    least, most = bounds
    if not least <= value <= most:
        wanted = f"应为{least}至{most}" if most else "只用于投诉举报突增, 这里应为0"
        found.add(_INVALID, f"{_PATH}.{field}", f"{name}{wanted}。")


def _check_limits(found: Findings, indicator: pb.RiskIndicator, acting: Acting) -> None:
    """To what an indicator is limited: regions and trades that there are, categories that are negative."""
    if fault := region_fault(indicator.region):
        found.add(_INVALID, f"{_PATH}.region", fault)
    for place, code in enumerate(indicator.industries[:MAX_LISTED]):
        if fault := industry_fault(code) or ("" if code else "行业代码为空"):
            found.add(_INVALID, f"{_PATH}.industries[{place}]", fault)
    for field in ("industries", "categories"):
        if len(getattr(indicator, field)) > MAX_LISTED:
            found.add(reasons.ERROR_REASON_TOO_LARGE, f"{_PATH}.{field}", f"不超过{MAX_LISTED}项。")
    if indicator.kind not in _OF_EVENTS and (indicator.industries or indicator.categories):
        found.add(_INVALID, f"{_PATH}.categories", "类别和行业只能限定处罚和列入名单的信息。")
    _check_categories(found, indicator, acting)
    if indicator.kind == pb.INDICATOR_KIND_KEY_INDUSTRY and not (
        indicator.industries or indicator.categories or indicator.region
    ):
        message = "重点行业指标须写明行业、名单或者地区。"
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, f"{_PATH}.industries", message)


def _check_categories(found: Findings, indicator: pb.RiskIndicator, acting: Acting) -> None:
    edition = acting.ledger.edition_on(acting.day)
    for place, code in enumerate(indicator.categories[:MAX_LISTED]):
        category = edition.category(code)
        negative = category is not None and category.polarity == "negative"
        if not negative and code not in edition.lists:
            message = "应为目录中的负面信息类别, 或者名单的代码。"
            found.add(_INVALID, f"{_PATH}.categories[{place}]", message)


def _check_basis(found: Findings, indicator: pb.RiskIndicator) -> None:
    path = f"{_PATH}.legal_basis"
    if not indicator.legal_basis:
        found.add(reasons.ERROR_REASON_LEGAL_BASIS_REQUIRED, path, "缺少开展监测的法律或者文件依据。")
    if len(indicator.legal_basis) > MAX_LISTED:
        found.add(reasons.ERROR_REASON_TOO_LARGE, path, f"不超过{MAX_LISTED}项。")
    for place, article in enumerate(indicator.legal_basis[:MAX_LISTED]):
        parts.text(found, f"{path}[{place}]", article, "依据", longest=200)
