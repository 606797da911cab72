"""Snapshots kept at hand (快照): one file of each domain, made when somebody asks and it is no longer new.

To compile one takes microseconds for each subject, so it is made once for all who ask, at most every
``MIN_AGE_S``, and later ones wait for it. The files have no names: they are gone with the process. One is due
as well, however new, when the day or the days under its edition are others: an edition was adopted since.

Whoever has a snapshot is given what changed since (``commands.snapshot_deltas``), if that can be told; for
whoever will ask for that next, an older snapshot does, so that none is made for each who begins.

Whoever holds a snapshot is told of what falls by the next one, and ``Replica`` refuses one that is too old;
so no row of ``recipient`` is written for each of its restrictions.

Example: asked at 900 for a domain whose file was made at 880 two minutes ago: a new one is made. Asked
again a second later, after 910: the same file, and the caller sees that it speaks of 900.
"""

from __future__ import annotations

import mmap
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TypeAlias

from registry.access.identity import Caller
from registry.access.policy import may_ask
from registry.commands.snapshot_deltas import Base, WholeWantedError, base_of, build_delta, changed_since
from registry.commands.snapshots import Seal, basis_of, build_snapshot
from registry.commands.state import RegistryState
from registry.domain.periods import china_day
from registry.errors import RegistryError
from registry.provenance.snapshot import SNAPSHOT, SnapshotHeader
from registry.store.interface import StoreError
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import snapshot_service_pb2 as pb
from registry.v1 import subject_pb2

MIN_AGE_S = 10.0
_Domain: TypeAlias = subject_pb2.Domain.ValueType


@dataclass(frozen=True, slots=True)
class Kept:
    """A snapshot in a file of its own, mapped into memory."""

    header: SnapshotHeader
    content: mmap.mmap


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody is given: a snapshot, and why no delta; or a delta."""

    position: int
    content: mmap.mmap | bytes
    delta: bool = False
    reason: pb.WholeReason.ValueType = pb.WHOLE_REASON_UNSPECIFIED


class Snapshots:
    """The newest snapshot of each domain, and what changed since others."""

    def __init__(self, state: RegistryState, seal: Seal, clock: Callable[[], int]) -> None:
        self._state = state
        self._seal = seal
        self._clock = clock
        self._kept: dict[_Domain, Kept] = {}
        self._making: defaultdict[_Domain, Lock] = defaultdict(Lock)
        self._telling: defaultdict[_Domain, Lock] = defaultdict(Lock)

    def given(self, caller: Caller, asked: pb.GetSnapshotRequest) -> Given | None:
        """What a request asks for; None if there is nothing newer. Raises RegistryError where the caller may
        not ask in the domain, or where nothing can be signed; INDEX_STALE where a question is not answered
        either: what is signed here is believed for as long as it is new."""
        domain = asked.domain
        if not may_ask(caller, domain):
            message = "本系统无权查询这一领域。"
            raise RegistryError.of(reasons.ERROR_REASON_DOMAIN_DENIED, message, "domain")
        self._state.require_fresh()
        reason = pb.WHOLE_REASON_UNSPECIFIED
        if asked.base:
            self._state.known(asked.reached)  # Or a snapshot would be given that is older than what he has.
            try:
                return self._delta(base_of(self._state, domain, asked.base, asked.reached))
            except WholeWantedError as wanted:
                reason = wanted.reason
        kept = self._newest(domain, asked.reached, older_will_do=asked.older_will_do)
        if not asked.base and kept.header.position <= asked.newer_than:
            return None
        return Given(kept.header.position, kept.content, reason=reason)

    def _newest(self, domain: _Domain, reached: int, *, older_will_do: bool) -> Kept:
        """The newest snapshot of a domain, of no earlier position than somebody has reached; or an older one,
        over which a delta can be had. Raises RegistryError.

        What nobody can have reached asks for nothing: no snapshot would do, and each call compile one."""
        with self._making[domain]:
            kept = self._kept.get(domain)
            beyond = reached > self._state.index.position
            does = kept is not None and (beyond or kept.header.position >= reached)
            if (
                kept is None
                or not does
                or not (self._is_new(kept) or (older_will_do and self._will_do(kept)))
            ):
                kept = self._kept[domain] = self._made(domain)
        return kept

    def _delta(self, base: Base) -> Given:
        with self._telling[subject_pb2.Domain.ValueType(base.header.domain)]:
            position, pieces = build_delta(self._state, base, self._seal, made_ms=self._clock())
            return Given(position, b"".join(pieces), delta=True)

    def _is_new(self, kept: Kept) -> bool:
        now_ms, header = self._clock(), kept.header
        if now_ms - header.made_ms >= MIN_AGE_S * 1000 or china_day(now_ms) != header.first:
            return False
        domain = subject_pb2.Domain.ValueType(header.domain)
        basis = basis_of(self._state, domain, self._state.index.position, header.first)
        return (basis.edition.hash, basis.last) == (header.edition, header.last)

    def _will_do(self, kept: Kept) -> bool:
        base = Base(kept.header, kept.header.position)
        try:
            changed_since(self._state, base, self._state.index.position, china_day(self._clock()))
        except WholeWantedError:
            return False
        return True

    def _made(self, domain: _Domain) -> Kept:
        try:
            with tempfile.TemporaryFile(prefix="registry-snapshot-") as file:
                for piece in build_snapshot(self._state, domain, self._seal, made_ms=self._clock()):
                    file.write(piece)
                file.flush()
                content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise StoreError(f"不能写快照: {error.strerror}") from error
        envelope, _ = SNAPSHOT.split(content[: 1 << 21])
        return Kept(SnapshotHeader.decode(SNAPSHOT.opened(envelope).payload), content)
