"""Verdicts compiled (结论编译): what a subject is, day by day, for every question of a domain without a
scope.

Nothing is decided here: a timeline says which ``shape`` a subject has from the table's first day on, and what
follows from a shape, ``verdict.decide`` says. Compiled and decided must agree in everything; tests hold them
against each other, history by history.

A shape changes on few days (*turns*), and between two of them it stays
* the first day of a period, and the day after its last: of grounds, of restrictions, of notes;
* days on which a row of the measure begins or ceases to be law (从旧兼从轻), or the rule by which it may end
  early (what a shield covers).

Compiled as ASK, to be decided the long way: a subject with a link to another (succession, merger, branch),
whose verdict rests on other records too. A code of before the USCC leads to the subject and leaves it alone.
Sources (``source_fault``) are a fact of the domain; the answers say whether they yield to it.

Worked example: M-PRO-01 from 2026-03-20 to 2027-09-20 and a stay from 2026-06-01 on, compiled from
2026-05-01: IN_FORCE until 2026-05-31, STAYED until 2027-09-20, then without restriction for ever.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import date, timedelta

from registry.domain.periods import Period
from registry.domain.table_building import ASKED, Timeline
from registry.domain.table_file import FOREVER
from registry.domain.verdict_shapes import UNKNOWN, ShapeBook
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import Ground, GroundKind, Link, Mark, SubjectRecord
from registry.sanctions.parties import disputed_names
from registry.sanctions.restriction import restrictions_of
from registry.sanctions.shape import Shapes
from registry.v1 import statement_pb2, subject_pb2

MAX_KEPT = 1 << 20
"""Timelines that are kept by what they follow from: most subjects share theirs with others."""
_ALTERNATE = statement_pb2.SUBJECT_LINK_KIND_ALTERNATE


class Compiler:
    """Compiles the records of one domain under one edition, from one day on; shapes are numbered in
    ``book``."""

    def __init__(
        self, domain: subject_pb2.Domain.ValueType, edition: Edition, first: date, book: ShapeBook
    ) -> None:
        self.domain, self.edition, self.first = domain, edition, first
        self._shapes = Shapes(domain, edition, book)
        self._kept: dict[Hashable, Timeline | None] = {}
        self._law_days: dict[str, tuple[date, ...]] = {}

    def timeline(self, record: SubjectRecord, position: int) -> Timeline | None:
        """What a subject is from the first day on, by what was known at a position; None if it is unknown
        all the time."""
        if record.links and any(_leads_on(link, position) for link in record.links):
            return ASKED
        ambiguous = len(record.names) > 1 and bool(disputed_names(record, position))
        if record.marks:
            return self._compiled(record, position, record.grounds, ambiguous=ambiguous)
        bearing = [
            ground for ground in record.grounds if ground.known_at(position) and self._may_bear(ground)
        ]
        key = (record.known_at(position), ambiguous, *map(self._follows_from, bearing))
        if key not in self._kept:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            self._kept[key] = self._compiled(record, position, bearing, ambiguous=ambiguous)
        return self._kept[key]

    def _may_bear(self, ground: Ground) -> bool:
        """Whether something may follow from a ground in the domain, on the first day or later."""
        last = ground.period.last
        if last is not None and last < self.first:
            return False
        if ground.kind is GroundKind.IMPOSED:
            return ground.measure is not None and ground.measure.acts_in(self.domain)
        return any(
            row.period.last is None or row.period.last >= self.first
            for row in restrictions_of(ground, self.edition, self.domain, self.first)
        )

    def _follows_from(self, ground: Ground) -> Hashable:
        """What of a ground the timeline depends on, where there are no notes."""
        return (
            ground.kind,
            ground.code,
            self._shapes.identity(ground.measure),
            ground.period.first,
            ground.period.last,
            ground.subject_kind,
            bool(ground.region),
            bool(ground.industry),
            bool(ground.activity),
            ground.capacity,
            ground.facts,
            ground.law_date,
            ground.lifetime,
        )

    def _compiled(
        self, record: SubjectRecord, position: int, bearing: Iterable[Ground], *, ambiguous: bool
    ) -> Timeline | None:
        turns = {day for day in self._turns(record.marks, bearing) if day > self.first}
        steps: list[tuple[int, int]] = []
        last = FOREVER
        for day in (*sorted(turns, reverse=True), self.first):
            shape = self._shapes.number(record, position, day, ambiguous=ambiguous)
            if not steps or steps[-1][1] != shape:
                steps.append((last, shape))
            last = day.toordinal() - 1
        return None if steps == [(FOREVER, UNKNOWN)] else tuple(reversed(steps))

    def _turns(self, marks: Iterable[Mark], grounds: Iterable[Ground]) -> Iterator[date]:
        for mark in marks:
            yield from _ends(mark.period)
        for ground in grounds:
            yield from _ends(ground.period)
            law_days = self._law_days_of(ground.code) if ground.kind is GroundKind.IMPOSED else ()
            yield from law_days
            for day in (self.first, *law_days):
                for row in restrictions_of(ground, self.edition, self.domain, day):
                    yield from _ends(row.period)

    def _law_days_of(self, code: str) -> tuple[date, ...]:
        """Days after the first on which the law on a measure changes."""
        if code not in self._law_days:
            rows = self.edition.measures.get(code, ())
            early = [rule for rule in self.edition.procedures.early_ends if code in rule.measures]
            spans = [Period(row.effective_from, row.effective_to) for row in rows]
            spans += [Period(rule.effective_from, rule.effective_to) for rule in early]
            days = {day for span in spans for day in _ends(span) if day > self.first}
            self._law_days[code] = tuple(sorted(days))
        return self._law_days[code]


def _leads_on(link: Link, position: int) -> bool:
    """Whether a link may lead to other records that bear on the question, also when it was withdrawn."""
    return link.kind != _ALTERNATE and link.known_from <= position


def _ends(period: Period) -> Iterator[date]:
    """The days on which a period begins and is over."""
    yield period.first
    if period.last is not None and period.last < date.max:
        yield period.last + timedelta(days=1)
