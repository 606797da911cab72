"""The verdict (结论): what the law says follows for a question, at a position and on a day.

A pure function of (record of the subject up to position N, catalogue edition, question, day T).

Rules
* A restriction counts if it was known at N, is in force on T, and its measure acts in the domain
  asked about. It is never carried into another domain (不当联结, 国办发〔2020〕49号).
* It is *in scope* if it falls on the role asked about and its region, industry, activity and kind of
  tender cover the matter. If the question does not say enough to tell, it is unsettled → REVIEW. If
  it says the contrary, the hit is shown as information and does not count.
* In scope, the measure's ``answer`` decides: a mandatory one blocks, a discretionary one needs
  review, a supervision measure informs. A row that the catalogue marks as low confidence never
  blocks by itself.
* Blocks outrank everything. Otherwise a subject that is unknown at N, or a domain in which a source
  that law requires to be checked is not connected at N, is INDETERMINATE; only then come REVIEW and
  CLEAR. Never a false CLEAR.

Example: M-BID-01 in force (招标投标法 第五十三条, compulsory tenders only). Asked for a compulsory
tender and a bidder: BLOCKED. Tender kind not stated: REVIEW. A voluntary tender: CLEAR, with the
restriction shown as information.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from registry.domain.scopes import Relation, activity_relation, industry_relation, region_relation
from registry.sanctions.catalogue import Edition
from registry.sanctions.restriction import Restriction, SubjectRecord
from registry.v1 import subject_pb2 as subject
from registry.v1 import verdict_pb2 as pb


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, without whom it is asked about. ``day`` is the day in China of the valid time."""

    domain: subject.Domain.ValueType
    role: subject.SubjectRole.ValueType
    day: date
    region: str = ""
    industry: str = ""
    activity: str = ""
    tender_kind: subject.TenderKind.ValueType = subject.TENDER_KIND_UNSPECIFIED


