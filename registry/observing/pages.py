"""Metrics and health over plain HTTP (观测页面), for Prometheus and for whoever starts and stops programs.

    GET /metrics          text/plain, Prometheus
    GET /livez            200 while the process is alive; 503 if nobody has looked after it for a minute
    GET /readyz           200 if questions can be answered
    GET /readyz/writing   200 if statements can be taken as well

They say what is wrong, by part, in JSON: ``{"reading": [], "writing": ["STORE_UNWRITABLE"]}``.
There is nothing about anybody on these pages; still they are for the operator: they listen on the loopback,
unless the configuration says that they may not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from anyio import CapacityLimiter, to_thread
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from registry.observing.health import READING, WRITING

DEAD_S = 60.0
UNATTENDED = "UNATTENDED"
_NEVER = {"Cache-Control": "no-store"}
_ORDER = 1
"""One at a time: what is remembered between scrapes is made by one thread."""


def pages(
    metrics: Callable[[], Iterable[Metric]],
    faults: Callable[[], Mapping[str, Sequence[str]]],
    looked_ago_s: Callable[[], float],
) -> Starlette:
    """The application of one process, or of several together."""
    turn = CapacityLimiter(_ORDER)

    def scrape() -> bytes:
        return text_of(metrics())

    async def metrics_page(_request: Request) -> Response:
        content = await to_thread.run_sync(scrape, limiter=turn)
        return Response(content, media_type=CONTENT_TYPE_PLAIN_0_0_4, headers=_NEVER)

    async def alive(_request: Request) -> Response:
        dead = looked_ago_s() > DEAD_S
        return JSONResponse({"faults": [UNATTENDED] if dead else []}, 503 if dead else 200, _NEVER)

    def ready(*parts: str) -> Callable[[Request], object]:
        async def page(_request: Request) -> Response:
            found = await to_thread.run_sync(faults)
            told = {part: list(found[part]) for part in (READING, WRITING)}
            return JSONResponse(told, 503 if any(told[part] for part in parts) else 200, _NEVER)

        return page

    return Starlette(
        routes=[
            Route("/metrics", metrics_page),
            Route("/livez", alive),
            Route("/readyz", ready(READING)),
            Route("/readyz/writing", ready(READING, WRITING)),
        ]
    )


class _Given:
    """Metrics that are at hand, as a collector."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def text_of(metrics: Iterable[Metric]) -> bytes:
    """As Prometheus reads it."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Given(list(metrics)))
    return generate_latest(registry)


def labelled(metrics: Iterable[Metric], **labels: str) -> list[Metric]:
    """The same with further labels on every sample."""
    found = []
    for metric in metrics:
        other = Metric(metric.name, metric.documentation, metric.type, metric.unit)
        other.samples = [each._replace(labels={**each.labels, **labels}) for each in metric.samples]
        found.append(other)
    return found


def merged(metrics: Iterable[Metric]) -> list[Metric]:
    """Those of one name together, as the format wants them."""
    found: dict[str, Metric] = {}
    for metric in metrics:
        if metric.name in found:
            found[metric.name].samples += metric.samples
        else:
            found[metric.name] = metric
    return list(found.values())
