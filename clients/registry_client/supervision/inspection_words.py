"""Words for what travels as numbers in inspections: a word is read and shown."""

from __future__ import annotations

from collections.abc import Mapping

from registry.v1 import supervision_pb2 as pb

INSPECTION_CAUSES: Mapping[str, pb.InspectionCause.ValueType] = {
    "双随机抽查": pb.INSPECTION_CAUSE_DRAW,
    "投诉举报": pb.INSPECTION_CAUSE_COMPLAINT,
    "移送线索": pb.INSPECTION_CAUSE_REFERRAL,
    "预警": pb.INSPECTION_CAUSE_ALERT,
    "专项整治": pb.INSPECTION_CAUSE_CAMPAIGN,
    "跟踪检查": pb.INSPECTION_CAUSE_FOLLOW_UP,
}
INSPECTION_MANNERS: Mapping[str, pb.InspectionManner.ValueType] = {
    "实地核查": pb.INSPECTION_MANNER_ON_SITE,
    "书面检查": pb.INSPECTION_MANNER_WRITTEN,
    "网络监测": pb.INSPECTION_MANNER_NETWORK,
    "委托专业机构": pb.INSPECTION_MANNER_EXPERT,
}
INSPECTION_RESULTS: Mapping[str, pb.InspectionResult.ValueType] = {
    "未发现问题": pb.INSPECTION_RESULT_NOTHING_FOUND,
    "未按规定公示应当公示的信息": pb.INSPECTION_RESULT_NOT_DISCLOSED,
    "公示信息隐瞒真实情况、弄虚作假": pb.INSPECTION_RESULT_FALSE_DISCLOSURE,
    "通过登记的住所(经营场所)无法联系": pb.INSPECTION_RESULT_NOT_FOUND_AT_ADDRESS,
    "发现问题已责令改正": pb.INSPECTION_RESULT_ORDERED_TO_RECTIFY,
    "不配合检查情节严重": pb.INSPECTION_RESULT_OBSTRUCTED,
    "发现问题待后续处理": pb.INSPECTION_RESULT_TO_BE_FOLLOWED_UP,
    "未发现开展本次抽查涉及的经营活动": pb.INSPECTION_RESULT_NO_SUCH_ACTIVITY,
}
SOURCE_KINDS: Mapping[pb.InspectionCause.ValueType, pb.FileKind.ValueType] = {
    pb.INSPECTION_CAUSE_DRAW: pb.FILE_KIND_DRAW,
    pb.INSPECTION_CAUSE_COMPLAINT: pb.FILE_KIND_COMPLAINT,
    pb.INSPECTION_CAUSE_REFERRAL: pb.FILE_KIND_REFERRAL,
    pb.INSPECTION_CAUSE_ALERT: pb.FILE_KIND_ALERT,
    pb.INSPECTION_CAUSE_FOLLOW_UP: pb.FILE_KIND_INSPECTION,
}
"""The kind of file that an inspection of a cause follows; 专项整治 follows none."""
