"""The standard health service (``grpc.health.v1``), whole: that of grpcio lacks ``List``, and keeps for good
whatever name a caller watches, and whoever watched and hung up before he was served.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2

_MESSAGES: Any = health_pb2  # Its type stubs are older than List.
_UNKNOWN = health_pb2.HealthCheckRequest(service="?")
"""What is watched for whoever watches a name that is none: one place for all of them."""


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

    def Watch(self, request: Any, context: Any, send_response_callback: Any = None) -> Any:  # noqa: N802
        """See HealthServicer: a name that is none is SERVICE_UNKNOWN, and the call stays open."""
        known = request if request.service in self._services else _UNKNOWN
        call: Any = _Ending(context)  # All of a call that grpcio's asks for.
        return super().Watch(known, call, send_response_callback)

    def List(self, _request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 (gRPC dictates the name)
        """Every service with its status."""
        asked = {name: health_pb2.HealthCheckRequest(service=name) for name in self._services}
        return _MESSAGES.HealthListResponse(
            statuses={name: self.Check(request, context) for name, request in asked.items()}
        )


class _Ending:
    """What grpcio's Watch needs of a call: to be told of its end, also where that is past."""

    def __init__(self, context: grpc.ServicerContext) -> None:
        self._context = context

    def add_callback(self, callback: Callable[[], None]) -> None:
        """See grpc.RpcContext."""
        if not self._context.add_callback(callback):
            callback()
