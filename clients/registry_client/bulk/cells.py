"""Cells of one row made uniform (单元格规范化) before an event is made of them, with what to tell of each.

* Days: every form of ``registry_client.dates``. The number that a spreadsheet makes of a day (46113 is
  2026-04-01, the days since 1899-12-30; 44651 in a workbook that counts from 1904-01-01) is read as that day,
  with a warning.
* Amounts: 万元, whatever unit they were written in (``amounts``).
* Document numbers stay as they were printed, brackets and all: that text is signed and kept, and the registry
  compares numbers by their normal form (``registry.domain.documents``). The normal form is told of where it
  differs, an unusual number is warned of.
* Codes stay as they were written too, for the registry compares them in half width and upper case. Digits
  that a spreadsheet lost are a fault wherever they stand, also where the registry takes any text
  (法定代表人证件号码, 许可编号): what they were, nobody can tell later. Any other fault of such a code is
  a warning.

Faults and warnings never quote a natural person's code.

Example: a row with 处罚决定日期 46113 and 罚款金额（万元） “5,000元” has 2026-04-01 and 0.5, and two
warnings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache, partial

from registry.domain.documents import document_number_fault, normalise_number
from registry.domain.identifiers import code_faults, normalise
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import subject_pb2
from registry.v1.error_reason_pb2 import ErrorReason
from registry_client import layouts
from registry_client.bulk.amounts import in_ten_thousands, unit_of
from registry_client.bulk.lines import DAY_ZERO
from registry_client.bulk.values import DIGITS_LOST, has_lost_digits
from registry_client.columns import Column, Headings
from registry_client.dates import iso_day
from registry_client.files import Row, RowFault
from registry_client.words import PAPERS, plain

DAYS = frozenset(
    ("document.decided_on", "effective_from", "effective_until", "measures[0].from", "measures[0].until")
)
NUMBER = "document.number"
AMOUNTS = frozenset(("nr_fk", "nr_wfff"))
CONTENT_DAYS = frozenset(("gsjzq",))
_REPRESENTATIVE_CODE, _REPRESENTATIVE_PAPER = "fr_zjhm", "fr_zjlx"
CONTENT_CODES = {
    "xdr_gszc": subject_pb2.IDENTIFIER_TYPE_REGISTRATION_NUMBER,
    "xdr_zzjg": subject_pb2.IDENTIFIER_TYPE_ORGANISATION_CODE,
    "xdr_swdj": subject_pb2.IDENTIFIER_TYPE_TAX_REGISTRATION_NUMBER,
    "xdr_sydw": subject_pb2.IDENTIFIER_TYPE_INSTITUTION_CERTIFICATE,
    "xdr_shzz": subject_pb2.IDENTIFIER_TYPE_SOCIAL_ORG_CERTIFICATE,
    "lydwdm": subject_pb2.IDENTIFIER_TYPE_USCC,
}
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_SERIAL = re.compile(r"[1-7][0-9]{4}(?:\.[0-9]+)?").fullmatch
_DECIDED = (layouts.PENALTY, layouts.LIST_ENTRY, layouts.MEASURE)
"""Kinds of file whose documents have a number of the usual form; certificates and licences have any."""
_USUAL = re.compile("[\u4e00-\u9fff]{1,30}〔[0-9]{4}〕[0-9]{1,6}号").fullmatch

_Found = tuple[str, ErrorReason.ValueType | None, str]
"""The text to go on with, the reason if it is a fault, and what to say; "" if there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Uniform:
    """A row whose cells are uniform, with the faults and warnings of single cells."""

    row: Row
    faults: tuple[RowFault, ...] = ()
    warnings: tuple[RowFault, ...] = ()


def uniform_rows(headings: Headings, day_zero: date = DAY_ZERO) -> Callable[[Row], Uniform]:
    """What makes the rows of a file with these headings uniform; its days are counted from ``day_zero``."""
    tasks = list(_tasks(headings, day_zero))
    paper = headings.layout.column_of(_REPRESENTATIVE_PAPER)

    def uniform(row: Row) -> Uniform:
        cells = row.cells
        faults: list[RowFault] = []
        warnings: list[RowFault] = []
        changed: dict[str, str] = {}
        for heading, written, task in tasks:
            text = cells[heading]
            if not text:
                continue
            new, reason, message = task(text)
            if new != text:
                changed[heading] = new
            if message:
                told = RowFault(row.line, written, reason or reasons.ERROR_REASON_UNSPECIFIED, message)
                (warnings if reason is None else faults).append(told)
        if paper and (of_person := _representative(headings, row, paper)):
            (faults if of_person.reason else warnings).append(of_person)
        if changed:
            row = Row(row.line, {**cells, **changed}, row.unknown)
        return Uniform(row, tuple(faults), tuple(warnings))

    return uniform


