"""A verdict as people read it, and as a program reads it: the verdict, why, by which article, until when.

Example::

    91130900DEM0000228  禁止 BLOCKED
      措施      一至三年内禁止参加政府采购活动 M-PRO-01：禁止（强制性限制）
      文书      沧示财采罚〔2025〕801号，沧州市(示例)财政局，2025-03-10
      依据      政府采购法 第七十七条
      期间      2025-03-10 至 2027-03-09
"""

from __future__ import annotations

from typing import Any

from google.protobuf.json_format import MessageToDict

from registry.v1.subject_pb2 import Scope
from registry.v1.verdict_pb2 import Checked, HitEffect, HitReason, IndeterminateReason
from registry_client.cli.output import china_time, print_facts, print_line
from registry_client.results import CheckResult, Hit, Verdict
from registry_client.words import EFFECTS, HIT_REASONS, INDETERMINATE, word_of

_STYLES = {
    Verdict.CLEAR: "bold green",
    Verdict.REVIEW: "bold yellow",
    Verdict.INDETERMINATE: "bold magenta",
    Verdict.BLOCKED: "bold red",
}
_INDENT = 2


def print_result(result: CheckResult) -> None:
    """Prints one verdict with its reasons, what was looked at, and under what it was given."""
    verdict = result.verdict
    print_line(f"{result.subject.value}  {verdict.word} {verdict.name}", style=_STYLES[verdict])
    if verdict is Verdict.INDETERMINATE:
        reason = word_of(INDETERMINATE, result.indeterminate_reason)
        print_facts([("原因", reason), ("说明", result.indeterminate_detail)], indent=_INDENT)
    for hit in result.hits:
        print_facts(_facts(hit), indent=_INDENT)
        print_line("")
    answered = result.answered
    print_facts(
        [
            ("查无记录", _checked(result.checked)),
            ("所问时点", china_time(answered.valid_time)),
            ("已知序号", str(answered.known_position)),
            ("目录版本", f"{answered.edition_label}（{answered.edition[:16]}）"),
        ],
        indent=_INDENT,
    )
    print_line("")


def print_combined(verdict: Verdict, members: int) -> None:
    """Prints the verdict on all members of a consortium together."""
    print_line(f"联合体（{members}个成员）：{verdict.word} {verdict.name}", style=_STYLES[verdict])


def as_json(result: CheckResult) -> dict[str, Any]:
    """The result as JSON: names of enumerations without their prefix, messages as protobuf's JSON mapping."""
    return {
        "subject": _message(result.subject),
        "verdict": result.verdict.name,
        "indeterminate_reason": _name(
            IndeterminateReason, result.indeterminate_reason, "INDETERMINATE_REASON_"
        ),
        "indeterminate_detail": result.indeterminate_detail,
        "hits": [_hit_as_json(hit) for hit in result.hits],
        "checked_and_empty": _message(result.checked),
        "answered": {
            "origin": result.answered.origin,
            "known_position": result.answered.known_position,
            "valid_time": result.answered.valid_time.isoformat(),
            "edition": result.answered.edition,
            "edition_label": result.answered.edition_label,
        },
    }


def _facts(hit: Hit) -> list[tuple[str, str]]:
    reasons = "、".join(word_of(HIT_REASONS, reason) for reason in hit.reasons)
    effect = word_of(EFFECTS, hit.effect) + (f"（{reasons}）" if reasons else "")
    document = hit.document
    return [
        ("措施", f"{hit.measure_name} {hit.measure_code}：{effect}"),
        ("名单", f"{hit.list_name} {hit.list_code}".strip()),
        ("文书", "，".join(filter(None, (document.number, document.authority, document.decided_on)))),
        ("依据", "；".join(hit.legal_basis)),
        ("期间", f"{hit.first} 至 {_last_day(hit)}"),
        ("范围", _scope(hit.scope)),
        ("救济", hit.relief),
        ("陈述", f"序号{hit.position}，{hit.statement_id}"),
    ]


def _last_day(hit: Hit) -> str:
    return "终身" if hit.lifetime else hit.until or "未定（状态存续期间）"


def _scope(scope: Scope) -> str:
    parts = (("地区", scope.region), ("行业", scope.industry), ("活动", scope.activity))
    return "，".join(f"{name}{value}" for name, value in parts if value)


def _checked(checked: Checked) -> str:
    lists = (f"{each.name}{'' if each.connected else '（来源未接入）'}" for each in checked.lists)
    return "、".join((*lists, *(each.code for each in checked.measures)))


def _hit_as_json(hit: Hit) -> dict[str, Any]:
    return {
        "measure_code": hit.measure_code,
        "measure_name": hit.measure_name,
        "effect": _name(HitEffect, hit.effect, "HIT_EFFECT_"),
        "reasons": [_name(HitReason, reason, "HIT_REASON_") for reason in hit.reasons],
        "list_code": hit.list_code,
        "list_name": hit.list_name,
        "document": _message(hit.document),
        "legal_basis": list(hit.legal_basis),
        "from": hit.first,
        "until": hit.until,
        "lifetime": hit.lifetime,
        "scope": _message(hit.scope),
        "relief": hit.relief,
        "position": hit.position,
        "statement_id": hit.statement_id,
        "department": hit.department,
    }


def _message(message: Any) -> dict[str, Any]:
    return MessageToDict(message, preserving_proto_field_name=True)


def _name(enumeration: Any, value: int, prefix: str) -> str:
    """The name of a value without prefix; its number where this release does not know it."""
    known = value in enumeration.values()
    return enumeration.Name(value).removeprefix(prefix) if known else str(value)
