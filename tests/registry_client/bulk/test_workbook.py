"""Workbooks as departments send them, and as nobody should."""

import io
import struct
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest

from registry_client.files import FileFormatError, Row, RowFault, Table, read_content, read_table
from registry_client.layouts import PENALTY
from tests.registry_client.bulk.files import CONTENT_TYPES, archive, parts_of, workbook, workbook_of
from tests.registry_client.samples import PENALTY as CELLS

HEADINGS = ["行政相对人名称", "行政处罚决定书文号", "违法事实"]
ROW = ["甲", "1号", "丙"]
SHEET = "xl/worksheets/sheet1.xml"


def read(content: bytes, sheet: str = "") -> Table:
    return read_content("表.xlsx", content, sheet=sheet)


def refusal(content: bytes, sheet: str = "", name: str = "表.xlsx") -> str:
    with pytest.raises(FileFormatError) as refused:
        list(read_content(name, content, sheet=sheet).rows())
    message = str(refused.value)
    assert message.startswith(f"{name}：")
    assert "\n" not in message
    return message


def with_sheet(xml: bytes) -> bytes:
    """A workbook whose only sheet is this XML."""
    parts = parts_of(workbook([HEADINGS, ROW]))
    return archive(parts | {SHEET: xml})


def sheet_of(rows: bytes) -> bytes:
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<worksheet xmlns="' + main + b'"><sheetData>' + rows + b"</sheetData></worksheet>"


def test_a_workbook_is_read_like_a_text() -> None:
    table = read(workbook_of(CELLS))
    (row,) = table.rows()
    assert isinstance(row, Row)
    assert (table.headings.layout, table.encoding, table.sheet) == (PENALTY, "xlsx", "行政处罚")
    assert row.line == 2
    assert row.cells["行政相对人名称"] == CELLS["行政相对人名称"]


def test_typed_cells_are_read_as_a_clerk_would_write_them() -> None:
    names = [
        "违法事实",
        "处罚内容",
        "处罚类别",
        "备注",
        "处罚决定日期",
        "处罚有效期",
        "公示截止期",
        "法定代表人",
    ]
    values = [
        46113,
        0.5,
        True,
        911309000000012345,
        date(2026, 1, 5),
        datetime.fromisoformat("2026-01-05 08:30"),
        1e-6,
        "=1+1",
    ]
    table = read(workbook([["行政处罚决定书文号", *names], ["1号", *values]]))
    (row,) = table.rows()
    assert isinstance(row, Row)
    assert [row.cells[name] for name in names] == [
        "46113", "0.5", "是", "9.11309E+17", "2026-01-05", "2026-01-05 08:30:00", "0.000001", "=1+1",
    ]  # fmt: skip


def test_rows_are_named_as_the_spreadsheet_numbers_them_below_a_title() -> None:
    table = read(workbook([["行政处罚信息表"], [], HEADINGS, ROW, [], ROW]))
    assert table.heading_line == 3
    assert [row.line for row in table.rows() if isinstance(row, Row)] == [4, 6]


def test_columns_that_stand_empty_at_the_left_do_not_matter() -> None:
    table = read(workbook([[None, None, *HEADINGS], [None, None, *ROW]]))
    (row,) = table.rows()
    assert isinstance(row, Row)
    assert row.cells["违法事实"] == "丙"
    assert table.source.first_column == 2


def test_the_sheet_with_known_headings_is_read_or_the_one_that_is_named() -> None:
    assert read(workbook([["目录"]], [HEADINGS, ROW], [HEADINGS], names=["封面", "一", "空"])).sheet == "一"
    content = workbook([["目录"]], [HEADINGS, ROW], [HEADINGS, ROW, ROW], names=["封面", "一", "二"])
    assert read(content, "一").sheet == "一"
    assert len(list(read(content, "二").rows())) == 2
    assert "没有工作表「三」，有：封面、一、二" in refusal(content, "三")
    assert "认不出表头" in refusal(content, "封面")


