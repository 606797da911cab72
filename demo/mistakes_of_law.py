"""Rows that the law does not admit (实体错误): mandate, catalogue, terms, and whom a measure falls on.

Example: M-PRO-01 for sixty months is refused with TERM_OUT_OF_BOUNDS (政府采购法 第七十七条: 一至三年).
"""

from __future__ import annotations

from demo.departments import BUREAU_NOT_RELAYED
from demo.mistakes import (
    FIRST,
    LAST,
    LISTED_ON,
    LISTED_UNTIL,
    Mistake,
    decision,
    listing,
    misplaced_licence,
    penalty,
    wrong,
)
from demo.spoiling import alter, keep, put, term, wrong_last

OF_LAW: dict[str, tuple[Mistake, ...]] = {
    "market_regulation/penalties_counties.csv": (
        wrong(
            penalty("市场监管", by_county=True),
            put({"处罚机关": BUREAU_NOT_RELAYED.name, "处罚机关统一社会信用代码": BUREAU_NOT_RELAYED.code}),
            "处罚机关未登记由市局转报",
            "AUTHORITY_OUTSIDE_MANDATE",
        ),
        wrong(
            penalty("市场监管", by_county=True),
            alter("处罚机关统一社会信用代码", wrong_last),
            "处罚机关代码校验码错误",
            "CODE_CHECK_DIGIT",
            "AUTHORITY_OUTSIDE_MANDATE",
        ),
    ),
    "market_regulation/list_entries.csv": (
        wrong(
            listing("市场监管", "L-06"),
            put({"名单代码": "L-77"}),
            "名单代码不在目录内",
            "LIST_NOT_IN_EDITION",
            "LIST_OUTSIDE_MANDATE",
        ),
        wrong(
            listing("市场监管", "L-06"),
            term(LISTED_ON, LISTED_UNTIL, 60),
            "严重违法失信名单期限五年, 超过三年",
            "TERM_OUT_OF_BOUNDS",
        ),
    ),
    "market_regulation/measures.csv": (
        wrong(
            decision("市场监管", "M-BUS-03"),
            term(FIRST, LAST, 12),
            "食品行业禁入一年, 法定五年",
            "TERM_OUT_OF_BOUNDS",
        ),
        wrong(
            decision("市场监管", "M-PRO-01"),
            keep,
            "市场监管部门无权禁止参加政府采购",
            "MEASURE_OUTSIDE_MANDATE",
        ),
    ),
    "finance/licences.csv": (
        wrong(misplaced_licence, keep, "财政部门的职责不含行政许可", "CATEGORY_OUTSIDE_MANDATE"),
    ),
    "finance/list_entries.csv": (
        wrong(
            listing("财政", "L-02"),
            term(LISTED_ON, LISTED_UNTIL, 60),
            "政府采购名单期限五年, 超过三年",
            "TERM_OUT_OF_BOUNDS",
        ),
    ),
    "finance/measures.csv": (
        wrong(
            decision("财政", "M-PRO-01"),
            term(FIRST, LAST, 60),
            "禁止参加政府采购五年, 法定一至三年",
            "TERM_OUT_OF_BOUNDS",
        ),
        wrong(
            decision("财政", "M-PRO-01"),
            put({"措施代码": "M-PRO-99"}),
            "措施不在目录内",
            "MEASURE_NOT_IN_EDITION",
        ),
        wrong(
            decision("财政", "M-PRO-01"),
            put({"措施代码": "M-PRO-05", "措施名称": "列入三类名单的拒绝参与政府采购"}),
            "随名单产生的措施不得另行决定",
            "MEASURE_FOLLOWS_LIST",
            "MEASURE_OUTSIDE_MANDATE",
        ),
        wrong(
            decision("财政", "M-PRO-01"),
            put({"适用区域": "130000"}),
            "适用区域为河北省, 超出沧州市的管辖",
            "REGION_OUTSIDE_MANDATE",
        ),
        wrong(
            decision("财政", "M-PRO-03", "service"),
            keep,
            "对企业作出只适用于评审专家的措施",
            "MEASURE_NOT_FOR_SUBJECT_KIND",
        ),
    ),
    "tax/measures.csv": (
        wrong(decision("税务", "M-EXI-02", "trade"), keep, "对企业阻止出境", "MEASURE_NOT_FOR_SUBJECT_KIND"),
    ),
    "court/list_entries.csv": (
        wrong(
            listing("法院", "L-01", "trade"),
            term(LISTED_ON, LISTED_UNTIL, 12),
            "失信被执行人期限一年, 少于二年",
            "TERM_OUT_OF_BOUNDS",
        ),
    ),
    "court/measures.csv": (
        wrong(
            decision("法院", "M-EXI-01", "construction"),
            keep,
            "对企业限制出境",
            "MEASURE_NOT_FOR_SUBJECT_KIND",
        ),
    ),
    "human_resources/list_entries.csv": (
        wrong(listing("人社", "L-03"), keep, "人社部门无权列入重大税收违法失信主体", "LIST_OUTSIDE_MANDATE"),
        wrong(
            listing("人社", "L-04"),
            term(LISTED_ON, LISTED_UNTIL, 48),
            "拖欠农民工工资名单期限四年, 超过三年",
            "TERM_OUT_OF_BOUNDS",
        ),
    ),
    "housing/measures.csv": (
        wrong(
            decision("住建", "M-BID-01"),
            term(FIRST, LAST, 36),
            "取消投标资格三年, 法定一至二年",
            "TERM_OUT_OF_BOUNDS",
        ),
        wrong(
            decision("住建", "M-BID-03"),
            term(FIRST, LAST, 12),
            "取消投标资格一年, 法定二至五年",
            "TERM_OUT_OF_BOUNDS",
        ),
        wrong(
            decision("住建", "M-BID-02"),
            put({"适用区域": "120000"}),
            "适用区域为天津市, 不在管辖内",
            "REGION_OUTSIDE_MANDATE",
        ),
    ),
    "emergency/list_entries.csv": (
        wrong(
            listing("应急", "L-01", "construction"),
            keep,
            "应急部门无权列入失信被执行人",
            "LIST_OUTSIDE_MANDATE",
        ),
        wrong(
            listing("应急", "L-05"),
            term(LISTED_ON, LISTED_UNTIL, 6),
            "安全生产名单期限六个月, 少于一年",
            "TERM_OUT_OF_BOUNDS",
        ),
    ),
    "immigration/measures.csv": (
        wrong(
            decision("移民管理", "M-EXI-03"),
            term(FIRST, LAST, 36),
            "拒服兵役不准出境三年, 法定二年",
            "TERM_OUT_OF_BOUNDS",
        ),
    ),
}
"""Rows that must be refused, by file."""
