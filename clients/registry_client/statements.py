"""Making statements (陈述) and sealing them: the only way in (DSSE envelope, provenance.md §1).

A statement is a ``registry.v1.Statement`` message. It is serialised once, in ``seal``; those bytes are
signed, sent, stored and returned as they are.

Example, a penalty withdrawn::

    withdrawal = Withdrawal(target=reference_to(department, statement_id), reason="处罚决定已被撤销")
    statement = numbered_statement(numbering, origin=origin, department=department, body=withdrawal)
    registry.submit([seal(statement, signer)])
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from registry.provenance.batch import BatchError, sign_batch
from registry.provenance.envelope import sign_envelope
from registry.provenance.keys import Signer
from registry.provenance.merkle import leaf_hash
from registry.v1.envelope_pb2 import Envelope, SignedBatch
from registry.v1.statement_pb2 import (
    BanDecision,
    BanDefence,
    BanDeliberation,
    BanDraft,
    BanHearing,
    BanHearingNotice,
    BanNotice,
    BanReview,
    BanServed,
    Confirmation,
    Correction,
    Delivery,
    DepartmentRegistration,
    EditionAdoption,
    EditionDraft,
    EditionReview,
    Erasure,
    Event,
    KeyEnrolment,
    KeyRevocation,
    Lifting,
    NameRuling,
    Objection,
    ObjectionResult,
    OfficialRegistration,
    OfficialRevocation,
    RedListCandidacy,
    RedListGrant,
    Repair,
    RepairAcceptance,
    RepairAnnulment,
    RepairApplication,
    RepairRefusal,
    Statement,
    StatementReference,
    StatusNote,
    SubjectLink,
    Withdrawal,
)
from registry.v1.supervision_pb2 import Supervision
from registry_client.numbering import Numbering

Body = (
    Event
    | Correction
    | Withdrawal
    | Repair
    | DepartmentRegistration
    | OfficialRegistration
    | OfficialRevocation
    | KeyEnrolment
    | KeyRevocation
    | EditionDraft
    | EditionReview
    | EditionAdoption
    | Lifting
    | StatusNote
    | SubjectLink
    | NameRuling
    | Delivery
    | RedListCandidacy
    | RedListGrant
    | Confirmation
    | Erasure
    | BanDecision
    | BanDefence
    | BanDeliberation
    | BanDraft
    | BanHearing
    | BanHearingNotice
    | BanNotice
    | BanReview
    | BanServed
    | Objection
    | ObjectionResult
    | RepairAcceptance
    | RepairAnnulment
    | RepairApplication
    | RepairRefusal
    | Supervision
)
"""What a statement can say."""

_FIELDS = {
    field.message_type.full_name: field.name
    for field in Statement.DESCRIPTOR.oneofs_by_name["body"].fields
    if field.message_type
}


def new_statement(*, origin: str, department: str, statement_id: str, nonce: bytes, body: Body) -> Statement:
    """A statement of the department with this code, for the log of this origin.

    The nonce is 16 bytes that nobody else can guess. Nothing is checked here; the registry does.
    """
    content: dict[str, Any] = {_FIELDS[body.DESCRIPTOR.full_name]: body}
    return Statement(statement_id=statement_id, origin=origin, department=department, nonce=nonce, **content)


def numbered_statement(
    numbering: Numbering, *, origin: str, department: str, body: Body, occasion: str = ""
) -> Statement:
    """A statement with the id and nonce that this content always has (``registry_client.numbering``).

    Stating the same twice therefore changes nothing. Where it is meant to, name the occasion: a department
    registered again with an earlier mandate, an event stated again after a mistaken withdrawal.
    """
    statement = new_statement(origin=origin, department=department, statement_id="", nonce=b"", body=body)
    statement.statement_id = _statement_id(numbering, department, body, occasion)
    statement.nonce = numbering.nonce(statement)
    return statement


def reference_to(department: str, statement_id: str) -> StatementReference:
    """A reference to an earlier statement of the same department."""
    return StatementReference(department=department, statement_id=statement_id)


def seal(statement: Statement, *signers: Signer) -> Envelope:
    """The signed envelope around a statement, serialised here once and for all.

    The first signer is the department's; the enrolment of a key adds the new key itself, an act of
    supervision that takes two the second official. ValueError without
    a signer.
    """
    return sign_envelope(statement.SerializeToString(deterministic=True), *signers)


def seal_batch(numbering: Numbering, statements: Sequence[Statement], signer: Signer) -> SignedBatch:
    """Statements about subjects, of one department for one log, under one signature. The same ones in the
    same order make the same batch, so that repeating is safe. BatchError unless there are 1 to 1,024."""
    payloads = [statement.SerializeToString(deterministic=True) for statement in statements]
    if not payloads:
        raise BatchError("a batch needs at least one statement")
    first = statements[0]
    return seal_payloads(numbering, payloads, origin=first.origin, department=first.department, signer=signer)


def seal_payloads(
    numbering: Numbering, payloads: Sequence[bytes], *, origin: str, department: str, signer: Signer
) -> SignedBatch:
    """As ``seal_batch``, of statements that were serialised before."""
    digest = sha256(b"".join(map(leaf_hash, payloads))).digest()
    return sign_batch(
        payloads,
        origin=origin,
        department=department,
        batch_id=numbering.statement_id("batch", department, digest.hex(), signer.keyid),
        nonce=numbering.batch_nonce(digest),
        signer=signer,
    )


def _statement_id(numbering: Numbering, department: str, body: Body, occasion: str) -> str:
    if isinstance(body, Event):
        return numbering.event_id(department, body, occasion=occasion)
    # Whatever is not an event is named by all it says: repeated it is the same, changed it is another act.
    kind = _FIELDS[body.DESCRIPTOR.full_name]
    content = body.SerializeToString(deterministic=True).hex()
    return numbering.statement_id(kind.replace("_", "-"), department, content, occasion)
