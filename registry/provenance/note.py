"""Text with signatures: C2SP signed-note; `registry.provenance.vkey` describes the keys that sign.

    text, of lines that each end in LF
    (blank line)
    — <key name> <base64(key id ‖ signature)>        one or more; U+2014, space, name, space, base64, LF

* Signed are the UTF-8 bytes of the text with its last LF, without the blank line. The last blank line ends
  the text.
* No control characters but LF. Base64 is canonical, so a note has one spelling only.
* A signature by a key that the reader does not know is passed over, which lets witnesses add theirs. So it
  can also be taken away unseen: who needs a second signature must ask for it. `open_note` demands one of each
  key that it is given.
* Every signature line of a key that is asked for must hold; otherwise the text is not to be believed.

Example, signed with the first test key of RFC 8032 §7.1 (the tests hold the whole line):

    example.com/log
    0
    47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=

    — example.com/log zHFGcKUsF3xdyl89g8LJgnpk3tAHPSnj4MvMGKumlPFllRFoOppeiTmAjA/qMBjU…
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from registry.provenance.base64_text import decode_base64, encode_base64
from registry.provenance.keys import SignatureError, Signer
from registry.provenance.vkey import (
    KEY_ID_BYTES,
    NoteError,
    NoteKey,
    is_key_name,
    key_id,
    parse_vkey,
    require_key_name,
    vkey,
)

__all__ = [
    "MAX_NOTE_CHARACTERS",
    "MAX_SIGNATURES",
    "NoteError",
    "NoteKey",
    "SignatureLine",
    "add_line",
    "decode_base64",
    "is_key_name",
    "join_note",
    "key_id",
    "open_note",
    "parse_vkey",
    "read_lines",
    "sign_note",
    "signature_lines",
    "split_note",
    "vkey",
]

MAX_NOTE_CHARACTERS = 1_000_000
"""A longer note is refused unread; leaves room for a hundred post-quantum signatures."""
MAX_SIGNATURES = 100
"""C2SP signed-note: a reader sets a limit and accepts at least 16."""

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One line under a note, not verified; `text` is the line without its newline."""

    name: str
    key_id: bytes
    signature: bytes
    text: str

    @classmethod
    def of(cls, name: str, key_id: bytes, signature: bytes) -> "SignatureLine":
        """The line of a signature. NoteError if `name` is no key name."""
        require_key_name(name)
        return cls(name, key_id, signature, f"— {name} {encode_base64(key_id + signature)}")

    @classmethod
    def parse(cls, line: str) -> "SignatureLine":
        """The line read strictly; NoteError otherwise."""
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        if dash != "—" or not is_key_name(name):
            raise NoteError("a signature line is: em dash, space, key name, space, base64")
        try:
            decoded = decode_base64(encoded)
        except ValueError as fault:
            raise NoteError(f"signature of {name!r}: {fault}") from None
        if len(decoded) <= KEY_ID_BYTES:
            raise NoteError(f"signature of {name!r}: too short")
        return cls(name, decoded[:KEY_ID_BYTES], decoded[KEY_ID_BYTES:], line)

    def is_of(self, key: NoteKey) -> bool:
        """Whether the line names this key: by the key's name and its key id."""
        return (self.name, self.key_id) == (key.name, key.key_id)


def sign_note(text: str, name: str, *signers: Signer) -> str:
    """The text with one signature line for each signer, in their order, all under one key name.

    NoteError if a rule of notes is broken; ValueError without a signer.
    """
    if not signers:
        raise ValueError("a note needs at least one signer")
    _require_text(text)
    return join_note(text, [_signed(text, name, signer) for signer in signers])


def open_note(note: str, *required: NoteKey) -> str:
    """The text of a note, once each key asked for has signed it and every signature line of theirs holds.

    NoteError if the note is malformed, a signature of such a key is wrong, or there is none of one of them.
    ValueError without a key: the text of a note that nobody vouches for means nothing.
    """
    if not required:
        raise ValueError("a note is opened by at least one key")
    text, lines = split_note(note)
    message = text.encode()
    for key in required:
        signatures = [line.signature for line in lines if line.is_of(key)]
        if not signatures:
            raise NoteError(f"the note bears no signature of {key.name!r} by the key expected")
        for signature in signatures:
            _verify(key, message, signature)
    return text


def split_note(note: str) -> tuple[str, tuple[SignatureLine, ...]]:
    """Text and signature lines of a well-formed note, unverified: the text means nothing by itself.

    NoteError if the note is malformed; one malformed line spoils it, whoever's it is.
    """
    if len(note) > MAX_NOTE_CHARACTERS:
        raise NoteError(f"the note is longer than {MAX_NOTE_CHARACTERS} characters")
    text, blank, lines = note.rpartition("\n\n")
    if not blank:
        raise NoteError("a note is a text, a blank line and signature lines")
    _require_text(text + "\n")
    return text + "\n", read_lines(lines)


def read_lines(lines: str) -> tuple[SignatureLine, ...]:
    """Signature lines that each end in LF, at least one, as they stand under a note. NoteError otherwise."""
    _require_text(lines)
    each = lines.removesuffix("\n").split("\n")
    if len(each) > MAX_SIGNATURES:
        raise NoteError(f"the note bears more than {MAX_SIGNATURES} signatures")
    return tuple(SignatureLine.parse(line) for line in each)


def signature_lines(note: str) -> tuple[SignatureLine, ...]:
    """The signature lines of a note, in their order, unverified. NoteError if the note is malformed."""
    return split_note(note)[1]


def join_note(text: str, lines: Iterable[SignatureLine]) -> str:
    """The inverse of `split_note`."""
    return f"{text}\n" + "".join(f"{line.text}\n" for line in lines)


def add_line(note: str, line: str) -> str:
    """The note with one more signature line, given without its LF; the same note if it bears it already.

    NoteError if the note or the line is malformed, or the note would bear too many.
    """
    text, lines = split_note(note)
    _require_text(f"{line}\n")
    added = SignatureLine.parse(line)
    if added in lines:
        return note
    if len(lines) == MAX_SIGNATURES:
        raise NoteError(f"the note would bear more than {MAX_SIGNATURES} signatures")
    return join_note(text, (*lines, added))


def _signed(text: str, name: str, signer: Signer) -> SignatureLine:
    identity = key_id(name, signer.suite, signer.public_key)
    return SignatureLine.of(name, identity, signer.sign(text.encode()))


def _verify(key: NoteKey, message: bytes, signature: bytes) -> None:
    try:
        key.verifier.verify(message, signature)
    except SignatureError as fault:
        raise NoteError(f"signature of {key.name!r}: {fault}") from None


def _require_text(text: str) -> None:
    if not text.endswith("\n"):
        raise NoteError("each line of a note ends in a newline, its last one too")
    if _CONTROL.search(text):
        raise NoteError("a note has no control characters but the newline")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NoteError("a note must be valid UTF-8") from None
