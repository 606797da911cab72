"""Tenders screened, verdicts explained, identities resolved."""

from __future__ import annotations

import grpc

from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry_client.calls import Calls


class Screening:
    """Tenders screened, verdicts explained, identities resolved. One is had from ``Registry``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._stub = RestrictionServiceStub(channel)
        self._calls = calls
