"""Reads the rules of an edition: the file that holds its ``domains``.

Sections
* ``domains`` code, name, ``required_lists`` and, if there are any, ``required_measures``, with their
  ``legal_basis``.
* ``roles`` role → kinds and capacities in which a measure binds whoever acts in it.
* ``department_kinds``, ``activities``, ``regions`` (quoted, GB/T 2260), ``start_anchors`` code → name.
* ``zones`` code (统计用区划代码), name, the regions each ``overlaps``, ``basis``.
* ``relief`` key → wording; ``relief_of_origin`` and ``relief_of_lists`` what rows have that name none.
* ``national_classes``, ``deadlines``, ``vocabularies``.

``severity_rules`` may stand here or in files of their own: ``severity`` any, minor, general or serious;
``departments`` kinds whose penalties it is for, empty for all others; effective-dated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar

from registry.domain.scopes import region_fault
from registry.sanctions.catalogue import vocabulary as words
from registry.sanctions.catalogue.bounds import LONGEST, MAX_MONTHS
from registry.sanctions.catalogue.located_yaml import Row
from registry.sanctions.catalogue.rulebook import (
    Binding,
    Deadline,
    DomainRule,
    NationalClass,
    Rulebook,
    SeverityRule,
    Zone,
)
from registry.v1 import subject_pb2

K = TypeVar("K")
V = TypeVar("V")


def read_rulebook(row: Row, severity_rows: Iterable[Row]) -> Rulebook:
    """The rules that a file holds, and the severity rules of every file; faults are noted in their log."""
    relief = row.names("relief")
    regions, departments = _regions(row), row.names("department_kinds")
    zones = _zones(row, regions)
    rules = Rulebook(
        domains=_frozen({rule.domain: rule for rule in map(_domain, row.rows("domains"))}),
        roles=_roles(row),
        department_kinds=_frozen(departments),
        activities=_frozen(row.names("activities")),
        activity_parts=_activity_parts(row),
        regions=_frozen(regions | {zone.code: zone.name_zh for zone in zones.values()}),
        start_anchors=_frozen(row.names("start_anchors")),
        national_classes=_frozen(_by_code(row, "national_classes", _national_class)),
        severity_rules=_severity_rules(severity_rows, departments),
        deadlines=_frozen(_by_code(row, "deadlines", _deadline)),
        vocabularies=_vocabularies(row),
        relief=_frozen(relief),
        relief_of_origin=_relief_of_origin(row, relief),
        relief_of_lists=row.reference("relief_of_lists", relief),
        zones=_frozen(zones),
    )
    for missing in sorted(words.DOMAINS.keys() - {_word_of(domain) for domain in rules.domains}):
        row.fault("domains", f"{missing} is missing")
    return rules


def _frozen(mapping: dict[K, V]) -> Mapping[K, V]:
    return MappingProxyType(mapping)


def _word_of(domain: subject_pb2.Domain.ValueType) -> str:
    return next(word for word, value in words.DOMAINS.items() if value == domain)


def _by_code(row: Row, key: str, read: Callable[[Row], V]) -> dict[str, V]:
    found: dict[str, V] = {}
    for inner in row.rows(key):
        if inner.name in found:
            inner.fault("code", "stands twice")
        found[inner.name] = read(inner)
    return found


def _domain(row: Row) -> DomainRule:
    rule = DomainRule(
        domain=row.choice("code", words.DOMAINS),
        name_zh=row.text("name_zh"),
        required_lists=row.texts("required_lists"),
        legal_basis=row.texts("legal_basis"),
        required_measures=row.texts("required_measures") if row.has("required_measures") else (),
    )
    if (rule.required_lists or rule.required_measures) and not rule.legal_basis:
        row.fault("legal_basis", "lists or measures are required to be checked without a legal basis")
    row.close()
    return rule


def _roles(row: Row) -> Mapping[subject_pb2.SubjectRole.ValueType, Binding]:
    table = row.row("roles")
    if table is None:
        return {}
    for role in sorted(words.ROLES.keys() - set(table.listed_keys())):
        table.fault(role, "is missing")
    return MappingProxyType(
        {
            words.ROLES[role]: read_binding(table, role)
            for role in table.listed_keys()
            if _known_role(table, role)
        }
    )


def _known_role(table: Row, role: str) -> bool:
    if role not in words.ROLES:
        table.fault(role, "there is no such role")
    return role in words.ROLES


def read_binding(row: Row, key: str) -> Binding:
    """Splits the files' one list of kinds and capacities into the two."""
    both: dict[str, int] = {**words.KINDS, **words.CAPACITIES}
    row.choices(key, both)
    named = row.texts(key)
    kinds = frozenset(words.KINDS[word] for word in named if word in words.KINDS)
    return kinds, frozenset(words.CAPACITIES[word] for word in named if word in words.CAPACITIES)


