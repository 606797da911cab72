"""Words for what travels as numbers in risk monitoring: a word is read and shown."""

from __future__ import annotations

from collections.abc import Mapping

from registry.v1 import supervision_pb2 as pb

INDICATOR_KINDS: Mapping[str, pb.IndicatorKind.ValueType] = {
    "处罚集中": pb.INDICATOR_KIND_PENALTY_CLUSTER,
    "整改逾期": pb.INDICATOR_KIND_OVERDUE_RECTIFICATION,
    "重点行业": pb.INDICATOR_KIND_KEY_INDUSTRY,
    "投诉举报突增": pb.INDICATOR_KIND_COMPLAINT_RISE,
}
INDICATOR_GROUPINGS: Mapping[str, pb.IndicatorGrouping.ValueType] = {
    "地区": pb.INDICATOR_GROUPING_REGION,
    "行业": pb.INDICATOR_GROUPING_INDUSTRY,
    "主体": pb.INDICATOR_GROUPING_SUBJECT,
    "审批事项": pb.INDICATOR_GROUPING_MATTER,
}
