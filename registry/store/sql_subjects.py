"""Records of subjects, put together from the rows of five tables (主体记录).

All of them are read range by range of references, so that what is in memory at a time does not grow with the
store. A range ends where ``PAGE`` more subjects have been passed; what is only linked, named or noted between
its ends comes with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Row, Table, and_, func, select

from registry.sanctions.ground import Ground, Link, Mark, NameUse, SubjectRecord
from registry.store import rows, tables
from registry.store.errors import readable_rows
from registry.store.interface import MeasureLookup
from registry.store.sql_own import SqlOwn

MANY_REFS = 500
"""Subjects read at a time: few enough for any limit of parameters."""
PAGE = 5_000
"""Subjects in a range: enough that to ask costs nothing beside to read, and few enough to be held."""
Entry = TypeVar("Entry")
_Chosen: TypeAlias = Callable[[Any], ColumnElement[bool]]
"""The condition on a column of references that chooses subjects."""


@dataclass(slots=True)
class _Parts:
    """What is recorded of each subject, by its reference."""

    grounds: dict[str, list[Ground]]
    marks: dict[str, list[Mark]]
    links: dict[str, list[Link]]
    names: dict[str, list[NameUse]]


class SqlSubjects(SqlOwn):
    """The part of a store that answers with subjects' records."""

    def subjects(self, measures: MeasureLookup) -> Iterator[SubjectRecord]:
        """See Store."""
        low: str | None = ""
        while low is not None:
            high = self._end_of_range(low)
            yield from self._records(measures, _between(low, high))
            low = high

    def subjects_of(self, refs: Collection[str], measures: MeasureLookup) -> list[SubjectRecord]:
        """See Store."""
        wanted = sorted(set(refs))
        chunks = (wanted[at : at + MANY_REFS] for at in range(0, len(wanted), MANY_REFS))
        return [record for chunk in chunks for record in self._records(measures, _among(chunk))]

    def _end_of_range(self, low: str) -> str | None:
        """The last reference of the range that begins after ``low``; None if there is no other after it."""
        ref = tables.subject.c.ref
        query = select(ref).where(ref > low).order_by(ref).offset(PAGE).limit(1)
        return next((row.ref for row in self._read(query)), None)

    def _records(self, measures: MeasureLookup, chosen: _Chosen) -> Iterator[SubjectRecord]:
        parts = self._parts(measures, chosen)
        subject = tables.subject.c
        known = select(tables.subject).where(chosen(subject.ref)).order_by(subject.ref, subject.known_from)
        live = self._live_events(chosen)
        for ref, intervals in groupby(self._read(known), key=lambda row: row.ref):
            yield SubjectRecord(
                ref=ref,
                live_events=live.get(ref, 0),
                known=tuple((row.known_from, row.known_to) for row in intervals),
                grounds=tuple(parts.grounds.pop(ref, ())),
                marks=tuple(parts.marks.pop(ref, ())),
                links=tuple(parts.links.pop(ref, ())),
                names=tuple(parts.names.pop(ref, ())),
            )
        # Codes that are only linked or ruled on: nothing was ever stated about the subject itself.
        for ref in sorted(parts.links.keys() | parts.names.keys() | parts.marks.keys()):
            yield SubjectRecord(
                ref,
                marks=tuple(parts.marks.get(ref, ())),
                links=tuple(parts.links.get(ref, ())),
                names=tuple(parts.names.get(ref, ())),
            )

    def _parts(self, measures: MeasureLookup, chosen: _Chosen) -> _Parts:
        """What is recorded of each subject: grounds, marks, links and names, each in the order of the log."""
        ground, mark, link, name = tables.ground.c, tables.mark.c, tables.link.c, tables.name.c
        uses = self._uses(chosen)
        return _Parts(
            grounds=self._by_subject(
                tables.ground,
                lambda row: rows.ground_from(row, measures),
                (ground.known_from, ground.position, ground.ordinal),
                chosen,
            ),
            marks=self._by_subject(
                tables.mark, rows.mark_from, (mark.known_from, mark.position, mark.target), chosen
            ),
            links=self._by_subject(tables.link, rows.link_from, (link.position, link.outgoing), chosen),
            names=self._by_subject(
                tables.name, lambda row: rows.name_from(row, uses), (name.subject, name.number), chosen
            ),
        )

    def _by_subject(
        self, table: Table, read: Callable[[Row[Any]], Entry], order: tuple[Any, ...], chosen: _Chosen
    ) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        with readable_rows(table.name):
            for row in self._read(select(table).where(chosen(table.c.subject)).order_by(*order)):
                found.setdefault(row.subject, []).append(read(row))
        return found

    def _uses(self, chosen: _Chosen) -> Counter[tuple[str, str, bool]]:
        """How many standing statements use each name of each subject."""
        event = tables.event.c
        query = (
            select(event.subject, event.names, event.settles_names, func.count().label("live"))
            .where(event.state == 0, event.names != rows.NO_TEXTS, chosen(event.subject))
            .group_by(event.subject, event.names, event.settles_names)
        )
        uses: Counter[tuple[str, str, bool]] = Counter()
        with readable_rows("event"):
            for row in self._read(query):
                for used in rows.texts(row.names):
                    uses[row.subject, used, bool(row.settles_names)] += row.live
        return uses

    def _live_events(self, chosen: _Chosen) -> dict[str, int]:
        event = tables.event.c
        query = (
            select(event.subject, func.count().label("live"))
            .where(event.state == 0, event.category != "", chosen(event.subject))
            .group_by(event.subject)
        )
        return {row.subject: row.live for row in self._read(query)}


def _among(refs: Collection[str]) -> _Chosen:
    return lambda column: column.in_(refs)


def _between(low: str, high: str | None) -> _Chosen:
    """After ``low`` and up to ``high``, or to the end."""

    def chosen(column: Any) -> ColumnElement[bool]:
        return and_(column > low, column <= high) if high is not None else column > low

    return chosen
