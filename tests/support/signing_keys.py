"""Signing keys of departments: put in the place of another, found stolen, what they said confirmed."""

from __future__ import annotations

from typing import Any

from registry.commands.jobs import Outcome
from registry.provenance.envelope import sign_envelope
from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as pb
from tests.support.events import (
    placed,
    target,
)
from tests.support.spine import Spine, enrolment_of


def say_safely(spine: Spine, **body: Any) -> Outcome:
    return spine.say("财政", by=spine.signers["safe"], **body)


def revoke(spine: Spine, suspect_from: int) -> int:
    revocation = pb.KeyRevocation(
        keyid=spine.signers["财政"].keyid,
        reason=pb.KEY_REVOCATION_REASON_COMPROMISED,
        suspect_from=suspect_from,
    )
    return placed(spine.say("信用办", key_revocation=revocation))


def recover(spine: Spine) -> None:
    """The department delivers again, with the key it kept."""
    placed(say_safely(spine, delivery=pb.Delivery(list_code="L-02", as_of="2026-11-22")))


def found_stolen(spine: Spine, signer: FileSigner, suspect_from: int) -> None:
    """A key other than the office's is found stolen."""
    reason = pb.KEY_REVOCATION_REASON_COMPROMISED
    revocation = pb.KeyRevocation(keyid=signer.keyid, reason=reason, suspect_from=suspect_from)
    placed(spine.say("信用办", key_revocation=revocation))


def confirmation(statement_id: str, key: str = "财政") -> pb.Confirmation:
    return pb.Confirmation(target=target(key, statement_id), reason="经核对原卷, 确为本部门所作")


def rotate(spine: Spine, new: FileSigner, *, by: FileSigner | None = None, **changes: Any) -> Outcome:
    old = by or spine.signers["财政"]
    replaced = {"replaces": spine.signers["财政"].keyid, **changes}
    enrolment = enrolment_of(spine.code("财政"), new, **replaced)
    statement = spine.statement("财政", key_enrolment=enrolment)
    return spine.put("财政", sign_envelope(statement.SerializeToString(), old, new))[0]
