"""One entry of the log: 122 bytes, fixed, big-endian, hashes only.

    at   bytes  field
      0      1  version               1
      1      1  type                  `LeafType`
      2      8  received_ms           time of receipt, Unix milliseconds; never decreases along the log
     10     32  subject key           `subject_key`
     42      8  subject sequence      how many leaves this subject has before this one
     50     32  previous              leaf hash of this subject's leaf before this one; zeros if none
     82     32  statement hash        `statement_hash`
    114      8  key position          position of the KEY_REGISTER leaf that authorises the signer

The time of receipt and the subject's chain are inside the leaf, because a time kept beside it could be
changed unseen. Nothing in it can be read back: what is erased by law leaves every proof standing.

Example: an event received at 1700000000000 (2023-11-14T22:13:20Z), the subject's third, signed by the key
that was registered at position 5; subject key, previous and statement hash are aa…, bb… and cc…:

    01 01 0000018bcfe56800
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 0000000000000002
    bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
    cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc 0000000000000005
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

from registry.provenance.envelope import pae

VERSION = 1
"""The layout above; another layout gets another number."""
NO_PREVIOUS = bytes(32)
"""`Leaf.previous` of a subject's first leaf."""

LAYOUT = struct.Struct(">BBQ32sQ32s32sQ")
LEAF_BYTES = LAYOUT.size
"""122."""


class LeafType(IntEnum):
    """What a leaf stands for. Numbers are never reused."""

    EVENT = 1  # a statement about a subject, signed by itself
    EVENT_IN_BATCH = 2  # one of many statements under one signature
    KEY_REGISTER = 3  # a key enrolled; later leaves name its position
    KEY_REVOKE = 4
    EDITION = 5  # a catalogue edition comes into use
    MAP_STATE = 6  # root of the map from subjects to positions
    TIME_ANCHOR = 7  # an outside time stamp
    KEY_ROTATION = 8  # the log's own key changes
    GENESIS = 9  # the first leaf
    DIRECTORY = 10  # a department or official entered or changed
    DELIVERY = 11  # the source of a list has delivered up to a day
    SUPERVISION = 12  # an act of supervision: nothing about a subject's credit follows from it
    ALERT = 13  # the registry's own alert of a risk


OWN_LEAVES = frozenset(
    {LeafType.GENESIS, LeafType.MAP_STATE, LeafType.TIME_ANCHOR, LeafType.KEY_ROTATION, LeafType.ALERT}
)
"""What the registry states itself: nothing about a subject, a department or a key follows from it."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry of the log; the module says what each field holds. Integers are u64, hashes 32 bytes."""

    type: LeafType
    received_ms: int
    subject_key: bytes
    subject_sequence: int
    previous: bytes
    statement_hash: bytes
    key_position: int

    def encode(self) -> bytes:
        """The 122 bytes that the tree hashes. ValueError if a field does not fit its width."""
        subject, previous, statement = self.subject_key, self.previous, self.statement_hash
        # struct would pad or cut a value of another length without a word.
        if len(subject) != 32 or len(previous) != 32 or len(statement) != 32:
            raise ValueError("subject_key, previous and statement_hash of a leaf have 32 bytes each")
        try:
            return LAYOUT.pack(
                VERSION,
                self.type,
                self.received_ms,
                subject,
                self.subject_sequence,
                previous,
                statement,
                self.key_position,
            )
        except struct.error as fault:
            raise ValueError(f"a leaf's integers must fit u64, its type u8: {fault}") from None

    @classmethod
    def decode(cls, encoded: bytes) -> "Leaf":
        """The leaf in these bytes. ValueError for another length, an unknown version or an unknown type."""
        if len(encoded) != LEAF_BYTES:
            raise ValueError(f"a leaf has {LEAF_BYTES} bytes, not {len(encoded)}")
        version, number, *fields = LAYOUT.unpack(encoded)
        if version != VERSION:
            raise ValueError(f"leaf version {version} is not known, only {VERSION}")
        try:
            return cls(LeafType(number), *fields)
        except ValueError:
            raise ValueError(f"leaf type {number} is not known") from None


def subject_key(ref: str) -> bytes:
    """The 32 bytes that stand for a subject in the log: SHA-256("registry.v1.subject" ‖ LF ‖ ref in UTF-8).

    The hash hides nothing that can be guessed. For a natural person `ref` must already be unguessable, that
    is keyed with the subject's secret; never the bare identity number.
    """
    return sha256(b"registry.v1.subject\n" + ref.encode()).digest()


def statement_hash(payload_type: str, payload: bytes) -> bytes:
    """SHA-256 of the bytes signed, PAE(payload_type, payload); the payload's own nonce is its salt."""
    return sha256(pae(payload_type, payload)).digest()
