"""The verdict (结论): what the law says follows for a question, at a position and on a day.

A pure function of (records of the subject and those related to it up to position N, catalogue edition,
question, day T, what the sources had delivered by N).

Rules
* A restriction counts if it was known at N, is in force on T (``standing``), and its measure acts in the
  domain asked about. It is never carried into another domain (不当联结, 国办发〔2020〕49号). One that
  begins after T, whose decision was not served by T, or that is shielded on T (重整期间暂时屏蔽) is shown
  with that reason and does not count.
* It is *in scope* if it falls on the role asked about and its region, industry, activity and kind of
  tender cover the matter. If the question does not say enough to tell, it is unsettled → REVIEW. If
  it says the contrary, the hit is shown as information and does not count.
* In scope, the measure's ``answer`` decides: a mandatory one blocks, a discretionary one needs
  review, a supervision measure informs. Nothing blocks by itself that is in doubt: a row of measure or list
  that the catalogue marks as low confidence, one that is stayed or objected to, facts that the record does
  not state clearly, or what fell on a parent, a branch or a subject that was absorbed.
* Blocks outrank everything. Otherwise a subject that is unknown at N, an identity in dispute, or a domain in
  which a source that law requires to be checked is not connected at N or stale on T, is INDETERMINATE; only
  then come REVIEW and CLEAR. Never a false CLEAR: a subject that is known by a disputed statement alone is
  as good as unknown where it would be CLEAR. A red list is never asked.

Example: M-BID-01 in force (招标投标法 第五十三条, compulsory tenders only). Asked for a compulsory
tender and a bidder: BLOCKED. Tender kind not stated: REVIEW. A voluntary tender: CLEAR, with the
restriction shown as information.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from typing import NamedTuple

from registry.domain.scopes import Relation, activity_relation, industry_relation, region_relation
from registry.domain.sources import DeliveryNote
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import GroundKind, SubjectRecord
from registry.sanctions.parties import disputed_names, surely_same
from registry.sanctions.restriction import Restriction, restrictions_of, with_earlier
from registry.sanctions.standing import (
    ENDED,
    RUNNING,
    disputed_at,
    in_dispute,
    known_soundly,
    marks_on,
    speaks,
    standing,
)
from registry.v1 import subject_pb2 as subject
from registry.v1 import verdict_pb2 as pb

Related = Sequence[tuple[pb.SubjectRelation.ValueType, SubjectRecord]]
"""Records that bear on the question beside the subject's own, see ``parties``."""


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


class Hit(NamedTuple):
    """A restriction that the question met, where it stands, and what it means for the question.

    A named tuple, as ``Decision`` is, for the reason that ``Restriction`` is one."""

    restriction: Restriction
    status: pb.HitStatus.ValueType
    effect: pb.HitEffect.ValueType
    reasons: tuple[pb.HitReason.ValueType, ...]
    relation: pb.SubjectRelation.ValueType = pb.SUBJECT_RELATION_SELF

    @property
    def repeats(self) -> int | None:
        """Position of an earlier decision that this one repeats, see ``reoffence``."""
        return self.restriction.repeats


class Decision(NamedTuple):
    """The verdict with its reasons; the subject's own hits first, each in the order of the log."""

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
_DOUBTFUL_STATUS = {
    pb.HIT_STATUS_STAYED: pb.HIT_REASON_STAYED,
    pb.HIT_STATUS_OBJECTED: pb.HIT_REASON_OBJECTED,
    pb.HIT_STATUS_DISPUTED: pb.HIT_REASON_KEY_DISPUTED,
}
_NOT_BINDING = {
    pb.HIT_STATUS_COMING: pb.HIT_REASON_NOT_YET_IN_FORCE,
    pb.HIT_STATUS_NOT_SERVED: pb.HIT_REASON_NOT_SERVED,
    pb.HIT_STATUS_SHIELDED: pb.HIT_REASON_SHIELDED,
}
"""Where something stands that is shown and does not bind."""
_NOTHING_DISPUTED: frozenset[int] = frozenset()
_NOTHING_SURE: frozenset[str] = frozenset()
_DOUBTFUL_RELATION = {
    pb.SUBJECT_RELATION_PARENT: pb.HIT_REASON_BRANCH_OR_PARENT,
    pb.SUBJECT_RELATION_BRANCH: pb.HIT_REASON_BRANCH_OR_PARENT,
    pb.SUBJECT_RELATION_ABSORBED: pb.HIT_REASON_ABSORBED_SUBJECT,
    pb.SUBJECT_RELATION_SURVIVING: pb.HIT_REASON_ABSORBED_SUBJECT,
}


