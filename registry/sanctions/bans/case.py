"""A ban case (案件): what its statements have made of it, from draft to its end.

A case is known by department and case number. ``told`` is a ``registry.v1.BanCase`` as it rests: no
identifier, nothing about a person but staff ids; it is never changed in place, a step makes another.
``state`` there is what the last step made it; what time makes of it (in force, expired) is worked out for a
day (``standing``).

The book is changed only by applying admitted statements in order. A book ``over`` another one shows what a
group has admitted on top of what is committed, and leaves the other as it is.

Worked example: case C-1 of the finance bureau, opened at position 40, decided at 90 by
沧示财罚字〔2026〕12号::

    book.of_number("11130900DEM000011Q", "沧示财罚字(2026) 12号").told.case_number == "C-1"
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from registry.domain.documents import normalise_number
from registry.v1.ban_service_pb2 import BanCase

CaseKey = tuple[str, str]
"""Department and case number; of a decision, department and statement id or document number."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case about the subject ``ref``; ``opened`` is the position of its draft, ``changed`` of its last
    step."""

    ref: str
    opened: int
    changed: int
    told: BanCase

    @property
    def key(self) -> CaseKey:
        """Department and case number."""
        return self.told.department, self.told.case_number


class CaseBook:
    """Every ban case."""

    def __init__(self, over: CaseBook | None = None) -> None:
        self._over = over
        self._cases: dict[CaseKey, Case] = {}
        self._decisions: dict[CaseKey, CaseKey | None] = {}
        self._numbers: dict[CaseKey, CaseKey | None] = {}
        # None: it was one of a case once, whose decision another statement holds by now.

    def get(self, department: str, case_number: str) -> Case | None:
        """A case; None if it was never drafted."""
        key = (department, case_number)
        return self._cases.get(key) or (self._over.get(*key) if self._over else None)

    def of_decision(self, department: str, statement_id: str) -> Case | None:
        """The case whose decision a statement holds."""
        named = department, statement_id
        if named in self._decisions:
            key = self._decisions[named]
            return self.get(*key) if key else None
        return self._over.of_decision(*named) if self._over else None

    def of_number(self, department: str, number: str) -> Case | None:
        """The case that was decided by the document of this number, however it is written."""
        named = department, normalise_number(number)
        if named in self._numbers:
            key = self._numbers[named]
            return self.get(*key) if key else None
        return self._over.of_number(department, number) if self._over else None

    def drafted_at(self, position: int) -> Case | None:
        """The case whose draft stands at a position; looked for one by one, for it is seldom asked."""
        own = (case for case in self._cases.values() if case.opened == position)
        return next(own, None) or (self._over.drafted_at(position) if self._over else None)

    def cases(self) -> Iterator[Case]:
        """Every case, in the order of drafting."""
        return iter(sorted(self._cases.values(), key=lambda case: case.opened))

    def forget(self, positions: Collection[int]) -> None:
        """Drops the cases drafted at some positions, for their content is erased."""
        gone = {key for key, case in self._cases.items() if case.opened in positions}
        self._cases = {key: case for key, case in self._cases.items() if key not in gone}
        self._decisions = {of: key for of, key in self._decisions.items() if key not in gone}
        self._numbers = {of: key for of, key in self._numbers.items() if key not in gone}

    def put(self, case: Case) -> None:
        """Takes a case's new state. A decision that was corrected is known by what holds it now and by
        nothing else, as in a book that is loaded from the store."""
        before = self.get(*case.key)
        self._cases[case.key] = case
        if before is not None and before.told.decision_id:
            self._name(before, None)
        if case.told.decision_id:
            self._name(case, case.key)

    def _name(self, case: Case, key: CaseKey | None) -> None:
        """Has the statement and the number of a case's decision lead to it; or no longer (None), unless they
        lead to another case by now."""
        department, told = case.told.department, case.told
        for named, name, holder in (
            (self._decisions, told.decision_id, self.of_decision),
            (self._numbers, normalise_number(told.decision.number), self.of_number),
        ):
            held = holder(department, name)
            if key or (held is not None and held.key == case.key):
                named[department, name] = key
