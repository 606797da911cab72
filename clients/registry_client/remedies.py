"""Objection and repair (异议、信用修复): filed at a window, decided by whoever stated what they are about.

    remedies = registry.remedies
    remedies.take(seal(statement, signer))           # objection, result, application, acceptance, repair …
    for filed in remedies.filed(open_only=True):
        print(filed.filed.statement_id, filed.filed_on)

Every step is safe to repeat.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import grpc
from google.protobuf.message import DecodeError

from registry.v1 import remedy_service_pb2 as pb
from registry.v1.envelope_pb2 import Envelope
from registry.v1.remedy_service_pb2_grpc import RemedyServiceStub
from registry.v1.statement_pb2 import Statement, StatementReference
from registry_client.calls import Calls
from registry_client.outcomes import SubmitOutcome

PAGE = 1000


class _Request(Protocol):
    def __call__(self, *, envelope: Envelope) -> Any: ...


_STEPS: dict[str, tuple[str, _Request]] = {
    "objection": ("FileObjection", pb.FileObjectionRequest),
    "objection_result": ("DecideObjection", pb.DecideObjectionRequest),
    "repair_application": ("ApplyForRepair", pb.ApplyForRepairRequest),
    "repair_acceptance": ("AcceptRepair", pb.AcceptRepairRequest),
    "repair": ("DecideRepair", pb.DecideRepairRequest),
    "repair_refusal": ("DecideRepair", pb.DecideRepairRequest),
    "repair_annulment": ("AnnulRepair", pb.AnnulRepairRequest),
}


class Remedies:
    """Objections and applications for repair. One is had from ``Registry``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._stub = RemedyServiceStub(channel)
        self._calls = calls

    def take(self, envelope: Envelope) -> SubmitOutcome:
        """Takes the step that a sealed statement is. ValueError if it is none of a remedy."""
        try:
            body = Statement.FromString(envelope.payload).WhichOneof("body") or ""
        except DecodeError:
            raise ValueError("the envelope holds no statement") from None
        if body not in _STEPS:
            raise ValueError(f"{body or 'an empty statement'} is no step of a remedy")
        method, request = _STEPS[body]
        response = self._calls.unary(
            getattr(self._stub, method), request(envelope=envelope), self._calls.submit_timeout
        )
        return SubmitOutcome.of(response.result)

    def get(self, department: str, statement_id: str, *, on: str = "") -> pb.GetRemedyResponse:
        """What a statement filed: where it stands on a day (today), and by when it must be decided."""
        filed = StatementReference(department=department, statement_id=statement_id)
        return self._calls.unary(self._stub.GetRemedy, pb.GetRemedyRequest(filed=filed, on=on))

    def filed(
        self,
        *,
        department: str = "",
        kind: pb.RemedyKind.ValueType = pb.REMEDY_KIND_UNSPECIFIED,
        open_only: bool = False,
        page_size: int = PAGE,
    ) -> Iterator[pb.Remedy]:
        """What was filed about a department's statements (one's own), in order."""
        token = ""
        while True:
            request = pb.ListRemediesRequest(
                department=department, kind=kind, open_only=open_only, page_size=page_size, page_token=token
            )
            page = self._calls.unary(self._stub.ListRemedies, request)
            yield from page.remedies
            token = page.next_page_token
            if not token:
                return
