"""What changes from one edition to another, as a legal reviewer reads it."""

from dataclasses import fields

import pytest

from registry.domain.workdays import YearArrangement
from registry.editions import shipped_editions
from registry.sanctions.catalogue.edition import Category, CreditList, Edition, Measure, RedList
from registry.sanctions.catalogue.procedures import BanRule, EarlyEnd, FalseRepair, RepairRule
from registry.sanctions.catalogue.rulebook import Deadline, DomainRule, NationalClass, SeverityRule, Zone
from registry.sanctions.difference import tables
from registry.sanctions.difference.columns import Column
from registry.sanctions.difference.differences import Change, differences
from registry.v1 import catalogue_service_pb2 as pb
from tests.support.editions import Files, changed_row, edition_files, new_rule, parsed, unnamed

FILES = edition_files("2026.9")
EDITION = parsed(FILES)
SHIPPED = {edition.label: edition for edition in shipped_editions().values()}
BAN = "M-PRO-01 一至三年内禁止参加政府采购活动"


def told(before: Edition, after: Edition) -> list[tuple[str, int]]:
    """Texts and severities."""
    return [(change.text, change.severity) for change in differences(before, after)]


def change(files: Files) -> Change:
    """The only change from the current edition to one of these files."""
    (found,) = differences(EDITION, parsed(files))
    return found


def replaced(name: str, old: str, new: str) -> Files:
    """The files with a passage of one of them put otherwise."""
    assert FILES[name].count(old) == 1, old
    return {**FILES, name: FILES[name].replace(old, new)}


# --- the switch of 2026-04-01 ---------------------------------------------------------------------


def test_the_switch_says_what_order_36_changes() -> None:
    found = told(SHIPPED["2026.1"], SHIPPED["2026.2"])
    for grade, text, severity in (
        ("轻微", "最长公示期由36个月改为3个月", -1),
        ("轻微", "最短公示期由3个月改为0个月", -1),
        ("轻微", "予以公示由是改为否", -1),
        ("一般", "最长公示期由36个月改为12个月", -1),
        ("严重", "最短公示期由3个月改为12个月", 1),
    ):
        assert (f"行政处罚公示期限({grade}): 自2026-04-01起, {text}", severity) in found
    former = "失信行为纠正后的信用信息修复管理办法(试行) (国家发展改革委令第58号)"
    orders = f"由“{former}”改为“信用修复管理办法 (国家发展改革委令第36号)”"
    assert (f"行政处罚公示期限(一般): 自2026-04-01起, 依据{orders}", 0) in found
    assert ("行政处罚公示期限(不分严重程度): 自2026-04-01起不再适用", 0) in found


def test_the_switch_says_what_customs_order_282_changes() -> None:
    found = told(SHIPPED["2026.1"], SHIPPED["2026.2"])
    title = "M-EXI-06 海关失信/严重失信企业管理措施(提高查验率等)"
    rule = "海关注册登记和备案企业信用管理办法 (海关总署令第{}施行)"
    basis = f"由“{rule.format('251号, 2021-11-01')}”改为“{rule.format('282号, 2026-04-01')}”"
    assert (f"{title}: 自2026-04-01起, 依据{basis}", 0) in found
    grades = "列入条件改为“五级: 高级认证/认证/常规/失信/严重失信”"
    assert (f"L-13 海关(严重)失信企业: 自2026-04-01起, {grades}", 0) in found


def test_the_switch_touches_nothing_but_publication_and_customs() -> None:
    found = differences(SHIPPED["2026.1"], SHIPPED["2026.2"])
    assert {(change.section, change.code) for change in found} == {
        ("measures", "M-EXI-06"),
        ("measures", "M-SUP-02"),
        ("lists", "L-13"),
        ("red_lists", "R-02"),
        ("severity_rules", ""),
    }


# --- what is no difference ------------------------------------------------------------------------


def test_another_label_and_what_is_only_written_otherwise_is_no_difference() -> None:
    written = {**FILES, "rules.yaml": "# Nothing but a remark.\n" + FILES["rules.yaml"]}
    lists = written.pop("lists.yaml")
    assert differences(EDITION, parsed({**written, "moved.yaml": lists})) == ()
    assert differences(EDITION, parsed(edition_files("2027.1"))) == ()


def test_the_same_editions_are_told_in_the_same_order() -> None:
    files = changed_row(changed_row(FILES, "M-PRO-01", confidence="medium"), "M-BID-01", confidence="medium")
    found = differences(EDITION, parsed(files))
    assert found == differences(EDITION, parsed(dict(reversed(list(files.items())))))
    assert [change.code for change in found] == ["M-BID-01", "M-PRO-01"]


