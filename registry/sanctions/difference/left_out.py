"""What an edition leaves out of the one whose place it takes (目录版本的衔接): nothing may be.

Restrictions are worked out at the question, by the edition that applies. What that edition does not have is
gone from every answer, on earlier days too, and an entry on a list without a row can be neither repaired nor
explained: the answer would be CLEAR by omission. So what ends, ends by ``effective_to`` and keeps its row.
A measure, list or red list that is law on the day of receipt does not begin later instead, and a domain goes
on waiting for every source it waits for. So do the rules of procedure stay: without them a ban would be
decided with less, or not at all, and a repair granted on any terms.

Worked example: 2026.3 without L-04 is refused as ``缺少名单L-04: …``. With ``effective_to: 2026-12-31`` in
the row of L-04 it is a sound successor of 2026.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.entries import Dated
from registry.sanctions.difference.procedures import ends_by_measure, rules_by_code

_NOT_DROPPED = "目录内容失效以 effective_to 表示, 不得删去"


def left_out(before: Edition, after: Edition, day: date) -> Iterator[str]:
    """Each thing of ``before`` that ``after`` has no more, as known on a day, in words."""
    yield from _rows_left_out("措施", before, before.measures, after.measures, day)
    yield from _rows_left_out("名单", before, before.lists, after.lists, day)
    yield from _rows_left_out("守信激励名单", before, before.red_lists, after.red_lists, day)
    for code in before.categories:
        if code not in after.categories:
            yield f"缺少信息类别{code}: 版本{before.label}有这一类别, 不得删去。"
    yield from _sources_left_out(before, after)
    yield from _procedures_left_out(before, after, day)


def _rows_left_out(
    what: str,
    edition: Edition,
    before: Mapping[str, Sequence[Dated]],
    after: Mapping[str, Sequence[Dated]],
    day: date,
) -> Iterator[str]:
    for code, rows in before.items():
        if code not in after:
            yield f"缺少{what}{code}: 版本{edition.label}有这一{what}, {_NOT_DROPPED}。"
        elif rows[0].effective_from <= day < after[code][0].effective_from:
            first = after[code][0].effective_from
            yield f"{what}{code}自{first}起才有效: 版本{edition.label}中已经有效, {_NOT_DROPPED}。"


def _sources_left_out(before: Edition, after: Edition) -> Iterator[str]:
    for domain, rule in before.rules.domains.items():
        kept = {*after.required_lists(domain), *after.required_measures(domain)}
        for code in (*before.required_lists(domain), *before.required_measures(domain)):
            if code not in kept:
                yield f"领域“{rule.name_zh}”不再要求查询{code}: 版本{before.label}要求查询, 不得取消。"


def _procedures_left_out(before: Edition, after: Edition, day: date) -> Iterator[str]:
    old, new = before.procedures, after.procedures
    for what, had, has in (
        ("禁入程序规则", rules_by_code(old.ban_rules), rules_by_code(new.ban_rules)),
        ("信用修复规则", rules_by_code(old.repair_rules), rules_by_code(new.repair_rules)),
        ("提前终止规则", ends_by_measure(old.early_ends), ends_by_measure(new.early_ends)),
    ):
        yield from _rows_left_out(what, before, had, has, day)
    for what, lacking in (
        ("各步骤的依据(step_articles)", bool(old.articles) and not new.articles),
        ("弄虚作假修复的规则(false_repair)", old.false_repair is not None and new.false_repair is None),
    ):
        if lacking:
            yield f"缺少{what}: 版本{before.label}有这一规则, {_NOT_DROPPED}。"
