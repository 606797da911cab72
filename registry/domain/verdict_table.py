"""The decision table (结论表): the verdicts on every subject of a domain, compiled, and found by array
look-up.

It answers as ``sanctions.verdict.decide`` answers, or says ASK; it never decides anything itself. What it is
made of, ``sanctions.timeline`` says; what is in its file, ``table_file``; what its answers mean,
``verdict_shapes``.

* Asked of a day before its first or after its last, it says ASK to everything.
* Codes come 18 bytes each, upper case or lower. Text of another length may be a code with blanks in it: one
  such code is ASK.
* A code that is not in it is UNKNOWN if its check character is right and INVALID otherwise, both of them
  INDETERMINATE. A known subject without restriction is in it, and CLEAR by the table, not by absence.
* A question with a scope (region, industry, activity) is asked with ``scoped``: shapes with a restriction
  that is limited to one are ASK then. For all others a scope changes nothing.

Nothing here locks or changes: any number of threads and processes may ask one table, mapped into memory.

    table = VerdictTable(mmap)
    answers = table.check(b"91350100M000100Y43" + …, date(2026, 11, 25), question_of(BIDDER, COMPULSORY))
    answers.verdicts, answers.reasons, table.book[answers.shapes[0]].measures
"""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from registry.domain.packed_codes import (
    CODE_BYTES,
    Packed,
    are_foreign,
    check_fails,
    check_fails_one,
    pack,
    pack_one,
)
from registry.domain.table_building import hashed
from registry.domain.table_file import read_table
from registry.domain.verdict_shapes import ASK, INVALID, UNKNOWN, Answers, ShapeBook, all_with_fault

_U64 = np.uint64
_K1 = _U64(0xFFFFFFFF)
_M64 = (1 << 64) - 1
_AT_ONCE = 4096 * CODE_BYTES
"""Bytes of codes that are looked up in one go, so that what is worked out on the way stays in the cache."""


class VerdictTable:
    """A table in memory, or in a file that is mapped into it. Raises TableFileError where it is none."""

    def __init__(self, content: bytes | memoryview) -> None:
        self.facts, arrays, self.book = read_table(content)
        self._arrays = arrays
        self._shift = 64 - arrays.bits
        # One by one, an element of a memoryview costs a third of one of an array.
        self._buckets, self._keys = arrays.buckets.data, arrays.keys.reshape(-1).data
        self._starts, self._until = arrays.starts.data, arrays.until.data
        self._step = arrays.step.data
        self._m0, self._m1 = arrays.multipliers
        self._first, self._last = self.facts.first.toordinal(), self.facts.last.toordinal()

    def __len__(self) -> int:
        return len(self._arrays.keys) - 1

    def check(
        self,
        codes: bytes | memoryview,
        day: date,
        question: int,
        *,
        fault: int = 0,
        scoped: bool = False,
    ) -> Answers:
        """The answers to one question about many codes, 18 bytes each. ``fault`` is that of the domain's
        sources on the day, registry.v1.IndeterminateReason."""
        return answers_of(self.shapes(codes, day), self.book, question, fault=fault, scoped=scoped)

    def shapes(self, codes: bytes | memoryview, day: date) -> NDArray[np.uint32]:
        """The shape on a day of each code."""
        if not self.facts.covers(day):
            return np.full(len(codes) // CODE_BYTES, ASK, np.uint32)
        if len(codes) <= _AT_ONCE:
            return self._shapes(codes, day)
        content = memoryview(codes)
        parts = [content[at : at + _AT_ONCE] for at in range(0, len(codes), _AT_ONCE)]
        return np.concatenate([self._shapes(part, day) for part in parts])

    def _shapes(self, codes: bytes | memoryview, day: date) -> NDArray[np.uint32]:
        packed = pack(codes)
        found = self._timelines(packed)
        missing = np.flatnonzero(found < 0)
        found[missing] = 0
        shapes = self._on(found, day.toordinal())
        if missing.size:
            shapes[missing] = _absent(codes, packed, missing)
        return shapes

    def one(self, code: bytes, day: date) -> int:
        """The shape on a day of one code."""
        on = day.toordinal()
        if not self._first <= on <= self._last or len(code) != CODE_BYTES:
            return ASK
        key = pack_one(code)
        if key is None:
            return INVALID if code.isascii() else ASK
        k0, k1 = key
        keys, bucket = self._keys, ((k0 * self._m0 + k1 * self._m1) & _M64) >> self._shift
        row, end = 2 * self._buckets[bucket], 2 * self._buckets[bucket + 1]
        while row < end:
            if keys[row] == k0 and (word := keys[row + 1]) & 0xFFFFFFFF == k1:
                at, until = self._starts[word >> 32], self._until
                while until[at] < on:
                    at += 1
                return self._step[at]
            row += 2
        return INVALID if check_fails_one(code) else UNKNOWN

    def _timelines(self, packed: Packed) -> NDArray[np.int64]:
        """The timeline of each key, -1 where it is not there or means nothing."""
        k0, k1, malformed = packed
        buckets, keys = self._arrays.buckets, self._arrays.keys
        bucket = (hashed(k0, k1, self._arrays.multipliers) >> _U64(self._shift)).astype(np.int64)
        at, end = buckets.take(bucket).astype(np.int64), buckets.take(bucket + 1)
        rows = keys.take(at, axis=0)  # Of an empty bucket this is another's key, which is not the one sought.
        here = (rows[:, 0] == k0) & ((rows[:, 1] & _K1) == k1) & (at < end)
        found = np.where(here, (rows[:, 1] >> _U64(32)).astype(np.int64), -1)
        left = np.flatnonzero(~here & (at + 1 < end))
        while left.size:
            at[left] += 1
            rows = keys.take(at[left], axis=0)
            here = (rows[:, 0] == k0[left]) & ((rows[:, 1] & _K1) == k1[left])
            found[left[here]] = (rows[here, 1] >> _U64(32)).astype(np.int64)
            left = left[~here & (at[left] + 1 < end[left])]
        if malformed is not None:
            found[malformed] = -1
        return found

    def _on(self, timelines: NDArray[np.int64], day: int) -> NDArray[np.uint32]:
        if not len(self._arrays.starts):
            return np.full(len(timelines), UNKNOWN, np.uint32)
        at, until = self._arrays.starts.take(timelines).astype(np.int64), self._arrays.until
        over = np.flatnonzero(until.take(at) < day)
        while over.size:
            at[over] += 1
            over = over[until[at[over]] < day]
        return self._arrays.step.take(at)


def answers_of(
    shapes: NDArray[np.uint32], book: ShapeBook, question: int, *, fault: int, scoped: bool
) -> Answers:
    """What shapes answer to a question."""
    if scoped:
        shapes = np.where(book.limited[shapes], np.uint32(ASK), shapes)
    return Answers(all_with_fault(book.answers[shapes, question], fault), shapes)


def _absent(codes: bytes | memoryview, packed: Packed, missing: NDArray[np.intp]) -> NDArray[np.uint32]:
    """Of codes that are not in a table: nobody knows them, or they are none."""
    shapes = np.where(check_fails(codes, missing), np.uint32(INVALID), np.uint32(UNKNOWN))
    if packed.malformed is not None:
        bad = np.flatnonzero(packed.malformed[missing])
        shapes[bad] = np.where(are_foreign(codes, missing[bad]), np.uint32(ASK), np.uint32(INVALID))
    return shapes
