"""A server with the registry's gate and threads, and methods that take as long as a test wants."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import Any

import grpc

from registry.access.certificate_door import CertificateDoor
from registry.access.identity import Caller, CallerRole
from registry.load.door import pool_for
from registry.load.lanes import Bounds
from registry.load.pool import LoadPool, Seats
from registry.servicer.gate import Gate, current_caller
from registry.servicer.patience import Patience
from tests.support.served import Authority, connect
from tests.support.spine import ORIGIN

CHECK = "/registry.v1.RestrictionService/Check"
FIND = "/registry.v1.DisclosureService/FindOrganisations"
CHECKPOINT = "/registry.v1.LogService/GetCheckpoint"
DOWNLOAD = "/registry.v1.EvidenceService/Download"
BIG = 1 << 20


@dataclass(slots=True)
class Slow:
    """Answers with what it was asked: Check and FindOrganisations once ``go`` is set; in ``begun`` stands who
    was served, in that order. A download never ends."""

    go: Event = field(default_factory=Event)
    begun: SimpleQueue[str] = field(default_factory=SimpleQueue)

    def service(self, details: grpc.HandlerCallDetails) -> Any:
        """See grpc.GenericRpcHandler."""
        if details.method == DOWNLOAD:
            return grpc.unary_stream_rpc_method_handler(self._endless, bytes, bytes)
        behaviour = self._at_once if details.method == CHECKPOINT else self._waiting
        return grpc.unary_unary_rpc_method_handler(behaviour, bytes, bytes)

    def _waiting(self, request: bytes, _context: grpc.ServicerContext) -> bytes:
        self.begun.put(current_caller.get().name)
        self.go.wait(60)
        return request

    def _at_once(self, request: bytes, _context: grpc.ServicerContext) -> bytes:
        return request

    def _endless(self, _request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        while context.is_active():
            yield bytes(BIG)


@dataclass(slots=True)
class Served:
    """The server, and channels to it by name."""

    slow: Slow
    pool: LoadPool
    authority: Authority
    target: str
    channels: dict[str, grpc.Channel] = field(default_factory=dict)

    def unary(self, name: str, method: str, role: CallerRole = CallerRole.BIDDING_SYSTEM) -> Any:
        """A call of somebody."""
        return self.channel(name, role).unary_unary(method)

    def channel(self, name: str, role: CallerRole = CallerRole.BIDDING_SYSTEM) -> grpc.Channel:
        """The connection of somebody."""
        if name not in self.channels:
            trusted = (self.authority.directory / "authority.pem").read_bytes()
            uri = Caller(role, name, ORIGIN).uri
            self.channels[name] = connect(self.target, trusted, self.authority.client(uri))
        return self.channels[name]


@contextmanager
def serving(
    directory: Path,
    bounds: Bounds,
    seats: Seats | None = None,
    dead_s: float = 60.0,
    certificates: CertificateDoor | None = None,
) -> Iterator[Served]:
    """Such a server until the block ends."""
    authority, slow = Authority.new(directory / "tls"), Slow()
    own = authority.server()
    gate = Gate(ORIGIN, 18, patience=Patience(dead_s=dead_s), certificates=certificates)
    pool, _ = pool_for(bounds, seats or Seats(), gate.presumed)
    assert isinstance(pool, LoadPool)
    executor: Any = pool
    server = grpc.server(executor, interceptors=[gate])
    server.add_generic_rpc_handlers((slow,))  # type: ignore[arg-type]
    credentials = grpc.ssl_server_credentials([(own.key, own.certificate)], own.authority, True)
    port = server.add_secure_port("127.0.0.1:0", credentials)
    server.start()
    served = Served(slow, pool, authority, f"127.0.0.1:{port}")
    try:
        yield served
    finally:
        slow.go.set()
        for channel in served.channels.values():
            channel.close()
        server.stop(1).wait()
