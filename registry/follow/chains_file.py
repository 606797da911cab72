"""Chains and map of a follower at rest (`registry.follow.chains`): one file, written and read in pieces.

    "registry.v1 map and chains" LF
    map size u64, size u64, entries of the map u64
    the map's entries, by key             key 32, leaves u64, head 32
    those of chains beside it, the same   of several of one key the last counts
    SHA-256 of all that

The map is that of the first "map size" leaves, with what lies beside it the chains are those of the first
"size". The first such file, "registry.v1 chains", had a map that may have been beyond the last state: it is
read as damaged, and what it said is built anew.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import chain, islice, starmap
from pathlib import Path
from typing import BinaryIO

from registry.durable import exchange
from registry.provenance.map_buckets import Buckets
from registry.provenance.map_entry import MapEntry

_HEAD = b"registry.v1 map and chains\n"
_SIZES = struct.Struct(">QQQ")
_ENTRY = struct.Struct(">32sQ32s")
_DIGEST_BYTES = 32
_BATCH = 65_536

Put = Callable[[Iterable[MapEntry]], None]
"""Takes some of the entries."""


class DamagedError(Exception):
    """The file is not as it was written, or of another kind."""


def write_chains(path: Path, map_size: int, mapped: Buckets, size: int, beside: Iterable[MapEntry]) -> None:
    """Writes the file, durably. Raises OSError."""
    start = _HEAD + _SIZES.pack(map_size, size, mapped.count())
    entries = chain(mapped.entries(), beside)
    exchange(path, _sealed(chain([start], _packed(entries))))


def read_chains(path: Path, mapped: Put, beside: Put) -> tuple[int, int]:
    """Both sizes; the entries are put as they are read, and are good for nothing where this raises
    DamagedError or OSError."""
    with path.open("rb") as file:
        start = file.read(len(_HEAD) + _SIZES.size)
        total, odd = divmod(os.fstat(file.fileno()).st_size - len(start) - _DIGEST_BYTES, _ENTRY.size)
        if not start.startswith(_HEAD) or total < 0 or odd:
            raise DamagedError
        map_size, size, count = _SIZES.unpack_from(start, len(_HEAD))
        digest = sha256(start)
        for put, number in (mapped, min(count, total)), (beside, total - min(count, total)):
            for piece in _pieces(file, number):
                digest.update(piece)
                put(map(MapEntry._make, _ENTRY.iter_unpack(piece)))
        if file.read() != digest.digest():
            raise DamagedError
    return map_size, size


def _packed(entries: Iterator[MapEntry]) -> Iterator[bytes]:
    while piece := b"".join(starmap(_ENTRY.pack, islice(entries, _BATCH))):
        yield piece


def _sealed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces, and the hash over them."""
    digest = sha256()
    for piece in pieces:
        digest.update(piece)
        yield piece
    yield digest.digest()


def _pieces(file: BinaryIO, number: int) -> Iterator[bytes]:
    """So many entries, some at a time; what is cut off meanwhile shows at the end."""
    for left in range(number, 0, -_BATCH):
        piece = file.read(min(left, _BATCH) * _ENTRY.size)
        yield piece[: len(piece) // _ENTRY.size * _ENTRY.size]
