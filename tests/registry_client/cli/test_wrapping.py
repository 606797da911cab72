from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from registry_client.cli.wrapping import share, wrap

TEXTS = st.text(alphabet="甲乙丙，。（）〔〕“”…ab1-/、 ", max_size=60)


def test_chinese_is_measured_by_its_width() -> None:
    assert wrap("沧州市示例路", 8) == ["沧州市示", "例路"]


def test_codes_and_dates_stay_whole() -> None:
    assert wrap("职责：E-03-CF、E-06", 12) == ["职责：", "E-03-CF、", "E-06"]
    assert wrap("从2025-08-10至2030-08-10", 12) == ["从2025-08-10", "至2030-08-10"]


def test_no_line_begins_with_closing_punctuation() -> None:
    assert wrap("甲乙丙丁，戊", 8) == ["甲乙丙", "丁，戊"]


def test_a_word_wider_than_the_line_is_cut() -> None:
    assert wrap("MEASURE_NOT_IN_EDITION", 10) == ["MEASURE_NO", "T_IN_EDITI", "ON"]


def test_a_line_end_between_chinese_characters_is_the_sources_and_not_the_texts() -> None:
    assert wrap("第一行\n    第二行 third\n  fourth", 78) == ["第一行第二行 third fourth"]


@given(TEXTS, st.integers(4, 30))
def test_nothing_is_lost_and_every_line_fits(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    # A run of closing punctuation is not parted from what it closes, unless both are wider than the line.
    assert all(cell_len(line) <= width for line in lines)


def test_columns_that_fit_keep_their_width() -> None:
    assert share([4, 10, 20], set(), 40) == [4, 10, 20]


def test_the_widest_column_gives_way_first_and_fixed_ones_last() -> None:
    assert share([18, 60, 20], {0}, 60) == [18, 22, 20]
    assert share([18, 60, 60], {0}, 60) == [18, 21, 21]
    assert sum(share([18, 60, 60], {0, 1, 2}, 60)) == 60


@given(st.lists(st.integers(0, 200), min_size=1, max_size=8), st.integers(20, 200))
def test_columns_always_fit(natural: list[int], available: int) -> None:
    assert sum(share(natural, {0}, available)) <= available
