"""ExecutionService: requests to commands and back."""

from __future__ import annotations

from registry.commands.ask import Ask
from registry.commands.executions import Executions
from registry.v1 import execution_service_pb2_grpc


class ExecutionServicer(execution_service_pb2_grpc.ExecutionServiceServicer):
    """See execution_service.proto."""

    def __init__(self, ask: Ask, executions: Executions) -> None:
        self._ask = ask
        self._executions = executions
