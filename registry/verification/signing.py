"""Keys as statements enrol them, and signatures verified with them.

Example: ``verify(key_of(enrolment, 2).verifier, message_of(shown), only_signature(shown), 40)`` returns, or
says that the signature at 40 does not hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from registry.domain.periods import china_day
from registry.provenance.batch import BATCH_TYPE, BatchError, check_membership
from registry.provenance.envelope import pae
from registry.provenance.keys import (
    SignatureError,
    SuiteNotSupportedError,
    VerifyingKey,
    load_verifying_key,
)
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import BatchHeader, Signature, Suite
from registry.verification.form import read_message
from registry.verification.report import FailedError
from registry.verification.statements import Shown


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A department's key as the statement at ``position`` enrolled it."""

    verifier: VerifyingKey
    enrolment: pb.KeyEnrolment
    position: int

    @property
    def keyid(self) -> str:
        """Hash of the public key."""
        return self.verifier.keyid

    @property
    def holder(self) -> tuple[str, str]:
        """Department and official; the department's seal has none."""
        return self.enrolment.department, self.enrolment.official_id


def key_of(enrolment: pb.KeyEnrolment, position: int) -> SigningKey:
    """The key that an enrolment at a position makes known. Raises FailedError."""
    return SigningKey(verifier_of(enrolment.suite, enrolment.public_key, position), enrolment, position)


def verifier_of(suite: Suite.ValueType, public_key: bytes, position: int) -> VerifyingKey:
    """A public key, to verify with. Raises FailedError."""
    try:
        return load_verifying_key(suite, public_key)
    except SuiteNotSupportedError:
        raise FailedError(f"序号{position}的公钥用本机不支持的签名算法") from None
    except ValueError:
        raise FailedError(f"序号{position}的公钥不合格") from None


def message_of(shown: Shown) -> bytes:
    """What the signatures of a statement are over."""
    envelope = shown.signed.envelope
    return pae(envelope.payload_type, envelope.payload)


def only_signature(shown: Shown) -> Signature:
    """The one signature of a statement; an empty one where there is none."""
    (signature,) = shown.signed.envelope.signatures or (Signature(),)
    return signature


def batch_of(shown: Shown, key: SigningKey) -> tuple[bytes, Signature]:
    """What the signature of a batch is over, and it, once the statement is seen to be one of the batch."""
    batch, statement = shown.signed.batch, shown.statement
    try:
        header = check_membership(shown.signed.envelope.payload, batch)
        read_message(BatchHeader, batch.header.payload, f"序号{shown.position}的批次抬头")
    except BatchError:
        raise FailedError(f"序号{shown.position}的陈述不在其批次中") from None
    stated = header.origin, header.department, header.suite
    if stated != (statement.origin, statement.department, key.enrolment.suite):
        raise FailedError(f"序号{shown.position}的批次属于另一登记系统、部门或算法")
    return pae(BATCH_TYPE, batch.header.payload), batch.header.signatures[0]


def check_window(shown: Shown, key: SigningKey) -> None:
    """Raises FailedError unless the statement was received on the key's days."""
    received = china_day(shown.leaf.received_ms)
    first, last = (date.fromisoformat(day) for day in (key.enrolment.valid_from, key.enrolment.valid_until))
    if not first <= received <= last:
        raise FailedError(f"序号{shown.position}收到于{received}, 签名密钥只在{first}至{last}有效")


def verify(key: VerifyingKey, message: bytes, signature: Signature, position: int) -> None:
    """Raises FailedError unless the signature says that it is the key's, and is."""
    if signature.keyid != key.keyid:
        raise FailedError(f"序号{position}的签名不是叶子所指的密钥的")
    try:
        key.verify(message, signature.sig)
    except SignatureError:
        raise FailedError(f"序号{position}的签名与内容不符") from None
