"""What the QR code leads to: the statement in the log."""

from __future__ import annotations

from registry.provenance.leaf import statement_hash
from registry.v1.ban_service_pb2 import GetCaseResponse
from registry_papers import PaperKind, foreseen
from tests.registry_papers.case_samples import FIRST_POSITION, ORIGIN, Case

STEPS = ["ban_draft", "ban_review", "ban_notice", "ban_defence", "ban_hearing_notice"]


def hash_at(response: GetCaseResponse, index: int) -> str:
    envelope = response.statements[index].signed.envelope
    return statement_hash(envelope.payload_type, envelope.payload).hex()


def test_without_a_base_the_code_holds_origin_position_and_hash() -> None:
    index = STEPS.index("ban_notice")
    code = Case().paper("notice").verification.code
    assert code == f"{ORIGIN} {FIRST_POSITION + index} {hash_at(Case().response(), index)}"


def test_a_base_makes_an_address_whose_server_is_not_told_which_paper() -> None:
    code = Case().paper("notice", verify_at="https://credit.example/v").verification.code
    base, _, fragment = code.partition("#")
    assert base == "https://credit.example/v"
    assert fragment == f"{FIRST_POSITION + 2}.{hash_at(Case().response(), 2)}"


def test_every_kind_leads_to_its_own_statement_and_the_code_stays_short() -> None:
    codes = {kind: Case().paper(kind).verification.code for kind in PaperKind}
    assert len(set(codes.values())) == len(PaperKind) - 1  # The repair notice is part of the decision.
    assert codes[PaperKind.REPAIR_NOTICE] == codes[PaperKind.DECISION]
    assert max(map(len, codes.values())) < 110


def test_the_eye_reads_what_the_code_holds() -> None:
    text = Case().paper("decision").text
    assert "registryctl log statement 1049" in text
    assert hash_at(Case().response(), 7) in text


def test_a_paper_is_made_before_its_statement_is_recorded() -> None:
    before = Case().response(until="ban_review")
    paper = Case().paper("notice", response=foreseen(before, Case().statement("ban_notice")))
    recorded = Case().paper("notice")
    assert paper.blocks == recorded.blocks
    assert paper.verification.code == f"{ORIGIN} {hash_at(Case().response(), 2)}"
    assert "序号于登记时编定" in paper.text
    assert len(before.statements) == 2
