"""What cannot be judged from one field: whether rows of an edition agree with themselves and each other.

* A restriction has a legal basis, bounds in order, a window in order; rows of one code do not overlap.
* Policy takes no rights away, and what takes rights away is no policy (国办发〔2020〕49号: 减损权益的措施
  必须以法律、法规或者党中央、国务院政策文件为依据). A ban (市场禁入) is rights-reducing.
* A row that is not confirmed never blocks.
* Only measures of origin *list*, and of origin *statute* that name the list, follow a list entry; what a
  list says it triggers and what measures say triggers them are the same, and some kind of subject can be
  both on the list and under the measure.
* A list that law requires to be checked in a domain is checked in that domain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Protocol, TypeVar

from registry.sanctions.catalogue import Category, CreditList, Measure
from registry.sanctions.located_yaml import Row
from registry.sanctions.reach import feasible_capacities
from registry.sanctions.rulebook import Rulebook
from registry.sanctions.vocabulary import DOMAINS, KINDS
from registry.v1 import subject_pb2

T = TypeVar("T")
Placed = tuple[Row, T]
"""What was read, with the row it was read from."""

_MEASURE_CODE = re.compile(r"M-[A-Z]{3}-\d{2}").fullmatch
_LIST_CODE = re.compile(r"L-\d{2}").fullmatch
_CATEGORY_CODE = re.compile(r"E-\d{2}(-[A-Z]{2})?").fullmatch


class _Dated(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def legal_basis(self) -> tuple[str, ...]: ...
    @property
    def effective_from(self) -> date: ...
    @property
    def effective_to(self) -> date | None: ...


_D = TypeVar("_D", bound=_Dated)


def _sound(placed: Sequence[Placed[T]]) -> list[Placed[T]]:
    """Those of which every field could be read; the others have their faults already."""
    return [(row, item) for row, item in placed if row.sound]


def check_measures(placed: Sequence[Placed[Measure]]) -> None:
    """Notes the faults of measures, each by itself and as rows of one code."""
    placed = _sound(placed)
    _check_windows(placed)
    for row, measure in placed:
        if not _MEASURE_CODE(measure.code):
            row.fault("code", f"{measure.code} is not of the form M-PRO-01")
        term = measure.term
        if term.min_months is not None and term.max_months is not None and term.min_months > term.max_months:
            row.fault("term_months", f"min {term.min_months} is more than max {term.max_months}")
        _check_reach(row, measure)
        _check_rights(row, measure)
        _check_answer(row, measure)


def _check_reach(row: Row, measure: Measure) -> None:
    if not measure.subject_kinds and not measure.capacities:
        row.fault("subject_kinds", "the measure falls on nobody")
    if not measure.imposing_departments:
        row.fault("imposing_departments", "nobody may state the measure")
    if strangers := measure.executing_departments - measure.imposing_departments:
        row.fault("executing_departments", f"{', '.join(sorted(strangers))} may not state the measure")


def _check_rights(row: Row, measure: Measure) -> None:
    if measure.origin == "policy" and measure.rights_reducing:
        row.fault("rights_reducing", "a policy takes no rights away (国办发〔2020〕49号)")
    if measure.origin != "policy" and measure.effect in ("prohibit", "ban") and not measure.rights_reducing:
        row.fault("rights_reducing", f"effect {measure.effect} takes rights away")
    if measure.market_ban != (measure.effect == "ban"):
        row.fault("market_ban", f"does not agree with effect {measure.effect}")
    in_incentives = measure.domain == subject_pb2.DOMAIN_INCENTIVE
    if in_incentives != (measure.effect == "incentive"):
        row.fault("effect", "incentive is the effect of measures of the domain incentive, and of no others")


def _check_answer(row: Row, measure: Measure) -> None:
    if measure.answer == "blocks" and measure.confidence == "low":
        row.fault("answer", "a row of low confidence cannot block")
    if measure.answer == "blocks" and measure.effect in ("watch", "incentive"):
        row.fault("answer", f"effect {measure.effect} cannot block")
    if measure.answer == "blocks" and measure.origin == "policy":
        row.fault("answer", "a policy cannot block")
    if measure.compulsory_tender_only and measure.domain != subject_pb2.DOMAIN_BIDDING:
        row.fault("compulsory_tender_only", "only measures of the domain bidding know compulsory tenders")


def check_lists(placed: Sequence[Placed[CreditList]]) -> None:
    """Notes the faults of lists, each by itself and as rows of one code."""
    placed = _sound(placed)
    _check_windows(placed)
    for row, entry in placed:
        if not _LIST_CODE(entry.code):
            row.fault("code", f"{entry.code} is not of the form L-01")
        if not entry.listing_departments:
            row.fault("listing_departments", "nobody may keep the list")
        months = [entry.min_months, entry.default_months, entry.max_months]
        stated = [number for number in months if number is not None]
        if stated != sorted(stated):
            row.fault("term_months", "min, default and max are not in order")


def check_required_lists(placed: Sequence[Placed[CreditList]], rules: Rulebook, rules_row: Row) -> None:
    """Notes where lists do not know of domains in which law requires them to be checked."""
    domain_rows = {row.name: row for row in rules_row.rows("domains")}
    checked_by = {(entry.code, domain) for _, entry in placed for domain in entry.checked_by}
    known = {entry.code for _, entry in placed}
    for word, domain in DOMAINS.items():
        for code in rules.domains[domain].required_lists if domain in rules.domains else ():
            if code not in known:
                domain_rows[word].fault("required_lists", f"there is no list {code}")
            elif (code, domain) not in checked_by:
                domain_rows[word].fault("required_lists", f"{code} does not say it is checked by {word}")


def check_categories(placed: Sequence[Placed[Category]]) -> None:
    """Notes the faults of categories: codes, and subtypes that do not exist."""
    codes = [category.code for _, category in placed]
    for row, category in _sound(placed):
        if not _CATEGORY_CODE(category.code):
            row.fault("code", f"{category.code} is not of the form E-03 or E-03-CF")
        if codes.count(category.code) > 1:
            row.fault("code", f"{category.code} stands twice")
        for subtype in category.subtypes:
            if subtype not in codes:
                row.fault("subtypes", f"there is no category {subtype}")


def check_triggers(measures: Sequence[Placed[Measure]], lists: Sequence[Placed[CreditList]]) -> None:
    """Notes where measures and lists do not agree on what follows an entry."""
    follow = {(code, m.code) for row, m in measures if _may_follow(row, m) for code in m.triggering_lists}
    trigger = {(entry.code, code) for _, entry in lists for code in entry.triggers}
    known = {measure.code for _, measure in measures}
    for row, measure in _sound(measures):
        _check_triggering(row, measure, {entry.code for _, entry in lists}, trigger)
    for row, entry in _sound(lists):
        for key, codes in (("triggers", entry.triggers), ("related_measures", entry.related_measures)):
            for code in (code for code in codes if code not in known):
                row.fault(key, f"there is no measure {code}")
        for code in entry.triggers:
            if code in known and (entry.code, code) not in follow:
                row.fault("triggers", f"{code} does not follow {entry.code} by law")
        for code in set(entry.triggers) & set(entry.related_measures):
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
    entries = [(entry.code, _reached(entry.subject_kinds, entry.capacities)) for _, entry in lists]
    for row, measure in measures:
        reached = _reached(measure.subject_kinds, measure.capacities)
        for code, listed in entries:
            if measure.follows_lists and code in measure.triggering_lists and reached.isdisjoint(listed):
                row.fault("triggering_lists", f"no kind of subject is both on {code} and under the measure")


def _reached(
    kinds: frozenset[subject_pb2.SubjectKind.ValueType], capacities: frozenset[subject_pb2.Capacity.ValueType]
) -> frozenset[subject_pb2.SubjectKind.ValueType]:
    acting = {kind for kind in KINDS.values() if not capacities.isdisjoint(feasible_capacities(kind))}
    return kinds | acting


def _check_windows(placed: Sequence[Placed[_D]]) -> None:
    of_code: dict[str, list[Placed[_D]]] = {}
    for row, item in placed:
        if not item.legal_basis:
            row.fault("legal_basis", "there is none")
        if item.effective_to is not None and item.effective_to < item.effective_from:
            row.fault("effective_to", f"{item.effective_to} is before effective_from {item.effective_from}")
        of_code.setdefault(item.code, []).append((row, item))
    for rows in of_code.values():
        rows.sort(key=lambda pair: pair[1].effective_from)
        for (_, earlier), (row, later) in pairwise(rows):
            if earlier.effective_to is None or later.effective_from <= earlier.effective_to:
                row.fault(
                    "effective_from", f"another row of {later.code} is in force on {later.effective_from}"
                )
