"""统一社会信用代码: what the check character guarantees, and what is said about a wrong code.

``SAMPLES`` are published codes and serve as outside vectors; every other code is generated.
"""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registry.domain.code_fault import CodeFault
from registry.domain.identifiers import (
    code_faults,
    normalise,
    organisation_code_check_character,
    uscc_check_character,
    uscc_kinds,
)
from registry.domain.uscc import ALPHABET
from registry.v1 import error_reason_pb2, subject_pb2

USCC = subject_pb2.IDENTIFIER_TYPE_USCC
SAMPLES = ["91350100M000100Y43", "91110000802100433B", "9111000071093465XC"]

bodies = st.text(ALPHABET, min_size=17, max_size=17)
codes = bodies.map(lambda body: body + uscc_check_character(body))


def reasons(faults: list[CodeFault]) -> list[int]:
    return [fault.reason for fault in faults]


@pytest.mark.parametrize("code", SAMPLES)
def test_known_codes_are_valid_and_their_inner_organisation_code_agrees(code: str) -> None:
    assert code_faults(USCC, code) == []
    assert uscc_check_character(code[:17]) == code[17]
    assert organisation_code_check_character(code[8:16]) == code[16]


@given(codes)
def test_every_code_that_is_made_is_accepted_whatever_its_first_character_and_region(code: str) -> None:
    assert code_faults(USCC, code) == []


@pytest.mark.parametrize("first", ALPHABET)
def test_every_character_of_the_alphabet_may_come_first(first: str) -> None:
    body = first + "1350100M000100Y4"
    assert code_faults(USCC, body + uscc_check_character(body)) == []


@given(bodies)
def test_exactly_one_check_character_fits_a_body(body: str) -> None:
    assert [c for c in ALPHABET if not code_faults(USCC, body + c)] == [uscc_check_character(body)]


@given(codes, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_every_change_of_one_character_is_refused(code: str, index: int, other: str) -> None:
    changed = code[:index] + other + code[index + 1 :]
    assert (code_faults(USCC, changed) == []) == (changed == code)


@given(codes, st.integers(0, 16))
def test_every_exchange_of_two_neighbours_is_refused(code: str, index: int) -> None:
    swapped = code[:index] + code[index + 1] + code[index] + code[index + 2 :]
    assert (code_faults(USCC, swapped) == []) == (swapped == code)


@given(codes, st.lists(st.integers(0, 17), min_size=2, max_size=2, unique=True).map(sorted))
@example("91350100M000100Y43", [0, 17])
def test_of_all_exchanges_of_two_places_only_that_of_the_first_and_the_last_goes_unnoticed(
    code: str, places: list[int]
) -> None:
    left, right = places
    swapped = code[:left] + code[right] + code[left + 1 : right] + code[left] + code[right + 1 :]
    assert (code_faults(USCC, swapped) == []) == (swapped == code or places == [0, 17])


def test_two_changes_at_once_may_slip_through() -> None:
    # Position 1 weighs 1 and position 2 weighs 3: three less here is made up for by one more there.
    assert code_faults(USCC, "61350100M000100Y43") != []
    assert code_faults(USCC, "62350100M000100Y43") == []


def test_an_inner_organisation_code_that_does_not_agree_is_no_error() -> None:
    body = "91350100M000100Y5"
    assert organisation_code_check_character(body[8:16]) != body[16]
    assert code_faults(USCC, body + uscc_check_character(body)) == []


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=8), st.integers(0, 7))
def test_an_organisation_code_notices_a_change_unless_the_values_differ_by_a_multiple_of_11(
    body: str, index: int
) -> None:
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    value = alphabet.index(body[index])
    for other, char in enumerate(alphabet):
        changed = body[:index] + char + body[index + 1 :]
        same = organisation_code_check_character(changed) == organisation_code_check_character(body)
        assert same == ((value - other) % 11 == 0)


@pytest.mark.parametrize("letter", "IOSVZ")
def test_a_letter_that_codes_never_use_is_named_with_its_position(letter: str) -> None:
    [fault] = code_faults(USCC, "9135" + letter + "100M000100Y43")
    assert fault.reason == error_reason_pb2.ERROR_REASON_CODE_CHARACTER
    assert f"第5位“{letter}”" in fault.message
    assert "I、O、S、V、Z从不使用" in fault.message


