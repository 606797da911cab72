"""Reads one row of an edition. The columns are explained in ``measure`` and ``catalogue.entries``.

What an absent column means, where one may be absent: ``roles`` the role table, ``for_earlier`` none,
``relief`` that of its origin, ``effective_from_confidence`` and ``disclosure_confidence`` high,
``open_ended`` yes if there is no maximum, ``compulsory_tender_only`` and ``severity_required`` no;
``executing_departments``, ``activity``, ``triggering_lists``, ``anchors``, ``window_months``, ``reoffence``,
``aliases_zh``, ``related_measures``, ``max_age_days``, ``subtypes``, ``deadlines`` and ``note`` nothing.
"""

from __future__ import annotations

from registry.sanctions.catalogue import vocabulary as words
from registry.sanctions.catalogue.anchors import read_anchors, read_reoffence
from registry.sanctions.catalogue.bounds import MAX_DAYS, MAX_MONTHS, MAX_PUBLICITY_DAYS, MAX_YEARS
from registry.sanctions.catalogue.edition import (
    ANY_DEPARTMENT,
    Category,
    CreditList,
    Measure,
    RedList,
    TermBounds,
)
from registry.sanctions.catalogue.located_yaml import Row
from registry.sanctions.catalogue.rulebook import Confidence, Rulebook
from registry.sanctions.catalogue.rulebook_parser import read_binding
from registry.v1 import subject_pb2

ANY_ROLE = "any"
"""In ``roles``: the measure binds in every role."""


def read_measure(row: Row, rules: Rulebook) -> Measure:
    """A measure; faults are noted in the row's log."""
    kinds, capacities = read_binding(row, "subject_kinds")
    origin = row.choice("origin", words.ORIGINS)
    departments = (*rules.department_kinds, ANY_DEPARTMENT)
    measure = Measure(
        code=row.text("code"),
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        domain=row.choice("domain", words.DOMAINS),
        effect=row.choice("effect", words.EFFECTS),
        origin=origin,
        national_class=_national_class(row, rules),
        subject_kinds=kinds,
        capacities=capacities,
        roles=_roles(row),
        imposing_departments=frozenset(row.references("imposing_departments", departments)),
        executing_departments=_executing(row, departments),
        triggering_lists=row.optional_texts("triggering_lists"),
        legal_basis=row.texts("legal_basis"),
        discretionary=row.flag("discretionary"),
        rights_reducing=row.flag("rights_reducing"),
        market_ban=row.flag("market_ban"),
        term=_term(row),
        start_anchor=row.reference("start_anchor", rules.start_anchors),
        activity=row.reference("activity", rules.activities) if row.has("activity") else "",
        compulsory_tender_only=bool(row.optional_flag("compulsory_tender_only")),
        answer=row.choice("answer", words.ANSWERS),
        query_effect=row.choice("query_effect", words.QUERY_EFFECTS),
        relief=_relief(row, rules, rules.relief_of_origin.get(origin, "")),
        effective_from=row.day("effective_from"),
        effective_to=row.optional_day("effective_to"),
        effective_from_confidence=_confidence_of_day(row),
        confidence=row.choice("confidence", words.CONFIDENCES),
        note=row.optional_text("note"),
        anchors=read_anchors(row, rules),
        window_months=row.number("window_months", MAX_MONTHS) if row.has("window_months") else None,
        reoffence=read_reoffence(row),
        for_earlier=row.choice("for_earlier", words.FOR_EARLIER) if row.has("for_earlier") else "none",
        also_domains=_also_domains(row),
    )
    row.close()
    return measure


def read_list(row: Row, rules: Rulebook) -> CreditList:
    """A list; faults are noted in the row's log."""
    kinds, capacities = read_binding(row, "subject_kinds")
    term, early = row.row("term_months"), row.row("early_removal")
    entry = CreditList(
        code=row.text("code"),
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        aliases=row.optional_texts("aliases_zh"),
        owner=row.text("owner"),
        listing_departments=frozenset(row.references("listing_departments", rules.department_kinds)),
        subject_kinds=kinds,
        capacities=capacities,
        legal_basis=row.texts("legal_basis"),
        criteria=row.text("criteria"),
        default_months=term.optional_number("default", MAX_MONTHS) if term else None,
        min_months=term.optional_number("min", MAX_MONTHS) if term else None,
        max_months=term.optional_number("max", MAX_MONTHS) if term else None,
        open_ended=_open_ended(term),
        early_removal_months=early.optional_number("after_months", MAX_MONTHS) if early else None,
        early_removal_condition=early.optional_text("condition") if early else "",
        removal=row.optional_text("removal"),
        source=row.text("authoritative_source"),
        checked_by=frozenset(row.choices("checked_by", words.DOMAINS)),
        triggers=row.texts("triggers"),
        related_measures=row.optional_texts("related_measures"),
        national_catalog=row.optional_flag("national_catalog"),
        relief=_relief(row, rules, rules.relief_of_lists),
        effective_from=row.day("effective_from"),
        effective_to=row.optional_day("effective_to"),
        effective_from_confidence=_confidence_of_day(row),
        confidence=row.choice("confidence", words.CONFIDENCES),
        note=row.optional_text("note"),
        category=row.text("category"),
        max_age_days=row.number("max_age_days", MAX_DAYS) if row.has("max_age_days") else None,
    )
    for part in (term, early, row):
        if part:
            part.close()
    return entry


