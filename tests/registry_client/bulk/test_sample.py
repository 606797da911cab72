"""docs/samples is what the script makes, and shows what it says it shows."""

import io
import re
from typing import Any

from python_calamine import load_workbook

from registry_client.files import read_content
from scripts.bulk_sample import DIRECTORY, MARKED, NAME, TODAY, marked, sample
from tests.registry_client.bulk.files import parts_of, prepared

STYLED = re.compile(r'<c r="([A-Z]+[0-9]+)" s="([0-9]+)"')


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = load_workbook(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def styles(content: bytes) -> list[tuple[str, str]]:
    """The style of every cell, with what the styles are."""
    parts = parts_of(content)
    cells = STYLED.findall(parts["xl/worksheets/sheet1.xml"].decode())
    return [*cells, ("styles", parts["xl/styles.xml"].decode())]


def test_both_files_are_what_the_script_makes_cell_by_cell() -> None:
    content = sample()
    for name, made in ((NAME, content), (MARKED, marked(content))):
        kept = (DIRECTORY / name).read_bytes()
        assert sheets(kept) == sheets(made), "python -m scripts.bulk_sample"
        assert styles(kept) == styles(made), "python -m scripts.bulk_sample"


def test_it_has_ten_kinds_of_faults_and_more_to_look_at() -> None:
    rows = prepared(read_content(NAME, sample()), TODAY)
    faults = [[(fault.column, fault.name) for fault in row.faults] for row in rows if row.faults]
    assert [len(each) for each in faults] == [1] * 11
    messages = {re.sub("[0-9“”]+", "", row.faults[0].message) for row in rows if row.faults}
    assert len(messages) >= 10
    assert sum(bool(row.warnings) for row in rows) == 3
    assert sum(not row.faults for row in rows) == 6


def test_no_persons_number_is_repeated_beside_the_data() -> None:
    (row,) = [row for row in sheets(marked(sample()))["行政处罚"] if "130999199001010018" in row]
    assert sum("130999199001010018" in str(cell) for cell in row) == 1