LICENCES = ["行政相对人名称", "行政许可决定文书号"]


@pytest.mark.parametrize("other", [[HEADINGS, ROW], [LICENCES, ["甲", "2号"]], [HEADINGS + HEADINGS, ROW]])
def test_no_sheet_is_left_out_beside_another(other: list[list[str]]) -> None:
    content = workbook([HEADINGS, ROW], other, names=["一", "二"])
    assert "工作表「一」「二」都有可识别的表头和内容" in refusal(content)


@pytest.mark.parametrize("empty", [[LICENCES], [["行政许可信息"], LICENCES, [" "]]])
def test_of_two_forms_the_one_that_was_filled_in_is_read(empty: list[list[str]]) -> None:
    content = workbook(empty, [HEADINGS, ROW], names=["许可", "处罚"])
    assert (read(content).sheet, len(list(read(content).rows()))) == ("处罚", 1)
    two = workbook(empty, [HEADINGS, ROW], [HEADINGS, ROW], names=["许可", "处罚", "上月"])
    assert "工作表「处罚」「上月」都有可识别的表头和内容" in refusal(two)


def test_an_empty_form_with_notes_is_that_form() -> None:
    notes = [["B", "行政处罚决定书文号", "CF_WSH", "照文书"], ["C", "违法事实", "CF_SY", ""]]
    assert read(workbook([HEADINGS], notes)).sheet == "Sheet1"


def test_a_word_in_notes_is_no_second_sheet() -> None:
    notes = [["B", "行政处罚决定书文号", "CF_WSH", "照文书"], ["C", "违法事实", "CF_SY", ""]]
    content = workbook([HEADINGS, ROW], notes)
    assert read(content).sheet == "Sheet1"
    assert read(workbook(notes, [HEADINGS, ROW], names=["说明", "处罚"])).sheet == "处罚"


def test_a_sheet_released_is_read_again() -> None:
    table = read(workbook([HEADINGS, ROW]))
    before = list(table.rows())
    table.source.release()
    assert list(table.rows()) == before


def test_what_a_file_is_its_content_says_and_not_its_name(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_bytes(workbook([HEADINGS, ROW]))
    assert read_table(wrong).encoding == "xlsx"
    text = read_content("text.xlsx", f"{','.join(HEADINGS)}\n{','.join(ROW)}\n".encode())
    assert text.encoding == "utf-8"


def test_formulas_are_not_evaluated_and_told_of() -> None:
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    target = io.BytesIO()
    with Workbook(target) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADINGS)
        page.write_formula(1, 0, '=CMD|"/c calc"!A0', None, "保存的结果")
        page.write_row(1, 1, ["1号", "丙"])
    table = read(target.getvalue())
    (row,) = table.rows()
    assert isinstance(row, Row)
    assert row.cells["行政相对人名称"] == "保存的结果"
    assert "1个公式单元格" in table.notices[0]


def test_text_under_a_column_without_heading_is_told_of() -> None:
    table = read(workbook([[HEADINGS[0], None, *HEADINGS[1:]], ["甲", "乙", "1号", "丙"]]))
    (row,) = table.rows()
    assert isinstance(row, Row)
    assert row.unknown == ("（B列，没有列名）",)


