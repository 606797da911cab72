"""``registryctl report`` and ``measure-use``: what was done with verdicts, and which measures are applied."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from registry.domain.identifiers import mask, normalise
from registry.v1 import execution_service_pb2 as service
from registry_client.cli.failures import Failure
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import china_time, print_json, print_line, print_table
from registry_client.cli.saved_answer import SavedAnswer, read_answers
from registry_client.cli.subjects import numbers_entered
from registry_client.cli.wide_help import WideCommand
from registry_client.cli.words_option import WordOption
from registry_client.executions import Acknowledged
from registry_client.words import ACTIONS, word_of

_ACTION = WordOption(ACTIONS, service.ExecutionAction, "EXECUTION_ACTION_")
_BY_MEASURE = (service.EXECUTION_ACTION_REFUSED, service.EXECUTION_ACTION_GRADED_DOWN)
DAY = click.DateTime(["%Y-%m-%d"])


@click.command("report", cls=WideCommand, short_help="反馈结论的执行情况 report what was done")
@click.argument("answers", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--id", "report_id", required=True, metavar="ID", help="本系统自定的报告编号，不得含个人信息。")
@click.option(
    "--action", type=_ACTION, required=True, metavar="ACTION", help=f"作了怎样的处理：{_ACTION.choices()}。"
)
@click.option(
    "--measure",
    "measures",
    multiple=True,
    metavar="CODE",
    help="所适用的措施，可多次给出。拒绝或降级而不给出时，为决定结论的全部措施。",
)
@click.option(
    "--reason", metavar="TEXT", default="", help="理由；结论不是未见限制而准许的，必填。不得写个人证件号码。"
)
@json_option
@connected
def report(
    session: Session,
    answers: Path,
    report_id: str,
    action: service.ExecutionAction.ValueType,
    measures: tuple[str, ...],
    reason: str,
    as_json: bool,
) -> None:
    """反馈对查询结论作了怎样的处理（联合奖惩反馈）。Report what was done with verdicts.

    FILE 是留存的 registryctl check --json 的输出，或者 check 的一份回执或PDF文书。登记系统按原来的序号和
    时点再次作答，结论、目录版本或措施不符的，不予登记。文件中有几份结果的，各作一份报告，编号后加 .1、.2 等。
    自然人的证件号码从标准输入读取，每行一个，次序与文件相同。重复提交同一报告是安全的。
    """
    saved = read_answers(answers)
    requests = []
    for number, (answer, code) in enumerate(zip(saved, _codes(saved), strict=True), 1):
        chosen = measures or (answer.measures if action in _BY_MEASURE else ())
        own_id = f"{report_id}.{number}" if len(saved) > 1 else report_id
        requests.append(_request(answer, code, report_id=own_id, action=action, chosen=chosen, reason=reason))
    results = []
    for request in requests:
        acknowledged = session.registry.executions.send(request)
        if as_json:
            print_json(_acknowledged_as_json(request, acknowledged))
        results.append(_row(request, acknowledged))
    if not as_json:
        print_table(("报告编号", "主体", "结果", "登记时间"), results, whole=("结果", "登记时间"))


@click.command("measure-use", cls=WideCommand, short_help="列出措施的实施情况 which measures are applied")
@click.option("--from", "first", type=DAY, metavar="DAY", help="只计该日以后登记的反馈。")
@click.option("--until", "last", type=DAY, metavar="DAY", help="只计该日以前登记的反馈。")
@click.option("--all", "whole", is_flag=True, help="也列没有在效限制又没有反馈的措施。Every measure.")
@click.option(
    "--unused", is_flag=True, help="只列有在效限制而没有实施反馈的措施。In force and never applied."
)
@json_option
@connected
def measure_use(
    session: Session,
    first: datetime | None,
    last: datetime | None,
    whole: bool,
    unused: bool,
    as_json: bool,
) -> None:
    """列出各项措施由哪些系统实施了多少次，有多少在效。Which measures are applied, by whom, how often.

    不涉及主体和项目。为不泄露开标前的查询，登记满九十日的反馈才计入，时间只到日。
    """
    uses = session.registry.executions.measure_use(first=_day(first), last=_day(last))
    chosen = [use for use in uses if whole or use.in_force or use.by]
    chosen = [use for use in chosen if not unused or (use.in_force and not use.by)]
    if as_json:
        for use in chosen:
            print_json(_use_as_json(use))
        return
    rows = [
        (use.measure_code, use.measure_name, str(use.in_force), "\n".join(map(_used, use.by)) or "没有反馈")
        for use in chosen
    ]
    print_table(("措施", "名称", "在效", "实施情况"), rows, whole=("措施", "在效"))
    print_line("登记满九十日的反馈才计入。")


def _codes(saved: list[SavedAnswer]) -> list[str]:
    """The codes of those that the answers are about; what is masked in the file is entered again."""
    entered = iter(numbers_entered() if any(map(_is_masked, saved)) else [])
    codes = []
    for answer in saved:
        subject = answer.check.subject
        code = next(entered, "") if _is_masked(answer) else subject.value
        if mask(subject.type, normalise(code)) != subject.value:
            raise Failure("标准输入中的证件号码与文件中的主体不符，应每行一个，次序与文件相同")
        codes.append(code)
    if next(entered, ""):
        raise Failure("标准输入中的证件号码多于文件中遮盖的主体")
    return codes


def _is_masked(answer: SavedAnswer) -> bool:
    return "*" in answer.check.subject.value


def _request(
    answer: SavedAnswer,
    code: str,
    *,
    report_id: str,
    action: service.ExecutionAction.ValueType,
    chosen: tuple[str, ...],
    reason: str,
) -> service.ReportExecutionRequest:
    request = service.ReportExecutionRequest(
        report_id=report_id,
        check=answer.check,
        answered=answer.answered,
        verdict=answer.verdict,
        action=action,
        reason=reason,
        measure_codes=chosen,
    )
    request.check.subject.value = code
    return request


def _shown(request: service.ReportExecutionRequest) -> str:
    subject = request.check.subject
    return mask(subject.type, normalise(subject.value))


def _row(request: service.ReportExecutionRequest, acknowledged: Acknowledged) -> tuple[str, ...]:
    result = "已有" if acknowledged.already_recorded else "登记"
    return request.report_id, _shown(request), result, china_time(acknowledged.recorded_time)


def _acknowledged_as_json(
    request: service.ReportExecutionRequest, acknowledged: Acknowledged
) -> dict[str, Any]:
    return {
        "report_id": request.report_id,
        "subject": _shown(request),
        "measure_codes": list(request.measure_codes),
        "recorded_time": acknowledged.recorded_time.isoformat(),
        "already": acknowledged.already_recorded,
    }


def _used(used: service.MeasureUseBy) -> str:
    return f"{used.caller} {word_of(ACTIONS, used.action)}{used.count}次，最近{_last_day(used)}"


def _use_as_json(use: service.MeasureUse) -> dict[str, Any]:
    by = [
        {
            "caller": used.caller,
            "action": service.ExecutionAction.Name(used.action).removeprefix("EXECUTION_ACTION_"),
            "count": used.count,
            "last_day": _last_day(used),
        }
        for used in use.by
    ]
    known = {"measure_code": use.measure_code, "measure_name": use.measure_name}
    return {**known, "in_force": use.in_force, "by": by}


def _last_day(used: service.MeasureUseBy) -> str:
    return china_time(used.last_time.ToDatetime(UTC))[: len("2026-01-01")]


def _day(instant: datetime | None) -> str:
    return "" if instant is None else date(instant.year, instant.month, instant.day).isoformat()
