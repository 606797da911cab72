"""The beacon and the seed: randomness that did not exist when the order was given.

The *beacon* is the first leaf of the registry's own after the order, at position p:

    a draw that is not time-anchored    the first MAP_STATE or TIME_ANCHOR
    a time-anchored draw                the first TIME_ANCHOR whose stamped checkpoint holds the order

Nobody outside the registry knows the statement of such a leaf before it is there, for it holds 16 random
bytes; and which one counts is nobody's choice. Then

    seed = SHA-256("registry.v1.draw" LF ‖ origin LF ‖ order ‖ objects ‖ inspectors ‖ recusals ‖ n ‖ value)

    order                  statement hash of the order, as its leaf has it
    objects, inspectors    roots of both rosters
    recusals               SHA-256 of the file of recusals; of nothing (e3b0c442…) where there is none
    n, value               not anchored: p as u64 big-endian, and the root over the leaves [0, p + 1)
                           anchored: the size that was stamped as u64, and SHA-256 of the token's TSTInfo

An anchored draw rests on what the authority signed, the TSTInfo of RFC 3161 with its instant and serial
number, and on nothing that the registry adds: who runs the registry could try nonces until one pleases, but
each TSTInfo costs a request that the authority keeps. The parts of a token that nobody signs are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256

from registry.provenance.leaf import LeafType
from registry.provenance.timestamp_token import stamped_content
from registry.v1.statement_pb2 import TimeAnchor

ALGORITHM = "double-random-v1"
NO_RECUSALS = sha256(b"").digest()
_LABEL = b"registry.v1.draw\n"
BEACONS = frozenset({LeafType.MAP_STATE, LeafType.TIME_ANCHOR})


@dataclass(frozen=True, slots=True)
class Beacon:
    """What the randomness is, and the leaf from which it comes."""

    position: int
    number: int
    value: bytes

    @classmethod
    def of_root(cls, position: int, root: bytes) -> Beacon:
        """Of a draw that is not anchored: ``root`` is that over [0, position + 1)."""
        return cls(position, position, root)

    @classmethod
    def of_anchor(cls, position: int, anchor: TimeAnchor) -> Beacon:
        """Of an anchored draw. ValueError or LookupError if the token cannot be read."""
        return cls(position, anchor.size, sha256(stamped_content(anchor.token)).digest())


@dataclass(frozen=True, slots=True)
class Seeding:
    """What was fixed before there was a beacon."""

    origin: str
    order: bytes
    objects: bytes
    inspectors: bytes
    recusals: bytes = NO_RECUSALS


def seed_of(fixed: Seeding, beacon: Beacon) -> bytes:
    """The 32 bytes from which all is drawn."""
    parts = (fixed.order, fixed.objects, fixed.inspectors, fixed.recusals)
    if any(len(part) != 32 for part in (*parts, beacon.value)):
        raise ValueError("the parts of a seed have 32 bytes each")
    head = _LABEL + fixed.origin.encode() + b"\n" + b"".join(parts)
    return sha256(head + beacon.number.to_bytes(8, "big") + beacon.value).digest()


def beacon_position(
    types: Iterable[tuple[int, LeafType]],
    order: int,
    *,
    anchored: bool,
    stamped: Callable[[int], int],
) -> int | None:
    """Which leaf of those after the order is the beacon; None while there is none.

    ``types`` are positions and types of the leaves after the order, in order; ``stamped`` gives the size of
    the checkpoint that the time anchor at a position stamps."""
    for position, kind in types:
        if anchored:
            if kind is LeafType.TIME_ANCHOR and stamped(position) > order:
                return position
        elif kind in BEACONS:
            return position
    return None
