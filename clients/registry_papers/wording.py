"""How papers write days, terms, numbers, articles and measures (公文数字用法, GB/T 15835; 公文格式, GB/T
9704).

Worked example: ``chinese_day("2026-05-01")`` is 2026年5月1日, ``term(36)`` 三年, ``term(18)`` 十八个月,
``numbered(2)`` （二）; a measure of a decision is
一至三年内禁止参加政府采购活动，期限三年，自2026年5月1日起至2029年4月30日止，适用地域：沧州市（130900）。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from registry.domain.periods import add_months, parse_day, parse_until
from registry.v1.statement_pb2 import BanProposal, Event, ImposedMeasure, ProposedMeasure
from registry.v1.subject_pb2 import Capacity, Scope
from registry_client.words import CAPACITIES, word_of

_DIGITS = "零一二三四五六七八九"
MONTHS_IN_A_YEAR = 12
Names = Mapping[str, str]
"""What codes of measures, lists, regions, industries and activities are called."""


def chinese_day(iso: str) -> str:
    """A day as papers write it; what is no day stays as it is."""
    try:
        day = parse_day(iso)
    except ValueError:
        return iso
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_number(number: int) -> str:
    """A number up to 99 in characters, a greater one in digits."""
    tens, ones = divmod(number, 10)
    if tens >= len(_DIGITS):
        return str(number)
    head = {0: "", 1: "十"}.get(tens, f"{_DIGITS[tens]}十")
    return head + (_DIGITS[ones] if ones or not tens else "")


def numbered(place: int) -> str:
    """（一）, for the first."""
    return f"（{chinese_number(place)}）"


def term(months: int) -> str:
    """A term; whole years as years."""
    years, rest = divmod(months, MONTHS_IN_A_YEAR)
    return f"{chinese_number(years)}年" if years and not rest else f"{chinese_number(months)}个月"


def articles(basis: Iterable[str]) -> str:
    """Laws with their articles: 《政府采购法》第七十七条、《…》第五条."""
    return "、".join(map(_article, basis))


def _article(basis: str) -> str:
    """A basis as statements write it, 政府采购法 第七十七条, with the marks of a title around the law."""
    law, _, place = basis.strip().partition(" ")
    return f"《{law}》{place}" if place.startswith("第") and not law.startswith("《") else basis.strip()


def proposed(measure: ProposedMeasure, name: str, names: Names) -> str:
    """A measure that is announced."""
    lasting = term(measure.months) if measure.months else "至法定情形消除时止"
    return f"{name}，期限：{'终身' if measure.lifetime else lasting}{_reach(measure, names)}"


def imposed(measure: ImposedMeasure, name: str, names: Names) -> str:
    """A measure that is decided, with its first and last day."""
    return f"{name}，{_days(measure)}{_reach(measure, names)}"


def listed(code: str, names: Names) -> str:
    """A list by its name and code."""
    return f"{names.get(code, '')}（{code}）"


def announced_entry(proposal: BanProposal, names: Names) -> str:
    """The entry on a list that is announced."""
    lasting = f"，期限：{term(proposal.list_months)}" if proposal.list_months else "，至符合移出条件时止"
    return f"列入{listed(proposal.list_code, names)}{lasting}"


def decided_entry(event: Event, names: Names) -> str:
    """The entry on a list that is decided."""
    return f"列入{listed(event.list_code, names)}，{_span(event.effective_from, event.effective_until)}"


def _days(measure: ImposedMeasure) -> str:
    first = getattr(measure, "from")
    if measure.lifetime:
        return f"自{chinese_day(first)}起，终身"
    return _span(first, measure.until)


def _span(first: str, until: str) -> str:
    """From a day to a day, with its length where that is a whole number of months."""
    last = parse_until(until) if until else None
    if last is None:
        return f"自{chinese_day(first)}起，至法定情形消除时止"
    length = _months(first, until)
    stated = f"期限{term(length)}，" if length else ""
    return f"{stated}自{chinese_day(first)}起至{chinese_day(until)}止"


def _months(first: str, until: str) -> int:
    """How many months the days make; 0 where they make no whole number.

    A term may be counted with its first day or without it (民法典 第二百零一条); either is one of whole
    months.
    """
    begin, end = parse_day(first), parse_day(until)
    for months in range(1, (end.year - begin.year + 1) * MONTHS_IN_A_YEAR + 1):
        last = add_months(begin, months)
        if last >= end:
            return months if (last - end).days <= 1 else 0
    return 0


def _reach(measure: ProposedMeasure | ImposedMeasure, names: Names) -> str:
    """Capacity and scope; that there is no limit is said too."""
    capacity = f"，适用身份：{capacity_word(measure.capacity)}" if measure.capacity else ""
    return f"{capacity}，{_scope(measure.scope, names)}"


def _scope(scope: Scope, names: Names) -> str:
    limits = (("地域", scope.region), ("行业", scope.industry), ("活动", scope.activity))
    said = [f"适用{what}：{_called(code, names)}" for what, code in limits if code]
    return "，".join(said) if said else "适用范围：不限地域、行业和活动"


def _called(code: str, names: Names) -> str:
    return f"{names[code]}（{code}）" if names.get(code) else f"代码{code}"


def capacity_word(capacity: Capacity.ValueType) -> str:
    """A capacity as it is shown."""
    return word_of(CAPACITIES, capacity)
