"""Text with separators (csv, RFC 4180), as office programs and databases in China write it.

* Encoding: UTF-8 with or without byte order mark, or GB 18030 (which covers GBK and GB 2312). It is told from
  the first line, the headings; where that is plain ASCII (short codes), from the whole file. UTF-16 is
  refused with advice.
* Separator: comma; where the first line has none, tab, or else semicolon.
* A row is named by the number of its first line, as an editor shows it; a cell may contain line ends within
  quotes. An open quote swallows lines up to the next quote; the fault then names the first and the last.
* A cell of more than 131,072 characters ends the reading: it is an open quote or no file of this kind.

The text is decoded as it is read; only its bytes are kept.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from registry_client.bulk.lines import DAY_ZERO, FileFormatError, RawLine, RowFault, malformed, span

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_FIRST_LINE = re.compile(rb"[^\r\n]*")
_FOREIGN = (
    (b"%PDF", "这是PDF文件"),
    (b"<?xml", "这是XML文件"),
    (b"<html", "这是网页（有的系统以此冒充xls）"),
    (b"<!doctype", "这是网页（有的系统以此冒充xls）"),
    (b"<table", "这是网页（有的系统以此冒充xls）"),
    (b"{\\rtf", "这是RTF文件"),
)
_ADVICE = "，请另存为xlsx或“CSV UTF-8（逗号分隔）”"


@dataclass(frozen=True, slots=True)
class SeparatedText:
    """The lines of a text."""

    name: str
    content: bytes = field(repr=False)
    encoding: str
    separator: str
    sheet: str = ""
    headings_within: int = 1
    first_column: int = 0
    day_zero: date = DAY_ZERO
    notices: tuple[str, ...] = ()

    @property
    def expected_lines(self) -> int:
        """Line ends, whether in a cell or not."""
        return self.content.count(b"\n")

    def lines(self) -> Iterator[RawLine | RowFault]:
        """Every line, decoded as it is read. FileFormatError where a cell is too long to be one."""
        text = io.TextIOWrapper(io.BytesIO(self.content), self.encoding, "replace", newline="")
        reader = csv.reader(text, strict=True, delimiter=self.separator)
        while True:
            first = reader.line_num + 1
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._unreadable(first, reader.line_num, str(error))
            else:
                yield RawLine(first, reader.line_num, values)

    def heading_fault(self, heading_line: int) -> str:
        """Nothing is merged in a text."""
        return ""

    def release(self) -> None:
        """Nothing is kept but the bytes."""

    def _unreadable(self, first: int, last: int, error: str) -> RowFault:
        if "field limit" in error:
            limit = csv.field_size_limit()
            raise FileFormatError(
                f"{self.name}：第{first}行起有一格超过{limit}字，无法识别；请检查这一行的引号"
                + span(first, last)
            )
        return malformed(first, "", f"引号不成对或格式有误，这一行无法识别（{error}）" + span(first, last))


def open_text(name: str | Path, content: bytes, *, sheet: str = "") -> SeparatedText:
    """The lines of a text. FileFormatError if it is none, or a worksheet of it is asked for."""
    if fault := _foreign(content):
        raise FileFormatError(f"{name}：{fault}")
    if sheet:
        raise FileFormatError(f"{name}：不是xlsx工作簿，没有工作表「{sheet}」")
    encoding = _encoding(content)
    line = _FIRST_LINE.match(content)
    headings = (line[0] if line else b"").decode(encoding, "replace")
    separator = next((each for each in (",", "\t", ";") if each in headings), ",")
    return SeparatedText(str(name), content, encoding, separator)


def _foreign(content: bytes) -> str:
    """What the file is, where it is no text with separators; with advice."""
    if content.startswith(_COMPOUND):
        if _ENCRYPTED in content:
            return "工作簿已加密，请去掉打开密码后再提交"
        return "这是旧版电子表格（xls），请另存为xlsx"
    if content.startswith(_UTF16_MARKS):
        return "文件是UTF-16编码，请另存为“CSV UTF-8（逗号分隔）”"
    head = content[:256].removeprefix(_UTF8_MARK).lstrip().lower()
    return next((what + _ADVICE for mark, what in _FOREIGN if head.startswith(mark.lower())), "")


def _encoding(content: bytes) -> str:
    if content.startswith(_UTF8_MARK):
        return "utf-8-sig"
    headings = content.partition(b"\n")[0]
    return "utf-8" if _fits(content if headings.isascii() else headings) else "gb18030"


def _fits(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
