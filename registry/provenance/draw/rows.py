"""Rows of a roster (名录库), each one line of a published file.

A file is CSV in UTF-8 without a mark, every line ended by LF. Its first line has the names of the columns:

    objects       id,kind,name,grade,region,industry,matters
    inspectors    official_id,section,certificate,matters

A cell that holds a comma or a quotation mark stands in quotation marks, each of those within it doubled; no
other cell does. No cell holds a control character, so a row is one line, and one row has one spelling. The
line without its LF is what the tree hashes.

``kind`` is firm (a 统一社会信用代码), product or project (a number). ``matters`` are numbers of approval
matters or classes, with ``;`` between; none stand for all. No cell begins as a formula of a spreadsheet does.
Nobody's number or name is in a row: an object is no natural person, and an inspector is named by staff id and
certificate (执法证号).

Example: ``91130900DEM0001234,firm,示例食品(示例)有限公司,B,130902,C14,SP-1;SP-2``
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

from registry.domain.quoting import names_a_person
from registry.domain.uscc import uscc_faults

OBJECTS = ("id", "kind", "name", "grade", "region", "industry", "matters")
INSPECTORS = ("official_id", "section", "certificate", "matters")
KINDS = ("firm", "product", "project")
BETWEEN = ";"
MAX_LINE_BYTES = 4096

_NUMBER = re.compile(r"[A-Za-z0-9._:-]{1,64}").fullmatch
_REGION = re.compile(r"(?:[0-9]{6})?").fullmatch
_INDUSTRY = re.compile(r"(?:[A-T](?:[0-9]{2,4})?)?").fullmatch
_QUOTED = re.compile('[,"]')
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a spreadsheet would take for a formula; everybody opens these files, and they cannot be altered."""
_LONGEST = 200


class DrawError(ValueError):
    """A roster, a list or an order is not such that it can be drawn from; the message says where and why."""


def line_of(cells: Sequence[str]) -> bytes:
    """The one spelling of a row. DrawError for a control character, or a row that is too long."""
    text = ",".join(_cell(each) for each in cells)
    if any(unicodedata.category(char) == "Cc" for char in text):
        raise DrawError("单元格含有控制字符或换行")
    line = text.encode()
    if len(line) > MAX_LINE_BYTES:
        raise DrawError(f"一行超过{MAX_LINE_BYTES}字节")
    return line


def cells_of(line: bytes) -> list[str]:
    """The cells of a line. DrawError if it is not the one spelling of any row."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise DrawError("不是UTF-8文本") from None
    if '"' not in text:
        return text.split(",")
    cells, rest = [], text
    while True:
        cell, rest, more = _taken(rest)
        cells.append(cell)
        if not more:
            break
    if line_of(cells) != line:
        raise DrawError("引号的写法不合规范")
    return cells


def matters_of(cell: str) -> frozenset[str]:
    """The matters in a cell; none stand for all."""
    return frozenset(each for each in cell.split(BETWEEN) if each)


def object_faults(cells: Sequence[str]) -> list[tuple[str, str]]:
    """What is wrong with a row of objects: column and what to say of it."""
    return _faults(OBJECTS, cells, _OBJECT_RULES) + _id_faults(cells)


def identity_fault(cells: Sequence[str]) -> str:
    """Why a row of objects names none that there can be; empty if it may. An id that only looks like another
    would have somebody drawn twice as often. A sixth of the work of ``object_faults``: a million in 1.5 s."""
    told = (("kind", _kind(cells[1])), *_id_faults(cells))
    return next((f"{column}: {fault}" for column, fault in told if fault), "")


def inspector_faults(cells: Sequence[str]) -> list[tuple[str, str]]:
    """What is wrong with a row of inspectors."""
    return _faults(INSPECTORS, cells, _INSPECTOR_RULES)


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def _taken(text: str) -> tuple[str, str, bool]:
    """The first cell of a text, the rest, and whether a comma was between."""
    if not text.startswith('"'):
        cell, comma, rest = text.partition(",")
        return cell, rest, bool(comma)
    end = 1
    while (end := text.find('"', end)) >= 0 and text[end + 1 : end + 2] == '"':
        end += 2
    if end < 0 or text[end + 1 : end + 2] not in ("", ","):
        raise DrawError("引号不成对")
    return text[1:end].replace('""', '"'), text[end + 2 :], text[end + 1 : end + 2] == ","


def _faults(
    columns: Sequence[str], cells: Sequence[str], rules: Mapping[str, Callable[[str], str]]
) -> list[tuple[str, str]]:
    if len(cells) != len(columns):
        return [("", f"应有{len(columns)}列, 实有{len(cells)}列")]
    found = []
    for column, cell in zip(columns, cells, strict=True):
        fault = "含有身份证号码" if names_a_person(cell) and column != "id" else rules[column](cell)
        if cell.startswith(_FORMULA_STARTS):
            fault = "不能以 = + - @ 开头"
        if fault:
            found.append((column, fault))
    return found


def _id_faults(cells: Sequence[str]) -> list[tuple[str, str]]:
    if len(cells) != len(OBJECTS):
        return []
    if cells[1] == "firm":
        return [("id", str(fault.message)) for fault in uscc_faults(cells[0])[:1]]
    if not _NUMBER(cells[0]) or names_a_person(cells[0]):
        return [("id", "产品、项目编号应为1至64个字母、数字或 . _ : - , 不含个人信息")]
    return []


def _any(_text: str) -> str:
    return ""


def _kind(text: str) -> str:
    return "" if text in KINDS else "种类应为 firm、product 或 project"


def _needed(text: str) -> str:
    return "" if text.strip() else "没有填写"


def _named(text: str) -> str:
    return _needed(text) or ("" if len(text) <= _LONGEST else f"超过{_LONGEST}字")


def _grade(text: str) -> str:
    return "" if len(text) <= 8 and (not text or text.isalnum()) else "信用等级应为至多8个字母或数字"


def _matters(text: str) -> str:
    parts = text.split(BETWEEN) if text else []
    sound = all(part.strip() == part and 0 < len(part) <= 64 for part in parts)
    return "" if sound and len(set(parts)) == len(parts) else "事项应以分号隔开, 每项至多64字, 不重复"


_OBJECT_RULES: Mapping[str, Callable[[str], str]] = {
    "id": _any,
    "kind": _kind,
    "name": _named,
    "grade": _grade,
    "region": lambda text: "" if _REGION(text) else "区划应为6位数字",
    "industry": lambda text: "" if _INDUSTRY(text) else "行业应为GB/T 4754代码, 如 C14",
    "matters": _matters,
}
_INSPECTOR_RULES: Mapping[str, Callable[[str], str]] = {
    "official_id": lambda text: "" if _NUMBER(text) else "工号应为1至64个字母、数字或 . _ : -",
    "section": _named,
    "certificate": _named,
    "matters": _matters,
}
