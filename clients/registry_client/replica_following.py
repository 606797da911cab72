"""A replica kept current (本地副本的跟进): by a thread that waits for changes and puts them over its base.

    with replica.follow(FromRegistry(registry, DOMAIN_PROCUREMENT), "procurement.snapshot") as following:
        following.wait(30)                     # True once the replica answers
        …
        following.error, replica.age_s

* It begins with the file, if there is one, and asks for everything since. Where there is no delta over it,
  another snapshot comes, which takes the file's place once it is believed.
* ``FromRegistry`` (``registry_client.replica_source``) waits by Watch: it asks as soon as a statement changes
  anything in the domain, and at least every ``every_s``; if no place to watch is free, every five seconds.
  ``FromUrl`` (``registry_client.snapshot_urls``) fetches files that often.
* Over gRPC each newer checkpoint is proven to extend the one before it (RFC 9162 §2.1.4), before what comes
  with it is believed.
* What fails is tried again after longer and longer pauses; the replica goes on with what it has, and raises
  ``StaleError`` beyond its bound. A delta that cannot be put over its base is followed by a snapshot.

Example: the registry is started anew. ``following.error`` says so, ``replica.age_s`` grows, and a second
after it is back a delta brings everything that was stated since.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Condition, Event, Thread
from typing import TYPE_CHECKING, Protocol

from registry.provenance.signed_table import SnapshotError
from registry.provenance.snapshot import SnapshotHeader
from registry.provenance.snapshot_delta import header_in
from registry.v1.subject_pb2 import Domain
from registry_client.held_snapshot import Held, Since, held_in, replacing
from registry_client.loaded_snapshot import MAX_PUT_OVER, ReplicaError
from registry_client.pausing import pause_s

if TYPE_CHECKING:
    from registry_client.replica_holding import Holding

APART_S = 0.5
"""Between two rounds at least, however fast statements come."""
CLOSE_S = 6.0
"""How long its thread is waited for at the end: one that waits to watch ends within 5 seconds."""


class Source(Protocol):
    """Where snapshots and deltas of a domain are had from."""

    @property
    def domain(self) -> Domain.ValueType:
        """The domain."""

    def since(self, held: Held | None, into: Path | None) -> Since:
        """What changed since what is held, or a snapshot in a file; None: nothing but a delta is wanted.
        Raises RegistryCallError, AnswerError, OSError."""

    def wait(self, position: int, longest_s: float, ended: Event) -> None:
        """Returns when something may have changed after a position, the time is over or it has ended."""

    @property
    def prove(self) -> Callable[[SnapshotHeader, SnapshotHeader], None] | None:
        """See ``registry_client.replica_holding.Prove``, where the source can."""


class Following:
    """Keeps a replica current between ``start`` and ``close``; had from ``Replica.follow``."""

    def __init__(self, replica: Holding, source: Source, path: Path, *, every_s: float) -> None:
        self._replica, self._source, self._path, self._every_s = replica, source, path, every_s
        self._new = path.with_name(f".{path.name}.new")
        self._wants_whole = False
        self._ended, self._round = Event(), Condition()
        self._thread = Thread(target=self._run, name="registry-replica", daemon=True)
        self.rounds, self.failures = 0, 0
        self.error: Exception | None = None
        self.delta: bytes | None = None
        """What was put over the base last."""

    def __enter__(self) -> Following:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Begins, with what the file holds."""
        if self._path.exists():
            with suppress(ReplicaError):  # Another will be fetched.
                self._replica.load(self._path)
        self._thread.start()

    def close(self) -> None:
        """Ends; the replica goes on with what it has."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(CLOSE_S)

    def wait(self, timeout_s: float) -> bool:
        """Waits until it has once brought the replica up to date; False if it has not within the time."""
        with self._round:
            return self._round.wait_for(lambda: self.rounds > 0, timeout_s)

    def keep_delta(self, path: Path) -> None:
        """Puts what was put over the base last into a file beside it, for a program that starts later."""
        if self.delta is not None:
            with replacing(path) as new:
                new.write_bytes(self.delta)

    def step(self) -> None:
        """One round. Raises ReplicaError, RegistryCallError, AnswerError, OSError."""
        held = None if self._wants_whole else held_by(self._replica)
        since = self._source.since(held, self._new)
        if since.delta is not None:
            self._put_over(since.delta)
        elif not since.unchanged:
            self._put_in_place()
        loaded = self._replica.loaded
        self._wants_whole = loaded is not None and loaded.put_over > MAX_PUT_OVER

    def _put_over(self, delta: bytes) -> None:
        try:
            self._replica.apply(delta, prove=self._source.prove)
        except ReplicaError:
            self._wants_whole = not self._is_old(delta)
            raise
        self.delta = delta

    def _is_old(self, delta: bytes) -> bool:
        """Whether a delta is only older than what is known already: a snapshot would be no newer."""
        loaded = self._replica.loaded
        try:
            now = header_in(delta).now
        except SnapshotError:
            return False
        return loaded is not None and (now.position, now.made_ms) < (
            loaded.header.position,
            loaded.header.made_ms,
        )

    def _put_in_place(self) -> None:
        """Has the replica take a snapshot that was fetched, with what changed since, and then keeps it."""
        try:
            delta = self._source.since(held_in(self._new), None).delta
            self._replica.load(self._new, delta, prove=self._source.prove)
            self._new.replace(self._path)
            self.delta = delta
        except SnapshotError as error:
            raise ReplicaError(str(error)) from error
        finally:
            self._new.unlink(missing_ok=True)

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self.step()
                with self._round:
                    self.error, self.failures, self.rounds = None, 0, self.rounds + 1
                    self._round.notify_all()
                if not self._ended.wait(APART_S) and (loaded := self._replica.loaded) is not None:
                    self._source.wait(loaded.header.position, self._every_s, self._ended)
            except Exception as error:  # Whatever it is, it is told, and the bound says what is borne.
                self.error, self.failures = error, self.failures + 1
                self._ended.wait(pause_s(self.failures, self._every_s))


def held_by(replica: Holding) -> Held | None:
    """What a replica holds."""
    loaded = replica.loaded
    return Held(loaded.envelope, loaded.base, loaded.header.position) if loaded is not None else None
