"""``registryctl ban``: a market ban from draft to its end, and what is due.

Acting needs ``--act`` and the acting official's own key; without it a command shows what it would do. A draft
is shown with its preview: which verdicts would change, for whom."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import click
import grpc

from registry.v1.ban_service_pb2 import BanState, PreviewResponse
from registry.v1.statement_pb2 import BanDraft
from registry_client.cli import ban_after, ban_steps
from registry_client.cli.ban_drafts import read_drafts
from registry_client.cli.ban_paper import paper
from registry_client.cli.ban_text import print_case, print_cases, print_due, print_preview
from registry_client.cli.official_steps import acting_options, outcome_json, required_key, sealed
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_json, print_table
from registry_client.cli.record import day_text
from registry_client.cli.record_text import as_json as json_of
from registry_client.cli.report import DAY
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_client.cli.words_option import WordOption
from registry_client.errors import RegistryCallError
from registry_client.procedure_words import BAN_STATES

_PREVIEW = "拟作出市场禁入的预览"
_STATE = WordOption(BAN_STATES, BanState, "BAN_STATE_")
_on = click.option("--on", type=DAY, metavar="DAY", help="所问的日期，默认为今天。On a day.")
_department = click.option("--department", default="", metavar="CODE", help="部门代码，默认为本部门。")


@click.group("ban", cls=WideGroup, short_help="市场禁入的程序 the procedure for market bans")
def ban() -> None:
    """市场禁入：立案、法制审核、告知、陈述申辩或听证、集体讨论、决定、送达，以及决定之后的各项。

    The procedure for market bans. 办理须加 --act，并用办理人员本人的密钥签名。
    """


@click.command("draft", cls=WideCommand, short_help="立案拟定 draft")
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--reason", default="", metavar="TEXT", help="处理理由，文件中没有写的用此。Why it is proposed."
)
@acting_options
def draft(
    session: Session,
    path: Path,
    reason: str,
    act: bool,
    key: Path | None,
    passphrase_fd: int | None,
    secret: Path | None,
    as_json: bool,
) -> None:
    """立案并拟定处理意见，FILE 是JSON（一件或列表）或csv（一行一件）。不加 --act 时只预览。Draft bans.

    预览：将被退回的原因，哪些查询的结论会改变，哪些关联主体需要研判。各件分别收下或退回，有退回的退出码为1。

    csv的列，次序不限：案号、主体名称、统一社会信用代码、立案日期、措施、法律依据、事实、证据为必填；
    理由可用 --reason 统一给出；主体类别、信息类别、严重程度、期限月数、终身、适用地区、许可机构、
    重大复杂可以不写。法律依据、证据有几项的，用“；”隔开；证据为文件名，文件与csv放在一处，只提交摘要。
    """
    drafts = read_drafts(path, reason)
    if not act:
        _preview(session, drafts, as_json)
        return
    signing = required_key(key)
    envelopes = [sealed(session, each, signing, passphrase_fd, secret) for each in drafts]
    outcomes = session.registry.bans.draft_many(envelopes)
    rows = []
    for each, outcome in zip(drafts, outcomes, strict=True):
        told = "\n".join(fault.message for fault in outcome.faults) or outcome.statement_id
        place = "" if outcome.position is None else str(outcome.position)
        result = "退回" if not outcome.accepted else "已有" if outcome.already_recorded else "接收"
        rows.append((each.case_number, result, place, told))
        if as_json:
            print_json({"case_number": each.case_number, **outcome_json(outcome)})
    if not as_json:
        print_table(("案号", "结果", "序号", "陈述编号或理由"), rows, whole=("案号", "结果", "序号"))
    if not all(outcome.accepted for outcome in outcomes):
        raise click.exceptions.Exit(1)


def _preview(session: Session, drafts: Iterable[BanDraft], as_json: bool) -> None:
    """Prints what each draft would do. One that is refused does not keep the others from being looked at;
    exit status 1 then."""
    refused = False
    for each in drafts:
        try:
            response = session.registry.bans.preview(
                each.subject, each.proposal, reference=each.case_number, reason=_PREVIEW
            )
        except RegistryCallError as error:
            if error.code is not grpc.StatusCode.INVALID_ARGUMENT:
                raise
            faults = [each.description for each in error.violations] or [error.message]
            response, refused = PreviewResponse(faults=faults), True
        if as_json:
            print_json({"case_number": each.case_number, **json_of(response)})
        else:
            print_preview(each, response)
    if refused:
        raise click.exceptions.Exit(1)


@click.command("show", cls=WideCommand, short_help="查看案件 show a case")
@click.argument("case_number", metavar="CASE")
@_department
@_on
@json_option
@connected
def show(session: Session, case_number: str, department: str, on: datetime | None, as_json: bool) -> None:
    """查看案件：状态、已办步骤、可办步骤和期限。Show a case: where it stands, and what comes next."""
    response = session.registry.bans.case(case_number, department=department, on=day_text(on))
    if as_json:
        print_json(json_of(response))
    else:
        print_case(response)


@click.command("list", cls=WideCommand, short_help="列出案件 list cases")
@click.option(
    "--state",
    "states",
    type=_STATE,
    multiple=True,
    metavar="WORD",
    help=f"只列这些状态的：{_STATE.choices()}。",
)
@_department
@_on
@json_option
@connected
def list_cases(
    session: Session,
    states: tuple[BanState.ValueType, ...],
    department: str,
    on: datetime | None,
    as_json: bool,
) -> None:
    """列出案件。List cases."""
    cases = session.registry.bans.cases(department=department, states=states, on=day_text(on))
    if not as_json:
        print_cases(cases)
        return
    for case in cases:
        print_json(json_of(case))


@click.command("due", cls=WideCommand, short_help="列出到期事项 what is due")
@_department
@click.option("--official", default="", metavar="ID", help="只列这一人员经办的。")
@click.option("--overdue", is_flag=True, help="只列逾期的。Only what is overdue.")
@click.option("--csv", "as_csv", is_flag=True, help="输出csv，供责任追究检查。For inspection.")
@_on
@json_option
@connected
def due(
    session: Session,
    department: str,
    official: str,
    overdue: bool,
    as_csv: bool,
    on: datetime | None,
    as_json: bool,
) -> None:
    """列出将到期和逾期的事项：案件、异议、修复。What is due and overdue, the most overdue first."""
    items = session.registry.bans.due(
        department=department, official_id=official, on=day_text(on), overdue_only=overdue
    )
    if as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(("部门", "案号", "人员", "事项", "起算", "期限", "余日", "依据"))
        for item in items:
            first = getattr(item, "from")
            told = (item.task, first, item.due_on, item.days_left, item.basis)
            writer.writerow((item.department, item.reference, item.official_id, *told))
    elif as_json:
        for item in items:
            print_json(json_of(item))
    else:
        print_due(items)


def _add(commands: tuple[Callable[..., object], ...]) -> None:
    for command in commands:
        assert isinstance(command, click.Command)
        ban.add_command(command)


_add(
    (
        draft, ban_steps.review, ban_steps.notice, ban_steps.defence, ban_steps.hearing_notice,
        ban_steps.hearing, ban_steps.deliberate, ban_steps.decide, ban_steps.serve, ban_after.stay,
        ban_after.resume, ban_after.lift, ban_after.revoke, ban_after.correct, show, list_cases, due, paper,
    )
)  # fmt: skip
