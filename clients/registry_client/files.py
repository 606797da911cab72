"""Reading a csv file (RFC 4180) that a department delivers: its rows with line numbers, and what is wrong.

* Encoding: UTF-8 with or without byte order mark, or GB 18030 (which covers GBK and GB 2312), as office
  programs in China write them. It is told from the first line, the headings; where that is plain ASCII (short
  codes), from the whole file. UTF-16 is refused with advice.
* Separator: comma; tab where the first line has tabs and no comma.
* Line 1 has the headings. A row is named by the number of its first line, as an editor shows it; a cell may
  contain line ends within quotes.
* A row that cannot be read (bytes of another encoding, quotes that do not match, more or fewer cells than
  headings) becomes a ``RowFault`` and the rows after it are read. An open quote swallows lines up to the next
  quote; the fault then names the first and the last of them. Nothing is left out in silence but rows without
  any text, which spreadsheets add at the end.

Example: in a file of 29 headings, a row of 28 cells in line 17 gives
``RowFault(17, "", ERROR_REASON_MALFORMED_MESSAGE, "应有29列，实有28列")``.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from registry.v1 import error_reason_pb2
from registry.v1.error_reason_pb2 import ErrorReason
from registry_client.columns import Headings, HeadingsError, recognise
from registry_client.layouts import LAYOUTS

_LOST = "\ufffd"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"


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
class Table:
    """A file whose headings were understood. ``rows`` may be read as often as wanted."""

    path: Path
    encoding: str
    headings: Headings
    _text: str = field(repr=False)
    _separator: str = ","

    def rows(self) -> Iterator[Row | RowFault]:
        """Every row below the headings, in order, but for rows without any text."""
        lines = csv.reader(io.StringIO(self._text, newline=""), strict=True, delimiter=self._separator)
        next(lines)
        while True:
            first = lines.line_num + 1
            try:
                cells = next(lines)
            except StopIteration:
                return
            except csv.Error as error:
                yield _unreadable(first, lines.line_num, str(error))
                continue
            if any(cell.strip() for cell in cells):
                yield self._row(first, lines.line_num, cells)

    def _row(self, first: int, last: int, cells: list[str]) -> Row | RowFault:
        columns = self.headings.columns
        surplus = cells[len(columns) :]
        if len(cells) < len(columns) or any(cell.strip() for cell in surplus):
            message = f"应有{len(columns)}列，实有{len(cells)}列"
            return _malformed(first, "", message + _span(first, last))
        for written, cell in zip(self.headings.written, cells, strict=False):
            if fault := _text_fault(cell):
                return _malformed(first, written, fault)
        known = {each.heading: cell.strip() for each, cell in zip(columns, cells, strict=False) if each}
        texts = zip(columns, self.headings.written, cells, strict=False)
        unknown = tuple(written for column, written, cell in texts if column is None and cell.strip())
        return Row(first, known, unknown)


def reason_name(reason: ErrorReason.ValueType) -> str:
    """A reason without its prefix; its number where this release does not know it."""
    if reason not in ErrorReason.values():
        return str(int(reason))
    return ErrorReason.Name(reason).removeprefix("ERROR_REASON_")


def read_table(path: str | Path) -> Table:
    """The file's headings, understood, and its rows. FileFormatError if it cannot be read at all."""
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise FileFormatError(f"{path}：无法读取：{fault.strerror}") from None
    encoding, text = _decode(path, content)
    first_line = text.partition("\n")[0]
    separator = "\t" if "\t" in first_line and "," not in first_line else ","
    try:
        written = next(csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator), [])
        headings = recognise([each.strip() for each in written], LAYOUTS)
    except (csv.Error, HeadingsError) as fault:
        raise FileFormatError(f"{path}：{fault}") from None
    return Table(path, encoding, headings, text, separator)


def _decode(path: Path, content: bytes) -> tuple[str, str]:
    if content.startswith(_UTF16_MARKS):
        raise FileFormatError(f"{path}：文件是UTF-16编码，请另存为“CSV UTF-8（逗号分隔）”")
    if content.startswith(b"PK\x03\x04"):
        raise FileFormatError(f"{path}：这是电子表格（xlsx）而不是csv，请另存为“CSV UTF-8（逗号分隔）”")
    if content.startswith(_UTF8_MARK):
        return "utf-8-sig", content.decode("utf-8-sig", "replace")
    headings = content.partition(b"\n")[0]
    sample = content if headings.isascii() else headings
    encoding = "utf-8" if _fits(sample, "utf-8") else "gb18030"
    return encoding, content.decode(encoding, "replace")


def _fits(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _text_fault(cell: str) -> str:
    if _LOST in cell:
        return "含有无法按文件编码识别的字符，请核对编码后重新导出"
    if any(unicodedata.category(char) == "Cc" and char not in "\t\r\n" for char in cell):
        return "含有控制字符"
    return ""


def _unreadable(first: int, last: int, error: str) -> RowFault:
    return _malformed(first, "", f"引号不成对或格式有误，这一行无法识别（{error}）" + _span(first, last))


def _span(first: int, last: int) -> str:
    return f"；第{first}至{last}行被当作一行，请检查引号" if last > first else ""


def _malformed(line: int, column: str, message: str) -> RowFault:
    return RowFault(line, column, error_reason_pb2.ERROR_REASON_MALFORMED_MESSAGE, message)
