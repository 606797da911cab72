"""Which statements changed what is recorded of whom: the rows of ``change``, as they are written and read.

A row (position, subject) says that the statement at the position changed the subject's record: it opened or
ended a ground, a note, a link, a name, an interval of being known, or it is an event that counts. So the rows
follow from the others, at any time, and a log that is folded again comes to the same (``rebuild``).

An erasure takes the rows of what it erases, and what of the subject followed from that; its own position
stands there instead, with ``erasure`` 1: who follows the changes reads the record of the subject again, and
those of the codes that were linked with it, which the erasure cannot name any more.

Worked example: a penalty of F at 10, withdrawn at 20, a permit of F at 30. The rows are (10, F), (20, F) and
(30, F). The erasure of the penalty at 40 leaves (30, F) and (40, F) with ``erasure`` 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Select, delete, literal, select, union_all

from registry.store import tables
from registry.store.interface import Group

_Change = tuple[int, int]
"""Position, and whether it is an erasure."""


def changes_told(connection: Connection, subjects: list[str]) -> dict[str, set[_Change]]:
    """The changes of subjects as they follow from the other tables."""
    return {
        subject: {
            (row.position, row.erasure)
            for row in connection.execute(union_all(*_parts(subject)))
            if row.position is not None
        }
        for subject in subjects
    }


def settle_changes(connection: Connection, group: Group, before: dict[str, set[_Change]]) -> None:
    """Takes the rows that erasures left without what they follow from; ``before`` is what was told of their
    subjects before them."""
    change = tables.change
    for erased in group.erased:
        connection.execute(delete(change).where(change.c.position.in_(erased.positions)))
    for subject, told in before.items():
        left = changes_told(connection, [subject])[subject]
        gone = [position for position, _ in told - left]
        mine = (change.c.subject == subject, change.c.position.in_(gone))
        connection.execute(delete(change).where(*mine))
        new = sorted(left - told - {(erased.by, 1) for erased in group.erased})
        rows = [{"position": at, "subject": subject, "erasure": by} for at, by in new]
        if rows:
            connection.execute(change.insert(), rows)


def _parts(subject: str) -> Iterator[Select[Any]]:
    event, statement = tables.event.c, tables.statement.c
    yield _told(event.position, event.subject == subject)
    yield _told(event.ended_position, event.subject == subject)
    yield _told(statement.erased_by, statement.subject == subject, erasure=1)
    for table in (tables.ground, tables.mark, tables.link, tables.name):
        for column in (table.c.known_from, table.c.known_to):
            yield _told(column, table.c.subject == subject)
    for column in (tables.subject.c.known_from, tables.subject.c.known_to):
        yield _told(column, tables.subject.c.ref == subject)


def _told(column: Column[Any], of: Any, *, erasure: int = 0) -> Select[Any]:
    return select(column.label("position"), literal(erasure).label("erasure")).where(of).distinct()
