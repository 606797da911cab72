"""A spine served with everything that is seen of it: metrics, health, log lines, spans.

with observed(spine) as seen:
    before = seen.scrape()
    ...
    assert raised(EXPRESSION, before, seen.scrape())
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import monotonic, sleep
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from registry.access.identity import CallerRole
from registry.config import Config
from registry.config_options.observing import MetricsPage
from registry.observing.looking import Patience
from registry.observing.process import SINGLE, Observing
from registry.server import SERVICES, build_server
from tests.support.served import Served, authority_of
from tests.support.spine import Spine

PATIENCE_S = 20.0
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
QUICK = Patience(idle_s=0.5, retry_s=0.2)
"""How often a write is tried, where a test waits for it."""


@dataclass(slots=True)
class Seen:
    """A served spine, and what is seen of it."""

    served: Served
    observing: Observing
    server: grpc.Server
    scraped: str = ""
    """A scrape that was made while something was wrong."""

    def page(self, name: str) -> tuple[int, str]:
        """A page and its status."""
        return page(self.observing.port, name)

    def scrape(self) -> str:
        """The metrics as Prometheus has them."""
        status, text = self.page("metrics")
        assert status == 200, text
        return text

    def faults(self) -> dict[str, list[str]]:
        """What is wrong, by part."""
        told: dict[str, list[str]] = json.loads(self.page("readyz")[1])
        return told

    def health(self, service: str = "") -> int:
        """The health of a service, asked over gRPC."""
        channel = self.served.channel(self.served.system(CallerRole.PROCUREMENT_SYSTEM))
        stub: Any = health_pb2_grpc.HealthStub(channel)
        status: int = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=PATIENCE_S).status
        return status

    def wait_for_faults(self, **wanted: list[str]) -> None:
        """Until the parts have these faults."""
        until = monotonic() + PATIENCE_S
        while (told := self.faults()) != {"reading": [], "writing": [], **wanted}:
            assert monotonic() < until, told
            sleep(0.05)


def page(port: int, name: str) -> tuple[int, str]:
    """A page at a port, and its status."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/{name}", timeout=PATIENCE_S) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


@contextmanager
def observed(spine: Spine, *, config: Config | None = None, **more: Any) -> Iterator[Seen]:
    """Serves a spine on free ports until the block ends; its engine is closed with it. ``more``: of
    Observing."""
    authority = authority_of(spine)
    own = authority.server()
    credentials = grpc.ssl_server_credentials([(own.key, own.certificate)], own.authority, True)
    config = config or spine.config
    config = replace(config, metrics=config.metrics or MetricsPage("127.0.0.1:0"))
    assert config.metrics
    observing = Observing(SERVICES, process=SINGLE, page=config.metrics.address, **more)
    server, port = build_server(
        spine.engine, credentials, "127.0.0.1:0", observing=observing, load=config.load
    )
    served = Served(spine, authority, f"127.0.0.1:{port}")
    try:
        observing.watch_engine(spine.engine, config, patience=QUICK)
        observing.start()
        server.start()
        yield Seen(served, observing, server)
    finally:
        observing.stopping()
        served.close()
        server.stop(1).wait()
        observing.close()
        spine.engine.close()