def test_text_beyond_the_headings_is_a_fault() -> None:
    (fault,) = read(workbook([HEADINGS, [*ROW, "丁"]])).rows()
    assert isinstance(fault, RowFault)
    assert fault.message == "应有3列，实有4列"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (workbook([]), "认不出表头：文件是空的"),
        (workbook([HEADINGS, HEADINGS, ROW]), "第1行和第2行都是表头，请只保留一行"),
        (workbook([HEADINGS, ["CF_XDR_MC", "CF_WSH", "CF_SY"], ROW]), "第1行和第2行都是表头"),
        (workbook([[*HEADINGS, "CF_WSH"], ROW]), "工作表「Sheet1」：列名重复：行政处罚决定书文号"),
        (workbook([HEADINGS, ROW], merge="D1:E1"), "有合并单元格（D1:E1），请取消合并并逐格填写"),
        (workbook([HEADINGS, ROW], merge="A2:A4"), "有合并单元格（A2:A4）"),
        (workbook([HEADINGS + [f"列{n}" for n in range(10_000)], ROW]), "超过500列，请删去无关的列"),
        (workbook([HEADINGS, ROW])[:-200], "xlsx文件已损坏或不完整"),
        (workbook([HEADINGS, ROW])[:2000], "xlsx文件已损坏或不完整"),
        (archive({"a.txt": b"text"}), "压缩包里不是xlsx工作簿"),
        (archive({"mimetype": b"opendocument", "[Content_Types].xml": CONTENT_TYPES}), "压缩包里不是xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "工作簿已加密"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1Workbook", "旧版电子表格（xls）"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "这是网页"),
        (b"%PDF-1.7\n", "这是PDF文件"),
    ],
)
def test_a_workbook_that_cannot_be_read_is_refused_in_one_line(content: bytes, said: str) -> None:
    assert said in refusal(content)


def test_merged_cells_of_a_title_do_not_matter() -> None:
    assert read(workbook([["标题"], HEADINGS, ROW], merge="A1:C1")).heading_line == 2


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = sheet_of(b"<!--" + b" " * (600 << 20) + b"-->")
    packed = with_sheet(bomb)
    assert len(packed) < 4 << 20
    assert "超过" in refusal(packed)


def test_a_part_that_states_a_smaller_size_than_it_has_is_refused() -> None:
    content = bytearray(with_sheet(sheet_of(b"<row/>" * 1000)))
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        info = opened.getinfo(SHEET)
    at = content.rindex(SHEET.encode()) - 46
    assert content[at : at + 4] == b"PK\x01\x02"
    content[at + 24 : at + 28] = struct.pack("<I", info.file_size // 2)
    assert "已损坏" in refusal(bytes(content))


def test_an_archive_with_something_behind_its_directory_is_refused() -> None:
    assert "目录不规范" in refusal(workbook([HEADINGS, ROW]) + b"behind")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="Z1048576"><v>1</v></c></row>',
            "散布",
        ),
        (b'<row r="1"><c t="n" r="A1"><v>1</v></c><c t="n" r="XFD9"><v>1</v></c></row>', "超过500列"),
        (b'<x:row r="1"><x:c r="XFD9"><x:v>1</x:v></x:c></x:row>', "超过500列"),
        (b"<row><c><v>1</v></c></row>", "没有写明位置"),
        (
            b'<row r="1"><c r="A1" t="inlineStr"><is><t>' + b"x" * (50 << 20) + b"</t></is></c></row>",
            "超过1MB",
        ),
    ],
)
def test_cells_that_would_ask_for_too_much_room_are_refused(cells: bytes, said: str) -> None:
    assert said in refusal(with_sheet(sheet_of(cells)))


def test_cells_that_only_have_a_format_ask_for_no_room() -> None:
    xml = parts_of(workbook([HEADINGS, ROW]))[SHEET]
    far = b'<row r="1048576"><c r="Z1048576" s="1"/></row></sheetData>'
    assert len(list(read(with_sheet(xml.replace(b"</sheetData>", far))).rows())) == 1


def test_a_csv_cell_of_fifty_megabytes_is_refused_in_one_line() -> None:
    content = f"{','.join(HEADINGS)}\n甲,1号,{'x' * (50 << 20)}\n".encode()
    assert "第2行起有一格超过131072字" in refusal(content, name="表.csv")


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_the_three_usual_separators_are_told_from_the_first_line(separator: str) -> None:
    text = "\n".join([separator.join(HEADINGS), separator.join(ROW)])
    (row,) = read_content("表.csv", text.encode("gb18030")).rows()
    assert isinstance(row, Row)
    assert list(row.cells.values()) == ROW


def test_a_text_has_no_sheets() -> None:
    assert "不是xlsx工作簿" in refusal(",".join(HEADINGS).encode(), sheet="一")
