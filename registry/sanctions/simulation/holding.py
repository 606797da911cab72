"""What a recorded ground does to a subject on a day under an edition (当日有效的限制): all that any question
could be answered by, and nothing else.

Two editions do the same to a subject if every question finds the same answer. So what is held on a day is a
measure's answer, whether it is in doubt, the days, the roles in which it binds, and the scope that the law
itself sets; not its article, its name or its remedy, which change without changing anything for the subject.

A change of law parts a measure into rows, and a restriction with them: what ends with one row and goes on the
day after under the next, alike in everything, is one restriction. Imposed measures keep the row of their
decision; only a later, milder one reaches back (``restriction``). Lists and statutes follow the edition.

Worked example: an entry of 2025-01-10 on L-13 holds M-EXI-06 from then on, under 2026.1 and under 2026.2,
where the row of 2021 ends on 2026-03-31 and the next one begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from registry.domain.periods import Period
from registry.sanctions.catalogue.edition import Answer, Edition
from registry.sanctions.catalogue.measure import Measure
from registry.sanctions.ground import Ground, SubjectRecord
from registry.sanctions.incentives import incentives_of
from registry.sanctions.restriction import Restriction, restrictions_of
from registry.sanctions.standing import RUNNING, standing
from registry.sanctions.verdict import is_unconfirmed
from registry.v1 import subject_pb2 as pb

Key = tuple[pb.Domain.ValueType, str]
"""A domain and the code of a measure."""
_Roles = frozenset[pb.SubjectRole.ValueType]
_ROLES = tuple(role for role in pb.SubjectRole.values() if role != pb.SUBJECT_ROLE_UNSPECIFIED)
_DAY = timedelta(days=1)


class Held(NamedTuple):
    """A restriction, or an incentive, on the days of ``period``. ``doubtful``: it blocks nobody by itself.

    A named tuple: two are made for every restriction on record, at a third of the cost of a dataclass."""

    period: Period
    answer: Answer
    doubtful: bool
    roles: _Roles
    activity: str
    compulsory_tender_only: bool


NOTHING: Mapping[Key, Held] = {}


class Holding:
    """What is held on a day under one edition."""

    def __init__(self, edition: Edition, day: date) -> None:
        self._edition = edition
        self._day = day
        self._bound: dict[tuple[object, ...], tuple[Measure, _Roles]] = {}
        low = (code for code, rows in edition.lists.items() if any(row.confidence == "low" for row in rows))
        self._unconfirmed_lists = frozenset(low)

    def by(self, ground: Ground, domains: Iterable[pb.Domain.ValueType]) -> Mapping[Key, Held]:
        """The restrictions that a ground brings about and that are in force on the day, in these domains."""
        day, days, edition = self._day, ground.period, self._edition
        # No restriction reaches beyond the days of its ground.
        if day < days.first or (days.last is not None and days.last < day):
            return NOTHING
        rows = [
            ((domain, row.measure.code), self._held(row))
            for domain in domains
            for row in restrictions_of(ground, edition, domain, day)
        ]
        in_force = rows if len(rows) < 2 else _joined(rows)
        return {
            key: held for key, held in in_force if standing(held.period, day, ended=ground.ended) in RUNNING
        }

    def granted(self, record: SubjectRecord, position: int) -> Iterator[tuple[Ground, Key, Held]]:
        """The incentives that apply to a subject on the day: granted, and nothing stands against them."""
        for each in incentives_of(record, position, self._edition, self._day):
            if each.obstacle is None:
                measure, period = each.measure, each.ground.period
                held = Held(period, measure.answer, each.unconfirmed, frozenset(), measure.activity, False)
                yield each.ground, (measure.domain, measure.code), held

    def _held(self, row: Restriction) -> Held:
        measure = row.measure
        doubtful = row.unclear or measure.confidence == "low"
        if not doubtful and row.ground.code in self._unconfirmed_lists:
            doubtful = is_unconfirmed(row, self._edition)
        only = measure.compulsory_tender_only
        return Held(row.period, row.answer, doubtful, self._roles(row), row.activity, only)

    def _roles(self, row: Restriction) -> _Roles:
        """The roles in which it binds, worked out once for each row of a measure and whom it fell on."""
        measure = row.measure
        key = id(measure), row.kind, row.capacities
        known = self._bound.get(key)
        if known is None:
            binds, kind, capacities = self._edition.binds, row.kind, row.capacities
            bound = (role for role in _ROLES if binds(measure, role, kind=kind, capacities=capacities))
            # The measure is kept, so that its id stays its own.
            known = self._bound[key] = measure, frozenset(bound)
        return known[1]


def _joined(rows: list[tuple[Key, Held]]) -> list[tuple[Key, Held]]:
    """The restrictions of a ground, with those by rows of one measure that go on alike as one."""
    rows.sort(key=_order)
    joined = rows[:1]
    for key, held in rows[1:]:
        former, before = joined[-1]
        last = before.period.last
        goes_on = last is not None and held.period.first == last + _DAY
        if goes_on and former == key and before[1:] == held[1:]:
            joined[-1] = key, held._replace(period=Period(before.period.first, held.period.last))
        else:
            joined.append((key, held))
    return joined


def _order(row: tuple[Key, Held]) -> tuple[Key, Period]:
    return row[0], row[1].period
