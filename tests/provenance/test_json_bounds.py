"""What is told of a JSON text before it is held."""

from __future__ import annotations

import pytest

from registry.provenance.json_bounds import few, parsed


@pytest.mark.parametrize("text", ["[" * 60_000, b"[" * 60_000, '{"a":' * 60_000, "", b"\xff"])
def test_what_cannot_be_read_is_a_value_error_however_deep_it_is_nested(text: str | bytes) -> None:
    with pytest.raises(ValueError, match="."):
        parsed(text)


def test_what_can_be_read_is_its_value() -> None:
    assert parsed('{"a": [1, "例"]}') == parsed('{"a": [1, "例"]}'.encode()) == {"a": [1, "例"]}
    assert few(b"[[], []]", 4)
    assert not few(b"[" * 10**6)
