"""Numbers of calls: what may stand in a log, and what tells of somebody."""

from __future__ import annotations

import pytest

from registry.domain.call_numbers import may_be_logged
from tests.support.events import firm, person

NUMBER, CODE = person(1).identifier.value, firm(1).identifier.value


@pytest.mark.parametrize(
    "given", ["tender-2026.0042", "4f1c9b0a7d2211aa99ff0123", "f" * 32, "1764151234567890123", "b1" * 12,
              "a13941741741b", "20261126-000123"],
)  # fmt: skip
def test_number_that_says_nothing_of_anybody_is_kept(given: str) -> None:
    assert may_be_logged(given)


@pytest.mark.parametrize(
    "given", [NUMBER, f"req-{NUMBER}", f"{NUMBER}.7", CODE, "130999640229683", "id-130999640229683",
              "13941741741", "tel.13941741741", "E41774177", "EA4177417-1", "short", "x" * 65, "with space",
              "汉字汉字汉字汉字"],
)  # fmt: skip
def test_number_by_which_somebody_is_known_is_not(given: str) -> None:
    assert not may_be_logged(given)
