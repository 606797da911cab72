"""Templates are files that are understood, and what they say of each column is true."""

import io
import re

import pytest
from python_calamine import load_workbook

from registry.domain.identifiers import code_faults
from registry.v1 import subject_pb2
from registry_client.bulk.explanations import REQUIRED, explanation_of
from registry_client.bulk.templates import KINDS, NOTES, template_text, template_workbook
from registry_client.columns import Layout
from registry_client.files import read_content
from tests.registry_client.bulk.files import parts_of, prepared, table_of

NAMES = list(KINDS)


def example_of(layout: Layout) -> dict[str, str]:
    return {column.heading: explanation_of(layout, column.heading).example for column in layout.columns}


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_recognised_and_has_no_rows(name: str) -> None:
    layout = KINDS[name]
    for table in (
        read_content("t.xlsx", template_workbook(layout)),
        read_content("t.csv", template_text(layout)),
    ):
        assert table.headings.layout is layout
        assert table.headings.columns == layout.columns
        assert list(table.rows()) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_are_a_row_without_faults_or_warnings(name: str) -> None:
    (row,) = prepared(table_of(example_of(KINDS[name])))
    assert (row.faults, row.warnings) == ((), ())


@pytest.mark.parametrize("name", NAMES)
def test_examples_of_codes_are_fictional_and_valid(name: str) -> None:
    for text in example_of(KINDS[name]).values():
        if re.fullmatch("[0-9A-Z]{18}", text):
            if text[8:11] == "DEM":
                assert code_faults(subject_pb2.IDENTIFIER_TYPE_USCC, text) == []
            else:
                assert text.startswith("130999")


@pytest.mark.parametrize("name", NAMES)
def test_whatever_must_be_filled_is_a_fault_where_it_is_not_or_belongs_to_the_standard(name: str) -> None:
    layout, example = KINDS[name], example_of(KINDS[name])
    for column in layout.columns:
        if column.path and explanation_of(layout, column.heading).required == REQUIRED:
            (row,) = prepared(table_of(example | {column.heading: "", "备注": "有"}))
            required_by_standard = layout.category in ("E-03-XK", "E-04", "E-01")
            has_end = column.path == "effective_until"
            assert row.faults or required_by_standard or has_end, column.heading


@pytest.mark.parametrize("name", NAMES)
def test_every_column_is_explained_and_every_choice_is_understood(name: str) -> None:
    layout = KINDS[name]
    notes = load_workbook(io.BytesIO(template_workbook(layout))).get_sheet_by_name(NOTES).to_python()
    assert [row[1] for row in notes if row[1]][1:] == [column.heading for column in layout.columns]
    example = example_of(layout)
    for column in layout.columns:
        told = explanation_of(layout, column.heading)
        for choice in told.choices if told.closed else ():
            (row,) = prepared(table_of(example | {column.heading: choice}))
            assert not [fault for fault in row.faults if "不是可用的写法" in fault.message], choice


def test_code_columns_are_text_and_closed_columns_have_lists() -> None:
    parts = parts_of(template_workbook(KINDS["penalty"]))
    sheet, styles = parts["xl/worksheets/sheet1.xml"].decode(), parts["xl/styles.xml"].decode()
    formats = re.findall(r"<xf numFmtId=\"(\d+)\"", styles.partition("<cellXfs")[2])
    columns = {
        int(m[1]): int(m[3]) for m in re.finditer(r'<col min="(\d+)" max="(\d+)"[^>]*style="(\d+)"', sheet)
    }
    assert formats[columns[3]] == "49"  # 行政相对人代码_1: the format “@”, text.
    assert formats[columns[20]] != "49"  # 罚款金额（万元）
    assert "<formula1>选项!$B$1:$B$3</formula1>" in sheet
    assert sheet.count("<dataValidation ") == 5
