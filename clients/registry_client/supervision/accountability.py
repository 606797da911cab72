"""Who is answerable (责任追究): reports of a period, and accidents traced back.

    desk = registry.supervision.accountability
    report = desk.report("2026-01-01", "2026-03-31")
    for line in report.lines:
        print(line.obligation.due_on, line.obligation.task, line.official_id or "未明确责任人")
    trace = desk.trace(OPERATOR, "SG-1")

With ``known_position`` and ``on`` of an answer the same request has the same answer again, whatever was put
on record since. A report may take a minute over a large log. What is stated goes through
``registry.supervision.take``; ``registry_papers.accountability`` makes csv and PDF of an answer.
"""

from __future__ import annotations

import grpc

from registry.v1 import accountability_service_pb2 as pb
from registry.v1.accountability_service_pb2_grpc import AccountabilityServiceStub
from registry.v1.supervision_pb2 import FILE_KIND_ACCIDENT, FileReference
from registry_client.calls import Calls

TIMEOUT_S = 180.0
"""A report reads every file that there is."""


class AccountabilityDesk:
    """Reports and traces of AccountabilityService. One is had from ``Registry.supervision``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._calls = calls
        self._timeout = max(calls.timeout, TIMEOUT_S)
        self._stub = AccountabilityServiceStub(channel)

    def report(
        self,
        first: str,
        last: str,
        *,
        department: str = "",
        official_id: str = "",
        known_position: int | None = None,
        on: str = "",
        limit: int = 0,
    ) -> pb.GetAccountabilityReportResponse:
        """What was due, and told, from one day to another, both within. Raises RegistryCallError."""
        request = pb.GetAccountabilityReportRequest(
            department=department,
            until=last,
            official_id=official_id,
            known_position=known_position,
            on=on,
            limit=limit,
        )
        setattr(request, "from", first)
        return self._calls.unary(self._stub.GetAccountabilityReport, request, timeout=self._timeout)

    def trace(
        self, department: str, number: str, *, known_position: int | None = None, on: str = ""
    ) -> pb.TraceAccidentResponse:
        """Everything before an accident, by who stated it and its number. Raises RegistryCallError."""
        file = FileReference(kind=FILE_KIND_ACCIDENT, department=department, number=number)
        request = pb.TraceAccidentRequest(file=file, known_position=known_position, on=on)
        return self._calls.unary(self._stub.TraceAccident, request, timeout=self._timeout)
