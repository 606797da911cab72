"""A restriction that a question met, as people read it and as a program reads it.

Example::

    措施      一至三年内禁止参加政府采购活动 M-PRO-01：需研判（中止执行）
    文书      沧示财采罚〔2025〕801号，沧州市(示例)财政局，2025-03-10
    依据      政府采购法 第七十七条
    期间      2025-03-10 至 2027-03-09，中止执行
    关联      限制落在所属法人 91130900DEM0000228
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf.json_format import MessageToDict

from registry.v1 import verdict_pb2
from registry.v1.subject_pb2 import Scope
from registry.v1.verdict_pb2 import HitEffect, HitReason, HitStatus, RestrictionOrigin, SubjectRelation
from registry_client.results import Hit
from registry_client.words import EFFECTS, HIT_REASONS, RELATIONS, STATUSES, word_of

_ITSELF = (verdict_pb2.SUBJECT_RELATION_UNSPECIFIED, verdict_pb2.SUBJECT_RELATION_SELF)
_PLAIN = (verdict_pb2.HIT_STATUS_UNSPECIFIED, verdict_pb2.HIT_STATUS_IN_FORCE)


def facts(hit: Hit) -> list[tuple[str, str]]:
    """Labels and texts: the measure and what it means, the document, the law, the days, the way out."""
    reasons = "、".join(word_of(HIT_REASONS, reason) for reason in hit.reasons)
    effect = word_of(EFFECTS, hit.effect) + (f"（{reasons}）" if reasons else "")
    return [
        ("措施", f"{hit.measure_name} {hit.measure_code}：{effect}"),
        ("名单", f"{hit.list_name} {hit.list_code}".strip()),
        ("文书", document(hit)),
        ("依据", "；".join(hit.legal_basis)),
        ("期间", days(hit)),
        ("范围", _scope(hit.scope)),
        ("关联", related(hit)),
        ("注意", "；".join(_remarks(hit))),
        ("救济", hit.relief),
        ("陈述", f"序号{hit.position}，{hit.statement_id}"),
    ]


def document(hit: Hit) -> str:
    """Number, authority and day of the document."""
    paper = hit.document
    return "，".join(filter(None, (paper.number, paper.authority, paper.decided_on)))


def days(hit: Hit) -> str:
    """First and last day, and where the restriction stands if it is not simply in force."""
    last = "终身" if hit.lifetime else hit.until or "未定（状态存续期间）"
    standing = "" if hit.status in _PLAIN else f"，{word_of(STATUSES, hit.status)}"
    return f"{hit.first} 至 {last}{standing}"


def related(hit: Hit) -> str:
    """On whom it fell, where that is not the code asked about."""
    if hit.relation in _ITSELF:
        return ""
    code = f" {hit.related.value}" if hit.related is not None else ""
    return f"限制落在{word_of(RELATIONS, hit.relation)}{code}"


def as_json(hit: Hit) -> dict[str, Any]:
    """The hit as JSON: names of enumerations without their prefix, messages as protobuf's JSON mapping."""
    return {
        "measure_code": hit.measure_code,
        "measure_name": hit.measure_name,
        "effect": name(HitEffect, hit.effect, "HIT_EFFECT_"),
        "reasons": [name(HitReason, reason, "HIT_REASON_") for reason in hit.reasons],
        "status": name(HitStatus, hit.status, "HIT_STATUS_"),
        "origin": name(RestrictionOrigin, hit.origin, "RESTRICTION_ORIGIN_"),
        "list_code": hit.list_code,
        "list_name": hit.list_name,
        "document": message(hit.document),
        "legal_basis": list(hit.legal_basis),
        "from": hit.first,
        "until": hit.until,
        "lifetime": hit.lifetime,
        "scope": message(hit.scope),
        "relation": name(SubjectRelation, hit.relation, "SUBJECT_RELATION_"),
        "related": None if hit.related is None else message(hit.related),
        "unconfirmed": hit.unconfirmed,
        "milder_rule": hit.milder_rule,
        "repeats_position": hit.repeats_position,
        "relief": hit.relief,
        "position": hit.position,
        "statement_id": hit.statement_id,
        "department": hit.department,
    }


def message(sent: Any) -> dict[str, Any]:
    """A message in protobuf's JSON mapping."""
    return MessageToDict(sent, preserving_proto_field_name=True)


def name(enumeration: Any, value: int, prefix: str) -> str:
    """The name of a value without prefix; its number where this release does not know it."""
    known = value in enumeration.values()
    return enumeration.Name(value).removeprefix(prefix) if known else str(value)


def _scope(scope: Scope) -> str:
    parts = (("地区", scope.region), ("行业", scope.industry), ("活动", scope.activity))
    return "，".join(f"{label}{value}" for label, value in parts if value)


def _remarks(hit: Hit) -> Iterator[str]:
    if hit.unconfirmed:
        yield "目录把这一依据标为待核实"
    if hit.milder_rule:
        yield "已按从旧兼从轻适用较轻的新规则"
    if hit.repeats_position is not None:
        yield f"再次违法：此前同一措施的决定在序号{hit.repeats_position}"
