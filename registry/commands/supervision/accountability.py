"""The report of who is answerable for a period (责任追究报告).

* Who oversees sees everybody: the registrar, the auditor, and departments whose kind is that of oversight or
  discipline (政府督查机构、监察机关). Any other department sees what concerns itself; another's is refused.
* It is worked out as known at a position of the log, as seen from a day: both are in the answer, and the
  same request with both has the same bytes, whatever was put on record since. Of the registry's own records
  (notices read, reports of execution) it takes those of up to the moment at which the position was reached,
  of complaints lodged and not taken in then those of before its day.
* Files are read one after the other and none is kept; one report is made at a time.

Example: the report of 2026-03 as known at 41,200 on 2026-04-15.
"""

from __future__ import annotations

from threading import Lock

from registry.access.identity import Caller, CallerRole
from registry.commands.ask import Ask
from registry.commands.supervision.as_known import known_at, span_of
from registry.commands.supervision.complaints_inbox import Inbox
from registry.commands.supervision.report_making import ReportMaking
from registry.errors import RegistryError
from registry.supervision.accountability.tally import Wanted
from registry.v1 import accountability_service_pb2 as pb
from registry.v1 import error_reason_pb2 as reasons
from registry.waiting import waiting

OVERSEEING_KINDS = frozenset({"oversight", "discipline"})
DEFAULT_LIMIT, MAX_LIMIT = 1000, 10_000
WAIT_S = 5.0


def oversees(ask: Ask, caller: Caller) -> bool:
    """Whether a caller sees what concerns others."""
    if caller.role in (CallerRole.REGISTRAR, CallerRole.AUDITOR):
        return True
    department = ask.state.directory.department(caller.name)
    return department is not None and bool(department.kinds & OVERSEEING_KINDS)


class Accountability:
    """Makes reports."""

    def __init__(self, ask: Ask, inbox: Inbox | None = None) -> None:
        self._ask, self._inbox = ask, inbox
        self._one = Lock()

    def report(
        self, caller: Caller, request: pb.GetAccountabilityReportRequest
    ) -> pb.GetAccountabilityReportResponse:
        """A report. Raises RegistryError with what is wrong with the request, or if it is another's."""
        asked_at = request.known_position if request.HasField("known_position") else None
        span = span_of(getattr(request, "from"), request.until)
        known = known_at(self._ask, asked_at, request.on)
        wanted = Wanted(self._whose(caller, request.department), request.official_id)
        overseen = oversees(self._ask, caller)
        if wanted.official_id and not wanted.department:
            message = "按人员查询的, 应写明部门; 工号只在部门内唯一。"
            raise RegistryError.of(reasons.ERROR_REASON_FIELD_REQUIRED, message, "department")
        with waiting():
            is_free = self._one.acquire(timeout=WAIT_S)
        if not is_free:
            message = "正在生成另一份责任追究报告, 请稍后重试。"
            raise RegistryError.of(reasons.ERROR_REASON_OVERLOADED, message)
        try:
            limit = min(request.limit or DEFAULT_LIMIT, MAX_LIMIT)
            making = ReportMaking(self._ask, span, known, wanted, limit, overseen=overseen, inbox=self._inbox)
            return making.made()
        finally:
            self._one.release()

    def _whose(self, caller: Caller, department: str) -> str:
        if oversees(self._ask, caller):
            return department
        if department not in ("", caller.name):
            message = "只能查看本部门的责任追究报告。"
            raise RegistryError.of(reasons.ERROR_REASON_NOT_FOUND, message, "department")
        return caller.name
