"""The three clocks of a record, which the law keeps apart (效力、公示、保存).

* *In force* (效力): the days on which what was stated holds. What its document imposes or lists runs by the
  rows of the law (``restriction``), a licence by its own dates, a fine from its decision on without end.
* *Disclosed* (公示): the days on which it is shown, by the rule of its category. ``by_severity`` runs from
  the document (``disclosure``), ``while_listed`` and ``while_valid`` as long as it is in force, ``always``
  without end; ``never``: to departments with a right to ask alone. Repair ends it (终止公示, 停止共享和使用,
  信用修复管理办法 第三条), as the result of an objection may; a shield interrupts it (重整期间暂时屏蔽); and
  nothing is shown of a decision that is not served. Natural persons' records are never shown to the public,
  whatever their category says (山东省社会信用条例 第二十条); their term is that in which others may ask.
* *Retained* (保存): so many years after it ceased to count, that is after the later of the two others has
  ended; a record without a term in its category is kept. That it is not shown says nothing of this.

Worked example: a fine of 2026-04-10 of general severity is in force from that day on, shown to 2027-04-10
(repair may end that from 2026-07-10), and kept to 2042-04-10. A ban to 2028-04-10 is in force and shown to
that day. An entry on a list repaired on 2026-05-01 is in force and shown to 2026-04-30.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from registry.domain.periods import Period, add_months, parse_until
from registry.sanctions.catalogue.edition import Category, Edition
from registry.sanctions.ground import Ending, Ground, GroundKind, Mark
from registry.sanctions.restriction import restrictions_of
from registry.sanctions.standing import RUNNING, standing
from registry.v1 import statement_pb2 as pb

_MONTHS_A_YEAR = 12
NotedOn = Callable[[Ground | None], Sequence[Mark]]
"""The notes that bear on a ground of a statement; on None, those on the statement whatever it leaves."""


def nothing_noted(_ground: Ground | None) -> Sequence[Mark]:
    """Of a statement that nothing befell."""
    return ()


@dataclass(frozen=True, slots=True)
class Validity:
    """The days on which a statement holds. ``running``: the day asked about is one of them. ``bound``: it has
    dates of its own, rather than none at all. ``milder``: a later, milder row was applied."""

    period: Period
    running: bool
    bound: bool = False
    milder: bool = False


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The days of ``term`` (None: none) by the rule ``basis``: shown to everybody if ``public``, otherwise to
    those alone who have a right to ask. ``repairable_from`` is the first day on which repair may end it."""

    term: Period | None
    public: bool = False
    repairable_from: date | None = None
    basis: str = ""
    milder: bool = False

    def running(self, day: date) -> bool:
        """Whether a day is one of the term."""
        return self.term is not None and self.term.contains(day)

    def ended(self, day: date) -> bool:
        """Whether it is over by a day; what has not begun yet is not."""
        last = self.term.last if self.term else date.min
        return last is not None and last < day


def validity_of(
    said: pb.Event,
    first: date,
    grounds: Sequence[Ground],
    edition: Edition,
    day: date,
    noted: NotedOn = nothing_noted,
) -> Validity:
    """When a statement holds that left these grounds; ``first`` is the day it holds from by itself. It does
    not run while its decision is not served, nor while all of it is shielded."""
    binding = [ground for ground in grounds if ground.kind is not GroundKind.RECORDED]
    if not binding:
        stated = Period(first, parse_until(said.effective_until))
        period = ended_by(stated, repaired_to(grounds))
        running = standing(period, day, marks=noted(None)) in RUNNING
        return Validity(period, running, bound=period.last is not None)
    rows = [_applied(ground, edition, day) for ground in binding]
    periods = [period for period, _ in rows]
    running = any(
        standing(period, day, marks=noted(ground)) in RUNNING
        for ground, period in zip(binding, periods, strict=True)
    )
    return Validity(_hull(periods), running, bound=True, milder=any(milder for _, milder in rows))


def stated_validity(said: pb.Event, first: date) -> Validity:
    """When a statement would hold that was withdrawn or corrected, and so holds never."""
    periods = [
        Period(date.fromisoformat(getattr(imposed, "from")), parse_until(imposed.until))
        for imposed in said.measures
    ]
    return Validity(_hull(periods or [Period(first, parse_until(said.effective_until))]), running=False)


def retained_until(
    category: Category | None, validity: Validity, disclosure: Disclosure, ended_on: date | None
) -> date | None:
    """The last day of retention; None: kept. ``ended_on`` is the day of a withdrawal or correction."""
    if category is None or category.retention_years is None:
        return None
    last = ended_on or _ceased(validity, disclosure)
    return add_months(last, _MONTHS_A_YEAR * category.retention_years) if last else None


def _ceased(validity: Validity, disclosure: Disclosure) -> date | None:
    """The last day on which a statement counts for anything; None: none is known."""
    ends = [disclosure.term.last if disclosure.term else None]
    ends += [validity.period.last] if validity.bound else []
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


def _applied(ground: Ground, edition: Edition, day: date) -> tuple[Period, bool]:
    """A ground's days under the law of a day, and whether a milder rule shortened them."""
    if ground.measure is not None:
        for row in restrictions_of(ground, edition, ground.measure.domain, day):
            return row.period, row.milder
    return ground.period, False


def _hull(periods: Sequence[Period]) -> Period:
    lasts = [period.last for period in periods if period.last is not None]
    first = min(period.first for period in periods)
    return Period(first, max(lasts) if len(lasts) == len(periods) else None)


def repaired_to(grounds: Iterable[Ground]) -> date | None:
    """The last day before a repair took effect; None if there was none."""
    ends = [g.period.last for g in grounds if g.ended is Ending.REPAIRED and g.period.last is not None]
    return max(ends, default=None)


def ended_by(period: Period, last: date | None) -> Period:
    """A period that ends on a day (None: never) if it did not before."""
    if last is None or (period.last is not None and period.last <= last):
        return period
    return Period(period.first, last)
