"""For those who watch over the registry: who asked about natural persons, and how the registry is doing.

    for query in registry.audit.queries("例行审计〔2026〕3号", first="2026-01-01"):
        print(query.asked_time.ToJsonString(), query.caller, query.subject.value, query.reference)

To read the query log is itself logged, each page with the reason. Natural persons are masked.
"""

from __future__ import annotations

from collections.abc import Iterator

import grpc

from registry.v1 import audit_service_pb2 as service
from registry.v1.audit_service_pb2_grpc import AuditServiceStub
from registry.v1.subject_pb2 import Identifier
from registry_client.calls import Calls

PAGE = 1000


class Audit:
    """The query log and health. One is had from ``Registry``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._stub = AuditServiceStub(channel)
        self._calls = calls

    def queries(
        self,
        reason: str,
        *,
        caller: str = "",
        subject: Identifier | None = None,
        first: str = "",
        last: str = "",
        page_size: int = PAGE,
    ) -> Iterator[service.LoggedQuery]:
        """Questions about natural persons, newest first; days are ISO 8601, both included."""
        token = ""
        while True:
            page = self.queries_page(
                reason,
                token,
                caller=caller,
                subject=subject,
                first=first,
                last=last,
                page_size=page_size,
            )
            yield from page.queries
            if not page.next_page_token:
                return
            token = page.next_page_token

    def queries_page(
        self,
        reason: str,
        token: str = "",
        *,
        caller: str = "",
        subject: Identifier | None = None,
        first: str = "",
        last: str = "",
        page_size: int = 0,
    ) -> service.ListQueriesResponse:
        """One page of them, for those who leaf themselves."""
        request = service.ListQueriesRequest(
            caller=caller,
            subject=subject,
            until=last,
            page_size=page_size,
            page_token=token,
            reason=reason,
        )
        setattr(request, "from", first)
        return self._calls.unary(self._stub.ListQueries, request)

    def health(self) -> service.GetHealthResponse:
        """How log, map, stamps, witnesses, sources and keys are."""
        return self._calls.unary(self._stub.GetHealth, service.GetHealthRequest())
