"""How long a penalty is shown: the switch of 2026-04-01, and the milder rule for what was before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from registry.editions import current_edition, shipped_editions
from registry.sanctions.catalogue.conditions import Facts
from registry.sanctions.catalogue.rulebook import Rulebook
from registry.sanctions.disclosure import DisclosureTerm, disclosure_of, disclosure_of_record
from registry.v1 import statement_pb2

ANY, MINOR = statement_pb2.SEVERITY_UNSPECIFIED, statement_pb2.SEVERITY_MINOR
GENERAL, SERIOUS = statement_pb2.SEVERITY_GENERAL, statement_pb2.SEVERITY_SERIOUS
OLD, NEW = date(2026, 3, 20), date(2026, 4, 10)
BEFORE, AFTER = date(2026, 3, 31), date(2026, 5, 1)
ORDER_58 = "失信行为纠正后的信用信息修复管理办法(试行) (国家发展改革委令第58号)"
ORDER_36 = "信用修复管理办法 (国家发展改革委令第36号)"


def term(
    severity: statement_pb2.Severity.ValueType,
    decided_on: date,
    asked_on: date,
    *,
    by: str = "housing",
    kinds: str = "",
    edition: str = "2026.2",
) -> DisclosureTerm | None:
    rules = next(e.rules for e in shipped_editions().values() if e.label == edition)
    return disclosure_of(
        rules,
        severity=severity,
        decided_on=decided_on,
        asked_on=asked_on,
        department_kinds=frozenset({by}),
        penalty_kinds=frozenset(kinds.split()),
    )


def found(
    severity: statement_pb2.Severity.ValueType,
    decided_on: date,
    asked_on: date,
    *,
    by: str = "housing",
    kinds: str = "",
) -> DisclosureTerm:
    term_found = term(severity, decided_on, asked_on, by=by, kinds=kinds)
    assert term_found
    return term_found


def test_penalties_before_and_after_the_switch_have_each_its_own_rule() -> None:
    old, new = found(GENERAL, OLD, BEFORE), found(GENERAL, NEW, AFTER)
    assert (old.rule.basis, new.rule.basis) == (ORDER_58, ORDER_36)
    assert (old.first, old.earliest_end, old.last) == (OLD, date(2026, 6, 20), date(2029, 3, 20))
    assert (new.first, new.earliest_end, new.last) == (NEW, date(2026, 7, 10), date(2027, 4, 10))
    assert not old.lenient
    assert not new.lenient


def test_later_milder_rule_ends_the_older_record_earlier() -> None:
    old = found(GENERAL, OLD, AFTER)
    assert (old.rule.basis, old.lenient) == (ORDER_36, True)
    assert old.last == date(2027, 3, 20)


def test_later_rule_that_is_not_milder_leaves_the_older_record_alone() -> None:
    old = found(SERIOUS, OLD, AFTER)
    assert (old.rule.basis, old.lenient, old.last) == (ORDER_58, False, date(2029, 3, 20))
    assert old.earliest_end == date(2026, 6, 20)


def test_rule_made_after_the_day_asked_about_is_not_applied() -> None:
    assert found(GENERAL, OLD, date(2026, 3, 31)).last == date(2029, 3, 20)
    assert found(GENERAL, OLD, date(2026, 4, 1)).last == date(2027, 3, 20)


def test_later_milder_rule_goes_on_applying_when_another_takes_its_place() -> None:
    """第36号令 shortens an older record to a year; whatever replaces it, the record is not shown again."""
    rules = current_edition().rules
    asked = {"severity": GENERAL, "decided_on": OLD, "department_kinds": frozenset({"housing"})}
    for changes in ({"for_earlier": "none"}, {"max_months": 24}, {"effective_from": date(2100, 1, 1)}):
        changed = replaced_on(rules, date(2027, 6, 1), **changes)
        for day in (date(2027, 5, 31), date(2027, 6, 1), date(2029, 3, 20)):
            term_found = disclosure_of(changed, asked_on=day, **asked)  # type: ignore[arg-type]
            assert term_found
            assert (term_found.last, term_found.rule.basis) == (date(2027, 3, 20), ORDER_36)


def replaced_on(rules: Rulebook, day: date, **changes: Any) -> Rulebook:
    """Rules in which those of today end before a day and are law again from it on, with changes."""
    today = [rule for rule in rules.severity_rules if rule.effective_to is None]
    before = [rule for rule in rules.severity_rules if rule.effective_to is not None]
    ended = [replace(rule, effective_to=day - timedelta(days=1)) for rule in today]
    again = [replace(rule, **{"effective_from": day, **changes}) for rule in today]
    return replace(rules, severity_rules=(*before, *ended, *again))


def test_record_older_than_every_rule_keeps_the_shortest_that_reached_back() -> None:
    old = found(GENERAL, date(2022, 6, 1), AFTER)
    assert (old.rule.basis, old.last) == (ORDER_36, date(2023, 6, 1))
    serious = found(SERIOUS, date(2022, 6, 1), AFTER)
    assert (serious.rule.basis, serious.last) == (ORDER_58, date(2025, 6, 1)), "no longer by 第36号令"


def test_edition_of_before_the_switch_knows_nothing_of_it() -> None:
    old = term(GENERAL, OLD, AFTER, edition="2026.1")
    assert old
    assert (old.rule.basis, old.last) == (ORDER_58, date(2029, 3, 20))


def test_penalty_older_than_every_rule_has_the_rule_that_reaches_back() -> None:
    old = found(ANY, date(2022, 6, 1), date(2024, 1, 1))
    assert (old.rule.basis, old.lenient, old.last) == (ORDER_58, True, date(2025, 6, 1))
    assert term(ANY, date(2022, 6, 1), date(2023, 4, 30)) is None


@pytest.mark.parametrize(
    ("kinds", "months", "assumed"),
    [
        ("警告", 3, False),
        ("警告 通报批评", 3, False),
        ("没收非法财物 警告", 12, False),
        ("吊销许可证件", 36, False),
        ("吊销许可证件 罚款", 36, False),  # the gravest decides, whatever the fine is
        ("罚款", 36, True),  # large or not is not in the record
        ("罚款 警告", 36, True),
        ("行政拘留", 36, True),
        ("", 36, True),
    ],
)
def test_record_without_a_grade_is_graded_by_its_kinds_or_shown_longest(
    kinds: str, months: int, assumed: bool
) -> None:
    ungraded = found(ANY, NEW, AFTER, kinds=kinds)
    assert (ungraded.rule.max_months, ungraded.assumed) == (months, assumed)


def test_stated_grade_goes_before_the_kinds_of_penalty() -> None:
    assert found(MINOR, NEW, AFTER, kinds="吊销许可证件").rule.max_months == 3


def test_minor_penalty_is_as_a_rule_not_published_and_may_be_repaired_at_once() -> None:
    minor = found(MINOR, NEW, AFTER)
    assert not minor.rule.publish_default
    assert (minor.earliest_end, minor.last) == (NEW, date(2026, 7, 10))


def test_old_penalties_for_drugs_are_shown_a_year_at_least() -> None:
    assert found(ANY, OLD, BEFORE, by="drug").earliest_end == date(2027, 3, 20)
    assert found(ANY, OLD, BEFORE, by="housing").earliest_end == date(2026, 6, 20)


def test_old_reprimand_of_market_regulation_is_shown_for_three_months_and_its_fine_for_three_years() -> None:
    assert found(ANY, OLD, BEFORE, by="market_reg", kinds="通报批评").last == date(2026, 6, 20)
    assert found(ANY, OLD, BEFORE, by="market_reg", kinds="罚款 警告").last == date(2029, 3, 20)
    assert found(ANY, OLD, BEFORE, by="housing", kinds="通报批评").last == date(2029, 3, 20)


def test_kinds_that_a_wording_leaves_open_tell_no_grade() -> None:
    rules = current_edition().rules
    clear = Facts("E-03-CF", penalty_kinds=frozenset({"警告"}))
    unclear = Facts("E-03-CF", penalty_kinds=frozenset({"警告"}), left_open=frozenset({"吊销许可证件"}))
    terms = [disclosure_of_record(rules, facts, decided_on=NEW, asked_on=AFTER) for facts in (clear, unclear)]
    assert [(each.last, each.assumed) for each in terms if each] == [
        (date(2026, 7, 10), False),
        (date(2029, 4, 10), True),
    ]
