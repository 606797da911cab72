"""How long the query log is kept (查询日志的保存期限): five years by law, of procurement and bidding fifteen.

* The terms are data of the edition in force: ``query_log_kept`` (深圳经济特区社会信用条例
  第四十五条), and for what is kept with a procurement's papers ``procurement_archive`` (政府采购法
  第四十二条). An edition that has no such term ends nothing. ``[query_log] years`` keeps longer, never
  shorter.
* A term runs from the day of the question in China. The readings of the log itself, which concern every
  domain, are kept for the longest.
* What has ended goes a batch at a time, the oldest first, and each time the log has a row more in the same
  transaction, of the registry itself: how many rows, and up to which day, for the auditor to see.
* A clock that jumped while the process was not running is not believed: where the first look finds it more
  than ``BELIEVED_MS`` ahead of the last statement, nothing goes until a later start finds newer ones. While
  it runs, ``registry.steady_clock`` sees to jumps.

Example: on 2031-12-01 a question of licensing of 2026-11-26 goes; one of a bidding system stays until 2041.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from registry.access.identity import Caller, CallerRole
from registry.commands.jobs import EndedQueries, Job
from registry.commands.ledger import LATEST
from registry.commands.measure_use import first_ms
from registry.commands.state import RegistryState
from registry.domain.periods import china_day
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.clocks import due
from registry.store.interface import QueryRow
from registry.v1 import subject_pb2 as pb
from registry.v1.verdict_pb2 import VERDICT_UNSPECIFIED

GENERAL, PROCUREMENT = "query_log_kept", "procurement_archive"
KEPT_LONGER = (pb.DOMAIN_UNSPECIFIED, pb.DOMAIN_PROCUREMENT, pb.DOMAIN_BIDDING)
BATCH = 1000
BELIEVED_MS = 31 * 86_400_000
REFERENCE = "查询日志到期删除"


@dataclass(frozen=True, slots=True)
class Term:
    """Questions of some domains asked on ``last`` or earlier are kept no longer, for a reason."""

    domains: tuple[int, ...]
    last: date
    basis: str


def terms_on(day: date, edition: Edition, years: int = 0) -> list[Term]:
    """What is kept no longer on a day; ``years`` are those that the operator keeps at least."""
    others = tuple(each for each in pb.Domain.values() if each not in KEPT_LONGER)
    wanted = ((others, GENERAL), (KEPT_LONGER, PROCUREMENT))
    found = []
    for domains, code in wanted:
        if code in edition.rules.deadlines:
            deadline = edition.rules.deadlines[code]
            found.append(Term(domains, _ended_before(day, code, edition, years), deadline.basis))
    return found


def _ended_before(day: date, code: str, edition: Edition, years: int) -> date:
    """The last day of which the term is over on ``day``: by the law's clock, which leaves out holidays."""
    deadline = edition.rules.deadlines[code]
    last = _years_before(day, max(deadline.amount, years))
    while max(due(deadline, last, edition.calendar).day, _years_before(last, -years)) >= day:
        last -= timedelta(days=1)
    return last


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # The 29th of February.
        return day.replace(year=day.year - years, day=28)


class QueryTerms:
    """Takes out of the query log what is kept no longer. ``write`` returns when it is durable."""

    def __init__(
        self,
        state: RegistryState,
        write: Callable[[Sequence[Job]], None],
        clock: Callable[[], int],
        *,
        years: int = 0,
    ) -> None:
        self._state = state
        self._write = write
        self._clock = clock
        self._years = years
        self._believed: bool | None = None

    def look(self) -> int:
        """Takes a batch of each kind; how many rows went. Raises StoreError, QueueFullError."""
        now_ms = self._clock()
        if self._believed is None:
            self._believed = now_ms <= self._state.received_ms(self._state.index.position) + BELIEVED_MS
        if not self._believed:
            return 0
        day = china_day(now_ms)
        terms = terms_on(day, self._state.edition_at(LATEST, day), self._years)
        return sum(self._end(term, now_ms) for term in terms)

    def _end(self, term: Term, now_ms: int) -> int:
        end_ms = first_ms(term.last + timedelta(days=1))
        numbers = self._state.store.queries_ended(end_ms, term.domains, BATCH)
        if numbers:
            self._write([EndedQueries(tuple(numbers), self._record(term, len(numbers), now_ms))])
        return len(numbers)

    def _record(self, term: Term, count: int, now_ms: int) -> QueryRow:
        operator = Caller(CallerRole.REGISTRAR, self._state.directory.operator, self._state.origin)
        return QueryRow(
            asked_ms=now_ms,
            caller=operator.uri,
            subject="",
            domain=pb.DOMAIN_UNSPECIFIED,
            reference=REFERENCE,
            reason=f"{term.last}及以前的查询记录{count}条, 保存期限届满({term.basis})",
            known_position=self._state.index.position,
            verdict=VERDICT_UNSPECIFIED,
        )