# --- rows ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "text", "severity"),
    [
        ("term_months", "{min: 12, max: 24, lifetime: false}", "最长期限由36个月改为24个月", -1),
        ("term_months", "{min: 12, max: 48, lifetime: false}", "最长期限由36个月改为48个月", 1),
        ("term_months", "{min: 12, max: 36, lifetime: true}", "终身限制由否改为是", 1),
        ("answer", "review", "答复由禁止改为需研判", -1),
        ("discretionary", "true", "执行方式由应当(强制)改为可以(裁量)", -1),
        ("activity", "FOOD", "活动范围由无改为食品生产经营", -1),
        ("also_domains", "[bidding]", "也涉及的领域增加工程招投标", 1),
        ("roles", "[bidder]", "适用角色增加投标人或供应商", 0),
        ("legal_basis", '["政府采购法 第七十七条"]', "依据删去“政府采购法实施条例 第七十三条”", 0),
        ("note", "须核", "备注改为“须核”", 0),
    ],
)
def test_a_column_of_a_measure_is_told_with_its_severity(
    column: str, value: str, text: str, severity: int
) -> None:
    found = change(changed_row(FILES, "M-PRO-01", **{column: value}))
    assert (found.text, found.severity) == (f"{BAN}: {text}", severity)
    assert (found.kind, found.section, found.code) == (pb.CHANGE_KIND_CHANGED, "measures", "M-PRO-01")


@pytest.mark.parametrize(
    ("code", "column", "value"),
    [
        ("M-PRO-01", "term_months", "{min: 6, max: 60, lifetime: true}"),
        ("M-PRO-01", "discretionary", "true"),
        ("M-PRO-04", "window_months", "24"),
        ("M-PRO-01", "subject_kinds", "[enterprise]"),
        ("L-04", "term_months", "{default: 36, min: 12, max: 60}"),
    ],
)
def test_what_is_milder_one_way_is_harder_the_other(code: str, column: str, value: str) -> None:
    changed = parsed(changed_row(FILES, code, **{column: value}))
    there = [change.severity for change in differences(EDITION, changed)]
    back = [change.severity for change in differences(changed, EDITION)]
    assert any(there)
    assert back == [-severity for severity in there]


def test_what_binds_in_every_tender_is_harder_than_what_binds_in_compulsory_ones() -> None:
    found = change(changed_row(FILES, "M-BID-01", compulsory_tender_only="false"))
    assert found.text.endswith(": 仅限依法必须招标的项目由是改为否")
    assert found.severity == 1


def test_a_measure_that_follows_one_more_list_is_harder() -> None:
    files = changed_row(FILES, "M-PRO-05", triggering_lists="[L-01, L-02, L-03, L-04]")
    files = changed_row(files, "L-04", triggers=_triggers("L-04", "M-PRO-05"))
    by_measure, by_list = differences(EDITION, parsed(files))
    assert "触发名单增加L-04 " in by_measure.text
    assert "引起的措施增加M-PRO-05 " in by_list.text
    assert (by_measure.severity, by_list.severity) == (1, 1)


def test_a_later_rule_is_held_against_the_one_whose_place_it_takes() -> None:
    files = new_rule(FILES, "M-PRO-01", "2026-07-01", term_months="{min: 12, max: 24, lifetime: false}")
    assert told(EDITION, parsed(files)) == [(f"{BAN}: 自2026-07-01起, 最长期限由36个月改为24个月", -1)]


def test_a_later_rule_that_reaches_back_is_told_to_be_the_milder() -> None:
    files = new_rule(FILES, "M-PRO-01", "2026-07-01", for_earlier="if_lenient")
    text = "溯及力由不适用于以前的决定改为从轻适用于以前的决定"
    assert told(EDITION, parsed(files)) == [(f"{BAN}: 自2026-07-01起, {text}", -1)]


def test_a_later_rule_that_says_the_same_is_told_as_such() -> None:
    found = change(new_rule(FILES, "M-PRO-01", "2026-07-01"))
    assert found.text == f"{BAN}: 自2026-07-01起, 另列一行, 内容不变"


def test_a_rule_that_ends_and_one_that_ends_later_are_told() -> None:
    ends, later = (changed_row(FILES, "M-PRO-01", effective_to=day) for day in ("2026-12-31", "2027-12-31"))
    assert told(EDITION, parsed(ends)) == [(f"{BAN}: 自2027-01-01起不再适用", -1)]
    assert told(parsed(ends), parsed(later)) == [(f"{BAN}: 有效期由至2026-12-31改为至2027-12-31", 1)]
    assert told(parsed(ends), EDITION) == [(f"{BAN}: 有效期由至2026-12-31改为长期", 1)]