def decide(
    question: Question,
    record: SubjectRecord | None,
    *,
    position: int,
    edition: Edition,
    source_fault: pb.IndeterminateReason.ValueType,
    related: Related = (),
) -> Decision:
    """The verdict on the subject of ``record`` (None: nothing was ever stated about it).

    ``source_fault`` is what ``source_fault`` says of the domain; 0 if every source is connected and fresh."""
    if record is None:
        return UNKNOWN
    same = [other for relation, other in related if relation == pb.SUBJECT_RELATION_SAME] if related else ()
    hits = tuple(met(question, record, position, edition, same=same)) if record.grounds else ()
    sure = surely_same(record, same, position) if same else _NOTHING_SURE
    for relation, other in related:
        own = (record, *same) if relation == pb.SUBJECT_RELATION_SAME else ()
        found = met(question, other, position, edition, relation, same=own)
        if own and other.ref not in sure:
            found = [linked_in_dispute(hit) for hit in found]
        hits += tuple(found)
    effects = [hit.effect for hit in hits] if hits else ()
    if pb.HIT_EFFECT_BLOCKS in effects:
        return Decision(pb.VERDICT_BLOCKED, hits)
    if not record.known_at(position) and not _same_is_known(related, position):
        return UNKNOWN if not hits else Decision(UNKNOWN.verdict, hits, UNKNOWN.indeterminate)
    if (related or len(record.names) > 1) and _in_dispute(record, related, position):
        return Decision(pb.VERDICT_INDETERMINATE, hits, pb.INDETERMINATE_REASON_IDENTITY_AMBIGUOUS)
    if source_fault:
        return Decision(pb.VERDICT_INDETERMINATE, hits, source_fault)
    if pb.HIT_EFFECT_NEEDS_REVIEW in effects:
        return Decision(pb.VERDICT_REVIEW, hits)
    if (record.marks or same) and not is_surely_known(record, related, position):
        return Decision(UNKNOWN.verdict, hits, UNKNOWN.indeterminate)
    return Decision(pb.VERDICT_CLEAR, hits) if hits else CLEAR


def linked_in_dispute(hit: Hit) -> Hit:
    """A hit on a code that belongs to the subject by a disputed link: for a human to weigh."""
    if hit.effect == pb.HIT_EFFECT_INFORMATION:
        return hit
    doubts = hit.reasons if hit.effect == pb.HIT_EFFECT_NEEDS_REVIEW else ()
    reasons = tuple(dict.fromkeys((*doubts, pb.HIT_REASON_KEY_DISPUTED)))
    return hit._replace(effect=pb.HIT_EFFECT_NEEDS_REVIEW, reasons=reasons)


def _in_dispute(record: SubjectRecord, related: Related, position: int) -> bool:
    """Whether names disagree under any code of the subject."""
    if record.names and disputed_names(record, position):
        return True
    return any(
        relation == pb.SUBJECT_RELATION_SAME and disputed_names(other, position)
        for relation, other in related
    )


