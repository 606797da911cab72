"""The store's files as known at a position on a day, and the period and moment that a request names.

Example: ``PastStore(store, Known(60, clocks)).all_files()`` leaves out what was opened at 61, and the acts
that were added to others since.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from functools import lru_cache

from registry.commands.ask import Ask
from registry.commands.intake import open_envelope
from registry.commands.state import Log
from registry.domain.faults import Findings
from registry.domain.files import file_key
from registry.errors import RegistryError
from registry.sanctions.catalogue.edition import Edition
from registry.store.interface import FileFilter, Store, StoreError
from registry.supervision.accountability.known import Known, Span
from registry.supervision.duties import Clocks
from registry.v1 import error_reason_pb2 as reasons
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import SupervisionFile
from registry.v1.supervision_pb2 import FileReference

MAX_DAYS = 1100
"""A report is of three years at most."""
PAGE = 500


class PastStore:
    """Files as they were known."""

    def __init__(self, store: Store, known: Known) -> None:
        self._store, self._known = store, known

    def all_files(self, kinds: Collection[int] = ()) -> Iterator[SupervisionFile]:
        """Every file of these kinds, or of any, in the order of opening."""
        for file in self._store.all_files(kinds):
            then = self._known.cut(file)
            if then is not None:
                yield then

    def file(self, reference: FileReference) -> SupervisionFile | None:
        """A file; None if it was not there yet."""
        key = file_key(reference)
        found = self._store.files([key]).get(key)
        return self._known.cut(found) if found is not None else None

    def found(self, wanted: FileFilter) -> Iterator[SupervisionFile]:
        """Those of the files that a filter asks for, the one opened last first."""
        before: int | None = self._known.position + 1
        while page := self._store.files_before(before, PAGE, wanted):
            for file in page:
                then = self._known.cut(file)
                if then is not None:
                    yield then
            before = page[-1].acts[0].position


def known_at(ask: Ask, position: int | None, on: str) -> Known:
    """What was known at a position, or at the last one, as seen from a day, or from today. Raises
    RegistryError for what has not come yet."""
    found, state = Findings(), ask.state
    day = found.optional_day("on", on, "所问日期")
    newest, today = state.size - 1, ask.today()
    if position is not None and position > newest:
        message = f"序号{position}尚未产生; 最新序号是{newest}。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "known_position", message)
    if day is not None and day > today:
        found.add(reasons.ERROR_REASON_DATE_IN_FUTURE, "on", f"所问日期{day}尚未到来。")
    if found.faults:
        raise RegistryError(found.faults)
    at = newest if position is None else position

    @lru_cache(maxsize=MAX_DAYS * 4)
    def edition_on(on_day: date) -> Edition:
        return state.edition_at(at, on_day)

    return Known(at, Clocks(day or today, edition_on))


def span_of(first: str, last: str) -> Span:
    """The period that a request names. Raises RegistryError."""
    found = Findings()
    begin, end = found.day("from", first, "起始日期"), found.day("until", last, "截止日期")
    if begin and end and begin > end:
        message = f"截止日期{end}早于起始日期{begin}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, "until", message)
    elif begin and end and (end - begin).days >= MAX_DAYS:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "until", f"一份报告的期间不超过{MAX_DAYS}日。")
    if found.faults or begin is None or end is None:
        raise RegistryError(found.faults)
    return Span(begin, end)


def object_visited(log: Log, position: int) -> str:
    """The row of the roster that the inspection at a position names (被抽中的名录行); empty where it was not
    made after a draw, or its content was erased by law. Raises StoreError."""
    row = log.store.statement(position)
    if row is None:
        raise StoreError(f"存储被改动: 没有序号{position}的陈述")
    if row.erased_by is not None:
        return ""
    return Statement.FromString(open_envelope(row, log).payload).supervision.inspection.drawn_object
