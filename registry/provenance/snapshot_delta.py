"""A delta (增量): what has changed since a snapshot, signed like one.

The file is a signed header and a table (``registry.provenance.signed_table``), with the magic
``b"CRDELTA\\x01"`` and the type application/vnd.registry.v1.snapshot-delta+json. Its header has what a
snapshot's has (``registry.provenance.snapshot``), of its own table and its own instant, and beside that

    base_position, base_sha256    position and digest of the table that it is put over: that one, no other
    after                         not before base_position, not after position: see below

Its table says of every organisation whose record a statement after ``after`` and up to ``position`` changed
what it is by then, from the base's first day on; of one that nobody knows any more: unknown. All others stand
as they stood. So whoever has base and deltas up to a position r may put it over them if after ≤ r ≤ position,
and then has what a snapshot of ``position`` would say of the days from ``first`` to ``last``. One whose
``after`` is later leaves a gap.

A delta without a subject says something as well: that up to ``position``, at ``made_ms``, nothing is missing.

Example: over a snapshot of 900 the deltas (900, 905] and (905, 912] come to what (900, 912] comes to; the
second alone is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from registry.provenance.keys import Signer
from registry.provenance.signed_table import FileKind, SnapshotError
from registry.provenance.snapshot import KeysOf, SnapshotHeader

DELTA = FileKind(b"CRDELTA\x01", "application/vnd.registry.v1.snapshot-delta+json", "增量")
_BESIDE = ("base_position", "base_sha256", "after")


@dataclass(frozen=True, slots=True)
class DeltaHeader:
    """What the registry says of a delta: ``now`` of its own table, the rest of what it is put over."""

    now: SnapshotHeader
    base_position: int
    base_sha256: str
    after: int

    def encode(self) -> bytes:
        """The header as it is signed."""
        beside = {name: getattr(self, name) for name in _BESIDE}
        return json.dumps(self.now.told() | beside, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, content: bytes) -> DeltaHeader:
        """The inverse. Raises SnapshotError."""
        try:
            told = json.loads(content)
            beside = {name: told.pop(name) for name in _BESIDE}
            header = cls(now=SnapshotHeader.of(told), **beside)
            sound = 0 <= header.base_position <= header.after <= header.now.position
        except SnapshotError:
            raise
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise SnapshotError("增量抬头不能解析") from error
        if not sound:
            raise SnapshotError("增量抬头的内容自相矛盾")
        return header


def write_delta(
    header: DeltaHeader, table: Sequence[bytes | memoryview], signers: Sequence[Signer]
) -> Iterator[bytes | memoryview]:
    """The file, piece by piece. ValueError without a signer."""
    return DELTA.write(header.encode(), table, signers)


def open_delta(content: bytes | memoryview, keys_of: KeysOf) -> tuple[DeltaHeader, memoryview]:
    """Header and table of a delta, once its signatures and its digest are seen to hold. Raises
    SnapshotError."""
    envelope, table = DELTA.split(content)
    opened = DELTA.opened(envelope)
    header = DeltaHeader.decode(opened.payload)
    DELTA.check_signatures(opened, keys_of(header.now.origin, header.now.log_size))
    DELTA.check_table(table, header.now.table_bytes, header.now.table_sha256)
    return header, table


def header_in(content: bytes | memoryview) -> DeltaHeader:
    """The header of a delta as it stands there, nothing of it believed yet. Raises SnapshotError."""
    return DeltaHeader.decode(DELTA.opened(DELTA.split(content)[0]).payload)
