"""A custodian's own key and what he does with it (身份保管人): state it, agree to an opening, open.

key = CustodyKey.generate(); key.save(path, passphrase)
act = key.statement(number="BG-1", origin=…, department=…, official_id="C-1", window=(…, …))

opening = first_consent(statement, first official's key)          # an envelope for the second
registry.supervision.take(joined(opening, second official's key)) # recorded: now it may be opened

require_opening(view, official_id, other)                         # or SealingError
message = key.hand_over(blob, other custodian's public key)
text = other_key.opened(blob, message)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from google.protobuf.message import DecodeError

from registry.domain.files import ACT_NUMBERS, takes_two
from registry.provenance.custodian_proof import opening_key, prove
from registry.provenance.envelope import PAYLOAD_TYPE, sign_envelope
from registry.provenance.keyfile import KeyFileError, read_private_key, write_private_key
from registry.provenance.keys import Signer
from registry.v1.envelope_pb2 import Envelope, Signature
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import SupervisionFile
from registry.v1.supervision_pb2 import CustodianKey
from registry_client.statements import seal as sign
from registry_client.supervision.sealing import SealingError, hand_over, open_sealed

OPENING = ACT_NUMBERS["identity_opening"]


@dataclass(frozen=True, slots=True)
class CustodyKey:
    """A custodian's private key; never shown."""

    _private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def generate(cls) -> CustodyKey:
        """A new one."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, path: Path, passphrase: bytes | None) -> CustodyKey:
        """The one in a key file. Raises KeyFileError."""
        private = read_private_key(path, passphrase)
        if not isinstance(private, Ed25519PrivateKey):
            raise KeyFileError(f"{path}: 不是身份保管人的私钥")
        return cls(private)

    def save(self, path: Path, passphrase: bytes | None) -> None:
        """Writes it to a new file that only its owner may read. Raises KeyFileError."""
        write_private_key(path, self._private, passphrase)

    @property
    def public_key(self) -> bytes:
        """The X25519 public key, 32 bytes."""
        return self._opening.public_key().public_bytes_raw()

    def statement(
        self, *, number: str, origin: str, department: str, official_id: str, window: tuple[str, str]
    ) -> CustodianKey:
        """The act by which its holder states it, for a first and a last day."""
        public_key, proof = prove(
            self._private, origin=origin, department=department, official_id=official_id
        )
        return CustodianKey(
            number=number,
            official_id=official_id,
            public_key=public_key,
            proof=proof,
            valid_from=window[0],
            valid_until=window[1],
        )

    def hand_over(self, blob: bytes, other: bytes) -> bytes:
        """The message for the other custodian, by his public key. Raises SealingError."""
        return hand_over(blob, self._opening, other)

    def opened(self, blob: bytes, message: bytes) -> bytes:
        """What is in a blob, by the other's message. Raises SealingError."""
        return open_sealed(blob, self._opening, message)

    @property
    def _opening(self) -> X25519PrivateKey:
        return opening_key(self._private)


def first_consent(statement: Statement, signer: Signer) -> Envelope:
    """An act that takes two, with the first signature."""
    return sign(statement, signer)


def joined(opening: Envelope, signer: Signer) -> Envelope:
    """The same with the second signature, over the same bytes. Raises SealingError for another act, or one
    that is signed twice already."""
    statement = statement_of(opening)
    if not takes_two(statement) or len(opening.signatures) != 1:
        raise SealingError("不是一份等待第二人签名的开启决定。")
    both = sign_envelope(opening.payload, signer)
    second = both.signatures[0]
    return Envelope(
        payload=opening.payload,
        payload_type=PAYLOAD_TYPE,
        signatures=[*opening.signatures, Signature(sig=second.sig, keyid=second.keyid)],
    )


def statement_of(opening: Envelope) -> Statement:
    """What an envelope holds. Raises SealingError."""
    try:
        if opening.payload_type != PAYLOAD_TYPE:
            raise SealingError("不是登记系统的陈述。")
        return Statement.FromString(opening.payload)
    except DecodeError as error:
        raise SealingError("不是登记系统的陈述。") from error


def require_opening(file: SupervisionFile, *officials: str) -> None:
    """Raises SealingError unless a recorded opening of a complaint was signed by all of these officials."""
    for act in file.acts:
        if act.act == OPENING and set(officials) <= set(act.official_ids):
            return
    raise SealingError("登记系统里没有由这两名保管人签名的开启决定; 请先登记, 再开启。")
