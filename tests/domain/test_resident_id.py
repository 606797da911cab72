"""公民身份号码: what mod 11-2 guarantees, dates of birth, and silence about the number itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.identifiers import code_faults, resident_id_check_character
from registry.v1 import error_reason_pb2, subject_pb2

RESIDENT_ID = subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID
DIGITS = "0123456789"

births = st.integers(0, (date(2199, 12, 31) - date(1800, 1, 1)).days).map(
    lambda days: date(1800, 1, 1) + timedelta(days)
)
bodies = st.builds(
    lambda region, birth, sequence: f"{region:06}{birth:%Y%m%d}{sequence:03}",
    st.integers(0, 999_999),
    births,
    st.integers(0, 999),
)
numbers = bodies.map(lambda body: body + resident_id_check_character(body))


def reasons_of(value: str) -> list[int]:
    return [fault.reason for fault in code_faults(RESIDENT_ID, value)]


def message_of(value: str) -> str:
    return "\n".join(fault.message for fault in code_faults(RESIDENT_ID, value))


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_the_samples_of_the_standard_are_valid(number: str) -> None:
    assert code_faults(RESIDENT_ID, number) == []
    assert resident_id_check_character(number[:17]) == number[17]


@given(numbers)
def test_every_number_that_is_made_is_accepted_whatever_its_region(number: str) -> None:
    assert code_faults(RESIDENT_ID, number) == []


@given(bodies)
def test_exactly_one_check_character_fits_a_body(body: str) -> None:
    fitting = [char for char in f"{DIGITS}X" if not code_faults(RESIDENT_ID, body + char)]
    assert fitting == [resident_id_check_character(body)]


@given(numbers, st.integers(0, 17), st.sampled_from(f"{DIGITS}X"))
def test_every_change_of_one_character_is_refused(number: str, index: int, other: str) -> None:
    changed = number[:index] + other + number[index + 1 :]
    assert (code_faults(RESIDENT_ID, changed) == []) == (changed == number)


@given(numbers, st.integers(0, 16))
def test_every_exchange_of_two_neighbours_is_refused(number: str, index: int) -> None:
    swapped = number[:index] + number[index + 1] + number[index] + number[index + 2 :]
    assert (code_faults(RESIDENT_ID, swapped) == []) == (swapped == number)


def test_an_exchange_of_places_ten_apart_goes_unnoticed_by_the_check_character() -> None:
    # Positions 5 and 15 of 130902…: 0 and 7 change places, and the date of birth stays what it is.
    body = "13090219900101712"
    check = resident_id_check_character(body)
    swapped = body[:4] + body[14] + body[5:14] + body[4] + body[15:]
    assert swapped != body
    assert code_faults(RESIDENT_ID, swapped + check) == []


def test_two_changes_at_once_may_slip_through() -> None:
    # Position 16 weighs 4 and position 17 weighs 2: one less there is two more here.
    body = "13090219900101021"
    check = resident_id_check_character(body)
    assert code_faults(RESIDENT_ID, "13090219900101013" + check) == []


@pytest.mark.parametrize("day", ["19900229", "19901301", "19900100", "00000101", "17991231", "22000101"])
def test_an_impossible_date_of_birth_is_refused_without_being_named(day: str) -> None:
    body = "130902" + day + "123"
    number = body + resident_id_check_character(body)
    assert reasons_of(number) == [error_reason_pb2.ERROR_REASON_CODE_DATE]
    assert day not in message_of(number)


def test_a_wrong_check_character_and_a_wrong_date_are_reported_together() -> None:
    body = "13090219900229123"
    wrong = next(char for char in DIGITS if char != resident_id_check_character(body))
    assert reasons_of(body + wrong) == [
        error_reason_pb2.ERROR_REASON_CODE_CHECK_DIGIT,
        error_reason_pb2.ERROR_REASON_CODE_DATE,
    ]


def test_an_obsolete_number_of_15_digits_is_refused_with_a_hint() -> None:
    assert reasons_of("130902900101123") == [error_reason_pb2.ERROR_REASON_CODE_LENGTH]
    assert "实为15位" in message_of("130902900101123")
    assert "旧号码已停止使用" in message_of("130902900101123")


@pytest.mark.parametrize("value", ["1.30902E+17", "130902199001011000"])
def test_digits_that_a_spreadsheet_lost_are_recognised(value: str) -> None:
    assert reasons_of(value) == [error_reason_pb2.ERROR_REASON_CODE_DIGITS_LOST]
    assert "电子表格只保留15位有效数字" in message_of(value)


def test_an_x_is_refused_before_the_last_position() -> None:
    assert "第17位“X”" in message_of("1101051949123100X2")


@given(st.text(f"{DIGITS}XABCI甲乙", min_size=4, max_size=24))
def test_no_message_contains_the_value_or_more_than_one_wrong_character_of_it(value: str) -> None:
    said = message_of(value)
    assert value not in said
    assert said.count("“") <= 1


@pytest.mark.parametrize("body", ["", "1" * 16, "1" * 18, "1" * 16 + "X", "１" * 17])
def test_no_check_character_is_computed_for_what_is_no_body_and_the_body_is_not_repeated(body: str) -> None:
    with pytest.raises(ValueError, match="17位数字") as caught:
        resident_id_check_character(body)
    assert not body or body not in str(caught.value)
