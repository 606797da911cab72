"""One page of a listing at a time: the tokens of the registry go through the address bar, never offsets.

The SDK's listings run through all pages; a page of the console is one of theirs, so that its cost does not
grow with what is recorded. Refusals come oldest first and by number: the last ones before a number are found
by halving, in some twenty short calls.

Example: ``cases(registry, states=[BAN_STATE_DRAFTED], token=token).next_page_token`` leads to the next.
"""

from __future__ import annotations

from collections.abc import Sequence

from registry.v1 import audit_service_pb2 as audit
from registry.v1 import ban_service_pb2 as ban
from registry.v1 import incentive_service_pb2 as incentive
from registry.v1 import intake_service_pb2 as intake
from registry.v1 import notice_service_pb2 as notice
from registry.v1 import remedy_service_pb2 as remedy
from registry.v1.audit_service_pb2_grpc import AuditServiceStub
from registry.v1.ban_service_pb2_grpc import BanServiceStub
from registry.v1.incentive_service_pb2_grpc import IncentiveServiceStub
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.notice_service_pb2_grpc import NoticeServiceStub
from registry.v1.remedy_service_pb2_grpc import RemedyServiceStub
from registry_client import Registry

ROWS = 50
"""Rows of a page."""
_TOP = 1 << 62


def cases(
    registry: Registry,
    *,
    department: str = "",
    states: Sequence[ban.BanState.ValueType] = (),
    token: str = "",
    size: int = ROWS,
) -> ban.ListCasesResponse:
    """A page of ban cases, in the order of drafting."""
    request = ban.ListCasesRequest(department=department, states=states, page_size=size, page_token=token)
    response: ban.ListCasesResponse = registry.call(BanServiceStub, "ListCases", request)
    return response


def remedies(
    registry: Registry,
    *,
    department: str = "",
    kind: int = 0,
    open_only: bool = False,
    token: str = "",
    size: int = ROWS,
) -> remedy.ListRemediesResponse:
    """A page of objections and applications for repair."""
    request = remedy.ListRemediesRequest(
        department=department,
        kind=kind,  # type: ignore[arg-type]
        open_only=open_only,
        page_size=size,
        page_token=token,
    )
    response: remedy.ListRemediesResponse = registry.call(RemedyServiceStub, "ListRemedies", request)
    return response


def statements(registry: Registry, *, token: str = "", size: int = ROWS) -> intake.ListStatementsResponse:
    """A page of one's own statements, newest first."""
    request = intake.ListStatementsRequest(page_size=size, page_token=token)
    response: intake.ListStatementsResponse = registry.call(IntakeServiceStub, "ListStatements", request)
    return response


def red_listed(
    registry: Registry, *, list_code: str = "", token: str = "", size: int = ROWS
) -> incentive.ListRedListedResponse:
    """A page of candidates and grants."""
    request = incentive.ListRedListedRequest(list_code=list_code, page_size=size, page_token=token)
    response: incentive.ListRedListedResponse = registry.call(IncentiveServiceStub, "ListRedListed", request)
    return response


def notices(
    registry: Registry, *, unacknowledged_only: bool = False, token: str = "", size: int = ROWS
) -> notice.ListNoticesResponse:
    """A page of the caller's notices."""
    request = notice.ListNoticesRequest(
        unacknowledged_only=unacknowledged_only, page_size=size, page_token=token
    )
    response: notice.ListNoticesResponse = registry.call(NoticeServiceStub, "ListNotices", request)
    return response


def queries(registry: Registry, request: audit.ListQueriesRequest) -> audit.ListQueriesResponse:
    """A page of the query log; reading it is itself logged."""
    response: audit.ListQueriesResponse = registry.call(AuditServiceStub, "ListQueries", request)
    return response


def health(registry: Registry) -> audit.GetHealthResponse:
    """How the log and what keeps it are doing."""
    response: audit.GetHealthResponse = registry.call(AuditServiceStub, "GetHealth", audit.GetHealthRequest())
    return response


def refusals_before(registry: Registry, before: int = _TOP, size: int = ROWS) -> list[intake.Refusal]:
    """The last refusals with a number below ``before``, newest first."""

    def after(number: int, rows: int) -> list[intake.Refusal]:
        request = intake.ListRefusalsRequest(after=number, page_size=rows)
        response: intake.ListRefusalsResponse = registry.call(IntakeServiceStub, "ListRefusals", request)
        return [each for each in response.refusals if each.number < before]

    first = after(0, size)
    if len(first) < size:
        return first[::-1]
    low, high = 0, 1  # After ``low`` there are ``size`` of them, after ``high`` there are not.
    while high < before and len(after(high, size)) == size:
        low, high = high, high * 4
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if len(after(middle, size)) == size else (low, middle)
    return after(low, size)[::-1]
