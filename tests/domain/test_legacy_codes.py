"""Codes from before the USCC: their checks, where words are allowed, and the person in a tax number.

``110108000000016`` and the two organisation codes are published and serve as outside vectors.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.code_fault import CodeFault
from registry.domain.identifiers import (
    code_faults,
    mask,
    normalise,
    organisation_code_check_character,
    organisation_code_of,
    resident_id_check_character,
    uscc_check_character,
)
from registry.domain.legacy_codes import LEGACY_TYPES
from registry.domain.uscc import ALPHABET
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import IdentifierType

USCC = subject_pb2.IDENTIFIER_TYPE_USCC
RESIDENT_ID = subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID
REGISTRATION = subject_pb2.IDENTIFIER_TYPE_REGISTRATION_NUMBER
ORGANISATION = subject_pb2.IDENTIFIER_TYPE_ORGANISATION_CODE
TAX = subject_pb2.IDENTIFIER_TYPE_TAX_REGISTRATION_NUMBER
INSTITUTION = subject_pb2.IDENTIFIER_TYPE_INSTITUTION_CERTIFICATE
SOCIAL = subject_pb2.IDENTIFIER_TYPE_SOCIAL_ORG_CERTIFICATE

DIGITS = "0123456789"
CAPITALS = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PERSON = "13099919900101001" + resident_id_check_character("13099919900101001")
OLD_PERSON = "130999900101001"
FIRM = "91130900DEM00001" + organisation_code_check_character("DEM00001")
FIRM += uscc_check_character(FIRM)

legacy_types = st.sampled_from(sorted(LEGACY_TYPES))
bodies14 = st.text(DIGITS, min_size=14, max_size=14)
bodies8 = st.text(CAPITALS, min_size=8, max_size=8)
organisation_codes = bodies8.map(lambda body: body + organisation_code_check_character(body))


def registered(body14: str) -> str:
    """The registration number with this body: the one that is accepted."""
    [number] = [body14 + char for char in DIGITS if not code_faults(REGISTRATION, body14 + char)]
    return number


def one(faults: list[CodeFault]) -> tuple[int, str]:
    [fault] = faults
    return fault.reason, fault.message


def test_the_published_registration_number_is_valid() -> None:
    assert registered("11010800000001") == "110108000000016"


@given(bodies14)
def test_exactly_one_check_digit_fits_a_registration_number(body: str) -> None:
    assert registered(body)[:14] == body


@given(bodies14.map(registered), st.integers(0, 14), st.sampled_from(DIGITS))
def test_every_change_of_one_digit_of_a_registration_number_is_refused(
    number: str, index: int, other: str
) -> None:
    changed = number[:index] + other + number[index + 1 :]
    assert (code_faults(REGISTRATION, changed) == []) == (changed == number)


def test_a_wrong_check_digit_that_ends_in_zeros_is_no_loss_of_digits() -> None:
    # Of fifteen digits a spreadsheet loses none.
    reason, message = one(code_faults(REGISTRATION, "110108000000000"))
    assert reason == reasons.ERROR_REASON_CODE_CHECK_DIGIT
    assert "第15位“0”与前14位" in message


@pytest.mark.parametrize(
    "number",
    [
        "1309001000123",
        "130924NA000012X",
        "14082500A000118",
        "1309001000123(1-1)",
        "企独冀总字第001234号",
        "工商企合津字〔1998〕第01234号",
    ],
)
def test_numbers_under_no_firm_standard_are_accepted(number: str) -> None:
    assert code_faults(REGISTRATION, normalise(number)) == []


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("", "应为13或15位，实为0位"),
        ("13090010001234", "实为14位"),
        ("9" * 5000, "实为5000位"),
        ("企" * 51, "实为51位"),
        ("字1", "实为2位"),
        (FIRM, "18位的是统一社会信用代码"),
        ("911309020000000009", "18位的是统一社会信用代码"),
    ],
)
def test_a_registration_number_of_a_wrong_length_is_refused_once(number: str, words: str) -> None:
    reason, message = one(code_faults(REGISTRATION, number))
    assert reason == reasons.ERROR_REASON_CODE_LENGTH
    assert words in message


@pytest.mark.parametrize("type", [REGISTRATION, SOCIAL])
def test_a_name_without_a_digit_is_no_number_and_is_not_repeated(type: IdentifierType.ValueType) -> None:
    reason, message = one(code_faults(type, "甲乙丙丁"))
    assert reason == reasons.ERROR_REASON_CODE_CHARACTER
    assert "没有数字" in message
    assert not set("甲乙丙丁") & set(message)
    assert code_faults(type, "ABCD") != []


@pytest.mark.parametrize("type", [REGISTRATION, SOCIAL])
def test_every_mark_that_numbers_never_have_is_named_by_its_place(type: IdentifierType.ValueType) -> None:
    said = [fault.message for fault in code_faults(type, "冀民证字?1\x00")]
    assert [("第5位" in said[0]), ("第7位" in said[1])] == [True, True]
    assert len(said) == 2


@pytest.mark.parametrize("type", sorted(LEGACY_TYPES))
def test_a_code_stored_as_a_number_is_told_as_such(type: IdentifierType.ValueType) -> None:
    reason, message = one(code_faults(type, "1.30902E+14"))
    assert reason == reasons.ERROR_REASON_CODE_DIGITS_LOST
    assert "电子表格" in message


@pytest.mark.parametrize("written", ["D2143569-X", "d2143569－x", "PDY00117-8"])
def test_the_organisation_codes_of_the_standard_are_valid_with_their_hyphen(written: str) -> None:
    assert code_faults(ORGANISATION, normalise(written)) == []


@given(bodies8)
def test_exactly_one_check_character_fits_an_organisation_code(body: str) -> None:
    fitting = [char for char in CAPITALS if not code_faults(ORGANISATION, body + char)]
    assert fitting == [organisation_code_check_character(body)]


def test_a_wrong_check_character_of_an_organisation_code_is_named() -> None:
    reason, message = one(code_faults(ORGANISATION, "D21435690"))
    assert reason == reasons.ERROR_REASON_CODE_CHECK_DIGIT
    assert "第9位“0”" in message


def test_an_organisation_code_that_lost_its_first_zero_is_told_why() -> None:
    reason, message = one(code_faults(ORGANISATION, "12345678"))
    assert reason == reasons.ERROR_REASON_CODE_LENGTH
    assert "首位的0被电子表格去掉" in message


@given(organisation_codes, st.text(ALPHABET, min_size=8, max_size=8))
def test_the_organisation_code_of_a_uscc_is_found_in_it(code: str, head: str) -> None:
    if set(code) <= set(ALPHABET):
        uscc = head + code + uscc_check_character(head + code)
        assert organisation_code_of(uscc) == code
        assert code_faults(ORGANISATION, organisation_code_of(uscc)) == []


def test_an_inner_code_whose_own_check_disagrees_is_handed_out_all_the_same() -> None:
    body = "91350100M000100Y5"
    assert organisation_code_of(body + uscc_check_character(body)) == "M000100Y5"


@pytest.mark.parametrize("value", ["", "802100433", "91110000802100433A", PERSON])
def test_no_organisation_code_is_taken_from_what_is_no_uscc(value: str) -> None:
    with pytest.raises(ValueError, match="统一社会信用代码") as caught:
        organisation_code_of(value)
    assert not value or value not in str(caught.value)


@pytest.mark.parametrize(
    "number",
    [
        "130902802100433",
        "130902D2143569X",
        "130999E12345678",
        OLD_PERSON,
        OLD_PERSON + "01",
        OLD_PERSON + "00000",
        PERSON,
        PERSON + "01",
        FIRM,
    ],
)
def test_tax_numbers_of_every_form_in_use_are_accepted(number: str) -> None:
    assert code_faults(TAX, number) == []


@pytest.mark.parametrize("number", ["13090280210043", "1309028021004330", PERSON + "1"])
def test_a_tax_number_of_another_length_is_refused_without_being_named(number: str) -> None:
    reason, message = one(code_faults(TAX, number))
    assert reason == reasons.ERROR_REASON_CODE_LENGTH
    assert number not in message


@pytest.mark.parametrize(
    ("type", "value", "shown"),
    [
        (TAX, "130902802100433", "130902802100433"),
        (TAX, FIRM, FIRM),
        (TAX, PERSON, PERSON[:4] + "*" * 10 + PERSON[-4:]),
        (TAX, PERSON + "01", PERSON[:4] + "*" * 12 + PERSON[-2:] + "01"),
        (TAX, OLD_PERSON, "*" * 15),
        (TAX, OLD_PERSON + "01", "1309*********0101"),
        (TAX, OLD_PERSON + "00000", "1309" + "*" * 12 + "0000"),
        (TAX, "130999E12345678", "*" * 15),
        (TAX, "130902802100434", "*" * 15),
        (REGISTRATION, "110108000000016", "110108000000016"),
        (REGISTRATION, "企独冀总字第001234号", "企独冀总字第001234号"),
        (REGISTRATION, PERSON, PERSON[:4] + "*" * 10 + PERSON[-4:]),
        (REGISTRATION, OLD_PERSON, "*" * 15),
        (SOCIAL, f"冀沧民证字第{PERSON}号", "冀沧民证" + "*" * 17 + PERSON[-3:] + "号"),
        (ORGANISATION, "D2143569X", "D2143569X"),
        (INSTITUTION, "113090000123", "113090000123"),
    ],
)
def test_a_code_is_shown_unless_a_persons_number_may_be_in_it(
    type: IdentifierType.ValueType, value: str, shown: str
) -> None:
    assert mask(type, value) == shown
    assert mask(type, shown) == shown


def test_a_tax_number_that_may_be_an_old_personal_number_is_hidden_whatever_its_check_says() -> None:
    assert code_faults(ORGANISATION, "900101034") == []
    assert mask(TAX, "130999900101034") == "*" * 15


def test_a_citizens_number_that_is_a_valid_uscc_by_chance_is_hidden_in_a_tax_number() -> None:
    number = "130999190001010017"
    assert code_faults(RESIDENT_ID, number) == code_faults(USCC, number) == []
    assert mask(TAX, number) == "1309" + "*" * 10 + "0017"


@given(legacy_types, st.integers(1900, 1999), st.integers(1, 12), st.integers(1, 28), st.integers(0, 999))
def test_no_code_shows_a_citizens_number(
    type: IdentifierType.ValueType, year: int, month: int, day: int, sequence: int
) -> None:
    body = f"130999{year:04}{month:02}{day:02}{sequence:03}"
    number = body + resident_id_check_character(body)
    for written in (number, number + "01", f"冀字第{number}号"):
        assert number[4:14] not in mask(type, written)


@given(st.text("13X9/甲乙", min_size=4, max_size=24))
def test_no_message_about_a_tax_number_spells_it_out(value: str) -> None:
    said = "\n".join(fault.message for fault in code_faults(TAX, value))
    assert value not in said
    assert said.count("“") <= 1


@pytest.mark.parametrize("value", ["113090000123", "1130924A0001"])
def test_an_institutions_certificate_has_twelve_characters(value: str) -> None:
    assert code_faults(INSTITUTION, value) == []
    assert one(code_faults(INSTITUTION, value[:11]))[0] == reasons.ERROR_REASON_CODE_LENGTH


def test_an_institutions_certificate_with_its_words_is_refused_with_a_hint() -> None:
    faults = code_faults(INSTITUTION, "事证第113090000123号")
    assert faults[0].reason == reasons.ERROR_REASON_CODE_LENGTH
    assert "只填“事证第”与“号”之间的12位" in faults[0].message


@pytest.mark.parametrize("value", ["010001", "冀沧民证字第010001号", "沧社证字〔2010〕0001", FIRM, "1" * 50])
def test_a_social_organisations_certificate_may_be_of_any_writing_up_to_50_characters(value: str) -> None:
    assert code_faults(SOCIAL, value) == []


@pytest.mark.parametrize("value", ["", "123", "1" * 51, "民1"])
def test_a_social_organisations_certificate_too_short_or_too_long_is_refused_once(value: str) -> None:
    reason, message = one(code_faults(SOCIAL, value))
    assert reason == reasons.ERROR_REASON_CODE_LENGTH
    assert "应为4至50位" in message
