"""Whether a question about a record is well-formed, before anybody thinks about it; all faults at once.

* Type of identifier and purpose are checked as in every question (``questions``).
* Days are calendar days. A report is about a period that has come, its last day not before its first; without
  dates it is the three years up to today.
* A purpose is a domain of this release, or none.
"""

from __future__ import annotations

from datetime import date

from registry.domain.faults import Findings
from registry.domain.periods import Period, add_months
from registry.errors import RegistryError
from registry.servicer.questions import check_question
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import record_service_pb2 as pb
from registry.v1 import restriction_service_pb2

YEARS = 3
_MONTHS_A_YEAR = 12


def check_subject(request: pb.GetRecordRequest | pb.GetCertificateRequest) -> None:
    """Raises RegistryError unless the subject and the purpose are well-formed."""
    check_question(restriction_service_pb2.CheckRequest(subject=request.subject, purpose=request.purpose))


def day_asked(text: str) -> date | None:
    """The day that is asked about; None: today. Raises RegistryError."""
    found = Findings()
    day = found.optional_day("on", text, "日期")
    if found.faults:
        raise RegistryError(found.faults)
    return day


def period_asked(request: pb.GetCertificateRequest, today: date) -> Period:
    """The period that a report is about. Raises RegistryError."""
    found = Findings()
    first = found.optional_day("from", getattr(request, "from"), "起始日期")
    last = found.optional_day("until", request.until, "截止日期") or today
    first = first or add_months(last, -YEARS * _MONTHS_A_YEAR)
    if last > today:
        message = f"截止日期{last}晚于今天({today})。"
        found.add(reasons.ERROR_REASON_DATE_IN_FUTURE, "until", message)
    elif last < first:
        message = f"截止日期{last}早于起始日期{first}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, "until", message)
    if found.faults:
        raise RegistryError(found.faults)
    return Period(first, last)