def test_another_first_day_of_the_only_rule_is_a_column() -> None:
    found = change(changed_row(FILES, "M-PRO-01", effective_from="2003-02-01"))
    assert found.text == f"{BAN}: 施行日期由2003-01-01改为2003-02-01"


def test_a_measure_that_is_gone_or_new_is_told_as_such() -> None:
    file = "measures-procurement.yaml"
    row = FILES[file][FILES[file].index("  - code: M-PRO-01") : FILES[file].index("  - code: M-PRO-02")]
    without = parsed(unnamed(replaced(file, row, ""), "M-PRO-01"))
    gone, new = (
        [each for each in differences(*pair) if each.section == "measures"]
        for pair in ((EDITION, without), (without, EDITION))
    )
    assert [(each.kind, each.text, each.severity) for each in (*gone, *new)] == [
        (pb.CHANGE_KIND_REMOVED, f"{BAN}: 删去自2003-01-01起施行的规定", -1),
        (pb.CHANGE_KIND_ADDED, f"{BAN}: 新增, 领域为政府采购, 答复为禁止, 自2003-01-01起施行", 1),
    ]


def test_of_incentives_it_is_not_said_who_is_worse_off() -> None:
    found = change(changed_row(FILES, "M-INC-01", discretionary="false"))
    assert (found.code, found.severity) == ("M-INC-01", 0)


# --- rules -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "section", "text"),
    [
        (
            "name_zh: 工程招投标, required_lists: [L-01]",
            "name_zh: 工程招投标, required_lists: [L-01, L-04]",
            "domains",
            "领域工程招投标: 法定应查名单增加L-04 拖欠农民工工资失信联合惩戒对象名单",
        ),
        (
            "{code: service_after_decision, amount: 7,",
            "{code: service_after_decision, amount: 5,",
            "deadlines",
            "期限 service_after_decision: 期限由7个工作日改为5个工作日",
        ),
        (
            "{code: report_verification, amount: 15, extend: 15,",
            "{code: report_verification, amount: 15, extend: 30,",
            "deadlines",
            "期限 report_verification: 可延长由15个工作日改为30个工作日",
        ),
        (
            'overlaps: ["130924", "130983"]',
            'overlaps: ["130924", "130983", "130925"]',
            "zones",
            "开发区 130973 沧州渤海新区: 涉及县区增加盐山县",
        ),
        (
            "  evaluator: [expert]",
            "  evaluator: [expert, manager]",
            "roles",
            "角色评审专家: 约束的身份增加董监高或直接责任人员",
        ),
        (
            "  FOOD: 食品生产经营",
            "  FOOD: 食品经营",
            "activities",
            "活动 FOOD: 由“食品生产经营”改为“食品经营”",
        ),
        (
            '  "130984": 河间市',
            '  "130984": 河间市\n  "130985": 示例市',
            "regions",
            "行政区划 130985: 新增“示例市”",
        ),
        (
            "{code: NC11, name_zh: 列入严重失信主体名单, class: rights_reducing, confidence: low}",
            "{code: NC11, name_zh: 列入严重失信主体名单, class: management, confidence: low}",
            "national_classes",
            "国家清单类别 NC11 列入严重失信主体名单: 类型由减损权益改为管理措施",
        ),
        (
            "licence_categories: [普通, 特许, 认可,",
            "licence_categories: [普通, 特许,",
            "vocabularies",
            "代码表 licence_categories 认可: 删去“认可”",
        ),
        (
            "  market_actor: 由金融机构等市场主体自主决定, 向其提出异议",
            "  market_actor: 向金融机构提出异议",
            "relief",
            "救济途径 market_actor: 由“由金融机构等市场主体自主决定, 向其提出异议”改为“向金融机构提出异议”",
        ),
    ],
)
def test_a_rule_is_told_by_name(old: str, new: str, section: str, text: str) -> None:
    found = change(replaced("rules.yaml", old, new))
    assert (found.section, found.text) == (section, text)


def test_a_year_of_holidays_that_is_announced_is_told_day_by_day() -> None:
    days = "{name_zh: 元旦, from: 2024-01-01, to: 2024-01-01}"
    found = change(replaced("calendar.yaml", days, days.replace("to: 2024-01-01", "to: 2024-01-02")))
    assert (found.section, found.text) == ("calendar", "2024年节假日安排: 放假日增加2024-01-02元旦")


def test_a_category_that_is_no_longer_shown_is_milder() -> None:
    shown = "disclosure: always\n    retention_years: null\n    confidence: high\n  - code: E-02"
    found = change(replaced("categories.yaml", shown, shown.replace("always", "never")))
    assert (found.text, found.severity) == ("E-01 登记注册基本信息: 公示由一直公示改为不公示", -1)


