"""The catalogue of measures: editions, differences, simulations (目录)."""

from __future__ import annotations

import grpc

from registry.v1.catalogue_service_pb2_grpc import CatalogueServiceStub
from registry_client.calls import Calls


class Catalogue:
    """The catalogue of measures: editions, differences, simulations (目录). One is had from ``Registry``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._stub = CatalogueServiceStub(channel)
        self._calls = calls
