"""Amounts of money (金额), which 双公示 wants in 万元 with up to six decimals.

    in a column of 万元            in a column of 元
    0.5            0.5            5000           0.5
    5,000元        0.5            5,000.00       0.5
    ０．５万       0.5            0.5万元        0.5
    ¥1.2亿元       12000          人民币5000元   0.5

The unit is the cell's own, or else that of its heading, as the file writes it. What has another unit than
万元 is counted over and told of, since a slip of the pen is multiplied by ten thousand here. Two figures are
suspicious, and are told of as they stand: 10,000,000 元 and more in a column of 万元 without a unit, which
was often meant in 元; and less than one 元. Nothing is corrected by guessing.

Example: ``in_ten_thousands("5,000元", unit=TEN_THOUSANDS)`` is ``Amount("0.5", "“5,000元”按0.5万元登记…")``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

ONES, TEN_THOUSANDS, HUNDRED_MILLIONS = Decimal("0.0001"), Decimal(1), Decimal(10_000)
"""How many 万元 one of a unit is: 元, 万元, 亿元."""
_UNITS = {"": None, "元": ONES, "圆": ONES, "万": TEN_THOUSANDS, "万元": TEN_THOUSANDS}
_UNITS |= {"亿": HUNDRED_MILLIONS, "亿元": HUNDRED_MILLIONS}
# Up to twelve digits: longer ones are numbers of persons that slid, and are not repeated in a warning.
_AMOUNT = re.compile(
    r"(?:人民币|RMB|CNY)?[¥￥]?([0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(\.[0-9]{1,8})?(元|圆|万元|万|亿元|亿)?整?"
).fullmatch
_PLAIN = re.compile(r"(?:0|[1-9][0-9]{0,3})(?:\.[0-9]{0,5}[1-9])?").fullmatch
_LARGE, _SMALL = Decimal(1000), Decimal("0.0001")
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in 万元, and what a person should look at; empty texts where there is none."""

    text: str
    warning: str = ""
    fault: str = ""


def unit_of(heading: str) -> Decimal:
    """The unit that a heading names; 万元 where it names none, as the standard does."""
    return ONES if "元" in heading and not re.search("[万亿]元", heading) else TEN_THOUSANDS


def in_ten_thousands(text: str, *, unit: Decimal) -> Amount:
    """The amount in 万元 that a cell states, whose heading is in ``unit``."""
    if unit is TEN_THOUSANDS and (_PLAIN(text) and len(text) < 4):
        return Amount(text)
    folded = "".join(unicodedata.normalize("NFKC", text).split()).replace("¥", "").upper()
    found = _AMOUNT(folded)
    if not found:
        return Amount(text, fault="不是金额：应为数字，单位万元，最多6位小数（如0.5），可带“元”或“万元”")
    whole, fraction, word = found.groups()
    stated = _UNITS[word or ""]
    figure = Decimal(whole.replace(",", "") + (fraction or ""))
    value = figure * (stated or unit)
    if value != round(value, _DECIMALS):
        return Amount(text, fault=f"折合万元后超过{_DECIMALS}位小数，请核对")
    written = _written(value)
    return Amount(written, _doubt(text, written, value, stated=stated, unit=unit))


def _doubt(text: str, written: str, value: Decimal, *, stated: Decimal | None, unit: Decimal) -> str:
    if (stated or unit) is not TEN_THOUSANDS:
        return f"“{text[:20]}”按{written}万元登记，请核对单位"
    if stated is None and value >= _LARGE:
        return f"按{written}万元登记（即{_written(value * 10_000)}元），金额很大，请核对单位是否应为元"
    if value and value < _SMALL:
        return f"按{written}万元登记，不足1元，请核对单位"
    return ""


def _written(value: Decimal) -> str:
    """Without exponent and without zeros at the end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
