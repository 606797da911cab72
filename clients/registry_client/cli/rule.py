"""``registryctl rule``: rules of supervision from draft to filing, and the checks on them.

Acting needs ``--act``; without it a command shows what it would submit."""

from __future__ import annotations

import mimetypes
from hashlib import sha256
from pathlib import Path

import click

from registry.v1 import matter_service_pb2 as service
from registry.v1 import supervision_pb2 as pb
from registry.v1.matter_service_pb2 import RuleState
from registry.v1.supervision_pb2 import RuleCheckManner
from registry_client.cli.ban_steps import Step
from registry_client.cli.entries import print_entries
from registry_client.cli.failures import Failure
from registry_client.cli.official_steps import acting, body_of, own_department
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_table
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_client.cli.words_option import WordOption
from registry_client.supervision.matter_words import CHECK_MANNERS, RULE_STATES
from registry_client.words import word_of

_STATE = WordOption(RULE_STATES, RuleState, "RULE_STATE_")
_MANNER = WordOption(CHECK_MANNERS, RuleCheckManner, "RULE_CHECK_MANNER_")
_file = click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
_number = click.argument("number", metavar="NUMBER")
_drafted_by = click.option("--drafted-by", default="", metavar="CODE", help="起草部门代码，默认为本部门。")


@click.group("rule", cls=WideGroup, short_help="监管制度 rules of supervision")
def rule() -> None:
    """监管制度：起草、合法性审查、备案、检查。没有备案制度的事项，检查结果不能登记。Rules of supervision."""


@rule.command("draft", cls=WideCommand, short_help="起草 draft")
@_file
@click.option("--text", type=click.Path(path_type=Path), metavar="FILE", help="制度全文，只提交摘要。")
@acting
def draft(session: Session, path: Path, text: Path | None) -> Step:
    """登记草案。Draft a rule.

    FILE 是JSON：number、title、matters、object、content、manner、measures、legal_basis、drafted_on 等。
    """
    body = body_of(path, pb.SupervisionRule())
    if text is not None:
        body.text.CopyFrom(item_of(text))
    return pb.Supervision(rule=body), session.registry.supervision.take


@rule.command("review", cls=WideCommand, short_help="合法性审查 review in law")
@_number
@_drafted_by
@click.option("--lawful/--unlawful", required=True, default=None, help="合法，或者不合法。The finding.")
@click.option("--opinion", required=True, metavar="TEXT", help="审查意见。The opinion, in words.")
@click.option("--on", required=True, metavar="DAY", help="审查日期。Day of the review.")
@acting
def review(session: Session, number: str, drafted_by: str, lawful: bool, opinion: str, on: str) -> Step:
    """合法性审查，由法制部门或者起草科室以外的法制审核人签名。Review a draft in law."""
    file = _rule_of(session, number, drafted_by)
    body = pb.RuleReview(file=file, lawful=lawful, opinion=opinion, on=on)
    return pb.Supervision(rule_review=body), session.registry.supervision.take


@rule.command("file", cls=WideCommand, short_help="备案 file a rule")
@_number
@_drafted_by
@click.option("--filing-number", required=True, metavar="TEXT", help="备案号。Number of the filing.")
@click.option("--on", required=True, metavar="DAY", help="备案日期。Day of the filing.")
@acting
def file_rule(session: Session, number: str, drafted_by: str, filing_number: str, on: str) -> Step:
    """备案，只由机构编制管理机构办理。File a rule that was found lawful."""
    file = _rule_of(session, number, drafted_by)
    body = pb.RuleFiling(file=file, filing_number=filing_number, filed_on=on)
    return pb.Supervision(rule_filing=body), session.registry.supervision.take


@rule.command("check", cls=WideCommand, short_help="检查 check a filed rule")
@_number
@_drafted_by
@click.option("--manner", type=_MANNER, required=True, metavar="WORD", help=f"方式：{_MANNER.choices()}。")
@click.option("--finding", required=True, metavar="TEXT", help="检查情况。What was found.")
@click.option("--on", required=True, metavar="DAY", help="检查日期。Day of the check.")
@click.option("--rectify-by", default="", metavar="DAY", help="有问题的，整改期限。By when to mend it.")
@acting
def check(
    session: Session,
    number: str,
    drafted_by: str,
    manner: RuleCheckManner.ValueType,
    finding: str,
    on: str,
    rectify_by: str,
) -> Step:
    """检查已备案的制度，只由机构编制管理机构办理。Check a filed rule; with a day to mend it, if deficient."""
    body = pb.RuleCheck(
        file=_rule_of(session, number, drafted_by),
        manner=manner,
        on=on,
        finding=finding,
        deficient=bool(rectify_by),
        rectify_by=rectify_by,
    )
    return pb.Supervision(rule_check=body), session.registry.supervision.take


@rule.command("list", cls=WideCommand, short_help="列出制度 list rules")
@click.option("--department", default="", metavar="CODE", help="起草部门代码，默认全部。")
@click.option("--matter", default="", metavar="NUMBER", help="只列适用于这一事项的。For this matter.")
@click.option("--state", type=_STATE, default=0, metavar="WORD", help=f"只列：{_STATE.choices()}。")
@click.option("--on", default="", metavar="DAY", help="查询时点，默认今天。As of this day.")
@json_option
@connected
def list_rules(
    session: Session, department: str, matter: str, state: RuleState.ValueType, on: str, as_json: bool
) -> None:
    """列出监管制度；草案只有起草、审查、备案和监督的部门可见。List rules of supervision."""
    found = session.registry.supervision.matters.rules(
        department=department, matter=matter, state=state, on=on
    )
    if as_json:
        print_entries(found)
        return
    rows = [(*_row(each),) for each in found]
    print_table(
        ("编号", "制度", "状态", "备案号", "备案日期", "适用事项"), rows, whole=("编号", "状态", "备案日期")
    )


def _row(entry: service.RuleEntry) -> tuple[str, ...]:
    state = word_of(RULE_STATES, entry.state)
    governs = "、".join(entry.governs)
    return entry.file.number, entry.rule.title, state, entry.filing_number, entry.filed_on, governs


def item_of(path: Path) -> pb.EvidenceItem:
    """A file as evidence: its digest, size, kind and name. Raises Failure."""
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise Failure(f"{path}：无法读取：{fault.strerror}") from None
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    digest = sha256(content).digest()
    return pb.EvidenceItem(sha256=digest, size=len(content), media_type=media_type, title=path.name)


def _rule_of(session: Session, number: str, drafted_by: str) -> pb.FileReference:
    department = drafted_by or own_department(session)
    return pb.FileReference(kind=pb.FILE_KIND_RULE, department=department, number=number)
