"""Snapshots kept at hand (快照): one file of each domain, made when somebody asks and it is no longer new.

To compile one takes microseconds for each subject, so it is made once for all who ask, at most every
``MIN_AGE_S``, and later ones wait for it. The files have no names: they are gone with the process.

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
from registry.commands.snapshots import build_snapshot
from registry.commands.state import RegistryState
from registry.domain.periods import china_day
from registry.errors import RegistryError
from registry.provenance.keys import Signer
from registry.store.interface import StoreError
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import subject_pb2

MIN_AGE_S = 10.0
_Domain: TypeAlias = subject_pb2.Domain.ValueType


@dataclass(frozen=True, slots=True)
class Kept:
    """A snapshot in a file of its own, mapped into memory."""

    position: int
    made_ms: int
    content: mmap.mmap


class Snapshots:
    """The newest snapshot of each domain. ``signers`` answers the receipt keys that count now."""

    def __init__(
        self, state: RegistryState, signers: Callable[[], list[Signer]], clock: Callable[[], int]
    ) -> None:
        self._state = state
        self._signers = signers
        self._clock = clock
        self._kept: dict[_Domain, Kept] = {}
        self._making: defaultdict[_Domain, Lock] = defaultdict(Lock)

    def newest(self, caller: Caller, domain: _Domain) -> Kept:
        """The snapshot of a domain. Raises RegistryError where the caller may not ask in it, or where nothing
        can be signed."""
        if not may_ask(caller, domain):
            message = "本系统无权查询这一领域。"
            raise RegistryError.of(reasons.ERROR_REASON_DOMAIN_DENIED, message, "domain")
        with self._making[domain]:
            kept = self._kept.get(domain)
            if kept is None or not self._is_new(kept):
                kept = self._kept[domain] = self._made(domain)
        return kept

    def _is_new(self, kept: Kept) -> bool:
        now_ms = self._clock()
        return now_ms - kept.made_ms < MIN_AGE_S * 1000 and china_day(now_ms) == china_day(kept.made_ms)

    def _made(self, domain: _Domain) -> Kept:
        made_ms, signers = self._clock(), self._signers()
        try:
            with tempfile.TemporaryFile(prefix="registry-snapshot-") as file:
                position = self._state.size - 1
                for piece in build_snapshot(self._state, domain, signers, made_ms=made_ms):
                    file.write(piece)
                file.flush()
                content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise StoreError(f"不能写快照: {error.strerror}") from error
        return Kept(position, made_ms, content)