def _tasks(headings: Headings, day_zero: date) -> Iterator[tuple[str, str, Callable[[str], _Found]]]:
    for column, written in zip(headings.columns, headings.written, strict=True):
        if column and (task := _task(headings, column, written, day_zero)):
            yield column.heading, written, task


def _task(headings: Headings, column: Column, written: str, day_zero: date) -> Callable[[str], _Found] | None:
    if column.path in DAYS:
        return partial(_day, day_zero)
    if column.content in AMOUNTS:
        return partial(_amount, unit_of(written))
    if column.content in CONTENT_DAYS:
        return partial(_content_day, day_zero)
    if column.path == NUMBER:
        return _number if headings.layout in _DECIDED else _lost
    if kind := CONTENT_CODES.get(column.content):
        return partial(_content_code, kind)
    # Of two licences whose numbers became 9.12346E+17 one would be taken for the other and left out.
    return _lost if column.content and not column.path else None


def _day(day_zero: date, text: str) -> _Found:
    if _ISO_DAY(text):
        return text, None, ""
    if _SERIAL(text):
        day = (day_zero + timedelta(int(text.partition(".")[0]))).isoformat()
        return day, None, f"“{text}”是电子表格的日期序号，按{day}登记，请核对"
    return iso_day(text), None, ""


def _content_day(day_zero: date, text: str) -> _Found:
    day, reason, message = _day(day_zero, text)
    known = _ISO_DAY(day) or plain(text) == "长期"
    return day, reason, message if known else "不是日期，按原样登记，请核对（应为 YYYY-MM-DD）"


def _amount(unit: Decimal, text: str) -> _Found:
    amount = in_ten_thousands(text, unit=unit)
    reason = reasons.ERROR_REASON_FIELD_INVALID if amount.fault else None
    return amount.text, reason, amount.fault or amount.warning


def _number(text: str) -> _Found:
    if _USUAL(text):
        return text, None, ""
    if (lost := _lost(text))[1]:
        return lost
    if fault := document_number_fault(text):
        return text, None, fault
    normal = normalise_number(text)
    return text, None, "" if normal == text else f"文号按“{normal}”比对，原文照录"


def _lost(text: str) -> _Found:
    if has_lost_digits(text):
        return text, reasons.ERROR_REASON_CODE_DIGITS_LOST, DIGITS_LOST
    return text, None, ""


@lru_cache(maxsize=4096)
def _content_code(kind: subject_pb2.IdentifierType.ValueType, text: str) -> _Found:
    faults = code_faults(kind, normalise(text))
    lost = next((each for each in faults if each.reason == reasons.ERROR_REASON_CODE_DIGITS_LOST), None)
    if lost:
        return text, lost.reason, lost.message
    return text, None, f"按原样登记，请核对：{faults[0].message}" if faults else ""


def _representative(headings: Headings, row: Row, paper: Column) -> RowFault | None:
    """What is wrong with a legal representative's code: a warning, which has no reason, or lost digits."""
    column = headings.layout.column_of(_REPRESENTATIVE_CODE)
    text = row.cells.get(column.heading, "") if column else ""
    if not column or not text or has_lost_digits(text):
        return None
    word = row.cells.get(paper.heading, "")
    kind = PAPERS.get(plain(word))
    faults = code_faults(kind, normalise(text)) if kind else []
    written = headings.as_written(column.heading)
    for fault in faults:
        if fault.reason == reasons.ERROR_REASON_CODE_DIGITS_LOST:
            return RowFault(row.line, written, fault.reason, fault.message)
    message = f"按原样登记，与“{word}”的号码规则不符，请核对"
    return RowFault(row.line, written, reasons.ERROR_REASON_UNSPECIFIED, message) if faults else None
