"""Reads what a statute asks of a record (anchors), and what it attaches to a second one (reoffence).

    anchors:
      - category: E-03-CF
        when: {penalty_kinds: [责令停产停业, 吊销许可证件]}
      - category: E-03-CF
        when: {fine_at_least_yuan: 2000000, higher_for: {securities: 5000000}}
      - {category: E-02, when: {case_kinds: [刑], subject_kinds: [natural_person]}, conclusive: false}
    window_months: 36
    reoffence: {months: 36, basis: 招标投标法实施条例 第六十七条第三款, consequence: 吊销营业执照}

The clauses are a closed vocabulary, explained in ``conditions``; those of one ``when`` must all hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from registry.sanctions.catalogue import vocabulary as words
from registry.sanctions.catalogue.bounds import MAX_AMOUNT, MAX_MONTHS
from registry.sanctions.catalogue.case_numbers import CASE_KINDS
from registry.sanctions.catalogue.clauses import (
    CaseKinds,
    Clause,
    DepartmentKinds,
    FineAtLeast,
    PenaltyKinds,
    SectorStandard,
    Severities,
    SubjectKinds,
)
from registry.sanctions.catalogue.conditions import Anchor
from registry.sanctions.catalogue.located_yaml import Row
from registry.sanctions.catalogue.measure import Reoffence
from registry.sanctions.catalogue.penalty_wording import PENALTY_KINDS
from registry.sanctions.catalogue.rulebook import Rulebook


def read_anchors(row: Row, rules: Rulebook) -> tuple[Anchor, ...]:
    """The anchors of a measure; none if the column is absent."""
    if not row.has("anchors"):
        return ()
    return tuple(_anchor(inner, rules) for inner in row.rows("anchors", "category"))


def read_reoffence(row: Row) -> Reoffence | None:
    """What a measure attaches to a second decision; None if the column is absent."""
    inner = row.row("reoffence") if row.has("reoffence") else None
    if inner is None:
        return None
    reoffence = Reoffence(inner.number("months", MAX_MONTHS), inner.text("basis"), inner.text("consequence"))
    inner.close()
    return reoffence


def _anchor(row: Row, rules: Rulebook) -> Anchor:
    conclusive = row.optional_flag("conclusive")
    when = row.row("when")
    anchor = Anchor(
        category=row.text("category"),
        clauses=_clauses(when, rules) if when else (),
        conclusive=conclusive is not False,
    )
    row.close()
    return anchor


def _clauses(when: Row, rules: Rulebook) -> tuple[Clause, ...]:
    found = tuple(read(when, rules) for word, read in _READERS.items() if when.has(word))
    if not found:
        when.fault("when", "asks for nothing")
    when.close()
    return found


def _penalty_kinds(when: Row, rules: Rulebook) -> Clause:
    return PenaltyKinds(frozenset(when.references("penalty_kinds", PENALTY_KINDS)))


def _fine(when: Row, rules: Rulebook) -> Clause:
    yuan = when.number("fine_at_least_yuan", MAX_AMOUNT)
    table = when.row("higher_for") if when.has("higher_for") else None
    if table is None:
        return FineAtLeast(yuan)
    sectors = tuple(_sector(table, kind, rules, yuan) for kind in table.listed_keys())
    return FineAtLeast(yuan, sectors)


def _sector(table: Row, kind: str, rules: Rulebook, yuan: int) -> SectorStandard:
    sector = SectorStandard(kind, rules.department_kinds.get(kind, kind), table.number(kind, MAX_AMOUNT))
    if kind not in rules.department_kinds:
        table.fault(kind, "there is no such kind of department")
    if sector.yuan <= yuan:
        table.fault(kind, f"{sector.yuan} is not higher than {yuan}")
    return sector


def _case_kinds(when: Row, rules: Rulebook) -> Clause:
    return CaseKinds(frozenset(when.references("case_kinds", CASE_KINDS)))


def _severities(when: Row, rules: Rulebook) -> Clause:
    return Severities(frozenset(when.choices("severities", words.SEVERITIES)))


def _department_kinds(when: Row, rules: Rulebook) -> Clause:
    kinds = when.references("department_kinds", rules.department_kinds)
    names = (rules.department_kinds.get(kind, kind) for kind in kinds)
    return DepartmentKinds(frozenset(kinds), f"由{'、'.join(names)}作出")


def _subject_kinds(when: Row, rules: Rulebook) -> Clause:
    kinds = frozenset(when.choices("subject_kinds", words.KINDS))
    return SubjectKinds(kinds, f"主体类别为{'、'.join(words.KINDS_ZH[kind] for kind in sorted(kinds))}")


_READERS: Mapping[str, Callable[[Row, Rulebook], Clause]] = {
    "penalty_kinds": _penalty_kinds,
    "fine_at_least_yuan": _fine,
    "case_kinds": _case_kinds,
    "severities": _severities,
    "department_kinds": _department_kinds,
    "subject_kinds": _subject_kinds,
}
