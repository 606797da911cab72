"""``registryctl ban stay`` … ``correct``: what befalls a decided ban, each by the approver's own key and with
a reason.

The statements are the ordinary ones (``status_note``, ``lifting``, ``withdrawal``, ``correction``) about the
decision."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from registry.v1 import statement_pb2 as pb
from registry_client.cli.ban_steps import Step, decision_of
from registry_client.cli.official_steps import acting, body_of
from registry_client.cli.options import Session
from registry_client.cli.wide_help import WideCommand

_case = click.argument("case_number", metavar="CASE")
_reason = click.option("--reason", required=True, metavar="TEXT", help="理由。Why.")
_on = click.option("--on", required=True, metavar="DAY", help="生效日期。First day on which it holds.")
_document = click.option(
    "--document",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="文书，JSON：number、authority、authority_code、decided_on。The document.",
)


def _documented(command: Callable[..., Any]) -> Callable[..., Any]:
    return _document(_on(_reason(command)))


@click.command("stay", cls=WideCommand, short_help="中止执行 stay")
@_case
@_documented
@acting
def stay(session: Session, case_number: str, reason: str, on: str, document: Path) -> Step:
    """按有权机关的决定中止执行。复议、诉讼本身不停止执行（行政处罚法第七十三条）。Stay by a competent
    decision."""
    return _note(session, case_number, pb.NOTED_STATUS_STAYED, reason, on, document)


@click.command("resume", cls=WideCommand, short_help="恢复执行 resume")
@_case
@_documented
@acting
def resume(session: Session, case_number: str, reason: str, on: str, document: Path) -> Step:
    """恢复执行。Resume after a stay."""
    return _note(session, case_number, pb.NOTED_STATUS_RESUMED, reason, on, document)


def _note(
    session: Session,
    case_number: str,
    status: pb.NotedStatus.ValueType,
    reason: str,
    on: str,
    document: Path,
) -> Step:
    body = pb.StatusNote(
        target=decision_of(session, case_number), status=status, effective_on=on, reason=reason
    )
    body.document.CopyFrom(body_of(document, pb.Document()))
    return body, session.registry.bans.take


@click.command("lift", cls=WideCommand, short_help="提前解除 lift early")
@_case
@click.option("--measure", default="", metavar="CODE", help="只解除这一措施，不给则全部。")
@_documented
@acting
def lift(session: Session, case_number: str, measure: str, reason: str, on: str, document: Path) -> Step:
    """法律允许提前终止的，提前解除。Lift a measure early where law allows it."""
    body = pb.Lifting(
        target=decision_of(session, case_number), measure_code=measure, effective_on=on, reason=reason
    )
    body.document.CopyFrom(body_of(document, pb.Document()))
    return body, session.registry.bans.take


@click.command("revoke", cls=WideCommand, short_help="撤销 revoke from the start")
@_case
@_reason
@click.option(
    "--document",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="撤销所依据的文书，JSON。The document.",
)
@acting
def revoke(session: Session, case_number: str, reason: str, document: Path | None) -> Step:
    """撤销决定，视为自始没有作出。Revoke the decision, as if it had never been made."""
    body = pb.Withdrawal(target=decision_of(session, case_number), reason=reason)
    if document is not None:
        body.document.CopyFrom(body_of(document, pb.Document()))
    return body, session.registry.bans.take


@click.command("correct", cls=WideCommand, short_help="更正 correct")
@_case
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
@_reason
@acting
def correct(session: Session, case_number: str, path: Path, reason: str) -> Step:
    """更正决定，FILE 是更正后的决定内容（event 的JSON），不得重于原决定。Correct the decision."""
    body = pb.Correction(target=decision_of(session, case_number), reason=reason)
    body.replacement.CopyFrom(body_of(path, pb.Event()))
    return body, session.registry.bans.take
