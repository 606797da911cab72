"""The closed words of a catalogue as a legal reviewer reads them (目录用语).

Files and code use English words (``vocabulary``); what is told to people uses these. Those for enumerations
that questions and answers use as well stand in ``words_zh``.

Example: ``ANSWERS_ZH["review"]`` is 需研判.
"""

from __future__ import annotations

from collections.abc import Mapping

from registry.sanctions.catalogue.vocabulary import KINDS_ZH
from registry.sanctions.words_zh import CAPACITIES_ZH, ROLES_ZH
from registry.v1 import statement_pb2
from registry.v1 import subject_pb2 as pb

__all__ = ["CAPACITIES_ZH", "KINDS_ZH", "ROLES_ZH"]

DOMAINS_ZH: Mapping[pb.Domain.ValueType, str] = {
    pb.DOMAIN_BUSINESS: "经营",
    pb.DOMAIN_FINANCING: "投融资",
    pb.DOMAIN_EXIT_ENTRY: "出入境",
    pb.DOMAIN_BIDDING: "工程招投标",
    pb.DOMAIN_PROCUREMENT: "政府采购",
    pb.DOMAIN_GENERAL: "一般",
    pb.DOMAIN_SUPERVISION: "监管",
    pb.DOMAIN_INCENTIVE: "守信激励",
}
SEVERITIES_ZH: Mapping[statement_pb2.Severity.ValueType, str] = {
    statement_pb2.SEVERITY_UNSPECIFIED: "不分严重程度",
    statement_pb2.SEVERITY_MINOR: "轻微",
    statement_pb2.SEVERITY_GENERAL: "一般",
    statement_pb2.SEVERITY_SERIOUS: "严重",
}
EFFECTS_ZH: Mapping[str, str] = {
    "limit": "限制",
    "prohibit": "禁止",
    "ban": "市场禁入",
    "watch": "重点监管",
    "incentive": "激励",
}
ORIGINS_ZH: Mapping[str, str] = {
    "decision": "文书决定",
    "list": "列入名单",
    "statute": "法律规定",
    "policy": "管理措施",
}
ANSWERS_ZH: Mapping[str, str] = {"blocks": "禁止", "review": "需研判", "information": "仅供参考"}
QUERY_EFFECTS_ZH: Mapping[str, str] = {
    "block": "禁止",
    "review": "需研判",
    "info": "仅供参考",
    "none": "不提示",
}
CONFIDENCES_ZH: Mapping[str, str] = {"high": "高", "medium": "中", "low": "低(待核实)"}
FOR_EARLIER_ZH: Mapping[str, str] = {"none": "不适用于以前的决定", "if_lenient": "从轻适用于以前的决定"}
POLARITIES_ZH: Mapping[str, str] = {
    "negative": "失信",
    "positive": "守信",
    "neutral": "中性",
    "mixed": "兼有",
    "none": "无",
}
DISCLOSURES_ZH: Mapping[str, str] = {
    "by_severity": "按严重程度公示",
    "while_listed": "在列期间公示",
    "while_valid": "有效期内公示",
    "always": "一直公示",
    "never": "不公示",
}
UNITS_ZH: Mapping[str, str] = {"working_days": "个工作日", "days": "日", "months": "个月", "years": "年"}
NATIONAL_CLASS_KINDS_ZH: Mapping[str, str] = {
    "rights_reducing": "减损权益",
    "management": "管理措施",
    "market": "市场自主",
}
