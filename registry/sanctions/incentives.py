"""Incentives (守信激励): which facilitation follows from a red list, and what stands against it.

A grant brings about the incentive measures its red list names, as long as it lasts. A negative record that
is still disclosed, or a restriction in force, suspends them; when it ends, they apply again. A red list
never outweighs a restriction: verdicts do not ask it (law.md §7).

Worked example: 纳税信用A级 granted from 2026-05-01 to 2027-04-30, a penalty of 2026-07-01 of general
severity: the facilitations apply until 2026-06-30, are suspended while the penalty is disclosed, and apply
again after.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from registry.sanctions.catalogue import Edition, RedList
from registry.sanctions.disclosure import disclosure_of
from registry.sanctions.ground import Ground, GroundKind, SubjectRecord
from registry.sanctions.measure import Measure
from registry.sanctions.standing import RUNNING, marks_of, standing
from registry.v1 import verdict_pb2 as pb


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands against an incentive, and why."""

    ground: Ground
    text_zh: str


@dataclass(frozen=True, slots=True)
class Granted:
    """A facilitation by a red list; ``obstacle`` is what suspends it, None if it applies."""

    ground: Ground
    red_list: RedList
    measure: Measure
    obstacle: Obstacle | None


def incentives_of(record: SubjectRecord, position: int, edition: Edition, day: date) -> Iterator[Granted]:
    """The facilitations of every red list granted and running on a day, known at a position."""
    obstacle = next(obstacles(record, position, edition, day), None)
    for ground in record.grounds:
        if ground.kind is GroundKind.GRANTED and status_of(ground, record, position, day) in RUNNING:
            entry = edition.red_list(ground.code, day)
            for code in entry.measures if entry else ():
                measure = edition.measure(code, day)
                if entry and measure and ground.subject_kind in measure.subject_kinds:
                    yield Granted(ground, entry, measure, obstacle)


def obstacles(record: SubjectRecord, position: int, edition: Edition, day: date) -> Iterator[Obstacle]:
    """Restrictions and list entries that run on a day, and negative records that are disclosed on it."""
    for ground in record.grounds:
        if not ground.known_at(position):
            continue
        status = status_of(ground, record, position, day)
        if ground.kind in (GroundKind.IMPOSED, GroundKind.LISTED) and status in RUNNING:
            what = "措施" if ground.kind is GroundKind.IMPOSED else "名单"
            yield Obstacle(ground, f"{what}{ground.code}有效")
        elif ground.kind is GroundKind.RECORDED and status in RUNNING and is_disclosed(ground, edition, day):
            yield Obstacle(ground, f"{ground.law_date}的负面记录({ground.code})尚在公示期内")


def status_of(
    ground: Ground, record: SubjectRecord, position: int, day: date
) -> pb.HitStatus.ValueType | None:
    """Where a ground stands on a day; None if it was not known at the position."""
    if not ground.known_at(position):
        return None
    noted = marks_of(record.marks, ground.position, position) if record.marks else ()
    return standing(ground.period, day, ended=ground.ended, marks=noted)


def is_disclosed(ground: Ground, edition: Edition, day: date) -> bool:
    """Whether a negative record is still disclosed on a day; where no rule is known, it is."""
    facts = ground.facts
    term = disclosure_of(
        edition.rules,
        severity=facts.severity if facts else 0,
        decided_on=ground.law_date,
        asked_on=day,
        department_kinds=facts.department_kinds if facts else frozenset(),
    )
    return term is None or term.last is None or day <= term.last