def test_every_wrong_character_is_reported_together_with_the_length() -> None:
    faults = code_faults(USCC, "9I350100M000100Y4?3")
    assert reasons(faults) == [
        error_reason_pb2.ERROR_REASON_CODE_LENGTH,
        error_reason_pb2.ERROR_REASON_CODE_CHARACTER,
        error_reason_pb2.ERROR_REASON_CODE_CHARACTER,
    ]
    assert "应为18位，实为19位" in faults[0].message
    assert "第18位“?”" in faults[2].message


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", "实为0位"),
        ("M000100Y4", "组织机构代码"),
        ("350100100012345", "工商注册号"),
        ("9" * 5000, "实为5000位"),
    ],
)
def test_a_wrong_length_is_named_once(code: str, words: str) -> None:
    [fault] = code_faults(USCC, code)
    assert fault.reason == error_reason_pb2.ERROR_REASON_CODE_LENGTH
    assert words in fault.message


def test_a_name_in_the_wrong_column_is_not_repeated_in_the_faults() -> None:
    said = "".join(fault.message for fault in code_faults(USCC, "甲乙丙丁"))
    assert "甲" in said
    assert not set("乙丙丁") & set(said)


def test_an_invisible_character_is_shown_as_its_code_point() -> None:
    [fault] = code_faults(USCC, "91350100M000100Y4\x00")
    assert "第18位“U+0000”" in fault.message


def test_a_wrong_check_character_is_named() -> None:
    [fault] = code_faults(USCC, "91350100M000100Y44")
    assert fault.reason == error_reason_pb2.ERROR_REASON_CODE_CHECK_DIGIT
    assert "第18位“4”" in fault.message


@pytest.mark.parametrize(
    "code", ["911100008021004000", "9.11301E+17", "9E+17", "9.11301E17", "911100008021004000.0"]
)
def test_digits_that_a_spreadsheet_lost_are_recognised(code: str) -> None:
    [fault] = code_faults(USCC, code)
    assert fault.reason == error_reason_pb2.ERROR_REASON_CODE_DIGITS_LOST
    assert "电子表格只保留15位有效数字" in fault.message


def test_a_valid_code_may_end_in_000() -> None:
    bodies = (f"9113090{number:08}00" for number in range(100))
    code = next(body for body in bodies if uscc_check_character(body) == "0") + "0"
    assert code.endswith("000")
    assert code_faults(USCC, code) == []


@pytest.mark.parametrize("body", ["", "9" * 16, "9" * 18, "9" * 16 + "I", "9" * 16 + "号"])
def test_no_check_character_is_computed_for_what_is_no_body(body: str) -> None:
    with pytest.raises(ValueError, match="17位"):
        uscc_check_character(body)
    with pytest.raises(ValueError, match="8位"):
        organisation_code_check_character(body)


@pytest.mark.parametrize("prefix", ["51", "52", "53", "91", "93"])
def test_a_branch_bears_a_code_of_its_own_under_the_prefix_of_its_head_office(prefix: str) -> None:
    assert subject_pb2.SUBJECT_KIND_BRANCH in uscc_kinds(f"{prefix}130902MA00000000")


@pytest.mark.parametrize("index", range(17))
def test_an_x_is_a_letter_like_any_other_at_each_place(index: int) -> None:
    body = "91350100M000100Y4"
    with_x = body[:index] + "X" + body[index + 1 :]
    assert code_faults(USCC, with_x + uscc_check_character(with_x)) == []


@pytest.mark.parametrize(
    "written", ["9111000071093465xc", "９１１１００００７１０９３４６５ｘｃ", "91110000-71093465-X-C"]
)
def test_a_code_is_valid_in_lower_case_in_full_width_and_with_hyphens(written: str) -> None:
    assert code_faults(USCC, normalise(written)) == []


def test_the_prefix_tells_the_kind_of_body_or_nothing() -> None:
    assert uscc_kinds("92130902MA00000000") == {subject_pb2.SUBJECT_KIND_SOLE_TRADER}
    assert subject_pb2.SUBJECT_KIND_ENTERPRISE in uscc_kinds("91350100M000100Y43")
    assert subject_pb2.SUBJECT_KIND_SOLE_TRADER not in uscc_kinds("91350100M000100Y43")
    assert uscc_kinds("N2130902MF00000000") == uscc_kinds("") == frozenset()
