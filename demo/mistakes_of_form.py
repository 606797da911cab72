"""Rows whose form is wrong (形式错误): codes, dates, cells that are missing; and rows that only look odd.

Example: a code that ends in 000 and fails its check is refused with CODE_DIGITS_LOST, since a
spreadsheet has cut it off; a code in full-width characters is read as if it were not.
"""

from __future__ import annotations

from demo.layouts import COUNTERPART_CODE, PERSON_CODE, USCC
from demo.mistakes import (
    DECIDED_ON,
    FIRST,
    LAST,
    LICENCE_DAY,
    LICENCE_FROM,
    LICENCE_UNTIL,
    LISTED_ON,
    LISTED_UNTIL,
    PENALTY_DAY,
    PENALTY_NUMBER,
    PENALTY_UNTIL,
    Mistake,
    certified_person,
    decision,
    licence,
    listing,
    penalty,
    registered_firm,
    wrong,
)
from demo.spoiling import (
    alter,
    born_never,
    both,
    cut_off,
    full_width,
    letter_o,
    put,
    shortened,
    spaced,
    square_brackets,
    wrong_last,
)

OF_FORM: dict[str, tuple[Mistake, ...]] = {
    "market_regulation/registrations.csv": (
        wrong(registered_firm, alter(USCC, wrong_last), "统一社会信用代码校验码错误", "CODE_CHECK_DIGIT"),
    ),
    "market_regulation/penalties_city.csv": (
        wrong(
            penalty("市场监管"),
            alter(COUNTERPART_CODE, wrong_last),
            "统一社会信用代码校验码错误",
            "CODE_CHECK_DIGIT",
        ),
        wrong(
            penalty("市场监管"),
            alter(COUNTERPART_CODE, letter_o),
            "代码中的数字0写成字母O",
            "CODE_CHARACTER",
        ),
        wrong(penalty("市场监管"), alter(COUNTERPART_CODE, shortened), "代码少一位", "CODE_LENGTH"),
        wrong(
            penalty("市场监管"),
            put({COUNTERPART_CODE: "9.11309E+17"}),
            "代码被电子表格写成科学记数法",
            "CODE_DIGITS_LOST",
        ),
        wrong(penalty("市场监管"), put({PENALTY_NUMBER: ""}), "处罚没有决定书文号", "DOCUMENT_REQUIRED"),
        wrong(
            penalty("市场监管"),
            put({PENALTY_DAY: "2025/06/30", PENALTY_UNTIL: "2025/05/30"}),
            "处罚有效期早于决定日期",
            "DATES_OUT_OF_ORDER",
        ),
        wrong(
            penalty("市场监管"),
            put({PENALTY_DAY: "2025/02/30", PENALTY_UNTIL: "2026/02/28"}),
            "决定日期2025年2月30日不存在",
            "DATE_INVALID",
        ),
        wrong(penalty("市场监管"), put({"处罚依据": ""}), "处罚没有法律依据", "LEGAL_BASIS_REQUIRED"),
    ),
    "market_regulation/licences.csv": (
        wrong(
            licence("市场监管"),
            put({LICENCE_FROM: "2025/08/01", LICENCE_UNTIL: "2024/08/01"}),
            "许可有效期至早于有效期自",
            "DATES_OUT_OF_ORDER",
        ),
        wrong(
            licence("市场监管"),
            put({LICENCE_DAY: "2062/03/05", LICENCE_FROM: "2062/03/05", LICENCE_UNTIL: "2067/03/04"}),
            "许可决定日期2026写成2062, 在将来",
            "DATE_IN_FUTURE",
        ),
        wrong(
            licence("市场监管"),
            put({"行政相对人类别": "法人及非法人组织", COUNTERPART_CODE: "911309020123456000"}),
            "代码被电子表格截去末三位",
            "CODE_DIGITS_LOST",
        ),
    ),
    "finance/measures.csv": (
        wrong(
            decision("财政", "M-PRO-01"),
            put({DECIDED_ON: "2025-09-10", FIRST: "2025-08-10", LAST: "2027-08-10"}),
            "决定日期晚于起始日期",
            "DATES_OUT_OF_ORDER",
        ),
    ),
    "tax/penalties.csv": (
        wrong(penalty("税务"), put({PENALTY_NUMBER: ""}), "处罚没有决定书文号", "DOCUMENT_REQUIRED"),
    ),
    "tax/list_entries.csv": (
        wrong(
            listing("税务", "L-03"),
            put({LISTED_ON: "2025-02-30", LISTED_UNTIL: "2028-02-28"}),
            "列入日期2025年2月30日不存在",
            "DATE_INVALID",
        ),
    ),
    "court/list_entries.csv": (
        wrong(
            listing("法院", "L-01", ""),
            alter(PERSON_CODE, wrong_last),
            "公民身份号码校验码错误",
            "CODE_CHECK_DIGIT",
        ),
        wrong(
            listing("法院", "L-01", ""),
            alter(PERSON_CODE, cut_off),
            "公民身份号码被电子表格截去末三位",
            "CODE_DIGITS_LOST",
        ),
        wrong(
            listing("法院", "L-01", ""),
            alter(PERSON_CODE, born_never),
            "公民身份号码中的出生日期不存在",
            "CODE_DATE",
        ),
    ),
    "human_resources/penalties.csv": (
        wrong(
            penalty("人社"),
            both(alter(COUNTERPART_CODE, wrong_last), put({PENALTY_NUMBER: ""})),
            "校验码错误, 又没有决定书文号",
            "CODE_CHECK_DIGIT",
            "DOCUMENT_REQUIRED",
        ),
    ),
    "human_resources/qualifications.csv": (
        wrong(
            certified_person,
            alter(PERSON_CODE, cut_off),
            "公民身份号码被电子表格截去末三位",
            "CODE_DIGITS_LOST",
        ),
    ),
    "housing/penalties.csv": (
        wrong(
            penalty("住建"),
            put({"行政相对人类别": "个体工商户"}),
            "类别写作个体工商户, 代码是企业的",
            "SUBJECT_KIND_MISMATCH",
        ),
    ),
    "housing/licences.csv": (
        wrong(
            licence("住建"),
            alter(COUNTERPART_CODE, wrong_last),
            "统一社会信用代码校验码错误",
            "CODE_CHECK_DIGIT",
        ),
    ),
    "emergency/penalties.csv": (
        wrong(
            penalty("应急"),
            put({PENALTY_DAY: "2024/13/05", PENALTY_UNTIL: "2025/12/31"}),
            "决定日期的月份为13",
            "DATE_INVALID",
        ),
    ),
}
"""Rows that must be refused, by file."""

ODD_BUT_RIGHT: dict[str, tuple[Mistake, ...]] = {
    "market_regulation/licences.csv": (
        wrong(licence("市场监管"), alter(COUNTERPART_CODE, str.lower), "代码用小写字母"),
    ),
    "housing/licences.csv": (wrong(licence("住建"), alter(COUNTERPART_CODE, full_width), "代码用全角字符"),),
    "emergency/licences.csv": (
        wrong(licence("应急"), alter(COUNTERPART_CODE, spaced), "代码中有空格和连字符"),
    ),
    "housing/penalties.csv": (
        wrong(penalty("住建"), alter(PENALTY_NUMBER, square_brackets), "文号用方括号"),
    ),
}
"""Rows that must be accepted all the same, by file."""
