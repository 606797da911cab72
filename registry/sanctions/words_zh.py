"""The Chinese words for the enumerations of ``registry.v1``, as explanations write them.

Each table has every value but *unspecified*; ``word`` shows one that a later release may send as its number.
Kinds of subject stand in ``catalogue.vocabulary``, with the words that an edition's files use.

Example: ``word(ROLES_ZH, SUBJECT_ROLE_BIDDER)`` is 投标人或供应商.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from registry.v1 import subject_pb2 as subject
from registry.v1 import verdict_pb2 as pb

_Value = TypeVar("_Value", bound=int)

ROLES_ZH: Mapping[subject.SubjectRole.ValueType, str] = {
    subject.SUBJECT_ROLE_BIDDER: "投标人或供应商",
    subject.SUBJECT_ROLE_CONSORTIUM_MEMBER: "联合体成员",
    subject.SUBJECT_ROLE_AGENCY: "代理机构",
    subject.SUBJECT_ROLE_EVALUATOR: "评审专家",
    subject.SUBJECT_ROLE_LEGAL_REPRESENTATIVE: "法定代表人",
    subject.SUBJECT_ROLE_MANAGER: "董事、监事、高级管理人员",
    subject.SUBJECT_ROLE_PROJECT_MANAGER: "项目经理",
    subject.SUBJECT_ROLE_PRACTITIONER: "从业人员",
    subject.SUBJECT_ROLE_APPLICANT: "申请人",
    subject.SUBJECT_ROLE_TRAVELLER: "出境人员",
    subject.SUBJECT_ROLE_INTERMEDIARY: "审批中介服务机构",
}
CAPACITIES_ZH: Mapping[subject.Capacity.ValueType, str] = {
    subject.CAPACITY_TENDER_AGENCY: "招标代理机构",
    subject.CAPACITY_PROCUREMENT_AGENCY: "采购代理机构",
    subject.CAPACITY_INTERMEDIARY: "审批中介服务机构",
    subject.CAPACITY_LEGAL_REP: "法定代表人或主要负责人",
    subject.CAPACITY_MANAGER: "董监高或直接责任人员",
    subject.CAPACITY_PRACTITIONER: "注册执业人员或从业人员",
    subject.CAPACITY_EXPERT: "评审专家",
}
TENDERS_ZH: Mapping[subject.TenderKind.ValueType, str] = {
    subject.TENDER_KIND_COMPULSORY: "依法必须招标",
    subject.TENDER_KIND_VOLUNTARY: "自愿招标",
}
STATUS_ZH: Mapping[pb.HitStatus.ValueType, str] = {
    pb.HIT_STATUS_IN_FORCE: "生效",
    pb.HIT_STATUS_COMING: "尚未生效",
    pb.HIT_STATUS_STAYED: "中止执行",
    pb.HIT_STATUS_OBJECTED: "异议处理中",
    pb.HIT_STATUS_CONTESTED: "行政复议、诉讼中, 不停止执行",
    pb.HIT_STATUS_EXPIRED: "期满",
    pb.HIT_STATUS_REPAIRED: "已修复或提前移出",
    pb.HIT_STATUS_LIFTED: "已解除",
    pb.HIT_STATUS_REVOKED: "已撤回或更正",
    pb.HIT_STATUS_DISPUTED: "签名密钥存疑",
    pb.HIT_STATUS_NOT_SERVED: "决定尚未送达",
    pb.HIT_STATUS_SHIELDED: "重整期间暂时屏蔽",
}
RELATIONS_ZH: Mapping[pb.SubjectRelation.ValueType, str] = {
    pb.SUBJECT_RELATION_SELF: "本主体",
    pb.SUBJECT_RELATION_SAME: "同一主体的另一代码",
    pb.SUBJECT_RELATION_ABSORBED: "被合并的主体",
    pb.SUBJECT_RELATION_PARENT: "所属法人",
    pb.SUBJECT_RELATION_BRANCH: "分支机构",
    pb.SUBJECT_RELATION_SURVIVING: "合并后存续的主体",
}


def word(table: Mapping[_Value, str], value: _Value, unstated: str = "未说明") -> str:
    """The word for a value; ``unstated`` for 0, and the number of one that is not known here."""
    return table.get(value, str(value)) if value else unstated
