"""What was done with verdicts (联合奖惩反馈)."""

from __future__ import annotations

import grpc

from registry.v1.execution_service_pb2_grpc import ExecutionServiceStub
from registry_client.calls import Calls


class Executions:
    """What was done with verdicts (联合奖惩反馈). One is had from ``Registry``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._stub = ExecutionServiceStub(channel)
        self._calls = calls
