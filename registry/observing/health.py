"""Whether a process can do its work, now (运行健康): looked at every second, told to everybody who asks.

A process has two parts. *Reading*: questions can be answered. *Writing*: statements can be taken. Each has
faults, by name; a part without any serves. Per service of ``grpc.health.v1``:

    IntakeService, ExecutionService    serve while both parts do
    every other, and the server ("")   serve while reading does

so a load balancer that watches "" keeps a server whose disk is full among those who answer, and whoever
states something learns it from IntakeService. Changes are pushed to those who watch (``Health/Watch``).

    STORE_UNREADABLE   the store was not to be read within ``PROBE_S``
    INDEX_BEHIND       the index is not where the log is
    INDEX_STALE        a reading process has not kept up with the store for longer than is borne
    CLOCK_WRONG        the clock jumped, or is behind the log: nothing is said about now
    STORE_UNWRITABLE   the last attempt to write failed, or has not ended within ``PROBE_S``
    RESTART_NEEDED     something durable was not taken into account; nothing more is written until a restart
    STAMPS_MISSING     no time stamp for longer than ``max_age_s``
    WRITER_AWAY        the process that writes is not there, or has not said how it is for ``AWAY_S``
    STARTING, STOPPING, UNTOLD (looking itself failed: see the log)

Nothing of this is guessed: the store is read each second by a thread of its own, for a database that does not
answer must not keep this from saying so; and where nothing was written for ``IDLE_S``, or the last attempt
failed, the writer tries it (``WriteTrial``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from threading import Event, Lock, Thread
from time import monotonic

from grpc_health.v1 import health_pb2
from prometheus_client.core import GaugeMetricFamily, Metric

from registry.observing.health_service import HealthService

LOOK_S = 1.0
PROBE_S = 10.0
"""How old the last read of the store may be that succeeded; and how long a write may take."""
IDLE_S, RETRY_S = 30.0, 5.0
"""After how long without a write the writer tries one; and after one that failed."""
AWAY_S = 5.0
READING, WRITING = "reading", "writing"
WRITES = frozenset({"registry.v1.IntakeService", "registry.v1.ExecutionService"})
"""Services that are of no use where nothing can be written."""
STARTING, STOPPING, UNTOLD = "STARTING", "STOPPING", "UNTOLD"
STORE_UNREADABLE, STORE_UNWRITABLE = "STORE_UNREADABLE", "STORE_UNWRITABLE"
INDEX_BEHIND, INDEX_STALE, CLOCK_WRONG = "INDEX_BEHIND", "INDEX_STALE", "CLOCK_WRONG"
RESTART_NEEDED, STAMPS_MISSING, WRITER_AWAY = "RESTART_NEEDED", "STAMPS_MISSING", "WRITER_AWAY"
logger = logging.getLogger(__name__)
_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT = health_pb2.HealthCheckResponse.NOT_SERVING

Faults = Mapping[str, tuple[str, ...]]
"""Of each part what is wrong with it."""
Look = Callable[[], Faults]


class Health:
    """The health of a process: a servicer for gRPC, and what the pages say."""

    def __init__(self, services: Iterable[str]) -> None:
        self.servicer = HealthService()
        self._services = ("", *services)
        self._lock = Lock()
        self._faults: dict[str, tuple[str, ...]] = {READING: (STARTING,), WRITING: (STARTING,)}
        self._look: Look | None = None
        self._ended = Event()
        self._looked_s = monotonic()
        self._thread = Thread(target=self._run, name="registry-health", daemon=True)
        self._tell()

    @classmethod
    def unwatched(cls, services: Iterable[str]) -> Health:
        """That of a server nobody watches over: it serves for as long as it runs."""
        own = cls(services)
        own._take({READING: (), WRITING: ()})
        return own

    def watch(self, look: Look) -> None:
        """Looks from now on; the first time at once."""
        self._look = look
        self._once()
        self._thread.start()

    @property
    def faults(self) -> Faults:
        """What is wrong with each part."""
        with self._lock:
            return dict(self._faults)

    @property
    def looked_ago_s(self) -> float:
        """How long ago it was looked last, in seconds."""
        return monotonic() - self._looked_s

    def stopping(self) -> None:
        """Nobody is to come any more; said before anything stops."""
        self._ended.set()
        self._take({READING: (STOPPING,), WRITING: (STOPPING,)})
        self.servicer.enter_graceful_shutdown()

    def close(self) -> None:
        """Looks no more."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(LOOK_S):
            self._once()

    def _once(self) -> None:
        assert self._look is not None
        try:
            found = self._look()
        except Exception:  # Whatever it is, who looks must not die of it; nor say that all is well.
            logger.exception("health: cannot be told")
            found = {READING: (UNTOLD,), WRITING: (UNTOLD,)}
        self._looked_s = monotonic()
        if not self._ended.is_set():
            self._take(found)

    def _take(self, found: Faults) -> None:
        with self._lock:
            before, self._faults = self._faults, dict(found)
        if before != self._faults:
            for part, faults in found.items():
                if before[part] != faults:
                    level = logging.ERROR if faults and set(faults) != {STOPPING} else logging.INFO
                    logger.log(level, "health: %s %s", part, ", ".join(faults) or "ok")
            self._tell()

    def _tell(self) -> None:
        reading = not self._faults[READING]
        both = reading and not self._faults[WRITING]
        for name in self._services:
            self.servicer.set(name, _SERVING if (both if name in WRITES else reading) else _NOT)


def ready(faults: Faults) -> Metric:
    """Whether each part of the registry as a whole serves, as a metric."""
    found = GaugeMetricFamily("registry_ready", "1 if a part of the registry serves.", labels=["part"])
    for part, wrong in faults.items():
        found.add_metric([part], not wrong)
    return found


class Probe:
    """Does something again and again in a thread of its own, and knows when it last went well."""

    def __init__(self, name: str, attempt: Callable[[], object], every_s: float = LOOK_S) -> None:
        self._attempt = attempt
        self._every_s = every_s
        self._ended = Event()
        self._went_well_s = monotonic()
        self._failed = False
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def close(self) -> None:
        """Ends; what hangs is left behind."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join(self._every_s)

    @property
    def is_well(self) -> bool:
        """Whether the last attempt succeeded, and none hangs."""
        return not self._failed and monotonic() - self._went_well_s <= PROBE_S

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._attempt()
            except Exception:  # What fails is told by the look, once, and not by this each second.
                self._failed = True
            else:
                self._failed, self._went_well_s = False, monotonic()
            self._ended.wait(self._every_s)
