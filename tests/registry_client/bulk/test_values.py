"""What the cells of a workbook are read as."""

from datetime import date, datetime, time

import pytest

from registry_client.bulk.values import Value, cell_text, column_letters, column_number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" 文字\n", "文字"),
        (46113.0, "46113"),
        (-3.0, "-3"),
        (0.1 + 0.2, "0.3"),
        (1234.5, "1234.5"),
        (999999999999999.0, "999999999999999"),
        (911309000000012345.0, "9.11309E+17"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (True, "是"),
        (False, "否"),
        (date(2026, 1, 5), "2026-01-05"),
        (datetime.fromisoformat("2026-01-05"), "2026-01-05"),
        (datetime.fromisoformat("2026-01-05 08:30"), "2026-01-05 08:30:00"),
        (time(8, 30), "08:30:00"),
    ],
)
def test_a_cell_is_the_text_that_a_clerk_would_have_written(value: Value, text: str) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize(
    ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_columns_have_the_letters_that_a_spreadsheet_gives_them(index: int, letters: str) -> None:
    assert column_letters(index) == letters
    assert column_number(letters) == index
