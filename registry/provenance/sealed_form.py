"""What is sealed to the custodians of a department (密封件), as bytes: read here, made and opened by clients.

Of ``n`` custodians (2 ≤ n ≤ 7) any two together can open it, and no one alone. Everything is bound to origin,
department, complaint and part: a blob that is put under another complaint opens for nobody.

    magic       "CSEAL" 0x01
    part        1 byte: 1 what was said or written, 2 who reported
    origin, department, number      each: 1 byte length, ASCII or UTF-8
    n           1 byte
    keys        n X25519 public keys of 32 bytes, rising, each once
    --- so far the header
    shares      for each key: HPKE (RFC 9180 base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM)
                of n - 1 shares of 32 bytes, info = "registry share v1" 0x00, header, index of the key
    nonce       12 bytes
    ciphertext  AES-256-GCM under the content key, associated data = header and shares; 16 bytes more than the
                padded text, which is 4 KiB, 8 KiB, 16 KiB … long

The content key is split for each pair of custodians by itself: one has a random share, the other its XOR with
the key. A custodian's shares are in the order of the other keys.

Example: a report of 200 characters to three custodians is 4,096 + 16 + 12 + 3 × 112 + header bytes long, as
is one of 20 characters.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

MAGIC = b"CSEAL\x01"
MEDIA_TYPE = "application/vnd.registry.sealed"
TITLE = "密封材料"
"""The only title of sealed evidence: any other could say who is meant."""
CONTENT, REPORTER = 1, 2
FEWEST, MOST = 2, 7
KEY_BYTES, NONCE_BYTES, TAG_BYTES, ENC_BYTES = 32, 12, 16, 32
SMALLEST = 4096
LARGEST = 1 << 24
"""Of the padded text."""
_LENGTH = struct.Struct(">I")
_SHARE_INFO = b"registry share v1\x00"


class SealedFormError(ValueError):
    """Bytes that are no sealed blob; the message names nothing of what they are."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What a blob belongs to."""

    origin: str
    department: str
    number: str
    part: int

    def header(self, keys: tuple[bytes, ...]) -> bytes:
        """The header over rising keys. ValueError for what has no canonical form."""
        if not FEWEST <= len(keys) <= MOST or list(keys) != sorted(set(keys)):
            raise ValueError("keys of custodians: two to seven, rising, each once")
        texts = [text.encode() for text in (self.origin, self.department, self.number)]
        named = b"".join(len(text).to_bytes(1, "big") + text for text in texts)
        return MAGIC + bytes([self.part]) + named + bytes([len(keys)]) + b"".join(keys)


@dataclass(frozen=True, slots=True)
class SealedBlob:
    """A sealed blob taken apart."""

    binding: Binding
    keys: tuple[bytes, ...]
    header: bytes
    shares: tuple[bytes, ...]
    nonce: bytes
    ciphertext: bytes

    @property
    def associated(self) -> bytes:
        """What the ciphertext is bound to."""
        return self.header + b"".join(self.shares)

    def encode(self) -> bytes:
        """Its bytes."""
        return self.associated + self.nonce + self.ciphertext


def share_info(header: bytes, index: int) -> bytes:
    """What the shares of one custodian are bound to."""
    return _SHARE_INFO + header + bytes([index])


def wrapped_bytes(custodians: int) -> int:
    """How long the encrypted shares of one custodian are."""
    return ENC_BYTES + KEY_BYTES * (custodians - 1) + TAG_BYTES


def padded(text: bytes) -> bytes:
    """The text with its length before it and nothing after, 4 KiB, 8 KiB … long. ValueError if too long."""
    size = SMALLEST
    while size < len(text) + _LENGTH.size:
        size *= 2
    if size > LARGEST:
        raise ValueError("too long to be sealed")
    return (_LENGTH.pack(len(text)) + text).ljust(size, b"\x00")


def unpadded(block: bytes) -> bytes:
    """The text in a padded block. Raises SealedFormError for one that was not padded so."""
    length = _LENGTH.unpack_from(block)[0] if len(block) >= SMALLEST else len(block)
    text = block[_LENGTH.size : _LENGTH.size + length]
    if len(text) != length or padded(text) != block:
        raise SealedFormError("密封件的填充不合格式。")
    return text


def read_sealed(blob: bytes) -> SealedBlob:
    """A blob taken apart; its one form, or SealedFormError."""
    try:
        return _read(blob)
    except (ValueError, IndexError) as error:
        raise SealedFormError("不是密封件, 或者不完整。") from error


def _read(blob: bytes) -> SealedBlob:
    if not blob.startswith(MAGIC):
        raise ValueError("magic")
    part, at, texts = blob[len(MAGIC)], len(MAGIC) + 1, []
    for _ in range(3):
        end = at + 1 + blob[at]
        texts.append(blob[at + 1 : end].decode())
        at = end
    binding = Binding(texts[0], texts[1], texts[2], part)
    count, at = blob[at], at + 1
    keys = tuple(blob[at + KEY_BYTES * i : at + KEY_BYTES * (i + 1)] for i in range(count))
    header = binding.header(keys)
    at, one = len(header), wrapped_bytes(count)
    shares = tuple(blob[at + one * i : at + one * (i + 1)] for i in range(count))
    at += one * count
    nonce, ciphertext = blob[at : at + NONCE_BYTES], blob[at + NONCE_BYTES :]
    size = len(ciphertext) - TAG_BYTES
    fits = SMALLEST <= size <= LARGEST and size & (size - 1) == 0
    if not blob.startswith(header) or part not in (CONTENT, REPORTER) or not fits:
        raise ValueError("form")
    return SealedBlob(binding, keys, header, shares, nonce, ciphertext)
