"""A snapshot (快照): a decision table that the registry signed, to be asked where it lies.

The file is a signed header and the table behind it (``registry.provenance.signed_table``), with the magic
``b"CRSNAP\\x01\\x00"``. The header is JSON on one line, of type application/vnd.registry.v1.snapshot+json:

    origin     whose log                    log_size   size of the log when it was signed
    domain     registry.v1.Domain           position   by what was known; below log_size
    made_ms    when, Unix milliseconds      first, last   days it speaks of
    edition    SHA-256 of the edition       table_bytes, table_sha256
    faults     [[day, reason], …]           what the sources lack from each day on (0: nothing), see below
    checkpoint a signed note of the log, of a size above ``position``: the log holds what is spoken of
    release    of the program that compiled it; for the registry itself

Who must have signed, the reader's policy says: each receipt key that counts for the log at ``log_size``, and
under the checkpoint whoever else it names. Later a snapshot's place in the log can be shown to anybody: by
its checkpoint it follows from those that witnesses have seen.

*Faults.* Whether a list's last delivery is stale depends on the day alone, so the header says for every day
from ``first`` to ``last`` what the registry would say of its sources on it: the reason of the last entry that
is not after the day.

Example: ``"faults": [["2026-11-25", 0], ["2026-12-03", 4]]``: from 3 December on SOURCE_STALE, unless a new
snapshot says otherwise.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.provenance.keys import Signer, VerifyingKey
from registry.provenance.signed_table import FileKind, SnapshotError, digest_of

__all__ = [
    "SNAPSHOT",
    "KeysOf",
    "SnapshotError",
    "SnapshotHeader",
    "digest_of",
    "open_header",
    "open_snapshot",
    "write_snapshot",
]

SNAPSHOT = FileKind(b"CRSNAP\x01\x00", "application/vnd.registry.v1.snapshot+json", "快照")
KeysOf = Callable[[str, int], Sequence[VerifyingKey]]
"""The keys that must have signed what a log signed at a size."""


@dataclass(frozen=True, slots=True)
class SnapshotHeader:
    """What the registry says of a table, see the module's text."""

    origin: str
    log_size: int
    domain: int
    position: int
    made_ms: int
    first: date
    last: date
    edition: str
    table_bytes: int
    table_sha256: str
    faults: tuple[tuple[date, int], ...]
    checkpoint: str = ""
    release: str = ""

    def covers(self, day: date) -> bool:
        """Whether a day is one of those it speaks of."""
        return self.first <= day <= self.last

    def fault_on(self, day: date) -> int:
        """What the sources lack on a day that it covers: registry.v1.IndeterminateReason, 0 if nothing."""
        return self.faults[bisect_right(self.faults, day, key=lambda entry: entry[0]) - 1][1]

    def encode(self) -> bytes:
        """The header as it is signed."""
        return json.dumps(self.told(), ensure_ascii=False, separators=(",", ":")).encode()

    def told(self) -> dict[str, object]:
        """The header as JSON has it."""
        content: dict[str, object] = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in ((name, getattr(self, name)) for name in self.__slots__)
        }
        content["faults"] = [[day.isoformat(), reason] for day, reason in self.faults]
        return content

    @classmethod
    def decode(cls, content: bytes) -> SnapshotHeader:
        """The inverse. Raises SnapshotError."""
        try:
            told = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise SnapshotError("快照抬头不能解析") from error
        return cls.of(told)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> SnapshotHeader:
        """The header that JSON tells. Raises SnapshotError."""
        try:
            faults = tuple((date.fromisoformat(day), reason) for day, reason in told["faults"])
            days = {name: date.fromisoformat(told[name]) for name in ("first", "last")}
            header = cls(**{**told, **days, "faults": faults})
            sound = header.first <= header.last and 0 <= header.position < header.log_size
            in_order = [day for day, _ in faults] == sorted({day for day, _ in faults})
            begins = bool(faults) and faults[0][0] == header.first
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SnapshotError("快照抬头不能解析") from error
        if not (sound and in_order and begins):
            raise SnapshotError("快照抬头的内容自相矛盾")
        return header


def write_snapshot(
    header: SnapshotHeader, table: Sequence[bytes | memoryview], signers: Sequence[Signer]
) -> Iterator[bytes | memoryview]:
    """The file, piece by piece. ValueError without a signer."""
    return SNAPSHOT.write(header.encode(), table, signers)


def open_snapshot(content: bytes | memoryview, keys_of: KeysOf) -> tuple[SnapshotHeader, memoryview]:
    """Header and table of a snapshot, once its signatures and its digest are seen to hold. Raises
    SnapshotError."""
    envelope, table = SNAPSHOT.split(content)
    header = open_header(envelope, keys_of)
    SNAPSHOT.check_table(table, header.table_bytes, header.table_sha256)
    return header, table


def open_header(envelope: bytes, keys_of: KeysOf) -> SnapshotHeader:
    """The header in a snapshot's envelope, once its signatures are seen to hold. Raises SnapshotError."""
    opened = SNAPSHOT.opened(envelope)
    header = SnapshotHeader.decode(opened.payload)
    SNAPSHOT.check_signatures(opened, keys_of(header.origin, header.log_size))
    return header
