"""Files for 双随机 read and made fit to be published (csv or xlsx): every fault by its cell, then the lines.

    prepared = prepare("objects", "名录.xlsx", content)
    if not prepared.faults:
        prepared.root, prepared.rows, prepared.sha256        # what the roster statement says
        b"".join(prepared.lines)                             # the published file

What was read is made uniform: codes in half width and upper case, words for kinds, matters with ``;`` between
and in order, text in NFC. Nothing is guessed: a row with a fault is not in the lines, and nobody commits a
file that has one.

Example: line 7 with 信用等级 “一级以上的企业” gives ``RowFault(7, "信用等级", …, "信用等级应为至多8个字母或
数字")``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from registry.domain.identifiers import normalise
from registry.domain.uscc import uscc_faults, uscc_kinds
from registry.provenance.draw import rows
from registry.provenance.draw.lists import recusal_lines
from registry.provenance.draw.rosters import TreeRoot
from registry.v1.error_reason_pb2 import ERROR_REASON_FIELD_INVALID
from registry.v1.supervision_pb2 import EvidenceItem, PlanItem
from registry_client.bulk.lines import Row, RowFault
from registry_client.bulk.values import DIGITS_LOST, has_lost_digits
from registry_client.columns import Headings, Layout
from registry_client.dates import iso_day
from registry_client.files import Table, read_content
from registry_client.supervision import roster_layouts

MAX_FAULTS = 1000
"""Told of one file; how many there are in all is counted."""
CSV = "text/csv"
_BETWEEN = re.compile("[;；、,，\\s]+")
_KINDS = {"": "firm", "企业": "firm", "产品": "product", "项目": "project"}
_YES = {"": False, "一般": False, "重点": True}
_WHOLE = re.compile("[0-9]{1,9}").fullmatch
_CODE_LENGTH = 18
_LOOKED_LIKE_DIGITS = str.maketrans("OISZ", "0152")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file as it can be published, with what is wrong with it: ``lines`` have no row that has a fault."""

    lines: tuple[bytes, ...]
    root: bytes
    rows: int
    sha256: bytes
    size: int
    faults: tuple[RowFault, ...] = ()
    faults_in_all: int = 0

    def evidence(self, title: str) -> EvidenceItem:
        """The published file as statements name it."""
        return EvidenceItem(sha256=self.sha256, size=self.size, media_type=CSV, title=title)


@dataclass(frozen=True, slots=True)
class PreparedPlan:
    """The items of a plan, with what is wrong with its file."""

    items: tuple[PlanItem, ...]
    faults: tuple[RowFault, ...] = ()


def prepare(kind: str, name: str | Path, content: bytes, *, sheet: str = "") -> Prepared:
    """A roster of ``objects`` or ``inspectors``. FileFormatError if it cannot be read at all."""
    layout, columns, check = _ROSTERS[kind]
    table, noted = read_content(name, content, sheet=sheet, layouts=(layout,)), _Noted()
    uniform = _uniform_object if kind == "objects" else _uniform_inspector
    lines: dict[bytes, tuple[int, bytes]] = {}
    seen: dict[str, int] = {}
    for row in _read(table, noted):
        cells = uniform([_text(row, layout, column) for column in columns])
        faults = [(_heading(table.headings, column), told) for column, told in check(cells)]
        faults += _repeated(cells, columns, row.line, table.headings, lines, seen)
        noted.add(row.line, faults)
        if not faults:
            lines[cells[0].encode()] = (row.line, rows.line_of(cells) + b"\n")
    heading = rows.line_of(columns) + b"\n"
    return _prepared((heading, *(lines[key][1] for key in sorted(lines))), noted)


def prepare_recusals(name: str | Path, content: bytes, *, sheet: str = "") -> Prepared:
    """A list of recusals. FileFormatError."""
    layout = roster_layouts.RECUSALS
    table, noted = read_content(name, content, sheet=sheet, layouts=(layout,)), _Noted()
    pairs = set()
    for row in _read(table, noted):
        pair = (_as_in_roster(_text(row, layout, "object_id")), _text(row, layout, "official_id"))
        faults = [(column, "没有填写") for column, cell in zip(_PAIR, pair, strict=True) if not cell]
        if pair[0] and (told := _id_fault(pair[0])):
            faults.append(("object_id", told))
        noted.add(row.line, [(_heading(table.headings, column), told) for column, told in faults])
        pairs.add(pair)
    return _prepared(tuple(recusal_lines(pairs)), noted)


def prepare_plan(name: str | Path, content: bytes, *, sheet: str = "") -> PreparedPlan:
    """The items of a yearly plan. FileFormatError."""
    layout = roster_layouts.PLAN
    table, noted = read_content(name, content, sheet=sheet, layouts=(layout,)), _Noted()
    items, numbers = [], dict[str, int]()
    for row in _read(table, noted):
        item, faults = _item(row, layout)
        if (before := numbers.setdefault(item.number, row.line)) != row.line:
            faults.append(("number", f"与第{before}行重复"))
        noted.add(row.line, [(_heading(table.headings, column), told) for column, told in faults])
        items.append(item)
    return PreparedPlan(tuple(items), tuple(noted.faults))


