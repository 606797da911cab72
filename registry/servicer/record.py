"""RecordService: requests to commands and back."""

from __future__ import annotations

from registry.commands.ask import Ask
from registry.v1 import record_service_pb2_grpc


class RecordServicer(record_service_pb2_grpc.RecordServiceServicer):
    """See record_service.proto."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
