"""Calls, latencies and verdicts, counted while they are served (计数): cheap, for every call pays for it.

One lock and two additions a call; what Prometheus is shown is worked out when it asks. Latencies fall into
fixed buckets, whose bounds are in seconds. Labels are methods of the contract, roles, codes and reasons: all
of them closed lists, so what is kept does not grow with use.

Example: two questions of 1.2 ms and 0.3 ms give ``registry_call_seconds_bucket{le="0.0005"} 1``,
``{le="0.0025"} 2`` and every larger bound 2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from threading import Lock

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from registry.spread import Spread

CALL, STREAM = "call", "stream"
ERRORS = frozenset({"INTERNAL", "UNKNOWN"})
"""Codes of a fault of the program. They are counted from 0 on as well: of a series that begins with the first
call of its kind, Prometheus sees no increase when it begins."""


class CallTally:
    """Calls by method, role, code and reason; latencies by method and verdict; calls under way."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls: Counter[tuple[str, str, str, str]] = Counter()
        self._spreads: dict[tuple[str, str], Spread] = {}
        self._under_way = {CALL: 0, STREAM: 0}

    def begin(self, kind: str) -> None:
        """A call began to be served."""
        with self._lock:
            self._under_way[kind] += 1

    def withdraw(self, kind: str) -> None:
        """A call was not served here after all: it is begun again elsewhere."""
        with self._lock:
            self._under_way[kind] -= 1

    def end(self, kind: str, ended: tuple[str, str, str, str], seconds: float | None, verdict: str) -> None:
        """A call ended: method, role, code, reason. ``seconds`` is None where that says nothing: a stream
        lasts as long as its reader likes."""
        with self._lock:
            self._under_way[kind] -= 1
            self._calls[ended] += 1
            if seconds is not None:
                spread = self._spreads.get((ended[0], verdict))
                if spread is None:
                    spread = self._spreads[ended[0], verdict] = Spread()
                spread.add(seconds)

    def collect(self) -> Iterator[Metric]:
        """As metrics of Prometheus."""
        with self._lock:
            calls, under_way = dict(self._calls), dict(self._under_way)
            spreads = {key: spread.buckets() for key, spread in self._spreads.items()}
        names = ("method", "role", "code", "reason")
        counted = CounterMetricFamily("registry_calls", "Calls that ended.", labels=names)
        for key, number in calls.items():
            counted.add_metric(key, number)
        yield counted
        errors = sum(number for (_, _, code, _), number in calls.items() if code in ERRORS)
        yield CounterMetricFamily(
            "registry_internal_errors", "Calls that ended in an error of the program.", value=errors
        )
        seconds = HistogramMetricFamily(
            "registry_call_seconds",
            "From a call's arrival to its answer; streams are not in it.",
            labels=("method", "verdict"),
        )
        for labels, (buckets, total) in spreads.items():
            seconds.add_metric(labels, buckets, total)
        yield seconds
        flying = GaugeMetricFamily("registry_calls_in_flight", "Calls under way.", labels=["kind"])
        for kind, number in under_way.items():
            flying.add_metric([kind], number)
        yield flying
