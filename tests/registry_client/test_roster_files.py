"""Files of rosters, plans and recusals: read as departments write them, every fault by its cell."""

from __future__ import annotations

import io

import pytest

from registry.provenance.draw.lists import read_recusals
from registry.provenance.draw.rosters import read_inspectors, read_objects
from registry_client.bulk.templates import template_text, template_workbook
from registry_client.files import FileFormatError
from registry_client.supervision import roster_layouts
from registry_client.supervision.roster_files import prepare, prepare_plan, prepare_recusals
from tests.registry_client.bulk.files import workbook

FIRMS = ("91350100M000100Y43", "91110000802100433B")


def objects(*rows: str) -> bytes:
    return ("统一社会信用代码或编号,名称,信用等级,适用事项\n" + "".join(f"{row}\n" for row in rows)).encode()


def faults(content: bytes, kind: str = "objects") -> list[tuple[int, str]]:
    return [(each.line, each.column) for each in prepare(kind, "名录.csv", content).faults]


def test_a_roster_is_made_uniform_sorted_and_committed() -> None:
    text = objects(f"{FIRMS[0].lower()},乙(示例)公司,b,SP-2；SP-1 SP-1", f" {FIRMS[1]} ,甲(示例)公司,,")
    prepared = prepare("objects", "名录.csv", text)
    assert not prepared.faults
    assert b"".join(prepared.lines).decode().splitlines()[1:] == [
        f"{FIRMS[1]},firm,甲(示例)公司,,,,", f"{FIRMS[0]},firm,乙(示例)公司,B,,,SP-1;SP-2",
    ]  # fmt: skip
    found = read_objects(prepared.lines, "SP-1").committed
    assert (found.root, found.rows, found.sha256, found.size) == (
        prepared.root, prepared.rows, prepared.sha256, prepared.size,
    )  # fmt: skip


def test_a_published_file_is_read_back_as_it_is() -> None:
    once = prepare("objects", "名录.csv", objects(f"{FIRMS[0]},示例,A,SP-1", "P-1,不是企业,,"))
    assert once.faults
    sound = prepare("objects", "名录.csv", objects(f"{FIRMS[0]},示例,A,SP-1"))
    again = prepare("objects", "objects.csv", b"".join(sound.lines))
    assert again.lines == sound.lines
    assert again.root == sound.root


def test_every_fault_is_told_by_line_and_by_the_file_s_own_heading() -> None:
    text = objects(
        f"{FIRMS[0]},,A,", f"{FIRMS[0][:-1]}0,示例,,", f"{FIRMS[1]},示例,一级+,", f"{FIRMS[1]},示例,,"
    )
    found = faults(text)
    assert (2, "名称") in found
    assert (3, "统一社会信用代码或编号") in found
    assert (4, "信用等级") in found


def test_an_object_that_comes_twice_is_told_with_both_lines() -> None:
    prepared = prepare("objects", "名录.csv", objects(f"{FIRMS[0]},示例,,", f"{FIRMS[0]},示例二,,"))
    (fault,) = prepared.faults
    assert (fault.line, "第2行" in fault.message) == (3, True)


def test_a_person_is_no_object_and_no_name_of_an_inspector() -> None:
    assert faults(objects("130999199001010018,示例,,"))
    staff = "工号,科室,执法证号\nSC-1,监管科,130999199001010018\nSC-2,监管科,证1\nSC-3,监管科,证1\n".encode()
    assert faults(staff, "inspectors") == [(2, "执法证号"), (4, "执法证号")]


def test_digits_that_a_spreadsheet_lost_are_published_nowhere() -> None:
    content = workbook([["工号", "科室", "执法证号"], ["A-1", "食品科", 13090112345678901]])
    prepared = prepare("inspectors", "名录.xlsx", content)
    assert [(each.line, each.column) for each in prepared.faults] == [(2, "执法证号")]
    assert prepared.rows == 0


def test_inspectors_may_be_kept_to_some_matters() -> None:
    staff = "工号,科室,执法证号,可检查事项\nSC-2,监管科,证2,SP-2\nSC-1,监管科,证1,\n".encode()
    prepared = prepare("inspectors", "人员.csv", staff)
    assert read_inspectors(prepared.lines, "SP-1").ids == ("SC-1",)


def test_a_file_with_other_headings_is_refused_in_one_line() -> None:
    with pytest.raises(FileFormatError, match="统一社会信用代码或编号"):
        prepare("objects", "名录.csv", "行政相对人名称,处罚决定书文号\na,b\n".encode())


PLAN = "事项编号,审批事项或类别,抽查内容,事项类别,抽查数量,抽查千分比,开始日期,结束日期\n"


