"""Days and periods (期间), as Chinese administrative law counts them.

* A decision binds by calendar days of China, UTC+8 the year round. (China's summer time of 1986-1991 and
  the local times of before 1949 are left out: no instant the registry handles depends on them.)
* Both days of a period belong to it; it ends at 24:00 of its last day (民法典 第二百零三条).
* A term in months or years ends on the day of the last month that has the number of its first day, or at
  that month's end where there is none; the first day is not counted (民法典 第二百零一、二百零二条). That
  the end moves on when it is a holiday (第二百零三条) is counted in ``terms``, with the calendar of
  ``workdays``, for the clocks of procedure alone: terms of restrictions run by the dates of the decision.
* Days are written YYYY-MM-DD. No end, or 长期, is written as an empty text, or as 2099-12-31 (the convention
  of the 双公示 exchange tables) or 9999-12-31 (that of some of its vendors).

Worked example: three years from a decision of 2024-02-29 end on 2027-02-28, so the ban is in force on
2027-02-28 and no longer on 2027-03-01.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from functools import lru_cache, total_ordering

OPEN_ENDED = ("2099-12-31", "9999-12-31")
"""Dates that mean “no end” where the end of a validity is stated."""

MS_PER_DAY = 86_400_000
CHINA_OFFSET_MS = 8 * 3_600_000
"""How far the clocks of China are ahead of UTC."""
CHINA = timezone(timedelta(milliseconds=CHINA_OFFSET_MS))
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
"""The ordinal of the day on which Unix time begins."""

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """The days from ``first`` to ``last``, both included; ``last`` None = without end.

    A period whose last day is before its first is empty: it contains no day (a measure lifted before it
    began). Periods are ordered by first day, then by last day, those without end after all others.
    """

    first: date
    last: date | None

    def contains(self, day: date) -> bool:
        """Whether ``day`` belongs to the period."""
        return self.first <= day and (self.last is None or day <= self.last)

    def __lt__(self, other: Period) -> bool:
        if self.first != other.first:
            return self.first < other.first
        # dataclass(order=True) would compare None with a date and raise.
        return self.last is not None and (other.last is None or self.last < other.last)


def china_day(instant_ms: int) -> date:
    """The calendar day in China (UTC+8) of a Unix time in milliseconds.

    Never raises. A protobuf Timestamp runs from 0001-01-01 to 9999-12-31T23:59:59.999Z; the last eight
    hours of that are already the year 10000 in China, which the calendar does not have. They, and anything
    beyond, give the calendar's last day, 9999-12-31; anything before it gives its first, 0001-01-01.
    """
    try:
        return date.fromordinal((instant_ms + CHINA_OFFSET_MS) // MS_PER_DAY + EPOCH_ORDINAL)
    except (ValueError, OverflowError):
        return date.min if instant_ms < 0 else date.max


def add_months(day: date, months: int) -> date:
    """The last day of a term of ``months`` that runs from ``day`` (民法典 第二百零一、二百零二条).

    The same day of the last month, or that month's last day: 2024-01-31 and one month give 2024-02-29.
    ``months`` may be negative. Raises ValueError if the result is outside the years 1 to 9999.
    """
    year, month_index = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise ValueError(f"{day.isoformat()}加{months}个月超出公历1至9999年")
    month = month_index + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@lru_cache(maxsize=4096)
def parse_day(text: str) -> date:
    """The day written as YYYY-MM-DD, and in no other of the forms of ISO 8601.

    Raises ValueError with a message for a clerk.
    """
    if not _ISO_DAY(text):
        # The text is not repeated: it may be a personal number that slid into this column.
        raise ValueError("日期应写作YYYY-MM-DD")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text}”不是公历日期") from None


def parse_until(text: str) -> date | None:
    """The last day that ``text`` names; None for an empty text and for the dates that mean “no end”.

    Raises ValueError as ``parse_day`` does.
    """
    return None if not text or text in OPEN_ENDED else parse_day(text)
