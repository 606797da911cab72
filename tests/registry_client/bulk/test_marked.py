"""The marked copy: the data as it was, faults and results beside it, colours on the cells."""

import io
import re
from datetime import date
from typing import Any

from python_calamine import load_workbook

from registry_client import Disposition, RowResult
from registry_client.bulk.marked import Mark, marked_workbook
from registry_client.bulk.marked_sheet import LONGEST
from registry_client.columns import RETURNED
from registry_client.files import Table, read_content
from tests.registry_client.bulk.files import parts_of, prepared, table_of, workbook
from tests.registry_client.samples import FIRM, PENALTY

NUMBER, CODE, DECIDED = "行政处罚决定书文号", "行政相对人代码_1（统一社会信用代码）", "处罚决定日期"
RED, YELLOW = "FFFFC7CE", "FFFFEB9C"


def marked(table: Table) -> bytes:
    return marked_workbook(table, map(Mark.of_prepared, prepared(table)))


def cells(content: bytes) -> list[list[Any]]:
    return load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def colour(content: bytes, cell: str) -> str:
    """The background of a cell; empty if it has none."""
    parts = parts_of(content)
    styles, sheet = parts["xl/styles.xml"].decode(), parts["xl/worksheets/sheet1.xml"].decode()
    (style,) = re.findall(rf'<c r="{cell}" s="(\d+)"', sheet)
    fills = re.findall(r"<fill>(.*?)</fill>", styles)
    (fill,) = re.findall(
        r'fillId="(\d+)"', re.findall(r"<xf [^>]*>", styles.partition("<cellXfs")[2])[int(style)]
    )
    return next(iter(re.findall(r'fgColor rgb="(\w+)"', fills[int(fill)])), "")


def test_rows_and_columns_stand_where_they_stood_with_two_more() -> None:
    rows = [["标题"], [], list(PENALTY), list(PENALTY.values()), [], list(PENALTY.values())]
    copied = cells(marked(read_content("表.xlsx", workbook(rows))))
    width = len(PENALTY)
    assert copied[0][0] == "标题"
    assert copied[2] == [*PENALTY, *RETURNED]
    assert copied[3][:width] == list(PENALTY.values())
    assert copied[3][width:] == ["", "检查通过，尚未提交"]
    assert copied[5][width:] == ["【提示】本行：与第4行完全相同，只登记一次", "检查通过，尚未提交"]


def test_cells_at_fault_are_red_and_doubtful_ones_yellow() -> None:
    content = marked(table_of(PENALTY | {DECIDED: "2026/2/30", NUMBER: "沧示建罚[2026]7号"}, PENALTY))
    assert colour(content, "G2") == RED
    assert colour(content, "D2") == YELLOW
    assert colour(content, "A2") == colour(content, "G3") == ""
    problem = cells(content)[1][-2]
    assert "【错误】「处罚决定日期」(G2)：决定日期“2026-02-30”不是有效日期" in problem
    assert "【提示】「行政处罚决定书文号」(D2)：" in problem


def test_an_empty_cell_at_fault_is_red() -> None:
    assert colour(marked(table_of(PENALTY | {NUMBER: None})), "D2") == RED


def test_values_keep_their_kind_and_codes_are_text() -> None:
    content = marked(
        table_of(PENALTY | {DECIDED: date(2026, 3, 20), "罚款金额（万元）": 0.5, CODE: 911309000000012345})
    )
    headings, row, *_ = cells(content)
    read = dict(zip(headings, row, strict=True))
    assert (read[DECIDED], read["罚款金额（万元）"], read[CODE]) == (date(2026, 3, 20), 0.5, "9.11309E+17")


def test_text_like_a_formula_stays_text() -> None:
    risky = ["=CMD|'/c calc'!A0", "+1", "-1", "@SUM(A1)", "=1+1", "http://example.com"]
    table = table_of(*(PENALTY | {"备注": text} for text in risky))
    content = marked(table)
    assert [row[-3] for row in cells(content)[1:]] == risky
    sheet = parts_of(content)["xl/worksheets/sheet1.xml"]
    assert b"<f>" not in sheet
    assert b"<hyperlink" not in sheet


def test_a_csv_comes_back_as_a_workbook() -> None:
    text = f"{','.join(PENALTY)}\n{','.join(PENALTY.values())}\n甲\n"
    copied = cells(marked(read_content("表.csv", text.encode("gb18030"))))
    assert copied[1][2] == FIRM
    assert copied[2][-2:] == ["【错误】本行：应有10列，实有1列", "有错误，未提交"]


def test_what_became_of_a_row_is_told_with_position_and_id() -> None:
    table = table_of(
        PENALTY, PENALTY | {NUMBER: "沧示建罚〔2026〕8号"}, PENALTY | {NUMBER: "沧示建罚〔2026〕9号"}
    )
    results = [
        RowResult(2, Disposition.ACCEPTED, "E-03-CF.a", 7),
        RowResult(3, Disposition.ALREADY_RECORDED, "E-03-CF.b", 3),
    ]
    copied = cells(marked_workbook(table, map(Mark.of_result, results)))
    assert [row[-1] for row in copied[1:]] == [
        "已登记，序号7，陈述编号E-03-CF.a",
        "以前已登记，序号3，陈述编号E-03-CF.b",
        "结果未知，请重新提交",
    ]


def test_a_marked_workbook_may_be_mended_and_submitted_as_it_is() -> None:
    first = marked(table_of(PENALTY | {NUMBER: None}))
    table = read_content("表.xlsx", first)
    (row,) = prepared(table)
    assert row.unsent == ()
    assert len(row.faults) == 1
    again = cells(marked(table))
    assert again == cells(first)


def test_a_cell_too_long_for_a_workbook_is_cut_and_says_so() -> None:
    text = f"{NUMBER},违法事实\n1号,{'长' * 40_000}\n"
    copied = cells(marked(read_content("表.csv", text.encode())))
    assert copied[1][1].startswith("长" * LONGEST)
    assert copied[1][1].endswith("（过长，其余未显示）")


def test_what_is_to_be_said_of_the_file_has_a_sheet() -> None:
    content = marked_workbook(table_of(PENALTY), (), said=["没有提交。"])
    page = load_workbook(io.BytesIO(content)).get_sheet_by_name("提交说明").to_python()
    assert [row[0] for row in page] == ["文件：表.xlsx", "没有提交。"]
