"""Days, terms, numbers and names in papers."""

from __future__ import annotations

import pytest

from registry.v1.statement_pb2 import EditionFile
from registry_papers import names_of
from registry_papers.wording import articles, chinese_day, chinese_number, numbered, term
from tests.support.editions import edition_files, parsed


@pytest.mark.parametrize(
    ("months", "words"),
    [
        (1, "一个月"),
        (6, "六个月"),
        (12, "一年"),
        (18, "十八个月"),
        (36, "三年"),
        (120, "十年"),
        (144, "十二年"),
    ],
)
def test_whole_years_are_told_as_years(months: int, words: str) -> None:
    assert term(months) == words


def test_numbers_are_written_in_characters() -> None:
    assert [chinese_number(n) for n in (0, 5, 10, 11, 20, 99)] == ["零", "五", "十", "十一", "二十", "九十九"]
    assert numbered(12) == "（十二）"


def test_a_day_is_written_as_papers_do_and_what_is_none_stays() -> None:
    assert chinese_day("2026-05-01") == "2026年5月1日"
    assert chinese_day("2026-13-01") == "2026-13-01"


def test_laws_stand_in_title_marks_and_orders_stay_as_they_are() -> None:
    basis = ["政府采购法 第七十七条", "国办发〔2020〕49号", "《某条例》第五条"]
    assert articles(basis) == "《政府采购法》第七十七条、国办发〔2020〕49号、《某条例》第五条"


def test_the_catalogues_names_are_read_from_its_files() -> None:
    files = edition_files("2026.3")
    edition = parsed(files)
    names = names_of(EditionFile(name=name, content=content) for name, content in files.items())
    called = {rows[-1].code: rows[-1].name_zh for rows in edition.measures.values()}
    called |= {rows[-1].code: rows[-1].name_zh for rows in edition.lists.values()}
    assert {code: names.get(code) for code in called} == called
