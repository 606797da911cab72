"""Whose a step of a referral or an alert is, and whether it is its turn.

Example: 受理 before 签收 is STEP_OUT_OF_ORDER; 签收 by anybody but whom it was told to is NOT_YOUR_STEP; a
second 签收 is STEP_OUT_OF_ORDER, so that the day on which it was read stays the first one (责任追究).
"""

from __future__ import annotations

from collections.abc import Sequence

from registry.domain.faults import Findings
from registry.domain.files import ACT_NUMBERS, act_of
from registry.supervision import parts
from registry.supervision.acting import Acting
from registry.v1 import error_reason_pb2 as reasons
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile

STEP_WORDS = {
    "receipt": "签收",
    "referral_acceptance": "受理",
    "referral_outcome": "处理结果",
    "referral_answer": "反馈",
}
NO = 0


def step_of_recipient(
    found: Findings, statement: Statement, acting: Acting, *kinds: int
) -> SupervisionFile | None:
    """The file that a step of the department it was told to carries on; None, with a fault noted, if there is
    no such file or the step is another's."""
    file = parts.carried_on(found, statement, acting, *kinds)
    if file is not None and file.addressee != acting.code:
        not_yours(found, statement)
        return None
    return file


def not_yours(found: Findings, statement: Statement) -> None:
    """Notes that a step is another's."""
    message = "这一步骤由被告知、被移送的部门办理, 本部门不能代办。"
    found.add(reasons.ERROR_REASON_NOT_YOUR_STEP, f"supervision.{act_of(statement)}.file", message)


def in_turn(
    found: Findings, statement: Statement, file: SupervisionFile, *, after: Sequence[str] = ()
) -> None:
    """Notes a step that was taken before, or comes before one that it has to follow."""
    name = act_of(statement)
    path = f"supervision.{name}.file"
    if (before := taken(file, name)) is not None:
        message = f"{STEP_WORDS[name]}已于{before.received_on}办理, 序号{before.position}。"
        found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, path, message)
        return
    missing = [STEP_WORDS[each] for each in after if taken(file, each) is None]
    if missing:
        message = f"应先办理{missing[0]}, 再办理{STEP_WORDS[name]}。"
        found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, path, message)


def taken(file: SupervisionFile, name: str) -> FileAct | None:
    """The act of a name in a file; None if it is not taken yet."""
    return next((act for act in file.acts if act.act == ACT_NUMBERS[name]), None)


def is_refused(file: SupervisionFile) -> bool:
    """Whether a referral was not accepted, and so is back with its sender."""
    acceptance = taken(file, "referral_acceptance")
    return acceptance is not None and acceptance.result == NO
