"""A message repeats a short code, and never what may be somebody's number."""

import pytest

from registry.domain.quoting import HIDDEN, is_blank, names_a_person, quoted, quoted_code


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
