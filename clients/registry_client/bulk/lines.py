"""Lines of a file and what is said of them (行与错误): what every kind of file has in common.

A ``RawLine`` is a line as it stands in the file, a ``Row`` its text by the headings of its layout, a
``RowFault`` what is wrong with one. A ``Source`` is where lines come from: a text (``separated``) or a
worksheet (``workbook``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from registry.v1 import error_reason_pb2
from registry.v1.error_reason_pb2 import ErrorReason
from registry_client.bulk.values import Value, is_blank

DAY_ZERO = date(1899, 12, 30)
"""The day from which spreadsheets count days, unless they say that they do from 1904."""


class FileFormatError(ValueError):
    """A file that cannot be read at all; the message is one line in Chinese that begins with its path."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row: its line, the heading of the column (empty: the row), why, and in Chinese.

    The message never contains a natural person's code.
    """

    line: int
    column: str
    reason: ErrorReason.ValueType
    message: str

    @property
    def name(self) -> str:
        """The reason without its prefix: ``FIELD_INVALID``."""
        return reason_name(self.reason)


@dataclass(frozen=True, slots=True)
class Row:
    """A row that could be read: its text by the heading of the layout, without blanks around it.

    ``unknown`` are headings, as written, that the layout does not know and under which this row has text.
    """

    line: int
    cells: Mapping[str, str]
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RawLine:
    """A line as it stands in the file: the numbers of its first and last line, and its cells."""

    first: int
    last: int
    values: Sequence[Value]

    @property
    def blank(self) -> bool:
        """Whether no cell has anything in it."""
        return all(map(is_blank, self.values))


class Source(Protocol):
    """Where lines come from. ``lines`` may be read as often as wanted, ``release`` gives memory back until
    they are read again."""

    @property
    def encoding(self) -> str:
        """``xlsx``, or the encoding of text."""

    @property
    def sheet(self) -> str:
        """The name of the worksheet; empty for text."""

    @property
    def headings_within(self) -> int:
        """In which lines the headings are looked for."""

    @property
    def first_column(self) -> int:
        """How many columns stand empty at the left of what is read."""

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know of the file as a whole."""

    @property
    def day_zero(self) -> date:
        """The day from which a number that stands for a day is counted."""

    @property
    def expected_lines(self) -> int:
        """About how many lines there are; for a person who waits."""

    def lines(self) -> Iterator[RawLine | RowFault]:
        """Every line, that of the headings and blank ones too."""

    def heading_fault(self, heading_line: int) -> str:
        """What forbids to read below the headings in this line; empty if nothing does."""

    def release(self) -> None:
        """Forgets what can be read again."""


def reason_name(reason: ErrorReason.ValueType) -> str:
    """A reason without its prefix; its number where this release does not know it."""
    if reason not in ErrorReason.values():
        return str(int(reason))
    return ErrorReason.Name(reason).removeprefix("ERROR_REASON_")


def span(first: int, last: int) -> str:
    """Which lines were taken for one row, where they are several."""
    return f"；第{first}至{last}行被当作一行，请检查引号" if last > first else ""


def malformed(line: int, column: str, message: str) -> RowFault:
    """A row that cannot be read."""
    return RowFault(line, column, error_reason_pb2.ERROR_REASON_MALFORMED_MESSAGE, message)
