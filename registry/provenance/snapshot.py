"""A snapshot (快照): a decision table that the registry signed, to be asked where it lies.

    0    8   b"CRSNAP\\x01\\x00"
    8    4   bytes of the envelope (u32, little-endian), then 4 zero bytes
    16       the envelope, a serialised registry.v1.Envelope (DSSE), and zeros up to a multiple of 64
    …        the table, see ``registry.domain.table_file``

The envelope's payload is the header, JSON on one line, of type application/vnd.registry.v1.snapshot+json:

    origin     whose log                    log_size   size of the log when it was signed
    domain     registry.v1.Domain           position   by what was known; below log_size
    made_ms    when, Unix milliseconds      first, last   days it speaks of
    edition    SHA-256 of the edition       table_bytes, table_sha256
    faults     [[day, reason], …]           what the sources lack from each day on (0: nothing), see below

Who must have signed, the reader's policy says: each receipt key that counts for the log at ``log_size``. A
table is believed only with its digest, and the header only with its signatures.

*Faults.* Whether a list's last delivery is stale depends on the day alone, so the header says for every day
from ``first`` to ``last`` what the registry would say of its sources on it: the reason of the last entry that
is not after the day.

Example: ``"faults": [["2026-11-25", 0], ["2026-12-03", 4]]``: from 3 December on SOURCE_STALE, unless a new
snapshot says otherwise.
"""

from __future__ import annotations

import json
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from google.protobuf.message import DecodeError

from registry.provenance.envelope import pae
from registry.provenance.keys import SignatureError, Signer, VerifyingKey
from registry.v1.envelope_pb2 import Envelope, Signature

SNAPSHOT_TYPE = "application/vnd.registry.v1.snapshot+json"
MAGIC = b"CRSNAP\x01\x00"
MAX_ENVELOPE_BYTES = 1 << 20
_HEAD = struct.Struct("<8sI4x")
_ALIGN = 64
KeysOf = Callable[[str, int], Sequence[VerifyingKey]]
"""The keys that must have signed what a log signed at a size."""


class SnapshotError(ValueError):
    """A snapshot is malformed, changed, or not signed as it must be; one line says why."""


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

    def covers(self, day: date) -> bool:
        """Whether a day is one of those it speaks of."""
        return self.first <= day <= self.last

    def fault_on(self, day: date) -> int:
        """What the sources lack on a day that it covers: registry.v1.IndeterminateReason, 0 if nothing."""
        return self.faults[bisect_right(self.faults, day, key=lambda entry: entry[0]) - 1][1]

    def encode(self) -> bytes:
        """The header as it is signed."""
        content: dict[str, object] = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in ((name, getattr(self, name)) for name in self.__slots__)
        }
        content["faults"] = [[day.isoformat(), reason] for day, reason in self.faults]
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, content: bytes) -> SnapshotHeader:
        """The inverse. Raises SnapshotError."""
        try:
            told = json.loads(content)
            told["faults"] = tuple((date.fromisoformat(day), reason) for day, reason in told["faults"])
            told["first"], told["last"] = (date.fromisoformat(told[name]) for name in ("first", "last"))
            header = cls(**told)
            sound = header.first <= header.last and 0 <= header.position < header.log_size
            in_order = [day for day, _ in header.faults] == sorted({day for day, _ in header.faults})
            if not (sound and in_order and header.faults[0][0] == header.first):
                raise SnapshotError("快照抬头的内容自相矛盾")
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise SnapshotError("快照抬头不能解析") from error
        return header


def write_snapshot(
    header: SnapshotHeader, table: Sequence[bytes | memoryview], signers: Sequence[Signer]
) -> Iterator[bytes | memoryview]:
    """The file, piece by piece. ValueError without a signer."""
    if not signers:
        raise ValueError("a snapshot needs at least one signer")
    payload = header.encode()
    message = pae(SNAPSHOT_TYPE, payload)
    signatures = [Signature(sig=signer.sign(message), keyid=signer.keyid) for signer in signers]
    envelope = Envelope(payload=payload, payload_type=SNAPSHOT_TYPE, signatures=signatures)
    content = envelope.SerializeToString()
    yield _HEAD.pack(MAGIC, len(content)) + content + bytes(-(_HEAD.size + len(content)) % _ALIGN)
    yield from table


def digest_of(table: Sequence[bytes | memoryview]) -> tuple[int, str]:
    """Bytes and SHA-256 of a table in pieces, as the header has them."""
    digest = sha256()
    for piece in table:
        digest.update(piece)
    return sum(map(len, table)), digest.hexdigest()


def open_snapshot(content: bytes | memoryview, keys_of: KeysOf) -> tuple[SnapshotHeader, memoryview]:
    """Header and table of a snapshot, once its signatures and its digest are seen to hold. Raises
    SnapshotError."""
    if len(content) < _HEAD.size or bytes(content[:8]) != MAGIC:
        raise SnapshotError("不是快照文件")
    _, size = _HEAD.unpack_from(content)
    begin = _HEAD.size + size + -(_HEAD.size + size) % _ALIGN
    if size > MAX_ENVELOPE_BYTES or begin > len(content):
        raise SnapshotError("快照文件不完整")
    try:
        envelope = Envelope.FromString(bytes(content[_HEAD.size : _HEAD.size + size]))
    except DecodeError:
        raise SnapshotError("快照的签名封装不能解析") from None
    header, table = SnapshotHeader.decode(envelope.payload), memoryview(content)[begin:]
    _check_signatures(envelope, keys_of(header.origin, header.log_size))
    if len(table) != header.table_bytes:
        raise SnapshotError(f"快照文件不完整: 结论表应有{header.table_bytes}字节, 实有{len(table)}字节")
    if sha256(table).hexdigest() != header.table_sha256:
        raise SnapshotError("快照被改动: 结论表与签名的摘要不符")
    return header, table


def _check_signatures(envelope: Envelope, required: Sequence[VerifyingKey]) -> None:
    if envelope.payload_type != SNAPSHOT_TYPE:
        raise SnapshotError("签名封装中不是快照")
    if not required:
        raise SnapshotError("策略没有这一登记系统的回执密钥 (receipt 行)")
    given = {each.keyid: each.sig for each in envelope.signatures}
    message = pae(SNAPSHOT_TYPE, envelope.payload)
    for key in required:
        if key.keyid not in given:
            raise SnapshotError(f"缺少回执密钥 {key.keyid[:12]}… 的签名")
        try:
            key.verify(message, given[key.keyid])
        except SignatureError:
            raise SnapshotError(f"回执密钥 {key.keyid[:12]}… 的签名与快照不符") from None
