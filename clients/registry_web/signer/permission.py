"""What may be signed with a key (签名权限): pure; bytes and the key's owner in, faults out.

A key belongs to a department and one of its officials. It signs

* a statement (DSSE payload type of statements) that parses and whose ``department`` is the key's own;
* the header of a batch, shown together with the statements that it is of: each parses, is the department's
  own and is about subjects, and the header's root is theirs;
* as a new key, to show that it is held (proof of possession): the enrolment of this very key for this very
  official, which is a statement of whoever registers it.

Never bytes whose meaning is not seen here. What an assertion of the second factor has to be over::

    one message    SHA-256(PAE(type, payload))
    several        SHA-256("registry-web signer, several" 00 ‖ SHA-256(PAE) of each, in order)

Worked example: the key of 11130900DEM0000106 / C-014 signs a BanReview of 11130900DEM0000106; not one of
another department, not a ``Genesis``, not the registry's own statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from google.protobuf.message import DecodeError

from registry.provenance.batch import BATCH_TYPE, BatchError, batch_tree, read_header
from registry.provenance.envelope import PAYLOAD_TYPE, pae
from registry.provenance.merkle import leaf_hash
from registry.v1.envelope_pb2 import Envelope, Signature
from registry.v1.statement_pb2 import Statement

_SEVERAL = b"registry-web signer, several\x00"
_NOT_BY_OFFICIALS = frozenset({"genesis", "map_state", "time_anchor", "registry_key_change", "risk_alert"})
_NOT_IN_BATCHES = frozenset(
    {
        "department_registration", "official_registration", "official_revocation", "key_enrolment",
        "key_revocation", "edition_adoption", "edition_draft", "edition_review",
    }
)  # fmt: skip


class PermissionFaultError(ValueError):
    """A key does not sign this; one Chinese line."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose key it is; ``public_key``: SubjectPublicKeyInfo, DER."""

    department: str
    official_id: str
    public_key: bytes


@dataclass(frozen=True, slots=True)
class ToSign:
    """A message to be signed; ``members`` are the statements of a batch whose header ``payload`` is."""

    payload_type: str
    payload: bytes
    members: tuple[bytes, ...] = ()

    @property
    def message(self) -> bytes:
        """The bytes that are signed."""
        return pae(self.payload_type, self.payload)

    @property
    def digest(self) -> bytes:
        """SHA-256 of them."""
        return sha256(self.message).digest()


@dataclass(frozen=True, slots=True)
class Permitted:
    """What is signed, for the journal: kind of statement, its id, how many."""

    kind: str
    name: str
    count: int


def challenge_over(messages: Sequence[ToSign]) -> bytes:
    """What the second factor answers: 32 bytes."""
    if len(messages) == 1:
        return messages[0].digest
    return sha256(_SEVERAL + b"".join(each.digest for each in messages)).digest()


def permitted(owner: Owner, asked: ToSign, *, possession: bool = False) -> Permitted:
    """What it is, if the owner's key may sign it. Raises PermissionFaultError."""
    if asked.payload_type == BATCH_TYPE and not possession:
        return _batch(owner, asked)
    if asked.payload_type != PAYLOAD_TYPE or asked.members:
        raise PermissionFaultError("只签署陈述, 不签署其他内容")
    statement = _statement(asked.payload)
    kind = statement.WhichOneof("body") or ""
    if possession:
        _own_enrolment(owner, statement, kind)
    elif statement.department != owner.department:
        raise PermissionFaultError("陈述不是密钥所属部门的")
    return Permitted(kind, statement.statement_id, 1)


def _batch(owner: Owner, asked: ToSign) -> Permitted:
    envelope = Envelope(payload=asked.payload, payload_type=BATCH_TYPE, signatures=[Signature()])
    try:
        header = read_header(envelope)
        batch_tree(header, [leaf_hash(each) for each in asked.members])
    except BatchError:
        raise PermissionFaultError("批次与其中的陈述不一致") from None
    if header.department != owner.department:
        raise PermissionFaultError("批次不是密钥所属部门的")
    for member in asked.members:
        statement = _statement(member)
        kind = statement.WhichOneof("body")
        if (statement.department, statement.origin) != (owner.department, header.origin):
            raise PermissionFaultError("批次中有陈述不是密钥所属部门的")
        if kind in _NOT_IN_BATCHES:
            raise PermissionFaultError("机构、人员、密钥和目录的陈述不能成批签署")
    return Permitted("batch", header.batch_id, len(asked.members))


def _statement(payload: bytes) -> Statement:
    try:
        statement = Statement.FromString(payload)
    except DecodeError:
        raise PermissionFaultError("不是陈述") from None
    kind = statement.WhichOneof("body")
    if kind is None or kind in _NOT_BY_OFFICIALS or not statement.statement_id:
        raise PermissionFaultError("不是由人员作出的陈述")
    statement.DiscardUnknownFields()
    if statement.SerializeToString(deterministic=True) != payload:
        raise PermissionFaultError("陈述不是规范写法, 或含有看不出意义的内容")
    return statement


def _own_enrolment(owner: Owner, statement: Statement, kind: str) -> None:
    enrolment = statement.key_enrolment
    named = (enrolment.department, enrolment.official_id, enrolment.public_key)
    if kind != "key_enrolment" or named != (owner.department, owner.official_id, owner.public_key):
        raise PermissionFaultError("新密钥只能用于证明登记的正是这把密钥")
