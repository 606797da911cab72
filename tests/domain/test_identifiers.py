"""Writing, masking and the choice of the check by type; numbers of passports, permits and residence cards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.identifiers import (
    code_faults,
    is_personal,
    mask,
    names_a_subject,
    normalise,
    resident_id_check_character,
    uscc_check_character,
)
from registry.domain.legacy_codes import LEGACY_TYPES
from registry.v1 import error_reason_pb2, subject_pb2
from registry.v1.subject_pb2 import IdentifierType

USCC = subject_pb2.IDENTIFIER_TYPE_USCC
RESIDENT_ID = subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID
PASSPORT = subject_pb2.IDENTIFIER_TYPE_PASSPORT
HK_MACAO = subject_pb2.IDENTIFIER_TYPE_HK_MACAO_PERMIT
TAIWAN = subject_pb2.IDENTIFIER_TYPE_TAIWAN_PERMIT
RESIDENCE = subject_pb2.IDENTIFIER_TYPE_FOREIGN_PERMANENT_RESIDENT_ID
UNSPECIFIED = subject_pb2.IDENTIFIER_TYPE_UNSPECIFIED

types = st.sampled_from(IdentifierType.values())


@pytest.mark.parametrize(
    "raw",
    [
        "91350100M000100Y43",
        " 91350100m000100y43\r\n",
        "９１３５０１００Ｍ０００１００Ｙ４３",
        "913501-00M0-00100Y4-3",
        "91350100\u2013M000\u2212100－Y43",
        "9135 0100\u3000M000\u00a0100Y43",
        "\ufeff91350100M000100Y43\u200b",
    ],
)
def test_all_ways_to_write_a_code_have_one_normal_form(raw: str) -> None:
    assert normalise(raw) == "91350100M000100Y43"


def test_the_roman_numeral_ten_becomes_the_letter_x() -> None:
    assert normalise("11010519491231002Ⅹ") == "11010519491231002X"


@given(st.text())
def test_normalising_never_raises_and_an_ascii_result_is_final(raw: str) -> None:
    once = normalise(raw)
    assert not once.isascii() or normalise(once) == once


@given(types, st.text())
def test_any_text_can_be_checked_and_masked(type: IdentifierType.ValueType, value: str) -> None:
    faults = code_faults(type, value)
    assert all(fault.message and "\n" not in fault.message for fault in faults)
    assert len(mask(type, value)) == len(value)


@given(st.text())
def test_only_a_type_that_is_stated_and_known_can_be_valid(value: str) -> None:
    for type in (UNSPECIFIED, IdentifierType.ValueType(99)):
        [fault] = code_faults(type, value)
        assert fault.reason == error_reason_pb2.ERROR_REASON_FIELD_INVALID


@given(types)
def test_an_empty_value_is_never_valid(type: IdentifierType.ValueType) -> None:
    assert code_faults(type, "") != []


def test_everything_but_a_code_of_an_organisation_is_personal() -> None:
    assert {type for type in IdentifierType.values() if not is_personal(type)} == {USCC} | LEGACY_TYPES
    assert is_personal(UNSPECIFIED)
    assert is_personal(IdentifierType.ValueType(99))


def test_a_uscc_or_a_persons_paper_names_a_subject_and_nothing_else_does() -> None:
    papers = {RESIDENT_ID, PASSPORT, HK_MACAO, TAIWAN, RESIDENCE}
    assert {type for type in IdentifierType.values() if names_a_subject(type)} == {USCC} | papers
    assert not names_a_subject(IdentifierType.ValueType(99))


@pytest.mark.parametrize("region", ["810000", "820000", "830000"])
def test_a_residence_permit_of_hong_kong_macao_or_taiwan_has_a_citizens_number(region: str) -> None:
    # 港澳台居民居住证 (国办发〔2018〕81号 第三条): a 公民身份号码 by GB 11643 with a region of its own.
    body = region + "19900101001"
    number = body + resident_id_check_character(body)
    assert code_faults(RESIDENT_ID, number) == []
    assert mask(RESIDENT_ID, number) == region[:4] + "*" * 10 + number[-4:]
    [fault] = code_faults(RESIDENT_ID, body + ("1" if number[-1] != "1" else "2"))
    assert fault.reason == error_reason_pb2.ERROR_REASON_CODE_CHECK_DIGIT


@pytest.mark.parametrize(
    ("type", "value"),
    [
        (PASSPORT, "E12345678"),
        (PASSPORT, "EA1234567"),
        (PASSPORT, "C01X00T47"),
        (HK_MACAO, "H12345678"),
        (HK_MACAO, "M1234567801"),
        (HK_MACAO, "HA1234567"),
        (TAIWAN, "12345678"),
        (TAIWAN, "0123456789"),
        (TAIWAN, "0123456789B"),
        (RESIDENCE, "USA110190010112"),
        (RESIDENCE, "91184019900101001" + resident_id_check_character("91184019900101001")),
    ],
)
def test_papers_of_every_form_in_use_are_accepted(type: IdentifierType.ValueType, value: str) -> None:
    assert code_faults(type, value) == []


@pytest.mark.parametrize(
    ("type", "value", "words"),
    [
        (PASSPORT, "E123", "应为5至15位，实为4位"),
        (HK_MACAO, "H1234567", "应为9或11位，实为8位"),
        (TAIWAN, "1234567", "应为8或10或11位，实为7位"),
        (RESIDENCE, "USA11019001011", "应为15或18位，实为14位"),
        (PASSPORT, "E1234/678", "第6位“/”"),
        (HK_MACAO, "K12345678", "第1位“K”"),
        (HK_MACAO, "H12345678A1", "第10位“A”"),
        (TAIWAN, "1234567A", "第8位“A”"),
        (RESIDENCE, "US1110190010112", "第3位“1”"),
    ],
)
def test_a_paper_of_another_form_is_refused(type: IdentifierType.ValueType, value: str, words: str) -> None:
    faults = code_faults(type, value)
    assert words in faults[0].message
    assert value not in faults[0].message


def test_a_residence_card_of_2023_is_held_to_its_check_character() -> None:
    body = "91184019900101001"
    wrong = next(digit for digit in "123" if digit != resident_id_check_character(body))
    [fault] = code_faults(RESIDENCE, body + wrong)
    assert fault.reason == error_reason_pb2.ERROR_REASON_CODE_CHECK_DIGIT


@given(
    st.sampled_from([PASSPORT, HK_MACAO, TAIWAN, RESIDENCE]), st.text("AB1H9/甲乙", min_size=4, max_size=20)
)
def test_no_message_about_a_paper_spells_its_number_out(type: IdentifierType.ValueType, value: str) -> None:
    said = "\n".join(fault.message for fault in code_faults(type, value))
    assert value not in said
    assert said.count("“") <= 1


@pytest.mark.parametrize(
    ("type", "value", "shown"),
    [
        (USCC, "91350100M000100Y43", "91350100M000100Y43"),
        (USCC, "91350100M000100Y44", "91350100M000100Y44"),
        (RESIDENT_ID, "130902199001011234", "1309**********1234"),
        (RESIDENT_ID, "130902900101123", "***************"),
        (PASSPORT, "E12345678", "E******78"),
        (HK_MACAO, "H12345678", "H******78"),
        (UNSPECIFIED, "E12345678", "E******78"),
        (PASSPORT, "E1234", "*****"),
        (PASSPORT, "", ""),
    ],
)
def test_a_value_is_masked_as_its_type_demands(
    type: IdentifierType.ValueType, value: str, shown: str
) -> None:
    assert mask(type, value) == shown


def test_a_citizens_number_entered_as_an_organisations_code_is_masked() -> None:
    assert mask(USCC, "11010519491231002X") == "1101**********002X"


def test_an_organisations_code_that_looks_like_a_citizens_number_is_shown() -> None:
    body = "91130119900101111"  # positions 7-14 read as 1990-01-01
    code = body + uscc_check_character(body)
    assert mask(USCC, code) == code


@given(types.filter(is_personal), st.text(min_size=1))
def test_at_least_half_of_a_personal_value_is_hidden(type: IdentifierType.ValueType, value: str) -> None:
    assert mask(type, value).count("*") * 2 >= len(value)
