"""Verdicts as messages. A hit and a list of what was checked are built once and used again."""

from __future__ import annotations

from datetime import date

from registry.sanctions.catalogue import Edition, Measure
from registry.sanctions.verdict import Hit, Question
from registry.v1 import restriction_service_pb2, subject_pb2, verdict_pb2

MAX_HITS = 200_000
MAX_FRAMES = 4096
_HitKey = tuple[str, int, int, int, int, tuple[int, ...]]
_FrameKey = tuple[str, int, int, date, frozenset[str], frozenset[str]]


class VerdictMessages:
    """Builds the parts of an answer, keeping those that do not change."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._hits: dict[_HitKey, verdict_pb2.Hit] = {}
        self._frames: dict[_FrameKey, restriction_service_pb2.CheckResponse] = {}

    def hit(self, hit: Hit, edition: Edition) -> verdict_pb2.Hit:
        """The message of a hit; to be copied, never changed."""
        row = hit.restriction
        key = (edition.hash, row.position, row.ordinal, row.known_from, hit.effect, hit.reasons)
        message = self._hits.get(key)
        if message is None:
            if len(self._hits) >= MAX_HITS:
                self._hits.clear()
            message = self._hits[key] = hit_message(hit, edition)
        return message

    def frame(
        self,
        question: Question,
        edition: Edition,
        lists_connected: frozenset[str],
        found: frozenset[str],
    ) -> restriction_service_pb2.CheckResponse:
        """An answer without its particulars, to be copied and never changed: under which edition it is
        given, and what was examined without the measures and lists that were ``found``."""
        key = (edition.hash, question.domain, question.role, question.day, lists_connected, found)
        message = self._frames.get(key)
        if message is None:
            if len(self._frames) >= MAX_FRAMES:
                self._frames.clear()
            message = self._frames[key] = restriction_service_pb2.CheckResponse(
                checked_and_empty=checked_message(question, edition, lists_connected, found),
                answered=restriction_service_pb2.Answered(
                    origin=self._origin, edition=edition.hash, edition_label=edition.label
                ),
            )
        return message


def hit_message(hit: Hit, edition: Edition) -> verdict_pb2.Hit:
    """The message of a hit, with names, article, document and the way out."""
    row, measure = hit.restriction, hit.restriction.measure
    entry = edition.credit_list(row.list_code, row.law_date) if row.list_code else None
    message = verdict_pb2.Hit(
        measure_code=measure.code,
        measure_name=measure.name_zh,
        effect=hit.effect,
        reasons=hit.reasons,
        list_code=row.list_code,
        list_name=entry.name_zh if entry else "",
        document=row.document,
        legal_basis=row.legal_basis,
        until=row.period.last.isoformat() if row.period.last else "",
        lifetime=row.lifetime,
        scope=subject_pb2.Scope(region=row.region, industry=row.industry, activity=row.activity),
        relief=entry.relief if entry else measure.relief,
        position=row.position,
        statement_id=row.statement_id,
        department=row.department,
    )
    setattr(message, "from", row.period.first.isoformat())
    return message


def checked_message(
    question: Question, edition: Edition, lists_connected: frozenset[str], found: frozenset[str]
) -> verdict_pb2.Checked:
    """Every measure of the domain that can fall on the role, and the lists behind them."""
    message = verdict_pb2.Checked()
    codes: dict[str, None] = dict.fromkeys(edition.required_lists(question.domain))
    for measure in edition.measures_asked(question.domain, question.day):
        if not can_bind(measure, question.role, edition):
            continue
        if measure.code not in found:
            message.measures.add(code=measure.code, name=measure.name_zh)
        codes.update(dict.fromkeys(measure.triggering_lists))
    for code in codes:
        entry = edition.credit_list(code, question.day)
        if code not in found and entry is not None:
            message.lists.add(code=code, name=entry.name_zh, connected=code in lists_connected)
    return message


def can_bind(measure: Measure, role: subject_pb2.SubjectRole.ValueType, edition: Edition) -> bool:
    """Whether a measure can bind anyone in a role; every measure, where the role is not stated."""
    if role == subject_pb2.SUBJECT_ROLE_UNSPECIFIED:
        return True
    kinds = measure.subject_kinds or {subject_pb2.SUBJECT_KIND_UNSPECIFIED}
    return any(edition.binds(measure, role, kind=kind, capacities=measure.capacities) for kind in kinds)


def found_codes(hits: tuple[Hit, ...]) -> frozenset[str]:
    """Codes of the measures and lists that were met."""
    rows = [hit.restriction for hit in hits]
    return frozenset({row.measure.code for row in rows} | {row.list_code for row in rows if row.list_code})
