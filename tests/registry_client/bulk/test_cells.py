"""Cells made uniform, amounts, and what is told of them."""

from datetime import date
from decimal import Decimal

import pytest

from registry.v1.error_reason_pb2 import ERROR_REASON_CODE_DIGITS_LOST, ERROR_REASON_FIELD_INVALID
from registry.v1.statement_pb2 import Statement
from registry_client.bulk.amounts import ONES, TEN_THOUSANDS, in_ten_thousands, unit_of
from registry_client.bulk.marked import Mark, marked_workbook
from registry_client.bulk.places import place_of
from registry_client.bulk.preparing import PreparedRow
from registry_client.files import read_content
from tests.registry_client.bulk.files import prepared, table_of, workbook
from tests.registry_client.samples import FIRM, LICENCE, PENALTY, PENALTY_OF_PERSON, PERSON

FINE = "罚款金额（万元）"
NUMBER, DECIDED, CODE = "行政处罚决定书文号", "处罚决定日期", "行政相对人代码_1（统一社会信用代码）"


def only(**changes: object) -> PreparedRow:
    (row,) = prepared(table_of(PENALTY | changes))
    return row


def event_of(row: PreparedRow) -> dict[str, str]:
    assert not row.faults, row.faults
    return {item.name: item.value for item in Statement.FromString(row.payload).event.content}


@pytest.mark.parametrize(
    ("written", "unit", "expected"),
    [
        ("0.5", TEN_THOUSANDS, "0.5"),
        ("5.000000", TEN_THOUSANDS, "5"),
        ("０．５万元", TEN_THOUSANDS, "0.5"),
        ("5,000元", TEN_THOUSANDS, "0.5"),
        ("人民币 5000 元整", TEN_THOUSANDS, "0.5"),
        ("￥12，345.67", ONES, "1.234567"),
        ("5000", ONES, "0.5"),
        ("0.5万", ONES, "0.5"),
        ("1.2亿元", TEN_THOUSANDS, "12000"),
        ("0", TEN_THOUSANDS, "0"),
    ],
)
def test_amounts_are_in_ten_thousands(written: str, unit: Decimal, expected: str) -> None:
    amount = in_ten_thousands(written, unit=unit)
    assert (amount.text, amount.fault) == (expected, "")


@pytest.mark.parametrize("written", ["五千元", "5000左右", "1,23", "-5", "1e5", "0.1234567", "5 000 元 美元"])
def test_what_is_no_amount_is_a_fault(written: str) -> None:
    amount = in_ten_thousands(written, unit=TEN_THOUSANDS)
    assert amount.fault
    assert amount.text == written


@pytest.mark.parametrize(
    ("written", "unit", "warned"),
    [
        ("5000元", TEN_THOUSANDS, "按0.5万元登记，请核对单位"),
        ("5000", ONES, "按0.5万元登记，请核对单位"),
        ("50000", TEN_THOUSANDS, "即500000000元），金额很大"),
        ("50000万元", TEN_THOUSANDS, ""),
        ("0.00001", TEN_THOUSANDS, "不足1元"),
        ("999", TEN_THOUSANDS, ""),
    ],
)
def test_a_doubtful_unit_is_warned_of(written: str, unit: Decimal, warned: str) -> None:
    warning = in_ten_thousands(written, unit=unit).warning
    assert warned in warning
    assert bool(warning) == bool(warned)


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("罚款金额（万元）", TEN_THOUSANDS),
        ("罚款金额", TEN_THOUSANDS),
        ("罚款金额(元)", ONES),
        ("CF_NR_FK", TEN_THOUSANDS),
    ],
)
def test_the_unit_is_that_of_the_heading(heading: str, unit: Decimal) -> None:
    assert unit_of(heading) == unit


def test_a_column_in_yuan_is_the_same_column() -> None:
    (row,) = prepared(table_of(PENALTY | {"罚款金额（元）": 5000}))
    assert event_of(row)["nr_fk"] == "0.5"


def test_an_amount_that_is_none_is_told_with_its_cell() -> None:
    table = table_of(PENALTY | {FINE: "五千元"})
    (row,) = prepared(table)
    (fault,) = row.faults
    assert fault.reason == ERROR_REASON_FIELD_INVALID
    assert place_of(table, fault) == "工作表「行政处罚」第2行「罚款金额（万元）」(K2)"


@pytest.mark.parametrize(
    "written", ["2026-1-5", "2026/01/05", "2026.1.5", "2026年1月5日", "20260105", "2026-01-05 08:30", "46027"]
)
def test_every_usual_form_of_a_day_is_one_statement(written: str) -> None:
    row = only(**{DECIDED: written})
    assert Statement.FromString(row.payload).event.document.decided_on == "2026-01-05"
    assert row.statement_id == only(**{DECIDED: "2026-01-05"}).statement_id
    assert row.digest == only(**{DECIDED: "2026-01-05"}).digest


