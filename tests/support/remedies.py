"""Objections, applications for repair and what is decided on them, as a window and departments state them.

Example: ``spine.say("人社", "A", repair_application=application("人社", "entry"))`` and then
``spine.say("人社", repair=granted("人社", "entry", "A", "2026-11-23"))``.
"""

from __future__ import annotations

from typing import Any

from registry.v1 import statement_pb2 as pb
from tests.support.events import document, note, repair, target

TODAY = "2026-11-23"
PAPER = pb.Evidence(sha256=b"\1" * 32, title="信用承诺书", place="政务服务窗口")
PROOF = pb.Evidence(sha256=b"\2" * 32, title="缴款凭证", place="政务服务窗口")


def objection_to(key: str, statement_id: str, **more: Any) -> pb.Objection:
    """An objection (异议) to the target of a department, filed today."""
    fields: dict[str, Any] = {"ground": pb.OBJECTION_GROUND_WRONG, "filed_on": TODAY, "claim": "处罚对象有误"}
    return pb.Objection(**{"target": target(key, statement_id), **fields, **more})


def result(
    key: str, statement_id: str, objection: str, outcome: pb.ObjectionOutcome.ValueType, **more: Any
) -> pb.ObjectionResult:
    """The result of an objection (异议处理结果) that was filed with the department itself, unless ``window``
    names another."""
    window = more.pop("window", key)
    fields: dict[str, Any] = {
        "target": target(key, statement_id),
        "objection": target(window, objection),
        "outcome": outcome,
        "document": document(more.pop("by", key), TODAY, "沧示异字〔2026〕1号"),
        "reason": "经核查",
    }
    return pb.ObjectionResult(**{**fields, **more})


def application(key: str, statement_id: str, **more: Any) -> pb.RepairApplication:
    """An application for repair (信用修复申请) filed today, with commitment and proof."""
    fields: dict[str, Any] = {"filed_on": TODAY, "corrected_on": "2026-04-20", "commitment": PAPER}
    fields |= {"target": target(key, statement_id), "proof": [PROOF]}
    return pb.RepairApplication(**{**fields, **more})


def acceptance(key: str, statement_id: str, applied: str, **more: Any) -> pb.RepairAcceptance:
    """It is accepted (受理), unless it says otherwise."""
    fields = {"target": target(key, statement_id), "application": target(more.pop("window", key), applied)}
    return pb.RepairAcceptance(**{**fields, "accepted": True, **more})


def granted(key: str, statement_id: str, applied: str, effective_on: str = TODAY, **more: Any) -> pb.Repair:
    """The repair that grants it (准予信用修复)."""
    return repair(
        key, statement_id, effective_on, application=target(more.pop("window", key), applied), **more
    )


def refused(key: str, statement_id: str, applied: str, **more: Any) -> pb.RepairRefusal:
    """It is refused (不予修复)."""
    fields: dict[str, Any] = {
        "target": target(key, statement_id),
        "application": target(key, applied),
        "document": document(key, TODAY, "沧示修不字〔2026〕1号"),
        "reason": "义务未履行完毕",
    }
    return pb.RepairRefusal(**{**fields, **more})


def annulment(key: str, statement_id: str, effective_on: str = TODAY, **more: Any) -> pb.RepairAnnulment:
    """The repair rested on false papers (撤销修复)."""
    fields: dict[str, Any] = {
        "target": target(key, statement_id),
        "document": document(key, TODAY, "沧示修撤字〔2026〕1号"),
        "effective_on": effective_on,
        "reason": "证明材料系伪造",
    }
    return pb.RepairAnnulment(**{**fields, **more})


def shield(key: str, statement_id: str, effective_on: str, **more: Any) -> pb.StatusNote:
    """A court has approved the plan of reorganisation (重整期间暂时屏蔽)."""
    paper = document("法院", effective_on, "（2026）冀09破1号")
    fields = {"document": paper, **more}
    return note(key, statement_id, pb.NOTED_STATUS_SHIELDED, effective_on, **fields)


def shield_ended(key: str, statement_id: str, effective_on: str, **more: Any) -> pb.StatusNote:
    """The plan was carried out, or ended (暂时屏蔽终结)."""
    paper = document("法院", effective_on, "（2026）冀09破2号")
    fields = {"document": paper, **more}
    return note(key, statement_id, pb.NOTED_STATUS_SHIELD_ENDED, effective_on, **fields)
