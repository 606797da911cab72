"""What changes from one edition of the catalogue to another, in words (新旧目录对照).

Whoever reviews a draft reads this, and not the files: every row that comes, goes or differs, one sentence a
column, in the order of sections, codes, days and columns. What is only written otherwise is no difference:
comments, the order of rows, the file in which a row stands.

Worked example, 2026.1 → 2026.2:
    M-EXI-06 海关失信/严重失信企业管理措施(提高查验率等): 自2026-04-01起, 依据由“…(海关总署令第251号…)”
    改为“…(海关总署令第282号…)”
    行政处罚公示期限(轻微): 自2026-04-01起, 最长公示期由36个月改为3个月      severity -1
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from registry.sanctions.catalogue import words as zh
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.difference import tables
from registry.sanctions.difference.columns import Names
from registry.sanctions.difference.rows import pairs_of
from registry.sanctions.difference.rules import rule_differences
from registry.sanctions.difference.sections import Change, Section, dated

__all__ = ["Change", "differences"]


def _title(row: Any) -> str:
    return f"{row.code} {row.name_zh}"


def _restricts(measure: Any) -> bool:
    """Of an incentive nothing is said: its loss is no burden that law imposes, and its gain no relief."""
    return bool(measure.effect != "incentive")


def _always(row: Any) -> bool:
    return True


def _never(row: Any) -> bool:
    return False


def _nothing(row: Any) -> str:
    return ""


def _where(measure: Any) -> str:
    return f"领域为{zh.DOMAINS_ZH[measure.domain]}, 答复为{zh.ANSWERS_ZH[measure.answer]}, "


_MEASURES = Section("measures", tables.MEASURE, _title, _where, burdens=_restricts, weighs=_restricts)
_LISTS = Section("lists", tables.LIST, _title, _nothing, burdens=_always, weighs=_always)
_RED_LISTS = Section("red_lists", tables.RED_LIST, _title, _nothing, burdens=_never, weighs=_never)


def differences(before: Edition, after: Edition) -> tuple[Change, ...]:
    """Everything that changes from one edition to another; nothing if both say the same."""
    names = Names(before, after)
    found = [
        *_of_codes(_MEASURES, before.measures, after.measures, names),
        *_of_codes(_LISTS, before.lists, after.lists, names),
        *_of_codes(_RED_LISTS, before.red_lists, after.red_lists, names),
        *rule_differences(before, after, names),
    ]
    return tuple(found)


def _of_codes(
    section: Section, before: Mapping[str, Sequence[Any]], after: Mapping[str, Sequence[Any]], names: Names
) -> Iterator[Change]:
    for code in sorted(before.keys() | after.keys()):
        yield from dated(section, code, pairs_of(before.get(code, ()), after.get(code, ())), names)
