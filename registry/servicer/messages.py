"""Verdicts as messages. What many answers have in common is built once and copied."""

from __future__ import annotations

from datetime import date

from google.protobuf.internal.containers import RepeatedCompositeFieldContainer

from registry.commands.ask import Matter
from registry.sanctions.catalogue.edition import Edition, Measure
from registry.sanctions.hit_message import IdentifierOf, common_hit, put_own
from registry.sanctions.verdict import Hit, Question, is_stale
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2, verdict_pb2

MAX_KEPT = 4096
MAX_FRAMES = 512
"""Frames that are kept: nearly every question is about now, and each delivery makes new ones."""
_HitKey = tuple[object, ...]
_FrameKey = tuple[object, ...]


class VerdictMessages:
    """Builds answers, keeping the parts that do not depend on the subject. ``identifier_of`` leads from a
    subject's reference back to the identifier, as it may be shown."""

    def __init__(self, origin: str, identifier_of: IdentifierOf) -> None:
        self._origin = origin
        self._identifier_of = identifier_of
        self._hits: dict[_HitKey, bytes] = {}
        self._frames: dict[_FrameKey, pb.CheckResponse] = {}

    def add_hit(
        self, hits: RepeatedCompositeFieldContainer[verdict_pb2.Hit], hit: Hit, edition: Edition
    ) -> None:
        """Adds the message of a hit: what its measure, list and articles say, then the restriction's own."""
        row = hit.restriction
        ground, measure, list_code = row.ground, row.measure, row.list_code
        # An imposed measure is a row of the edition that applied to its document, any other is one of this
        # edition. Which row of a list applies, its day says.
        listed_on = row.period.first if list_code else None
        key = (edition.hash, ground.edition, measure.code, measure.effective_from, list_code, listed_on,
               hit.effect, hit.reasons, hit.status, row.milder, row.legal_basis)  # fmt: skip
        common = self._hits.get(key)
        if common is None:
            if len(self._hits) >= MAX_KEPT:
                self._hits.clear()
            common = self._hits[key] = common_hit(hit, edition).SerializeToString()
        message = hits.add()
        message.MergeFromString(common)  # Reading is quicker than copying.
        put_own(message, hit, self._identifier_of)

    def frame(self, question: Question, matter: Matter, found: frozenset[str]) -> pb.CheckResponse:
        """An answer without its particulars, to be copied and never changed: under which edition it is
        given, and what was examined without the measures and lists that were ``found``."""
        edition, key = matter.edition, (matter.basis, question.role, found)
        message = self._frames.get(key)
        if message is None:
            if len(self._frames) >= MAX_FRAMES:
                self._frames.clear()
            message = self._frames[key] = pb.CheckResponse(
                checked_and_empty=checked_message(question, matter, found),
                answered=pb.Answered(origin=self._origin, edition=edition.hash, edition_label=edition.label),
            )
        return message


def checked_message(question: Question, matter: Matter, found: frozenset[str]) -> verdict_pb2.Checked:
    """Every measure of the domain that can fall on the role, and the lists behind them. Of a measure that
    must have a source and has none nobody can say that nothing was found."""
    message, edition = verdict_pb2.Checked(), matter.edition
    unsaid = found.union(set(edition.required_measures(question.domain)).difference(matter.connected))
    codes: dict[str, None] = dict.fromkeys(edition.required_lists(question.domain))
    for measure in edition.measures_asked(question.domain, question.day):
        if not can_bind(measure, question.role, edition):
            continue
        if measure.code not in unsaid:
            message.measures.add(code=measure.code, name=measure.name_zh)
        codes.update(dict.fromkeys(measure.triggering_lists))
    for code in codes:
        if code not in found and (told := list_message(code, question.day, matter)) is not None:
            message.lists.append(told)
    return message


def list_message(code: str, day: date, matter: Matter) -> verdict_pb2.CheckedList | None:
    """A list with the freshness of its source; None if it is no list on the day."""
    entry, note = matter.edition.credit_list(code, day), matter.delivered.get(code)
    if entry is None:
        return None
    return verdict_pb2.CheckedList(
        code=code,
        name=entry.name_zh,
        connected=code in matter.connected and note is not None,
        as_of=note.as_of.isoformat() if note else "",
        stale=is_stale(code, day, matter.edition, matter.delivered),
        max_age_days=entry.max_age_days or 0,
    )


def list_messages(matter: Matter) -> list[verdict_pb2.CheckedList]:
    """Every list of the edition with the freshness of its source, by code."""
    lists = (list_message(code, matter.question.day, matter) for code in sorted(matter.edition.lists))
    return [each for each in lists if each is not None]


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
