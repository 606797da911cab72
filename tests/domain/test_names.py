"""Two spellings of one name compare equal, two names do not."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.names import comparable

NAME = "沧州澄梧建筑工程(示例)有限公司"
# What spellings differ in, beside characters of every kind.
SPELLINGS = (
    st.text(st.sampled_from("沧澄 　（）〔［·•・aÅﬃǆßŉΐ\u0301\u0345\u200d\ufe0f\u3164\ud800－–'“"))
    | st.text()
)


@pytest.mark.parametrize(
    "spelling",
    [
        "沧州澄梧建筑工程（示例）有限公司",
        "沧州澄梧建筑工程〔示例〕有限公司",
        "沧州澄梧建筑工程[示例]有限公司",
        "沧州澄梧建筑工程［示例］有限公司",
        "沧州澄梧建筑工程【示例】有限公司",
        "沧州澄梧建筑工程{示例}有限公司",
        "沧州澄梧建筑工程〖示例〗有限公司",
        "沧州澄梧建筑工程﹝示例﹞有限公司",
        "沧州澄梧建筑工程《示例》有限公司",
        "沧州澄梧建筑工程＜示例＞有限公司",
        "沧州澄梧建筑工程「示例」有限公司",
    ],
)
def test_all_brackets_are_alike(spelling: str) -> None:
    assert comparable(spelling) == NAME


UNSEEN = [
    *(" ", "\u3000", "\t\r\n", "\xa0", "\u200b", "\ufeff", "\u200d", "\x00", "\u2028", "\ufe0f"),
    *("\U000e0101", "\u3164", "\u115f", "\u2800", "\u034f", "\ud800"),
]


@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_cannot_be_seen_does_not_count(unseen: str) -> None:
    assert comparable(f"{unseen}沧州{unseen}澄梧建筑工程(示例)有限公司{unseen}") == NAME
    assert comparable(unseen) == ""


def test_full_width_letters_and_digits_are_half_width_and_upper_case() -> None:
    assert comparable("沧州ａｂ３６５商贸(示例)有限公司") == comparable("沧州AB365商贸(示例)有限公司")


@pytest.mark.parametrize("dot", "·•‧∙⋅・･●⸱\u0387")
def test_all_middle_dots_are_alike(dot: str) -> None:
    assert comparable(f"阿凡提{dot}买买提(示例)烤肉店") == "阿凡提·买买提(示例)烤肉店"


def test_quotation_marks_and_dashes_are_alike() -> None:
    assert len({comparable(f"沧州{a}澄梧{b}(示例)店") for a, b in ("“”", '""', "‘’", "＂＂", "''")}) == 1
    assert len({comparable(f"A{dash}1(示例)店") for dash in "-－–—‐−"}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("沧州澄梧(示例)有限公司", "沧州澄梧(示例)有限责任公司"),
        ("沧州澄梧(示例)有限公司", "沧州澄悟(示例)有限公司"),
        ("沧州澄梧(示例)有限公司", "沧州市澄梧(示例)有限公司"),
        ("沧州澄梧(示例)有限公司", "沧州澄梧示例有限公司"),
        ("沧州鐘樓(示例)饭店", "沧州鍾樓(示例)饭店"),
        ("沧州一品(示例)店", "沧州-品(示例)店"),
        ("阿凡提·买买提", "阿凡提买买提"),
    ],
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert comparable(one) != comparable(other)


@given(SPELLINGS)
def test_the_form_of_a_form_is_itself(name: str) -> None:
    assert comparable(comparable(name)) == comparable(name)


def test_characters_of_every_kind_have_one_form() -> None:
    """Each kind of composition and case among them, between a letter and an accent that may join it."""
    every = [f"a{chr(code)}\u0301" for code in range(0, sys.maxunicode + 1, 7)]
    assert [name for name in every if comparable(comparable(name)) != comparable(name)] == []
