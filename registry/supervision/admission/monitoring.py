"""Alerts of risk (风险预警): what an alert needs, and its answer. Of indicators see ``indicators``.

* An alert is made by the registry. It must be of an indicator in force on the last day of its window, to the
  department in charge of that, of a value that reaches the threshold, under the number that follows from it.
  An alert is nobody's statement about a subject: nothing of a record is looked at here.
* It is answered by the department in charge, with what it did; an inspection that followed must exist.

Example: an alert of ZB-1 (30 days, at least 10, 市场监管局 in charge) with the value 9 is refused, and so is
an answer by 税务局.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from itertools import pairwise

from registry.domain.alerts import alert_number
from registry.domain.faults import Findings
from registry.domain.files import file_of, file_ref
from registry.supervision import parts
from registry.supervision.acting import Acting
from registry.supervision.admission.indicators import check_indicator
from registry.supervision.ledger import SupervisionLedger
from registry.supervision.risk.declared import act_in_force
from registry.supervision.risk.matching import is_reached
from registry.supervision.risk.tally import MAX_POSITIONS
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement

_INVALID = reasons.ERROR_REASON_FIELD_INVALID


def check_answer(found: Findings, statement: Statement, acting: Acting) -> None:
    """Notes what is wrong with the answer to an alert."""
    answer, path = statement.supervision.alert_answer, "supervision.alert_answer"
    file = parts.carried_on(found, statement, acting, pb.FILE_KIND_ALERT)
    if file is None:
        return
    if file.addressee != acting.code:
        message = "预警由其主管部门处置和答复, 其他部门不能答复。"
        found.add(reasons.ERROR_REASON_NOT_YOUR_STEP, "department", message)
    parts.text(found, f"{path}.measure_taken", answer.measure_taken, "处置措施")
    parts.came(found, f"{path}.on", answer.on, "处置日期", acting.day, since=file.acts[0].received_on)
    if answer.HasField("inspection"):
        parts.known(found, f"{path}.inspection", answer.inspection, acting, pb.FILE_KIND_INSPECTION)


CHECKS: Mapping[str, Callable[[Findings, Statement, Acting], None]] = {
    "indicator": check_indicator,
    "alert_answer": check_answer,
}


def check_alert(found: Findings, statement: Statement, ledger: SupervisionLedger, size: int) -> None:
    """Notes what is wrong with an alert of the registry's own over a log of ``size`` leaves."""
    alert = statement.risk_alert
    if ledger.file(file_of(statement)) is not None:
        found.add(reasons.ERROR_REASON_CASE_EXISTS, "risk_alert.number", "这一预警已经登记。")
    _check_positions(found, alert, size)
    first = found.day("risk_alert.from", getattr(alert, "from"), "窗口首日")
    last = found.day("risk_alert.until", alert.until, "窗口末日")
    found.optional_day("risk_alert.answer_by", alert.answer_by, "答复期限")
    if first and last:
        _check_declared(found, alert, (first, last), ledger)


def _check_positions(found: Findings, alert: pb.RiskAlert, size: int) -> None:
    positions = list(alert.positions)
    rising = all(one < other for one, other in pairwise(positions))
    if not positions or not rising or positions[-1] >= size or len(positions) > MAX_POSITIONS:
        message = f"序号应为1至{MAX_POSITIONS}个, 由小到大, 并在日志之内。"
        found.add(_INVALID, "risk_alert.positions", message)
    if len(positions) != min(alert.value, MAX_POSITIONS):
        found.add(_INVALID, "risk_alert.value", "数值与所列序号的个数不符。")


def _check_declared(
    found: Findings, alert: pb.RiskAlert, window: tuple[date, date], ledger: SupervisionLedger
) -> None:
    """What the indicator says that is in force on the last day of the window must hold of the alert."""
    first, last = window
    file = ledger.file(alert.indicator) if alert.indicator.kind == pb.FILE_KIND_INDICATOR else None
    act = act_in_force(file, last) if file is not None else None
    if act is None:
        message = "窗口末日没有有效的这一指标。"
        found.add(reasons.ERROR_REASON_FILE_UNKNOWN, "risk_alert.indicator", message)
        return
    indicator = ledger.act(act.position).supervision.indicator
    if alert.in_charge != indicator.in_charge:
        found.add(_INVALID, "risk_alert.in_charge", "主管部门与指标所定不符。")
    if alert.grouping != indicator.grouping:
        found.add(_INVALID, "risk_alert.grouping", "归并方式与指标所定不符。")
    if last - first != timedelta(days=indicator.window_days - 1):
        found.add(_INVALID, "risk_alert.from", "窗口天数与指标所定不符。")
    if not is_reached(indicator, alert.value, alert.before):
        found.add(_INVALID, "risk_alert.value", "数值没有达到指标的阈值。")
    number = alert_number(file_ref(alert.indicator), alert.group, first.isoformat(), last.isoformat())
    if alert.number != number:
        found.add(_INVALID, "risk_alert.number", "编号与指标、分组和窗口不符。")
