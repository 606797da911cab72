"""What cannot be judged from one field: whether a row of an edition agrees with itself and its neighbours.

* A restriction has a legal basis, bounds in order, a window in order; rows of one code do not overlap.
* Policy takes no rights away, and what takes rights away is no policy (国办发〔2020〕49号: 减损权益的措施
  必须以法律、法规或者党中央、国务院政策文件为依据). A ban (市场禁入) is rights-reducing.
* A row that is not confirmed never blocks.
* Only a statute arises from recorded events, and it says how far back they may lie.
* A rule that reaches back to what came before it has something before it.
* A name, old or new, leads to one list.

Whether rows of different kinds agree is checked in ``catalogue.cross_checks``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Protocol, TypeVar

from registry.domain.names import comparable
from registry.sanctions.catalogue.edition import Category, CreditList, Measure
from registry.sanctions.catalogue.located_yaml import Row
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


def sound(placed: Sequence[Placed[T]]) -> list[Placed[T]]:
    """Those of which every field could be read; the others have their faults already."""
    return [(row, item) for row, item in placed if row.sound]


def check_measures(placed: Sequence[Placed[Measure]]) -> None:
    """Notes the faults of measures, each by itself and as rows of one code."""
    placed = sound(placed)
    check_windows(placed)
    for row, measure in placed:
        if not _MEASURE_CODE(measure.code):
            row.fault("code", f"{measure.code} is not of the form M-PRO-01")
        term = measure.term
        if term.min_months is not None and term.max_months is not None and term.min_months > term.max_months:
            row.fault("term_months", f"min {term.min_months} is more than max {term.max_months}")
        _check_reach(row, measure)
        _check_rights(row, measure)
        _check_answer(row, measure)
        _check_anchors(row, measure)
    _check_reaching_back(placed)


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
    if measure.also_domains and (measure.origin != "decision" or measure.domain in measure.also_domains):
        row.fault("also_domains", "other domains, of a measure that a document imposes")
    if measure.compulsory_tender_only and measure.domain != subject_pb2.DOMAIN_BIDDING:
        row.fault("compulsory_tender_only", "only measures of the domain bidding know compulsory tenders")


def _check_anchors(row: Row, measure: Measure) -> None:
    if measure.anchors and measure.origin != "statute":
        row.fault("anchors", f"a measure of origin {measure.origin} does not arise from a recorded event")
    if measure.anchors and not measure.window_months:
        row.fault("anchors", "window_months does not say how far back the event may lie")
    if measure.window_months is not None and not measure.anchors:
        row.fault("window_months", "there are no anchors that it could be the window of")


def _check_reaching_back(placed: Sequence[Placed[Measure]]) -> None:
    for row, measure in placed:
        earlier = any(m.code == measure.code and m.effective_from < measure.effective_from for _, m in placed)
        if measure.for_earlier != "none" and not earlier:
            row.fault("for_earlier", f"there is no earlier row of {measure.code}")


def check_lists(placed: Sequence[Placed[CreditList]]) -> None:
    """Notes the faults of lists, each by itself and as rows of one code."""
    placed = sound(placed)
    check_windows(placed)
    for row, entry in placed:
        if not _LIST_CODE(entry.code):
            row.fault("code", f"{entry.code} is not of the form L-01")
        if not entry.listing_departments:
            row.fault("listing_departments", "nobody may keep the list")
        months = [entry.min_months, entry.default_months, entry.max_months]
        stated = [number for number in months if number is not None]
        if stated != sorted(stated):
            row.fault("term_months", "min, default and max are not in order")
    _check_names(placed)


def _check_names(placed: Sequence[Placed[CreditList]]) -> None:
    bearer: dict[str, str] = {}
    for row, entry in placed:
        for name in (entry.name_zh, *entry.aliases):
            code = bearer.setdefault(comparable(name), entry.code)
            if code != entry.code:
                key = "name_zh" if name == entry.name_zh else "aliases_zh"
                row.fault(key, f"{name} is a name of {code}")


def check_categories(placed: Sequence[Placed[Category]]) -> None:
    """Notes the faults of categories: codes, and subtypes that do not exist."""
    codes = Counter(category.code for _, category in placed)
    for row, category in sound(placed):
        if not _CATEGORY_CODE(category.code):
            row.fault("code", f"{category.code} is not of the form E-03 or E-03-CF")
        if codes[category.code] > 1:
            row.fault("code", f"{category.code} stands twice")
        if not category.credit_bearing and category.disclosure != "never":
            row.fault("disclosure", "what is no credit information is not shown to the public")
        if category.severity_required and category.disclosure != "by_severity":
            row.fault("disclosure", f"{category.disclosure} does not ask for the severity that is required")
        for subtype in category.subtypes:
            if subtype not in codes:
                row.fault("subtypes", f"there is no category {subtype}")


def check_windows(placed: Sequence[Placed[_D]]) -> None:
    """Notes rows without a basis, with days out of order, or in force beside another of their code."""
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
