"""When a clock set by law runs out: a deadline of the rulebook, a starting day, a calendar.

* ``working_days`` are counted one by one (行政处罚法 第八十五条); ``days``, ``months`` and ``years`` by the
  calendar, with the last day moved off a holiday (民法典 第二百零一条至第二百零三条).
* Extended, a clock runs for its amount and the extension in one: fifteen working days and fifteen more end
  on the thirtieth, whatever day the first fifteen end on.
* Clocks run forwards. A notice that must come so many working days *before* an event, as that of a hearing,
  is counted backwards from it with ``HolidayCalendar.add_working_days``.

Worked example: a penalty decided on 2026-09-30 and due for publication within seven working days
(发改办财金〔2018〕424号) is due on 2026-10-15.
"""

from __future__ import annotations

from datetime import date

from registry.domain.terms import term_end
from registry.domain.workdays import DueDay, HolidayCalendar
from registry.sanctions.catalogue.rulebook import Deadline


def due(deadline: Deadline, start: date, calendar: HolidayCalendar, *, extended: bool = False) -> DueDay:
    """The last day on which what a deadline asks for is in time; ``start`` is not counted.

    ``uncertain_years`` of the result names years whose holidays are not announced. Raises ValueError if a
    deadline that cannot be extended is to be, and if the end is outside the years 1 to 9999.
    """
    if extended and not deadline.extend:
        raise ValueError(f"{deadline.basis}规定的期限不能延长")
    amount = deadline.amount + (deadline.extend if extended else 0)
    match deadline.unit:
        case "working_days":
            return calendar.add_working_days(start, amount)
        case "days":
            return term_end(start, days=amount, calendar=calendar)
        case "months":
            return term_end(start, months=amount, calendar=calendar)
        case "years":
            return term_end(start, years=amount, calendar=calendar)
