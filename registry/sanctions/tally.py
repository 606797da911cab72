"""How often each measure is in force (措施的在效数): restrictions and facilitations counted by measure.

A restriction counts on the days on which it binds: not before it begins, not while it is stayed. A
facilitation counts while it applies, not while something stands against it. The counts say nothing of whom.

Worked example: one firm banned by M-PRO-01, and on L-01, which brings about M-PRO-05 in procurement, M-BID-06
in bidding and others, is one under each of these codes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from registry.sanctions.catalogue import Edition
from registry.sanctions.ground import Ground, GroundKind, SubjectRecord
from registry.sanctions.incentives import incentives_of
from registry.sanctions.restriction import restrictions_of
from registry.sanctions.standing import RUNNING, marks_of, standing
from registry.v1 import subject_pb2
from registry.v1 import verdict_pb2 as pb

BINDING = RUNNING - {pb.HIT_STATUS_STAYED}
"""States of what binds."""


def in_force(records: Iterable[SubjectRecord], *, position: int, edition: Edition, day: date) -> Counter[str]:
    """How many restrictions and facilitations of each measure are in force on a day, known at a position."""
    counted: Counter[str] = Counter()
    domains = _Domains(edition)
    for record in records:
        for ground in record.grounds:
            if ground.known_at(position):
                counted.update(_binding(ground, record, position, edition, day, domains))
        if any(ground.kind is GroundKind.GRANTED for ground in record.grounds):
            granted = incentives_of(record, position, edition, day)
            counted.update(each.measure.code for each in granted if each.obstacle is None and each.red_list)
    return counted


def _binding(
    ground: Ground, record: SubjectRecord, position: int, edition: Edition, day: date, domains: _Domains
) -> Iterator[str]:
    marks = marks_of(record.marks, ground.position, position) if record.marks else ()
    for domain in domains.of(ground):
        for row in restrictions_of(ground, edition, domain, day):
            if standing(row.period, day, ended=ground.ended, marks=marks) in BINDING:
                yield row.measure.code


class _Domains:
    """In which domains anything can follow from a ground: few, of the eight there are."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._kept: dict[tuple[GroundKind, str], tuple[subject_pb2.Domain.ValueType, ...]] = {}

    def of(self, ground: Ground) -> tuple[subject_pb2.Domain.ValueType, ...]:
        """The domains of a ground."""
        if ground.measure is not None:
            return (ground.measure.domain,)
        key = (ground.kind, ground.code)
        if key not in self._kept:
            listed = ground.kind is GroundKind.LISTED
            find = self._edition.rows_of_list if listed else self._edition.statutes_of
            self._kept[key] = tuple(dict.fromkeys(row.domain for row in find(ground.code)))
        return self._kept[key]
