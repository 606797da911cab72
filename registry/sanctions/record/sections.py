"""The headings of a credit record, and on what an entry bears (信用档案的分类).

* Headings are the 13 categories of the national catalogue (全国公共信用信息基础目录, 2024年版), each named
  also when it is empty; what 行政管理信息 consists of stands under it. The registry's own categories
  (市场禁入决定, 守信激励对象) have headings of their own.
* What bears on a domain is asked for natural persons: a department learns what the purpose needs, and a ban
  of another domain is no part of that (个人信息保护法 第六条: 限于实现处理目的的最小范围).

Worked example: E-03-CF (行政处罚) stands under E-03 (行政管理信息); asked for BIDDING, an entry that bans
from procurement does not bear on the question.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.record.entries import Entry
from registry.v1 import subject_pb2


@dataclass(frozen=True, slots=True)
class Section:
    """A category of the national catalogue, or one of the registry's own, with what is recorded in it."""

    category: str
    name: str
    entries: tuple[Entry, ...] = ()


def bears_on(entry: Entry, domain: subject_pb2.Domain.ValueType, edition: Edition, day: date) -> bool:
    """Whether an entry may matter in a domain: a measure that acts in it, a list that brings such about or is
    checked in it, or a record that imposes nothing. A ban of another domain does not (不当联结)."""
    imposed = [ground.measure for ground in entry.grounds if ground.measure is not None]
    if imposed:
        return any(measure.domain == domain for measure in imposed)
    code = entry.stated.recorded.list_code
    return not code or list_bears_on(code, domain, edition, day)


def list_bears_on(code: str, domain: subject_pb2.Domain.ValueType, edition: Edition, day: date) -> bool:
    """Whether an entry on a list means something in a domain, or law wants the list checked there."""
    if edition.listed_measures(code, domain) or code in edition.required_lists(domain):
        return True
    listed, red = edition.credit_list(code, day), edition.red_list(code, day)
    brought = [edition.measure(each, day) for each in red.measures] if red else []
    return (listed is not None and domain in listed.checked_by) or any(
        measure is not None and measure.domain == domain for measure in brought
    )


def sections_of(entries: Iterable[Entry], edition: Edition) -> list[Section]:
    """The file under the headings of an edition, empty ones too; what the edition does not know is last."""
    headings = _headings(edition)
    found: dict[str, list[Entry]] = {heading: [] for heading in dict.fromkeys(headings.values())}
    for entry in entries:
        code = entry.stated.recorded.category
        found.setdefault(headings.get(code, code), []).append(entry)
    return [Section(code, name_of(code, edition), tuple(within)) for code, within in found.items()]


def name_of(category: str, edition: Edition) -> str:
    """A category's Chinese name; its code, where the edition has none."""
    known = edition.category(category)
    return known.name_zh if known else category


def _headings(edition: Edition) -> dict[str, str]:
    """The heading under which entries of each category stand."""
    rows = sorted(edition.categories.values(), key=lambda row: (not row.national, row.code))
    above = {subtype: row.code for row in rows for subtype in row.subtypes}
    return {row.code: above.get(row.code, row.code) for row in rows if row.credit_bearing}
