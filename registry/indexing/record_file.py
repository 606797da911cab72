"""The file of records (主体记录文件): every subject's record, found by its reference without reading
the rest.

     0  8  magic "CRINDEX" and the version of the format
     8  8  records N                    16  4  bits b of the bucket number        20  4  zero
    24  8  where the buckets begin      32  8  where the entries begin
    40  8  where the texts begin        48  8  length of the file                 56  8  zero
    64     records    one after the other: u32 bytes of the record, u32 of the reference, then both
           buckets    u32 × (2^b + 1)   number of the first entry of each bucket; the last is N
           entries    u64 × N           where a record begins, by bucket
           texts      see ``packed_records``

All numbers are little-endian. A reference is in the bucket of the first b bits of its BLAKE2b-64; the
reference itself decides, so nothing rests on that no two hashes meet. Ten million subjects take 12 bytes
each beside their records.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import BinaryIO

import msgspec
import numpy as np
from numpy.typing import NDArray

from registry.indexing.packed_records import Texts, pack_record, unpack_record
from registry.sanctions.ground import SubjectRecord
from registry.store.interface import MeasureLookup, StoreError

MAGIC = b"CRINDEX\x01"
_HEADER = struct.Struct("<8sQII4Q8x")
_RECORD = struct.Struct("<II")
_ALIGN = 8
_HASH_BITS = 64
_ALTERED = "索引文件被改动或已损坏; 请删除 index 目录, 它会重新生成"


class RecordWriter:
    """Writes a file of records, from its beginning. ``finish`` completes it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._texts = Texts()
        self._hashes, self._places = array("Q"), array("Q")
        self._at = file.write(bytes(_HEADER.size))

    def add(self, record: SubjectRecord) -> None:
        """One more record; each reference once. OSError."""
        ref, content = record.ref.encode(), pack_record(record, self._texts)
        self._hashes.append(_hash(ref))
        self._places.append(self._at)
        self._at += self._file.write(_RECORD.pack(len(content), len(ref)) + ref + content)

    def finish(self) -> None:
        """Writes how the records are found, and the header. OSError."""
        count = len(self._places)
        bits = max(1, count.bit_length())
        bucket = np.frombuffer(self._hashes, np.uint64) >> np.uint64(_HASH_BITS - bits)
        order = np.argsort(bucket, kind="stable")
        first = np.zeros((1 << bits) + 1, np.uint32)
        np.cumsum(np.bincount(bucket.astype(np.int64), minlength=1 << bits), out=first[1:])
        entries = np.frombuffer(self._places, np.uint64)[order]
        places = [self._put(first.data), self._put(entries.data), self._put(self._texts.to_bytes())]
        self._file.seek(0)
        self._file.write(_HEADER.pack(MAGIC, count, bits, 0, *places, self._at))

    def _put(self, content: bytes | memoryview) -> int:
        self._at += self._file.write(bytes(-self._at % _ALIGN))
        place = self._at
        self._at += self._file.write(content)
        return place


class RecordFile:
    """A file of records that is mapped into memory. Raises StoreError where it is none."""

    def __init__(self, content: bytes | memoryview, measures: MeasureLookup) -> None:
        self._content = memoryview(content)
        self._measures = measures
        self._count, bits, places, texts = _read(self._content)
        self._shift = _HASH_BITS - bits
        self._buckets, self._entries = places[0].data, places[1].data
        self._texts = texts

    def __len__(self) -> int:
        return self._count

    def get(self, ref: str) -> SubjectRecord | None:
        """The record of a subject. Raises StoreError if it cannot be read."""
        wanted = ref.encode()
        bucket = _hash(wanted) >> self._shift
        for entry in range(self._buckets[bucket], self._buckets[bucket + 1]):
            at = self._entries[entry]
            size, begin = self._span(at)
            if self._content[at + _RECORD.size : begin] == wanted:
                return self._record(ref, self._content[begin : begin + size])
        self._require_whole()
        return None

    def __iter__(self) -> Iterator[SubjectRecord]:
        """Every record, in the order of the file. Raises StoreError."""
        at = _HEADER.size
        for _ in range(self._count):
            size, begin = self._span(at)
            ref = str(self._content[at + _RECORD.size : begin], "utf-8", "replace")
            yield self._record(ref, self._content[begin : begin + size])
            at = begin + size

    def _span(self, at: int) -> tuple[int, int]:
        """How long the record at a place is, and where it begins after its reference. Raises StoreError."""
        try:
            size, length = _RECORD.unpack_from(self._content, at)
        except struct.error as error:
            raise StoreError(_ALTERED) from error
        return size, at + _RECORD.size + length

    def _record(self, ref: str, content: memoryview) -> SubjectRecord:
        try:
            record = unpack_record(ref, content, self._texts, self._measures)
            self._require_whole()
            return record
        except StoreError:
            raise
        except Exception as error:  # Whatever altered bytes make it trip over: rows, messages, days, enums.
            raise StoreError(_ALTERED) from error

    def _require_whole(self) -> None:
        """Raises StoreError if the file is being written over: that begins at its magic. Looked at last."""
        if self._content[0] != MAGIC[0]:
            raise StoreError(_ALTERED)


def _read(
    content: memoryview,
) -> tuple[int, int, tuple[NDArray[np.uint32], NDArray[np.uint64]], Sequence[str | None]]:
    """How many records there are, the bits of a bucket, buckets and entries, and the texts."""
    if sys.byteorder != "little":
        raise StoreError("索引文件只能在小端序的机器上读取")
    if len(content) < _HEADER.size or bytes(content[:8]) != MAGIC:
        raise StoreError("不是本程序能读取的索引文件")
    _, count, bits, _, buckets, entries, texts, total = _HEADER.unpack_from(content)
    sound = total == len(content) and 1 <= bits <= 32 and buckets + 4 * ((1 << bits) + 1) <= entries
    if not sound or entries + 8 * count > texts or texts > total:
        raise StoreError(_ALTERED)
    first = np.frombuffer(content[buckets:], np.uint32, (1 << bits) + 1)
    places = np.frombuffer(content[entries:], np.uint64, count)
    if first[-1] != count or int(first.max()) > count or (count and int(places.max()) >= buckets):
        raise StoreError(_ALTERED)
    try:
        return count, bits, (first, places), Texts.from_bytes(content[texts:])
    except (msgspec.DecodeError, ValueError) as error:
        raise StoreError(_ALTERED) from error


def _hash(ref: bytes) -> int:
    return int.from_bytes(blake2b(ref, digest_size=8).digest(), "big")
