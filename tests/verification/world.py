"""Receipts of a real registry: a history that has every kind of statement in it, asked over the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from registry.access.identity import Caller
from registry.provenance.vkey import vkey
from registry.provenance.witness_policy import Policy
from registry.sanctions.catalogue.edition import Edition
from registry.v1 import receipt_pb2, statement_pb2, subject_pb2
from registry.v1 import restriction_service_pb2 as pb
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_PROOF, ReceiptRequest
from registry.v1.record_service_pb2 import GetCertificateRequest, GetRecordRequest
from registry.v1.record_service_pb2_grpc import RecordServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.verification import Report, check_receipt
from tests.support.served import Served
from tests.support.spine import ROLE_OF_DOMAIN, Spine

BIDDER = subject_pb2.SUBJECT_ROLE_BIDDER
PROCUREMENT = subject_pb2.DOMAIN_PROCUREMENT
NONCE = bytes(range(16))


@dataclass
class World:
    """A served registry and the policy under which its receipts are checked."""

    served: Served
    policy: Policy = field(init=False)
    editions: dict[str, Edition] = field(init=False)

    def __post_init__(self) -> None:
        self.policy = Policy.parse(policy_text(self.served.spine))
        self.editions = editions_of(self.served.spine)

    def report(self, receipt: receipt_pb2.Receipt, **options: Any) -> Report:
        """What a check of a receipt finds."""
        given: dict[str, Any] = {"editions": self.editions, **options}
        return check_receipt(content_of(receipt), given.pop("policy", self.policy), **given)

    def check(
        self,
        who: subject_pb2.Identifier,
        domain: subject_pb2.Domain.ValueType = PROCUREMENT,
        *,
        at: int | None = None,
        evidence: receipt_pb2.EvidenceLevel.ValueType = EVIDENCE_LEVEL_PROOF,
        **matter: Any,
    ) -> receipt_pb2.Receipt:
        """The receipt for a question about one subject."""
        request = pb.CheckRequest(subject=who, receipt=ReceiptRequest(evidence=evidence, nonce=NONCE))
        request.purpose.domain, request.purpose.reference, request.purpose.reason = domain, "案1", "审查"
        request.matter.CopyFrom(pb.Matter(**{"role": BIDDER, **matter}))
        if at is not None:
            request.consistency.at_exact_position = at
        return self.restrictions(domain).Check(request).receipt

    def batch(self, *codes: str, each: bool = False) -> list[receipt_pb2.Receipt]:
        """Receipts for a question about many."""
        request = pb.BatchCheckRequest(
            identifier_type=subject_pb2.IDENTIFIER_TYPE_USCC,
            identifiers=codes,
            matter=pb.Matter(role=BIDDER),
            receipt=ReceiptRequest(evidence=EVIDENCE_LEVEL_PROOF, nonce=NONCE, each=each),
        )
        request.purpose.domain, request.purpose.reference = PROCUREMENT, "案1"
        return list(self.restrictions(PROCUREMENT).BatchCheck(request).receipts)

    def screen(self, *parties: pb.Party, each: bool = False) -> list[receipt_pb2.Receipt]:
        """Receipts for a tender."""
        project = pb.Project(number="项目1", name="示例", domain=PROCUREMENT, reason="审查")
        wanted = ReceiptRequest(evidence=EVIDENCE_LEVEL_PROOF, nonce=NONCE, each=each)
        request = pb.ScreenRequest(project=project, parties=parties, receipt=wanted)
        return list(self.restrictions(PROCUREMENT).Screen(request).receipts)

    def record(self, who: subject_pb2.Identifier, *, at: int | None = None) -> receipt_pb2.Receipt:
        """The receipt for a subject's record."""
        request = GetRecordRequest(subject=who, receipt=ReceiptRequest(evidence=EVIDENCE_LEVEL_PROOF))
        if at is not None:
            request.consistency.at_exact_position = at
        request.purpose.domain, request.purpose.reference, request.purpose.reason = PROCUREMENT, "案1", "审查"
        return RecordServiceStub(self.served.channel(self.served.registrar())).GetRecord(request).receipt

    def certificate(self, who: subject_pb2.Identifier, **asked: Any) -> receipt_pb2.Receipt:
        """The receipt for a special credit report on a subject."""
        wanted = ReceiptRequest(evidence=asked.pop("evidence", EVIDENCE_LEVEL_PROOF), nonce=NONCE)
        request = GetCertificateRequest(subject=who, receipt=wanted, **asked)
        request.purpose.domain, request.purpose.reference, request.purpose.reason = PROCUREMENT, "案1", "审查"
        caller = Caller(ROLE_OF_DOMAIN[PROCUREMENT], "asker", self.served.spine.engine.state.origin)
        return RecordServiceStub(self.served.channel(caller)).GetCertificate(request).receipt

    def restrictions(self, domain: subject_pb2.Domain.ValueType) -> RestrictionServiceStub:
        """The service, for a system that may ask in a domain."""
        caller = Caller(ROLE_OF_DOMAIN[domain], "asker", self.served.spine.engine.state.origin)
        return RestrictionServiceStub(self.served.channel(caller))


def policy_text(spine: Spine, *more: str) -> str:
    """The policy that the registry's own keys make up."""
    state = spine.engine.state
    lines = []
    for purpose, word in (
        (statement_pb2.REGISTRY_KEY_PURPOSE_LOG, "log"),
        (statement_pb2.REGISTRY_KEY_PURPOSE_RECEIPT, "receipt"),
    ):
        for entry in state.registry_keys.active(purpose):
            lines.append(f"{word} {vkey(state.origin, entry.suite, entry.public_key)}")
    return "".join(f"{line}\n" for line in (*lines, *more, "quorum none"))


def content_of(receipt: receipt_pb2.Receipt) -> bytes:
    """A receipt as it is filed."""
    return receipt.SerializeToString(deterministic=True)


def editions_of(spine: Spine) -> dict[str, Edition]:
    """The editions that a registry has adopted, by hash."""
    state = spine.engine.state
    return {case.edition: state.edition(case.edition) for case in state.book.cases()}