def test_the_number_of_a_day_is_read_and_warned_of() -> None:
    (warning,) = only(**{DECIDED: 46113}).warnings
    assert warning.message == "“46113”是电子表格的日期序号，按2026-04-01登记，请核对"


@pytest.mark.parametrize("written", [date(2026, 4, 1), 44651])
def test_a_day_of_a_workbook_that_counts_from_1904_is_that_day(written: object) -> None:
    cells = PENALTY | {DECIDED: written}
    table = read_content("表.xlsx", workbook([list(cells), list(cells.values())], from_1904=True))
    (row,) = prepared(table)
    assert not row.faults
    assert Statement.FromString(row.payload).event.document.decided_on == "2026-04-01"
    (again,) = prepared(read_content("标注.xlsx", marked_workbook(table, [Mark.of_prepared(row)])))
    assert again.payload == row.payload


def test_brackets_do_not_matter_and_the_raw_number_is_kept() -> None:
    ids = set()
    for raw in ("沧示建罚〔2026〕7号", "沧示建罚[2026]7号", "沧示建罚（2026）7号", "沧示建罚【2026】７ 号"):
        row = only(**{NUMBER: raw})
        ids.add(row.statement_id)
        assert Statement.FromString(row.payload).event.document.number == raw
        assert bool(row.warnings) == ("〔" not in raw)
    assert len(ids) == 1


def test_full_width_codes_are_the_same_subject() -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) for char in FIRM)
    row = only(**{CODE: wide})
    assert not row.faults
    assert row.statement_id == only().statement_id


@pytest.mark.parametrize("written", [911309000000012345, "9.11309E+17", "911309000000012000", f"{10**17}.0"])
def test_lost_digits_are_told_as_such(written: object) -> None:
    (fault,) = only(**{CODE: written}).faults
    assert (fault.column, fault.reason) == (CODE, ERROR_REASON_CODE_DIGITS_LOST)


@pytest.mark.parametrize("written", [130999199001010018, "130999199001010000"])
def test_lost_digits_are_a_fault_also_where_the_registry_takes_any_text(written: object) -> None:
    row = only(法定代表人证件类型="身份证", 法定代表人证件号码=written)
    (fault,) = row.faults
    assert (fault.column, fault.reason) == ("法定代表人证件号码", ERROR_REASON_CODE_DIGITS_LOST)


@pytest.mark.parametrize("written", [(912345678901234567, 912345678901234999), ("9.12346e+17",) * 2])
def test_two_licences_whose_numbers_a_spreadsheet_cut_are_not_taken_for_one(written: tuple[object]) -> None:
    rows = prepared(table_of(*(LICENCE | {"许可编号": each} for each in written)))
    faults = [[(each.column, each.reason) for each in row.faults] for row in rows]
    assert faults == [[("许可编号", ERROR_REASON_CODE_DIGITS_LOST)]] * 2


def test_a_doubtful_code_of_another_is_a_warning_that_does_not_quote_it() -> None:
    wrong = PERSON[:-1] + ("0" if PERSON[-1] != "0" else "1")
    row = only(法定代表人证件类型="身份证", 法定代表人证件号码=wrong, 数据来源单位统一社会信用代码="1")
    assert not row.faults
    assert [warning.column for warning in row.warnings] == [
        "数据来源单位统一社会信用代码",
        "法定代表人证件号码",
    ]
    assert all(wrong[6:14] not in warning.message for warning in row.warnings)


@pytest.mark.parametrize(
    ("cells", "left_out"),
    [
        (PENALTY_OF_PERSON | {CODE: FIRM}, CODE),
        (PENALTY | {"证件类型": "身份证", "证件号码": PERSON}, "证件号码"),
    ],
)
def test_a_code_that_is_not_taken_for_the_subject_is_told(cells: dict[str, str], left_out: str) -> None:
    (row,) = prepared(table_of(cells))
    (warning,) = row.warnings
    assert (warning.column, bool(row.payload)) == (left_out, True)
    assert PERSON not in warning.message


@pytest.mark.parametrize("nothing", ["无", "/", "——", "N/A"])
def test_a_word_for_no_code_is_no_code_that_was_left_out(nothing: str) -> None:
    (row,) = prepared(table_of(PENALTY | {"证件类型": nothing, "证件号码": nothing}))
    assert (row.warnings, bool(row.payload)) == ((), True)


def test_the_place_in_a_text_has_no_cell() -> None:
    table = read_content("表.csv", "行政处罚决定书文号,处罚决定日期\n,2026/2/30\n".encode())
    places = [place_of(table, fault) for fault in prepared(table)[0].faults]
    assert "第2行「处罚决定日期」" in places
