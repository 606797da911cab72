"""The file of a decision table: a header and arrays, little-endian, as they are mapped into memory.

    0   8  b"CRTABLE\\x01"; another format has another last byte
    8   4  registry.v1.Domain          12  4  roles R that the table knows; it has 3 R questions
    16  8  position                    24  8  bytes of the whole file
    32  4  first day                   36  4  last day (both proleptic ordinals, as date.toordinal)
    40  8  subjects N                  48  4  bits b of the bucket number
    52  4  timelines T                 56  4  steps E
    60  4  shapes S, beyond the three that every table has
    64 16  multipliers m0, m1 (two u64)
    80  4  bytes of the shapes' text   84 12  zero
    96 32  SHA-256 of the catalogue edition
    128    buckets    u32 × (2^b + 1)   row of the first key of each bucket; the last is N
           keys       u64 × 2 (N + 1)   k0, and k1 | timeline << 32; one row of zeros at the end
           starts     u32 × T           first step of each timeline
           until      i32 × E           last day of each step; that of a timeline's last step is 3652059
           step       u32 × E           its shape
           answers    u8  × S × 3 R     see ``verdict_shapes``
           text       UTF-8 JSON        [[limited, [[measure, list, status, effects in hex], …]], …]

Each array begins at a multiple of 64. A key is in bucket (k0 m0 + k1 m1 mod 2^64) >> (64 - b); within a
bucket keys ascend. The same content always gives the same file. Nothing is believed of a file before its
sizes add up: one that was cut off, or is another kind of file, is a TableFileError.

Worked example: a subject costs 16 bytes for its key and the number of its timeline, and some 4 for its
bucket; subjects of one timeline share it.
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from registry.domain.verdict_shapes import TENDER_KINDS, Measured, Shape, ShapeBook

FOREVER = date.max.toordinal()
MAGIC = b"CRTABLE\x01"
MULTIPLIERS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)
"""Odd, so that no two keys of one k1 agree before the shift."""
_HEADER = struct.Struct("<8s2I2q2iQ4I2QI12x32s")
_ALIGN = 64
_MAX_BITS = 31


class TableFileError(ValueError):
    """The bytes are no decision table that this program can read; one line says why."""


@dataclass(frozen=True, slots=True)
class TableFacts:
    """Of what a table speaks: of a domain, by what was known at ``position``, under ``edition`` (SHA-256 in
    lower-case hex), for the days from ``first`` to ``last``."""

    domain: int
    position: int
    first: date
    last: date
    edition: str
    roles: int

    def covers(self, day: date) -> bool:
        """Whether a day is one of those."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Arrays:
    """The arrays of a table, see the module's text."""

    buckets: NDArray[np.uint32]
    keys: NDArray[np.uint64]
    starts: NDArray[np.uint32]
    until: NDArray[np.int32]
    step: NDArray[np.uint32]
    bits: int
    multipliers: tuple[int, int] = MULTIPLIERS


def write_table(facts: TableFacts, arrays: Arrays, shapes: Sequence[Shape]) -> Iterator[bytes | memoryview]:
    """The file of a table, piece by piece."""
    text = json.dumps([_told(shape) for shape in shapes], separators=(",", ":")).encode()
    answers = np.frombuffer(b"".join(shape.answers for shape in shapes), np.uint8)
    parts = (arrays.buckets, arrays.keys, arrays.starts, arrays.until, arrays.step, answers)
    pieces: list[bytes | memoryview] = [*(_bytes_of(part) for part in parts if part.size), text]
    total = _HEADER.size + sum(len(piece) + _padding(len(piece)) for piece in pieces)
    yield _HEADER.pack(
        MAGIC,
        facts.domain,
        facts.roles,
        facts.position,
        total,
        facts.first.toordinal(),
        facts.last.toordinal(),
        len(arrays.keys) - 1,
        arrays.bits,
        len(arrays.starts),
        len(arrays.until),
        len(shapes),
        *arrays.multipliers,
        len(text),
        bytes.fromhex(facts.edition),
    )
    for piece in pieces:
        yield piece
        yield bytes(_padding(len(piece)))


