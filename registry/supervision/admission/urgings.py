"""督办: pressing for a step that is overdue, in a file of any kind.

By the registry's operator, 督查机构 or 监察机关, and in a referral by who sent it. A step of another than who
urges has to be overdue on the day of receipt, by the clocks of the law and not by what the urging says; from
then on whoever owes it has the day that the urging sets (``obligations.urgings``). The same department urges
the same step again when that day is over.

Example: a complaint of 2026-11-02 not accepted by 2026-11-11 may be urged from 2026-11-12 on, not before.
"""

from __future__ import annotations

from registry.domain.faults import Findings
from registry.supervision import parts
from registry.supervision.acting import Acting
from registry.supervision.duties import Clocks
from registry.supervision.obligations import CLOCKED, obligations_of
from registry.supervision.obligations.urgings import to_be_urged
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import SupervisionFile

OVERSEEING_KINDS = frozenset({"oversight", "discipline"})
_PATH = "supervision.urging"


def urging(found: Findings, statement: Statement, acting: Acting) -> None:
    """Notes what is wrong with an urging."""
    act = statement.supervision.urging
    file = parts.carried_on(found, statement, acting, *CLOCKED)
    parts.text(found, f"{_PATH}.text", act.text, "督办内容")
    parts.came(found, f"{_PATH}.on", act.on, "督办日期", acting.day)
    until = found.day(f"{_PATH}.due_on", act.due_on, "办结期限")
    if until and until < acting.day:
        message = f"办结期限{until}早于接收日期{acting.day}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, f"{_PATH}.due_on", message)
    if file is not None:
        _check_cause(found, file, acting)


def _check_cause(found: Findings, file: SupervisionFile, acting: Acting) -> None:
    if not may_urge(file, acting):
        message = "督办只由登记机关、督查机构、监察机关办理; 移送卷宗也可以由移送部门督办。"
        found.add(reasons.ERROR_REASON_NOT_YOUR_STEP, f"{_PATH}.file", message)
        return
    if acting.again:
        return  # By the clocks of then: an edition, or the way to count, may have changed.
    duties = list(obligations_of(file, Clocks(acting.day, acting.ledger.edition_on)))
    if not to_be_urged(file, duties, acting.code):
        message = f"截至{acting.day}, 这一卷宗没有其他部门逾期的步骤, 或者本部门督办的期限还没有到。"
        found.add(reasons.ERROR_REASON_STEP_TOO_EARLY, f"{_PATH}.file", message)


def may_urge(file: SupervisionFile, acting: Acting) -> bool:
    """Whether who acts may press for steps of a file."""
    sent = file.file.kind == pb.FILE_KIND_REFERRAL and file.file.department == acting.code
    return sent or acting.is_operator or bool(acting.department.kinds & OVERSEEING_KINDS)
