"""Where something stands in a file, in the words of whoever has it open (单元格位置).

工作表「行政处罚」第12行「行政相对人代码_1」(C12)        of a workbook
第12行「行政相对人代码_1」                             of a text, which has no letters for columns
第12行                                              of the row as a whole
"""

from __future__ import annotations

from registry_client.bulk.values import column_letters
from registry_client.files import RowFault, Table


def place_of(table: Table, fault: RowFault) -> str:
    """The place of a fault, with sheet, row, column and cell."""
    sheet = f"工作表「{table.sheet}」" if table.sheet else ""
    column = f"「{_in_one_line(fault.column)}」" if fault.column else ""
    cell = cell_of(table, fault)
    return f"{sheet}第{fault.line}行{column}{f'({cell})' if cell else ''}"


def cell_of(table: Table, fault: RowFault) -> str:
    """The name of its cell, such as C12; empty in a text, and where no column is at fault."""
    index = column_index(table, fault.column)
    return f"{column_letters(index)}{fault.line}" if table.sheet and index is not None else ""


def column_index(table: Table, written: str) -> int | None:
    """The place, from 0, of a column in the sheet; None where the file has no column of this name."""
    index = table.headings.index_of(written) if written else None
    return None if index is None else index + table.source.first_column


def _in_one_line(heading: str) -> str:
    return "".join(heading.split())
