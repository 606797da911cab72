"""The standard health service (``grpc.health.v1``), whole: that of grpcio lacks ``List``."""

from __future__ import annotations

from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2

_MESSAGES: Any = health_pb2  # Its type stubs are older than List.


class HealthService(health.HealthServicer):
    """As grpcio's, and it lists the services that it was told of."""

    def __init__(self) -> None:
        super().__init__()
        self._services: tuple[str, ...] = ()

    def set(self, service: str, status: Any) -> None:
        """See HealthServicer."""
        super().set(service, status)
        if service not in self._services:
            self._services = (*self._services, service)

    def List(self, _request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 (gRPC dictates the name)
        """Every service with its status."""
        asked = {name: health_pb2.HealthCheckRequest(service=name) for name in self._services}
        return _MESSAGES.HealthListResponse(
            statuses={name: self.Check(request, context) for name, request in asked.items()}
        )
