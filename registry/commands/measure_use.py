"""Which measures are applied, by whom, how often, and which never are (措施的实施情况).

Shown to departments, the credit office and the auditor: no subjects, no projects, and nothing of which a
pending tender could be told. That a platform turned somebody away yesterday by a measure that is in force on
two firms says who bids, and how many; whoever calls for tenders must keep both secret until the opening
(招标投标法 第二十二条, liability in 第五十二条). So

* a report counts from the ninetieth day after that of its recording. Bidders are asked about as early as
  qualification (资格预审); from there to the opening it is at least five days for the applications (实施条例
  第十七条) and twenty for the bids (第二十四条), mostly a month or two. Ninety days lie behind the opening,
  and behind the award, until which the evaluation is secret too;
* the delay is the same in every domain, because a caller asks in several and one rule has no gaps, and small
  counts of other domains (an exit that was refused) name a person as easily;
* days are whole: nobody sees at which hour, and no range is finer than a day;
* a caller that applied a measure not at all is not listed under it.

How many restrictions of the measure are in force now stands beside it: what is in force and never applied is
what to look at. One's own reports are there at once (``Executions.own``).

Worked example: a report recorded on 2026-08-27 is shown from 2026-11-25 on, with the last day 2026-08-27.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Lock

from registry.access.identity import parse_identity
from registry.commands.ask import Ask
from registry.domain.periods import CHINA_OFFSET_MS, EPOCH_ORDINAL, MS_PER_DAY, china_day
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.tally import in_force
from registry.store.interface import ExecutionTotal

EMBARGO_DAYS = 90
"""How many days old a report is before it is counted for others."""


@dataclass(frozen=True, slots=True)
class UsedBy:
    """How often a caller did one thing by a measure; ``last_ms`` is the first instant of the last day."""

    caller: str
    action: int
    count: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class MeasureUse:
    """The use of a measure; ``by`` is empty if nobody reported any."""

    code: str
    name: str
    by: tuple[UsedBy, ...]
    in_force: int


class MeasureUses:
    """Counts reports by measure, over the measures in force today and those that were applied."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._state = ask.state
        self._lock = Lock()
        self._counted: tuple[tuple[int, date, str], Counter[str]] | None = None

    def between(self, first: date | None, last: date | None) -> list[MeasureUse]:
        """The use that was recorded on these days, as far as it may be shown; None: not limited."""
        today, position = self._ask.today(), self._state.index.position
        newest = today - timedelta(days=EMBARGO_DAYS)
        until = min(last or newest, newest)
        begin = first_ms(first) if first else 0
        totals = self._state.store.execution_totals(begin, first_ms(until + timedelta(days=1)))
        used = self._used(totals)
        edition = self._state.edition_at(position, today)
        bound = self._in_force(position, edition, today)
        codes = sorted(used.keys() | {code for code in edition.measures if edition.measure(code, today)})
        return [MeasureUse(code, _name(code, edition), used.get(code, ()), bound[code]) for code in codes]

    def _used(self, totals: Iterable[ExecutionTotal]) -> dict[str, tuple[UsedBy, ...]]:
        counts: dict[tuple[str, str, int], list[tuple[int, int]]] = defaultdict(list)
        for total in totals:
            for code in total.measure_codes:
                counts[code, total.caller, total.action].append((total.count, total.last_ms))
        found: dict[str, tuple[UsedBy, ...]] = {}
        for (code, caller, action), parts in sorted(counts.items()):
            name = parse_identity(caller, origin=self._state.origin).name
            last_ms = first_ms(china_day(max(last for _, last in parts)))
            used = UsedBy(name, action, sum(count for count, _ in parts), last_ms)
            found[code] = (*found.get(code, ()), used)
        return found

    def _in_force(self, position: int, edition: Edition, day: date) -> Counter[str]:
        """Counted once for each position: it walks over everything that is recorded."""
        key = (position, day, edition.hash)
        with self._lock:
            if self._counted is None or self._counted[0] != key:
                records = self._state.index.records()
                counted = in_force(records, position=position, edition=edition, day=day)
                self._counted = key, counted
            return self._counted[1]


def first_ms(day: date) -> int:
    """The Unix time in milliseconds at which a day begins in China."""
    return (day.toordinal() - EPOCH_ORDINAL) * MS_PER_DAY - CHINA_OFFSET_MS


def _name(code: str, edition: Edition) -> str:
    rows = edition.measures.get(code, ())
    return rows[-1].name_zh if rows else ""
