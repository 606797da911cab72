"""The sheet of a marked copy, written row by row: values as they were, faults and results beside them,
colours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from math import isfinite
from typing import Any, TypeAlias

from registry_client.bulk.marks import Mark
from registry_client.bulk.places import column_index
from registry_client.bulk.values import Value, cell_text, column_letters, is_blank
from registry_client.columns import RETURNED, is_returned
from registry_client.files import RawLine, RowFault, Table

# The library has no types; these are its own.
Format: TypeAlias = Any
Workbook: TypeAlias = Any
Worksheet: TypeAlias = Any

LONGEST = 32_000
_TEXT = 49
"""The number of the format “@” among those that every spreadsheet has."""
_CUT = "…（过长，其余未显示）"
_NARROWEST, _WIDEST, _PROBLEM, _RESULT = 10, 30, 60, 44
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_SHORT = 8
_FIRST_YEAR = 1900


@dataclass(frozen=True, slots=True)
class Formats:
    """The formats that the cells of one workbook have."""

    heading: Format
    text: Format
    risky: Format
    fault: Format
    doubt: Format
    day: Format
    moment: Format
    problem: Format
    fault_day: Format
    doubt_day: Format

    @classmethod
    def of(cls, workbook: Workbook) -> Formats:
        """Those of a workbook that is being written."""
        text, day = {"num_format": _TEXT}, {"num_format": "yyyy-mm-dd"}
        red, yellow = {"bg_color": "#FFC7CE", "font_color": "#9C0006"}, {"bg_color": "#FFEB9C"}
        made = workbook.add_format
        return cls(
            heading=made(
                {**text, "bold": True, "bg_color": "#D9E1F2", "text_wrap": True, "valign": "vcenter"}
            ),
            text=made(text),
            risky=made({**text, "quote_prefix": True}),
            fault=made({**text, **red, "quote_prefix": True}),
            doubt=made({**text, **yellow, "quote_prefix": True}),
            day=made(day),
            moment=made({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            problem=made({**text, "text_wrap": True, "valign": "top"}),
            fault_day=made({**day, **red}),
            doubt_day=made({**day, **yellow}),
        )


class SheetCopy:
    """One sheet being copied and marked."""

    def __init__(self, table: Table, sheet: Worksheet, formats: Formats) -> None:
        self._table, self._sheet, self._formats = table, sheet, formats
        self._left = table.source.first_column
        self._first_year = max(_FIRST_YEAR, table.source.day_zero.year)
        written = table.headings.written
        # A sheet may be wider than its headings.
        first = next(iter(table.source.lines()), None)
        width = max(len(written), len(first.values) if table.sheet and isinstance(first, RawLine) else 0)
        places = [next((i for i, w in enumerate(written) if _same(w, each)), None) for each in RETURNED]
        self._added = [width + n if place is None else place for n, place in enumerate(places)]
        self._passed_over = {index for index, heading in enumerate(written) if is_returned(heading)}

    def write(self, marks: Iterator[Mark]) -> None:
        """Every line; the rows among them with their marks."""
        self._set_widths()
        mark = next(marks, None)
        below, row = False, 0
        for number, raw in enumerate(self._table.source.lines()):
            row = raw.first - 1 if self._table.sheet and isinstance(raw, RawLine) else number
            line = raw.line if isinstance(raw, RowFault) else raw.first
            if not below:
                below = line == self._table.heading_line
                self._write_line(row, raw, self._formats.heading if below else None)
                if below:
                    self._write_headings(row)
            elif mark is not None and mark.line == line:
                self._write_row(row, raw, mark)
                mark = next(marks, None)
            else:
                # A blank line, or a row whose outcome is not known because the run broke off.
                self._write_line(row, raw, None)
                if isinstance(raw, RowFault) or not raw.blank:
                    self._write_added(row, ("", "结果未知，请重新提交"))
        self._sheet.autofilter(
            self._heading_row, 0, max(row, self._heading_row), self._left + max(self._added)
        )

    @property
    def _heading_row(self) -> int:
        return self._table.heading_line - 1

    def _set_widths(self) -> None:
        for index, heading in enumerate(self._table.headings.written):
            width = min(max(2 * len(heading) + 2, _NARROWEST), _WIDEST)
            self._sheet.set_column(self._left + index, self._left + index, width)
        for index, width in zip(self._added, (_PROBLEM, _RESULT), strict=True):
            self._sheet.set_column(self._left + index, self._left + index, width)
        self._sheet.freeze_panes(self._table.heading_line, 0)

    def _write_headings(self, row: int) -> None:
        for index, heading in zip(self._added, RETURNED, strict=True):
            self._sheet.write_string(row, self._left + index, heading, self._formats.heading)

    def _write_row(self, row: int, raw: RawLine | RowFault, mark: Mark) -> None:
        colours = self._colours(mark.warnings, "doubt") | self._colours(mark.faults, "fault")
        self._write_line(row, raw, None, colours)
        kinds = (("错误", mark.faults), ("提示", mark.warnings))
        problems = [self._problem(row, kind, fault) for kind, faults in kinds for fault in faults]
        self._write_added(row, ("\n".join(problems), mark.result))

    def _colours(self, told: Iterable[RowFault], colour: str) -> dict[int | None, str]:
        return {column_index(self._table, each.column): colour for each in told}

    def _problem(self, row: int, kind: str, fault: RowFault) -> str:
        index = column_index(self._table, fault.column)
        column = f"「{''.join(fault.column.split())}」" if fault.column else "本行"
        cell = "" if index is None else f"({column_letters(index)}{row + 1})"
        return f"【{kind}】{column}{cell}：{fault.message}"

    def _write_added(self, row: int, texts: tuple[str, str]) -> None:
        for index, text in zip(self._added, texts, strict=True):
            if text:
                self._sheet.write_string(row, self._left + index, cut(text), self._formats.problem)

    def _write_line(
        self,
        row: int,
        raw: RawLine | RowFault,
        format: Format | None,
        colours: dict[int | None, str] | None = None,
    ) -> None:
        """The cells of a line; ``colours`` by column of the sheet."""
        colours = colours or {}
        for index, value in enumerate(() if isinstance(raw, RowFault) else raw.values):
            column = self._left + index
            if index in self._passed_over or (is_blank(value) and column not in colours):
                continue
            self._write_value(row, column, value, format, colours.get(column, ""))

    def _write_value(self, row: int, column: int, value: Value, format: Format | None, colour: str) -> None:
        sheet, formats = self._sheet, self._formats
        if isinstance(value, date) and value.year >= self._first_year:
            moment = isinstance(value, datetime) and value.time() != time()
            named = {"fault": formats.fault_day, "doubt": formats.doubt_day}
            plain = formats.moment if moment else formats.day
            sheet.write_datetime(row, column, value, format or named.get(colour, plain))
            return
        named = {"fault": formats.fault, "doubt": formats.doubt}
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value, format or named.get(colour))
        elif isinstance(value, int | float) and not colour and _is_short(value):
            sheet.write_number(row, column, value, format)
        else:
            text = value if isinstance(value, str) else cell_text(value)
            plain = formats.risky if text.startswith(_FORMULA_STARTS) else formats.text
            sheet.write_string(row, column, cut(text), format or named.get(colour, plain))


def _is_short(number: float) -> bool:
    """Whether a number cannot be a code; one that may be is written as text, and so is what is no number."""
    return isfinite(number) and len(cell_text(number)) <= _SHORT


def _same(written: str, returned: str) -> bool:
    return is_returned(written) and written.strip() == returned


def cut(text: str) -> str:
    """As much of a text as a cell holds, saying so."""
    return text if len(text) <= LONGEST else text[:LONGEST] + _CUT
