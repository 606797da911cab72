"""How long a penalty is shown to the public (公示期限): first day, earliest end by repair, last day.

* The clock starts on the date of the document (自司法、行政公务文书认定之日起), which is the first day; a
  term in months ends with the day of that number (民法典 第二百零二条). Repair can end publication on
  ``earliest_end`` at the earliest; after ``last`` it stops by itself.
* A penalty is under the rule of the day of its document. If a rule that came into force after it, up to the
  day asked about, reaches back (``for_earlier``) and ends publication earlier, that rule applies (从旧兼从轻,
  立法法 第一百零四条), and goes on applying whatever comes after it: of several the one that ends it first.
  Rules made after the day asked about are not known to the answer. Where the edition has no rule for the day
  of the document, the rules that reach back are the only ones there are.
* Grades became law on 2026-04-01. A record that states none is graded by its kinds of penalty (警告 is
  minor, 吊销许可证件 serious), which the rules give as their examples; the gravest decides. Where they do
  not tell, as of a fine, which may be large or not, it is shown as long as the gravest grade allows, and the
  term is ``assumed``.

Worked example: a penalty of 2026-03-20 has the rule of 第58号令, to 2029-03-20, repair from 2026-06-20 on;
one of 2026-04-10 that is graded 一般 has that of 第36号令, to 2027-04-10, repair from 2026-07-10 on. Asked on
2026-05-01, the older one, if it is 一般, ends on 2027-03-20: the later rule is the milder.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from registry.domain.periods import add_months
from registry.sanctions.catalogue.conditions import Facts
from registry.sanctions.catalogue.rulebook import ANY_SEVERITY, Rulebook, SeverityRule
from registry.v1 import statement_pb2

_GRAVEST = statement_pb2.SEVERITY_SERIOUS


@dataclass(frozen=True, slots=True)
class DisclosureTerm:
    """The days of publication by ``rule``: from ``first`` to ``last``, both included; ``earliest_end`` is the
    first day on which repair can end it.

    ``lenient``: it is a rule later than the document, applied because it is the milder. ``assumed``: the
    grade is neither stated nor told by the kinds of penalty. Whether a record of this grade is published at
    all is ``rule.publish_default``.
    """

    first: date
    earliest_end: date
    last: date
    rule: SeverityRule
    lenient: bool = False
    assumed: bool = False


def disclosure_of(
    rules: Rulebook,
    *,
    severity: statement_pb2.Severity.ValueType,
    decided_on: date,
    asked_on: date,
    department_kinds: frozenset[str],
    penalty_kinds: frozenset[str] = frozenset(),
) -> DisclosureTerm | None:
    """How long a penalty decided on a day by a department of these kinds is shown, by the rules known on the
    day asked about; None if the edition has no rule for it."""
    record = _Record(severity, decided_on, department_kinds, penalty_kinds)
    own = _term(rules, record, decided_on)
    found = [own] if own is not None else []
    for day in _turns(rules):
        later = _term(rules, record, day) if decided_on < day <= asked_on else None
        if later is not None and later.lenient and later.rule.for_earlier == "if_lenient":
            found.append(later)
    return min(found, key=lambda term: term.last, default=None)


@lru_cache(maxsize=64)
def _turns(rules: Rulebook) -> tuple[date, ...]:
    """The days on which the rules of publication change, in order."""
    last_days = {rule.effective_to for rule in rules.severity_rules} - {None, date.max}
    after = {last + timedelta(days=1) for last in last_days if last is not None}
    return tuple(sorted(after | {rule.effective_from for rule in rules.severity_rules}))


def disclosure_of_record(
    rules: Rulebook, facts: Facts, *, decided_on: date, asked_on: date
) -> DisclosureTerm | None:
    """How long a recorded penalty is shown, by what the record says of it: kinds that its wording leaves open
    tell no grade."""
    return disclosure_of(
        rules,
        severity=facts.severity,
        decided_on=decided_on,
        asked_on=asked_on,
        department_kinds=facts.department_kinds,
        penalty_kinds=frozenset() if facts.unclear else facts.penalty_kinds,
    )


@dataclass(frozen=True, slots=True)
class _Record:
    severity: statement_pb2.Severity.ValueType
    decided_on: date
    department_kinds: frozenset[str]
    penalty_kinds: frozenset[str]


def _term(rules: Rulebook, record: _Record, on: date) -> DisclosureTerm | None:
    """The term by the rules in force on a day."""
    severity, assumed = _grade(rules, record, on)
    rule = rules.severity_rule(severity, on, record.department_kinds)
    if rule is None:
        return None
    return DisclosureTerm(
        first=record.decided_on,
        earliest_end=add_months(record.decided_on, rule.min_months),
        last=add_months(record.decided_on, rule.max_months),
        rule=rule,
        lenient=rule.effective_from > record.decided_on,
        assumed=assumed,
    )


def _grade(rules: Rulebook, record: _Record, on: date) -> tuple[statement_pb2.Severity.ValueType, bool]:
    """The grade by the rules of a day, and whether it is assumed."""
    if record.severity:
        return record.severity, False
    in_force = [r for r in rules.severity_rules if r.in_force(on) and r.is_for(record.department_kinds)]
    graded = {kind: rule.severity for rule in in_force if rule.severity for kind in rule.examples_zh}
    found = [graded[kind] for kind in record.penalty_kinds if kind in graded]
    if found and (len(found) == len(record.penalty_kinds) or max(found) == _GRAVEST):
        return max(found), False
    if any(rule.severity == ANY_SEVERITY for rule in in_force):
        return ANY_SEVERITY, False
    return _GRAVEST, True
