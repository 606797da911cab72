"""The words for approval matters, rules and notes of associations.

As in ``registry_client.words``: each table maps the words that are understood to a value, and of several the
first is shown.

Example: ``word_of(MATTER_KINDS, MATTER_KIND_DELEGATED)`` is 下放委托.
"""

from __future__ import annotations

from collections.abc import Mapping

from registry.v1 import matter_service_pb2 as service
from registry.v1 import supervision_pb2 as acts
from registry.v1.matter_service_pb2 import RuleState
from registry.v1.supervision_pb2 import AssociationNoteKind, MatterKind, RuleCheckManner

MATTER_KINDS: Mapping[str, MatterKind.ValueType] = {
    "保留": acts.MATTER_KIND_RETAINED,
    "下放委托": acts.MATTER_KIND_DELEGATED,
    "下放": acts.MATTER_KIND_DELEGATED,
    "委托": acts.MATTER_KIND_DELEGATED,
    "转移转变": acts.MATTER_KIND_TRANSFERRED,
    "转移": acts.MATTER_KIND_TRANSFERRED,
    "转变": acts.MATTER_KIND_TRANSFERRED,
    "取消": acts.MATTER_KIND_CANCELLED,
}
RULE_STATES: Mapping[str, RuleState.ValueType] = {
    "待合法性审查": service.RULE_STATE_DRAFTED,
    "审查不合法": service.RULE_STATE_UNLAWFUL,
    "待备案": service.RULE_STATE_REVIEWED,
    "已备案": service.RULE_STATE_FILED,
}
CHECK_MANNERS: Mapping[str, RuleCheckManner.ValueType] = {
    "定期检查": acts.RULE_CHECK_MANNER_REGULAR,
    "不定期抽查": acts.RULE_CHECK_MANNER_SPOT,
}
NOTE_KINDS: Mapping[str, AssociationNoteKind.ValueType] = {
    "会员": acts.ASSOCIATION_NOTE_KIND_MEMBER,
    "违反自律规约": acts.ASSOCIATION_NOTE_KIND_FINDING,
    "行业表彰": acts.ASSOCIATION_NOTE_KIND_HONOUR,
}