@dataclass(frozen=True, slots=True)
class Hit:
    """A restriction that the question met, and what it means for it."""

    restriction: Restriction
    effect: pb.HitEffect.ValueType
    reasons: tuple[pb.HitReason.ValueType, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict with its reasons; hits in the order in which the log recorded them."""

    verdict: pb.Verdict.ValueType
    hits: tuple[Hit, ...] = ()
    indeterminate: pb.IndeterminateReason.ValueType = pb.INDETERMINATE_REASON_UNSPECIFIED


class _Bearing(IntEnum):
    """How far one part of a restriction's scope bears on the question; the worst part decides."""

    IN_SCOPE = 0
    UNSETTLED = 1
    OUT_OF_SCOPE = 2


_Part = tuple[_Bearing, pb.HitReason.ValueType]

CLEAR = Decision(pb.VERDICT_CLEAR)
UNKNOWN = Decision(pb.VERDICT_INDETERMINATE, indeterminate=pb.INDETERMINATE_REASON_SUBJECT_UNKNOWN)
_ROLES = tuple(role for role in subject.SubjectRole.values() if role != subject.SUBJECT_ROLE_UNSPECIFIED)
_ANSWERS = {
    "blocks": (pb.HIT_EFFECT_BLOCKS, pb.HIT_REASON_MANDATORY),
    "review": (pb.HIT_EFFECT_NEEDS_REVIEW, pb.HIT_REASON_DISCRETIONARY),
    "information": (pb.HIT_EFFECT_INFORMATION, pb.HIT_REASON_NOT_A_RESTRICTION),
}
_UNSETTLED_OR_OUTSIDE = {
    "region": (pb.HIT_REASON_REGION_NOT_SETTLED, pb.HIT_REASON_OTHER_REGION),
    "industry": (pb.HIT_REASON_INDUSTRY_NOT_SETTLED, pb.HIT_REASON_OTHER_INDUSTRY),
    "activity": (pb.HIT_REASON_ACTIVITY_NOT_SETTLED, pb.HIT_REASON_OTHER_ACTIVITY),
}


def decide(
    question: Question,
    record: SubjectRecord | None,
    *,
    position: int,
    edition: Edition,
    lists_connected: frozenset[str],
) -> Decision:
    """The verdict on the subject of ``record`` (None: nothing was ever stated about it)."""
    if record is None:
        return UNKNOWN
    hits = _hits(question, record, position, edition) if record.restrictions else ()
    effects = [hit.effect for hit in hits] if hits else ()
    if pb.HIT_EFFECT_BLOCKS in effects:
        return Decision(pb.VERDICT_BLOCKED, hits)
    if not record.known_at(position):
        return UNKNOWN
    if not lists_connected.issuperset(edition.required_lists(question.domain)):
        reason = pb.INDETERMINATE_REASON_SOURCE_NOT_CONNECTED
        return Decision(pb.VERDICT_INDETERMINATE, hits, reason)
    if pb.HIT_EFFECT_NEEDS_REVIEW in effects:
        return Decision(pb.VERDICT_REVIEW, hits)
    return Decision(pb.VERDICT_CLEAR, hits) if hits else CLEAR


def _hits(question: Question, record: SubjectRecord, position: int, edition: Edition) -> tuple[Hit, ...]:
    domain, day, hits = question.domain, question.day, []
    for row in record.restrictions:
        if row.measure.domain == domain and row.known_at(position) and row.period.contains(day):
            hits.append(hit_of(question, row, edition))
    return tuple(hits)


def hit_of(question: Question, row: Restriction, edition: Edition) -> Hit:
    """What one restriction in force in the asked domain means for the question."""
    parts = _bearings(question, row, edition)
    bearing = max([part for part, _ in parts]) if parts else _Bearing.IN_SCOPE
    reasons = tuple([reason for part, reason in parts if part is bearing]) if parts else ()
    effect, reason = _ANSWERS[row.measure.answer]
    if bearing is _Bearing.OUT_OF_SCOPE:
        return Hit(row, pb.HIT_EFFECT_INFORMATION, reasons)
    if effect == pb.HIT_EFFECT_INFORMATION:
        return Hit(row, effect, (reason,))
    if bearing is _Bearing.UNSETTLED:
        return Hit(row, pb.HIT_EFFECT_NEEDS_REVIEW, reasons)
    if row.measure.confidence == "low":
        return Hit(row, pb.HIT_EFFECT_NEEDS_REVIEW, (pb.HIT_REASON_LOW_CONFIDENCE,))
    return Hit(row, effect, (reason,))


def _bearings(question: Question, row: Restriction, edition: Edition) -> list[_Part]:
    """The parts of the scope that are not simply in scope; most restrictions have none."""
    parts = _role_bearing(question, row, edition) + _tender_bearing(question, row)
    if row.region:
        parts += _scope_bearing("region", region_relation(row.region, question.region))
    if row.industry:
        parts += _scope_bearing("industry", industry_relation(row.industry, question.industry))
    if row.activity:
        parts += _scope_bearing("activity", activity_relation(row.activity, question.activity))
    return parts


def _role_bearing(question: Question, row: Restriction, edition: Edition) -> list[_Part]:
    unstated = question.role not in _ROLES  # A role of a later release says nothing to this one.
    roles = _ROLES if unstated else (question.role,)
    bound = [edition.binds(row.measure, role, kind=row.kind, capacities=row.capacities) for role in roles]
    if all(bound):
        return []  # An exit ban binds the person whatever he acts as, so the role need not be stated.
    if unstated:
        return [(_Bearing.UNSETTLED, pb.HIT_REASON_ROLE_NOT_STATED)]
    return [(_Bearing.OUT_OF_SCOPE, pb.HIT_REASON_OTHER_ROLE)]


def _tender_bearing(question: Question, row: Restriction) -> list[_Part]:
    if not row.measure.compulsory_tender_only or question.tender_kind == subject.TENDER_KIND_COMPULSORY:
        return []
    if question.tender_kind == subject.TENDER_KIND_VOLUNTARY:
        return [(_Bearing.OUT_OF_SCOPE, pb.HIT_REASON_VOLUNTARY_TENDER)]
    return [(_Bearing.UNSETTLED, pb.HIT_REASON_TENDER_KIND_NOT_STATED)]


def _scope_bearing(name: str, relation: Relation) -> list[_Part]:
    if relation is Relation.INSIDE:
        return []
    unsettled, outside = _UNSETTLED_OR_OUTSIDE[name]
    if relation is Relation.UNSETTLED:
        return [(_Bearing.UNSETTLED, unsettled)]
    return [(_Bearing.OUT_OF_SCOPE, outside)]
