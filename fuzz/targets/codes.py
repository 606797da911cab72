"""Codes, numbers of documents and days: what many spell in many ways and may mean one thing only."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import cast

from fuzz.mutators import plain
from fuzz.target import Prepared, holds, text_of
from registry.commands.paging import Page, page_of
from registry.commands.paging import token_of as page_token
from registry.domain.code_fault import CodeFault
from registry.domain.documents import document_number_fault, normalise_number
from registry.domain.identifiers import code_faults, is_personal, mask, normalise, tells_of_a_person
from registry.domain.legacy_codes import LEGACY_TYPES
from registry.domain.packed_codes import check_fails_one, pack_one
from registry.domain.periods import parse_day, parse_until
from registry.domain.quoting import names_a_person, quoted, quoted_code
from registry.domain.scopes import industry_fault, industry_relation, region_fault, region_relation
from registry.domain.uscc import uscc_check_character
from registry.errors import RegistryError
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_USCC, IdentifierType
from registry_client.articles import split_articles
from registry_client.bulk.amounts import ONES, TEN_THOUSANDS, in_ten_thousands
from registry_client.dates import iso_day, iso_last_day
from registry_client.instants import china_instant

_TYPES = [*IdentifierType.values(), cast("IdentifierType.ValueType", 99)]
_CODES = (
    "91130902DEMAY4CLX6", "911309000123456789", " 91350100-m000100y43 ", "130902199001011234",
    "13090219900101123X",
    "９１３５０１００Ｍ０００１００Ｙ４３", "E12345678", "G1234567", "H12345678", "12345678-9",
    "130902600101123",
)  # fmt: skip


def identifier() -> Prepared:
    """A code of any type: one that is valid is its own normal form, and no other is of the same subject."""

    def run(data: bytes) -> bool:
        raw = text_of(data[1:])
        kind = _TYPES[data[0] % len(_TYPES)] if data else _TYPES[0]
        value = normalise(raw)
        faults: list[CodeFault] = code_faults(kind, value)
        shown = mask(kind, value)
        holds(len(shown) == len(value), "a masked code is as long as the code")
        tells_of_a_person(kind, value)
        for fault in faults:
            holds(
                not is_personal(kind) or len(value) < 6 or value not in fault.message,
                "a message tells a number",
            )
        if faults:
            return False
        holds(normalise(value) == value, "a valid code has another normal form")
        holds(value.isascii() or kind in LEGACY_TYPES, "a valid code has letters of other scripts")
        holds(value not in shown or not is_personal(kind), "a person's number is shown")
        if kind == IDENTIFIER_TYPE_USCC:
            _uscc(value)
        return True

    seeds = [bytes([number]) + code.encode() for number in range(0, len(_TYPES), 2) for code in _CODES]
    return Prepared(run, seeds, (plain.changed,))


def _uscc(value: str) -> None:
    holds(value[17] == uscc_check_character(value[:17]), "a code with a wrong check character is valid")
    holds(pack_one(value.encode()) is not None, "a valid code cannot be packed")
    holds(not check_fails_one(value.encode()), "a valid code is wrong in the table")


def document_number() -> Prepared:
    """A document's number: its normal form is normal."""

    def run(data: bytes) -> bool:
        raw = text_of(data)
        normal = normalise_number(raw)
        holds(normalise_number(normal) == normal, "a normal form has another normal form")
        fault = document_number_fault(raw)
        holds(fault == document_number_fault(normal), "two spellings of a number are judged otherwise")
        names_a_person(raw)
        quoted(raw)
        quoted_code(raw)
        return fault is None

    seeds = (
        "沧市监罚字 [2024] １２ 号",
        "（2021）冀09执123号",
        "沧市监罚字〔2024〕12号",
        "(2021)冀0902民初12号之一",
    )
    return Prepared(run, [each.encode() for each in seeds], (plain.changed,))


def day() -> Prepared:
    """A day, as the contract has it and as a clerk writes it: one day, one spelling."""

    def run(data: bytes) -> bool:
        text, taken = text_of(data), False
        for read in (parse_day, parse_until):
            try:
                found = read(text)
            except ValueError:
                continue
            holds(found is None or found.isoformat() == text, "a day has two spellings")
            taken = True
        for written in (iso_day, iso_last_day):
            try:
                iso = written(text)
            except ValueError:
                continue
            if iso:
                holds(not taken or iso == text or len(text) > 10, "a clerk's day is another day")
        with suppress(ValueError):
            china_instant(text)
        return taken

    seeds = (
        "2026-01-05",
        "2026年1月5日",
        "2026/1/5",
        "20260105",
        "2026-01-05 08:30:00",
        "9999-12-31",
        "长期",
        "２０２６－０１－０５",
    )
    return Prepared(run, [each.encode() for each in seeds], (plain.changed,))


def amount() -> Prepared:
    """An amount of money, an enumeration of articles, a region and an industry."""

    def run(data: bytes) -> bool:
        text = text_of(data)
        found = [in_ten_thousands(text, unit=unit) for unit in (ONES, TEN_THOUSANDS)]
        for each in found:
            if not each.fault and each.text:
                again = in_ten_thousands(each.text, unit=TEN_THOUSANDS)
                holds(
                    again.text == each.text and each.text.isascii(),
                    "an amount is written otherwise than read",
                )
        split_articles(text)
        sound = region_fault(text) is None, industry_fault(text) is None
        if sound[0]:
            region_relation(text, "130902")
        if sound[1]:
            industry_relation(text, "C14")
        return any(not each.fault for each in found)

    seeds = (
        "0.5",
        "5,000元",
        "０．５万",
        "¥1.2亿元",
        "第五十八条、第六十四条；《某法》第二条第一款",
        "130902",
        "C14",
        "人民币5000元整",
    )
    return Prepared(run, [each.encode() for each in seeds], (plain.changed,))


def page_tokens() -> Prepared:
    """The token that leads to another page: only those that were given out."""

    def run(data: bytes) -> bool:
        text = text_of(data)
        try:
            page = page_of(text, "R-03")
        except RegistryError:
            return False
        holds(page_token(page, "R-03") == text, "a page has two tokens")
        return True

    pages = (
        Page(412, date(2026, 11, 25), (98, 0)),
        Page(0, date(1, 1, 1)),
        Page((1 << 63) - 1, date.max, (5, 5)),
    )
    seeds = [page_token(page, "R-03").encode() for page in pages]
    return Prepared(run, seeds, (plain.changed,))
