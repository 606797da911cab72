"""How an edition of the catalogue becomes law here (目录版本的起草、合法性审查、批准、备案).

Drafted by one official, reviewed in law by another of another section, approved by a third, filed with a
number, in force from a day. Each step is a signed statement; nobody takes two of them (审监分离,
``admission.steps``), and no edition leaves anything out of the one before (``left_out``). The founding
edition is named by the genesis statement and is in force always.

Which edition applies has two times as well. For a day T, as known at position N, it is the adoption
recorded up to N whose first day in force is the latest not after T; of two with the same day, the one
recorded later. So a decision of 2026-03-20 is judged by the edition of that day even if a newer one has
been adopted since, and an answer of yesterday is given again by yesterday's editions.

Worked example: founded with 2026.1; 2026.2 adopted at position 80, in force from 2026-04-01.
``at(90, 2026-03-20)`` is 2026.1, ``at(90, 2026-04-10)`` is 2026.2, ``at(79, 2026-04-10)`` is 2026.1.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Act:
    """A step that an official took: in which department and section, at which position."""

    position: int
    official_id: str
    section: str


@dataclass(frozen=True, slots=True)
class EditionCase:
    """Where an edition stands, from draft to adoption. ``lawful`` is the legal reviewer's finding."""

    edition: str
    label: str
    drafted: Act | None = None
    reviewed: Act | None = None
    lawful: bool = False
    opinion: str = ""
    adopted: Act | None = None
    in_force_from: date = date.min
    filing_number: str = ""
    filed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Adoption:
    """An edition in force from a day on, as known from ``position`` on."""

    position: int
    in_force_from: date
    edition: str


class EditionBook:
    """Every edition that was drafted or adopted; changed only by applying admitted statements in order."""

    def __init__(self) -> None:
        self._cases: dict[str, EditionCase] = {}
        self._adoptions: list[Adoption] = []
        self._positions: list[int] = []
        self._in_force: dict[int, tuple[Adoption, ...]] = {}

    def case(self, edition: str) -> EditionCase | None:
        """An edition by its hash; None if it was never drafted."""
        return self._cases.get(edition)

    def cases(self) -> Iterator[EditionCase]:
        """Every edition, in the order of drafting."""
        return iter(tuple(self._cases.values()))

    def put(self, case: EditionCase) -> None:
        """Takes an edition's new state; with an act of adoption it is in force from then on."""
        before = self._cases.get(case.edition)
        self._cases[case.edition] = case
        if case.adopted is not None and (before is None or before.adopted is None):
            adoption = Adoption(case.adopted.position, case.in_force_from, case.edition)
            self._adoptions.append(adoption)
            # Readers bisect the positions, so what a position leads to must be there before it.
            self._positions.append(adoption.position)

    def at(self, position: int, day: date) -> str:
        """The edition that applies on a day, as known at a position. Raises LookupError before the
        genesis."""
        chosen = None
        for adoption in self._known(position):
            if adoption.in_force_from > day and chosen is not None:
                break
            chosen = adoption
        if chosen is None:
            raise LookupError("no edition is adopted")
        return chosen.edition

    def next_start(self, day: date) -> date | None:
        """The first day after another on which an adopted edition comes into force, as known now."""
        return min((each.in_force_from for each in self._adoptions if each.in_force_from > day), default=None)

    def _known(self, position: int) -> tuple[Adoption, ...]:
        """Adoptions recorded up to a position, by first day in force, then by position."""
        count = bisect_right(self._positions, position)
        if count not in self._in_force:
            known = sorted(self._adoptions[:count], key=lambda entry: (entry.in_force_from, entry.position))
            self._in_force[count] = tuple(known)
        return self._in_force[count]


def founding_case(edition: str, label: str) -> EditionCase:
    """The edition that the genesis statement names: nobody drafted it here, and it is in force always."""
    return EditionCase(edition, label, adopted=Act(0, "", ""))


def drafted_case(edition: str, label: str, act: Act) -> EditionCase:
    """A draft; nothing follows from it."""
    return EditionCase(edition, label, drafted=act)


def reviewed_case(case: EditionCase, act: Act, *, lawful: bool, opinion: str) -> EditionCase:
    """The draft with the legal reviewer's opinion."""
    return replace(case, reviewed=act, lawful=lawful, opinion=opinion)
