"""Text with signatures: C2SP signed-note, Ed25519 (signature type 01).

    text, of lines that each end in LF
    (blank line)
    — <key name> <base64(key id ‖ signature)>        one or more; U+2014, space, name, space, base64, LF

* Signed are the UTF-8 bytes of the text with its last LF, without the blank line. The last blank line ends
  the text.
* key id = SHA-256(key name ‖ LF ‖ 01 ‖ 32-byte public key)[:4]. A key name has neither white space nor "+".
* No control characters but LF. Base64 is RFC 4648 §4 and canonical, so a note has one spelling only.
* A signature by a key that the reader does not know is passed over, which lets witnesses add theirs. So it
  can also be taken away unseen: who needs a second signature must ask for it by name.
* Every signature by the known key must hold, and there must be one; otherwise the text is not to be believed.

Example, signed with the first test key of RFC 8032 §7.1 (the tests hold the whole line):

    example.com/log
    0
    47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=

    — example.com/log zHFGcKUsF3xdyl89g8LJgnpk3tAHPSnj4MvMGKumlPFllRFoOppeiTmAjA/qMBjU…
"""

import base64
import re
from dataclasses import dataclass
from hashlib import sha256

from registry.provenance.keys import SignatureError, Signer, VerifyingKey, ed25519_point
from registry.v1.envelope_pb2 import SUITE_ED25519

MAX_NOTE_CHARACTERS = 1_000_000
"""A longer note is refused unread; leaves room for a hundred post-quantum signatures."""
MAX_SIGNATURES = 100
"""C2SP signed-note: a reader sets a limit and accepts at least 16."""

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_KEY_ID_BYTES = 4


class NoteError(ValueError):
    """A note is malformed, or no signature of the key asked for stands under it."""


def key_id(name: str, public_key: bytes) -> bytes:
    """The 4 bytes that name an Ed25519 key (SubjectPublicKeyInfo, DER) in a signature line."""
    return sha256(name.encode() + b"\n\x01" + ed25519_point(public_key)).digest()[:_KEY_ID_BYTES]


def sign_note(text: str, name: str, signer: Signer) -> str:
    """The text with one signature line. NoteError if a rule is broken or the key is not Ed25519."""
    _require_text(text)
    _require_key(name, signer.suite)
    signature = key_id(name, signer.public_key) + signer.sign(text.encode())
    return f"{text}\n— {name} {base64.b64encode(signature).decode()}\n"


def open_note(note: str, name: str, verifier: VerifyingKey) -> str:
    """The text of a note, once every signature line of this key name and key has been verified.

    NoteError if the note is malformed, a signature of this key is wrong, or there is none.
    """
    _require_key(name, verifier.suite)
    text, lines = _split(note)
    wanted = (name, key_id(name, verifier.public_key))
    signatures = [line.signature for line in lines if (line.name, line.key_id) == wanted]
    if not signatures:
        raise NoteError(f"the note bears no signature of {name!r} by the key expected")
    for signature in signatures:
        try:
            verifier.verify(text.encode(), signature)
        except SignatureError as fault:
            raise NoteError(f"signature of {name!r}: {fault}") from None
    return text


def decode_base64(text: str) -> bytes:
    """The bytes of canonical base64 (RFC 4648 §4; §3.5: unused bits are zero). ValueError otherwise."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError as fault:
        raise ValueError(f"not base64: {fault}") from None
    # The library ignores the unused bits of the last character: two spellings would mean the same bytes.
    if base64.b64encode(decoded).decode() != text:
        raise ValueError("not base64 in its one canonical spelling")
    return decoded


@dataclass(frozen=True, slots=True)
class _SignatureLine:
    name: str
    key_id: bytes
    signature: bytes


def _split(note: str) -> tuple[str, list[_SignatureLine]]:
    if len(note) > MAX_NOTE_CHARACTERS:
        raise NoteError(f"the note is longer than {MAX_NOTE_CHARACTERS} characters")
    text, blank, signatures = note.rpartition("\n\n")
    if not blank:
        raise NoteError("a note is a text, a blank line and signature lines")
    _require_text(text + "\n")
    _require_text(signatures)
    lines = signatures.removesuffix("\n").split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError(f"the note bears more than {MAX_SIGNATURES} signatures")
    return text + "\n", [_signature_line(line) for line in lines]


def _signature_line(line: str) -> _SignatureLine:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "—" or not _is_key_name(name):
        raise NoteError("a signature line is: em dash, space, key name, space, base64")
    try:
        signature = decode_base64(encoded)
    except ValueError as fault:
        raise NoteError(f"signature of {name!r}: {fault}") from None
    if len(signature) <= _KEY_ID_BYTES:
        raise NoteError(f"signature of {name!r}: too short")
    return _SignatureLine(name, signature[:_KEY_ID_BYTES], signature[_KEY_ID_BYTES:])


def _require_text(text: str) -> None:
    if not text.endswith("\n"):
        raise NoteError("each line of a note ends in a newline, its last one too")
    if _CONTROL.search(text):
        raise NoteError("a note has no control characters but the newline")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NoteError("a note must be valid UTF-8") from None


def _require_key(name: str, suite: int) -> None:
    if not _is_key_name(name):
        raise NoteError(f"a key name is not empty and has neither white space nor '+': {name!r}")
    if suite != SUITE_ED25519:
        raise NoteError("a note is signed with Ed25519; this key is of another suite")


def _is_key_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(character.isspace() for character in name)
