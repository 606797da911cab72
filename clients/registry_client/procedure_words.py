"""The words for the procedures of bans, objection and repair, and for notices (市场禁入、异议、修复、告知).

As in ``words``: each table maps the words that are understood to a value, and of several the first is shown.

Example: ``word_of(BAN_STATES, BAN_STATE_HEARD)`` is 已听取意见.
"""

from __future__ import annotations

from collections.abc import Mapping

from registry.v1 import ban_service_pb2, notice_service_pb2, remedy_service_pb2, statement_pb2
from registry.v1.ban_service_pb2 import BanState, BanStep
from registry.v1.notice_service_pb2 import AddresseeKind, NoticeKind
from registry.v1.remedy_service_pb2 import RemedyKind, RemedyState
from registry.v1.statement_pb2 import DefenceKind, ObjectionGround, ObjectionOutcome, ServiceMethod

BAN_STATES: Mapping[str, BanState.ValueType] = {
    "已立案拟定": ban_service_pb2.BAN_STATE_DRAFTED,
    "法制审核通过": ban_service_pb2.BAN_STATE_REVIEWED,
    "法制审核未通过": ban_service_pb2.BAN_STATE_REJECTED,
    "已告知": ban_service_pb2.BAN_STATE_NOTICE_SERVED,
    "已要求听证": ban_service_pb2.BAN_STATE_HEARING_REQUESTED,
    "已通知听证": ban_service_pb2.BAN_STATE_HEARING_NOTIFIED,
    "已听取意见": ban_service_pb2.BAN_STATE_HEARD,
    "已讨论同意": ban_service_pb2.BAN_STATE_DELIBERATED,
    "已结案": ban_service_pb2.BAN_STATE_CLOSED,
    "已决定": ban_service_pb2.BAN_STATE_DECIDED,
    "已送达": ban_service_pb2.BAN_STATE_SERVED,
    "执行中": ban_service_pb2.BAN_STATE_IN_FORCE,
    "中止执行": ban_service_pb2.BAN_STATE_STAYED,
    "期满": ban_service_pb2.BAN_STATE_EXPIRED,
    "已提前解除": ban_service_pb2.BAN_STATE_LIFTED,
    "已撤销": ban_service_pb2.BAN_STATE_REVOKED,
}
BAN_STEPS: Mapping[str, BanStep.ValueType] = {
    "立案拟定": ban_service_pb2.BAN_STEP_DRAFT,
    "法制审核": ban_service_pb2.BAN_STEP_REVIEW,
    "告知": ban_service_pb2.BAN_STEP_NOTICE,
    "陈述申辩": ban_service_pb2.BAN_STEP_DEFENCE,
    "听证通知": ban_service_pb2.BAN_STEP_HEARING_NOTICE,
    "听证": ban_service_pb2.BAN_STEP_HEARING,
    "集体讨论": ban_service_pb2.BAN_STEP_DELIBERATION,
    "决定": ban_service_pb2.BAN_STEP_DECISION,
    "送达": ban_service_pb2.BAN_STEP_SERVICE,
    "中止执行": ban_service_pb2.BAN_STEP_STAY,
    "恢复执行": ban_service_pb2.BAN_STEP_RESUMPTION,
    "提前解除": ban_service_pb2.BAN_STEP_LIFTING,
    "撤销": ban_service_pb2.BAN_STEP_REVOCATION,
    "更正": ban_service_pb2.BAN_STEP_CORRECTION,
}
DEFENCES: Mapping[str, DefenceKind.ValueType] = {
    "陈述申辩": statement_pb2.DEFENCE_KIND_STATED,
    "要求听证": statement_pb2.DEFENCE_KIND_HEARING_REQUESTED,
    "放弃": statement_pb2.DEFENCE_KIND_WAIVED,
    "逾期未提出": statement_pb2.DEFENCE_KIND_SILENT,
}
SERVICE_METHODS: Mapping[str, ServiceMethod.ValueType] = {
    "直接送达": statement_pb2.SERVICE_METHOD_DIRECT,
    "留置送达": statement_pb2.SERVICE_METHOD_LEFT,
    "委托送达": statement_pb2.SERVICE_METHOD_ENTRUSTED,
    "邮寄送达": statement_pb2.SERVICE_METHOD_POST,
    "电子送达": statement_pb2.SERVICE_METHOD_ELECTRONIC,
    "公告送达": statement_pb2.SERVICE_METHOD_PUBLIC,
}
OBJECTION_GROUNDS: Mapping[str, ObjectionGround.ValueType] = {
    "错误或者遗漏": statement_pb2.OBJECTION_GROUND_WRONG,
    "超过公示期限": statement_pb2.OBJECTION_GROUND_PAST_TERM,
    "不符合列入条件": statement_pb2.OBJECTION_GROUND_NOT_TO_BE_LISTED,
    "其他违法情形": statement_pb2.OBJECTION_GROUND_OTHER,
}
OBJECTION_OUTCOMES: Mapping[str, ObjectionOutcome.ValueType] = {
    "不成立": statement_pb2.OBJECTION_OUTCOME_REJECTED,
    "删除": statement_pb2.OBJECTION_OUTCOME_DELETED,
    "更正": statement_pb2.OBJECTION_OUTCOME_CORRECTED,
    "补充": statement_pb2.OBJECTION_OUTCOME_SUPPLEMENTED,
    "终止披露": statement_pb2.OBJECTION_OUTCOME_DISCLOSURE_ENDED,
    "移出": statement_pb2.OBJECTION_OUTCOME_REMOVED,
}
REMEDY_KINDS: Mapping[str, RemedyKind.ValueType] = {
    "异议": remedy_service_pb2.REMEDY_KIND_OBJECTION,
    "修复": remedy_service_pb2.REMEDY_KIND_REPAIR,
}
REMEDY_STATES: Mapping[str, RemedyState.ValueType] = {
    "已提出": remedy_service_pb2.REMEDY_STATE_FILED,
    "已受理": remedy_service_pb2.REMEDY_STATE_ACCEPTED,
    "不予受理": remedy_service_pb2.REMEDY_STATE_NOT_ACCEPTED,
    "成立或者准予": remedy_service_pb2.REMEDY_STATE_GRANTED,
    "不成立或者不予": remedy_service_pb2.REMEDY_STATE_REFUSED,
    "修复已撤销": remedy_service_pb2.REMEDY_STATE_ANNULLED,
}
NOTICE_KINDS: Mapping[str, NoticeKind.ValueType] = {
    "新的限制": notice_service_pb2.NOTICE_KIND_RESTRICTED,
    "限制终止": notice_service_pb2.NOTICE_KIND_ENDED,
    "撤销": notice_service_pb2.NOTICE_KIND_REVOKED,
    "更正": notice_service_pb2.NOTICE_KIND_CORRECTED,
    "中止执行": notice_service_pb2.NOTICE_KIND_STAYED,
    "恢复执行": notice_service_pb2.NOTICE_KIND_RESUMED,
    "异议转办": notice_service_pb2.NOTICE_KIND_OBJECTION,
    "异议结果": notice_service_pb2.NOTICE_KIND_OBJECTION_RESULT,
    "修复申请": notice_service_pb2.NOTICE_KIND_REPAIR_APPLICATION,
    "修复结果": notice_service_pb2.NOTICE_KIND_REPAIR_RESULT,
    "撤销修复": notice_service_pb2.NOTICE_KIND_REPAIR_ANNULLED,
    "期限": notice_service_pb2.NOTICE_KIND_DUE,
    "告知移送": notice_service_pb2.NOTICE_KIND_REFERRAL,
    "移送结果": notice_service_pb2.NOTICE_KIND_REFERRAL_RESULT,
    "督办": notice_service_pb2.NOTICE_KIND_URGING,
    "风险预警": notice_service_pb2.NOTICE_KIND_ALERT,
}
ADDRESSEES: Mapping[str, AddresseeKind.ValueType] = {
    "部门": notice_service_pb2.ADDRESSEE_KIND_DEPARTMENT,
    "系统": notice_service_pb2.ADDRESSEE_KIND_SYSTEM,
    "主体": notice_service_pb2.ADDRESSEE_KIND_SUBJECT,
}
