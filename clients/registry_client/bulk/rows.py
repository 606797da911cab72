"""Rows of a file, checked (逐行检查): each with the event that it states, and everything that is wrong.

A row goes through three hands, and what each of them finds is told together: its cells are made uniform
(``cells``), an event is made of them (``registry_client.events``), and the event is checked as the registry
would (``checks``). A fault keeps the row from being sent; a warning does not.

Example: a row with 处罚决定日期 2026/2/30 and a code of seventeen characters has an event, and two faults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from registry.v1 import error_reason_pb2 as reasons
from registry.v1.statement_pb2 import Event
from registry_client.bulk.cells import uniform_rows
from registry_client.bulk.checks import event_faults
from registry_client.events import code_left_out, column_of_field, event_of_row, unsent_headings
from registry_client.files import Row, RowFault, Table


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row with its event, None where none can be made, and what was found."""

    line: int
    event: Event | None
    faults: tuple[RowFault, ...] = ()
    warnings: tuple[RowFault, ...] = ()
    unsent: tuple[str, ...] = ()


def check_rows(table: Table, *, today: date) -> Iterator[CheckedRow]:
    """Every row of a file, checked as on this day in China. FileFormatError as ``Table.rows``."""
    check = _checker(table, today)
    for row in table.rows():
        yield CheckedRow(row.line, None, (row,)) if isinstance(row, RowFault) else check(row)


def _checker(table: Table, today: date) -> Callable[[Row], CheckedRow]:
    headings = table.headings
    uniform = uniform_rows(headings, table.source.day_zero)
    all_sent = all(column and not column.for_readers_only for column in headings.columns)

    def check(given: Row) -> CheckedRow:
        made = uniform(given)
        row, event = made.row, event_of_row(headings, made.row)
        unsent = (
            () if all_sent and headings.layout.mark != _LIST_MARK else tuple(unsent_headings(headings, row))
        )
        if isinstance(event, tuple):
            return CheckedRow(row.line, None, made.faults + event, made.warnings, unsent)
        faults = [
            RowFault(
                row.line, column_of_field(headings, row, event, fault.field), fault.reason, fault.message
            )
            for fault in event_faults(event, today=today)
        ]
        warnings = made.warnings
        if left_out := code_left_out(headings, row, event):
            warnings += (RowFault(row.line, left_out, reasons.ERROR_REASON_UNSPECIFIED, _LEFT_OUT),)
        return CheckedRow(row.line, event, made.faults + tuple(faults), warnings, unsent)

    return check


_LEFT_OUT = "按主体类别不用这一代码，没有提交：记录记在另一代码的主体名下；请核对主体类别"
_LIST_MARK = "名单代码"
"""Which columns of an entry are sent depends on its list (``events.layout_of_row``)."""
