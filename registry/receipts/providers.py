"""What evidence is taken from that runs beside the answers: proofs of the map, checkpoints, time anchors.

Each is a protocol, since each may be missing: a registry without a map gives no proof (MAP_BEHIND), one
without required witnesses serves its newest checkpoint.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from registry.commands.ledger import REGISTRY_REF
from registry.commands.state import RegistryState
from registry.provenance.time_window import Anchor
from registry.store.interface import StoreError
from registry.upkeep.cosigner import CosignatureError, Cosigner
from registry.upkeep.map_book import MapEvidence
from registry.upkeep.mapper import MapBehindError, Mapper

MAPPED_S = 3.0
"""How long a receipt waits for a map state that covers the answer."""
COSIGNED_S = 5.0
"""How long a receipt waits for the cosignatures that are required."""


class MapProver(Protocol):
    """Proofs of the map of subjects."""

    def prove(self, subject_keys: Sequence[bytes], position: int) -> MapEvidence | None:
        """What the map holds under each key, by a logged state that covers a position; None if there is none
        in time."""


class NoMap:
    """Where there is no map."""

    def prove(self, subject_keys: Sequence[bytes], position: int) -> MapEvidence | None:
        """None."""
        return None


class Mapped:
    """The proofs of a running log's mapper."""

    def __init__(self, mapper: Mapper) -> None:
        self._mapper = mapper

    def prove(self, subject_keys: Sequence[bytes], position: int) -> MapEvidence | None:
        """See MapProver."""
        try:
            return self._mapper.prove(subject_keys, position=position, timeout_s=MAPPED_S)
        except MapBehindError:
            return None


class Checkpoints(Protocol):
    """Signed checkpoints to rely on."""

    def covering(self, size: int) -> str | None:
        """A signed note of at least a size, with the cosignatures that are required; None if there is none in
        time."""


class NewestCheckpoint:
    """The log's own newest one, with whatever cosignatures stand under it."""

    def __init__(self, state: RegistryState) -> None:
        self._state = state

    def covering(self, size: int) -> str | None:
        """See Checkpoints."""
        head = self._state.head
        if head is None or head.size < size:
            return None
        rows = self._state.store.cosignatures(head.size)
        # A row without a name is the checkpoint itself, kept while a log is witnessed.
        return head.note + "".join(row.line.rstrip("\n") + "\n" for row in rows if row.name)


class Cosigned:
    """Those of a log that is witnessed."""

    def __init__(self, cosigner: Cosigner) -> None:
        self._cosigner = cosigner

    def covering(self, size: int) -> str | None:
        """See Checkpoints."""
        try:
            return self._cosigner.require(size, COSIGNED_S)
        except CosignatureError:
            return None


class Anchors:
    """Every time anchor of the log, read again when the registry has stated something since."""

    def __init__(self, state: RegistryState) -> None:
        self._state = state
        self._read: tuple[int, list[Anchor]] = (-1, [])

    def around(self, positions: Iterable[int]) -> Iterator[int]:
        """Positions of the last anchor before each leaf, and of the first whose checkpoint covers it."""
        anchors = self._anchors()
        for position in positions if anchors else ():
            before = bisect_left(anchors, position, key=lambda anchor: anchor.position)
            after = bisect_right(anchors, position, key=lambda anchor: anchor.size)
            yield from (
                each.position for each in (*anchors[max(0, before - 1) : before], *anchors[after : after + 1])
            )

    def _anchors(self) -> list[Anchor]:
        own = self._state.store.chains([REGISTRY_REF]).get(REGISTRY_REF)
        if own is None:
            raise StoreError("存储被改动: 没有登记系统自己的链")
        sequence, anchors = self._read
        if sequence != own.sequence:
            anchors = list(self._state.store.anchors())
            self._read = own.sequence, anchors
        return anchors
