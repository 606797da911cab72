"""Whether a question about what is disclosed is well-formed; all faults at once.

* A subject is an organisation, by its unified social credit code: what is asked by any other identifier, or
  by a citizen's number entered as a code, is refused before anything is looked up, and so tells nothing.
* Months are YYYY-MM, at most sixty, none after the running one; without them the 24 up to this one.

Example: from 2026-01 without an end on 2026-11-23 is 2026-01 to 2026-11.
"""

from __future__ import annotations

import re
from datetime import date

from registry.commands.ask import code_asked
from registry.domain.faults import YEARS, Findings
from registry.domain.identifiers import code_faults
from registry.domain.quoting import names_somebody, quoted
from registry.errors import RegistryError
from registry.sanctions.published_tally import month_of, month_text
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import subject_pb2
from registry.v1.disclosure_service_pb2 import GetStatisticsRequest

MOST_MONTHS = 60
USUAL_MONTHS = 24
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])").fullmatch
_USCC = subject_pb2.IDENTIFIER_TYPE_USCC


def check_organisation(subject: subject_pb2.Identifier) -> None:
    """Raises RegistryError unless an identifier is of the kind that names organisations."""
    found = Findings()
    if subject.type != _USCC:
        message = "只公示单位的信息, 请用统一社会信用代码查询; 自然人的信息不公示。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "subject.type", message)
    elif not subject.value.strip():
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, "subject.value", "缺少统一社会信用代码。")
    elif code_faults(_USCC, code_asked(subject.value)) and names_somebody(subject.value):
        message = "自然人的信息不公示, 不能在这里查询。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "subject.value", message)
    if found.faults:
        raise RegistryError(found.faults)


def months_asked(request: GetStatisticsRequest, today: date) -> tuple[int, int]:
    """The first and the last month that are asked about, by number. Raises RegistryError."""
    found, running = Findings(), month_of(today)
    last = _month(found, "until", request.until, "截止月份")
    first = _month(found, "from", getattr(request, "from"), "起始月份")
    last = running if last is None else last
    first = last - USUAL_MONTHS + 1 if first is None else first
    if not found.faults:
        _check_order(found, first, last, running)
    if found.faults:
        raise RegistryError(found.faults)
    return first, last


def _check_order(found: Findings, first: int, last: int, running: int) -> None:
    if last > running:
        message = f"截止月份{month_text(last)}晚于本月({month_text(running)})。"
        found.add(reasons.ERROR_REASON_DATE_IN_FUTURE, "until", message)
    elif last < first:
        message = f"截止月份{month_text(last)}早于起始月份{month_text(first)}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, "until", message)
    elif last - first >= MOST_MONTHS:
        message = f"一次最多统计{MOST_MONTHS}个月, 这里有{last - first + 1}个月。"
        found.add(reasons.ERROR_REASON_TOO_LARGE, "from", message)


def _month(found: Findings, field: str, text: str, name: str) -> int | None:
    """The number of a month; None where none is stated, or (with a fault noted) it is none."""
    if not text:
        return None
    parts = _MONTH(text)
    if parts and int(parts[1]) in YEARS:
        return month_of(date(int(parts[1]), int(parts[2]), 1))
    message = f"{name}{quoted(text)}不是有效的月份(应为 YYYY-MM)。"
    found.add(reasons.ERROR_REASON_DATE_INVALID, field, message)
    return None
