"""Worksheets of a workbook (xlsx), read with calamine: values as they were saved, nothing evaluated.

The archive was looked through before (``archive``). Of several worksheets the visible one with known
headings is read (``registry_client.files``), or the one that is named, hidden or not. Above the headings
there may be a title and notes, up to line 10. Cells must not be merged from the headings on: of merged cells
only the first has a value, and the rows below it would lack theirs.

A worksheet is held in memory while it is read and dropped by ``release``.

Example: with a title in line 1 and headings in line 3, the first row of data is line 4 and its cell under the
third heading is C4, as the spreadsheet shows it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from registry_client.bulk.archive import looked_through
from registry_client.bulk.lines import DAY_ZERO, FileFormatError, RawLine, RowFault
from registry_client.bulk.values import column_letters

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

HEADINGS_WITHIN = 10
_SHOWN = 3
_DAY_ZERO_1904 = date(1904, 1, 1)
_Range = tuple[tuple[int, int], tuple[int, int]]


class Worksheet:
    """The lines of a worksheet."""

    encoding = "xlsx"
    headings_within = HEADINGS_WITHIN

    def __init__(
        self,
        name: str | Path,
        content: bytes,
        sheet: str,
        *,
        workbook: CalamineWorkbook,
        notices: tuple[str, ...],
        day_zero: date = DAY_ZERO,
    ) -> None:
        self.sheet = sheet
        self.notices = notices
        self.day_zero = day_zero
        self._name = name
        self._content = content
        # Opened once for all of its sheets; whoever is read lets go of it, for it holds every text.
        self._workbook: CalamineWorkbook | None = workbook
        self._loaded: CalamineSheet | None = None

    @property
    def first_column(self) -> int:
        """How many columns stand empty at the left of what is read."""
        start = self._load().start
        return start[1] if start else 0

    @property
    def expected_lines(self) -> int:
        """The last line that has anything."""
        end = self._load().end
        return end[0] + 1 if end else 0

    def lines(self) -> Iterator[RawLine | RowFault]:
        """Every line from the sheet's first on."""
        for number, values in enumerate(self._load().iter_rows(), 1):
            yield RawLine(number, number, values)

    def heading_fault(self, heading_line: int) -> str:
        """What is wrong where cells are merged in the headings or below them; empty if none are."""
        merged = self._load().merged_cell_ranges or []
        ranges = [each for each in merged if each[1][0] >= heading_line - 1]
        if not ranges:
            return ""
        shown = "、".join(map(_range_name, ranges[:_SHOWN]))
        more = f"等{len(ranges)}处" if len(ranges) > _SHOWN else ""
        return f"有合并单元格（{shown}{more}），请取消合并并逐格填写"

    def release(self) -> None:
        """Drops the sheet; it is loaded again when it is needed."""
        self._loaded = None

    def _load(self) -> CalamineSheet:
        if self._loaded is None:
            workbook = self._workbook or _opened(self._name, self._content)
            self._workbook = None
            try:
                self._loaded = workbook.get_sheet_by_name(self.sheet)
            except BaseException as fault:
                raise _failure(self._name, fault) from None
        return self._loaded


def open_workbook(name: str | Path, content: bytes, *, sheet: str = "") -> list[Worksheet]:
    """The worksheets in which to look for headings. FileFormatError if it cannot be opened, or has none."""
    formulas, from_1904 = looked_through(name, content)
    workbook = _opened(name, content)
    notices: tuple[str, ...] = ()
    if formulas:
        notices = (f"工作簿有{formulas}个公式单元格：公式不会被计算，读取的是上次保存时的结果，请核对",)
    known = workbook.sheet_names
    if sheet and sheet not in known:
        raise FileFormatError(f"{name}：没有工作表「{sheet}」，有：{'、'.join(known)}")
    wanted = [sheet] if sheet else _visible(workbook)
    if not wanted:
        raise FileFormatError(f"{name}：工作簿没有可见的工作表")
    day_zero = _DAY_ZERO_1904 if from_1904 else DAY_ZERO
    return [
        Worksheet(name, content, each, workbook=workbook, notices=notices, day_zero=day_zero)
        for each in wanted
    ]


def _range_name(merged: _Range) -> str:
    return ":".join(f"{column_letters(column)}{row + 1}" for row, column in merged)


def _visible(workbook: CalamineWorkbook) -> list[str]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        each.name
        for each in workbook.sheets_metadata
        if each.typ == SheetTypeEnum.WorkSheet and each.visible == SheetVisibleEnum.Visible
    ]


def _opened(name: str | Path, content: bytes) -> CalamineWorkbook:
    try:
        from python_calamine import load_workbook
    except ModuleNotFoundError:
        advice = "读取xlsx需要安装 credit-registry[bulk]，或另存为csv"
        raise FileFormatError(f"{name}：{advice}") from None
    try:
        return load_workbook(io.BytesIO(content))
    except BaseException as fault:
        raise _failure(name, fault) from None


def _failure(name: str | Path, fault: BaseException) -> BaseException:
    """A fault of the library as one of the file; what is none of its faults as it is."""
    kind = type(fault).__name__
    if kind == "PasswordError":
        return FileFormatError(f"{name}：工作簿已加密，请去掉打开密码后再提交")
    # A panic in the library's Rust code is no Exception.
    if isinstance(fault, Exception) or kind == "PanicException":
        return FileFormatError(f"{name}：xlsx文件已损坏或不完整，请重新导出")
    return fault
