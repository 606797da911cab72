"""Whatever stands in the cells: nothing breaks, nothing personal is repeated, the same is the same again."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from registry_client.bulk.marked import Mark, marked_workbook
from registry_client.files import FileFormatError, Table, read_content
from registry_client.layouts import LAYOUTS
from tests.registry_client.bulk.files import prepared
from tests.registry_client.samples import FIRM, PERSON

_TELLING = (
    *(PERSON, f"{PERSON[:6]}-{PERSON[6:]}", PERSON[:6] + PERSON[8:17], FIRM, "自然人", "企业", "身份证"),
    *("2026-02-30", "46113", "5,000元", "9.11E+17", "=1+1", "是", "L-04", "L-90", "M-PRO-03"),
    *("沧示〔2026〕1号", ""),
)
CELLS = st.one_of(
    st.sampled_from(_TELLING),
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=30),
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    layout = draw(st.sampled_from(LAYOUTS))
    headings = [column.heading for column in layout.columns]
    rows = draw(st.lists(st.lists(CELLS, min_size=len(headings), max_size=len(headings)), max_size=3))
    text = io.StringIO()
    csv.writer(text).writerows([headings, *rows])
    try:
        return read_content("表.csv", text.getvalue().encode())
    except FileFormatError:  # A row of headings.
        return read_content("表.csv", ",".join(headings).encode())


@settings(deadline=None, max_examples=150)
@given(tables())
def test_no_cell_breaks_anything_or_has_a_persons_number_repeated(table: Table) -> None:
    rows = prepared(table)
    said = [each.message for row in rows for each in (*row.faults, *row.warnings)]
    assert not any(PERSON[8:17] in message for message in said)
    assert all("\n" not in message for message in said)
    assert rows == prepared(table)
    marked_workbook(table, map(Mark.of_prepared, rows))


@settings(deadline=None, max_examples=300)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", "行政处罚决定书文号,".encode()]),
)
def test_no_bytes_break_the_reading(content: bytes, beginning: bytes) -> None:
    said = "文件："
    try:
        prepared(read_content("文件", beginning + content))
    except FileFormatError as refused:
        said = str(refused)
    assert said.startswith("文件：")
