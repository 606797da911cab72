"""A log that is served, and a follower of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from registry.follow.alarms import Alarms
from registry.follow.follower import HOME, Follower
from registry.follow.source import LogSource
from registry.outbound import Outbound
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.note import split_note
from registry.provenance.witness_policy import Policy
from tests.follow.made_log import MadeLog, Published, published


@dataclass(slots=True)
class Watch:
    """A follower with everything that it said; `again` stops it and starts it anew."""

    served: Published
    url: str
    directory: Path
    policy: Policy
    outbound: Outbound = field(default_factory=lambda: Outbound(deadline_s=2.0))
    said: list[str] = field(default_factory=list)
    command: tuple[str, ...] = ()
    max_age_s: float | None = None
    patience_s: float = 0.0
    now_ms: int = 0
    elapsed_s: float = 0.0
    stopped: Callable[[], bool] = lambda: False
    follower: Follower | None = None

    @property
    def log(self) -> MadeLog:
        """The log that is served."""
        return self.served.log

    def look(self, times: int = 1) -> list[str]:
        """Rounds, one unless more are wanted; the kinds of the alarms that were raised in them."""
        if self.follower is None:
            self.follower = self.start()
        before = len(self.said)
        for _ in range(times):
            self.follower.round()
        return [line.split()[1].removesuffix(":") for line in self.said[before:] if line.startswith("警报 ")]

    def start(self) -> Follower:
        """A follower of the same directory."""
        clock = lambda: self.now_ms or self.log.now_ms  # noqa: E731
        alarms = Alarms(self.directory / HOME, say=self.said.append, clock_ms=clock, command=self.command)
        return Follower(
            LogSource(self.url, self.outbound),
            self.policy,
            self.directory,
            alarms=alarms,
            clock_ms=clock,
            lot=lambda count: count - 1,
            max_age_s=self.max_age_s,
            patience_s=self.patience_s,
            stopped=self.stopped,
            monotonic_s=lambda: self.elapsed_s,
        )

    def again(self) -> None:
        """As if the follower were started once more."""
        self.stop()
        self.follower = self.start()

    def stop(self) -> None:
        """Stops the follower."""
        if self.follower is not None:
            self.follower.close()
        self.follower = None

    def mirrored(self) -> Checkpoint:
        """What the mirror's own checkpoint says."""
        return Checkpoint.parse(split_note((self.directory / "checkpoint").read_text("utf-8"))[0])

    def evidence(self, kind: str) -> dict[str, str]:
        """The evidence of the only alarm of a kind, by name."""
        (kept,) = (self.directory / HOME / "evidence").glob(f"{kind.lower()}-*")
        return {path.name: path.read_text("utf-8", errors="replace") for path in kept.iterdir()}


@pytest.fixture
def log() -> MadeLog:
    log = MadeLog()
    log.genesis()
    log.grow(300)
    log.map_state()
    return log


@pytest.fixture
def watch(log: MadeLog, tmp_path: Path) -> Iterator[Watch]:
    with published(log) as (served, url):
        policy = Policy.parse(f"log {log.keys()[0].vkey}\nquorum none\n")
        watching = Watch(served, url, tmp_path / "mirror", policy)
        yield watching
        watching.stop()
        watching.outbound.close()
