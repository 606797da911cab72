"""Restrictions (限制): what an edition of the catalogue makes of what is recorded.

A restriction has one of three origins, with different starts and ends
* *decision*: an imposed measure. It runs by the dates of its document, under the row that was law on the
  day of the decision.
* *list*: each measure that the law attaches to a list, as long as the entry lasts and the row is law. A
  rule made later takes hold of a subject that is still listed, from the day on which it is in force.
* *statute*: arises by law from a recorded fact within a window back from the day asked about (政府采购法
  第二十二条 第一款第五项: 三年内). Nothing is counted up, scored or inferred (国办发〔2020〕49号): the row
  names the facts.

从旧兼从轻: where later rows of the same measure say so (``for_earlier``), an imposed measure is bound by the
shortest of their longest terms and by the gentlest answer, each from the day on which its row is in force. It
stays so when such a row is replaced by one that leaves earlier decisions alone, or ends: nobody falls back
under a harder rule that was left behind.

Worked example: a penalty of 2026-03-20 that fined 2,500,000 yuan is ground for M-PRO-04 from 2026-03-20 to
2029-03-20. A ban from procurement that has run out is no such ground (实施条例 第十九条第二款).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from registry.domain.periods import Period, add_months
from registry.sanctions.catalogue.edition import Answer, Edition, Measure
from registry.sanctions.catalogue.measure import FROM_THE_DECISION
from registry.sanctions.ground import Ground, GroundKind, SubjectRecord
from registry.sanctions.reach import feasible_capacities
from registry.v1 import subject_pb2
from registry.v1 import verdict_pb2 as pb

_ORIGINS = {
    "decision": pb.RESTRICTION_ORIGIN_DECISION,
    "policy": pb.RESTRICTION_ORIGIN_DECISION,
    "list": pb.RESTRICTION_ORIGIN_LIST,
    "statute": pb.RESTRICTION_ORIGIN_STATUTE,
}
_HARDNESS = {"information": 0, "review": 1, "blocks": 2}


class Restriction(NamedTuple):
    """One measure on one subject, on the days of ``period``.

    ``kind`` is the subject's kind if the measure falls on that kind as such (0 otherwise); ``capacities`` are
    those in which it falls on the subject. ``answer`` is the measure's, or a later row's gentler one
    (``milder``). ``unclear``: the record does not say clearly whether the facts that the law asks for are
    there. ``repeats`` is the position of an earlier decision that this one repeats (再次违法), see
    ``with_earlier``.

    A named tuple, as one is made for each hit of each question, at a third of the cost of a dataclass.
    """

    ground: Ground
    measure: Measure
    period: Period
    kind: subject_pb2.SubjectKind.ValueType
    capacities: tuple[subject_pb2.Capacity.ValueType, ...]
    activity: str
    legal_basis: tuple[str, ...]
    answer: Answer
    milder: bool = False
    unclear: bool = False
    repeats: int | None = None

    @property
    def origin(self) -> pb.RestrictionOrigin.ValueType:
        """From what it arises."""
        return _ORIGINS[self.measure.origin]

    @property
    def list_code(self) -> str:
        """The list that brought it about, empty if none did."""
        return self.ground.code if self.ground.kind is GroundKind.LISTED else ""


def restrictions_of(
    ground: Ground, edition: Edition, domain: subject_pb2.Domain.ValueType, day: date
) -> Sequence[Restriction]:
    """What follows from a ground in a domain under the law of a day, whether in force on it or not.

    The day matters for imposed measures alone: a later row may be milder on it."""
    if ground.kind is GroundKind.IMPOSED:
        measure = ground.measure
        if measure is None or not measure.acts_in(domain):
            return ()
        return (_imposed(ground, measure, edition, domain, day),)
    found = []
    if ground.kind is GroundKind.LISTED:
        for row in edition.listed_measures(ground.code, domain):
            if (restriction := _listed(ground, row)) is not None:
                found.append(restriction)
    elif ground.kind is GroundKind.RECORDED:
        for row in _statutes(ground.code, edition, domain):
            if (restriction := _by_statute(ground, row)) is not None:
                found.append(restriction)
    return found


@lru_cache(maxsize=4096)
def _statutes(category: str, edition: Edition, domain: subject_pb2.Domain.ValueType) -> tuple[Measure, ...]:
    """Those of ``statutes_of`` that act in a domain; of nearly every record there are none."""
    return tuple(row for row in edition.statutes_of(category) if row.domain == domain)


def _imposed(
    ground: Ground,
    measure: Measure,
    edition: Edition,
    domain: subject_pb2.Domain.ValueType,
    day: date,
) -> Restriction:
    period, answer = ground.period, measure.answer
    for later in _reaching_back(edition).get(measure.code, ()):
        if measure.effective_from < later.effective_from <= day:
            period = _bounded(period, ground, later)
            answer = min(answer, later.answer, key=_HARDNESS.__getitem__)
    milder = period != ground.period or answer != measure.answer
    if domain != measure.domain and answer == "blocks":
        answer = "review"  # Which qualification the other domain's matter asks for is not in the record.
    capacities = (ground.capacity,) if ground.capacity else _reached(measure, ground.subject_kind)
    as_such = ground.subject_kind in measure.subject_kinds and not ground.capacity
    return Restriction(
        ground=ground,
        measure=measure,
        period=period,
        kind=ground.subject_kind if as_such else subject_pb2.SUBJECT_KIND_UNSPECIFIED,
        capacities=capacities,
        activity=ground.activity or measure.activity,
        legal_basis=_articles(measure.legal_basis, ground.legal_basis),
        answer=answer,
        milder=milder,
    )


@lru_cache(maxsize=64)
def _reaching_back(edition: Edition) -> Mapping[str, tuple[Measure, ...]]:
    """The rows of each measure that reach back to what came before them, also those that are law no more."""
    rows = {
        code: tuple(row for row in of_code if row.for_earlier == "if_lenient")
        for code, of_code in edition.measures.items()
    }
    return {code: reaching for code, reaching in rows.items() if reaching}


def _bounded(period: Period, ground: Ground, later: Measure) -> Period:
    """The period, no longer than a later row allows."""
    longest = later.term.max_months
    if longest is None or (ground.lifetime and later.term.lifetime):
        return period
    counted_from = ground.law_date if later.start_anchor in FROM_THE_DECISION else ground.period.first
    return _until(period, add_months(counted_from, longest))


def _listed(ground: Ground, measure: Measure) -> Restriction | None:
    period = overlap(ground.period, measure)
    kind = ground.subject_kind
    capacities, as_such = _reached(measure, kind), kind in measure.subject_kinds
    if period is None or not (as_such or capacities):
        return None  # The list holds subjects of kinds that this measure does not touch.
    return Restriction(
        ground=ground,
        measure=measure,
        period=period,
        kind=kind if as_such else subject_pb2.SUBJECT_KIND_UNSPECIFIED,
        capacities=capacities,
        activity=measure.activity,
        legal_basis=_articles(measure.legal_basis, ground.legal_basis),
        answer=measure.answer,
    )


def _by_statute(ground: Ground, measure: Measure) -> Restriction | None:
    facts = ground.facts
    if facts is None or measure.window_months is None or ground.subject_kind not in measure.subject_kinds:
        return None
    if not any(anchor.holds(facts) for anchor in measure.anchors):
        return None
    unclear = not any(anchor.settled(facts) for anchor in measure.anchors)
    decided = ground.period.first
    window = Period(decided, add_months(decided, measure.window_months))
    period = overlap(_until(window, ground.period.last), measure)
    if period is None:
        return None
    return Restriction(
        ground=ground,
        measure=measure,
        period=period,
        kind=ground.subject_kind,
        capacities=(),
        activity=measure.activity,
        legal_basis=_articles(measure.legal_basis, ground.legal_basis),
        answer=measure.answer,
        unclear=unclear,
    )


def with_earlier(restriction: Restriction, records: Iterable[SubjectRecord], position: int) -> Restriction:
    """The restriction, with the decision by the same measure that it repeats within the law's window after
    that one's end (招标投标法实施条例 第六十七、六十八条: 三年内); ``records`` are the subject's, under every
    code. Information: what follows is for the deciding body."""
    ground, rule = restriction.ground, restriction.measure.reoffence
    if rule is None or ground.kind is not GroundKind.IMPOSED:
        return restriction
    for earlier in (ground for record in records for ground in record.grounds):
        last = earlier.period.last
        same = earlier.kind is GroundKind.IMPOSED and earlier.code == ground.code
        if not same or earlier.position == ground.position or not earlier.known_at(position) or last is None:
            continue
        if last < ground.law_date <= add_months(last, rule.months):
            return restriction._replace(repeats=earlier.position)
    return restriction


def overlap(period: Period, measure: Measure) -> Period | None:
    """The days of a period on which a row is law; None if there are none.

    A period that ended before it began stays as it is: it is still told how it ended."""
    first = max(period.first, measure.effective_from)
    until = _until(period, measure.effective_to)
    last = until.last
    if last is not None and last < first and not (period.last is not None and period.last < period.first):
        return None
    return until if first == period.first else Period(first, last)


def _until(period: Period, last: date | None) -> Period:
    if last is None or (period.last is not None and period.last <= last):
        return period
    return Period(period.first, last)


@lru_cache(maxsize=4096)
def _reached_of(
    capacities: frozenset[subject_pb2.Capacity.ValueType], kind: subject_pb2.SubjectKind.ValueType
) -> tuple[subject_pb2.Capacity.ValueType, ...]:
    return tuple(sorted(capacities & feasible_capacities(kind)))


def _reached(
    measure: Measure, kind: subject_pb2.SubjectKind.ValueType
) -> tuple[subject_pb2.Capacity.ValueType, ...]:
    return _reached_of(measure.capacities, kind) if measure.capacities else ()


@lru_cache(maxsize=4096)
def _articles(of_measure: tuple[str, ...], of_document: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*of_measure, *of_document)))