def is_surely_known(record: SubjectRecord, related: Related, position: int) -> bool:
    """Whether a subject is known, under some code that is surely its own, by more than a thief's word."""
    same = [other for relation, other in related if relation == pb.SUBJECT_RELATION_SAME]
    sure = surely_same(record, same, position) if same else {record.ref}
    return any(known_soundly(each, position) for each in (record, *same) if each.ref in sure)


def _same_is_known(related: Related, position: int) -> bool:
    return any(
        relation == pb.SUBJECT_RELATION_SAME and other.known_at(position) for relation, other in related
    )


def source_fault(
    domain: subject.Domain.ValueType,
    day: date,
    edition: Edition,
    *,
    connected: frozenset[str],
    delivered: Mapping[str, DeliveryNote],
) -> pb.IndeterminateReason.ValueType:
    """Why nothing found says nothing in a domain: a required list has no source (each department that keeps
    it has a key and has delivered), a required measure has none (a department that decides it has a key), or
    the last delivery of a list is older on ``day`` than its bound. 0 if nothing of it.

    ``connected`` and ``delivered`` are what ``Connections.on`` and ``Sources.known`` say."""
    required = edition.required_lists(domain)
    sources = (*required, *edition.required_measures(domain))
    if not connected.issuperset(sources) or not all(code in delivered for code in required):
        return pb.INDETERMINATE_REASON_SOURCE_NOT_CONNECTED
    if any(is_stale(code, day, edition, delivered) for code in required):
        return pb.INDETERMINATE_REASON_SOURCE_STALE
    return pb.INDETERMINATE_REASON_UNSPECIFIED


def is_stale(code: str, day: date, edition: Edition, delivered: Mapping[str, DeliveryNote]) -> bool:
    """Whether the last delivery of a list is older on a day than the list's bound."""
    entry, note = edition.credit_list(code, day), delivered.get(code)
    if entry is None or entry.max_age_days is None or note is None:
        return False
    return note.as_of < day and (day - note.as_of) > timedelta(days=entry.max_age_days)


def met(
    question: Question,
    record: SubjectRecord,
    position: int,
    edition: Edition,
    relation: pb.SubjectRelation.ValueType = pb.SUBJECT_RELATION_SELF,
    *,
    same: Sequence[SubjectRecord] = (),
) -> list[Hit]:
    """The restrictions on a subject that a question meets: those in force on its day, and those to come."""
    return [
        hit_of(question, restriction, status, edition, relation)
        for restriction, status in considered(question, record, position, edition, same=same)
        if status not in ENDED
    ]


def considered(
    question: Question,
    record: SubjectRecord,
    position: int,
    edition: Edition,
    *,
    same: Sequence[SubjectRecord] = (),
) -> list[tuple[Restriction, pb.HitStatus.ValueType]]:
    """Every restriction of the domain that was known at a position, with where it stands on the day.

    ``same`` are the records of the subject under its other codes: what it repeats may stand there."""
    domain, day, marks, found = question.domain, question.day, record.marks, []
    disputed = disputed_at(marks, position) if marks else _NOTHING_DISPUTED
    for ground in record.grounds:
        # The registry holds far more than bears on one question: what can be told apart cheaply goes first.
        if (
            ground.kind is GroundKind.IMPOSED
            and ground.measure is not None
            and not ground.measure.acts_in(domain)
        ):
            continue
        counts = speaks(ground, position, disputed, record.grounds) if disputed else ground.known_at(position)
        if not counts:
            continue
        noted = marks_on(ground, marks, position, edition, day) if marks else ()
        doubtful = in_dispute(ground, position, disputed) if disputed else False
        for restriction in restrictions_of(ground, edition, domain, day):
            if restriction.measure.reoffence is not None:
                restriction = with_earlier(restriction, (record, *same), position)
            status = standing(restriction.period, day, ended=ground.ended, marks=noted)
            if doubtful and status in RUNNING:
                status = pb.HIT_STATUS_DISPUTED
            found.append((restriction, status))
    return found


