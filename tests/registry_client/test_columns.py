import pytest

from registry_client.columns import (
    MAX_COLUMNS,
    RETURNED,
    HeadingsError,
    heading_letters,
    is_returned,
    recognise,
)
from registry_client.layouts import LAYOUTS, LICENCE, LIST_ENTRY, MEASURE, PENALTY, REGISTRATION, TITLE
from tests.registry_client import samples


@pytest.mark.parametrize(
    ("row", "layout"),
    [
        (samples.PENALTY, PENALTY),
        (samples.LICENCE, LICENCE),
        (samples.ENTRY, LIST_ENTRY),
        (samples.MEASURE, MEASURE),
        (samples.TITLE, TITLE),
        (samples.REGISTRATION, REGISTRATION),
    ],
)
def test_a_file_is_recognised_by_its_headings_in_any_order(row: dict[str, str], layout: object) -> None:
    headings = recognise(sorted(row), LAYOUTS)
    assert headings.layout is layout
    assert all(headings.columns)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_recognises_its_own_full_set_of_headings(layout: object) -> None:
    assert isinstance(layout, type(PENALTY))
    headings = recognise([column.heading for column in layout.columns], LAYOUTS)
    assert headings.layout is layout
    assert headings.columns == layout.columns


def test_short_codes_and_chinese_headings_may_be_mixed() -> None:
    headings = recognise(["CF_XDR_MC", "cf_wsh", "处罚机关", "CF_NR_FK", "BZ"], LAYOUTS)
    assert headings.layout is PENALTY
    assert [column.heading for column in headings.columns if column] == [
        "行政相对人名称",
        "行政处罚决定书文号",
        "处罚机关",
        "罚款金额（万元）",
        "备注",
    ]


def test_the_short_codes_of_licences_are_known() -> None:
    headings = recognise(["XK_XDR_MC", "XK_WSH", "XK_YXQZ", "XK_YXQZI", "XK_LYDWDM"], LAYOUTS)
    assert headings.layout is LICENCE
    assert [column.path or column.content for column in headings.columns if column] == [
        "subject.name",
        "document.number",
        "effective_from",
        "effective_until",
        "lydwdm",
    ]


def test_brackets_blanks_stars_and_full_width_do_not_matter() -> None:
    assert heading_letters("＊罚款金额 (万元)\n") == heading_letters("罚款金额（万元）")
    headings = recognise(["*行政处罚决定书文号 ", "行政相对人代码＿1 统一社会信用代码"], LAYOUTS)
    assert all(headings.columns)


def test_an_unknown_heading_has_no_column() -> None:
    headings = recognise(["行政处罚决定书文号", "内部编号"], LAYOUTS)
    assert headings.columns[1] is None


def test_headings_of_no_layout_are_refused_with_what_is_looked_for() -> None:
    with pytest.raises(HeadingsError, match="名单代码、措施代码"):
        recognise(["姓名", "电话"], LAYOUTS)


def test_a_column_named_twice_is_refused() -> None:
    with pytest.raises(HeadingsError, match="列名重复：行政处罚决定书文号"):
        recognise(["CF_WSH", "行政处罚决定书文号"], LAYOUTS)


def test_a_column_is_called_what_the_file_calls_it() -> None:
    headings = recognise(["CF_WSH"], LAYOUTS)
    assert headings.as_written("行政处罚决定书文号") == "CF_WSH"
    assert headings.as_written("处罚机关") == "处罚机关"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_two_headings_of_a_layout_look_alike(layout: object) -> None:
    assert isinstance(layout, type(PENALTY))
    names = [heading_letters(name) for column in layout.columns for name in (column.heading, *column.names)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("written", "heading"),
    [
        ("行政相对人名称\n（必填）", "行政相对人名称"),
        ("【选填】备注", "备注"),
        ("处罚决定书文号", "行政处罚决定书文号"),
        ("行政处罚决定书文号*", "行政处罚决定书文号"),
        ("罚款金额（元）", "罚款金额（万元）"),
        ("行政相对人统一社会信用代码", "行政相对人代码_1（统一社会信用代码）"),
        ("行政相对人代码_1 【统一社会信用代码】", "行政相对人代码_1（统一社会信用代码）"),
        ("ｃｆ＿ｊｄｒｑ", "处罚决定日期"),
        ("处罚机关名称", "处罚机关"),
    ],
)
def test_the_usual_variants_of_headings_are_known(written: str, heading: str) -> None:
    headings = recognise([written, "CF_SY"] if heading == PENALTY.mark else [written, "CF_WSH"], LAYOUTS)
    assert headings.columns[0] is PENALTY.column(heading)


def test_the_columns_of_a_marked_workbook_are_passed_over() -> None:
    headings = recognise(["CF_WSH", *RETURNED], LAYOUTS)
    assert headings.columns[1:] == (None, None)
    assert all(map(is_returned, headings.written[1:]))
    assert not is_returned("问题")


def test_a_file_far_wider_than_any_layout_is_refused() -> None:
    with pytest.raises(HeadingsError, match="超过500列"):
        recognise(["CF_WSH", *map(str, range(MAX_COLUMNS))], LAYOUTS)
