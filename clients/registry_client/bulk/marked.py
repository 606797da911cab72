"""The file that comes back (标注工作簿): what was delivered, with what is wrong and what became of each row.

It is an xlsx whatever was delivered. Rows and columns stand where they stood, so that C12 is C12; every value
is as it was given, codes as text, since a number of 18 digits would lose three. Two columns are added at the
right (``columns.RETURNED``): every fault and warning of the row, each with its cell, and its result. Cells at
fault are red, those to look at yellow. A second sheet has what is to be said of the file as a whole.

The workbook may be mended and submitted as it is: the two columns are passed over. No text becomes a formula
or a link, whatever it begins with, and it is marked as text, so that editing it does not make it one. A cell
holds 32,767 characters; what is longer is cut, and says so.

Example: “【错误】「处罚决定日期」(V3)：决定日期“2026-02-30”不是有效日期…” beside a red V3.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from registry_client.bulk.lines import DAY_ZERO
from registry_client.bulk.marked_sheet import Formats, SheetCopy, cut
from registry_client.bulk.marks import Mark
from registry_client.files import Table

__all__ = ["Mark", "marked_workbook", "write_marked"]

_OF_FILE = "提交说明"


def marked_workbook(table: Table, marks: Iterable[Mark], *, said: Sequence[str] = ()) -> bytes:
    """The bytes of the marked copy. ``marks`` are in the order of the rows; ``said`` is said of the file."""
    target = io.BytesIO()
    write_marked(target, table, marks, said=said)
    return target.getvalue()


def write_marked(
    target: Path | IO[bytes], table: Table, marks: Iterable[Mark], *, said: Sequence[str] = ()
) -> None:
    """Writes the marked copy, row by row. OSError, or an error of the library's own, where it cannot."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    plain_text = {f"strings_to_{what}": False for what in ("numbers", "formulas", "urls")}
    # The number of a day stays the number of that day, should the copy be mended and submitted.
    counting = {"date_1904": table.source.day_zero != DAY_ZERO}
    with Workbook(target, {"constant_memory": True, **plain_text, **counting}) as workbook:
        sheet = workbook.add_worksheet(_sheet_name(table))
        SheetCopy(table, sheet, Formats.of(workbook)).write(iter(marks))
        page = workbook.add_worksheet(_OF_FILE if _sheet_name(table) != _OF_FILE else f"{_OF_FILE}2")
        page.set_column(0, 0, 100, workbook.add_format({"text_wrap": True}))
        for number, text in enumerate((f"文件：{table.path.name}", *table.notices, *said)):
            page.write_string(number, 0, cut(text))


def _sheet_name(table: Table) -> str:
    """A worksheet's name has at most 31 characters, and some are not allowed."""
    name = "".join(" " if char in "[]:*?/\\" else char for char in table.sheet or table.headings.layout.name)
    return name[:31].strip("'") or table.headings.layout.name
