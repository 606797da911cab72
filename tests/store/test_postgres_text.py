"""What text becomes on its way into PostgreSQL, and that it comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.store.postgres_text import read, written

TEXTS = st.text(
    st.sampled_from("\0\x01\x02a沧\U00020bb7") | st.characters(exclude_categories=["Cs"]), max_size=8
)


@pytest.mark.parametrize(
    ("text", "rests"),
    [("", ""), ("沧州", "沧州"), ("a\0b", "a\x01\x01b"), ("a\x01b", "a\x01\x02b"), ("\x02", "\x02")],
)
def test_only_two_characters_are_written_otherwise(text: str, rests: str) -> None:
    assert written(text) == rests
    assert read(rests) == text


@given(TEXTS)
def test_every_text_comes_back_and_rests_without_nul(text: str) -> None:
    assert "\0" not in written(text)
    assert read(written(text)) == text


@given(TEXTS, TEXTS)
def test_texts_rest_in_the_order_in_which_they_are(one: str, other: str) -> None:
    assert (written(one).encode() < written(other).encode()) == (one.encode() < other.encode())
