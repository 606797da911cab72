"""From a row to a credit event (信用事件): each cell into its field, words into enumerations.

What is checked here is only what could not be put into a message at all: a word that no enumeration has. All
else, an empty number, a code with a wrong check digit, a day that does not exist, goes to the registry as it
was written, and the registry names every fault; there is no second set of rules. Faults it names come back by
the field of the event, and ``column_of_field`` tells the column.

Subject: a natural person (自然人) by 证件类型 and 证件号码, everybody else by 统一社会信用代码. The class
法人及非法人组织 of 双公示 says nothing of the kind of body; it is read from the code's first two characters
(GB 32100), and is an enterprise where they leave it open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from registry.domain.identifiers import normalise, uscc_kinds
from registry.v1 import error_reason_pb2, subject_pb2
from registry.v1.statement_pb2 import Event
from registry.v1.subject_pb2 import SubjectKind
from registry_client import layouts
from registry_client.articles import split_articles
from registry_client.columns import Column, Headings, Layout
from registry_client.dates import iso_day, iso_last_day
from registry_client.files import Row, RowFault
from registry_client.words import CAPACITIES, KINDS, ORGANISATIONS, PAPERS, SEVERITIES, YES_OR_NO, plain

_PERSON = subject_pb2.SUBJECT_KIND_NATURAL_PERSON
_DAYS: Mapping[str, Callable[[str], str]] = {
    "document.decided_on": iso_day,
    "effective_from": iso_day,
    "effective_until": iso_last_day,
    "measures[0].from": iso_day,
    "measures[0].until": iso_last_day,
}
_WORDS: Mapping[str, Mapping[str, int]] = {
    layouts.SEVERITY: SEVERITIES,
    layouts.CAPACITY: CAPACITIES,
    layouts.LIFETIME: YES_OR_NO,
}
_SUBJECT_PATHS = (layouts.KIND, layouts.PAPER_TYPE, layouts.CODE)
_KINDS_BY_CODE = (
    subject_pb2.SUBJECT_KIND_ENTERPRISE,
    subject_pb2.SUBJECT_KIND_INSTITUTION,
    subject_pb2.SUBJECT_KIND_SOCIAL_ORG,
    subject_pb2.SUBJECT_KIND_GOV_ORGAN,
    subject_pb2.SUBJECT_KIND_COOP,
)
_CONTENT_FIELD = re.compile(r"event\.content\[([0-9]+)\]")
_Value = TypeVar("_Value")


def event_of_row(headings: Headings, row: Row) -> Event | tuple[RowFault, ...]:
    """The event that a row states, or every fault for which there is none."""
    reading = _Reading(headings, row)
    event = reading.event()
    return tuple(reading.faults) or event


def layout_of_row(headings: Headings, row: Row) -> Layout:
    """The file's layout; for an entry on a list of abnormal operation, that of such an entry."""
    if headings.layout is layouts.LIST_ENTRY and plain(row.cells["名单代码"]) in layouts.ABNORMAL_LISTS:
        return layouts.ABNORMAL_ENTRY
    return headings.layout


def column_of_field(headings: Headings, row: Row, event: Event, path: str) -> str:
    """The heading, as written, of the column behind a field such as ``event.document.number``; or ""."""
    layout = layout_of_row(headings, row)
    name = path.removeprefix("event.")
    if content := _CONTENT_FIELD.match(path):
        number = int(content[1])
        name = event.content[number].name if number < len(event.content) else ""
    if name == layouts.CODE:
        column = _code_column(layout, event.subject.kind)
    else:
        column = layout.column_of(name) or layout.column(layout.fallbacks.get(name, ""))
    return headings.as_written(column.heading) if column else ""


def unsent_headings(headings: Headings, row: Row) -> list[str]:
    """The headings, as written, of columns under which the row has text that its event does not carry."""
    layout = layout_of_row(headings, row)
    known = [
        headings.as_written(column.heading)
        for column in layout.columns
        if column.for_readers_only and row.cells.get(column.heading)
    ]
    return [*known, *row.unknown]


def code_left_out(headings: Headings, row: Row, event: Event) -> str:
    """The heading, as written, of a code that stands in the row and is not its subject's; "" if none does.

    A firm's code beside 自然人, or a person's number beside 企业: the kind decides whose record it becomes.
    What a clerk writes where there is none (无, /, ——) is no code.
    """
    layout = layout_of_row(headings, row)
    taken = _code_column(layout, event.subject.kind)
    for column in layout.columns:
        text = row.cells.get(column.heading, "")
        if column.path == layouts.CODE and column is not taken and any(map(str.isdigit, text)):
            return headings.as_written(column.heading)
    return ""


