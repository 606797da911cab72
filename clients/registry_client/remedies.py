"""Objection and repair (异议、信用修复): filed at a window, decided by whoever stated what they are about.

    remedies = registry.remedies
    remedies.take(seal(statement, signer))           # objection, result, application, acceptance, repair …
    for filed in remedies.filed(open_only=True):
        print(filed.filed.statement_id, filed.filed_on)

Every step is safe to repeat.
"""

from __future__ import annotations

from collections.abc import Iterator

import grpc

from registry.v1 import remedy_service_pb2 as pb
from registry.v1.envelope_pb2 import Envelope
from registry.v1.remedy_service_pb2_grpc import RemedyServiceStub
from registry.v1.statement_pb2 import StatementReference
from registry_client.calls import Calls
from registry_client.outcomes import SubmitOutcome
from registry_client.steps import Step, statement_in, step_named, take_step

PAGE = 1000


_STEPS: dict[str, Step] = {
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
        body = statement_in(envelope).WhichOneof("body") or ""
        return take_step(self._calls, self._stub, step_named(body, _STEPS, "a remedy"), envelope)

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
