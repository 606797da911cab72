"""Reading a file that a department delivers (csv or xlsx): its rows with line numbers, and what is wrong.

What a file is, its content says and not its name: a workbook (``registry_client.bulk.workbook``), or text
with separators (``registry_client.bulk.separated``); what is neither is refused with advice.

* The first line, of a workbook one of the first ten, has the headings. A row is named by the number that an
  editor or a spreadsheet shows beside it.
* A row that cannot be read (bytes of another encoding, quotes that do not match, more or fewer cells than
  headings) becomes a ``RowFault`` and the rows after it are read. Nothing is left out in silence but rows
  without any text, which spreadsheets add at the end.
* Of a workbook one worksheet is read: the first with headings, or the one that has rows below them. Where
  several that can be seen have headings and rows, none is, until one is named: the others would be left out.
* Headings may stand there once. A second line of them is a mistake that would become a row of its own.

Example: in a file of 29 headings, a row of 28 cells in line 17 gives
``RowFault(17, "", ERROR_REASON_MALFORMED_MESSAGE, "应有29列，实有28列")``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from registry_client.bulk.lines import FileFormatError, RawLine, Row, RowFault, Source, reason_name
from registry_client.bulk.row_reading import row_reader
from registry_client.bulk.separated import open_text
from registry_client.bulk.values import cell_text, column_letters
from registry_client.bulk.workbook import open_workbook
from registry_client.columns import Headings, HeadingsError, Layout, UnknownHeadingsError, recognise
from registry_client.layouts import LAYOUTS

__all__ = [
    "FileFormatError",
    "RawLine",
    "Row",
    "RowFault",
    "Source",
    "Table",
    "read_content",
    "read_table",
    "reason_name",
]

MAX_BYTES = 256 << 20
"""Of a file: 100,000 rows of every column filled have some 60 MB as csv and 10 MB as xlsx."""
MAX_ROWS = 1_000_000
_LONGEST_HEADING = 100
_PACKED = b"PK\x03\x04"
_SECOND_HEADINGS = 2
"""A row with two cells that are headings, and no more that are not, is a second line of headings."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file whose headings were understood. ``rows`` may be read as often as wanted."""

    path: Path
    headings: Headings
    heading_line: int
    source: Source = field(repr=False)

    @property
    def encoding(self) -> str:
        """``utf-8``, ``utf-8-sig`` or ``gb18030``; ``xlsx`` of a workbook."""
        return self.source.encoding

    @property
    def sheet(self) -> str:
        """The name of the worksheet; empty for text."""
        return self.source.sheet

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know of the file as a whole."""
        return self.source.notices

    def rows(self) -> Iterator[Row | RowFault]:
        """Every row below the headings, in order, but for rows without any text. FileFormatError for what
        only reading shows: a cell of megabytes, too many rows."""
        read = row_reader(self.headings)
        for number, raw in enumerate(self.raw_lines()):
            if number >= MAX_ROWS:
                raise FileFormatError(f"{self.path}：超过{MAX_ROWS}行，请分成几个文件")
            if isinstance(raw, RowFault):
                yield raw
            elif not raw.blank:
                yield read(raw)

    def raw_lines(self) -> Iterator[RawLine | RowFault]:
        """Every line below the headings as it stands in the file, blank ones too."""
        lines = self.source.lines()
        for raw in lines:
            if isinstance(raw, RawLine) and raw.first == self.heading_line:
                return lines
        return iter(())


def read_table(path: str | Path, *, sheet: str = "") -> Table:
    """The file's headings, understood, and its rows. FileFormatError if it cannot be read at all."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as fault:
        raise FileFormatError(f"{path}：无法读取：{fault.strerror}") from None
    return read_content(path, content, sheet=sheet)


def read_content(
    name: str | Path, content: bytes, *, sheet: str = "", layouts: Sequence[Layout] = LAYOUTS
) -> Table:
    """As ``read_table``, of the bytes of a file with this name, which is one of ``layouts``."""
    if len(content) > MAX_BYTES:
        raise FileFormatError(f"{name}：文件超过{MAX_BYTES >> 20}MB，请分成几个文件")
    sources: Sequence[Source]
    if content.startswith(_PACKED):
        sources = open_workbook(name, content, sheet=sheet)
    else:
        sources = [open_text(name, content, sheet=sheet)]
    return _first_known(name, sources, layouts)


