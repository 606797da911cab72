"""How evidence rests: in chunks, each sealed by itself (AES-256-GCM, NIST SP 800-38D).

    object  = chunk 0 ‖ chunk 1 ‖ …
    chunk   = nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes); 65,536 bytes of evidence each, the last one less
    bound   = "registry.v1 evidence" ‖ digest (32) ‖ size (8) ‖ number of the chunk (8), as associated data

The key is the vault's for this digest, the nonce random for every chunk that is ever written: a chunk that is
written again after a torn write never shares its nonce with the first. No chunk can stand in for another, of
this object or of any, and none can be missing unseen, for the size is bound into every one.

Example: 65,537 bytes rest as a chunk of 65,564 bytes and one of 29.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK = 65_536
NONCE_BYTES, TAG_BYTES = 12, 16
OVERHEAD = NONCE_BYTES + TAG_BYTES
SEALED_CHUNK = CHUNK + OVERHEAD
_LABEL = b"registry.v1 evidence"


class DamagedError(Exception):
    """A chunk at rest is not what was written: torn, altered, or under another vault key."""


class Sealer:
    """Seals and opens the chunks of one object of ``size`` bytes with a digest."""

    def __init__(self, key: bytes, sha256: bytes, size: int) -> None:
        self.size = size
        self.chunks = chunks_of(size)
        self._cipher = AESGCM(key)
        self._bound = _LABEL + sha256 + size.to_bytes(8, "big")

    def seal(self, number: int, content: bytes, nonce: bytes) -> bytes:
        """A chunk as it rests."""
        return nonce + self._cipher.encrypt(nonce, content, self._bound + number.to_bytes(8, "big"))

    def open(self, number: int, sealed: bytes) -> bytes:
        """A chunk as it was sent. Raises DamagedError."""
        bound = self._bound + number.to_bytes(8, "big")
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
        except (InvalidTag, ValueError) as error:
            raise DamagedError(f"chunk {number}") from error

    def length(self, number: int) -> int:
        """Bytes of a chunk at rest."""
        return min(CHUNK, self.size - number * CHUNK) + OVERHEAD


def chunks_of(size: int) -> int:
    """How many chunks an object of so many bytes has."""
    return -(-size // CHUNK)


def sealed_size(size: int) -> int:
    """Bytes at rest of an object of so many bytes."""
    return size + OVERHEAD * chunks_of(size)
