"""A table with a signed header before it: how snapshots and deltas lie in a file.

    0    8   the kind's magic
    8    4   bytes of the envelope (u32, little-endian), then 4 zero bytes
    16       the envelope, a serialised registry.v1.Envelope (DSSE), and zeros up to a multiple of 64
    …        the table, see ``registry.domain.table_file``

The envelope's payload is the header, of the kind's own type: what was signed as one kind is never the other.
A header is believed only with its signatures, a table only with the digest in its header.

Example: a header of 600 bytes with one signature makes an envelope of 800; the table begins at 832.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from google.protobuf.message import DecodeError

from registry.provenance.envelope import pae
from registry.provenance.keys import SignatureError, Signer, VerifyingKey
from registry.v1.envelope_pb2 import Envelope, Signature

MAX_ENVELOPE_BYTES = 1 << 20
HEAD_BYTES = 16
_HEAD = struct.Struct("<8sI4x")
_ALIGN = 64


class SnapshotError(ValueError):
    """A snapshot or a delta is malformed, changed, or not signed as it must be; one line says why."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """What is in a file, ``name`` in words for whoever reads an error."""

    magic: bytes
    payload_type: str
    name: str

    def write(
        self, payload: bytes, table: Sequence[bytes | memoryview], signers: Sequence[Signer]
    ) -> Iterator[bytes | memoryview]:
        """The file, piece by piece. ValueError without a signer."""
        if not signers:
            raise ValueError("a snapshot needs at least one signer")
        message = pae(self.payload_type, payload)
        signatures = [Signature(sig=signer.sign(message), keyid=signer.keyid) for signer in signers]
        envelope = Envelope(payload=payload, payload_type=self.payload_type, signatures=signatures)
        content = envelope.SerializeToString()
        yield _HEAD.pack(self.magic, len(content)) + content + bytes(-(_HEAD.size + len(content)) % _ALIGN)
        yield from table

    def split(self, content: bytes | memoryview) -> tuple[bytes, memoryview]:
        """The envelope and the table in a file, neither of them looked at. Raises SnapshotError."""
        size, begin = self.begin_of(bytes(content[:HEAD_BYTES]))
        if begin > len(content):
            raise SnapshotError(f"{self.name}文件不完整")
        return bytes(content[_HEAD.size : _HEAD.size + size]), memoryview(content)[begin:]

    def begin_of(self, head: bytes) -> tuple[int, int]:
        """Bytes of the envelope, and where the table begins, by the first 16 bytes. Raises SnapshotError."""
        if len(head) < _HEAD.size or head[:8] != self.magic:
            raise SnapshotError(f"不是{self.name}文件")
        _, size = _HEAD.unpack_from(head)
        if size > MAX_ENVELOPE_BYTES:
            raise SnapshotError(f"{self.name}文件不完整")
        return size, _HEAD.size + size + -(_HEAD.size + size) % _ALIGN

    def opened(self, envelope: bytes) -> Envelope:
        """The envelope of this kind, its signatures not looked at. Raises SnapshotError."""
        try:
            opened = Envelope.FromString(envelope)
        except DecodeError:
            raise SnapshotError(f"{self.name}的签名封装不能解析") from None
        if opened.payload_type != self.payload_type:
            raise SnapshotError(f"签名封装中不是{self.name}")
        return opened

    def check_signatures(self, envelope: Envelope, required: Sequence[VerifyingKey]) -> None:
        """Raises SnapshotError unless every key that is required has signed, and there is one."""
        if not required:
            raise SnapshotError("策略没有这一登记系统的回执密钥 (receipt 行)")
        given = {each.keyid: each.sig for each in envelope.signatures}
        message = pae(self.payload_type, envelope.payload)
        for key in required:
            if key.keyid not in given:
                raise SnapshotError(f"缺少回执密钥 {key.keyid[:12]}… 的签名")
            try:
                key.verify(message, given[key.keyid])
            except SignatureError:
                raise SnapshotError(f"回执密钥 {key.keyid[:12]}… 的签名与{self.name}不符") from None

    def check_table(self, table: memoryview, size: int, digest: str) -> None:
        """Raises SnapshotError unless the table is the one that a header speaks of."""
        if len(table) != size:
            raise SnapshotError(f"{self.name}文件不完整: 结论表应有{size}字节, 实有{len(table)}字节")
        if sha256(table).hexdigest() != digest:
            raise SnapshotError(f"{self.name}被改动: 结论表与签名的摘要不符")


def digest_of(table: Sequence[bytes | memoryview]) -> tuple[int, str]:
    """Bytes and SHA-256 of a table in pieces, as the header has them."""
    digest = sha256()
    for piece in table:
        digest.update(piece)
    return sum(map(len, table)), digest.hexdigest()
