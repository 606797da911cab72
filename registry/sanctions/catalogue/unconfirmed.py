"""The rows of an edition that are not confirmed (待核实的规定), for whoever reviews it.

A row of low confidence rests on a source that nobody could check. It never blocks by itself; that it is
there, and what its note says of it, is told before anybody approves the edition.

Example: ``名单 L-05 …: 可信度低; 期限未核``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.difference.columns import Names
from registry.sanctions.difference.rules import rule_title

_LOW = "low"
_COLUMNS = {
    "confidence": "可信度低",
    "effective_from_confidence": "施行日期待核实",
    "disclosure_confidence": "公示期限待核实",
}


def unconfirmed(edition: Edition) -> tuple[str, ...]:
    """What is not confirmed, row by row, in the order of the sections and codes."""
    rules = edition.rules
    found = [
        *_of_dated("措施", edition.measures),
        *_of_dated("名单", edition.lists),
        *_of_dated("守信激励名单", edition.red_lists),
        *_of_rows("信息类别", edition.categories),
        *_of_severity(edition),
        *_of_rows("期限", rules.deadlines),
        *_of_rows("开发区", rules.zones),
        *_of_rows("国家清单类别", rules.national_classes),
    ]
    return tuple(dict.fromkeys(found))


def _of_dated(section: str, rows: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    for code in sorted(rows):
        for row in rows[code]:
            yield from _told(f"{section} {code} {row.name_zh}", row)


def _of_rows(section: str, rows: Mapping[str, Any]) -> Iterator[str]:
    for code in sorted(rows):
        yield from _told(f"{section} {code} {getattr(rows[code], 'name_zh', '')}".rstrip(), rows[code])


def _of_severity(edition: Edition) -> Iterator[str]:
    names = Names(edition, edition)
    for rule in edition.rules.severity_rules:
        yield from _told(rule_title(rule, names), rule)


def _told(title: str, row: Any) -> Iterator[str]:
    low = [told for column, told in _COLUMNS.items() if getattr(row, column, "") == _LOW]
    if low:
        note = getattr(row, "note", "")
        yield f"{title}: {'、'.join(low)}{f'; {note}' if note else ''}"
