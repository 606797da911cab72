"""How a row that is wrong on purpose is described (故意写错的行), and what such rows are made from.

A row is drawn right and then spoilt in one respect, as departments do. ``reasons`` are names of
``ErrorReason`` without prefix; a refusal must give all of them and may give more. A row without
reasons must be accepted. The rows themselves are in ``mistakes_of_form`` and ``mistakes_of_law``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from demo.drafts import Drafts
from demo.matters import LICENCES
from demo.records import Record
from demo.spoiling import Change

PENALTY_NUMBER, PENALTY_DAY, PENALTY_UNTIL = "行政处罚决定书文号", "处罚决定日期", "处罚有效期"
LICENCE_DAY, LICENCE_FROM, LICENCE_UNTIL = "许可决定日期", "有效期自", "有效期至"
LISTED_ON, LISTED_UNTIL = "列入日期", "期限至"
DECIDED_ON, FIRST, LAST = "决定日期", "起始日期", "截止日期"


@dataclass(frozen=True, slots=True)
class Mistake:
    """From which right record a row is made, what is changed, in words, and the reasons to refuse it."""

    draw: Callable[[Drafts], Record]
    change: Change
    what: str
    reasons: tuple[str, ...]


def wrong(draw: Callable[[Drafts], Record], change: Change, what: str, *reasons: str) -> Mistake:
    """A mistake; ``reasons`` as in ``Mistake``."""
    return Mistake(draw, change, what, reasons)


def penalty(department: str, *, by_county: bool = False) -> Callable[[Drafts], Record]:
    """Draws a penalty."""
    return lambda drafts: drafts.penalty(department, by_county=by_county)


def licence(department: str) -> Callable[[Drafts], Record]:
    """Draws a licence."""
    return lambda drafts: drafts.licence(department)


def listing(department: str, list_code: str, *pool: str) -> Callable[[Drafts], Record]:
    """Draws a list entry on a party of the groups of trades in ``pool``; "" = persons."""
    return lambda drafts: drafts.listing(department, list_code, pool=pool)


def decision(department: str, measure: str, *pool: str) -> Callable[[Drafts], Record]:
    """Draws a decision; ``pool`` as for ``listing``."""
    return lambda drafts: drafts.decision(department, measure, pool=pool)


def certified_person(drafts: Drafts) -> Record:
    """Draws the qualification of a person nothing else is stated about."""
    return drafts.qualification(drafts.population.person())


def registered_firm(drafts: Drafts) -> Record:
    """Draws a registration."""
    return drafts.registration(drafts.decision("财政", "M-FIN-05").party)


def misplaced_licence(drafts: Drafts) -> Record:
    """A licence of the kind that market regulation grants, in the finance bureau's name."""
    firm = drafts.decision("财政", "M-FIN-05").party
    return drafts.licence_for(firm, "财政", LICENCES["市场监管"][0], drafts.day())
