"""``registryctl risk``: indicators of risk, alerts, and what was done about them (风险监测、预警).

Acting needs ``--act``; without it a command shows what it would submit. An alert is told by its number."""

from __future__ import annotations

import time
from pathlib import Path

import click

from registry.domain.periods import china_day
from registry.v1 import monitoring_service_pb2 as service
from registry.v1 import supervision_pb2 as pb
from registry_client.cli.ban_steps import Step
from registry_client.cli.failures import Failure
from registry_client.cli.official_steps import (
    acting,
    acting_options,
    body_from,
    finish,
    read_json,
    required_key,
    sealed,
    show_step,
)
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_json, print_line, print_table
from registry_client.cli.record_text import as_json as json_of
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_client.supervision import monitoring
from registry_client.supervision.risk_words import INDICATOR_GROUPINGS, INDICATOR_KINDS
from registry_client.words import word_of

_path = click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
_number = click.argument("number", metavar="NUMBER")
_indicator = click.option("--indicator", default="", metavar="NUMBER", help="只看这一指标。Of one indicator.")


@click.group("risk", cls=WideGroup, short_help="风险监测 indicators of risk and alerts")
def risk() -> None:
    """风险监测：指标、预警和处置。预警只是核查的线索，不是限制的依据。

    Indicators of risk and alerts: a reason to look, never a ground for a restriction.
    """


@risk.command("declare", cls=WideCommand, short_help="公布指标 declare indicators")
@_path
@acting_options
def declare(
    session: Session,
    path: Path,
    key: Path | None,
    act: bool,
    passphrase_fd: int | None,
    secret: Path | None,
    as_json: bool,
) -> None:
    """公布指标，由登记机关办理；FILE 是JSON，一项或者一组。同一编号再次公布即为修改。Declare indicators."""
    bodies = [pb.Supervision(indicator=each) for each in _declared(path)]
    if not act:
        for body in bodies:
            show_step(body)
        return
    for body in bodies:
        envelope = sealed(session, body, required_key(key), passphrase_fd, secret)
        finish(session.registry.supervision.take(envelope), as_json)


@risk.command("indicators", cls=WideCommand, short_help="列出指标 list indicators")
@click.option("--on", default="", metavar="DAY", help="哪一天有效，默认为今天。In force on a day.")
@json_option
@connected
def list_indicators(session: Session, on: str, as_json: bool) -> None:
    """列出指标：本部门主管的；登记机关和审计看全部。List indicators."""
    found = monitoring.indicators(session.registry, on=on)
    if as_json:
        for each in found:
            print_json(json_of(each))
        return
    head = ("有效", "编号", "名称", "种类", "归并", "天数", "阈值", "主管部门")
    print_table(head, [_indicator_row(each) for each in found], whole=("有效", "编号"))


@risk.command("figures", cls=WideCommand, short_help="当前数值 what is counted now")
@_indicator
@json_option
@connected
def list_figures(session: Session, indicator: str, as_json: bool) -> None:
    """各指标在当前窗口内的数值，由登记机关和审计查看；主体只列达到阈值的。Figures of the current window."""
    found = monitoring.figures(session.registry, indicator)
    if as_json:
        print_json(json_of(found))
        return
    rows = [
        (
            each.indicator.number,
            figure.group,
            str(figure.value),
            str(each.indicator.threshold),
            _alerted(figure),
        )
        for each in found.indicators
        for figure in each.figures
    ]
    print_table(("指标", "分组", "数值", "阈值", "预警"), rows, whole=("指标", "数值", "阈值"))
    if found.counted < found.size:
        print_line(f"尚在计数：已计至序号{found.counted}，日志共{found.size}条。")


@risk.command("alerts", cls=WideCommand, short_help="列出预警 list alerts")
@_indicator
@click.option("--unanswered", is_flag=True, help="只列未答复的。Only those not answered.")
@json_option
@connected
def list_alerts(session: Session, indicator: str, unanswered: bool, as_json: bool) -> None:
    """列出预警，新的在前：本部门主管的；登记机关和审计看全部。List alerts, the newest first."""
    rows = []
    for entry in monitoring.alerts(session.registry, indicator=indicator, unanswered_only=unanswered):
        if as_json:
            print_json(json_of(entry))
        else:
            rows.append(_alert_row(entry))
    if not as_json:
        head = ("状态", "编号", "指标", "分组", "数值", "答复期限")
        print_table(head, rows, whole=("状态", "编号", "数值", "答复期限"))


@risk.command("receive", cls=WideCommand, short_help="签收预警 say that an alert was read")
@_number
@acting
def receive(session: Session, number: str) -> Step:
    """签收：阅看之日即签收之日。Say that an alert was read."""
    receipt = pb.FileReceipt(file=_file(session, number))
    return pb.Supervision(receipt=receipt), session.registry.supervision.take


@risk.command("answer", cls=WideCommand, short_help="答复预警 answer an alert")
@_number
@click.option("--measure", required=True, metavar="TEXT", help="采取的处置措施。What was done.")
@click.option("--inspection", default="", metavar="NUMBER", help="随后开展的检查的编号。The inspection.")
@click.option("--inspected-by", default="", metavar="CODE", help="检查的部门，默认为本部门。Who inspected.")
@click.option("--on", default="", metavar="DAY", help="处置日期，默认为今天。Day of the measure.")
@acting
def answer(session: Session, number: str, measure: str, inspection: str, inspected_by: str, on: str) -> Step:
    """答复预警：由主管部门说明采取了什么措施。Answer an alert."""
    day = on or china_day(time.time_ns() // 1_000_000).isoformat()
    body = pb.AlertAnswer(file=_file(session, number), measure_taken=measure, on=day)
    if inspection:
        body.inspection.kind = pb.FILE_KIND_INSPECTION
        body.inspection.department = inspected_by or session.credentials.department
        body.inspection.number = inspection
    return pb.Supervision(alert_answer=body), session.registry.supervision.take


def _declared(path: Path) -> list[pb.RiskIndicator]:
    content = read_json(path)
    listed = content if isinstance(content, list) else [content]
    return [body_from(path, each, pb.RiskIndicator()) for each in listed]


def _file(session: Session, number: str) -> pb.FileReference:
    """The file of an alert. Raises Failure if there is none that the caller may see."""
    entry = monitoring.alert(session.registry, number)
    if entry is None:
        raise Failure(f"没有本部门可以办理的预警 {number}")
    return monitoring.file_of(entry)


def _indicator_row(entry: service.IndicatorEntry) -> tuple[str, ...]:
    each = entry.indicator
    kind, grouping = word_of(INDICATOR_KINDS, each.kind), word_of(INDICATOR_GROUPINGS, each.grouping)
    force = "有效" if entry.in_force else "停用"
    numbers = (str(each.window_days), str(each.threshold))
    return force, each.number, each.name, kind, grouping, *numbers, each.in_charge


def _alert_row(entry: service.AlertEntry) -> tuple[str, ...]:
    alert = entry.alert
    state = monitoring.state_of(entry)
    return state, alert.number, alert.indicator.number, alert.group, str(alert.value), alert.answer_by


def _alerted(figure: service.RiskFigure) -> str:
    if not figure.alert_number:
        return "达到阈值" if figure.reached else ""
    return figure.alert_number + ("" if not figure.alert_answered else "（已答复）")
