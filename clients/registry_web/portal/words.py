"""Words of the portal's pages: regions, domains, what a field of a record is called.

Chinese; the English of each is in ``wording/portal.toml`` and a test finds what is missing there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from functools import cache

from google.protobuf.timestamp_pb2 import Timestamp

from registry.domain.periods import CHINA
from registry.v1 import record_service_pb2 as record
from registry.v1 import subject_pb2 as subject
from registry_client.layouts import LAYOUTS

DOMAINS: Mapping[int, str] = {
    subject.DOMAIN_PROCUREMENT: "政府采购",
    subject.DOMAIN_BIDDING: "工程招投标",
    subject.DOMAIN_BUSINESS: "经营",
    subject.DOMAIN_FINANCING: "投融资",
    subject.DOMAIN_GENERAL: "一般",
    subject.DOMAIN_SUPERVISION: "监管",
}
"""The domains of which restrictions are disclosed, in the order of the pages."""
DOMAIN_NAMES: Mapping[str, int] = {
    "procurement": subject.DOMAIN_PROCUREMENT,
    "bidding": subject.DOMAIN_BIDDING,
    "business": subject.DOMAIN_BUSINESS,
    "financing": subject.DOMAIN_FINANCING,
    "general": subject.DOMAIN_GENERAL,
    "supervision": subject.DOMAIN_SUPERVISION,
}
"""What a domain is called in an address."""
EVERYWHERE = "不限地域"
REGIONS: Mapping[str, str] = {
    "": EVERYWHERE,
    "130000": "河北省",
    "130900": "沧州市",
    "130902": "新华区",
    "130903": "运河区",
    "130921": "沧县",
    "130922": "青县",
    "130923": "东光县",
    "130924": "海兴县",
    "130925": "盐山县",
    "130926": "肃宁县",
    "130927": "南皮县",
    "130928": "吴桥县",
    "130929": "献县",
    "130930": "孟村回族自治县",
    "130981": "泊头市",
    "130982": "任丘市",
    "130983": "黄骅市",
    "130984": "河间市",
}
"""GB/T 2260; a code that is not here is shown as it is."""
STATES: Mapping[int, str] = {
    record.ENTRY_STATE_STANDS: "存续",
    record.ENTRY_STATE_CORRECTED: "已更正",
    record.ENTRY_STATE_WITHDRAWN: "已撤回",
    record.ENTRY_STATE_REPAIRED: "已修复",
}

CHECKS: Mapping[str, str] = {
    "attachment": "PDF附件",
    "page": "PDF页面",
    "printing": "印制说明",
    "form": "回执格式",
    "terms": "回执级别",
    "nonce": "随机数",
    "answer signature": "登记系统的签名",
    "shortfall": "证明的不足",
    "question": "问题与答复",
    "request hash": "原请求摘要",
    "caller": "查询者",
    "answered": "答复时间",
    "evidence": "证明",
    "checkpoint": "检查点",
    "witnesses": "见证人",
    "consistency": "日志一致性",
    "inclusion": "叶子在日志中",
    "statements": "陈述",
    "chains": "记录完整",
    "department signatures": "部门签名",
    "keys": "签名密钥",
    "receipt key": "回执密钥",
    "mandate": "部门职权",
    "edition": "目录版本",
    "draft": "目录草案",
    "time": "外部时间",
    "stamped root": "时间戳所盖的根",
    "time authority": "时间戳机构",
    "verdict": "结论",
    "bids": "各投标的结论",
    "record": "记录",
    "corrections": "更正",
    "beside": "附带信息",
    "clocks": "期限",
}
"""What each line of a verification is called; the names are those of ``registryctl verify``."""
_PREFIX_DOMAINS = {
    "PRO": "procurement", "BID": "bidding", "BUS": "business", "FIN": "financing", "GEN": "general",
    "SUP": "supervision",
}  # fmt: skip


def china_minute(instant: Timestamp) -> str:
    """An instant as a clock in China shows it, to the minute; empty where there is none."""
    if not instant.seconds:
        return ""
    return f"{instant.ToDatetime(UTC).astimezone(CHINA):%Y-%m-%d %H:%M}"


@cache
def field_headings() -> Mapping[str, str]:
    """What the content fields of a record are called, as in the files that departments deliver."""
    found: dict[str, str] = {}
    for layout in LAYOUTS:
        for column in layout.columns:
            if column.content:
                found.setdefault(column.content, column.heading)
    return found


def domain_of(measure: str) -> str:
    """The domain that a measure's code names, as it is called in an address."""
    return _PREFIX_DOMAINS.get(measure[2:5], "")


def region_name(code: str) -> str:
    """A region by its name, or by its code."""
    return REGIONS.get(code, code) if code else EVERYWHERE
