"""Whether the rows of an edition agree with each other: measures, lists, red lists and categories.

* Only measures of origin *list*, and of origin *statute* that name the list, follow a list entry; what a
  list says it triggers and what measures say triggers them are the same, and some kind of subject can be
  both on the list and under the measure.
* A list that law requires to be checked in a domain is checked in that domain; a measure whose deciding
  departments must be connected acts in the domain, and departments decide it.
* The category under which a list's entries are stated, and that of an anchor, exist.
* A red list brings about incentives and nothing else, for kinds of subject that both are for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from registry.sanctions.catalogue.checks import Placed, check_windows, sound
from registry.sanctions.catalogue.edition import Category, CreditList, Measure, RedList
from registry.sanctions.catalogue.located_yaml import Row
from registry.sanctions.catalogue.rulebook import Rulebook
from registry.sanctions.catalogue.vocabulary import DOMAINS, KINDS
from registry.sanctions.reach import feasible_capacities
from registry.v1 import subject_pb2

_RED_LIST_CODE = re.compile(r"R-\d{2}").fullmatch


class _Domains:
    """The rows of domains by their words; of a row whose word is a fault itself, the file is to blame."""

    def __init__(self, rules_row: Row) -> None:
        self._rules = rules_row
        self._rows = {row.name: row for row in rules_row.rows("domains")}

    def fault(self, word: str, key: str, message: str) -> None:
        """Notes a fault of a domain."""
        row = self._rows.get(word)
        if row is None:
            self._rules.fault("domains", f"{word}: {message}")
        else:
            row.fault(key, message)


def check_required_lists(placed: Sequence[Placed[CreditList]], rules: Rulebook, rules_row: Row) -> None:
    """Notes where lists do not know of domains in which law requires them to be checked."""
    domain_rows = _Domains(rules_row)
    checked_by = {(entry.code, domain) for _, entry in placed for domain in entry.checked_by}
    known = {entry.code for _, entry in placed}
    for word, domain in DOMAINS.items():
        for code in rules.domains[domain].required_lists if domain in rules.domains else ():
            if code not in known:
                domain_rows.fault(word, "required_lists", f"there is no list {code}")
            elif (code, domain) not in checked_by:
                domain_rows.fault(word, "required_lists", f"{code} does not say it is checked by {word}")


def check_required_measures(placed: Sequence[Placed[Measure]], rules: Rulebook, rules_row: Row) -> None:
    """Notes where a domain waits for the deciding departments of what nobody decides in it."""
    domain_rows = _Domains(rules_row)
    for word, domain in DOMAINS.items():
        for code in rules.domains[domain].required_measures if domain in rules.domains else ():
            found = [measure for _, measure in placed if measure.code == code]
            if not found:
                domain_rows.fault(word, "required_measures", f"there is no measure {code}")
            elif not any(measure.acts_in(domain) for measure in found):
                domain_rows.fault(word, "required_measures", f"{code} does not act in {word}")
            elif not any(measure.origin == "decision" for measure in found):
                domain_rows.fault(word, "required_measures", f"no department decides {code}")


def check_triggers(measures: Sequence[Placed[Measure]], lists: Sequence[Placed[CreditList]]) -> None:
    """Notes where measures and lists do not agree on what follows an entry."""
    follow = {(code, m.code) for row, m in measures if _may_follow(row, m) for code in m.triggering_lists}
    trigger = {(entry.code, code) for _, entry in lists for code in entry.triggers}
    known = {measure.code for _, measure in measures}
    for row, measure in sound(measures):
        _check_triggering(row, measure, {entry.code for _, entry in lists}, trigger)
    for row, entry in sound(lists):
        for key, codes in (("triggers", entry.triggers), ("related_measures", entry.related_measures)):
            for code in (code for code in codes if code not in known):
                row.fault(key, f"there is no measure {code}")
        for code in entry.triggers:
            if code in known and (entry.code, code) not in follow:
                row.fault("triggers", f"{code} does not follow {entry.code} by law")
        for code in sorted(set(entry.triggers) & set(entry.related_measures)):
            row.fault("related_measures", f"{code} is among the triggers")
    _check_common_kinds(measures, lists)


def _may_follow(row: Row, measure: Measure) -> bool:
    return measure.follows_lists or not row.sound


def _check_triggering(row: Row, measure: Measure, lists: set[str], trigger: set[tuple[str, str]]) -> None:
    if measure.origin == "list" and not measure.triggering_lists:
        row.fault("origin", "a measure of origin list names the lists it follows")
    if measure.origin in ("decision", "policy") and measure.triggering_lists:
        row.fault("triggering_lists", f"a measure of origin {measure.origin} does not follow a list entry")
    for code in measure.triggering_lists:
        if code not in lists:
            row.fault("triggering_lists", f"there is no list {code}")
        elif measure.follows_lists and (code, measure.code) not in trigger:
            row.fault("triggering_lists", f"{code} does not name {measure.code} among its triggers")


def _check_common_kinds(measures: Iterable[Placed[Measure]], lists: Iterable[Placed[CreditList]]) -> None:
    entries: dict[str, list[frozenset[subject_pb2.SubjectKind.ValueType]]] = {}
    for _, entry in lists:
        entries.setdefault(entry.code, []).append(_reached(entry.subject_kinds, entry.capacities))
    for row, measure in measures:
        reached = _reached(measure.subject_kinds, measure.capacities)
        for code in measure.triggering_lists if measure.follows_lists else ():
            if any(reached.isdisjoint(listed) for listed in entries.get(code, ())):
                row.fault("triggering_lists", f"no kind of subject is both on {code} and under the measure")


def _reached(
    kinds: frozenset[subject_pb2.SubjectKind.ValueType], capacities: frozenset[subject_pb2.Capacity.ValueType]
) -> frozenset[subject_pb2.SubjectKind.ValueType]:
    acting = {kind for kind in KINDS.values() if not capacities.isdisjoint(feasible_capacities(kind))}
    return kinds | acting


def check_list_categories(
    lists: Sequence[Placed[CreditList]], categories: Sequence[Placed[Category]]
) -> None:
    """Notes lists whose category does not exist, or is not one whose events are shown while listed."""
    of_code = {category.code: category for _, category in categories}
    for row, entry in sound(lists):
        category = of_code.get(entry.category)
        if category is None:
            row.fault("category", f"there is no category {entry.category}")
        elif category.disclosure != "while_listed":
            row.fault("category", f"{entry.category} is no category of lists")


def check_anchors(measures: Sequence[Placed[Measure]], categories: Sequence[Placed[Category]]) -> None:
    """Notes anchors on categories that do not exist, or that no statement can use."""
    usable = {
        category.code for _, category in categories if category.credit_bearing and not category.subtypes
    }
    for row, measure in sound(measures):
        for anchor in measure.anchors:
            if anchor.category not in usable:
                row.fault("anchors", f"no event can be of category {anchor.category}")


def check_red_lists(red_lists: Sequence[Placed[RedList]], measures: Sequence[Placed[Measure]]) -> None:
    """Notes the faults of red lists, each by itself and with the measures that it brings about."""
    red_lists = sound(red_lists)
    check_windows(red_lists)
    of_code = {measure.code: measure for _, measure in measures}
    for row, red_list in red_lists:
        if not _RED_LIST_CODE(red_list.code):
            row.fault("code", f"{red_list.code} is not of the form R-01")
        if not red_list.granting_departments:
            row.fault("granting_departments", "nobody may grant the red list")
        if red_list.min_months and red_list.max_months and red_list.min_months > red_list.max_months:
            row.fault("term_months", f"min {red_list.min_months} is more than max {red_list.max_months}")
        for code in red_list.measures:
            _check_incentive(row, red_list, code, of_code.get(code))


def _check_incentive(row: Row, red_list: RedList, code: str, measure: Measure | None) -> None:
    if measure is None:
        row.fault("measures", f"there is no measure {code}")
    elif measure.effect != "incentive":
        row.fault("measures", f"{code} is no incentive")
    elif red_list.subject_kinds.isdisjoint(measure.subject_kinds):
        row.fault("measures", f"no kind of subject is both on {red_list.code} and under {code}")