@pytest.mark.parametrize(
    ("columns", "row", "identity"),
    [
        (tables.MEASURE, Measure, {"code", "effective_to"}),
        (tables.LIST, CreditList, {"code", "effective_to"}),
        (tables.RED_LIST, RedList, {"code", "effective_to"}),
        (tables.CATEGORY, Category, {"code"}),
        (tables.SEVERITY_RULE, SeverityRule, {"severity", "departments", "effective_to"}),
        (tables.DEADLINE, Deadline, {"code"}),
        (tables.DOMAIN, DomainRule, {"domain"}),
        (tables.ZONE, Zone, {"code"}),
        (tables.NATIONAL_CLASS, NationalClass, {"code"}),
        (tables.YEAR, YearArrangement, {"year"}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_no_column_of_a_row_is_left_out(columns: list[Column], row: type, identity: set[str]) -> None:
    compared = {name.split(".")[0] for column in columns for name in column.field.split()}
    assert compared | identity == {field.name for field in fields(row)}


def _triggers(code: str, more: str) -> str:
    return f"[{', '.join((*EDITION.lists[code][-1].triggers, more))}]"


# --- procedures ------------------------------------------------------------------------------------


def test_every_part_of_the_procedures_that_is_new_is_told() -> None:
    found = differences(SHIPPED["2026.2"], SHIPPED["2026.3"])
    assert {change.kind for change in found} == {pb.CHANGE_KIND_ADDED}
    texts = [change.text for change in found]
    assert "程序步骤 review 的依据: 新增“行政处罚法 第五十八条”" in texts
    assert "禁入程序 BR-02 市场监督管理严重违法失信名单: 新增, 自2021-09-01起施行" in texts
    assert f"提前终止 {BAN}: 新增, 可以提前终止, 自2026-04-01起施行" in texts
    assert "弄虚作假的修复: 新增, 36个月内不得简易修复" in texts
    assert {change.section for change in found} == {
        "step_articles", "ban_rules", "repair_rules", "early_ends", "false_repair",
    }  # fmt: skip
    back = differences(SHIPPED["2026.3"], SHIPPED["2026.2"])
    assert {change.kind for change in back} == {pb.CHANGE_KIND_REMOVED}
    assert len(back) == len(found)


@pytest.mark.parametrize(
    ("old", "new", "text", "severity"),
    [
        (
            "  review: 行政处罚法 第五十八条",
            "  review: 行政处罚法 第五十八条第一款",
            "程序步骤 review 的依据: 由“行政处罚法 第五十八条”改为“行政处罚法 第五十八条第一款”",
            0,
        ),
        (
            "upper_consent: true",
            "upper_consent: false",
            "禁入程序 BR-02 市场监督管理严重违法失信名单: 上一级同意由是改为否",
            1,
        ),
        (
            "    min_months: 6\n",
            "    min_months: 12\n",
            "信用修复 RR-01: 最短期限由6个月改为12个月",
            1,
        ),
        (
            "  months: 36\n",
            "  months: 24\n",
            "弄虚作假的修复: 不得简易修复的期限由36个月改为24个月",
            -1,
        ),
    ],
)
def test_a_change_in_the_procedures_is_told_with_its_severity(
    old: str, new: str, text: str, severity: int
) -> None:
    found = change(replaced("procedures.yaml", old, new))
    assert (found.text, found.severity) == (text, severity)


def test_that_a_measure_may_end_early_no_more_is_told_of_each_measure() -> None:
    found = told(EDITION, parsed(replaced("procedures.yaml", "allowed: true", "allowed: false")))
    assert (f"提前终止 {BAN}: 可以提前终止由是改为否", 1) in found
    assert len(found) == 7
    without = told(EDITION, parsed(replaced("procedures.yaml", "M-BID-04, M-BUS-22]", "M-BID-04]")))
    assert [text.partition(" 不适用")[0] for text, _ in without] == ["提前终止 M-BUS-22"]


@pytest.mark.parametrize(
    ("columns", "row", "identity"),
    [
        (tables.BAN_RULE, BanRule, {"code", "effective_to"}),
        (tables.REPAIR_RULE, RepairRule, {"code", "effective_to"}),
        (tables.EARLY_END, EarlyEnd, {"measures", "effective_to"}),
        (tables.FALSE_REPAIR, FalseRepair, set()),
    ],
)
def test_no_column_of_a_rule_of_procedure_is_left_out(
    columns: list[Column], row: type, identity: set[str]
) -> None:
    compared = {name for column in columns for name in column.field.split()}
    assert compared | identity == {field.name for field in fields(row)}
