"""Words for what travels as numbers in complaints: a word is read and shown."""

from __future__ import annotations

from collections.abc import Mapping

from registry.v1 import complaint_service_pb2 as service
from registry.v1 import supervision_pb2 as pb

COMPLAINT_KINDS: Mapping[str, pb.ComplaintKind.ValueType] = {
    "投诉": pb.COMPLAINT_KIND_DISPUTE,
    "举报": pb.COMPLAINT_KIND_REPORT,
}
COMPLAINT_CHANNELS: Mapping[str, pb.ComplaintChannel.ValueType] = {
    "互联网": pb.COMPLAINT_CHANNEL_WEB,
    "电话": pb.COMPLAINT_CHANNEL_TELEPHONE,
    "信函": pb.COMPLAINT_CHANNEL_LETTER,
    "来访": pb.COMPLAINT_CHANNEL_VISIT,
    "转办": pb.COMPLAINT_CHANNEL_TRANSFER,
}
MEDIATION_STAGES: Mapping[str, pb.MediationStage.ValueType] = {
    "开始调解": pb.MEDIATION_STAGE_BEGUN,
    "达成调解协议": pb.MEDIATION_STAGE_AGREED,
    "终止调解": pb.MEDIATION_STAGE_ENDED,
}
VERIFICATION_RESULTS: Mapping[str, pb.VerificationResult.ValueType] = {
    "立案": pb.VERIFICATION_RESULT_CASE_FILED,
    "不予立案": pb.VERIFICATION_RESULT_NO_CASE,
    "移送": pb.VERIFICATION_RESULT_REFERRED,
    "延长核查期限": pb.VERIFICATION_RESULT_EXTENDED,
    "已作出决定": pb.VERIFICATION_RESULT_DECIDED,
}
STAGES: Mapping[str, service.ComplaintStage.ValueType] = {
    "已收到，待登记": service.COMPLAINT_STAGE_LODGED,
    "已登记": service.COMPLAINT_STAGE_REGISTERED,
    "已受理": service.COMPLAINT_STAGE_ACCEPTED,
    "不予受理": service.COMPLAINT_STAGE_NOT_ACCEPTED,
    "调解中": service.COMPLAINT_STAGE_MEDIATING,
    "达成调解协议": service.COMPLAINT_STAGE_AGREED,
    "终止调解": service.COMPLAINT_STAGE_ENDED,
    "核查期限已延长": service.COMPLAINT_STAGE_EXTENDED,
    "已立案": service.COMPLAINT_STAGE_CASE_FILED,
    "不予立案": service.COMPLAINT_STAGE_NO_CASE,
    "已移送其他部门": service.COMPLAINT_STAGE_REFERRED,
    "已作出决定": service.COMPLAINT_STAGE_DECIDED,
    "已告知举报人": service.COMPLAINT_STAGE_ANSWERED,
}
ACT_WORDS: Mapping[str, str] = {
    "complaint": "登记",
    "complaint_acceptance": "是否受理",
    "complaint_mediation": "调解",
    "complaint_verification": "核查",
    "complaint_answer": "告知举报人",
    "identity_opening": "依法开启密封材料",
    "urging": "督办",
}
"""The acts of a complaint, by their field in ``Supervision``."""
CATEGORIES = (
    "食品药品安全", "产品质量", "价格收费", "虚假宣传", "合同纠纷", "预付消费", "无证经营", "消防安全",
    "生产安全", "环境污染", "工程建设", "其他",
)  # fmt: skip
"""What a complaint from the web may be about; a clerk writes the summary."""
