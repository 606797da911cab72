"""How often each measure is in force (措施的在效数): restrictions and facilitations counted by measure.

A restriction counts on the days on which it binds: not before it begins or its decision is served, not while
it is stayed or shielded, nor while it is disputed for a stolen key. A facilitation counts while it applies,
not while something stands against it. The counts say nothing of whom.

Worked example: one firm banned by M-PRO-01, and on L-01, which brings about M-PRO-05 in procurement, M-BID-06
in bidding and others, is one under each of these codes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from registry.domain.periods import Period
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import Ground, GroundKind, MarkKind, SubjectRecord
from registry.sanctions.incentives import incentives_of
from registry.sanctions.restriction import restrictions_of
from registry.sanctions.standing import marks_on

_SUSPENDING = (MarkKind.STAYED, MarkKind.DISPUTED, MarkKind.UNSERVED, MarkKind.SHIELDED)
_Key = tuple[object, ...]


def in_force(records: Iterable[SubjectRecord], *, position: int, edition: Edition, day: date) -> Counter[str]:
    """How many restrictions and facilitations of each measure are in force on a day, known at a position."""
    counted: Counter[str] = Counter()
    binding = _Binding(edition, day)
    for record in records:
        granted = False
        for ground in record.grounds:
            # No restriction reaches beyond the days of its ground.
            if ground.known_at(position) and ground.period.contains(day):
                granted = granted or ground.kind is GroundKind.GRANTED
                if not record.marks or not _is_suspended(ground, record, position, edition, day):
                    counted.update(binding.codes_of(ground))
        if granted:
            found = incentives_of(record, position, edition, day)
            counted.update(each.measure.code for each in found if each.obstacle is None and each.red_list)
    return counted


def _is_suspended(ground: Ground, record: SubjectRecord, position: int, edition: Edition, day: date) -> bool:
    marks = marks_on(ground, record.marks, position, edition, day)
    return any(mark.kind in _SUSPENDING and mark.period.contains(day) for mark in marks)


class _Binding:
    """What binds on a day by a ground that runs on it. A registry repeats few grounds but for their subjects
    and days, so what many have in common is worked out once."""

    def __init__(self, edition: Edition, day: date) -> None:
        self._edition = edition
        self._day = day
        self._kept: dict[_Key, frozenset[str]] = {}

    def codes_of(self, ground: Ground) -> frozenset[str]:
        """Codes of the measures."""
        if ground.kind is GroundKind.LISTED:
            key: _Key = (ground.code, ground.subject_kind)
        elif ground.kind is GroundKind.RECORDED and ground.facts is not None:
            key = (ground.code, ground.facts, ground.subject_kind, ground.period)
        else:
            return self._work_out(ground)
        found = self._kept.get(key)
        if found is None:
            # On a day of an entry on a list it is the day alone that tells which rows are law.
            listed = ground.kind is GroundKind.LISTED
            today = replace(ground, period=Period(self._day, self._day)) if listed else ground
            found = self._kept[key] = self._work_out(today)
        return found

    def _work_out(self, ground: Ground) -> frozenset[str]:
        if ground.measure is not None:
            rows = [ground.measure]
        elif ground.kind is GroundKind.LISTED:
            rows = list(self._edition.rows_of_list(ground.code))
        else:
            rows = list(self._edition.statutes_of(ground.code))
        return frozenset(
            restriction.measure.code
            for domain in {row.domain for row in rows}
            for restriction in restrictions_of(ground, self._edition, domain, self._day)
            if restriction.period.contains(self._day)
        )
