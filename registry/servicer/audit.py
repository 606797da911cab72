"""AuditService: the query log for the auditor, and how the registry is doing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import grpc

from registry.commands.ask import Ask, Matter
from registry.commands.log import LogReading
from registry.commands.query_log import Logged, Reading, read_query_log
from registry.domain.faults import Findings
from registry.errors import RegistryError
from registry.servicer.answered import answered_at
from registry.servicer.gate import current_caller
from registry.servicer.messages import list_messages
from registry.upkeep.standing import Standing
from registry.v1 import audit_service_pb2 as pb
from registry.v1 import audit_service_pb2_grpc
from registry.v1.restriction_service_pb2 import Matter as Facts
from registry.v1.restriction_service_pb2 import Purpose

SOON = timedelta(days=90)
"""A key that ends within so long is told."""


class AuditServicer(audit_service_pb2_grpc.AuditServiceServicer):
    """See audit_service.proto."""

    def __init__(self, ask: Ask, log: LogReading, standing: Standing) -> None:
        self._ask, self._state = ask, ask.state
        self._log, self._standing = log, standing

    def ListQueries(
        self, request: pb.ListQueriesRequest, context: grpc.ServicerContext
    ) -> pb.ListQueriesResponse:
        """See audit_service.proto."""
        page = read_query_log(
            self._ask, current_caller.get(), _reading(request), request.page_token, request.page_size
        )
        return pb.ListQueriesResponse(queries=map(_logged, page.found), next_page_token=page.token)

    def GetHealth(self, request: pb.GetHealthRequest, context: grpc.ServicerContext) -> pb.GetHealthResponse:
        """See audit_service.proto."""
        matter, head = self._now(), self._state.head
        edition = matter.edition
        response = pb.GetHealthResponse(
            answered=answered_at(self._state, matter.position, matter.valid_ms, edition.hash, edition.label),
            log_size=self._state.size,
            checkpoint_size=self._log.served_size(),
            map_size=self._standing.map_size(),
            witnesses=[
                pb.WitnessHealth(name=name, cosigned_size=size) for name, size in self._standing.cosigned()
            ],
            sources=list_messages(matter),
            expiring_keys=self._expiring(matter),
        )
        if head is not None:
            response.last_statement_time.FromMilliseconds(head.last_received_ms)
        stamped_ms = self._standing.stamped_ms()
        if stamped_ms is not None:
            response.last_stamp_time.FromMilliseconds(stamped_ms)
        return response

    def _now(self) -> Matter:
        position = self._state.newest()
        return self._ask.matter(
            current_caller.get(), Purpose(), Facts(), position=position, valid_ms=self._ask.now_ms()
        )

    def _expiring(self, matter: Matter) -> Iterator[pb.KeyExpiry]:
        for key in self._standing.keys_ending(matter.question.day, SOON):
            yield pb.KeyExpiry(
                department=key.department,
                official_id=key.official_id,
                key_id=key.keyid,
                valid_until=key.valid_until.isoformat(),
            )


def _reading(request: pb.ListQueriesRequest) -> Reading:
    """What is asked for. Raises RegistryError for days that are none."""
    found = Findings()
    first = found.optional_day("from", getattr(request, "from"), "起始日期")
    last = found.optional_day("until", request.until, "截止日期")
    if found.faults:
        raise RegistryError(found.faults)
    subject = request.subject if request.HasField("subject") else None
    return Reading(request.reason, request.caller, subject, first, last)


def _logged(logged: Logged) -> pb.LoggedQuery:
    row = logged.row
    message = pb.LoggedQuery(
        number=logged.number,
        caller=row.caller,
        subject=logged.subject,
        domain=row.domain,  # type: ignore[arg-type]
        reference=row.reference,
        reason=row.reason,
        known_position=row.known_position,
        verdict=row.verdict,  # type: ignore[arg-type]
    )
    message.asked_time.FromMilliseconds(row.asked_ms)
    return message
