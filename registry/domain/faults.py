"""A fault: one reason for which something is refused, where it is, and what a clerk should know.

Reasons are those of ``registry.v1.ErrorReason``; messages are Chinese, for the person who must mend
the row, and never contain a natural person's identifier. Of very many faults the first are told, and the last
one says how many there are besides: a statement of 2 MiB may have 90,000, which nobody reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from registry.domain.periods import OPEN_ENDED, parse_day
from registry.domain.quoting import is_blank, quoted
from registry.v1 import error_reason_pb2 as reasons

YEARS = range(1900, 2200)
"""Years a date in a statement may lie in: what lies outside is a slip of the pen, and terms counted
from it would leave the calendar."""
MAX_TOLD = 100
"""Faults of one statement that are told and kept."""
MAX_TEXT = 500
"""Characters of a fault's place and of its message."""


@dataclass(frozen=True, slots=True)
class Fault:
    """``field`` is a path in the message, such as ``event.measures[0].until``."""

    reason: reasons.ErrorReason.ValueType
    field: str
    message: str

    @property
    def name(self) -> str:
        """The reason without its prefix: ``TERM_OUT_OF_BOUNDS``."""
        return reasons.ErrorReason.Name(self.reason).removeprefix("ERROR_REASON_")


def told(faults: Sequence[Fault], most: int = MAX_TOLD) -> tuple[Fault, ...]:
    """As many faults as that, their texts cut; of more, the last one says how many there are besides."""
    if len(faults) <= most:
        return tuple(map(_cut, faults))
    last = faults[most - 1]
    return (*map(_cut, faults[: most - 1]), Fault(last.reason, "", untold(len(faults) - most + 1)))


def untold(number: int) -> str:
    """What is said in the place of so many faults."""
    return f"另有{number}处错误未列出。"


def _cut(fault: Fault) -> Fault:
    if len(fault.field) <= MAX_TEXT and len(fault.message) <= MAX_TEXT:
        return fault
    field, message = (
        text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…" for text in (fault.field, fault.message)
    )
    return replace(fault, field=field, message=message)


@dataclass(slots=True)
class Findings:
    """Collects every fault of one statement or request, so that all are told at once."""

    faults: list[Fault] = field(default_factory=list)

    def add(self, reason: reasons.ErrorReason.ValueType, path: str, message: str) -> None:
        """Notes a fault."""
        self.faults.append(Fault(reason, path, message))

    def required(self, path: str, value: str, name: str) -> bool:
        """Notes a fault if nothing can be seen of a text; tells whether it is there."""
        if blank := is_blank(value):
            self.add(reasons.ERROR_REASON_FIELD_REQUIRED, path, f"缺少{name}。")
        return not blank

    def day(self, path: str, text: str, name: str) -> date | None:
        """A required calendar date, or None with a fault noted."""
        if not self.required(path, text, name):
            return None
        return self.optional_day(path, text, name)

    def optional_day(self, path: str, text: str, name: str) -> date | None:
        """A calendar date if one is given, or None (with a fault noted if it is not a date)."""
        if not text:
            return None
        try:
            day = parse_day(text)
        except ValueError:
            message = f"{name}{quoted(text)}不是有效日期(应为 YYYY-MM-DD)。"
            self.add(reasons.ERROR_REASON_DATE_INVALID, path, message)
            return None
        if day.year in YEARS:
            return day
        message = f"{name}{text}不在{YEARS.start}年至{YEARS.stop - 1}年之间; 长期有效请留空或填 2099-12-31。"
        self.add(reasons.ERROR_REASON_DATE_INVALID, path, message)
        return None

    def last_day(self, path: str, text: str, name: str) -> date | None:
        """A last day; None where it is open-ended (长期) or not a date (with a fault noted)."""
        return None if text in OPEN_ENDED else self.optional_day(path, text, name)
