"""Document numbers: one form to compare, and warnings that never refuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.documents import document_number_fault, normalise_number

BRACKETS = ["〔〕", "[]", "［］", "【】", "()", "（）", "〖〗", "﹝﹞", "{}", "<>", "〈〉"]


@pytest.mark.parametrize("brackets", BRACKETS)
def test_the_year_may_stand_in_any_brackets(brackets: str) -> None:
    opening, closing = list(brackets)
    assert normalise_number(f"沧市监罚字{opening}2024{closing}12号") == "沧市监罚字〔2024〕12号"
    assert normalise_number(f"{opening}2021{closing}冀09执123号") == "〔2021〕冀09执123号"


def test_blanks_and_full_width_characters_are_folded() -> None:
    assert normalise_number(" 沧市监罚字 ［２０２４］\u3000１２ 号\n") == "沧市监罚字〔2024〕12号"


def test_brackets_that_do_not_hold_a_year_keep_their_kind() -> None:
    assert normalise_number("沧市监罚字(运河)[2024]12号") == "沧市监罚字（运河）〔2024〕12号"


@given(st.text("沧市监罚字号第()（）[]〔〕【】 　0123456789２０", max_size=30))
def test_normalising_twice_is_normalising_once(raw: str) -> None:
    assert normalise_number(normalise_number(raw)) == normalise_number(raw)


@pytest.mark.parametrize(
    "number",
    [
        "冀政发〔2015〕29号",
        "沧市监罚字(运河)[2024]第12号",
        "（2021）冀09执123号",
        "(2021)冀0902民初4567号之一",
        "财办库【2014】526号",
    ],
)
def test_usual_numbers_give_no_warning(number: str) -> None:
    assert document_number_fault(number) is None


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("", "为空"),
        (" \u3000", "为空"),
        ("沧市监罚字2024-12号", "年份"),
        ("沧市监罚字〔24〕12号", "年份"),
        ("沧市监罚字〔2024〕12", "“号”"),
        ("沧市监罚字〔2024〕12-3号", "通行写法"),
        ("沧" * 129, "超过128字"),
    ],
)
def test_unusual_numbers_give_a_warning(number: str, words: str) -> None:
    assert words in (document_number_fault(number) or "")


@given(st.text())
def test_any_text_can_be_judged(raw: str) -> None:
    fault = document_number_fault(raw)
    assert fault is None or fault
