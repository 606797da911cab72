"""The verdict step by step (结论的解释): what was looked at, what became of it, and how the verdict follows.

Nothing is decided here a second time: what was considered, where it stands and what it means are asked of the
verdict's own functions (``considered``, ``hit_of``), and the steps that counted are the decision's hits, in
their order. A step is

* a restriction that was met: in force, or to come;
* for departments (``everything``) also what did not count: restrictions that have ended, records that were
  withdrawn or corrected, and records that could be ground for a measure and are not, such as a fine below the
  statute's sum.

A system that asks is never shown what has ended: repair ends publication, sharing and use (终止公示、停止共享
和使用, 信用修复管理办法 第三条). Departments keep the records (谁产生谁负责), and must be able to see why one
counts no more.

Example: a firm fined 500,000 yuan asks why it may take part. The department reads: M-PRO-04, not counted, 具
备上列法定情形之一 FAILED, 记载的罚款: 50万元.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from registry.domain.periods import Period, add_months
from registry.sanctions.catalogue.edition import Edition, Measure
from registry.sanctions.catalogue.vocabulary import KINDS_ZH
from registry.sanctions.explanation.clauses import explained_clauses
from registry.sanctions.explanation.explained import FAILED, HELD, Explained
from registry.sanctions.ground import Ground, GroundKind, MarkKind, SubjectRecord
from registry.sanctions.parties import surely_same
from registry.sanctions.restriction import Restriction, overlap, restrictions_of
from registry.sanctions.standing import ENDED, RUNNING, marks_of, standing
from registry.sanctions.verdict import Hit, Question, Related, considered, hit_of, linked_in_dispute
from registry.sanctions.words_zh import word
from registry.v1 import subject_pb2
from registry.v1 import verdict_pb2 as pb

_NEVER_AROSE = pb.HIT_STATUS_UNSPECIFIED
"""Where a restriction stands that there is none of."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was looked at, and whether it is a hit of the answer. ``undisclosed``: disclosure of its
    statement was ended (终止公示, 停止共享和使用)."""

    hit: Hit
    counted: bool
    clauses: tuple[Explained, ...]
    undisclosed: bool = False


_ONE_SUBJECT = (pb.SUBJECT_RELATION_SELF, pb.SUBJECT_RELATION_SAME)


@dataclass(frozen=True, slots=True)
class _Case:
    """Under what everything is asked."""

    question: Question
    position: int
    edition: Edition
    everything: bool
    same: tuple[SubjectRecord, ...]
    sure: frozenset[str]


def steps_of(
    question: Question,
    record: SubjectRecord | None,
    *,
    position: int,
    edition: Edition,
    related: Related = (),
    everything: bool = False,
) -> tuple[Step, ...]:
    """The steps to a verdict: of the subject's own record first, then of those related to it."""
    if record is None:
        return ()
    records = [(pb.SUBJECT_RELATION_SELF, record), *related]
    same = tuple(each for relation, each in records if relation in _ONE_SUBJECT)
    sure = surely_same(record, same, position)
    case = _Case(question, position, edition, everything, same, sure)
    return tuple(step for relation, each in records for step in _steps(case, each, relation))


def _steps(case: _Case, record: SubjectRecord, relation: pb.SubjectRelation.ValueType) -> Iterator[Step]:
    same = case.same if relation in _ONE_SUBJECT else ()
    for row, status in considered(case.question, record, case.position, case.edition, same=same):
        if status not in ENDED:
            hit = hit_of(case.question, row, status, case.edition, relation)
            if relation == pb.SUBJECT_RELATION_SAME and record.ref not in case.sure:
                hit = linked_in_dispute(hit)
            yield Step(hit, True, _clauses(case, hit))
        elif case.everything:
            yield _told(case, _uncounted(case, row, status, relation), record)
    if case.everything:
        for ground in record.grounds:
            for step in (*_unmet(case, ground, relation), *_withdrawn(case, ground, record, relation)):
                yield _told(case, step, record)


