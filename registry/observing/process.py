"""All that is seen of one process, put together (单个进程的观测): made before its server, closed after it.

    observing = Observing.of(config, "single")
    server, port = build_server(engine, credentials, address, observing=observing)
    observing.watch_engine(engine, config)      # from now on its health is looked after
    observing.start()                           # pages, if there are any
    observing.stopping()                        # nobody is to come any more
    observing.close()

Without ``[metrics]`` nothing is counted and no page is served; calls have their numbers all the same, and
health is looked after.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prometheus_client.core import Metric

from registry.commands.ask import Ask
from registry.commands.following import FollowingState
from registry.config import Config
from registry.engine import Engine, StartError
from registry.observing.collecting import (
    All,
    Collects,
    OfCalls,
    OfHealth,
    OfIndex,
    OfLoad,
    OfPlaces,
    OfWriter,
)
from registry.observing.expiry import Expiry
from registry.observing.facts import RegistryFacts, Sources
from registry.observing.health import Health, ready
from registry.observing.interceptor import Observer
from registry.observing.logs import note_access
from registry.observing.looking import PATIENCE, Patience, ReaderLook, WriterLook
from registry.observing.pages import labelled, pages
from registry.observing.tally import CallTally
from registry.publication.serving import HttpServer
from registry.shared_position import SharedPosition
from registry.upkeep.standing import Standing

if TYPE_CHECKING:  # The extra may not be there.
    from registry.observing.tracing import Spans

SINGLE, WRITER, READER = "single", "writer", "reader"


class Observing:
    """What is seen of a process. ``page``: where its pages are, an address or a socket of this machine."""

    def __init__(
        self,
        services: Iterable[str],
        *,
        process: str = SINGLE,
        page: str | Path | None = None,
        access: bool = False,
        spans: Spans | None = None,
    ) -> None:
        self.health = Health(services)
        self.process = process
        self._page = page
        self._spans = spans
        self._tally = CallTally() if page is not None else None
        self.interceptor = Observer(
            self._tally,
            begins=(spans.begin,) if spans else (),
            ends=(*([spans.end] if spans else []), *([note_access] if access else [])),
        )
        self._collects: tuple[Collects, ...] = ()
        self._load: tuple[Collects, ...] = ()
        self._look: WriterLook | None = None
        self._server: HttpServer | None = None

    @classmethod
    def of(
        cls, config: Config, services: Iterable[str], process: str, page: str | Path | None = None
    ) -> Observing:
        """As a configuration says. Raises StartError."""
        spans = _spans(config, process) if config.tracing else None
        return cls(services, process=process, page=page, access=config.logging.access, spans=spans)

    @property
    def port(self) -> int:
        """Where the pages are; 0 where they are at no port."""
        return self._server.port if self._server else 0

    def watch_engine(
        self,
        engine: Engine,
        config: Config,
        heartbeat: SharedPosition | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        """Looks after a process that writes."""
        upkeep, figures = engine.upkeep, engine.figures
        if self._spans:
            self._spans.follow(figures)
        self._look = WriterLook(engine.ask, engine.writer, figures, upkeep.stamping, heartbeat, patience)
        standing = Standing(engine.state, upkeep.stamping, upkeep.witnesses)
        sources = Sources(engine.ask, engine.log, upkeep.mapper, standing, upkeep.stamping, engine.ask.now_ms)
        self._collects = (
            OfCalls(engine.ask.verdicts),
            OfIndex(engine.state, lambda: engine.state.size),
            OfWriter(figures, lambda: engine.writer.waiting),
            RegistryFacts(sources),
            Expiry(config),
            OfPlaces(config, time.time),
        )
        self._look.probe.start()
        self.health.watch(self._look)

    def watch_reader(
        self,
        state: FollowingState,
        ask: Ask,
        committed: Callable[[], int],
        heartbeat: SharedPosition,
    ) -> None:
        """Looks after a process that only reads."""
        self._collects = (OfCalls(ask.verdicts), OfIndex(state, lambda: committed() + 1))
        self.health.watch(ReaderLook(state, ask, heartbeat.get))

    def count_load(self, figures: Callable[[], Mapping[str, Any]]) -> None:
        """Takes over what admission under load counts."""
        self._load = (OfLoad(figures),)

    def start(self) -> None:
        """Serves the pages, if there are any. Raises StartError."""
        if self._page is None:
            return
        try:
            self._server = HttpServer(
                pages(self.metrics, lambda: self.health.faults, lambda: self.health.looked_ago_s), self._page
            )
        except OSError as error:
            raise StartError(f"[metrics] 地址不能监听: {error.strerror or error}") from error

    def metrics(self) -> Iterable[Metric]:
        """All metrics of this process. One that is alone says so; of several, whoever gathers them does."""
        tally = (self._tally,) if self._tally else ()
        found = All(*tally, *self._load, *self._collects, OfHealth(self.health)).collect()
        if self.process != SINGLE:
            return found
        return labelled([*found, ready(self.health.faults)], process=SINGLE)

    def stopping(self) -> None:
        """Has everybody told that nobody is to come any more."""
        self.health.stopping()

    def close(self) -> None:
        """Ends what was begun; as often as one likes."""
        self.health.close()
        if self._look:
            self._look.probe.close()
        if self._server:
            self._server.stop()
            self._server = None
        if self._spans:
            self._spans.close()
            self._spans = None


def _spans(config: Config, process: str) -> Spans:
    assert config.tracing is not None
    try:
        from registry.observing.tracing import Spans
    except ImportError as error:
        raise StartError('[tracing] 需要附加组件: pip install "credit-registry[tracing]"') from error
    return Spans(config.tracing, process, config.origin, trusting=process == WRITER)