class _Noted:
    """Faults as they are found; the first thousand are kept."""

    def __init__(self) -> None:
        self.faults: list[RowFault] = []
        self.count = 0

    def add(self, line: int, faults: list[tuple[str, str]]) -> None:
        for column, told in faults:
            self.put(RowFault(line, column, ERROR_REASON_FIELD_INVALID, told))

    def put(self, fault: RowFault) -> None:
        self.count += 1
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(fault)


def _read(table: Table, noted: _Noted) -> Iterator[Row]:
    for row in table.rows():
        if isinstance(row, RowFault):
            noted.put(row)
        elif lost := [heading for heading, text in row.cells.items() if has_lost_digits(text)]:
            noted.add(row.line, [(table.headings.as_written(each), DIGITS_LOST) for each in lost])
        else:
            yield row


def _text(row: Row, layout: Layout, path: str) -> str:
    column = layout.column_of(path)
    assert column is not None  # Paths are those of the layout.
    return unicodedata.normalize("NFC", row.cells.get(column.heading, ""))


def _heading(headings: Headings, path: str) -> str:
    """What the file calls a column."""
    column = headings.layout.column_of(path)
    return headings.as_written(column.heading) if column else ""


def _uniform_object(cells: list[str]) -> list[str]:
    given, kind, name, grade, region, industry, matters = cells
    kind = _KINDS.get(kind, kind)
    code = normalise(given) if kind == "firm" else given
    return [code, kind, name, normalise(grade), normalise(region), normalise(industry), _matters(matters)]


def _as_in_roster(given: str) -> str:
    """An object as a roster names it: a firm's code in its normal form, the number of a product or project as
    it stands. A number in another form would be nobody's, and its inspector drawn all the same."""
    code = normalise(given)
    return given if uscc_faults(code) else code


def _id_fault(given: str) -> str:
    """Why no roster can have an object of this name; empty if one can. A firm's code in which a character is
    wrong is no number of a product: taken for one it would recuse nobody, and nobody would be told."""
    kind = "firm" if _looks_like_a_firm(given) or not uscc_faults(given) else "product"
    found = rows.object_faults((given, kind, "x", "", "", "", ""))
    return next((told for column, told in found if column == "id"), "")


def _looks_like_a_firm(given: str) -> bool:
    """Whether a text is written as a 统一社会信用代码 is: eighteen characters, authority and kind, region."""
    code = normalise(given)
    region = code[2:8].translate(_LOOKED_LIKE_DIGITS)
    return len(code) == _CODE_LENGTH and bool(uscc_kinds(code)) and region.isdecimal()


def _uniform_inspector(cells: list[str]) -> list[str]:
    official, section, certificate, matters = cells
    return [official, section, certificate, _matters(matters)]


def _matters(text: str) -> str:
    return rows.BETWEEN.join(sorted({each for each in _BETWEEN.split(text) if each}))


def _repeated(
    cells: list[str],
    columns: tuple[str, ...],
    line: int,
    headings: Headings,
    lines: Mapping[bytes, tuple[int, bytes]],
    seen: dict[str, int],
) -> list[tuple[str, str]]:
    found = []
    if (before := lines.get(cells[0].encode())) is not None:
        found.append((_heading(headings, columns[0]), f"与第{before[0]}行重复"))
    if columns == rows.INSPECTORS and cells[2]:
        other = seen.setdefault(cells[2], line)
        if other != line:
            found.append((_heading(headings, "certificate"), f"与第{other}行重复, 一个证号只属一人"))
    return found


def _item(row: Row, layout: Layout) -> tuple[PlanItem, list[tuple[str, str]]]:
    cells = {column.path: _text(row, layout, column.path) for column in layout.columns}
    faults = [(path, "没有填写") for path in ("number", "matter", "content") if not cells[path]]
    item = PlanItem(number=cells["number"], matter=cells["matter"], content=cells["content"])
    if cells["key"] not in _YES:
        faults.append(("key", "应为一般或者重点"))
    item.key = _YES.get(cells["key"], False)
    for path in ("count", "per_mille"):
        if cells[path] and not _WHOLE(cells[path]):
            faults.append((path, "应为整数"))
        elif cells[path]:
            setattr(item, path, int(cells[path]))
    if bool(cells["count"]) == bool(cells["per_mille"]):
        faults.append(("count", "抽查数量和千分比应填一项, 且只填一项"))
    for path in ("from", "until"):
        day = iso_day(cells[path])
        setattr(item, path, day)
        if not _is_day(day):
            faults.append((path, "应为日期, 如 2026-04-01"))
    return item, faults


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _prepared(lines: tuple[bytes, ...], noted: _Noted) -> Prepared:
    tree, digest = TreeRoot(), sha256()
    for line in lines:
        digest.update(line)
    for line in lines[1:]:
        tree.add(line[:-1])
    size = sum(map(len, lines))
    return Prepared(lines, tree.root(), tree.rows, digest.digest(), size, tuple(noted.faults), noted.count)


_PAIR = ("object_id", "official_id")
_Check = Callable[[list[str]], list[tuple[str, str]]]
_ROSTERS: Mapping[str, tuple[Layout, tuple[str, ...], _Check]] = {
    "objects": (roster_layouts.OBJECTS, rows.OBJECTS, rows.object_faults),
    "inspectors": (roster_layouts.INSPECTORS, rows.INSPECTORS, rows.inspector_faults),
}
