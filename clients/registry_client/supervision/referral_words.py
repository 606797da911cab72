"""Words for what travels as numbers in referrals and files of supervision: a word is read and shown."""

from __future__ import annotations

from collections.abc import Mapping

from registry.v1 import supervision_pb2 as pb

REFERRAL_KINDS: Mapping[str, pb.ReferralKind.ValueType] = {
    "线索告知": pb.REFERRAL_KIND_CLUE,
    "案件移送": pb.REFERRAL_KIND_CASE,
    "涉嫌犯罪移送": pb.REFERRAL_KIND_TO_CRIMINAL,
    "反向移送": pb.REFERRAL_KIND_FROM_CRIMINAL,
}
REFERRAL_DIRECTIONS: Mapping[str, pb.ReferralDirection.ValueType] = {
    "横向": pb.REFERRAL_DIRECTION_ACROSS,
    "上报": pb.REFERRAL_DIRECTION_UP,
    "下转": pb.REFERRAL_DIRECTION_DOWN,
}
REFERRAL_RESULTS: Mapping[str, pb.ReferralResult.ValueType] = {
    "已作出决定": pb.REFERRAL_RESULT_DECIDED,
    "不予处罚、不立案": pb.REFERRAL_RESULT_NO_CASE,
    "刑事立案": pb.REFERRAL_RESULT_CRIMINAL_CASE,
    "另行移送": pb.REFERRAL_RESULT_REFERRED_ON,
}
FILE_KINDS: Mapping[str, pb.FileKind.ValueType] = {
    "审批事项": pb.FILE_KIND_MATTER,
    "涉审中介": pb.FILE_KIND_INTERMEDIARY,
    "监管制度": pb.FILE_KIND_RULE,
    "名录库": pb.FILE_KIND_ROSTER,
    "抽查计划": pb.FILE_KIND_PLAN,
    "抽取": pb.FILE_KIND_DRAW,
    "检查": pb.FILE_KIND_INSPECTION,
    "移送": pb.FILE_KIND_REFERRAL,
    "投诉举报": pb.FILE_KIND_COMPLAINT,
    "风险指标": pb.FILE_KIND_INDICATOR,
    "预警": pb.FILE_KIND_ALERT,
    "行业自律信息": pb.FILE_KIND_ASSOCIATION_NOTE,
    "事故": pb.FILE_KIND_ACCIDENT,
    "身份保管人": pb.FILE_KIND_CUSTODIAN,
}
ACT_WORDS: Mapping[str, str] = {
    "referral": "告知移送",
    "receipt": "签收",
    "referral_acceptance": "受理",
    "referral_outcome": "处理结果",
    "referral_answer": "反馈",
    "urging": "督办",
}
"""The acts of a referral, by their field in ``Supervision``."""
