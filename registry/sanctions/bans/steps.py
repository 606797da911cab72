"""The steps of a ban case: by which statement, in which role, out of which state into which (程序的步骤).

    ban_draft           经办      →                         DRAFTED
    ban_review          法制审核  DRAFTED →                 REVIEWED, REJECTED
    ban_notice          经办      REVIEWED →                NOTICE_SERVED
    ban_defence         经办      NOTICE_SERVED, HEARD →    HEARD, HEARING_REQUESTED
    ban_hearing_notice  经办      HEARING_REQUESTED →       HEARING_NOTIFIED
    ban_hearing         听证主持  HEARING_NOTIFIED →        HEARD
    ban_deliberation    审核      HEARD →                   DELIBERATED, CLOSED
    ban_decision        批准      DELIBERATED →             DECIDED
    ban_served          经办      DECIDED →                 SERVED

What happens to a decision afterwards is stated as of any other record, with the decision as its target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registry.sanctions.bans.case import Case
from registry.sanctions.ledger import Ledger
from registry.v1 import ban_service_pb2 as ban
from registry.v1 import statement_pb2 as pb


@dataclass(frozen=True, slots=True)
class StepRule:
    """A step: how it is called, who takes it (role and its word), the key of its article in an edition, and
    the states out of which it leads."""

    step: ban.BanStep.ValueType
    name: str
    role: pb.OfficialRole.ValueType
    article: str
    states: tuple[ban.BanState.ValueType, ...] = ()


_SUBMITTER, _APPROVER = pb.OFFICIAL_ROLE_SUBMITTER, pb.OFFICIAL_ROLE_APPROVER
ROLE_NAMES: Mapping[int, str] = {
    pb.OFFICIAL_ROLE_SUBMITTER: "经办",
    pb.OFFICIAL_ROLE_REVIEWER: "审核",
    pb.OFFICIAL_ROLE_LEGAL_REVIEWER: "法制审核",
    pb.OFFICIAL_ROLE_APPROVER: "批准",
    pb.OFFICIAL_ROLE_HEARING_OFFICER: "听证主持",
}
STEPS: Mapping[str, StepRule] = {
    "ban_draft": StepRule(ban.BAN_STEP_DRAFT, "立案拟定", _SUBMITTER, "draft"),
    "ban_review": StepRule(
        ban.BAN_STEP_REVIEW, "法制审核", pb.OFFICIAL_ROLE_LEGAL_REVIEWER, "review", (ban.BAN_STATE_DRAFTED,)
    ),
    "ban_notice": StepRule(
        ban.BAN_STEP_NOTICE, "告知", _SUBMITTER, "notice", (ban.BAN_STATE_REVIEWED,)
    ),
    "ban_defence": StepRule(
        ban.BAN_STEP_DEFENCE, "陈述申辩", _SUBMITTER, "defence",
        (ban.BAN_STATE_NOTICE_SERVED, ban.BAN_STATE_HEARD),
    ),
    "ban_hearing_notice": StepRule(
        ban.BAN_STEP_HEARING_NOTICE, "听证通知", _SUBMITTER, "hearing_notice",
        (ban.BAN_STATE_HEARING_REQUESTED,),
    ),
    "ban_hearing": StepRule(
        ban.BAN_STEP_HEARING, "听证", pb.OFFICIAL_ROLE_HEARING_OFFICER, "hearing",
        (ban.BAN_STATE_HEARING_NOTIFIED,),
    ),
    "ban_deliberation": StepRule(
        ban.BAN_STEP_DELIBERATION, "集体讨论", pb.OFFICIAL_ROLE_REVIEWER, "deliberation",
        (ban.BAN_STATE_HEARD,),
    ),
    "ban_decision": StepRule(
        ban.BAN_STEP_DECISION, "决定", _APPROVER, "decision", (ban.BAN_STATE_DELIBERATED,)
    ),
    "ban_served": StepRule(ban.BAN_STEP_SERVICE, "送达", _SUBMITTER, "service", (ban.BAN_STATE_DECIDED,)),
}  # fmt: skip
"""Steps up to the service of the decision, by the statement that each is."""
AFTER: Mapping[str, StepRule] = {
    "status_note": StepRule(ban.BAN_STEP_STAY, "标注", _APPROVER, "stay"),
    "lifting": StepRule(ban.BAN_STEP_LIFTING, "提前解除", _APPROVER, "lifting"),
    "repair": StepRule(ban.BAN_STEP_LIFTING, "修复", _APPROVER, "repair"),
    "repair_annulment": StepRule(ban.BAN_STEP_RESUMPTION, "撤销修复", _APPROVER, "repair"),
    "withdrawal": StepRule(ban.BAN_STEP_REVOCATION, "撤销", _APPROVER, "revocation"),
    "correction": StepRule(ban.BAN_STEP_CORRECTION, "更正", _APPROVER, "correction"),
    "objection_result": StepRule(ban.BAN_STEP_CORRECTION, "异议处理", _APPROVER, "objection"),
}
"""What is stated about a decision afterwards."""
BINDING = frozenset(
    {
        ban.BAN_STATE_SERVED, ban.BAN_STATE_IN_FORCE, ban.BAN_STATE_STAYED, ban.BAN_STATE_EXPIRED,
        ban.BAN_STATE_LIFTED,
    }
)  # fmt: skip
"""States in which a decision was served and stands."""
STANDING = BINDING - {ban.BAN_STATE_EXPIRED, ban.BAN_STATE_LIFTED}
"""Those in which something of it may still be stayed or lifted."""
STATES_ZH: Mapping[ban.BanState.ValueType, str] = {
    ban.BAN_STATE_DRAFTED: "已立案拟定",
    ban.BAN_STATE_REVIEWED: "法制审核通过",
    ban.BAN_STATE_REJECTED: "法制审核未通过",
    ban.BAN_STATE_NOTICE_SERVED: "已告知",
    ban.BAN_STATE_HEARING_REQUESTED: "已要求听证",
    ban.BAN_STATE_HEARING_NOTIFIED: "已通知听证",
    ban.BAN_STATE_HEARD: "已听取意见",
    ban.BAN_STATE_DELIBERATED: "已讨论同意",
    ban.BAN_STATE_CLOSED: "已结案",
    ban.BAN_STATE_DECIDED: "已决定",
    ban.BAN_STATE_SERVED: "已送达",
    ban.BAN_STATE_IN_FORCE: "执行中",
    ban.BAN_STATE_STAYED: "中止执行",
    ban.BAN_STATE_EXPIRED: "期满",
    ban.BAN_STATE_LIFTED: "已提前解除",
    ban.BAN_STATE_REVOKED: "已撤销",
}
_ROLE_OF_STEP: Mapping[int, int] = {rule.step: rule.role for rule in (*AFTER.values(), *STEPS.values())}


def role_of(act: ban.BanAct) -> int:
    """The role in which a step was taken."""
    return _ROLE_OF_STEP[act.step]


def decided_case(statement: pb.Statement, ledger: Ledger) -> Case | None:
    """The case whose decision a statement is about afterwards; None if it is about another matter."""
    body = statement.WhichOneof("body")
    if body is None or body not in AFTER:
        return None
    target: pb.StatementReference = getattr(statement, body).target
    return ledger.bans.of_decision(target.department, target.statement_id)


def case_of(statement: pb.Statement, ledger: Ledger) -> Case | None:
    """The case that a statement is a step of; None if there is none yet, or it is no step."""
    body = statement.WhichOneof("body") or ""
    if body == "ban_served":
        target = statement.ban_served.target
        return ledger.bans.of_decision(target.department, target.statement_id)
    if body in STEPS:
        return ledger.bans.get(statement.department, getattr(statement, body).case_number)
    return decided_case(statement, ledger)
