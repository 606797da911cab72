"""How large the numbers and dates of an edition may be: beyond these bounds they are slips of the pen.

A term is counted from a date of a statement, which lies between 1900 and 2199 (``domain.faults``), and what
follows must be a date as well: months beyond the calendar would leave every question about the row without
an answer. No term of any Chinese statute comes near: the longest ban that ends is of ten years (120 months),
the longest retention of thirty.

Example: ``term_months: {min: 12, max: 99999999, lifetime: false}`` is told as
``measures-procurement.yaml:16: M-PRO-01 term_months max: expected at most 1200, found 99999999``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from registry.domain.faults import YEARS
from registry.sanctions.catalogue.rulebook import TimeUnit

__all__ = [
    "LONGEST",
    "MAX_AMOUNT",
    "MAX_DAYS",
    "MAX_MONTHS",
    "MAX_PUBLICITY_DAYS",
    "MAX_YEARS",
    "YEARS",
]

MAX_MONTHS = 1200
MAX_DAYS = 3660
MAX_YEARS = 200
MAX_PUBLICITY_DAYS = 365
MAX_AMOUNT = 10**15
"""Of yuan, and of every number of which nothing else is said."""

LONGEST: Mapping[TimeUnit, int] = MappingProxyType(
    {"working_days": MAX_DAYS, "days": MAX_DAYS, "months": MAX_MONTHS, "years": MAX_YEARS}
)
"""The longest deadline in each unit."""
