"""CatalogueService: requests to commands and back."""

from __future__ import annotations

from registry.commands.ask import Ask
from registry.commands.intake import Intake
from registry.v1 import catalogue_service_pb2_grpc


class CatalogueServicer(catalogue_service_pb2_grpc.CatalogueServiceServicer):
    """See catalogue_service.proto."""

    def __init__(self, ask: Ask, intake: Intake) -> None:
        self._ask = ask
        self._intake = intake
