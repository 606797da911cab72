"""Verdicts as messages. What many answers have in common is built once and copied."""

from __future__ import annotations

from datetime import date

from google.protobuf.internal.containers import RepeatedCompositeFieldContainer

from registry.sanctions.catalogue import Edition, Measure
from registry.sanctions.verdict import Hit, Question
from registry.v1 import restriction_service_pb2, subject_pb2, verdict_pb2

MAX_KEPT = 4096
_HitKey = tuple[str, str, str, date, int, tuple[int, ...], tuple[str, ...]]
_FrameKey = tuple[str, int, int, date, frozenset[str], frozenset[str]]


class VerdictMessages:
    """Builds answers, keeping the parts that do not depend on the subject."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._hits: dict[_HitKey, bytes] = {}
        self._frames: dict[_FrameKey, restriction_service_pb2.CheckResponse] = {}

    def add_hit(
        self, hits: RepeatedCompositeFieldContainer[verdict_pb2.Hit], hit: Hit, edition: Edition
    ) -> None:
        """Adds the message of a hit: what its measure, list and articles say, then the restriction's own."""
        row = hit.restriction
        code, law_date = row.measure.code, row.law_date
        key = (edition.hash, code, row.list_code, law_date, hit.effect, hit.reasons, row.legal_basis)
        common = self._hits.get(key)
        if common is None:
            if len(self._hits) >= MAX_KEPT:
                self._hits.clear()
            common = self._hits[key] = common_hit(hit, edition).SerializeToString()
        message = hits.add()
        message.MergeFromString(common)  # Reading is quicker than copying.
        message.document.CopyFrom(row.document)
        setattr(message, "from", row.period.first.isoformat())
        if row.period.last is not None:
            message.until = row.period.last.isoformat()
        if row.lifetime:
            message.lifetime = True
        if row.region or row.industry or row.activity:
            scope = subject_pb2.Scope(region=row.region, industry=row.industry, activity=row.activity)
            message.scope.CopyFrom(scope)
        message.position, message.statement_id = row.position, row.statement_id
        message.department = row.department

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
            if len(self._frames) >= MAX_KEPT:
                self._frames.clear()
            message = self._frames[key] = restriction_service_pb2.CheckResponse(
                checked_and_empty=checked_message(question, edition, lists_connected, found),
                answered=restriction_service_pb2.Answered(
                    origin=self._origin, edition=edition.hash, edition_label=edition.label
                ),
            )
        return message


def common_hit(hit: Hit, edition: Edition) -> verdict_pb2.Hit:
    """What every hit by the same measure, list, articles and reasons says: names, law, the way out."""
    row, measure = hit.restriction, hit.restriction.measure
    entry = edition.credit_list(row.list_code, row.law_date) if row.list_code else None
    return verdict_pb2.Hit(
        measure_code=measure.code,
        measure_name=measure.name_zh,
        effect=hit.effect,
        reasons=hit.reasons,
        list_code=row.list_code,
        list_name=entry.name_zh if entry else "",
        legal_basis=row.legal_basis,
        relief=entry.relief if entry else measure.relief,
    )


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
