"""From a line to a row (逐行读取): its text by the headings of the layout, or why there is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from registry.domain.misleading import CHARACTERS, code_point, mark_in
from registry_client.bulk.lines import RawLine, Row, RowFault, malformed, span
from registry_client.bulk.values import cell_text, is_blank
from registry_client.columns import Headings, is_returned

_LOST = "\ufffd"
_BAD_CHARACTER = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd{CHARACTERS}]").search


def row_reader(headings: Headings) -> Callable[[RawLine], Row | RowFault]:
    """What makes a row of a line; what is the same for every line is worked out once."""
    written, width = headings.written, len(headings.columns)
    names = [column.heading if column else "" for column in headings.columns]
    strange = [
        (index, written[index])
        for index, column in enumerate(headings.columns)
        if column is None and not is_returned(written[index])
    ]

    def read(raw: RawLine) -> Row | RowFault:
        values = raw.values
        if len(values) != width and (fault := _width_fault(raw, width)):
            return fault
        if _BAD_CHARACTER("".join([value for value in values if type(value) is str])):
            return _character_fault(raw, written)
        texts = [value.strip() if type(value) is str else cell_text(value) for value in values]
        cells = dict(zip(names, texts, strict=False))
        cells.pop("", None)
        return Row(raw.first, cells, tuple([heading for index, heading in strange if texts[index]]))

    return read


def _width_fault(raw: RawLine, width: int) -> RowFault | None:
    values = raw.values
    if len(values) >= width and all(map(is_blank, values[width:])):
        return None
    message = f"应有{width}列，实有{len(values)}列"
    return malformed(raw.first, "", message + span(raw.first, raw.last))


def _character_fault(raw: RawLine, written: Sequence[str]) -> RowFault:
    for heading, value in zip(written, raw.values, strict=False):
        found = _BAD_CHARACTER(value) if isinstance(value, str) else None
        if found:
            return malformed(raw.first, heading, _told(found[0]))
    return malformed(raw.first, "", "表头以外的列含有控制字符")


def _told(char: str) -> str:
    if char == _LOST:
        return "含有无法按文件编码识别的字符，请核对编码后重新导出"
    if mark_in(char):
        return f"含有看不见的字符 {code_point(char)}，显示的文字会与所写的不同"
    return "含有控制字符"
