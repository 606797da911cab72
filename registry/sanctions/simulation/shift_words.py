"""What another edition would change for one subject, in words (试算结果的说明). The subject is not named.

Example: ``M-PRO-01 一至三年内禁止参加政府采购活动: 期间由2026-03-01至2029-03-01改为2026-03-01至2028-03-01``.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.domain.periods import Period
from registry.sanctions.catalogue import words as zh
from registry.sanctions.difference.columns import Names
from registry.sanctions.simulation.comparison import Shift
from registry.sanctions.simulation.holding import Held


def told(shift: Shift, names: Names) -> str:
    """What is gained, lost or changed, in one sentence."""
    before, after, name = shift.before, shift.after, names.measure(shift.code)
    if before is not None and after is not None:
        return f"{name}: {'; '.join(_changes(before, after))}"
    for what, held in (("新增", after), ("不再适用", before)):
        if held is not None:
            return f"{name}: {what}, {_effect(held)}, {_days(held.period)}"
    return name


def _changes(before: Held, after: Held) -> Iterator[str]:
    if _effect(before) != _effect(after):
        yield f"答复由{_effect(before)}改为{_effect(after)}"
    if before.period != after.period:
        yield f"期间由{_days(before.period)}改为{_days(after.period)}"
    if before.roles != after.roles:
        yield from _roles(before, after)
    if before.activity != after.activity:
        yield f"活动范围由{before.activity or '不限'}改为{after.activity or '不限'}"
    if before.compulsory_tender_only != after.compulsory_tender_only:
        yield "改为" + (
            "仅限依法必须招标的项目" if after.compulsory_tender_only else "不限于依法必须招标的项目"
        )


def _roles(before: Held, after: Held) -> Iterator[str]:
    for what, roles in (("增加", after.roles - before.roles), ("删去", before.roles - after.roles)):
        if roles:
            yield f"适用角色{what}{'、'.join(zh.ROLES_ZH[role] for role in sorted(roles))}"


def _effect(held: Held) -> str:
    answer = zh.ANSWERS_ZH[held.answer]
    return f"{answer}(依据或事实待核实)" if held.doubtful else answer


def _days(period: Period) -> str:
    return f"{period.first}至{period.last}" if period.last is not None else f"{period.first}起"
