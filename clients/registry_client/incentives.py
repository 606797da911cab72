"""Which facilitations apply (守信激励)."""

from __future__ import annotations

import grpc

from registry.v1.incentive_service_pb2_grpc import IncentiveServiceStub
from registry_client.calls import Calls


class Incentives:
    """Which facilitations apply (守信激励). One is had from ``Registry``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._stub = IncentiveServiceStub(channel)
        self._calls = calls
