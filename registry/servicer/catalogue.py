"""CatalogueService: requests to commands and back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import grpc

from registry.commands.ask import Ask
from registry.commands.catalogue import Catalogue
from registry.commands.edition_source import checked_files
from registry.commands.intake import Intake
from registry.commands.simulation import start_of
from registry.domain.faults import Findings
from registry.errors import RegistryError
from registry.sanctions.simulation.comparison import MAX_SAMPLE
from registry.servicer.catalogue_messages import (
    change_message,
    checked_message,
    entry_message,
    file_messages,
    simulated_message,
)
from registry.servicer.gate import current_caller
from registry.servicer.results import result
from registry.store.writer import ANSWER_S
from registry.v1 import catalogue_service_pb2 as pb
from registry.v1 import catalogue_service_pb2_grpc, envelope_pb2, intake_service_pb2
from registry.v1 import error_reason_pb2 as reasons


class CatalogueServicer(catalogue_service_pb2_grpc.CatalogueServiceServicer):
    """See catalogue_service.proto."""

    def __init__(self, ask: Ask, intake: Intake) -> None:
        self._state = ask.state
        self._intake = intake
        self._catalogue = Catalogue(ask)

    def CheckEdition(
        self, request: pb.CheckEditionRequest, context: grpc.ServicerContext
    ) -> pb.CheckEditionResponse:
        """See catalogue_service.proto."""
        cases = checked_files(request.cases, "cases", folder="cases/") if request.cases else {}
        return checked_message(self._catalogue.check(request.source, cases))

    def Diff(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        """See catalogue_service.proto."""
        before = getattr(request, "from") if request.HasField("from") else None
        changes = self._catalogue.changes(before, request.to)
        return pb.DiffResponse(changes=[change_message(change) for change in changes])

    def Simulate(
        self, request: pb.SimulateRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.SimulateResponse]:
        """See catalogue_service.proto. Stops where nobody listens any more."""
        if request.sample > MAX_SAMPLE:
            message = f"每类变化最多列出{MAX_SAMPLE}个主体, 这里要求{request.sample}个。"
            raise RegistryError.of(reasons.ERROR_REASON_TOO_LARGE, message, "sample")
        position = request.position if request.HasField("position") else None
        start = start_of(request.after, position=position, day=_day(request.on))
        edition = self._catalogue.sources.resolve(request.edition, "edition")
        for part in self._catalogue.simulations.run(edition, start, sample=request.sample):
            if not context.is_active():
                return
            yield simulated_message(part, self._state.identifier_of)

    def Draft(self, request: pb.DraftRequest, context: grpc.ServicerContext) -> pb.DraftResponse:
        """See catalogue_service.proto."""
        return pb.DraftResponse(result=self._act(request.envelope, "edition_draft"))

    def Review(self, request: pb.ReviewRequest, context: grpc.ServicerContext) -> pb.ReviewResponse:
        """See catalogue_service.proto."""
        return pb.ReviewResponse(result=self._act(request.envelope, "edition_review"))

    def Adopt(self, request: pb.AdoptRequest, context: grpc.ServicerContext) -> pb.AdoptResponse:
        """See catalogue_service.proto."""
        return pb.AdoptResponse(result=self._act(request.envelope, "edition_adoption"))

    def GetEdition(
        self, request: pb.GetEditionRequest, context: grpc.ServicerContext
    ) -> pb.GetEditionResponse:
        """See catalogue_service.proto."""
        case, files = self._catalogue.entry(request.edition)
        return pb.GetEditionResponse(entry=entry_message(case), files=file_messages(files))

    def ListEditions(
        self, request: pb.ListEditionsRequest, context: grpc.ServicerContext
    ) -> pb.ListEditionsResponse:
        """See catalogue_service.proto."""
        return pb.ListEditionsResponse(editions=map(entry_message, self._catalogue.cases()))

    def _act(self, envelope: envelope_pb2.Envelope, kind: str) -> intake_service_pb2.SubmitResult:
        return result(self._intake.submit_of_kind(envelope, kind, current_caller.get()).result(ANSWER_S))


def _day(text: str) -> date | None:
    """The day of a simulation; None if none is stated. Raises RegistryError."""
    found = Findings()
    day = found.optional_day("on", text, "试算日期")
    if found.faults:
        raise RegistryError(found.faults)
    return day
