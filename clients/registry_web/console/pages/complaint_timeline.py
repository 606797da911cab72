"""A complaint in words: where it stands, its acts with their texts for whoever may have them, what is sealed.

Example: of a report that was verified on 2026-03-20 the last act reads 核查, 结果 立案.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from registry.domain.files import ACT_NAMES
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import FileAct, GetFileResponse, SupervisionFile
from registry_client.supervision.complaint_words import (
    ACT_WORDS,
    COMPLAINT_CHANNELS,
    MEDIATION_STAGES,
    VERIFICATION_RESULTS,
)
from registry_client.words import word_of
from registry_web.console.pages.framing import Departments
from registry_web.console.pages.supervision import address_of


def state_of(file: SupervisionFile) -> str:
    """Where a complaint stands, in a word."""
    for act in reversed(file.acts):
        name = ACT_NAMES[act.act]
        if name == "complaint_verification":
            return word_of(VERIFICATION_RESULTS, act.result)
        if name == "complaint_mediation":
            return word_of(MEDIATION_STAGES, act.result)
        if name == "complaint_acceptance":
            return "已受理" if act.result else "不予受理"
    return "已登记"


def decision_of(file: SupervisionFile) -> str:
    """The credit event that came of a complaint; empty if none did."""
    return next((act.decision.statement_id for act in file.acts if act.decision.statement_id), "")


def timeline(view: GetFileResponse, departments: Departments) -> Iterator[dict[str, Any]]:
    """The acts of a complaint in words, with their texts for whoever may have them."""
    texts = {each.position: each.statement.envelope.payload for each in view.statements}
    for act in view.file.acts:
        name = ACT_NAMES[act.act]
        payload = texts.get(act.position, b"")
        said = getattr(Statement.FromString(payload).supervision, name) if payload else None
        yield {
            "word": ACT_WORDS.get(name, name),
            "department": departments.name(act.department),
            "act": act,
            "linked": address_of(act.linked, departments) if act.linked.kind else "",
            "facts": [(label, text) for label, text in _facts(name, act, said) if text],
        }


_RESULTS: Mapping[str, Mapping[str, int]] = {
    "complaint_acceptance": {"受理": 1, "不予受理": 0},
    "complaint_mediation": MEDIATION_STAGES,
    "complaint_verification": VERIFICATION_RESULTS,
}
_TEXTS = (("summary", "摘要"), ("reason", "理由"), ("manner", "告知方式"), ("text", "说明"))


def _facts(name: str, act: FileAct, said: Any) -> list[tuple[str, str]]:
    found = [("日期", act.on)]
    if name in _RESULTS:
        words = {value: word for word, value in _RESULTS[name].items()}
        found.append(("结果", words.get(act.result, "")))
    if name == "identity_opening":
        found.append(("保管人", ", ".join(act.official_ids)))
    if said is None:
        return found
    if name == "complaint":
        found.append(("来源", word_of(COMPLAINT_CHANNELS, said.channel)))
    return found + [(label, getattr(said, field, "")) for field, label in _TEXTS]


def sealed_in(view: GetFileResponse) -> list[tuple[str, str, int]]:
    """What is sealed: which part, its digest, its size."""
    if not view.statements:
        return []
    payload = view.statements[0].statement.envelope.payload
    complaint = Statement.FromString(payload).supervision.complaint
    items = [("内容", complaint.content)]
    if complaint.HasField("reporter"):
        items.append(("举报人身份", complaint.reporter))
    return [(word, item.sha256.hex(), item.size) for word, item in items]
