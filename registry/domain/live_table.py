"""A decision table that is kept current: the table of a position, and over it what was stated since.

Whoever follows the log puts the timelines of changed subjects over the table (``apply``), group by group. A
version is kept for each position, as the index keeps records, so a reader that fixed a position is answered
as of it while later groups are applied; a position before the table's own is ASK. One thread applies, any
number ask, nobody locks: a version is there before the position that leads to it is told.

The look-up of thousands meets the overlay through a filter of one byte for each of 2^20 hashes: only codes
whose byte is set are looked for one by one. When the overlay has grown, a table is built anew at a later
position and a new ``LiveTable`` put in the place of this one.

Worked example: a table at position 900, and a ban on X at 905. Asked at 904 X is CLEAR, at 905 BLOCKED.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import date

import numpy as np
from numpy.typing import NDArray

from registry.domain.packed_codes import CODE_BYTES, Packed, pack
from registry.domain.table_building import Timeline, hashed
from registry.domain.table_file import MULTIPLIERS
from registry.domain.verdict_shapes import ASK, UNKNOWN, Answers
from registry.domain.verdict_table import VerdictTable, answers_of

_FILTER_BITS = 20
_ABSENT: Timeline = ()
"""Of a code of which nothing stands any more."""


class LiveTable:
    """See the module's text. ``book`` holds the shapes of table and overlay; whoever compiles timelines for
    ``apply`` numbers their shapes there."""

    def __init__(self, table: VerdictTable) -> None:
        self.table = table
        self.facts, self.book = table.facts, table.book
        self.position = table.facts.position
        self._versions: dict[bytes, tuple[tuple[int, ...], tuple[Timeline, ...]]] = {}
        self._filter: NDArray[np.uint8] = np.zeros(1 << _FILTER_BITS, np.uint8)

    @property
    def changed(self) -> int:
        """How many codes the overlay holds."""
        return len(self._versions)

    def apply(self, changes: Iterable[tuple[bytes, Timeline | None]], position: int) -> None:
        """Takes a committed group into account, and every position up to its last. None: the code is
        unknown now. ValueError if the position is not later than all before."""
        if position <= self.position:
            raise ValueError(f"position {position} does not follow {self.position}")
        for code, timeline in changes:
            positions, timelines = self._versions.get(code, ((), ()))
            versions = ((*positions, position), (*timelines, timeline or _ABSENT))
            self._versions[code] = versions
            self._filter[_slots(pack(code))] = 1
        self.position = position

    def check(
        self,
        codes: bytes | memoryview,
        day: date,
        question: int,
        *,
        position: int | None = None,
        fault: int = 0,
        scoped: bool = False,
    ) -> Answers:
        """As ``VerdictTable.check``, by what was known at a position (None: the latest)."""
        known = self.position if position is None else position
        shapes = self.table.shapes(codes, day)
        if not self.facts.position <= known <= self.position:
            shapes[:] = ASK
        elif self._versions and self.facts.covers(day):
            self._put_over(shapes, codes, known, day.toordinal())
        return answers_of(shapes, self.book, question, fault=fault, scoped=scoped)

    def one(self, code: bytes, day: date, *, position: int | None = None) -> int:
        """As ``VerdictTable.one``, by what was known at a position (None: the latest)."""
        known = self.position if position is None else position
        if not self.facts.position <= known <= self.position:
            return ASK
        if self._versions and self.facts.covers(day) and len(code) == CODE_BYTES:
            shape = self._over(code.upper(), known, day.toordinal())
            if shape is not None:
                return shape
        return self.table.one(code, day)

    def at(self, position: int) -> Callable[[bytes, date], int]:
        """What ``one`` says by what was known at a position, sooner."""
        versions, below = self._versions, self.table.one

        def one(code: bytes, day: date) -> int:
            if code.upper() in versions:
                return self.one(code, day, position=position)
            return below(code, day)

        within = self.facts.position <= position <= self.position
        return one if within else lambda _code, _day: ASK

    def _put_over(self, shapes: NDArray[np.uint32], codes: bytes | memoryview, known: int, day: int) -> None:
        content = memoryview(codes)
        for at in np.flatnonzero(self._filter[_slots(pack(codes))]).tolist():
            code = bytes(content[at * CODE_BYTES : (at + 1) * CODE_BYTES]).upper()
            shape = self._over(code, known, day)
            if shape is not None:
                shapes[at] = shape

    def _over(self, code: bytes, known: int, day: int) -> int | None:
        positions, timelines = self._versions.get(code, ((), ()))
        version = bisect_right(positions, known)
        if not version:
            return None
        return next((shape for last, shape in timelines[version - 1] if day <= last), UNKNOWN)


def _slots(packed: Packed) -> NDArray[np.uint64]:
    return hashed(packed.k0, packed.k1, MULTIPLIERS) >> np.uint64(64 - _FILTER_BITS)
