from pathlib import Path

import pytest

from registry.v1.error_reason_pb2 import ERROR_REASON_MALFORMED_MESSAGE
from registry_client.files import FileFormatError, Row, RowFault, Table, read_table
from tests.registry_client.samples import PENALTY, write_csv

HEADINGS = "行政相对人名称,行政处罚决定书文号,违法事实"


def table_of_text(directory: Path, text: str, encoding: str = "utf-8") -> Table:
    path = directory / "file.csv"
    path.write_bytes(text.encode(encoding))
    return read_table(path)


def lines_of(table: Table) -> list[tuple[int, bool]]:
    return [(row.line, isinstance(row, Row)) for row in table.rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encoding_is_told_from_the_file(tmp_path: Path, encoding: str) -> None:
    table = read_table(write_csv(tmp_path / "file.csv", PENALTY, encoding=encoding))
    (row,) = table.rows()
    assert table.encoding == encoding
    assert isinstance(row, Row)
    assert row.cells["行政相对人名称"] == "沧州示例建筑有限公司"


def test_with_short_codes_alone_in_the_first_line_the_rows_tell_the_encoding(tmp_path: Path) -> None:
    table = table_of_text(tmp_path, "CF_XDR_MC,CF_WSH\n沧州示例,沧〔2026〕1号\n", "gb18030")
    (row,) = table.rows()
    assert isinstance(row, Row)
    assert row.cells == {"行政相对人名称": "沧州示例", "行政处罚决定书文号": "沧〔2026〕1号"}


def test_rows_are_named_by_the_line_an_editor_shows(tmp_path: Path) -> None:
    table = table_of_text(tmp_path, f'{HEADINGS}\n甲,1号,"第一行\n第二行"\n\n,,\n乙,2号,丙\n')
    assert lines_of(table) == [(2, True), (6, True)]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_line_end_will_do(tmp_path: Path, line_end: str) -> None:
    table = table_of_text(tmp_path, line_end.join([HEADINGS, "甲,1号,", "乙,2号,"]))
    assert lines_of(table) == [(2, True), (3, True)]


def test_a_tab_separates_where_there_is_no_comma(tmp_path: Path) -> None:
    table = table_of_text(tmp_path, HEADINGS.replace(",", "\t") + "\n甲\t1号\t一,二\n")
    (row,) = table.rows()
    assert isinstance(row, Row)
    assert row.cells["违法事实"] == "一,二"


def test_a_row_with_too_few_cells_is_reported_and_the_next_is_read(tmp_path: Path) -> None:
    table = table_of_text(tmp_path, f"{HEADINGS}\n甲,1号\n乙,2号,丙\n")
    fault, row = table.rows()
    assert fault == RowFault(2, "", ERROR_REASON_MALFORMED_MESSAGE, "应有3列，实有2列")
    assert isinstance(row, Row)


def test_a_row_with_text_beyond_the_headings_is_reported_but_empty_cells_are_not(tmp_path: Path) -> None:
    table = table_of_text(tmp_path, f"{HEADINGS}\n甲,1号,丙,丁\n乙,2号,丙,,\n")
    assert lines_of(table) == [(2, False), (3, True)]


def test_an_open_quote_is_reported_with_every_line_it_swallowed(tmp_path: Path) -> None:
    table = table_of_text(tmp_path, f'{HEADINGS}\n甲,1号,"未闭合\n乙,2号,丙\n丁,3号,"戊"\n己,4号,庚\n')
    fault, row = table.rows()
    assert isinstance(fault, RowFault)
    assert fault.line == 2
    assert "第2至4行" in fault.message
    assert isinstance(row, Row)
    assert row.line == 5


def test_a_quote_open_to_the_end_is_reported(tmp_path: Path) -> None:
    table = table_of_text(tmp_path, f'{HEADINGS}\n甲,1号,"未闭合\n乙,2号,丙\n')
    (fault,) = table.rows()
    assert isinstance(fault, RowFault)
    assert "第2至3行" in fault.message


def test_bytes_of_another_encoding_are_reported_with_their_column(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(f"{HEADINGS}\n甲,1号,".encode() + "乱码".encode("gb18030") + "\n乙,2号,丙\n".encode())
    fault, row = read_table(path).rows()
    assert isinstance(fault, RowFault)
    assert (fault.line, fault.column) == (2, "违法事实")
    assert isinstance(row, Row)


def test_control_characters_are_reported(tmp_path: Path) -> None:
    table = table_of_text(tmp_path, f"{HEADINGS}\n甲\x1b[2J,1号,丙\n")
    (fault,) = table.rows()
    assert isinstance(fault, RowFault)
    assert (fault.column, fault.message) == ("行政相对人名称", "含有控制字符")


def test_characters_that_turn_a_text_are_reported(tmp_path: Path) -> None:
    turned, plain = table_of_text(tmp_path, f"{HEADINGS}\n甲\u202e乙,1号,丙\n甲\ufeff乙,2号,丙\n").rows()
    assert isinstance(turned, RowFault)
    assert turned.column == "行政相对人名称"
    assert turned.message == "含有看不见的字符 U+202E，显示的文字会与所写的不同"
    assert isinstance(plain, Row)


def test_text_under_an_unknown_heading_is_told_of(tmp_path: Path) -> None:
    table = table_of_text(tmp_path, f"{HEADINGS},内部编号\n甲,1号,丙,17\n乙,2号,丙,\n")
    unknown = [row.unknown for row in table.rows() if isinstance(row, Row)]
    assert unknown == [("内部编号",), ()]


def test_rows_may_be_read_twice(tmp_path: Path) -> None:
    table = read_table(write_csv(tmp_path / "file.csv", PENALTY))
    assert list(table.rows()) == list(table.rows())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "认不出表头"),
        (HEADINGS.encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04rest", "xlsx"),
        (b"\xff\x00\x01", "认不出表头"),
        ('"未闭合'.encode(), "unexpected end of data"),
        (b"name,phone\n", "认不出表头"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_refused_in_one_line(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=said) as refused:
        read_table(path)
    assert str(refused.value).startswith(f"{path}：")
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="无法读取"):
        read_table(tmp_path / "missing.csv")


def test_a_reason_of_a_later_release_has_its_number_for_a_name() -> None:
    assert RowFault(1, "", ERROR_REASON_MALFORMED_MESSAGE, "").name == "MALFORMED_MESSAGE"
    assert RowFault(1, "", 9999, "").name == "9999"  # type: ignore[arg-type]
