"""What a paper's QR codes hold (docs/papers.md): behind ``#``, which browsers do not send.

    https://credit.example/verify#r=eNqV…                    the receipt itself, raw DEFLATE, base64url
    https://credit.example/verify#d=h1kP…&k=screen           its SHA-256, for whoever has the file

The whole receipt goes in if the content is at most 1,800 characters: a QR code of version 31, 62 mm wide on
paper, which a telephone still reads. Most answers at level SIGNED about up to five subjects do; none with
proof does. Without an address the content begins with ``receipt:``, and the portal's own scanner reads it.
"""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64encode
from hashlib import sha256

LONGEST = 1800
_NOWHERE = "receipt:"


def whole_code(content: bytes, verify_at: str) -> str:
    """The content that holds the receipt; empty where it would be too long."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL)
    code = f"{verify_at or _NOWHERE}#r={_text(packed.compress(content) + packed.flush())}"
    return code if len(code) <= LONGEST else ""


def digest_code(content: bytes, kind: str, verify_at: str) -> str:
    """The content that holds the receipt's digest."""
    return f"{verify_at or _NOWHERE}#d={_text(sha256(content).digest())}&k={kind}"


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
