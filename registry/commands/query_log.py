"""The query log, read by the auditor (查询日志): who asked about which natural person, and for what.

* The newest come first, by the instants at which they were asked.
* To read it is a question about persons too, and so it is logged before the answer leaves, each page by
  itself: who read it, for which reason (审计事项), with which filters, and about whom if one was named. It
  is not on the page that it leads to.
* A person is asked for by the whole number, which is compared by its keyed hash and kept nowhere. Whom a row
  is about is shown masked, as far as the registry holds anything of him.

Example: filtered by a person, 2026-01-01 to 2026-06-30: two questions of 财政, and the log has a row more, of
the auditor, with the reference 查询日志, 2026-01-01至2026-06-30.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from registry.access.identity import Caller
from registry.commands.ask import Ask
from registry.commands.measure_use import first_ms
from registry.commands.paging import FIRST, Page, first_or, page_size, token_of
from registry.commands.purposes import MAX_TEXT
from registry.commands.shown_identifiers import identifiers_of
from registry.domain.faults import Findings
from registry.domain.identifiers import is_personal
from registry.domain.quoting import names_somebody
from registry.errors import RegistryError
from registry.store.interface import QueryFilter, QueryRow
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import restriction_service_pb2
from registry.v1.subject_pb2 import DOMAIN_UNSPECIFIED, Identifier

MAX_CALLER = 300
_REFERENCE = "查询日志"


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of the log, and why; what is empty, or None, does not filter."""

    reason: str
    caller: str = ""
    subject: Identifier | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """A question by its number, and about whom; None where nothing can be shown of him."""

    number: int
    row: QueryRow
    subject: Identifier | None


@dataclass(frozen=True, slots=True)
class QueryPage:
    """Questions, newest first; ``token`` leads to the next page, empty at the end."""

    found: tuple[Logged, ...]
    token: str


def read_query_log(ask: Ask, auditor: Caller, reading: Reading, token: str, size: int) -> QueryPage:
    """The next of the questions, once it is logged that they were read. Raises RegistryError."""
    ref = _check(ask, reading)
    state, days = ask.state, _days(reading)
    bound = ("query log", auditor.uri, reading.caller, ref, days)
    page = first_or(token, bound, Page(state.index.position, ask.today()))
    limit = page_size(size)
    before = None if page.after == FIRST else page.after
    rows = state.store.queries_before(before, limit + 1, _filter(reading, ref))
    shown, more = rows[:limit], rows[limit:]
    _log(ask, auditor, reading, ref)
    subjects = identifiers_of(state, (row.subject for _, row in shown))
    found = tuple(Logged(number, row, subjects.get(row.subject)) for number, row in shown)
    last = Page(page.position, page.day, (shown[-1][1].asked_ms, shown[-1][0])) if more else None
    return QueryPage(found, token_of(last, *bound) if last else "")


def _check(ask: Ask, reading: Reading) -> str:
    """The reference of the person who is asked about, empty if none is. Raises RegistryError with every
    fault."""
    found = Findings()
    if found.required("reason", reading.reason, "查阅的事由(审计事项)") and len(reading.reason) > MAX_TEXT:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "reason", f"事由不超过{MAX_TEXT}字。")
    for field, text in (("reason", reading.reason[: MAX_TEXT + 1]), ("caller", reading.caller[:MAX_CALLER])):
        if names_somebody(text):
            message = "这里不得写证件号码; 按主体筛选请填 subject。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, field, message)
    if len(reading.caller) > MAX_CALLER:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "caller", f"查询方不超过{MAX_CALLER}字。")
    if reading.first and reading.last and reading.last < reading.first:
        message = f"截止日期{reading.last}早于起始日期{reading.first}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, "until", message)
    ref = _ref(ask, reading.subject, found) if reading.subject is not None else ""
    if found.faults:
        raise RegistryError(found.faults)
    return ref


def _ref(ask: Ask, subject: Identifier, found: Findings) -> str:
    asked = ask.find(subject.type, subject.value)
    if not asked.personal:
        message = "查询日志只记对自然人的查询, 请填自然人的证件。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "subject", message)
    elif asked.fault:
        reason = reasons.ERROR_REASON_FIELD_INVALID
        kind = "证件号码" if is_personal(subject.type) else "代码"
        found.add(reason, "subject.value", f"{kind}有误: {asked.fault}")
    return asked.ref


def _filter(reading: Reading, ref: str) -> QueryFilter:
    end_ms = first_ms(reading.last + timedelta(days=1)) if reading.last else None
    start_ms = first_ms(reading.first) if reading.first else 0
    return QueryFilter(caller=reading.caller, subject=ref, first_ms=start_ms, end_ms=end_ms)


def _days(reading: Reading) -> str:
    if not reading.first and not reading.last:
        return ""
    return f"{reading.first or ''}至{reading.last or ''}"


def _log(ask: Ask, auditor: Caller, reading: Reading, ref: str) -> None:
    parts = (_REFERENCE, reading.caller, _days(reading))
    reference = ", ".join(part for part in parts if part)[:MAX_TEXT]
    purpose = restriction_service_pb2.Purpose(reference=reference, reason=reading.reason)
    ask.log_looked_at(auditor, purpose, ask.state.index.position, ref, (DOMAIN_UNSPECIFIED,))
