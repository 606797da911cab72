"""Values of columns in words, and which of two values is the harder; see ``difference.columns``.

Example: ``months(36, names)`` is 36个月, ``longer(36, 24)`` is -1: the shorter term is the milder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any

from registry.sanctions.catalogue.conditions import Anchor
from registry.sanctions.catalogue.measure import Reoffence
from registry.sanctions.difference.columns import Harder, Names, Told

_ENDLESS = 10**9


def text(value: str, names: Names) -> str:
    """A text in quotation marks."""
    return f"“{value}”" if value else "无"


def code(value: object, names: Names) -> str:
    """A code as it is."""
    return str(value) if value else "无"


def months(value: int | None, names: Names) -> str:
    """A number of months; None: the law sets none."""
    return "未规定" if value is None else f"{value}个月"


def years(value: int | None, names: Names) -> str:
    """A number of years."""
    return "未规定" if value is None else f"{value}年"


def days(value: int | None, names: Names) -> str:
    """A number of days."""
    return "未规定" if value is None else f"{value}日"


def day(value: date | None, names: Names) -> str:
    """A day, or that there is none."""
    return "长期" if value is None else value.isoformat()


def yes(value: bool | None, names: Names) -> str:
    """Yes, no, or that the law does not say."""
    return {True: "是", False: "否", None: "未规定"}[value]


def discretion(value: bool, names: Names) -> str:
    """Whether whoever applies it may, or must."""
    return "可以(裁量)" if value else "应当(强制)"


def word_of(words: Mapping[Any, str]) -> Told:
    """The word for a value of a closed vocabulary."""
    return lambda value, names: words.get(value, str(value))


def named_in(table: str) -> Told:
    """The name of a code in a table of the rulebook."""
    return lambda value, names: names.rule(table, value) if value else "无"


def department(value: str, names: Names) -> str:
    """A kind of department."""
    return "各部门" if value == "any" else names.rule("department_kinds", value)


def measure(value: str, names: Names) -> str:
    """A measure with its name."""
    return names.measure(value)


def credit_list(value: str, names: Names) -> str:
    """A list with its name."""
    return names.credit_list(value)


def anchor(value: Anchor, names: Names) -> str:
    """A recorded event from which a measure arises, with what it must show."""
    return f"{value.category}({value.text_zh})" if value.text_zh else value.category


def reoffence(value: Reoffence | None, names: Names) -> str:
    """What a second decision within some months leads to."""
    return f"{value.months}个月内再犯的{value.consequence}({value.basis})" if value else "无"


def day_off(value: tuple[date, str], names: Names) -> str:
    """A day with its holiday's name."""
    return f"{value[0]}{value[1]}"


def longer(before: int | None, after: int | None) -> int:
    """A longer term is the harder; one without a bound is the longest."""
    old, new = (_ENDLESS if term is None else term for term in (before, after))
    return (new > old) - (new < old)


def later(before: int | None, after: int | None) -> int:
    """What comes after more months is the harder; None: it does not come by itself, or at once."""
    return 0 if before is None or after is None else (after > before) - (after < before)


def wider(before: Sequence[Any] | AbstractSet[Any], after: Sequence[Any] | AbstractSet[Any]) -> int:
    """More is the harder, less the milder, something else unknown."""
    old, new = set(before), set(after)
    return (new > old) - (new < old)


def broader(before: str, after: str) -> int:
    """Unlimited is harder than limited to something."""
    return (bool(before) and not after) - (bool(after) and not before)


def stated(before: bool | None, after: bool | None) -> int:
    """Yes is the harder; what the law does not say cannot be compared."""
    return 0 if before is None or after is None else after - before


def unless(before: bool | None, after: bool | None) -> int:
    """Yes is the milder."""
    return -stated(before, after)


def rising(*order: str) -> Harder:
    """Words from the mildest to the hardest; others cannot be compared."""

    def harder(before: str, after: str) -> int:
        if before not in order or after not in order:
            return 0
        old, new = order.index(before), order.index(after)
        return (new > old) - (new < old)

    return harder
