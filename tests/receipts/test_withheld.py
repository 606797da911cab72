"""Whose number keeps a statement out of a receipt: anybody's but that of whom was asked about."""

from __future__ import annotations

import pytest

from registry.receipts.disclosure import names_another_person
from registry.v1.statement_pb2 import Event, Withdrawal
from tests.support.events import fields, firm, person

OWN = person(1).identifier.value
OWN_OF_BEFORE = OWN[:6] + OWN[8:17]


@pytest.mark.parametrize("number", [person(2).identifier.value, "130902640101123", "130902 640101 123"])
def test_number_of_today_or_of_before_1999_in_a_text_is_another_persons(number: str) -> None:
    said = Event(subject=firm(1), content=fields(wfxw=f"张某{number}授意"))
    assert names_another_person(said, "")
    assert names_another_person(said, OWN)
    assert names_another_person(Withdrawal(reason=f"张某{number}"), OWN)


@pytest.mark.parametrize("number", [OWN, OWN_OF_BEFORE])
def test_own_number_in_either_form_is_no_other_persons(number: str) -> None:
    said = Event(subject=person(1), content=fields(wfxw=f"示例某{number}"))
    assert not names_another_person(said, OWN)
