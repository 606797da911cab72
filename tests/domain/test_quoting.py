"""A message repeats a short code, and never what may be somebody's number."""

import pytest

from registry.domain.quoting import HIDDEN, holds_an_old_number, is_blank, names_a_person, quoted, quoted_code


@pytest.mark.parametrize("text", ["", " ", "\u3000\t\n", "\u200b\ufeff\u200e", "\x00\x1f"])
def test_text_of_which_nothing_can_be_seen_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["沧", " a ", "\u200b〔", "0"])
def test_text_with_one_visible_character_is_not_blank(text: str) -> None:
    assert not is_blank(text)


@pytest.mark.parametrize("text", ["", "E-03-CF", "M-PRO-01", "2026-02-30", "2026年3月1日", "行政处罚"])
def test_short_codes_and_days_are_repeated(text: str) -> None:
    assert quoted(text) == f"“{text}”"


@pytest.mark.parametrize(
    "text",
    [
        "130999199209097247",
        "13099919920909724X",
        "１３０９９９１９９２０９０９７２４７",
        "130999 19920909 7247",
        "E12345678",
        "H1234567801",
        "0123456789",
        "张" * 13,
    ],
)
def test_numbers_of_persons_and_long_texts_are_not_repeated(text: str) -> None:
    assert quoted(text) == HIDDEN


def test_code_of_an_organisation_is_repeated_in_its_normal_form() -> None:
    assert quoted_code(" 11130900dem0000228") == "“11130900DEM0000228”"


@pytest.mark.parametrize("text", ["", "11130900DEM0000229", "130999199209097247", "13099919920909724"])
def test_what_is_no_code_of_an_organisation_is_not_repeated(text: str) -> None:
    assert quoted_code(text) == HIDDEN


def test_personal_number_that_passes_for_the_code_of_an_organisation_is_not_repeated() -> None:
    """One in 31 citizen's numbers has the check character of GB 32100 too."""
    assert quoted_code("130999197001010369") == HIDDEN


@pytest.mark.parametrize(
    "text",
    [
        "130999199209097247",
        "P-130999199209097247-1",
        "１３０９９９１９９２０９０９７２４７",
        "第13099919920909724x号",
        "9130999199209097247",
    ],
)
def test_a_resident_number_is_found_wherever_it_stands(text: str) -> None:
    assert names_a_person(text)


@pytest.mark.parametrize("text", ["", "91130900DEM00009X3", "〔2026〕1号", "20260920091030000", "0" * 40])
def test_other_numbers_name_nobody(text: str) -> None:
    assert not names_a_person(text)


OLD = "130903780101123"
"""Of the form of before 1999; the one below is of today's."""
TODAY = "130999199209097247"


@pytest.mark.parametrize("number", [OLD, TODAY])
def test_signs_of_a_digest_or_uuid_are_nobodys_number(number: str) -> None:
    """About four ids in 100,000 have fifteen digits like this: their rows were refused at every attempt."""
    digest = f"E-03-CF.1d{number}c6a".ljust(48, "a")
    assert not names_a_person(digest)
    assert not holds_an_old_number(digest)
    assert not holds_an_old_number("e1309037-8010-4112-a3ab-0123456789ab")
    assert not names_a_person(f"e{number[:7]}-{number[7:11]}-{number[11:15]}-a{number[15:]}".ljust(36, "f"))


BESIDE = ("{}", "ID{}", "E-03-CF.{}", "{}a", "1d{}c6a", "{}-0001", "20261126-{}", "a" * 32 + "-{}")


@pytest.mark.parametrize("beside", BESIDE)
def test_a_number_is_found_beside_anything_shorter(beside: str) -> None:
    assert names_a_person(beside.format(TODAY))
    assert holds_an_old_number(beside.format(OLD))
