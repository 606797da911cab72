"""Files of the tests here: workbooks with cells of every type, rows prepared for a day, a writer of raw
zips."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from xlsxwriter import Workbook  # type: ignore[import-untyped]

from registry_client.bulk.preparing import Author, PreparedRow, prepared_rows
from registry_client.files import Table, read_content
from registry_client.numbering import Numbering
from tests.registry_client.samples import DEPARTMENT, ORIGIN

TODAY = date(2026, 11, 26)
AUTHOR = Author(ORIGIN, DEPARTMENT, Numbering(b"s" * 32))
CONTENT_TYPES = (
    b'<Types><Override ContentType="application/vnd.openxmlformats-officedocument.'
    b'spreadsheetml.sheet.main+xml"/></Types>'
)


def workbook(
    *sheets: Sequence[Sequence[Any]], names: Sequence[str] = (), merge: str = "", from_1904: bool = False
) -> bytes:
    """A workbook with these cells; a date is written as one, ``None`` not at all."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "date_1904": from_1904}
    with Workbook(target, options) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, rows in enumerate(sheets):
            page = book.add_worksheet(names[number] if names else None)
            for row, cells in enumerate(rows):
                for column, value in enumerate(cells):
                    if isinstance(value, date):
                        page.write_datetime(row, column, value, day)
                    elif value is not None:
                        page.write(row, column, value)
            if merge and not number:
                page.merge_range(merge, "合并")
    return target.getvalue()


def workbook_of(*rows: Mapping[str, Any], name: str = "行政处罚") -> bytes:
    """A workbook with the headings of the first row."""
    headings = list(rows[0])
    return workbook([headings, *([row.get(each) for each in headings] for row in rows)], names=[name])


def table_of(*rows: Mapping[str, Any]) -> Table:
    """The rows as a workbook, read."""
    return read_content("表.xlsx", workbook_of(*rows))


def prepared(table: Table, today: date = TODAY) -> list[PreparedRow]:
    """Its rows, checked as on a day."""
    return list(prepared_rows(table, AUTHOR, today=today))


def archive(parts: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with these parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression, compresslevel=1) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return target.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    """The parts of a zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {each: opened.read(each) for each in opened.namelist()}
