"""When a statement that stands is shown, and by which rule (公示期限及依据).

The rule is that of its category, as the edition that applies on the day asked about has it; see
``record.clocks`` for what the rules mean. A term by severity is that of ``disclosure``: of the day of the
document, or a later one that is milder. Where no rule is known, the statement is shown.

Worked example: told of a fine of 2026-03-20 that is 一般, on 2026-05-01: 信用修复管理办法 (国家发展改革委令
第36号): 一般, 从旧兼从轻. Of a natural person it says first that nothing is shown to the public.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from registry.domain.periods import Period, add_months
from registry.sanctions.catalogue.conditions import facts_of
from registry.sanctions.catalogue.edition import Category, Edition
from registry.sanctions.disclosure import DisclosureTerm, disclosure_of_record
from registry.sanctions.ground import Ground, Mark, MarkKind
from registry.sanctions.record.clocks import Disclosure, Validity, ended_by, repaired_to
from registry.v1 import statement_pb2 as pb

NOT_PUBLIC = "自然人信息不公示, 限期内只供依法查询(山东省社会信用条例 第二十条)"
NO_RULE = "目录没有适用的公示期限"
NOT_SERVED = "决定尚未送达, 不公示"
_HIDING = {MarkKind.UNDISCLOSED: "已终止公示", MarkKind.SHIELDED: "重整期间暂时屏蔽"}
_GRADES = {pb.SEVERITY_MINOR: "轻微", pb.SEVERITY_GENERAL: "一般", pb.SEVERITY_SERIOUS: "严重"}
_OF_CATEGORY = {
    "while_listed": "列入期间公示",
    "while_valid": "有效期内公示",
    "always": "长期公示",
    "never": "不作公示, 只供有权部门查询",
}


def disclosure_clock(
    said: pb.Event,
    category: Category | None,
    validity: Validity,
    grounds: Sequence[Ground],
    edition: Edition,
    day: date,
    noted: Sequence[Mark] = (),
) -> Disclosure:
    """When a statement that stands is shown, by the rules known on a day and what was noted on it."""
    if any(mark.kind is MarkKind.UNSERVED and mark.period.contains(day) for mark in noted):
        return Disclosure(None, basis=NOT_SERVED)
    rule = category.disclosure if category else "never"
    if rule == "by_severity":
        found = _by_severity(said, validity, grounds, edition, day)
    else:
        listed = validity.period if rule.startswith("while") else Period(validity.period.first, None)
        repairable = _leaving(said, validity.period.first, edition)
        found = Disclosure(listed, rule != "never", repairable, _OF_CATEGORY[rule])
    if category and category.disclosure_confidence == "low":
        found = replace(found, basis=f"{found.basis}(待核实)")
    assert found.term is not None  # Every rule has one.
    # A repair by application is noted, and may have been annulled; of another system's the rows tell.
    by_application = any(mark.kind is MarkKind.UNDISCLOSED for mark in noted)
    last = None if by_application else repaired_to(grounds)
    return _unless_hidden(replace(found, term=ended_by(found.term, last)), noted, day)


def _unless_hidden(found: Disclosure, noted: Sequence[Mark], day: date) -> Disclosure:
    """Disclosure has ended where it was ended for good, and on the days of a shield."""
    for mark in noted:
        last = mark.period.last
        over = last is not None and last < day
        begun = mark.kind is MarkKind.UNDISCLOSED or mark.period.contains(day)
        if mark.kind in _HIDING and begun and not over and found.term is not None:
            term = ended_by(found.term, mark.period.first - timedelta(days=1))
            found = replace(found, term=term, basis=f"{found.basis}; {_HIDING[mark.kind]}")
    return found


def kept_from_public(disclosure: Disclosure) -> Disclosure:
    """The same for a natural person."""
    return replace(disclosure, public=False, basis=f"{NOT_PUBLIC}; {disclosure.basis}")


def _by_severity(
    said: pb.Event, validity: Validity, grounds: Sequence[Ground], edition: Edition, day: date
) -> Disclosure:
    recorded = next((ground for ground in grounds if ground.facts is not None), None)
    facts = (recorded.facts if recorded else None) or facts_of(said, frozenset())
    decided_on = recorded.law_date if recorded else validity.period.first
    term = disclosure_of_record(edition.rules, facts, decided_on=decided_on, asked_on=day)
    if term is None:
        return Disclosure(Period(decided_on, None), True, basis=NO_RULE)
    return Disclosure(
        term=Period(term.first, term.last),
        public=term.rule.publish_default,
        repairable_from=term.earliest_end,
        basis=_told(term),
        milder=term.lenient,
    )


def _told(term: DisclosureTerm) -> str:
    """A rule of publication in words: 信用修复管理办法 (国家发展改革委令第36号): 一般, 从旧兼从轻."""
    rule = term.rule
    notes = (
        _GRADES.get(rule.severity, ""),
        "未写明严重程度, 按最重一级" if term.assumed else "",
        "从旧兼从轻" if term.lenient else "",
        "" if rule.publish_default else "原则上不公示",
        "待核实" if rule.confidence == "low" else "",
    )
    told = ", ".join(filter(None, notes))
    return f"{rule.basis}: {told}" if told else rule.basis


def _leaving(said: pb.Event, listed_on: date, edition: Edition) -> date | None:
    """The first day on which a subject may leave a list early, where the list has a rule for it."""
    entry = edition.credit_list(said.list_code, listed_on) if said.list_code else None
    months = entry.early_removal_months if entry else None
    return add_months(listed_on, months) if months is not None else None