def hit_of(
    question: Question,
    row: Restriction,
    status: pb.HitStatus.ValueType,
    edition: Edition,
    relation: pb.SubjectRelation.ValueType = pb.SUBJECT_RELATION_SELF,
) -> Hit:
    """What one restriction in the asked domain means for the question."""
    parts = bearings(question, row, edition)
    bearing = max([part for part, _ in parts]) if parts else _Bearing.IN_SCOPE
    reasons = tuple([reason for part, reason in parts if part is bearing]) if parts else ()
    effect, reason = _ANSWERS[row.answer]
    if bearing is _Bearing.OUT_OF_SCOPE:
        return Hit(row, status, pb.HIT_EFFECT_INFORMATION, reasons, relation)
    if effect == pb.HIT_EFFECT_INFORMATION:
        return Hit(row, status, effect, (reason,), relation)
    if status in _NOT_BINDING:
        return Hit(row, status, pb.HIT_EFFECT_INFORMATION, (_NOT_BINDING[status],), relation)
    doubts = reasons + _doubts(row, status, edition, relation)
    if doubts:
        return Hit(row, status, pb.HIT_EFFECT_NEEDS_REVIEW, doubts, relation)
    return Hit(row, status, effect, (reason,), relation)


def _doubts(
    row: Restriction,
    status: pb.HitStatus.ValueType,
    edition: Edition,
    relation: pb.SubjectRelation.ValueType,
) -> tuple[pb.HitReason.ValueType, ...]:
    """Why a restriction in scope does not block by itself."""
    found = [pb.HIT_REASON_LOW_CONFIDENCE] if is_unconfirmed(row, edition) else []
    if status in _DOUBTFUL_STATUS:
        found.append(_DOUBTFUL_STATUS[status])
    if row.unclear:
        found.append(pb.HIT_REASON_FACTS_UNCLEAR)
    if relation in _DOUBTFUL_RELATION:
        found.append(_DOUBTFUL_RELATION[relation])
    return tuple(found)


def is_unconfirmed(row: Restriction, edition: Edition) -> bool:
    """Whether the catalogue marks the measure, or the list behind it, as low confidence."""
    if row.measure.confidence == "low":
        return True
    if not row.list_code:
        return False
    entry = edition.credit_list(row.list_code, row.period.first)
    return entry is not None and entry.confidence == "low"


def bearings(question: Question, row: Restriction, edition: Edition) -> list[_Part]:
    """The parts of the scope that are not simply in scope; most restrictions have none."""
    ground = row.ground
    parts = _role_bearing(question, row, edition)
    if row.measure.compulsory_tender_only:
        parts += _tender_bearing(question)
    if ground.region:
        relation = region_relation(ground.region, question.region, edition.rules.overlaps)
        parts += _scope_bearing("region", relation)
    if ground.industry:
        parts += _scope_bearing("industry", industry_relation(ground.industry, question.industry))
    if row.activity:
        relation = activity_relation(row.activity, question.activity, edition.rules.activity_parts)
        parts += _scope_bearing("activity", relation)
    return parts


def _role_bearing(question: Question, row: Restriction, edition: Edition) -> list[_Part]:
    measure, kind, capacities = row.measure, row.kind, row.capacities
    if question.role in _ROLES:
        if edition.binds(measure, question.role, kind=kind, capacities=capacities):
            return []
        return [(_Bearing.OUT_OF_SCOPE, pb.HIT_REASON_OTHER_ROLE)]
    # A role of a later release says nothing to this one. An exit ban binds the person whatever he acts as.
    if all(edition.binds(measure, role, kind=kind, capacities=capacities) for role in _ROLES):
        return []
    return [(_Bearing.UNSETTLED, pb.HIT_REASON_ROLE_NOT_STATED)]


def _tender_bearing(question: Question) -> list[_Part]:
    if question.tender_kind == subject.TENDER_KIND_COMPULSORY:
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
