"""The sentence of a notice, in Chinese (告知内容). It says what happened and from when, and names nobody.

Example: ``text_of(withdrawal, NOTICE_KIND_REVOKED, "政府采购")`` is
「原登记的信息已撤销，视为自始未登记（涉及政府采购领域）；请停止使用，并复核据此作出的处理。」
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from registry.v1 import notice_service_pb2 as pb
from registry.v1 import statement_pb2

_OUTCOMES = {
    statement_pb2.OBJECTION_OUTCOME_REJECTED: "异议不成立，信息维持不变",
    statement_pb2.OBJECTION_OUTCOME_DELETED: "异议成立，信息已删除",
    statement_pb2.OBJECTION_OUTCOME_CORRECTED: "异议成立，信息已更正",
    statement_pb2.OBJECTION_OUTCOME_SUPPLEMENTED: "异议成立，信息已补充",
    statement_pb2.OBJECTION_OUTCOME_DISCLOSURE_ENDED: "异议成立，信息终止公示",
    statement_pb2.OBJECTION_OUTCOME_REMOVED: "异议成立，已移出名单",
}


def text_of(statement: statement_pb2.Statement, kind: pb.NoticeKind.ValueType, domains: str = "") -> str:
    """What an addressee is told of a statement; ``domains`` are those it concerns him in."""
    head, tail = _SENTENCES[kind](statement)
    concerning = f"（涉及{domains}领域）" if domains else ""
    return f"{head}{concerning}{tail}。"


def due_text(task: str, due_on: str, *, overdue: bool) -> str:
    """What a department is told of a deadline."""
    return f"{task}：{'已于' if overdue else '应于'}{due_on}{'到期，尚未办理' if overdue else '前办理'}。"


def _restricted(statement: statement_pb2.Statement) -> tuple[str, str]:
    match statement.WhichOneof("body"):
        case "ban_decision":
            return "禁入决定已作出", "，送达后执行；送达前不作为限制"
        case "ban_served":
            return f"禁入决定已于{statement.ban_served.service.served_on}送达", "，按决定所载期限执行"
    return "登记了新的限制", "；请按最新查询结果办理"


def _ended(statement: statement_pb2.Statement) -> tuple[str, str]:
    body = getattr(statement, statement.WhichOneof("body") or "")
    return f"原有的限制或者公示自{body.effective_on}起提前终止", "；自该日起不再适用"


def _revoked(_: statement_pb2.Statement) -> tuple[str, str]:
    return "原登记的信息已撤销，视为自始未登记", "；请停止使用，并复核据此作出的处理"


def _corrected(_: statement_pb2.Statement) -> tuple[str, str]:
    return "原登记的信息已更正", "，以更正后的内容为准；请重新查询"


def _stayed(statement: statement_pb2.Statement) -> tuple[str, str]:
    note = statement.status_note
    shielded = note.status == statement_pb2.NOTED_STATUS_SHIELDED
    what = "重整期间暂时屏蔽" if shielded else "中止执行"
    return f"原登记的决定自{note.effective_on}起{what}", ""


def _resumed(statement: statement_pb2.Statement) -> tuple[str, str]:
    note = statement.status_note
    shielded = note.status == statement_pb2.NOTED_STATUS_SHIELD_ENDED
    what = "不再屏蔽" if shielded else "恢复执行"
    return f"原登记的决定自{note.effective_on}起{what}", ""


def _objection(_: statement_pb2.Statement) -> tuple[str, str]:
    return "对所登记的信息有人提出异议，已加标注", "；请在法定期限内核查处理"


def _objection_result(statement: statement_pb2.Statement) -> tuple[str, str]:
    return _OUTCOMES.get(statement.objection_result.outcome, "异议已处理完毕"), ""


def _application(statement: statement_pb2.Statement) -> tuple[str, str]:
    if not statement.HasField("repair_acceptance"):
        return "对所登记的信息有人申请信用修复", "；请在法定期限内决定是否受理"
    return ("信用修复申请已受理" if statement.repair_acceptance.accepted else "信用修复申请不予受理"), ""


def _repair_result(statement: statement_pb2.Statement) -> tuple[str, str]:
    if statement.HasField("repair"):
        return (
            f"准予信用修复，自{statement.repair.effective_on}起终止公示",
            "；依法不得提前终止的措施执行到期满",
        )
    return "不予信用修复", ""


def _annulled(statement: statement_pb2.Statement) -> tuple[str, str]:
    day = statement.repair_annulment.effective_on
    return f"信用修复已撤销，原决定自{day}起恢复执行和公示", ""


_SENTENCES: Mapping[pb.NoticeKind.ValueType, Callable[[statement_pb2.Statement], tuple[str, str]]] = {
    pb.NOTICE_KIND_RESTRICTED: _restricted,
    pb.NOTICE_KIND_ENDED: _ended,
    pb.NOTICE_KIND_REVOKED: _revoked,
    pb.NOTICE_KIND_CORRECTED: _corrected,
    pb.NOTICE_KIND_STAYED: _stayed,
    pb.NOTICE_KIND_RESUMED: _resumed,
    pb.NOTICE_KIND_OBJECTION: _objection,
    pb.NOTICE_KIND_OBJECTION_RESULT: _objection_result,
    pb.NOTICE_KIND_REPAIR_APPLICATION: _application,
    pb.NOTICE_KIND_REPAIR_RESULT: _repair_result,
    pb.NOTICE_KIND_REPAIR_ANNULLED: _annulled,
}
