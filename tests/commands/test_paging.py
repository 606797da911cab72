"""A token leads to the next page of the listing it was given out for, and to nothing else."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.commands.paging import DEFAULT_SIZE, MAX_SIZE, Page, page_of, page_size, token_of
from registry.errors import RegistryError

NUMBERS = st.integers(0, (1 << 63) - 1)


@given(NUMBERS, st.dates(), NUMBERS, st.integers(0, (1 << 31) - 1), st.lists(st.text(), max_size=3))
def test_token_leads_back_to_its_page(
    position: int, day: date, at: int, ordinal: int, filters: list[str]
) -> None:
    page = Page(position, day, (at, ordinal))
    token = token_of(page, *filters)
    assert page_of(token, *filters) == page
    assert token.isascii()
    assert token.replace("-", "").replace("_", "").isalnum()


@given(st.lists(st.text(), max_size=3), st.lists(st.text(), max_size=3))
def test_token_of_other_filters_is_refused(filters: list[str], others: list[str]) -> None:
    token = token_of(Page(1, date(2026, 11, 23)), *filters)
    if filters != others:
        with pytest.raises(RegistryError):
            page_of(token, *others)


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_any_other_text_is_refused_with_its_reason(text: str) -> None:
    with pytest.raises(RegistryError) as raised:
        page_of(text, "R-03")
    assert [(fault.name, fault.field) for fault in raised.value.faults] == [("FIELD_INVALID", "page_token")]


def test_page_has_the_size_asked_for_up_to_the_largest() -> None:
    assert [page_size(asked) for asked in (0, 1, MAX_SIZE, MAX_SIZE + 1)] == [
        DEFAULT_SIZE,
        1,
        MAX_SIZE,
        MAX_SIZE,
    ]
