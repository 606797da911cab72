"""Days, rows of the catalogue and names, as the oracle works with them."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from registry.sanctions.catalogue.edition import Edition, Measure
from registry.v1 import subject_pb2 as pb

PERSONAL = {"LEGAL_REP", "MANAGER", "PRACTITIONER", "EXPERT"}
ORGANISATIONAL = {"TENDER_AGENCY", "PROCUREMENT_AGENCY", "INTERMEDIARY"}


def months_after(day: date, months: int) -> date:
    """民法典 第二百零二条: the same day of the last month, or that month's end."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def day_before(day: date | None) -> date | None:
    """The last day, where something ends from a day on."""
    return None if day is None else day - timedelta(days=1)


def earlier_of(one: date | None, other: date | None) -> date | None:
    """The earlier of two last days; None has no end."""
    days = [day for day in (one, other) if day is not None]
    return min(days) if days else None


def softer(one: str, other: str) -> str:
    """The gentler of two answers."""
    order = ["information", "review", "blocks"]
    return order[min(order.index(one), order.index(other))]


def on(first: date, last: date | None, day: date) -> bool:
    """Whether a day lies in a term."""
    return first <= day and (last is None or day <= last)


@lru_cache(maxsize=8)
def all_rows(edition: Edition) -> list[Measure]:
    """Every row of every measure."""
    return [row for rows in edition.measures.values() for row in rows]


def in_force_on(edition: Edition, code: str, day: date) -> Measure | None:
    """The row of a measure that is law on a day."""
    rows = [row for row in edition.measures.get(code, ()) if on(row.effective_from, row.effective_to, day)]
    return rows[0] if rows else None


def falling(row: Measure, kind: str) -> set[str]:
    """The kind as such, and the capacities in which somebody of the kind can act, as far as named."""
    capacities = {pb.Capacity.Name(each).removeprefix("CAPACITY_") for each in row.capacities}
    possible = capacities & (PERSONAL if kind == "NATURAL_PERSON" else ORGANISATIONAL)
    as_such = {f"KIND:{kind}"} if kind in {kind_name(each) for each in row.subject_kinds} else set()
    return possible | as_such


def domain_name(domain: int) -> str:
    """PROCUREMENT, …; empty for one that this release does not know."""
    return _DOMAINS.get(domain, "")


def kind_name(kind: int) -> str:
    """ENTERPRISE, …; empty for one that this release does not know."""
    return _KINDS.get(kind, "")


def role_name(role: int) -> str:
    """BIDDER, …; empty for one that this release does not know."""
    return _ROLES.get(role, "")


def tender_name(kind: int) -> str:
    """COMPULSORY, VOLUNTARY; otherwise not stated, or not known."""
    return _TENDERS.get(kind, "")


_DOMAINS = {int(value): name.removeprefix("DOMAIN_") for name, value in pb.Domain.items()}
_KINDS = {int(value): name.removeprefix("SUBJECT_KIND_") for name, value in pb.SubjectKind.items()}
_ROLES = {int(value): name.removeprefix("SUBJECT_ROLE_") for name, value in pb.SubjectRole.items()}
_TENDERS = {int(value): name.removeprefix("TENDER_KIND_") for name, value in pb.TenderKind.items()}
