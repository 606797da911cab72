"""What the wire tells of a statement whose content was erased by law: that it was, and nothing more."""

from __future__ import annotations

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.v1 import intake_service_pb2, log_service_pb2
from registry.v1 import record_service_pb2 as records
from registry.v1 import restriction_service_pb2 as pb
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.log_service_pb2_grpc import LogServiceStub
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_PROOF, Receipt, ReceiptRequest
from registry.v1.record_service_pb2_grpc import RecordServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.subject_pb2 import DOMAIN_PROCUREMENT, SUBJECT_ROLE_BIDDER
from tests.receipts.checking import proven
from tests.receipts.serving import serving_receipts
from tests.support.events import ban, erasure, firm, placed
from tests.support.served import DEADLINE_S, Served, refused, serving, short_ban
from tests.support.spine import Spine, found_spine, furnish

OVER = ban("财政", firm(1), "M-PRO-01", "2025-03-01", "2026-05-01")
PROOF = ReceiptRequest(evidence=EVIDENCE_LEVEL_PROOF, nonce=b"n")


@pytest.fixture
def spine(tmp_path_factory: pytest.TempPathFactory) -> Spine:
    """A firm with a ban that has run out and one that binds."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("erased") / "registry"))
    placed(spine.say("财政", "over", event=OVER))
    placed(spine.say("财政", "binds", event=short_ban(1)))
    return spine


def erase(spine: Spine) -> int:
    return placed(spine.say("财政", erasure=erasure("财政", "over")))


def check(served: Served) -> pb.CheckResponse:
    request = pb.CheckRequest(subject=firm(1).identifier, receipt=PROOF)
    request.purpose.domain = DOMAIN_PROCUREMENT
    request.matter.role = SUBJECT_ROLE_BIDDER
    request.consistency.fully_consistent = True
    caller = served.system(CallerRole.PROCUREMENT_SYSTEM)
    response: pb.CheckResponse = RestrictionServiceStub(served.channel(caller)).Check(
        request, timeout=DEADLINE_S
    )
    return response


def entries(served: Served) -> list[str]:
    request = records.GetRecordRequest(subject=firm(1).identifier)
    response = RecordServiceStub(served.channel(served.registrar())).GetRecord(request, timeout=DEADLINE_S)
    return [entry.statement_id for section in response.sections for entry in section.entries]


def test_neither_service_has_the_statement_any_more_and_both_name_the_erasure(spine: Spine) -> None:
    position = spine.position - 1
    by = erase(spine)
    with serving(spine) as served:
        channel = served.channel(served.department("财政"))
        asked = (
            lambda: IntakeServiceStub(channel).GetStatement(
                intake_service_pb2.GetStatementRequest(statement_id="over"), timeout=DEADLINE_S
            ),
            lambda: IntakeServiceStub(channel).GetStatement(
                intake_service_pb2.GetStatementRequest(position=position), timeout=DEADLINE_S
            ),
            lambda: LogServiceStub(channel).GetStatement(
                log_service_pb2.LogServiceGetStatementRequest(position=position), timeout=DEADLINE_S
            ),
        )
        for call in asked:
            refusal = refused(call)
            assert (refusal.code, refusal.reason) == (grpc.StatusCode.NOT_FOUND, "CONTENT_ERASED")
            assert f"序号{by}" in refusal.message


def test_record_has_nothing_of_it(spine: Spine) -> None:
    with serving_receipts(spine) as served:
        assert entries(served) == ["over", "binds"]
        erase(spine)
        assert entries(served) == ["binds"]


def test_receipt_from_before_still_proves_and_one_from_afterwards_does_too(spine: Spine) -> None:
    with serving_receipts(spine) as served:
        filed = check(served).receipt.SerializeToString()
        by = erase(spine)
        later = check(served)
        before = proven(Receipt.FromString(filed), spine.engine.state)
        after = proven(later.receipt, spine.engine.state)
    assert before.answer.position < by <= after.answer.position
    chain = after.chains[firm(1).identifier.value]
    assert len(chain.leaves) == 3  # The erased statement's leaf, the ban's, the erasure's.
    assert [hit.statement_id for hit in later.hits] == ["binds"]
