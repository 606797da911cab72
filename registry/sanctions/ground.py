"""What is recorded of a subject and gives the law something to work with (限制的依据).

The log's statements leave *grounds*, not restrictions: that a document imposed a measure, that a list
holds the subject, that a penalty was recorded, that a red list was granted. Which restrictions follow from
them is asked of a catalogue edition at the moment of the question (``restriction``), so that a new edition
changes nothing that is stored, and an old answer is given again by the edition of its day.

Every row is bitemporal. *Valid time*: ``period``, both days included. *Known position*: the registry held the
row from ``known_from`` up to, but not including, ``known_to``. A correction, withdrawal or repair closes the
row and, where something is left, opens another; nothing is edited.

Worked example: an entry on list L-04 recorded at position 7 is the ground (7, 0) with known_from 7. A
repair at position 30, effective on 2026-05-01, closes it (known_to 30) and opens (7, 0) again with
known_from 30, a period that ends on 2026-04-30 and ``ended`` REPAIRED.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum
from functools import lru_cache
from sys import intern

from registry.domain.periods import Period
from registry.sanctions.catalogue.conditions import Facts
from registry.sanctions.catalogue.edition import Measure
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

KEPT = 4096
"""Periods, articles and facts of which one object is at hand for the next ground."""


class GroundKind(IntEnum):
    """What a ground is. Codes are stored and never reused."""

    IMPOSED = 1  # a measure that a document imposes, ``code`` its code; period its term
    LISTED = 2  # an entry on a list, ``code`` the list's; period the days of the entry
    RECORDED = 3  # a negative event, ``code`` its category; period from the day of its document
    PUBLICISED = 4  # a candidate for a red list, ``code`` the list's; period the public notice
    GRANTED = 5  # a red list granted, ``code`` the list's; period its term


class Ending(IntEnum):
    """What ended a ground before its own last day. Codes are stored and never reused."""

    NONE = 0
    REPAIRED = 1
    LIFTED = 2


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground. ``position`` and ``ordinal`` name it: the statement that left it, and its place in it.

    ``measure`` (imposed ones only) is the row that applied: that of ``edition`` in force on ``law_date``.
    ``capacity`` is the one in which the document imposes it, ``facts`` (recorded ones only) are those that
    statutes ask about. ``document`` and ``legal_basis`` are what invariant 4 demands of every restriction.
    """

    position: int
    ordinal: int
    subject: str
    kind: GroundKind
    code: str
    period: Period
    subject_kind: subject_pb2.SubjectKind.ValueType
    document: pb.Document
    legal_basis: tuple[str, ...]
    department: str
    statement_id: str
    edition: str
    law_date: date
    known_from: int
    known_to: int | None = None
    measure: Measure | None = None
    lifetime: bool = False
    region: str = ""
    industry: str = ""
    activity: str = ""
    capacity: subject_pb2.Capacity.ValueType = subject_pb2.CAPACITY_UNSPECIFIED
    facts: Facts | None = None
    ended: Ending = Ending.NONE

    def known_at(self, position: int) -> bool:
        """Whether the registry held this row at ``position``."""
        return self.known_from <= position and (self.known_to is None or position < self.known_to)

    def closed(self, position: int) -> Ground:
        """The same row, no longer held from ``position`` on."""
        return replace(self, known_to=position)

    def shared(self) -> Ground:
        """The same row, with one object for what many rows repeat: they are all in memory."""
        return replace(
            self,
            code=intern(self.code),
            department=intern(self.department),
            period=_one_period(self.period),
            legal_basis=_one_basis(self.legal_basis),
            facts=_one_facts(self.facts, str(self.facts.fine_yuan)) if self.facts else None,
        )


@lru_cache(maxsize=KEPT)
def _one_period(period: Period) -> Period:
    return period


@lru_cache(maxsize=KEPT)
def _one_basis(legal_basis: tuple[str, ...]) -> tuple[str, ...]:
    return legal_basis


@lru_cache(maxsize=KEPT)
def _one_facts(facts: Facts, _fine: str) -> Facts:
    return facts  # 5 and 5.0 are equal, and rest as they were written.


class MarkKind(IntEnum):
    """What befell a recorded statement without ending it. Codes are stored and never reused."""

    STAYED = 1  # 中止执行
    OBJECTED = 2  # 异议处理中
    CONTESTED = 3  # 行政复议、诉讼中
    DISPUTED = 4  # 签名密钥泄露, 部门尚未确认
    UNSERVED = 5  # 决定尚未送达
    SHIELDED = 6  # 重整期间暂时屏蔽
    UNDISCLOSED = 7  # 终止公示: 修复, 异议成立
    FALSE_REPAIR = 8  # 修复弄虚作假: 限期内不得仅凭承诺修复


@dataclass(frozen=True, slots=True)
class Mark:
    """A note on the statement at ``target``: it holds on the days of ``period``."""

    position: int
    target: int
    kind: MarkKind
    period: Period
    known_from: int
    known_to: int | None = None

    def known_at(self, position: int) -> bool:
        """Whether the registry held this row at ``position``."""
        return self.known_from <= position and (self.known_to is None or position < self.known_to)


@dataclass(frozen=True, slots=True)
class Link:
    """How a subject belongs together with ``other``; both have the row, ``outgoing`` in the one it is
    from."""

    position: int
    kind: pb.SubjectLinkKind.ValueType
    subject: str
    other: str
    outgoing: bool
    effective_on: date | None
    known_from: int
    known_to: int | None = None

    def holds(self, position: int, day: date) -> bool:
        """Whether it was known at ``position`` and holds on ``day``."""
        known = self.known_from <= position and (self.known_to is None or position < self.known_to)
        return known and (self.effective_on is None or self.effective_on <= day)


@dataclass(frozen=True, slots=True)
class NameUse:
    """A name (in comparable form) under which statements speak of an organisation.

    ``settled``: the registering authority states it (E-01), or a human has ruled that it is rightly borne.
    ``live`` counts the standing statements that use it."""

    name: str
    settled: bool
    live: int
    known_from: int
    known_to: int | None = None

    def known_at(self, position: int) -> bool:
        """Whether a statement that uses it stood at ``position``."""
        return self.known_from <= position and (self.known_to is None or position < self.known_to)


@dataclass(frozen=True, slots=True)
class SubjectRecord:
    """What is known of a subject: when it was known at all, and every row of what is recorded.

    ``known`` holds half-open position intervals [from, to) during which at least one statement about
    the subject stood; a subject whose only statement was withdrawn is unknown again. Each begins with the
    statement by which the subject is known; where one was found disputed they may overlap.
    """

    ref: str
    live_events: int = 0
    known: tuple[tuple[int, int | None], ...] = ()
    grounds: tuple[Ground, ...] = ()
    marks: tuple[Mark, ...] = ()
    links: tuple[Link, ...] = ()
    names: tuple[NameUse, ...] = ()

    def known_at(self, position: int) -> bool:
        """Whether a statement about the subject stood at ``position``."""
        for first, end in self.known:  # noqa: SIM110 - asked of every subject of a batch; any() costs thrice
            if first <= position and (end is None or position < end):
                return True
        return False
