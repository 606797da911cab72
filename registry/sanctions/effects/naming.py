"""Names in use: how a record's names change as statements come and go.

A name is in use while a statement that uses it stands; it is held once, however many statements use it, so
that a firm of a thousand records has one name and not a thousand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from registry.domain.names import comparable
from registry.sanctions.effects.changes import Naming
from registry.sanctions.ground import NameUse, SubjectRecord
from registry.sanctions.ledger import RecordedEvent


def take_up(
    record: SubjectRecord, spellings: Sequence[str], *, settled: bool, position: int
) -> tuple[SubjectRecord, tuple[Naming, ...]]:
    """The record with the names in use once more, and the names that are new to it.

    Two spellings of one name are one use, as they are in ``RecordedEvent.names``."""
    uses, opened = list(record.names), []
    stated: dict[str, str] = {}
    for spelling in spellings:
        stated.setdefault(comparable(spelling), spelling)
    for name, spelling in stated.items():
        at = _open_use(uses, name, settled)
        if at is None:
            uses.append(NameUse(name, settled, 1, position))
            opened.append(Naming(record.ref, uses[-1], len(uses) - 1, spelling))
        else:
            uses[at] = replace(uses[at], live=uses[at].live + 1)
    return replace(record, names=tuple(uses)), tuple(opened)


def let_go(
    record: SubjectRecord, target: RecordedEvent, position: int
) -> tuple[SubjectRecord, tuple[Naming, ...]]:
    """The record without the target's use of its names, and the names that nothing uses any more."""
    uses, closed = list(record.names), []
    for name in target.names:
        at = _open_use(uses, name, target.settles_names)
        if at is None:
            continue
        left = replace(uses[at], live=uses[at].live - 1)
        uses[at] = left if left.live else replace(left, known_to=position)
        if not left.live:
            closed.append(Naming(record.ref, uses[at], at))
    return replace(record, names=tuple(uses)), tuple(closed)


def _open_use(uses: Sequence[NameUse], name: str, settled: bool) -> int | None:
    for number, use in enumerate(uses):
        if use.name == name and use.settled == settled and use.known_to is None:
            return number
    return None