def _first_known(name: str | Path, sources: Sequence[Source], layouts: Sequence[Layout]) -> Table:
    """The sheet with known headings, and rows if any has some. FileFormatError if there is none, or another
    beside it."""
    unknown = ""
    for number, source in enumerate(sources, 1):
        try:
            table = _table(Path(name), source, layouts)
        except UnknownHeadingsError as fault:
            unknown = unknown or str(fault)
        except HeadingsError as fault:
            if instead := _instead_of(source, sources[number:], layouts):
                return _first_known(name, instead, layouts)
            raise FileFormatError(f"{name}：{_of_sheet(source)}{fault}") from None
        else:
            if instead := _instead_of(source, sources[number:], layouts):
                return _first_known(name, instead, layouts)
            _require_no_other(table, sources[number:], layouts)
            return table
        source.release()
    sheets = "、".join(source.sheet for source in sources if source.sheet)
    raise FileFormatError(f"{name}：{f'工作表{sheets}：' if sheets else ''}{unknown}")


def _instead_of(source: Source, others: Sequence[Source], layouts: Sequence[Layout]) -> list[Source]:
    """The sheets with rows beside one that has none: a form of another kind that was not filled in, or notes
    that stand before the form. Empty if it has some itself."""
    filled = [each for each in others if _has_rows(each, layouts)]
    return filled if filled and not _has_rows(source, layouts) else []


def _require_no_other(table: Table, others: Sequence[Source], layouts: Sequence[Layout]) -> None:
    """Of two sheets with rows one would be left out: last month's, or 行政许可 beside 行政处罚."""
    also = "".join(f"「{each.sheet}」" for each in others if _has_rows(each, layouts))
    if also:
        advice = "只能读一张：请用 --sheet 指明，或隐藏、移走其余的"
        raise FileFormatError(f"{table.path}：工作表「{table.sheet}」{also}都有可识别的表头和内容，{advice}")


def _has_rows(source: Source, layouts: Sequence[Layout]) -> bool:
    """Whether a sheet has headings and something below them, whatever else is wrong with it."""
    lines = source.lines()
    try:
        for raw in islice(lines, source.headings_within):
            if isinstance(raw, RawLine) and any(_are_headings(_headings_of(raw), each) for each in layouts):
                return any(isinstance(below, RowFault) or not below.blank for below in lines)
        return False
    finally:
        source.release()


def _are_headings(texts: Sequence[str], layout: Layout) -> bool:
    """Notes beside a form have a line for each column, with its heading and its short code."""
    named = layout.named_in(texts)
    return layout.mark in named and len(named) > 1


def _table(path: Path, source: Source, layouts: Sequence[Layout]) -> Table:
    lines = source.lines()
    unknown = UnknownHeadingsError("认不出表头：文件是空的")
    for raw in islice(lines, source.headings_within):
        if isinstance(raw, RowFault):
            raise UnknownHeadingsError(f"认不出表头：{raw.message}")
        try:
            headings = recognise(_headings_of(raw), layouts)
        except UnknownHeadingsError as fault:
            unknown = fault
        else:
            _require_no_second(headings, raw, lines)
            if merged := source.heading_fault(raw.first):
                raise HeadingsError(merged)
            return Table(path, headings, raw.first, source)
    raise unknown


def _headings_of(raw: RawLine) -> list[str]:
    """The headings, without empty cells at the end; one without text is named by its column."""
    texts = list(map(cell_text, raw.values))
    while texts and not texts[-1]:
        texts.pop()
    return [
        text[:_LONGEST_HEADING] or f"（{column_letters(index)}列，没有列名）"
        for index, text in enumerate(texts)
    ]


def _require_no_second(headings: Headings, first: RawLine, lines: Iterator[RawLine | RowFault]) -> None:
    following = next((raw for raw in lines if isinstance(raw, RawLine) and not raw.blank), None)
    texts = [text for text in map(cell_text, following.values) if text] if following else []
    known = sum(map(headings.layout.knows, texts))
    if following and known >= _SECOND_HEADINGS and 2 * known >= len(texts):
        raise HeadingsError(f"第{first.first}行和第{following.first}行都是表头，请只保留一行")


def _of_sheet(source: Source) -> str:
    return f"工作表「{source.sheet}」：" if source.sheet else ""
