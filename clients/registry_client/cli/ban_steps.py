"""``registryctl ban draft`` … ``serve``: the steps of a ban case up to its service, each by the official's
own key.

Without ``--act`` a command shows what it would submit, a draft with what the ban would do.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import Envelope
from registry.v1.statement_pb2 import DefenceKind, ServiceMethod
from registry_client.cli.official_steps import acting, body_of, evidence_of, own_department
from registry_client.cli.options import Session
from registry_client.cli.wide_help import WideCommand
from registry_client.cli.words_option import WordOption
from registry_client.outcomes import SubmitOutcome
from registry_client.procedure_words import DEFENCES, SERVICE_METHODS

Step = tuple[Any, Callable[[Envelope], SubmitOutcome]]
"""What is to be signed, and how it is submitted."""

_DEFENCE = WordOption(DEFENCES, DefenceKind, "DEFENCE_KIND_")
_METHOD = WordOption(SERVICE_METHODS, ServiceMethod, "SERVICE_METHOD_")
_FILE = click.Path(path_type=Path)
_case = click.argument("case_number", metavar="CASE")
_file = click.argument("path", type=_FILE, metavar="FILE")
_served = (
    click.option("--served-on", required=True, metavar="DAY", help="送达日期。Day of service."),
    click.option(
        "--method", type=_METHOD, required=True, metavar="WORD", help=f"送达方式：{_METHOD.choices()}。"
    ),
    click.option("--receipt", type=_FILE, required=True, metavar="FILE", help="送达回证文件，只提交摘要。"),
)


def _with_service(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_served):
        command = option(command)
    return command


def service_record(served_on: str, method: ServiceMethod.ValueType, receipt: Path) -> pb.ServiceRecord:
    """A service with its receipt, of which only the digest is stated. Raises Failure."""
    return pb.ServiceRecord(served_on=served_on, method=method, receipt=evidence_of(receipt))


@click.command("review", cls=WideCommand, short_help="法制审核 review in law")
@_case
@click.option(
    "--lawful/--unlawful", required=True, default=None, help="审核结论：合法，或者不合法。The finding."
)
@click.option("--opinion", required=True, metavar="TEXT", help="审核意见。The opinion, in words.")
@click.option("--on", required=True, metavar="DAY", help="审核日期。Day of the review.")
@acting
def review(session: Session, case_number: str, lawful: bool, opinion: str, on: str) -> Step:
    """法制审核，由另一内设机构的法制审核人签名；不合法的，案件终结。Review a draft in law."""
    body = pb.BanReview(case_number=case_number, lawful=lawful, opinion=opinion, on=on)
    return body, session.registry.bans.take


@click.command("notice", cls=WideCommand, short_help="事先告知 tell the party beforehand")
@_case
@_file
@_with_service
@acting
def notice(
    session: Session,
    case_number: str,
    path: Path,
    served_on: str,
    method: ServiceMethod.ValueType,
    receipt: Path,
) -> Step:
    """告知当事人拟作出的决定和陈述申辩、听证的权利，并记录送达。Serve the notice.

    FILE 是JSON：document 为告知书，announced 为拟作出的决定；不写 announced 的，同法制审核过的拟处理意见。
    """
    body = body_of(path, pb.BanNotice(case_number=case_number))
    if not body.HasField("announced"):
        case = session.registry.bans.case(case_number).case
        body.announced.CopyFrom(case.proposal)
    body.service.CopyFrom(service_record(served_on, method, receipt))
    return body, session.registry.bans.take


@click.command("defence", cls=WideCommand, short_help="陈述申辩 record the defence")
@_case
@click.option(
    "--kind", type=_DEFENCE, required=True, metavar="WORD", help=f"当事人的意见：{_DEFENCE.choices()}。"
)
@click.option("--on", required=True, metavar="DAY", help="提出、放弃的日期，或者期满之日。")
@click.option("--summary", default="", metavar="TEXT", help="意见摘要。")
@click.option("--response", default="", metavar="TEXT", help="复核情况和采纳与否的理由，陈述申辩的必填。")
@acting
def defence(
    session: Session,
    case_number: str,
    kind: DefenceKind.ValueType,
    on: str,
    summary: str,
    response: str,
) -> Step:
    """记录陈述申辩及复核、要求听证、放弃或者逾期未提出。Record what the party said."""
    body = pb.BanDefence(case_number=case_number, kind=kind, on=on, summary=summary, response=response)
    return body, session.registry.bans.take


@click.command("hearing-notice", cls=WideCommand, short_help="听证通知 announce the hearing")
@_case
@_file
@_with_service
@acting
def hearing_notice(
    session: Session,
    case_number: str,
    path: Path,
    served_on: str,
    method: ServiceMethod.ValueType,
    receipt: Path,
) -> Step:
    """通知听证的时间、地点，须在听证七个工作日前送达。Announce the hearing.

    FILE 是JSON：document 为听证通知书，hearing_on、place 为时间、地点。
    """
    body = body_of(path, pb.BanHearingNotice(case_number=case_number))
    body.service.CopyFrom(service_record(served_on, method, receipt))
    return body, session.registry.bans.take


@click.command("hearing", cls=WideCommand, short_help="听证笔录 record the hearing")
@_case
@_file
@acting
def hearing(session: Session, case_number: str, path: Path) -> Step:
    """提交听证笔录和听证意见，由听证主持人签名。Record the hearing; signed by who presided.

    FILE 是JSON：held_on、record、opinion，minutes 可写 {"file": "笔录.pdf"}。
    """
    return body_of(path, pb.BanHearing(case_number=case_number)), session.registry.bans.take


@click.command("deliberate", cls=WideCommand, short_help="集体讨论 deliberate before deciding")
@_case
@_file
@acting
def deliberate(session: Session, case_number: str, path: Path) -> Step:
    """记录决定前的审查和集体讨论，由审核人签名；需要上级同意的附同意文书。Deliberate before deciding.

    FILE 是JSON：on、collective、members、agreed、opinion、minutes、upper_consent。
    """
    return body_of(path, pb.BanDeliberation(case_number=case_number)), session.registry.bans.take


@click.command("decide", cls=WideCommand, short_help="决定 decide")
@_case
@_file
@click.option("--reason", required=True, metavar="TEXT", help="决定理由。Why it is decided.")
@acting
def decide(session: Session, case_number: str, path: Path, reason: str) -> Step:
    """作出决定，由批准人签名；自送达起约束当事人。Decide; it binds from its service on.

    FILE 是JSON：event 为决定内容，另有
    facts、responsible_persons、consequences、removal、relief、repair_notice。"""
    body = body_of(path, pb.BanDecision(case_number=case_number, reason=reason))
    return body, session.registry.bans.take


@click.command("serve", cls=WideCommand, short_help="送达决定 serve the decision")
@_case
@_with_service
@click.option("--with-repair-notice", is_flag=True, help="信用修复告知书一并送达（两书同达）。")
@acting
def serve(
    session: Session,
    case_number: str,
    served_on: str,
    method: ServiceMethod.ValueType,
    receipt: Path,
    with_repair_notice: bool,
) -> Step:
    """记录决定书的送达，决定自此执行。Record that the decision was served."""
    body = pb.BanServed(
        target=decision_of(session, case_number),
        service=service_record(served_on, method, receipt),
        with_repair_notice=with_repair_notice,
    )
    return body, session.registry.bans.take


def decision_of(session: Session, case_number: str) -> pb.StatementReference:
    """The statement that holds the decision of a case; without one the registry says what is missing."""
    case = session.registry.bans.case(case_number).case
    return pb.StatementReference(department=own_department(session), statement_id=case.decision_id)