def test_a_plan_is_read_with_its_days_in_any_form() -> None:
    prepared = prepare_plan("计划.csv", f"{PLAN}1,SP-1,进货,重点,20,,2026/4/1,2026年10月31日\n".encode())
    assert not prepared.faults
    (item,) = prepared.items
    assert (item.key, item.count, getattr(item, "from"), item.until) == (True, 20, "2026-04-01", "2026-10-31")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("1,SP-1,x,一般,20,30,2026-04-01,2026-10-31", "抽查数量"),
        ("1,SP-1,x,一般,,,2026-04-01,2026-10-31", "抽查数量"),
        ("1,SP-1,x,一般,二十,,2026-04-01,2026-10-31", "抽查数量"),
        ("1,SP-1,x,特别,20,,2026-04-01,2026-10-31", "事项类别"),
        ("1,,x,一般,20,,2026-04-01,2026-10-31", "审批事项或类别"),
        ("1,SP-1,x,一般,20,,四月,2026-10-31", "开始日期"),
        ("1,SP-1,x,一般,20,,2026-04-01,2026-02-30", "结束日期"),
    ],
)
def test_a_fault_of_a_plan_is_told_by_its_cell(row: str, column: str) -> None:
    (fault,) = prepare_plan("计划.csv", f"{PLAN}{row}\n".encode()).faults
    assert (fault.line, fault.column) == (2, column)


def test_an_item_of_a_plan_stands_there_once() -> None:
    row = "1,SP-1,x,一般,20,,2026-04-01,2026-10-31\n"
    (fault,) = prepare_plan("计划.csv", f"{PLAN}{row}{row}".encode()).faults
    assert (fault.line, fault.column) == (3, "事项编号")


def test_recusals_are_pairs_each_once() -> None:
    text = f"应回避对象,应回避人员工号\n{FIRMS[0].lower()},SC-1\n{FIRMS[0]},SC-1\n{FIRMS[1]},SC-2\n".encode()
    prepared = prepare_recusals("回避.csv", text)
    assert not prepared.faults
    assert read_recusals(prepared.lines) == {FIRMS[0]: {"SC-1"}, FIRMS[1]: {"SC-2"}}
    (fault,) = prepare_recusals("回避.csv", b"".join((text, b"X-1,\n"))).faults
    assert fault.column == "应回避人员工号"


def test_a_recusal_names_its_object_as_the_roster_does() -> None:
    listed = "统一社会信用代码或编号,对象种类,名称\nP-1a,产品,示例\n".encode()
    prepared = prepare("objects", "名录.csv", listed)
    recusals = prepare_recusals("回避.csv", "应回避对象,应回避人员工号\nP-1a,SC-1\n".encode())
    (drawn,) = (each for ids in read_objects(prepared.lines, "").by_grade.values() for each in ids)
    assert read_recusals(recusals.lines) == {drawn: {"SC-1"}}


def test_a_recusal_of_what_no_roster_can_have_is_a_fault() -> None:
    text = "应回避对象,应回避人员工号\nＰ－１,SC-1\n某产品,SC-1\n".encode()
    found = [(each.line, each.column) for each in prepare_recusals("回避.csv", text).faults]
    assert found == [(2, "应回避对象"), (3, "应回避对象")]


@pytest.mark.parametrize("wrong", ["91130902DEMAY4CLX7", "91130902demay4clx7", "9113O902DEMAY4CLX6"])
def test_a_recusal_with_a_slip_in_a_firms_code_is_a_fault(wrong: str) -> None:
    text = f"应回避对象,应回避人员工号\n{wrong},SC-1\n91130902DEMAY4CLX6,SC-1\n".encode()
    (fault,) = prepare_recusals("回避.csv", text).faults
    assert (fault.line, fault.column) == (2, "应回避对象")
    assert "统一社会信用代码" in fault.message


@pytest.mark.parametrize("kind", roster_layouts.KINDS)
def test_every_template_is_read_by_what_it_is_for(kind: str) -> None:
    layout = roster_layouts.KINDS[kind]
    for content in (template_text(layout), template_workbook(layout, roster_layouts.explanation_of)):
        if kind.startswith("roster-"):
            assert prepare(kind.removeprefix("roster-"), "模板", content).rows == 0
        else:
            read = prepare_plan if kind == "inspection-plan" else prepare_recusals
            assert not read("模板", content).faults


def test_all_faults_are_counted_and_the_first_thousand_told() -> None:
    source = io.StringIO()
    source.write("统一社会信用代码或编号,名称\n")
    source.writelines(f"X{number},示例\n" for number in range(2000))
    prepared = prepare("objects", "名录.csv", source.getvalue().encode())
    assert (len(prepared.faults), prepared.faults_in_all) == (1000, 2000)
