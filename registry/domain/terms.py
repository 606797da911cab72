"""Terms (期间): the last day, and the instant at which it is over (民法典 第二百零一条至第二百零三条).

* The day on which a term starts is not counted (第二百零一条): ninety days from 1 January end on 1 April.
* A term in months or years ends on the day with the same number, or at the month's end where there is none
  (第二百零二条).
* If the last day is a holiday, the first day after the holiday takes its place (第二百零三条). Holidays
  are all days not worked, weekends too; a weekend day that is worked (调休上班) is none. A holiday at the
  start or in between changes nothing.
* The last day ends at 24:00 China time, UTC+8 (第二百零三条).

**Which terms move.** Clocks of procedure (time to object, to decide, to publish, to sue) are moved by
holidays: give the calendar. Terms of restrictions are not: they bind without anybody having to act, and run
by the dates of the decision that imposes them. Give no calendar for those.

Worked example: to sue within six months of 2026-04-03 is possible until 2026-10-08, because 3 October lies
in the National Day holiday; a ban of six months from the same day ends on 2026-10-03.
"""

from __future__ import annotations

from datetime import date, timedelta

from registry.domain.periods import CHINA_OFFSET_MS, EPOCH_ORDINAL, MS_PER_DAY, add_months
from registry.domain.workdays import DueDay, HolidayCalendar

_MONTHS_PER_YEAR = 12


def term_end(
    first: date,
    *,
    years: int | None = None,
    months: int | None = None,
    days: int | None = None,
    calendar: HolidayCalendar | None = None,
) -> DueDay:
    """The last day of a term that starts on ``first``, which is not counted.

    With a calendar, as for clocks of procedure, it is moved off holidays, and is uncertain where the
    arrangement of its year is not announced. Without one it is the plain date, and certain.
    Raises ValueError unless exactly one length is given, and if the end is outside the years 1 to 9999.
    """
    lengths = [length for length in (years, months, days) if length is not None]
    if len(lengths) != 1 or lengths[0] < 0:
        raise ValueError("期间应以年、月、日之一计算，且不为负数")
    in_months = _MONTHS_PER_YEAR * (years or 0) + (months or 0)
    last = add_months(first, in_months) if days is None else _add_days(first, days)
    return DueDay(last) if calendar is None else calendar.next_working_day(last)


def end_instant_ms(day: date) -> int:
    """The instant at which a day of China is over, in Unix milliseconds: the first that is not in it.

    Example: 2026-10-08 is over at 2026-10-08T16:00:00Z.
    """
    return (day.toordinal() + 1 - EPOCH_ORDINAL) * MS_PER_DAY - CHINA_OFFSET_MS


def _add_days(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise ValueError(f"{day.isoformat()}加{days}日超出公历1至9999年") from None
