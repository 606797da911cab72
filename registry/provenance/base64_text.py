"""Base64 with one spelling (RFC 4648 §4), for text that is signed, hashed or compared.

"AAECAw=="  ->  00 01 02 03
"AAECAx=="  refused: unused bits that are not zero (§3.5)
"AAECAw"    refused: padding missing; so is white space, and the alphabet of §5
"""

import base64


def decode_base64(text: str) -> bytes:
    """The bytes of canonical base64. ValueError otherwise."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError as fault:
        raise ValueError(f"not base64: {fault}") from None
    # The library ignores the unused bits of the last character: two spellings would mean the same bytes.
    if base64.b64encode(decoded).decode() != text:
        raise ValueError("not base64 in its one canonical spelling")
    return decoded


def encode_base64(content: bytes) -> str:
    """The one spelling."""
    return base64.b64encode(content).decode()
