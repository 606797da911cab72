"""What has the form of a citizen's number in a text that everybody is shown: gone, however it is written."""

from __future__ import annotations

import pytest

from registry.domain.identifiers import uscc_check_character
from registry.domain.resident_id import resembles_resident_id
from registry.sanctions.record.published import is_public_field
from registry.servicer.disclosure_messages import public_text
from registry.v1.statement_pb2 import Field
from tests.support.events import firm, person

NUMBER = person(1).identifier.value


@pytest.mark.parametrize("parted", ["{}.{}.{}", "{}/{}/{}", "{}_{}_{}", "{}·{}·{}", "{}  {} - {}"])
def test_number_in_parts_or_in_other_digits_is_taken_out_whole(parted: str) -> None:
    number = parted.format(NUMBER[:6], NUMBER[6:14], NUMBER[14:])
    assert public_text(f"经查({number})属实") == "经查(证件号码从略)属实"
    arabic = "".join(chr(0x660 + int(each)) if each.isdigit() else each for each in NUMBER)
    assert public_text(f"经查({arabic})属实") == "经查(证件号码从略)属实"
    assert public_text(f"经查({NUMBER[:6]}＊＊＊＊＊＊＊＊{NUMBER[14:]})属实") == "经查(证件号码从略)属实"


@pytest.mark.parametrize("number", ["130902640101123", "130902 640101 123", "１３０９０２６４０１０１１２３"])
def test_number_of_before_1999_is_taken_out_whole(number: str) -> None:
    assert public_text(f"法定代表人({number})授意") == "法定代表人(证件号码从略)授意"


def test_code_of_an_organisation_stays_even_if_a_day_stands_in_it() -> None:
    bodies = (f"9113021990010{number:04}" for number in range(1000, 2000))
    codes = (body + uscc_check_character(body) for body in bodies)
    code = next(code for code in codes if resembles_resident_id(code))
    for text in (code, f"{code[:6]} {code[6:]}", f"{code[:6]}.{code[6:]}"):
        assert public_text(text) == text


def test_days_and_document_numbers_stay() -> None:
    for text in (
        "91130902DEM000010X 2026.03.01-2028.03.01",
        "沧示财罚〔2026〕12号",
        "130902.55元 2026.03.01",
    ):
        assert public_text(text) == text


@pytest.mark.parametrize(
    "name",
    [
        "inspectors", "certificate_nos", "recusal", "record_uri", "av_record_uri", "bz", "fr_zjhm",
        "legal_rep_id_no", "id_no_masked",
    ],
)  # fmt: skip
def test_fields_that_name_officials_or_hold_papers_are_not_shown(name: str) -> None:
    assert not is_public_field(Field(name=name, value="示例某"), firm(1))