def _told(case: _Case, step: Step, record: SubjectRecord) -> Step:
    """What did not count, with whether its statement may be shared."""
    noted = marks_of(record.marks, step.hit.restriction.ground.position, case.position)
    hidden = any(m.kind is MarkKind.UNDISCLOSED and m.period.contains(case.question.day) for m in noted)
    return replace(step, undisclosed=True) if hidden else step


def _clauses(case: _Case, hit: Hit) -> tuple[Explained, ...]:
    return explained_clauses(
        case.question,
        hit.restriction,
        hit.status,
        case.edition,
        relation=hit.relation,
        position=case.position,
    )


def _uncounted(
    case: _Case,
    row: Restriction,
    status: pb.HitStatus.ValueType,
    relation: pb.SubjectRelation.ValueType,
    *first: Explained,
) -> Step:
    hit = Hit(row, status, pb.HIT_EFFECT_INFORMATION, (), relation)
    return Step(hit, False, (*first, *_clauses(case, hit)))


def _withdrawn(
    case: _Case, ground: Ground, record: SubjectRecord, relation: pb.SubjectRelation.ValueType
) -> Iterator[Step]:
    """What followed from a row that was held before the position and is not any more, nor in another form."""
    gone = ground.known_to is not None and ground.known_to <= case.position
    if not gone or any(_succeeds(other, ground, case.position) for other in record.grounds):
        return
    domain, day = case.question.domain, case.question.day
    for row in restrictions_of(ground, case.edition, domain, day):
        yield _uncounted(case, row, pb.HIT_STATUS_REVOKED, relation)


def _succeeds(other: Ground, ground: Ground, position: int) -> bool:
    """Whether a row is a later form of the same ground (a repair shortens it)."""
    same = (other.position, other.ordinal) == (ground.position, ground.ordinal)
    return same and ground.known_from < other.known_from <= position


def _unmet(case: _Case, ground: Ground, relation: pb.SubjectRelation.ValueType) -> Iterator[Step]:
    """The measures that such a record could bring about, and this one does not."""
    if not ground.known_at(case.position):
        return
    domain, day = case.question.domain, case.question.day
    met = {id(row.measure) for row in restrictions_of(ground, case.edition, domain, day)}
    for measure in _possible(ground, case.edition, domain):
        period = _period(ground, measure)
        if id(measure) in met or period is None:
            continue
        if standing(period, day, ended=ground.ended) in RUNNING:
            row = _not_a_restriction(ground, measure, period)
            yield _uncounted(case, row, _NEVER_AROSE, relation, _kind(ground, measure))


def _possible(ground: Ground, edition: Edition, domain: subject_pb2.Domain.ValueType) -> tuple[Measure, ...]:
    if ground.kind is GroundKind.LISTED:
        return edition.listed_measures(ground.code, domain)
    if ground.kind is GroundKind.RECORDED:
        return tuple(row for row in edition.statutes_of(ground.code) if row.domain == domain)
    return ()


def _period(ground: Ground, measure: Measure) -> Period | None:
    """The days on which the measure would be in force, had it arisen; None if it was no law then."""
    if ground.kind is GroundKind.LISTED or measure.window_months is None:
        return overlap(ground.period, measure)
    first, last = ground.period.first, ground.period.last
    window = add_months(first, measure.window_months)
    return overlap(Period(first, window if last is None else min(window, last)), measure)


def _kind(ground: Ground, measure: Measure) -> Explained:
    kinds = "、".join(KINDS_ZH[kind] for kind in sorted(measure.subject_kinds))
    detail = f"主体类别: {word(KINDS_ZH, ground.subject_kind)}; 措施适用于: {kinds or '特定身份'}"
    held = ground.subject_kind in measure.subject_kinds
    return Explained("措施适用于这类主体", HELD if held else FAILED, detail)


def _not_a_restriction(ground: Ground, measure: Measure, period: Period) -> Restriction:
    """What the restriction would be, to show beside it why it is none."""
    return Restriction(
        ground=ground,
        measure=measure,
        period=period,
        kind=ground.subject_kind,
        capacities=(),
        activity=measure.activity,
        legal_basis=measure.legal_basis,
        answer=measure.answer,
    )
