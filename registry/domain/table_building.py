"""Putting a decision table together: keys sorted into buckets, timelines told once.

A *timeline* is what a subject is from the table's first day on: steps of (last day, shape), in order, the
last one for ever. ``TimelineBook`` gives equal timelines one number.

Example: banned until 2027-09-20 and known afterwards: ((740244, 5), (3652059, 3)).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from registry.domain.packed_codes import pack
from registry.domain.table_file import FOREVER, MULTIPLIERS, Arrays, TableFacts, write_table
from registry.domain.verdict_shapes import ASK, ShapeBook

Timeline = tuple[tuple[int, int], ...]
ASKED: Timeline = ((FOREVER, ASK),)
"""Of a subject that is always asked about the long way."""
_U64 = np.uint64


class TimelineBook:
    """Timelines by number."""

    def __init__(self) -> None:
        self.all: dict[Timeline, int] = {}

    def number(self, timeline: Timeline) -> int:
        """Its number; equal ones have one."""
        return self.all.setdefault(timeline, len(self.all))

    def arrays(self) -> tuple[NDArray[np.uint32], NDArray[np.int32], NDArray[np.uint32]]:
        """Starts, last days and shapes of the steps."""
        lengths = np.fromiter((len(each) for each in self.all), np.uint32, len(self.all))
        starts = np.cumsum(lengths, dtype=np.uint32) - lengths
        steps = [step for each in self.all for step in each]
        until = np.fromiter((last for last, _ in steps), np.int32, len(steps))
        return starts, until, np.fromiter((shape for _, shape in steps), np.uint32, len(steps))


def build_table(
    facts: TableFacts,
    codes: bytes | bytearray,
    timelines: NDArray[np.uint32],
    book: TimelineBook,
    shapes: ShapeBook,
) -> Iterator[bytes | memoryview]:
    """The file of a table of many codes (18 bytes each, no two of them one), each with the number of its
    timeline. ValueError if a code is malformed, or there twice."""
    packed = pack(memoryview(codes))
    if packed.malformed is not None:
        raise ValueError("a code of the table is malformed")
    bits = max(1, round(np.log2(max(1, len(timelines)))))
    bucket = hashed(packed.k0, packed.k1, MULTIPLIERS) >> _U64(64 - bits)
    order = np.lexsort((packed.k0, packed.k1, bucket))
    keys = np.zeros((len(order) + 1, 2), _U64)
    keys[:-1, 0], keys[:-1, 1] = (
        packed.k0[order],
        packed.k1[order] | timelines[order].astype(_U64) << _U64(32),
    )
    _require_distinct(keys[:-1])
    ends = np.cumsum(np.bincount(bucket.astype(np.int64), minlength=1 << bits))
    buckets = np.concatenate([[0], ends]).astype(np.uint32)
    starts, until, step = book.arrays()
    yield from write_table(facts, Arrays(buckets, keys, starts, until, step, bits), shapes.own())


def hashed(
    k0: NDArray[np.uint64], k1: NDArray[np.uint64], multipliers: tuple[int, int]
) -> NDArray[np.uint64]:
    """Of each key, what its bucket is the first bits of."""
    m0, m1 = multipliers
    return k0 * _U64(m0) + k1 * _U64(m1)


def _require_distinct(keys: NDArray[np.uint64]) -> None:
    low = keys[:, 1] & _U64(0xFFFFFFFF)
    if ((keys[1:, 0] == keys[:-1, 0]) & (low[1:] == low[:-1])).any():
        raise ValueError("a code is in the table twice")
