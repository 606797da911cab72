"""Restrictions in force on a subject (限制), and what the registry knows of a subject at a position.

A restriction row is bitemporal. *Valid time*: it is in force on the days of ``period``. *Known
position*: the registry held it from ``known_from`` up to, but not including, ``known_to``. A
correction, withdrawal or repair closes the row and, where something is left, opens another; nothing
is ever edited, so the same question about a past position has the same answer for ever.

Worked example: an entry on list L-04 recorded at position 7 opens (7, 0) with known_from 7. A repair
at position 30, effective on 2026-05-01, closes that row (known_to 30) and opens (7, 0) again with
known_from 30 and a period that ends on 2026-04-30.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from registry.domain.periods import Period
from registry.sanctions.catalogue import Measure
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2


@dataclass(frozen=True, slots=True)
class Restriction:
    """One measure in force on one subject, with its origin.

    ``position`` and ``ordinal`` name it: the statement that brought it about, and its place in it.
    ``kind`` is the subject's kind if the measure falls on that kind as such (0 otherwise);
    ``capacities`` are those in which it falls on the subject. ``edition`` and ``law_date`` say where
    the measure's row was found: in that catalogue edition, as in force on that day. ``document`` and
    ``legal_basis`` are what invariant 4 demands of every restriction.
    """

    position: int
    ordinal: int
    subject: str
    measure: Measure
    list_code: str
    period: Period
    lifetime: bool
    region: str
    industry: str
    activity: str
    kind: subject_pb2.SubjectKind.ValueType
    capacities: tuple[subject_pb2.Capacity.ValueType, ...]
    document: pb.Document
    legal_basis: tuple[str, ...]
    department: str
    statement_id: str
    edition: str
    law_date: date
    known_from: int
    known_to: int | None = None

    def known_at(self, position: int) -> bool:
        """Whether the registry held this row at ``position``."""
        return self.known_from <= position and (self.known_to is None or position < self.known_to)

    def closed(self, position: int) -> Restriction:
        """The same row, no longer held from ``position`` on."""
        return replace(self, known_to=position)


@dataclass(frozen=True, slots=True)
class SubjectRecord:
    """What is known of a subject: when it was known at all, and every restriction row.

    ``known`` holds half-open position intervals [from, to) during which at least one statement about
    the subject stood; a subject whose only statement was withdrawn is unknown again.
    """

    ref: str
    live_events: int = 0
    known: tuple[tuple[int, int | None], ...] = ()
    restrictions: tuple[Restriction, ...] = ()

    def known_at(self, position: int) -> bool:
        """Whether a statement about the subject stood at ``position``."""
        for first, end in self.known:  # noqa: SIM110 - asked of every subject of a batch; any() costs thrice
            if first <= position and (end is None or position < end):
                return True
        return False