def read_table(content: bytes | memoryview) -> tuple[TableFacts, Arrays, ShapeBook]:
    """What is in the file of a table; the arrays lie in the file's own memory. Raises TableFileError."""
    if sys.byteorder != "little":
        raise TableFileError("结论表只能在小端序的机器上读取")
    if len(content) < _HEADER.size or bytes(content[:7]) != MAGIC[:7]:
        raise TableFileError("不是结论表文件")
    if bytes(content[:8]) != MAGIC:
        raise TableFileError(f"结论表文件的格式版本为{content[7]}, 本程序只能读取{MAGIC[7]}")
    (_, domain, roles, position, total, first, last, subjects, bits, timelines, steps, shapes, m0, m1, size,
     edition) = _HEADER.unpack_from(content)  # fmt: skip
    if not (1 <= bits <= _MAX_BITS and 1 <= roles <= 1024 and 0 < first <= last <= FOREVER):
        raise TableFileError("结论表文件的抬头被改动")
    if len(content) != total:
        raise TableFileError(f"结论表文件不完整: 应有{total}字节, 实有{len(content)}字节")
    lengths = [4 * ((1 << bits) + 1), 16 * (subjects + 1), 4 * timelines, 4 * steps, 4 * steps]
    lengths += [shapes * roles * TENDER_KINDS, size]
    if sum(length + _padding(length) for length in lengths) != total - _HEADER.size:
        raise TableFileError("结论表文件的抬头与内容不符")
    parts = list(_parts(memoryview(content), lengths))
    arrays = Arrays(
        buckets=np.frombuffer(parts[0], "<u4"),
        keys=np.frombuffer(parts[1], "<u8").reshape(-1, 2),
        starts=np.frombuffer(parts[2], "<u4"),
        until=np.frombuffer(parts[3], "<i4"),
        step=np.frombuffer(parts[4], "<u4"),
        bits=bits,
        multipliers=(m0, m1),
    )
    book = ShapeBook(_shapes(parts[5], parts[6], roles * TENDER_KINDS), roles=roles)
    _check(arrays, len(book))
    facts = TableFacts(
        domain, position, date.fromordinal(first), date.fromordinal(last), edition.hex(), roles
    )
    return facts, arrays, book


def _parts(content: memoryview, lengths: Sequence[int]) -> Iterator[memoryview]:
    at = _HEADER.size
    for length in lengths:
        yield content[at : at + length]
        at += length + _padding(length)


def _bytes_of(part: NDArray[Any]) -> memoryview:
    return np.ascontiguousarray(part).data.cast("B")


def _padding(length: int) -> int:
    return -length % _ALIGN


def _told(shape: Shape) -> list[object]:
    return [
        int(shape.limited),
        [[each.measure, each.list_code, each.status, each.effects.hex()] for each in shape.measures],
    ]


def _shapes(answers: memoryview, text: memoryview, questions: int) -> Iterator[Shape]:
    try:
        told = json.loads(bytes(text))
        for number, (limited, measures) in enumerate(told):
            yield Shape(
                bytes(answers[number * questions : (number + 1) * questions]),
                tuple(Measured(code, of, status, bytes.fromhex(told)) for code, of, status, told in measures),
                bool(limited),
            )
    except (ValueError, TypeError, RecursionError) as error:
        raise TableFileError("结论表文件的内容被改动") from error
    if len(told) * questions != len(answers):
        raise TableFileError("结论表文件的抬头与内容不符")


def _check(arrays: Arrays, shapes: int) -> None:
    """What a look-up relies on: it ends, and leads to what is there."""
    starts, until, rows = arrays.starts, arrays.until, len(arrays.keys) - 1
    sound = (
        arrays.buckets[-1] == rows
        and int(arrays.buckets.max()) <= rows
        and (not rows or int(arrays.keys[:-1, 1].max() >> np.uint64(32)) < len(starts))
        and (not starts.size or int(starts.max()) < len(until))
        and (not until.size or (until[-1] == FOREVER and int(arrays.step.max()) < shapes))
    )
    if not sound:
        raise TableFileError("结论表文件的内容被改动")