def _activity_parts(row: Row) -> Mapping[str, frozenset[str]]:
    table = row.row("activity_parts") if row.has("activity_parts") else None
    if table is None:
        return MappingProxyType({})
    known = row.names("activities")
    for code in table.listed_keys():
        if code not in known:
            table.fault(code, "there is no such activity")
    return MappingProxyType({code: frozenset(table.references(code, known)) for code in table.listed_keys()})


def _regions(row: Row) -> dict[str, str]:
    table = row.row("regions")
    if table is None:
        return {}
    for code in table.listed_keys():
        if fault := region_fault(code):
            table.fault(code, fault)
    return row.names("regions")


def _national_class(row: Row) -> NationalClass:
    item = NationalClass(
        code=row.text("code"),
        name_zh=row.text("name_zh"),
        kind=row.choice("class", words.NATIONAL_CLASS_KINDS),
        confidence=row.choice("confidence", words.CONFIDENCES),
    )
    row.close()
    return item


def _zones(row: Row, regions: Mapping[str, str]) -> dict[str, Zone]:
    return _by_code(row, "zones", lambda inner: _zone(inner, regions)) if row.has("zones") else {}


def _zone(row: Row, regions: Mapping[str, str]) -> Zone:
    zone = Zone(
        code=row.text("code"),
        name_zh=row.text("name_zh"),
        overlaps=frozenset(row.references("overlaps", regions)),
        basis=row.text("basis"),
        confidence=row.choice("confidence", words.CONFIDENCES),
        note=row.optional_text("note"),
    )
    if fault := region_fault(zone.code):
        row.fault("code", fault)
    if zone.code in regions:
        row.fault("code", f"{zone.code} is a region")
    row.close()
    return zone


def _severity_rules(rows: Iterable[Row], departments: Mapping[str, str]) -> tuple[SeverityRule, ...]:
    read = [(row, _severity_rule(row, departments)) for row in rows]
    for index, (row, rule) in enumerate(read):
        if any(_collide(rule, other) for _, other in read[:index]):
            row.fault("effective_from", "another rule of this severity and these departments is in force")
    return tuple(rule for _, rule in read)


def _collide(one: SeverityRule, other: SeverityRule) -> bool:
    same_departments = one.departments == other.departments or not one.departments.isdisjoint(
        other.departments
    )
    if one.severity != other.severity or not same_departments:
        return False
    return one.in_force(other.effective_from) or other.in_force(one.effective_from)


def _severity_rule(row: Row, departments: Mapping[str, str]) -> SeverityRule:
    rule = SeverityRule(
        severity=row.choice("severity", words.ANY_OR_SEVERITY),
        publish_default=row.flag("publish_default"),
        min_months=row.number("min_months", MAX_MONTHS),
        max_months=row.number("max_months", MAX_MONTHS),
        examples_zh=row.texts("examples_zh"),
        effective_from=row.day("effective_from"),
        effective_to=row.optional_day("effective_to"),
        confidence=row.choice("confidence", words.CONFIDENCES),
        departments=frozenset(row.references("departments", departments)),
        basis=row.text("basis"),
        for_earlier=row.choice("for_earlier", words.FOR_EARLIER) if row.has("for_earlier") else "none",
        note=row.optional_text("note"),
    )
    if row.sound and rule.min_months > rule.max_months:
        row.fault("min_months", f"{rule.min_months} is more than max_months {rule.max_months}")
    row.close()
    return rule


def _deadline(row: Row) -> Deadline:
    unit = row.choice("unit", words.UNITS)
    deadline = Deadline(
        code=row.text("code"),
        amount=row.number("amount", LONGEST[unit]),
        unit=unit,
        extend=row.number("extend", LONGEST[unit]) if row.has("extend") else 0,
        basis=row.text("basis"),
        confidence=row.choice("confidence", words.CONFIDENCES),
        note=row.optional_text("note"),
    )
    row.close()
    return deadline


def _vocabularies(row: Row) -> Mapping[str, tuple[str, ...]]:
    table = row.row("vocabularies")
    return MappingProxyType({name: table.texts(name) for name in table.listed_keys()} if table else {})


def _relief_of_origin(row: Row, relief: Mapping[str, str]) -> Mapping[str, str]:
    table = row.row("relief_of_origin")
    if table is None:
        return {}
    found = {origin: table.reference(origin, relief) for origin in words.ORIGINS}
    table.close()
    return MappingProxyType(found)
