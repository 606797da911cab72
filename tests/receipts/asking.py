"""Questions to a served registry, with receipts, and the receipts checked as a verifier would."""

from __future__ import annotations

from typing import Any

from registry.access.identity import CallerRole
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_PROOF, EVIDENCE_LEVEL_SIGNED, ReceiptRequest
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from tests.receipts.checking import Checked, proven, request_hash
from tests.support.events import ban, placed
from tests.support.served import Served

PROCUREMENT, EXIT = subject_pb2.DOMAIN_PROCUREMENT, subject_pb2.DOMAIN_EXIT_ENTRY
PROOF = ReceiptRequest(evidence=EVIDENCE_LEVEL_PROOF, nonce=b"n" * 32)
SIGNED = ReceiptRequest(evidence=EVIDENCE_LEVEL_SIGNED, nonce=b"once")
UNTIL = "2028-03-01"


def restrictions(served: Served, role: CallerRole = CallerRole.PROCUREMENT_SYSTEM) -> RestrictionServiceStub:
    return RestrictionServiceStub(served.channel(served.system(role)))


def question(subject: subject_pb2.Subject, wanted: ReceiptRequest = PROOF, **more: Any) -> pb.CheckRequest:
    personal = subject.kind == subject_pb2.SUBJECT_KIND_NATURAL_PERSON
    purpose = pb.Purpose(domain=EXIT if personal else PROCUREMENT)
    if personal:
        purpose.reference, purpose.reason = "口岸〔2026〕17号", "出境检查"
    request = pb.CheckRequest(subject=subject.identifier, purpose=purpose, receipt=wanted)
    request.matter.role = subject_pb2.SUBJECT_ROLE_TRAVELLER if personal else subject_pb2.SUBJECT_ROLE_BIDDER
    request.MergeFrom(pb.CheckRequest(**more))
    return request


def ask(served: Served, request: pb.CheckRequest) -> pb.CheckResponse:
    role = CallerRole.BORDER_SYSTEM if request.purpose.domain == EXIT else CallerRole.PROCUREMENT_SYSTEM
    return restrictions(served, role).Check(request)


def state(served: Served) -> Any:
    return served.spine.engine.state


def ban_of(served: Served, subject: subject_pb2.Subject) -> int:
    return placed(served.spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2026-03-01", UNTIL)))


def proven_check(served: Served, request: pb.CheckRequest) -> Checked:
    response = ask(served, request)
    checked = proven(response.receipt, state(served))
    assert_files(checked, request, response)
    return checked


def assert_files(checked: Checked, request: pb.CheckRequest, response: pb.CheckResponse) -> None:
    """The answer in a receipt is the one that was given to the question that was asked."""
    bare = pb.CheckResponse()
    bare.CopyFrom(response)
    bare.ClearField("receipt")
    answer = checked.answer
    assert answer.response == bare.SerializeToString()
    assert answer.request_sha256 == request_hash(request.SerializeToString())
    assert answer.nonce == request.receipt.nonce
    assert answer.method == "registry.v1.RestrictionService/Check"
    assert answer.position == response.answered.known_position
    assert answer.edition == response.answered.edition
    assert answer.caller.endswith("/asker")
