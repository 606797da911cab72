"""The log's signed head: C2SP tlog-checkpoint, a signed note (`registry.provenance.note`) with this text:

    <origin>            identity of the log; here it is the name of the log's keys too
    <size>              number of leaves, ASCII decimal without leading zeros, below 2^64
    <root>              base64 of the 32-byte RFC 6962 root over that many leaves
    <extension line>    none or more, not empty, opaque; signed by the log, and we write none

Example, the empty log:

    example.com/log
    0
    47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=

    — example.com/log <base64(key id ‖ Ed25519 signature)>

A log may have several keys, so that checkpoints bear a line of each: an SM2 one for those who must require
SM2, an Ed25519 one for tools that know no other. A line can be stripped unseen, so `open_checkpoint` demands
every key it is given.
"""

import re
from dataclasses import dataclass

from registry.provenance.base64_text import decode_base64, encode_base64
from registry.provenance.keys import Signer, VerifyingKey
from registry.provenance.merkle import HASH_BYTES
from registry.provenance.note import NoteError, NoteKey, open_note, sign_note

_SIZE = re.compile(r"0|[1-9][0-9]{0,19}")
_LINE = re.compile(r"[^\x00-\x1f]+")
_SIZE_LIMIT = 1 << 64


class CheckpointError(ValueError):
    """A checkpoint is malformed, of another log, or not signed by the key expected."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Size and root (32 bytes) of the log `origin`. CheckpointError if a field could not be read back."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not all(_LINE.fullmatch(line) for line in (self.origin, *self.extensions)):
            raise CheckpointError("origin and extensions are lines: not empty, without control characters")
        if not 0 <= self.size < _SIZE_LIMIT:
            raise CheckpointError(f"the size of a checkpoint is a u64, not {self.size}")
        if len(self.root) != HASH_BYTES:
            raise CheckpointError(f"the root of a checkpoint has {HASH_BYTES} bytes, not {len(self.root)}")

    def text(self) -> str:
        """The text that the log signs, ending in a newline."""
        root = encode_base64(self.root)
        return "".join(f"{line}\n" for line in (self.origin, self.size, root, *self.extensions))

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """The inverse of `text`: reads the unsigned text only, and strictly. CheckpointError otherwise.

        A note's text means nothing until its signature has been verified, so a signed checkpoint is read by
        `open_checkpoint` alone.
        """
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() != "":
            raise CheckpointError("a checkpoint is origin, size and root, each on a line of its own")
        origin, size, root, *extensions = lines
        if not _SIZE.fullmatch(size):
            raise CheckpointError("the size of a checkpoint is a decimal number without leading zeros")
        try:
            root_hash = decode_base64(root)
        except ValueError as fault:
            raise CheckpointError(f"the root of a checkpoint is {fault}") from None
        return cls(origin, int(size), root_hash, tuple(extensions))


def sign_checkpoint(checkpoint: Checkpoint, *signers: Signer) -> str:
    """The signed note of a checkpoint, with a line for each of the log's keys; their name is the origin.

    CheckpointError if the origin cannot be a key name; ValueError without a signer. The caller answers for
    never signing two checkpoints that contradict each other.
    """
    try:
        return sign_note(checkpoint.text(), checkpoint.origin, *signers)
    except NoteError as fault:
        raise CheckpointError(str(fault)) from None


def open_checkpoint(note: str, *required: VerifyingKey | NoteKey, origin: str) -> Checkpoint:
    """The checkpoint in a signed note of the log `origin`, once each key asked for is seen to have signed it.

    A `VerifyingKey` is one of the log itself and signs under the origin as its name; a `NoteKey` says its
    name. CheckpointError if the note or its text is malformed, it is of another log, or a signature asked for
    is wrong or missing. Signature lines of other keys are passed over. ValueError without a key.
    """
    try:
        keys = [key if isinstance(key, NoteKey) else NoteKey.of(origin, key) for key in required]
        checkpoint = Checkpoint.parse(open_note(note, *keys))
    except NoteError as fault:
        raise CheckpointError(str(fault)) from None
    if checkpoint.origin != origin:
        raise CheckpointError(f"a checkpoint of {checkpoint.origin!r}, not of {origin!r}")
    return checkpoint
