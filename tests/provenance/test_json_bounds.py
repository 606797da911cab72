"""What is told of a JSON text before it is held."""

from __future__ import annotations

import pytest

from registry.provenance.json_bounds import few, parsed, parsed_once


@pytest.mark.parametrize("text", ["[" * 60_000, b"[" * 60_000, '{"a":' * 60_000, "", b"\xff"])
def test_what_cannot_be_read_is_a_value_error_however_deep_it_is_nested(text: str | bytes) -> None:
    with pytest.raises(ValueError, match="."):
        parsed(text)


def test_what_can_be_read_is_its_value() -> None:
    assert parsed('{"a": [1, "例"]}') == parsed('{"a": [1, "例"]}'.encode()) == {"a": [1, "例"]}
    assert few(b"[[], []]", 4)
    assert not few(b"[" * 10**6)


def test_of_what_is_signed_no_key_stands_twice() -> None:
    assert parsed_once('{"a": {"b": 1}, "c": [{"b": 2}]}') == {"a": {"b": 1}, "c": [{"b": 2}]}
    for text, said in (('{"a": [{"b": 1, "b": 2}]}', "两个“b”"), ('{"1309": 1, "1309": 2}', "两个“…”")):
        with pytest.raises(ValueError, match=said):
            parsed_once(text)
    with pytest.raises(ValueError, match="deep"):
        parsed_once("[" * 60_000)
