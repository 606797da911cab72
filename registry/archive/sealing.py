"""Sealing the files of an archive under a pass phrase, in blocks, so that one of any length can be read.

    key      = scrypt(pass phrase, salt, n = 2^17, r = 8, p = 1, 32 bytes)       the salt is in archive.json
    file key = HMAC-SHA256(key, "registry-archive/1 " ‖ name of the file)
    file     = block ‖ block ‖ …       each AES-256-GCM(file key, nonce, up to 65,536 bytes) ‖ tag (16)
    nonce    = number of the block, from 0, 11 bytes big-endian ‖ 01 for the last block, otherwise 00

Every file has at least one block, which may be empty; only the last may be shorter than 65,536 bytes. A block
that is altered, moved, taken away or put into another file does not open, and nothing of it is handed out.
The key of a file is used for that file alone, since each archive has a salt of its own.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry.archive.format import FORMAT, ArchiveError

SALT_BYTES = 16
SHORTEST = 12
"""Characters of a pass phrase: whoever has the archive may try at leisure."""
BLOCK = 65_536
_TAG = 16
_COST, _R, _MEMORY = 1 << 17, 8, 1 << 28


def archive_key(passphrase: bytes, salt: bytes) -> bytes:
    """The key of an archive. Raises ArchiveError for a pass phrase that is too short."""
    if len(passphrase.decode("utf-8", "replace")) < SHORTEST:
        raise ArchiveError(f"封存的口令不得少于{SHORTEST}个字符")
    return hashlib.scrypt(passphrase, salt=salt, n=_COST, r=_R, p=1, maxmem=_MEMORY, dklen=32)


class BlockWriter:
    """Seals what is written to it, block by block."""

    def __init__(self, key: bytes, name: str) -> None:
        self._cipher = _cipher(key, name)
        self._number = 0
        self._held = b""

    def take(self, content: bytes) -> bytes:
        """The blocks that are full by now, sealed."""
        self._held += content
        sealed = b""
        while len(self._held) > BLOCK:  # One that is just full may be the last.
            sealed += self._seal(self._held[:BLOCK], last=False)
            self._held = self._held[BLOCK:]
        return sealed

    def end(self) -> bytes:
        """The last block."""
        return self._seal(self._held, last=True)

    def _seal(self, block: bytes, *, last: bool) -> bytes:
        sealed = self._cipher.encrypt(_nonce(self._number, last), block, None)
        self._number += 1
        return sealed


def opened_blocks(file: BinaryIO, key: bytes, name: str) -> Iterator[bytes]:
    """The content of a sealed file. Raises ArchiveError."""
    cipher, number = _cipher(key, name), 0
    block = file.read(BLOCK + _TAG)
    while True:
        following = file.read(BLOCK + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, not following), block, None)
        except (InvalidTag, ValueError):
            raise ArchiveError(f"{name} 不能打开: 口令不对, 或文件已损坏") from None
        if not following:
            return
        block, number = following, number + 1


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _cipher(key: bytes, name: str) -> AESGCM:
    return AESGCM(hmac.digest(key, f"{FORMAT} {name}".encode(), "sha256"))
