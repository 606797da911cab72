"""What another edition would do to everybody on record (试算): who gains, loses or changes a restriction.

Two editions are held against each other over the records of subjects, as known at a position, on a day. What
counts is what is in force on the day (``holding``). Incentives are told in their own domain. Nothing is
changed, and nothing is kept but the counts of the part under way, so the memory it takes does not grow.

Subjects come in the order of their references, in parts. A part counts its own subjects alone, so parts add
up, whoever cuts them, and a run that was cut off goes on after the last reference of the last part.

Most subjects have nothing that the editions treat differently, which is known beforehand (``touched``).

Example: under a draft in which M-PRO-05 no longer follows L-03, a firm on L-03 loses it: domain PROCUREMENT,
REMOVED, 不再适用: 禁止, 2025-03-01至2027-03-01.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import Ground, GroundKind, SubjectRecord
from registry.sanctions.simulation.holding import NOTHING, Held, Holding, Key
from registry.sanctions.simulation.touched import Touched
from registry.v1 import catalogue_service_pb2 as pb
from registry.v1 import subject_pb2

PART = 2_000
"""Subjects of a part: few enough that its answer stays small even if every one of them is named."""
MAX_SAMPLE = 10_000


@dataclass(frozen=True, slots=True)
class Shift:
    """What changes for a subject by one ground and measure; ``before`` or ``after`` None where nothing was
    or will be."""

    subject: str
    domain: subject_pb2.Domain.ValueType
    code: str
    before: Held | None
    after: Held | None

    @property
    def kind(self) -> pb.ChangeKind.ValueType:
        """Whether a restriction is gained, lost or changed."""
        if self.before is None:
            return pb.CHANGE_KIND_ADDED
        return pb.CHANGE_KIND_REMOVED if self.after is None else pb.CHANGE_KIND_CHANGED


@dataclass(slots=True)
class Part:
    """What a part of the subjects comes to. ``counts``: how many subjects, by domain and kind of change."""

    last: str = ""
    done: bool = False
    subjects: int = 0
    events: int = 0
    counts: dict[tuple[subject_pb2.Domain.ValueType, pb.ChangeKind.ValueType], int] = field(
        default_factory=dict
    )
    sample: list[Shift] = field(default_factory=list)

    def count(self, shifts: Iterable[Shift], sample: int) -> None:
        """Takes one subject's shifts into account, and names it if so many are not named yet."""
        met = dict[tuple[subject_pb2.Domain.ValueType, pb.ChangeKind.ValueType], list[Shift]]()
        for shift in shifts:
            met.setdefault((shift.domain, shift.kind), []).append(shift)
        for key, found in met.items():
            if (before := self.counts.get(key, 0)) < sample:
                self.sample += found
            self.counts[key] = before + 1


class Comparison:
    """Two editions on a day, by what was known at a position. ``thorough``: every ground is looked at."""

    def __init__(
        self, before: Edition, after: Edition, *, day: date, position: int, thorough: bool = False
    ) -> None:
        self._before, self._after = Holding(before, day), Holding(after, day)
        self._position = position
        self._touched = Touched(before, after, thorough=thorough)

    def shifts(self, record: SubjectRecord) -> list[Shift]:
        """What changes for a subject, in the order of its grounds."""
        found: list[Shift] = []
        domains_of, granted = self._touched.domains_of, False
        for ground in record.grounds:
            if _facilitates(ground):
                granted = True
            elif (domains := domains_of(ground)) and ground.known_at(self._position):
                before, after = self._before.by(ground, domains), self._after.by(ground, domains)
                if before != after:
                    found += _shifts(record.ref, before, after)
        if granted and self._touched.incentives:
            found += self._by_grants(record)
        return found

    def _by_grants(self, record: SubjectRecord) -> Iterator[Shift]:
        before = _by_grant(self._before.granted(record, self._position))
        after = _by_grant(self._after.granted(record, self._position))
        for grant in sorted(before.keys() | after.keys()):
            yield from _shifts(record.ref, before.get(grant, NOTHING), after.get(grant, NOTHING))


def simulate(
    comparison: Comparison, records: Iterable[SubjectRecord], *, sample: int = 0, size: int = PART
) -> Iterator[Part]:
    """The parts of a run over records in the order of their references; at least one, the last one done.

    ``sample`` is how many subjects a part names for each domain and kind of change."""
    waiting = iter(records)
    batch = list(islice(waiting, size))
    while True:
        following = list(islice(waiting, size))
        part = Part(batch[-1].ref if batch else "", not following, len(batch))
        for record in batch:
            part.events += record.live_events
            if record.grounds and (shifts := comparison.shifts(record)):
                part.count(shifts, sample)
        yield part
        if not following:
            return
        batch = following


def _facilitates(ground: Ground) -> bool:
    """Whether it grants an incentive, by a red list or by a document of its own."""
    if ground.kind is GroundKind.IMPOSED:
        return ground.measure is not None and ground.measure.effect == "incentive"
    return ground.kind is GroundKind.GRANTED


def _by_grant(
    granted: Iterable[tuple[Ground, Key, Held]],
) -> Mapping[tuple[int, int], Mapping[Key, Held]]:
    found: dict[tuple[int, int], dict[Key, Held]] = {}
    for ground, key, held in granted:
        found.setdefault((ground.position, ground.ordinal), {})[key] = held
    return found


def _shifts(subject: str, before: Mapping[Key, Held], after: Mapping[Key, Held]) -> Iterator[Shift]:
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old != new:
            yield Shift(subject, *key, old, new)