def read_red_list(row: Row, rules: Rulebook) -> RedList:
    """A red list; faults are noted in the row's log."""
    term = row.row("term_months")
    red_list = RedList(
        code=row.text("code"),
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        granting_departments=frozenset(row.references("granting_departments", rules.department_kinds)),
        subject_kinds=frozenset(row.choices("subject_kinds", words.KINDS)),
        legal_basis=row.texts("legal_basis"),
        publicity_days=row.optional_number("publicity_days", MAX_PUBLICITY_DAYS),
        min_months=term.optional_number("min", MAX_MONTHS) if term else None,
        max_months=term.optional_number("max", MAX_MONTHS) if term else None,
        measures=row.texts("measures"),
        removal=row.text("removal"),
        relief=_relief(row, rules, rules.relief_of_lists),
        effective_from=row.day("effective_from"),
        effective_to=row.optional_day("effective_to"),
        effective_from_confidence=_confidence_of_day(row),
        confidence=row.choice("confidence", words.CONFIDENCES),
        note=row.optional_text("note"),
    )
    if term:
        term.close()
    row.close()
    return red_list


def read_category(row: Row, rules: Rulebook) -> Category:
    """A category of event; faults are noted in the row's log."""
    category = Category(
        code=row.text("code"),
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        polarity=row.choice("polarity", words.POLARITIES),
        credit_bearing=row.flag("credit_bearing"),
        national=row.flag("national"),
        subtypes=row.optional_texts("subtypes"),
        fields=frozenset(row.texts("fields")),
        confidence=row.choice("confidence", words.CONFIDENCES),
        note=row.optional_text("note"),
        disclosure=row.choice("disclosure", words.DISCLOSURES),
        disclosure_confidence=_confidence(row, "disclosure_confidence"),
        deadlines=row.references("deadlines", rules.deadlines) if row.has("deadlines") else (),
        severity_required=bool(row.optional_flag("severity_required")),
        retention_years=row.optional_number("retention_years", MAX_YEARS),
    )
    row.close()
    return category


def _national_class(row: Row, rules: Rulebook) -> str | None:
    stated = row.stated("national_class")
    return row.reference("national_class", rules.national_classes) if stated else None


def _roles(row: Row) -> frozenset[subject_pb2.SubjectRole.ValueType]:
    named = row.optional_texts("roles")
    if named == (ANY_ROLE,):
        return frozenset(words.ROLES.values())
    return frozenset(row.choices("roles", words.ROLES)) if named else frozenset()


def _also_domains(row: Row) -> frozenset[subject_pb2.Domain.ValueType]:
    return frozenset(row.choices("also_domains", words.DOMAINS)) if row.has("also_domains") else frozenset()


def _executing(row: Row, departments: tuple[str, ...]) -> frozenset[str]:
    given = row.has("executing_departments")
    return frozenset(row.references("executing_departments", departments)) if given else frozenset()


def _term(row: Row) -> TermBounds:
    term = row.row("term_months")
    if term is None:
        return TermBounds(None, None, None)
    least, most = (term.optional_number(key, MAX_MONTHS) for key in ("min", "max"))
    bounds = TermBounds(least, most, _lifetime(term))
    term.close()
    return bounds


def _lifetime(term: Row) -> bool | None:
    return term.flag("lifetime") if term.stated("lifetime") else None


def _open_ended(term: Row | None) -> bool:
    if term is None:
        return False
    stated = term.optional_flag("open_ended")
    return stated if stated is not None else not term.has("max")


def _relief(row: Row, rules: Rulebook, default: str) -> str:
    key = row.reference("relief", rules.relief) if row.has("relief") else default
    return rules.relief.get(key, "")


def _confidence_of_day(row: Row) -> Confidence:
    return _confidence(row, "effective_from_confidence")


def _confidence(row: Row, key: str) -> Confidence:
    return row.choice(key, words.CONFIDENCES) if row.has(key) else "high"
