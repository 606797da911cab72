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

from registry.v1.verdict_pb2 import Checked, CheckedList, IndeterminateReason
from registry_client.cli import hit_text, identity_text
from registry_client.cli.output import china_time, print_facts, print_line
from registry_client.results import Answered, CheckResult, Verdict
from registry_client.words import INDETERMINATE, word_of

STYLES = {
    Verdict.CLEAR: "bold green",
    Verdict.REVIEW: "bold yellow",
    Verdict.INDETERMINATE: "bold magenta",
    Verdict.BLOCKED: "bold red",
}
_INDENT = 2


def print_result(result: CheckResult) -> None:
    """Prints one verdict with its reasons, what was looked at, and under what it was given."""
    print_verdict(result)
    for hit in result.hits:
        print_facts(hit_text.facts(hit), indent=_INDENT)
        print_line("")
    print_facts([("查无记录", _checked(result.checked)), *under_what(result.answered)], indent=_INDENT)
    print_line("")


def print_verdict(result: CheckResult) -> None:
    """Prints the verdict with whom the code names, and why it is INDETERMINATE where it is."""
    verdict, identity = result.verdict, result.identity
    print_line(f"{result.subject.value}  {verdict.word} {verdict.name}", style=STYLES[verdict])
    if verdict is Verdict.INDETERMINATE:
        reason = word_of(INDETERMINATE, result.indeterminate_reason)
        print_facts([("原因", reason), ("说明", result.indeterminate_detail)], indent=_INDENT)
    if identity is not None and identity_text.worth_telling(identity):
        line = identity_text.identity_line(identity, result.subject.value)
        print_facts([("身份", line)], indent=_INDENT)


def under_what(answered: Answered) -> list[tuple[str, str]]:
    """Labels and texts: under what an answer was given."""
    return [
        ("所问时点", china_time(answered.valid_time)),
        ("已知序号", str(answered.known_position)),
        ("目录版本", f"{answered.edition_label}（{answered.edition[:16]}）"),
    ]


def print_combined(verdict: Verdict, members: int) -> None:
    """Prints the verdict on all members of a consortium together."""
    print_line(f"联合体（{members}个成员）：{verdict.word} {verdict.name}", style=STYLES[verdict])


def freshness(checked: CheckedList) -> str:
    """How fresh the source of a list is."""
    if not checked.connected:
        return "来源未接入"
    if checked.stale:
        return f"报送至{checked.as_of}，已超过{checked.max_age_days}天的期限"
    return f"报送至{checked.as_of}" if checked.as_of else ""


def as_json(result: CheckResult) -> dict[str, Any]:
    """The result as JSON: names of enumerations without their prefix, messages as protobuf's JSON mapping."""
    identity = result.identity
    return {
        "subject": hit_text.message(result.subject),
        "verdict": result.verdict.name,
        "indeterminate_reason": reason_name(result.indeterminate_reason),
        "indeterminate_detail": result.indeterminate_detail,
        "identity": None if identity is None else identity_text.as_json(identity),
        "hits": [hit_text.as_json(hit) for hit in result.hits],
        "checked_and_empty": hit_text.message(result.checked),
        "answered": answered_as_json(result.answered),
    }


def reason_name(reason: IndeterminateReason.ValueType) -> str:
    """The name of a reason."""
    return hit_text.name(IndeterminateReason, reason, "INDETERMINATE_REASON_")


def answered_as_json(answered: Answered) -> dict[str, Any]:
    """Under what an answer was given, as JSON."""
    return {
        "origin": answered.origin,
        "known_position": answered.known_position,
        "known_time": answered.known_time.isoformat(),
        "valid_time": answered.valid_time.isoformat(),
        "edition": answered.edition,
        "edition_label": answered.edition_label,
    }


def _checked(checked: Checked) -> str:
    lists = (f"{each.name}{_in_brackets(freshness(each))}" for each in checked.lists)
    return "、".join((*lists, *(each.code for each in checked.measures)))


def _in_brackets(text: str) -> str:
    return f"（{text}）" if text else ""
