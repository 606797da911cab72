"""IncentiveService: requests to commands and back."""

from __future__ import annotations

from registry.commands.ask import Ask
from registry.v1 import incentive_service_pb2_grpc


class IncentiveServicer(incentive_service_pb2_grpc.IncentiveServiceServicer):
    """See incentive_service.proto."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
