"""The acts of a referral in words, one after the other, with their texts for whoever may have them.

Example: of a refusal the day, 不予受理 and the reason; an auditor sees the day and that it was refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from registry.domain.files import ACT_NAMES
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import FileAct
from registry_client.supervision.referral_words import ACT_WORDS, REFERRAL_DIRECTIONS, REFERRAL_RESULTS
from registry_client.words import word_of
from registry_web.console.pages.referral_forms import Held
from registry_web.console.pages.supervision import address_of


def timeline(held: Held) -> Iterator[dict[str, Any]]:
    """The acts of a referral in words, with their texts for whoever may have them."""
    texts = {each.position: each.statement.envelope.payload for each in held.view.statements}
    for act in held.file.acts:
        name = ACT_NAMES[act.act]
        payload = texts.get(act.position, b"")
        yield {
            "word": ACT_WORDS.get(name, name),
            "department": held.departments.name(act.department),
            "act": act,
            "linked": address_of(act.linked, held.departments) if act.linked.kind else "",
            "facts": [(label, text) for label, text in _facts(name, act, payload) if text],
        }


def _facts(name: str, act: FileAct, payload: bytes) -> list[tuple[str, str]]:
    found = [(_OF_DAY.get(name, "日期"), act.on)] if act.on else []
    if name == "referral_acceptance":
        found.append(("受理决定", "受理" if act.result else "不予受理"))
    elif name == "referral_outcome":
        found.append(("处理结果", word_of(REFERRAL_RESULTS, act.result)))
    elif name == "urging":
        found.append(("办结期限", act.until))
    said = getattr(Statement.FromString(payload).supervision, name) if payload else None
    return found + (_texts(name, said) if said is not None else [])


def _texts(name: str, said: Any) -> list[tuple[str, str]]:
    if name == "referral":
        return [
            ("移送方向", word_of(REFERRAL_DIRECTIONS, said.direction)),
            ("所涉主体", f"{said.subject.name} {said.subject.identifier.value}".strip()),
            ("事实", said.facts),
            ("依据", "; ".join(said.legal_basis)),
            ("证据材料", "; ".join(f"{each.title} ({each.sha256.hex()[:16]}…)" for each in said.evidence)),
        ]
    if name == "referral_outcome":
        return [("文书", f"{said.paper.number} {said.paper.issued_on}".strip()), ("理由", said.reason)]
    return [(label, getattr(said, field, "")) for field, label in _PLAIN]


_PLAIN = (("reason", "理由"), ("text", "内容"))
_OF_DAY: Mapping[str, str] = {
    "referral": "移送日期",
    "referral_acceptance": "受理日期",
    "referral_outcome": "结果日期",
    "referral_answer": "反馈日期",
    "urging": "督办日期",
}
