"""Files that whoever asks offline holds: snapshots, what is added to them, decision tables; and the index."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import date
from hashlib import sha256
from random import Random

from fuzz.mutators import json_values, plain
from fuzz.places import scratch
from fuzz.target import Prepared, holds
from fuzz.targets.keys import ORIGIN, signer
from fuzz.targets.town import state
from registry.domain.table_file import TableFileError
from registry.domain.verdict_table import VerdictTable
from registry.indexing.record_file import RecordFile, RecordWriter
from registry.provenance.snapshot import (
    SnapshotError,
    SnapshotHeader,
    digest_of,
    open_snapshot,
    write_snapshot,
)
from registry.provenance.snapshot_delta import DeltaHeader, header_in, open_delta, write_delta
from registry.provenance.verifying_key import load_verifying_key
from registry.store.interface import StoreError
from registry.v1 import subject_pb2
from tests.support.tables import BLOCKED, CLEAR, FIRST, REVIEW, table_of

_CODES = ("91130902DEMAY4CLX6", "911309001000000010", "91130900DEM00001XX", "12345")
_DAYS = (FIRST, date(2026, 11, 25), date.max, date.min)


def _table() -> bytes:
    timelines = [((0, CLEAR),), ((0, REVIEW), (400, BLOCKED)), ((0, BLOCKED), (9, CLEAR), (90, BLOCKED))]
    return table_of([(code, timelines[number % 3]) for number, code in enumerate(_firms())])


def _firms() -> list[str]:
    from registry.sanctions.cases import fictional

    return [
        fictional.subject(each, subject_pb2.SUBJECT_KIND_ENTERPRISE).identifier.value for each in range(9)
    ]


def _numbers(data: bytes, random: Random) -> bytes:
    """One number of the head, or of an array, another."""
    out = bytearray(data)
    at = (
        random.randrange(0, max(len(out) - 8, 1), 4) if random.random() < 0.5 else random.randrange(0, 160, 4)
    )
    value = random.choice((0, 1, 2**31 - 1, 2**31, 2**32 - 1, random.getrandbits(32), random.getrandbits(8)))
    if at + 4 <= len(out):
        struct.pack_into("<I", out, at, value)
    return bytes(out)


def decision_table() -> Prepared:
    """A decision table: whatever it holds, a look-up ends and says something that it knows."""
    codes = [each.encode().ljust(18, b"0") for each in (*_firms()[:3], *_CODES)]

    def run(data: bytes) -> bool:
        try:
            table = VerdictTable(data)
        except TableFileError:
            return False
        for day in _DAYS:
            together = list(table.shapes(b"".join(codes), day)) if table.facts.covers(day) else []
            for code, found in zip(codes, together, strict=False):
                holds(table.one(code, day) == found, "one look-up says otherwise than many")
        return True

    return Prepared(run, [_table(), table_of([])], (_numbers, plain.changed))


def _header(table: bytes) -> SnapshotHeader:
    size, digest = digest_of([table])
    faults = ((FIRST, 0), (date(2026, 12, 3), 4))
    return SnapshotHeader(
        ORIGIN,
        901,
        5,
        900,
        1_700_000_000_000,
        FIRST,
        date(2026, 12, 31),
        "ab" * 32,
        size,
        digest,
        faults,
        "note",
        "1",
    )


def snapshot() -> Prepared:
    """A snapshot: only what is signed is opened. What begins with ``{`` is a header to be signed first."""
    key, table = signer("receipt"), _table()
    required = [load_verifying_key(key.suite, key.public_key)]
    known = {sha256(_header(each).encode()).digest() for each in (table,)}

    def run(data: bytes) -> bool:
        try:
            if data[:1] == b"{":
                return bool(SnapshotHeader.decode(data).encode())
            header, _ = open_snapshot(data, lambda _origin, _size: required)
        except SnapshotError:
            return False
        holds(sha256(header.encode()).digest() in known, "a snapshot that nobody signed is opened")
        return True

    header = _header(table)
    seeds = [b"".join(write_snapshot(header, [table], [key])), header.encode()]
    return Prepared(run, seeds, (json_values.changed, _numbers, plain.changed))


def snapshot_delta() -> Prepared:
    """What is put over a snapshot, as ``snapshot``."""
    key, table = signer("receipt"), _table()
    required = [load_verifying_key(key.suite, key.public_key)]
    made = DeltaHeader(_header(table), 800, "cd" * 32, 850)

    def run(data: bytes) -> bool:
        try:
            if data[:1] == b"{":
                return bool(DeltaHeader.decode(data).encode())
            header_in(data)
            header, _ = open_delta(data, lambda _origin, _size: required)
        except SnapshotError:
            return False
        holds(header == made, "a delta that nobody signed is opened")
        return True

    seeds = [b"".join(write_delta(made, [table], [key])), made.encode()]
    seeds.append(replace(made, now=replace(made.now, faults=((FIRST, 0),))).encode())
    return Prepared(run, seeds, (json_values.changed, _numbers, plain.changed))


def record_file() -> Prepared:
    """The index's file of records: what is altered is refused, or read; a look-up ends."""
    known, path = state(), scratch() / "records"
    records = list(known.store.subjects(known.measure))[:12]
    with path.open("wb") as file:
        writer = RecordWriter(file)
        for record in records:
            writer.add(record)
        writer.finish()
    refs = [record.ref for record in records[:4]] + ["91130902DEMAY4CLX6"]

    def run(data: bytes) -> bool:
        try:
            read = RecordFile(data, known.measure)
            for ref in refs:
                read.get(ref)
            sum(1 for _ in read)
        except StoreError:
            return False
        return True

    return Prepared(run, [path.read_bytes()], (_numbers, plain.changed))
