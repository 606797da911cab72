"""What a replica is loaded with, and how it is kept current (本地副本的载入): the half that asks no question.

One snapshot at a time with deltas over it, taken whole or not at all; what is believed of them,
``registry_client.loaded_snapshot`` says. Whoever asks meanwhile is answered by what was there before.

Example: a replica that holds 905 and is given a snapshot of 900 raises ReplicaError and goes on with 905.
"""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Lock

from registry.provenance.snapshot import SnapshotHeader
from registry.provenance.witness_policy import Policy
from registry.v1.subject_pb2 import Domain
from registry_client.loaded_snapshot import Loaded, ReplicaError
from registry_client.replica_following import Following, Source

Prove = Callable[[SnapshotHeader, SnapshotHeader], None]
"""Shows that the log of one header's checkpoint has only grown into that of a later one. Raises ReplicaError
where it has not."""


JUMP_MS = 300_000
"""How far the wall's clock may have parted from the one that nobody sets, and a snapshot be of the future."""


class StaleError(ReplicaError):
    """The replica is older than its bound, or has no snapshot: there is no answer, and none is CLEAR."""


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


def _passed_ms() -> int:
    """Since the machine was started, its sleep included: nobody sets it back."""
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)) // 1_000_000


class Holding:
    """See the module's text. ``clock`` answers Unix milliseconds; ``passed`` milliseconds by a clock that
    nobody sets, by default the machine's, and another ``clock`` itself where one is given."""

    def __init__(
        self,
        policy: Policy,
        *,
        max_age_s: float,
        clock: Callable[[], int] | None = None,
        passed: Callable[[], int] | None = None,
    ) -> None:
        self._policy, self._clock = policy, clock or _wall_ms
        self._passed = passed or clock or _passed_ms
        self._apart_ms = 0
        self.max_age_s = max_age_s
        self._max_age_ms = int(max_age_s * 1000)
        self._domain = 0
        self._loading = Lock()
        self._loaded: Loaded | None = None

    def load(
        self, snapshot: str | Path | bytes, delta: bytes | None = None, *, prove: Prove | None = None
    ) -> SnapshotHeader:
        """Takes a snapshot, or the file that holds one, which must not be written to any more (replace it by
        renaming another), with a delta over it if there is one. Raises ReplicaError, and goes on with the one
        at hand."""
        with self._loading:
            loaded, admit = Loaded.of(_content(snapshot), self._policy), partial(self._admit, prove=prove)
            if delta is not None:
                loaded = loaded.with_delta(memoryview(delta), self._policy, admit)
            else:
                admit(loaded)
            self._loaded = loaded
        return loaded.header

    def apply(self, delta: str | Path | bytes, *, prove: Prove | None = None) -> SnapshotHeader:
        """Takes what changed since. Raises ReplicaError, and goes on with what is at hand; StaleError if
        there is no snapshot."""
        with self._loading:
            admit = partial(self._admit, prove=prove)
            loaded = self._loaded = self._at_hand().with_delta(_content(delta), self._policy, admit)
        return loaded.header

    def _admit(self, loaded: Loaded, *, prove: Prove | None) -> None:
        """Raises ReplicaError where what was loaded may not take the place of what is at hand."""
        now_ms, passed_ms = self._clock(), self._passed()
        loaded.require_past(now_ms + JUMP_MS)
        if self._domain not in (0, loaded.header.domain):
            raise ReplicaError("快照属于另一领域")
        if (before := self._loaded) is not None:
            loaded.require_after(before)
            if prove is not None:
                prove(before.header, loaded.header)
        self._apart_ms = now_ms - passed_ms

    def follow(self, source: Source, path: str | Path, *, every_s: float | None = None) -> Following:
        """Keeps it current from a source by a thread of its own, which begins now, with the base in a file;
        ``every_s``: how often at least, by default thrice within ``max_age_s``."""
        self.take_only(source.domain)
        following = Following(self, source, Path(path), every_s=every_s or min(25.0, self.max_age_s / 3))
        following.start()
        return following

    def take_only(self, domain: Domain.ValueType) -> None:
        """Has it take snapshots of one domain alone. ReplicaError if it holds one of another."""
        if self._loaded is not None and self._loaded.header.domain != domain:
            raise ReplicaError("快照属于另一领域")
        self._domain = domain

    @property
    def loaded(self) -> Loaded | None:
        """What it holds, if anything."""
        return self._loaded

    @property
    def header(self) -> SnapshotHeader:
        """Of the snapshot at hand. Raises StaleError if there is none."""
        return self._at_hand().header

    @property
    def age_s(self) -> float:
        """Seconds since the registry made the snapshot at hand. Raises StaleError if there is none."""
        return self._age_ms(self._at_hand()) / 1000

    def _age_ms(self, loaded: Loaded) -> int:
        """By whichever clock makes it older: the wall's may have been set back since."""
        now_ms, made_ms = self._clock(), loaded.header.made_ms
        return max(0, now_ms - made_ms, self._passed() + self._apart_ms - made_ms)

    def _at_hand(self) -> Loaded:
        if self._loaded is None:
            raise StaleError("本地副本还没有载入快照")
        return self._loaded

    def _left_ms(self, loaded: Loaded) -> int:
        """For how long the snapshot is not too old. Raises StaleError if it is, or if the wall's clock jumped
        since it was taken: then it is not known what day it is, nor how old the snapshot."""
        jumped_ms = self._clock() - self._passed() - self._apart_ms
        if abs(jumped_ms) > JUMP_MS:
            said = f"本机时钟在载入快照之后跳变了{jumped_ms / 1000:+.0f}秒; 请核对时钟, 并重新载入快照"
            raise StaleError(said)
        age_ms = self._age_ms(loaded)
        if age_ms >= self._max_age_ms:
            raise StaleError(f"本地副本制作于{age_ms / 1000:.0f}秒前, 超过{self._max_age_ms // 1000}秒的限度")
        return self._max_age_ms - age_ms


def _content(source: str | Path | bytes) -> memoryview:
    try:
        return memoryview(source if isinstance(source, bytes) else _mapped(Path(source)))
    except OSError as error:
        raise ReplicaError(f"不能读取快照: {error.strerror}") from error


def _mapped(path: Path) -> mmap.mmap | bytes:
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
