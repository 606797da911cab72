"""Custodians (身份保管人): officials of a department to whom complaints are sealed, two of whom open them.

A key's window says when complaints are sealed to it. Opening with it may come later: a complaint of March is
opened in June by those who were custodians in March, as long as their keys are not withdrawn and they are
officials still.

Example: of a key from 2026-01-01 until 2026-12-31, withdrawn in May, a complaint of March is opened no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from registry.domain.departments import Directory
from registry.domain.names import comparable
from registry.provenance.sealed_form import FEWEST, MOST
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import SupervisionFile


@dataclass(frozen=True, slots=True)
class Custodian:
    """A custodian's key that is not withdrawn, of an official who is one still. ``stated_on`` is the day on
    which the registry first had the key."""

    number: str
    official_id: str
    person: str
    section: str
    public_key: bytes
    valid_from: date
    valid_until: date
    stated_on: date
    position: int

    def covers(self, first: date, last: date) -> bool:
        """Whether something could be sealed to the key on one of these days."""
        return max(self.valid_from, self.stated_on) <= last and first <= self.valid_until


def custodians_of(
    files: Iterable[SupervisionFile], act: Callable[[int], Statement], directory: Directory
) -> list[Custodian]:
    """The custodians whose files these are, in their order; of withdrawn keys and former officials none."""
    found = []
    for file in files:
        last = file.acts[-1]
        body = act(last.position).supervision.custodian_key
        official = directory.official(file.file.department, body.official_id)
        if last.result or official is None or not official.active:
            continue
        told = official.registration
        window = date.fromisoformat(body.valid_from), date.fromisoformat(body.valid_until)
        stated = date.fromisoformat(file.acts[0].received_on)
        person = comparable(told.name)
        found.append(
            Custodian(
                file.file.number, body.official_id, person, told.section, body.public_key,
                *window, stated, last.position,
            )
        )  # fmt: skip
    return found


def in_force(custodians: Iterable[Custodian], day: date) -> list[Custodian]:
    """Those to whom is sealed on a day, of one person one key: with two he would open alone. None where they
    are too few."""
    found: dict[str, Custodian] = {}
    for each in custodians:
        if each.covers(day, day):
            found.setdefault(each.person, each)
    return list(found.values())[:MOST] if len(found) >= FEWEST else []
