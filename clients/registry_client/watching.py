"""Watching the restrictions of a domain (关注限制变化): what changes comes once, in order, without a gap.

    wanted = Wanted(domain=DOMAIN_PROCUREMENT)
    for told in Watcher(registry.watching, wanted, TokenFile(Path("watch.token"))):
        if told.change is not None:
            apply(told.change)                # each subject with all that stands of it afterwards
        elif told.caught_up:
            publish()                         # up to told.position nothing is missing

* If the registry is away, has no place or found the reader too slow, a ``Watcher`` comes again by itself,
  after longer and longer pauses, and goes on where it was. What is wrong with the question is raised.
* A token is stored when the loop asks for what comes after it, so that nothing is lost if the program dies
  while it applies a change: that change comes again. Without a stored token it begins with what is new, or
  ``from_position``.
* What was told before the first ``caught_up`` is no state yet: a later statement may have ended it.

Example: the registry is started anew while a platform watches. The platform's loop is silent for a second and
goes on with the next change.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import grpc

from registry.v1 import watch_service_pb2 as pb
from registry.v1.restriction_service_pb2 import Purpose
from registry.v1.subject_pb2 import Domain
from registry.v1.watch_service_pb2_grpc import WatchServiceStub
from registry_client.calls import Calls
from registry_client.errors import RegistryCallError
from registry_client.pausing import pause_s

_COMES_BACK = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.INTERNAL,
    }
)
"""Failures after which the same call may succeed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is watched: a domain, organisations registered in a region, restrictions that lists bring about.

    Natural persons (``persons``, border systems only) for a stated purpose."""

    domain: Domain.ValueType
    region: str = ""
    lists: Sequence[str] = ()
    persons: bool = False
    reference: str = ""
    reason: str = ""

    def message(self) -> pb.RestrictionFilter:
        """As it is sent."""
        return pb.RestrictionFilter(
            purpose=Purpose(domain=self.domain, reference=self.reference, reason=self.reason),
            region=self.region,
            list_codes=self.lists,
            include_persons=self.persons,
        )


@dataclass(frozen=True, slots=True)
class ToldOf:
    """A change, or (None) that everything up to ``position`` was told; ``token`` leads on from there.

    ``caught_up``: nothing after it was known to the registry then."""

    token: str
    position: int
    change: pb.RestrictionChange | None = None
    caught_up: bool = False


class Tokens(Protocol):
    """Where a caller keeps the token that leads on."""

    def load(self) -> str:
        """The token that was stored last; empty if none was."""

    def store(self, token: str) -> None:
        """Keeps a token in the place of the last."""


class TokenInMemory:
    """A token for as long as the program runs."""

    def __init__(self, token: str = "") -> None:
        self.token = token

    def load(self) -> str:
        """See Tokens."""
        return self.token

    def store(self, token: str) -> None:
        """See Tokens."""
        self.token = token


class TokenFile:
    """A token in a file, which is there whole or as it was. OSError if it cannot be written, or if there is a
    file without a token: beginning from now, a watcher would pass over what changed meanwhile."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> str:
        """See Tokens."""
        try:
            token = self._path.read_text("ascii").strip()
        except FileNotFoundError:
            return ""
        except UnicodeDecodeError:
            token = ""
        if not token:
            said = "文件中没有续接标记；要从现在重新开始，请移走文件"
            raise OSError(errno.EINVAL, said, str(self._path))
        return token

    def store(self, token: str) -> None:
        """See Tokens."""
        beside = self._path.with_name(self._path.name + ".new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(f"{token}\n")
            # Or a power cut may leave the new name with nothing in it.
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)


class Watching:
    """Changes of restrictions, by stream and by asking. One is had from ``Registry``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._stub = WatchServiceStub(channel)
        self._calls = calls

    def stream(
        self, wanted: Wanted, start: pb.WatchStart, timeout: float | None = None
    ) -> Iterator[pb.WatchRestrictionsResponse]:
        """One stream until it ends, as it comes. Raises RegistryCallError; comes not again by itself."""
        request = pb.WatchRestrictionsRequest(filter=wanted.message(), start=start)
        yield from self._calls.stream(self._stub.WatchRestrictions, request, timeout)

    def poll(
        self, wanted: Wanted, start: pb.WatchStart, *, wait_s: int = 25, max_changes: int = 0
    ) -> pb.PollRestrictionsResponse:
        """What changed since a token, waiting for the first of it. Raises RegistryCallError."""
        request = pb.PollRestrictionsRequest(
            filter=wanted.message(), start=start, wait_seconds=wait_s, max_changes=max_changes
        )
        return self._calls.unary(self._stub.PollRestrictions, request, self._calls.timeout + wait_s)


class Watcher:
    """Watches for as long as it is iterated over, whatever becomes of single streams.

    ``patience_s``: how long it goes without a word before it raises what the last stream failed of; None: for
    ever."""

    def __init__(
        self,
        watching: Watching,
        wanted: Wanted,
        tokens: Tokens | None = None,
        *,
        from_position: int | None = None,
        patience_s: float | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._watching = watching
        self._wanted = wanted
        self._tokens = tokens or TokenInMemory()
        self._from_position = from_position
        self._patience_s = patience_s
        self._pause = pause
        self._failures = 0
        self._heard_at = time.monotonic()

    def __iter__(self) -> Iterator[ToldOf]:
        """Changes and checkpoints. Raises RegistryCallError for what asking again does not mend."""
        token = self._tokens.load()
        while True:
            retry_after_s = 0.0
            try:
                for told in self._stream(token):
                    yield told
                    token = told.token
                    self.done_with(told)
            except RegistryCallError as error:
                if error.code not in _COMES_BACK or self._is_tired():
                    raise
                retry_after_s = error.retry_after_s or 0.0
            self._rest(retry_after_s)

    def done_with(self, told: ToldOf) -> None:
        """Stores where to go on after something, as asking for the next does."""
        self._tokens.store(told.token)

    def _stream(self, token: str) -> Iterator[ToldOf]:
        """One stream; what comes in several parts is put together."""
        held: pb.RestrictionChange | None = None
        for response in self._watching.stream(self._wanted, self._start(token)):
            self._failures, self._heard_at = 0, time.monotonic()
            if response.HasField("checkpoint"):
                checkpoint = response.checkpoint
                yield ToldOf(response.resume_token, checkpoint.known_position, caught_up=checkpoint.caught_up)
                continue
            change = response.change
            if held is not None:
                held.subjects.extend(change.subjects)
                held.continued = change.continued
                change = held
            held = change if change.continued else None
            if held is None:
                yield ToldOf(response.resume_token, change.position, change)

    def _start(self, token: str) -> pb.WatchStart:
        if token:
            return pb.WatchStart(resume_token=token)
        if self._from_position is not None:
            return pb.WatchStart(from_position=self._from_position)
        return pb.WatchStart()

    def _is_tired(self) -> bool:
        return self._patience_s is not None and time.monotonic() - self._heard_at > self._patience_s

    def _rest(self, at_least_s: float) -> None:
        """Pauses, the longer the more often it failed, and never all watchers alike."""
        self._failures += 1
        self._pause(max(at_least_s, pause_s(self._failures)))
