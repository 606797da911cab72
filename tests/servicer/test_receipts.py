"""Receipts of a served registry: question, answer and evidence, each part checked as a verifier would."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.commands.jobs import Placed
from registry.provenance.batch import check_membership, sign_batch
from registry.provenance.leaf import LeafType
from registry.v1 import record_service_pb2 as records
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2, verdict_pb2
from registry.v1.receipt_pb2 import (
    EVIDENCE_LEVEL_PROOF,
    EVIDENCE_LEVEL_SIGNED,
    SHORTFALL_REASON_CONTENT_WITHHELD,
    ReceiptRequest,
)
from registry.v1.record_service_pb2_grpc import RecordServiceStub
from registry.v1.statement_pb2 import (
    KEY_REVOCATION_REASON_RETIRED,
    OFFICIAL_ROLE_SUBMITTER,
    KeyRevocation,
)
from tests.receipts.asking import (
    PROCUREMENT,
    PROOF,
    UNTIL,
    ask,
    ban_of,
    proven_check,
    question,
    restrictions,
    state,
)
from tests.receipts.checking import proven, request_hash, signed
from tests.receipts.serving import serving_receipts
from tests.support.events import (
    alternate,
    ban,
    document,
    fields,
    imposed,
    list_entry,
    new_firm,
    new_person,
    old_code,
    penalty,
    placed,
    repair,
    stay,
    succession,
)
from tests.support.served import Served
from tests.support.spine import ORIGIN, found_spine, furnish


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("receipts") / "registry"))
    with serving_receipts(spine) as running:
        yield running


# --- what is proven


def test_a_block_is_proven_by_the_statement_behind_it(served: Served) -> None:
    firm = new_firm()
    position = ban_of(served, firm)
    checked = proven_check(served, question(firm))
    assert checked.statements[position].event.subject.identifier == firm.identifier
    assert len(checked.chains[firm.identifier.value].leaves) == 1
    deliveries = {
        each.delivery.list_code for each in checked.statements.values() if each.HasField("delivery")
    }
    assert {"L-01", "L-02", "L-03"} <= deliveries


def test_a_clear_answer_shows_the_chain_and_no_statement_about_the_subject(served: Served) -> None:
    firm = new_firm()
    position = placed(served.spine.say("市场监管", event=penalty("市场监管", firm)))
    checked = proven_check(served, question(firm))
    assert pb.CheckResponse.FromString(checked.answer.response).verdict == verdict_pb2.VERDICT_CLEAR
    assert len(checked.chains[firm.identifier.value].leaves) == 1
    assert position not in checked.statements


def test_that_nothing_is_recorded_is_proven_by_the_map(served: Served) -> None:
    firm = new_firm()
    checked = proven_check(served, question(firm))
    told = pb.CheckResponse.FromString(checked.answer.response)
    assert told.indeterminate_reason == verdict_pb2.INDETERMINATE_REASON_SUBJECT_UNKNOWN
    assert not checked.chains[firm.identifier.value].leaves


def test_a_person_with_a_record_is_proven_with_the_secret_and_the_question_is_masked(served: Served) -> None:
    someone = new_person()
    position = placed(served.spine.say("法院", event=ban("法院", someone, "M-EXI-01", "2026-04-01")))
    checked = proven_check(served, question(someone))
    (chain,) = [chain for ref, chain in checked.chains.items() if ref.startswith("P:")]
    assert len(chain.secret) == 32
    assert position in checked.statements
    number = someone.identifier.value.encode()
    assert number not in checked.answer.question
    assert number not in checked.answer.response


def test_a_person_without_record_cannot_be_proven_and_the_receipt_says_so(served: Served) -> None:
    someone = new_person()
    response = ask(served, question(someone))
    checked = signed(response.receipt, state(served))
    assert checked.answer.given == EVIDENCE_LEVEL_SIGNED
    assert checked.reasons() == {"PERSON_WITHOUT_RECORD"}
    assert checked.answer.shortfalls[0].subject.value == response.subject.value
    assert not response.receipt.checkpoint


@pytest.mark.parametrize(
    ("kind", "code", "reason"),
    [
        (subject_pb2.IDENTIFIER_TYPE_USCC, "91130902DEM0000000", "CODE_INVALID"),
        (old_code(new_firm()).type, old_code(new_firm()).value, "CODE_WITHOUT_RECORD"),
    ],
)
def test_a_code_that_leads_to_nothing_falls_short(
    served: Served, kind: subject_pb2.IdentifierType.ValueType, code: str, reason: str
) -> None:
    request = question(new_firm())
    request.subject.type, request.subject.value = kind, code
    checked = signed(ask(served, request).receipt, state(served))
    assert (checked.answer.given, checked.reasons()) == (EVIDENCE_LEVEL_SIGNED, {reason})


def test_an_old_code_is_proven_through_the_link_that_leads_from_it(served: Served) -> None:
    firm = new_firm()
    ban_of(served, firm)
    link = placed(served.spine.say("市场监管", subject_link=alternate(old_code(firm), firm)))
    request = question(firm)
    request.subject.CopyFrom(old_code(firm))
    checked = proven_check(served, request)
    assert checked.bodies()[link] == "subject_link"


def test_what_fell_on_an_earlier_code_is_proven_with_both_chains_and_the_link(served: Served) -> None:
    old, new = new_firm(), new_firm()
    position = ban_of(served, old)
    link = placed(served.spine.say("市场监管", subject_link=succession(old, new, "2026-06-01")))
    checked = proven_check(served, question(new))
    assert {old.identifier.value, new.identifier.value} <= set(checked.chains)
    assert {position, link} <= set(checked.statements)


def test_notes_on_a_decision_are_shown_with_it(served: Served) -> None:
    firm = new_firm()
    say = served.spine.say
    position = placed(say("财政", "B-1", event=ban("财政", firm, "M-PRO-01", "2026-03-01", UNTIL)))
    noted = placed(say("财政", status_note=stay("财政", "B-1", "2026-06-01")))
    checked = proven_check(served, question(firm))
    assert {position, noted} <= set(checked.statements)


def test_a_statement_that_came_in_a_batch_is_proven_by_the_batchs_signature(served: Served) -> None:
    spine, firms = served.spine, [new_firm() for _ in range(5)]
    stated = [
        spine.statement("财政", event=ban("财政", firm, "M-PRO-01", "2026-03-01", UNTIL)) for firm in firms
    ]
    batch = sign_batch(
        [each.SerializeToString() for each in stated],
        origin=ORIGIN,
        department=spine.code("财政"),
        batch_id="receipts",
        nonce=bytes(16),
        signer=spine.signers["财政"],
    )
    promises = spine.engine.intake.submit_batch(batch, served.department("财政"))
    positions = [outcome.position for each in promises if isinstance(outcome := each.result(30), Placed)]
    checked = proven_check(served, question(firms[3]))
    (leaf,) = [leaf for leaf in checked.receipt.leaves if leaf.position == positions[3]]
    assert not leaf.statement.envelope.signatures
    assert check_membership(leaf.statement.envelope.payload, leaf.statement.batch).count == len(firms)


# --- times


def test_an_answer_as_of_the_past_shows_later_leaves_and_not_their_statements(served: Served) -> None:
    firm = new_firm()
    say = served.spine.say
    position = placed(say("人社", "W-1", event=list_entry("人社", firm, "L-04", "2025-03-01", "2027-03-01")))
    later = placed(say("人社", repair=repair("人社", "W-1", "2026-05-01")))
    request = question(firm)
    request.consistency.at_exact_position = position
    checked = proven_check(served, request)
    assert len(checked.chains[firm.identifier.value].leaves) == 2
    assert later not in checked.statements
    assert {position, later} <= {leaf.position for leaf in checked.receipt.leaves}


def test_a_firm_that_became_known_later_has_its_chain_proven_for_a_position_before(served: Served) -> None:
    firm, before = new_firm(), served.spine.position
    later = ban_of(served, firm)
    proven_check(served, question(firm))  # From here on the map knows the firm.
    request = question(firm)
    request.consistency.at_exact_position = before
    checked = proven_check(served, request)
    assert later in {leaf.position for leaf in checked.receipt.leaves}
    assert later not in checked.statements


def test_a_day_in_the_past_is_part_of_what_is_filed(served: Served) -> None:
    firm = new_firm()
    ban_of(served, firm)
    request = question(firm)
    request.valid_time.FromJsonString("2026-02-01T04:00:00Z")
    checked = proven_check(served, request)
    told = pb.CheckResponse.FromString(checked.answer.response)
    assert told.answered.valid_time == request.valid_time


# --- keys


def test_a_key_revoked_after_it_signed_is_shown_as_revoked(served: Served) -> None:
    spine, firm = served.spine, new_firm()
    clerk = spine.appoint("财政", "F-9", "采购监督科", OFFICIAL_ROLE_SUBMITTER)
    position = placed(spine.say("财政", by=clerk, event=ban("财政", firm, "M-PRO-01", "2026-03-01", UNTIL)))
    revocation = KeyRevocation(keyid=clerk.keyid, reason=KEY_REVOCATION_REASON_RETIRED)
    revoked = placed(spine.say("信用办", key_revocation=revocation))
    checked = proven_check(served, question(firm))
    assert checked.bodies()[revoked] == "key_revocation"
    assert position in checked.statements
    assert f"K:{clerk.keyid}" in checked.chains
    assert f"O:{spine.code('财政')}/F-9" in checked.chains
    assert checked.receipt.leaves[0].leaf[1] == LeafType.GENESIS


# --- rights


def test_a_statement_that_holds_another_persons_number_is_not_shown_and_the_receipt_says_so(
    served: Served,
) -> None:
    firm, representative = new_firm(), new_person()
    number = representative.identifier.value
    said = penalty(
        "财政",
        firm,
        measures=[imposed("M-PRO-01", "2026-03-01", UNTIL)],
        content=fields(cflb="罚款", nr_fk="5", fr_zjhm=number),
        document=document("财政", "2026-03-01", "沧财罚字〔2026〕901号"),
    )
    placed(served.spine.say("财政", event=said))
    response = ask(served, question(firm))
    checked = signed(response.receipt, state(served))
    assert [each.reason for each in checked.answer.shortfalls] == [SHORTFALL_REASON_CONTENT_WITHHELD]
    assert number.encode() not in response.SerializeToString()


# --- many


def test_each_answer_of_a_batch_is_what_check_would_have_answered(served: Served) -> None:
    banned, unknown = new_firm(), new_firm()
    ban_of(served, banned)
    request = pb.BatchCheckRequest(
        identifier_type=subject_pb2.IDENTIFIER_TYPE_USCC,
        identifiers=[banned.identifier.value, unknown.identifier.value, "91130902DEM0000000"],
        receipt=ReceiptRequest(evidence=EVIDENCE_LEVEL_PROOF, each=True),
    )
    request.purpose.domain = PROCUREMENT
    request.matter.role = subject_pb2.SUBJECT_ROLE_BIDDER
    request.valid_time.FromJsonString("2026-11-23T04:00:00Z")
    receipts = restrictions(served).BatchCheck(request).receipts
    assert len({each.signature.signatures[0].sig for each in receipts}) == 1
    checks = [proven(each, state(served)) for each in receipts[:2]]
    checks.append(signed(receipts[2], state(served)))
    assert checks[2].reasons() == {"CODE_INVALID"}
    for checked in checks:
        alone = pb.CheckRequest.FromString(checked.answer.question)
        alone.consistency.at_exact_position = checked.answer.position
        assert restrictions(served).Check(alone).SerializeToString() == checked.answer.response
        assert checked.answer.request_sha256 == request_hash(request.SerializeToString())


def test_a_batch_as_a_whole_has_one_receipt_with_the_chain_of_each(served: Served) -> None:
    firms = [new_firm() for _ in range(3)]
    ban_of(served, firms[0])
    codes = [firm.identifier.value for firm in firms]
    request = pb.BatchCheckRequest(
        identifier_type=subject_pb2.IDENTIFIER_TYPE_USCC, identifiers=codes, receipt=PROOF
    )
    request.purpose.domain = PROCUREMENT
    response = restrictions(served).BatchCheck(request)
    (receipt,) = response.receipts
    checked = proven(receipt, state(served))
    assert set(codes) <= set(checked.chains)
    response.ClearField("receipts")
    assert checked.answer.response == response.SerializeToString()


@pytest.mark.parametrize("each", [False, True])
def test_a_tender_is_filed_whole_or_party_by_party(served: Served, each: bool) -> None:
    bidder, agent = new_firm(), new_firm()
    ban_of(served, bidder)
    request = pb.ScreenRequest(receipt=ReceiptRequest(evidence=EVIDENCE_LEVEL_PROOF, each=each))
    request.project.number, request.project.domain = "CZCG-2026-17", PROCUREMENT
    for party, role in (
        (bidder, subject_pb2.SUBJECT_ROLE_BIDDER),
        (agent, subject_pb2.SUBJECT_ROLE_AGENCY),
    ):
        request.parties.add(subject=party.identifier, role=role, bid="1" if party is bidder else "")
    request.project.cut_off.FromJsonString("2026-11-23T04:00:00Z")
    response = restrictions(served).Screen(request)
    checks = [proven(receipt, state(served)) for receipt in response.receipts]
    assert len(checks) == (2 if each else 1)
    if each:
        for checked in checks:
            alone = pb.CheckRequest.FromString(checked.answer.question)
            alone.consistency.at_exact_position = checked.answer.position
            assert restrictions(served).Check(alone).SerializeToString() == checked.answer.response
    else:
        response.ClearField("receipts")
        assert checks[0].answer.response == response.SerializeToString()


def test_a_report_is_proven_by_the_entries_it_shows_and_signed_if_that_is_enough(served: Served) -> None:
    firm = new_firm()
    event = list_entry("人社", firm, "L-04", "2025-03-01", "2027-03-01")
    position = placed(served.spine.say("人社", event=event))
    stub = RecordServiceStub(served.channel(served.department("财政")))
    response = stub.GetCertificate(records.GetCertificateRequest(subject=firm.identifier, receipt=PROOF))
    checked = proven(response.receipt, state(served))
    assert position in checked.statements
    response.ClearField("receipt")
    assert checked.answer.response == response.SerializeToString()
    assert checked.answer.method == "registry.v1.RecordService/GetCertificate"
    wanted = ReceiptRequest(evidence=EVIDENCE_LEVEL_SIGNED)
    response = stub.GetCertificate(records.GetCertificateRequest(subject=firm.identifier, receipt=wanted))
    answer = signed(response.receipt, state(served)).answer
    response.ClearField("receipt")
    assert answer.response == response.SerializeToString()


def test_a_file_is_proven_by_the_entries_it_shows(served: Served) -> None:
    firm = new_firm()
    position = placed(
        served.spine.say("人社", event=list_entry("人社", firm, "L-04", "2025-03-01", "2027-03-01"))
    )
    request = records.GetRecordRequest(subject=firm.identifier, receipt=PROOF)
    stub = RecordServiceStub(served.channel(served.department("人社")))
    response = stub.GetRecord(request)
    checked = proven(response.receipt, state(served))
    assert position in checked.statements
    response.ClearField("receipt")
    assert checked.answer.response == response.SerializeToString()
    assert checked.answer.method == "registry.v1.RecordService/GetRecord"