@dataclass(slots=True)
class _Reading:
    """One row being read; collects its faults."""

    headings: Headings
    row: Row
    faults: list[RowFault] = field(default_factory=list)

    def event(self) -> Event:
        layout = layout_of_row(self.headings, self.row)
        event = Event(category=layout.category)
        self._subject(event, layout)
        cells = self.row.cells
        # Most columns of most rows are empty: what follows looks at the others alone.
        filled = [(column, text) for column in layout.columns if (text := cells.get(column.heading))]
        for column, text in filled:
            if column.path and column.path not in _SUBJECT_PATHS:
                self._fill(event, column.path, column, text)
        for path, heading in layout.fallbacks.items():
            fallback = layout.column(heading)
            if fallback and (text := self._text(fallback)) and not _value(event, path):
                self._fill(event, path, fallback, text)
        for name, value in _content(filled):
            event.content.add(name=name, value=value)
        return event

    def _fill(self, event: Event, path: str, column: Column, text: str) -> None:
        if path == "legal_basis":
            event.legal_basis.extend(_articles(text))
        elif path not in _WORDS:
            _put(event, path, _DAYS.get(path, str)(text))
        elif (value := self._word(column, _WORDS[path])) is not None:
            _put(event, path, value)

    def _subject(self, event: Event, layout: Layout) -> None:
        identifier = event.subject.identifier
        event.subject.kind = self._kind(layout)
        identifier.value = self._text(_code_column(layout, event.subject.kind))
        if event.subject.kind == _PERSON:
            column = layout.column_of(layouts.PAPER_TYPE)
            if column and (paper := self._word(column, PAPERS)):
                identifier.type = paper
        else:
            identifier.type = subject_pb2.IDENTIFIER_TYPE_USCC

    def _kind(self, layout: Layout) -> SubjectKind.ValueType:
        column = layout.column_of(layouts.KIND)
        if column is None:
            return layout.kind
        text = self._text(column)
        if text == ORGANISATIONS or plain(text) == ORGANISATIONS:
            code = self._text(_code_column(layout, subject_pb2.SUBJECT_KIND_ENTERPRISE))
            possible = uscc_kinds(normalise(code))
            return next((kind for kind in _KINDS_BY_CODE if kind in possible), _KINDS_BY_CODE[0])
        return self._word(column, KINDS, also=(ORGANISATIONS,)) or layout.kind

    def _text(self, column: Column | None) -> str:
        return self.row.cells.get(column.heading, "") if column else ""

    def _word(
        self, column: Column, table: Mapping[str, _Value], *, also: tuple[str, ...] = ()
    ) -> _Value | None:
        """The value of a cell's word; None where it is empty, and where it is no word (a fault is noted).
        ``also`` are words that the column may have and that were understood before."""
        text = self._text(column)
        value = table.get(text)
        if value is None and text:
            value = table.get(plain(text))
        if value is None and text:
            # A number in a column of words is a code that slid, perhaps a person's: it is not quoted.
            quoted = "" if any(map(str.isdigit, text)) else f"“{text[:20]}”"
            message = f"{quoted}不是可用的写法，应为：{'、'.join((*also, *table))}"
            heading = self.headings.as_written(column.heading)
            reason = error_reason_pb2.ERROR_REASON_FIELD_INVALID
            self.faults.append(RowFault(self.row.line, heading, reason, message))
        return value


def _code_column(layout: Layout, kind: SubjectKind.ValueType) -> Column | None:
    """Where the subject's code stands: 证件号码 for a person, the column for the USCC otherwise."""
    personal = kind == _PERSON
    for column in layout.columns:
        if column.path == layouts.CODE and (column.heading == layouts.PAPER_NUMBER) == personal:
            return column
    return None


def _content(filled: list[tuple[Column, str]]) -> Iterator[tuple[str, str]]:
    """Content fields in the order of the columns; several cells of one field with their headings."""
    given: dict[str, list[tuple[str, str]]] = {}
    for column, text in filled:
        if column.content:
            given.setdefault(column.content, []).append((column.heading, text))
    for name, cells in given.items():
        yield name, _joined(cells)


def _joined(cells: list[tuple[str, str]]) -> str:
    if len(cells) == 1:
        return cells[0][1]
    return "；".join(f"{heading}：{text}" for heading, text in cells)


@lru_cache(maxsize=4096)
def _articles(cell: str) -> tuple[str, ...]:
    """As ``split_articles``: the rows of a file cite few articles."""
    return tuple(split_articles(cell))


_OF_DOCUMENT = ("document",)
"""Where most of them lead."""


@lru_cache(maxsize=64)
def _steps(path: str) -> tuple[tuple[str, ...], str]:
    *parents, name = path.split(".")
    return tuple(parents), name


def _put(event: Event, path: str, value: Any) -> None:
    """Sets a field by its path; ``measures[0]`` is made when it is first needed."""
    parents, name = _steps(path)
    if parents == _OF_DOCUMENT:
        setattr(event.document, name, value)
        return
    message: Any = event
    for parent in parents:
        if parent == "measures[0]":
            message = event.measures[0] if event.measures else event.measures.add()
        else:
            message = getattr(message, parent)
    setattr(message, name, value)


def _value(event: Event, path: str) -> Any:
    message: Any = event
    for name in path.split("."):
        message = getattr(message, name)
    return message
