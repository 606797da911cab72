"""What subjects' files contain, and lists of subjects."""

from __future__ import annotations

import grpc

from registry.v1.record_service_pb2_grpc import RecordServiceStub
from registry_client.calls import Calls


class Records:
    """What subjects' files contain, and lists of subjects. One is had from ``Registry``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._stub = RecordServiceStub(channel)
        self._calls = calls
