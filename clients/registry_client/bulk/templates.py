"""Templates of files (模板): the headings of each layout in a workbook that spoils nothing, or as csv.

A workbook has three sheets: one to fill, with the headings alone; 填写说明, with each column's short code,
whether it must be filled, its form and an example; 选项, the values of the lists to choose from. Every column
but amounts has the format of text, for a spreadsheet makes numbers of codes and keeps fifteen of their
eighteen digits (``registry.domain.code_fault``), and makes of dates whatever the machine is set to. Headings
that must be filled are marked by their colour.

A csv has the headings, in UTF-8 with the mark by which spreadsheets in China tell it.

Example: ``template_workbook(PENALTY)`` is a workbook that ``files.read_content`` reads as 行政处罚, without
rows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from registry_client import layouts
from registry_client.bulk.cells import AMOUNTS
from registry_client.bulk.explanations import OPTIONAL, Explanation, explanation_of
from registry_client.bulk.values import column_letters
from registry_client.columns import Layout

KINDS: Mapping[str, Layout] = {
    "penalty": layouts.PENALTY,
    "licence": layouts.LICENCE,
    "list-entry": layouts.LIST_ENTRY,
    "measure": layouts.MEASURE,
    "title": layouts.TITLE,
    "registration": layouts.REGISTRATION,
}
"""The layouts by the names that commands have for them."""
NOTES, CHOICES = "填写说明", "选项"
ROWS_WITH_CHOICES = 10_000
_TEXT = 49
"""The number of the format “@” among those that every spreadsheet has."""
_NOTE_HEADINGS = ("列", "列名", "短代码", "是否必填", "填写形式", "示例")
_NOTE_WIDTHS = (5, 40, 14, 12, 60, 40)
_ADVICE = (
    "在第一张工作表中每行填一条，不要合并单元格，不要改列名（列的次序可变，不需要的列可删）。",
    "代码和编号的单元格是文本格式；粘贴时请用“只粘贴值”，以免被改成数字而丢失末尾的数字。",
    "深色表头的列必填或视情况必填；提交时每个单元格都会检查，有错误的行不提交，并在标注文件中指出。",
)


def template_text(layout: Layout) -> bytes:
    """The headings as csv, in UTF-8 with its mark."""
    text = io.StringIO()
    csv.writer(text).writerow([column.heading for column in layout.columns])
    return text.getvalue().encode("utf-8-sig")


def template_workbook(
    layout: Layout, explained_by: Callable[[Layout, str], Explanation] = explanation_of
) -> bytes:
    """The workbook to fill; ``explained_by`` says what is told of a column."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    target = io.BytesIO()
    with Workbook(target, {"in_memory": True}) as workbook:
        page = workbook.add_worksheet(layout.name)
        explained = [explained_by(layout, column.heading) for column in layout.columns]
        _write_headings(workbook, page, layout, explained)
        _write_notes(workbook, layout, explained)
        _write_choices(workbook, page, explained)
    return target.getvalue()


def _write_headings(workbook: Any, page: Any, layout: Layout, explained: Sequence[Explanation]) -> None:
    text, number = workbook.add_format({"num_format": _TEXT}), workbook.add_format({"num_format": "0.######"})
    shape = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "num_format": _TEXT}
    needed = workbook.add_format({**shape, "bg_color": "#1F4E79", "font_color": "#FFFFFF"})
    optional = workbook.add_format({**shape, "bg_color": "#DDEBF7"})
    page.freeze_panes(1, 0)
    page.set_row(0, 45)
    for index, (column, told) in enumerate(zip(layout.columns, explained, strict=True)):
        width = max(12, min(30, 2 * len(column.heading)))
        page.set_column(index, index, width, number if column.content in AMOUNTS else text)
        page.write_string(0, index, column.heading, optional if told.required == OPTIONAL else needed)


def _write_notes(workbook: Any, layout: Layout, explained: Sequence[Explanation]) -> None:
    page = workbook.add_worksheet(NOTES)
    bold, wrapped = (
        workbook.add_format({"bold": True}),
        workbook.add_format({"text_wrap": True, "num_format": _TEXT}),
    )
    for index, width in enumerate(_NOTE_WIDTHS):
        page.set_column(index, index, width)
    for number, advice in enumerate((f"{layout.name}（{layout.category}）", *_ADVICE)):
        page.write_string(number, 0, advice, bold if not number else None)
    first = len(_ADVICE) + 2
    for index, heading in enumerate(_NOTE_HEADINGS):
        page.write_string(first, index, heading, bold)
    for number, (column, told) in enumerate(zip(layout.columns, explained, strict=True)):
        code = next((name for name in column.names if name.isascii()), "")
        cells = (column_letters(number), column.heading, code, told.required, told.form, told.example)
        for index, cell in enumerate(cells):
            page.write_string(first + 1 + number, index, cell, wrapped)


def _write_choices(workbook: Any, page: Any, explained: Sequence[Explanation]) -> None:
    """Lists to choose from. One longer than 255 characters cannot stand in the cell's own rule, so that all
    stand in a sheet."""
    choices = workbook.add_worksheet(CHOICES)
    choices.hide()
    for index, told in enumerate(explained):
        if not told.choices:
            continue
        for number, choice in enumerate(told.choices):
            choices.write_string(number, index, choice)
        letters = column_letters(index)
        rule = {
            "validate": "list",
            "source": f"={CHOICES}!${letters}$1:${letters}${len(told.choices)}",
            "error_type": "stop" if told.closed else "information",
            "error_title": "填写形式",
            "error_message": told.form[:255],
        }
        page.data_validation(1, index, ROWS_WITH_CHOICES, index, rule)
