"""Receipts of a real registry: each proves what it says, and the lines say what it does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from google.protobuf import json_format

from registry.provenance.answer import seal_receipt, sign_answer
from registry.v1 import receipt_pb2, subject_pb2, verdict_pb2
from registry.v1 import restriction_service_pb2 as pb
from registry.v1.record_service_pb2 import GetCertificateResponse, GetRecordResponse
from registry.verification import Outcome, check_receipt
from registry.verification.items import read_filed
from registry.verification.report import FailedError
from tests.receipts.test_history import everybody
from tests.support.events import firm, old_code, person
from tests.support.spine import ROLE_OF_DOMAIN
from tests.verification.test_forgeries import signers
from tests.verification.world import BIDDER, NONCE, PROCUREMENT, World

EXIT = subject_pb2.DOMAIN_EXIT_ENTRY
_ALIKE = {firm(number).identifier.value for number in range(103, 360)}
"""Firms of the batch of which nothing else is recorded."""


def somebody(world: World) -> Iterator[subject_pb2.Identifier]:
    """Every subject of the history, but for the most part of those that are alike."""
    return (who for who in everybody(world.served) if who.value not in _ALIKE)


@pytest.mark.parametrize("domain", ROLE_OF_DOMAIN, ids=subject_pb2.Domain.Name)
def test_every_receipt_about_everybody_is_worked_out_again(
    world: World, domain: subject_pb2.Domain.ValueType
) -> None:
    for who in somebody(world):
        report = world.report(world.check(who, domain), accept_shortfalls=True)
        assert report.ok, (who.value, report.faults)


@pytest.mark.parametrize("back", [5, 20, 40, 60, 70])
def test_so_is_every_receipt_as_of_an_earlier_position(world: World, back: int) -> None:
    at = world.served.spine.engine.state.size - back
    for who in somebody(world):
        report = world.report(world.check(who, at=at), accept_shortfalls=True)
        assert report.ok, (who.value, report.faults)


def test_a_ban_blocks_by_proof(world: World) -> None:
    report = world.report(world.check(firm(5).identifier))
    assert report.ok
    assert report.verdict == verdict_pb2.VERDICT_BLOCKED
    (line,) = [line for line in report if line.name == "verdict"]
    assert (line.outcome, line.detail) == (
        Outcome.OK,
        f"{firm(5).identifier.value}: 按目录 2026.9 重新判定为 BLOCKED, 1项命中相符",
    )


def test_that_nothing_is_recorded_is_proven_by_the_map(world: World) -> None:
    report = world.report(world.check(firm(98).identifier))
    assert report.ok
    assert "条为空" in next(line.detail for line in report if line.name == "chains")
    assert not any("没有出示陈述" in line.detail for line in report.claims)
    assert "beside" in [line.name for line in report.claims]


def test_leaves_without_statement_are_told_as_the_registrys_word(world: World) -> None:
    report = world.report(world.check(firm(1).identifier))
    assert report.ok
    claims = [line.detail for line in report.claims]
    assert f"{firm(1).identifier.value}: 链中5条叶子没有出示陈述: 与本问无关, 是登记系统签名的说法" in claims


def test_an_edition_that_is_not_at_hand_is_said_and_the_receipt_not_accepted(world: World) -> None:
    report = world.report(world.check(firm(5).identifier), editions={})
    assert not report.ok
    (line,) = report.faults
    assert line.outcome is Outcome.SKIPPED
    assert line.detail.startswith("手头没有目录版本 ")


def test_the_nonce_is_that_of_the_question(world: World) -> None:
    receipt = world.check(firm(5).identifier)
    assert world.report(receipt, nonce=NONCE).ok
    (fault,) = world.report(receipt, nonce=bytes(16)).faults
    assert fault.detail == "答复的随机数不是所问的: 这是对另一次查询的答复"


def test_a_receipt_that_proves_less_than_was_asked_is_refused_unless_it_is_taken(world: World) -> None:
    receipt = world.check(person(98).identifier, EXIT)
    report = world.report(receipt)
    assert [line.name for line in report.faults] == ["shortfall"]
    assert "自然人没有记录" in report.faults[0].detail
    report = world.report(receipt, accept_shortfalls=True)
    assert report.ok
    assert report.verdict == verdict_pb2.VERDICT_INDETERMINATE


def test_a_signed_answer_is_the_registrys_word_and_says_so(world: World) -> None:
    receipt = world.check(firm(5).identifier, evidence=receipt_pb2.EVIDENCE_LEVEL_SIGNED)
    report = world.report(receipt)
    assert report.ok
    assert "答复只有签名: 内容是登记系统签名的说法, 没有附证明" in [line.detail for line in report.claims]


def test_a_person_is_proven_by_the_secret_and_the_masked_number(world: World) -> None:
    report = world.report(world.check(person(1).identifier, EXIT))
    assert report.ok
    assert report.verdict == verdict_pb2.VERDICT_BLOCKED
    assert not any("所问的自然人" in line.detail for line in report.claims)


def test_an_old_code_leads_to_its_subject_by_a_statement_that_is_shown(world: World) -> None:
    report = world.report(world.check(old_code(firm(3))))
    assert report.ok
    assert report.verdict == verdict_pb2.VERDICT_REVIEW


def test_a_batch_is_checked_item_by_item(world: World) -> None:
    codes = [firm(number).identifier.value for number in (1, 2, 3, 98)]
    (whole,) = world.batch(*codes)
    report = world.report(whole)
    assert report.ok, report.faults
    assert [line.detail.split(":")[0] for line in report if line.name == "verdict"] == codes
    assert report.verdict == verdict_pb2.VERDICT_BLOCKED
    each = world.batch(*codes, each=True)
    assert [world.report(one).ok for one in each] == [True] * 4
    assert "与其他答复同一签名" in next(
        line.detail for line in world.report(each[0]) if line.name == "answer signature"
    )


def test_a_tender_is_checked_party_by_party_and_bid_by_bid(world: World) -> None:
    parties = [
        pb.Party(subject=firm(number).identifier, role=BIDDER, name=firm(number).name, bid="甲")
        for number in (2, 3)
    ]
    (whole,) = world.screen(*parties)
    report = world.report(whole)
    assert report.ok, report.faults
    assert "1个投标的结论由其参加者的结论得出" in [line.detail for line in report if line.name == "bids"]


def tender_with(world: World, code: str) -> receipt_pb2.Receipt:
    """The receipt of a tender with a firm that is banned, and one whose code is none."""
    uscc = subject_pb2.IDENTIFIER_TYPE_USCC
    (whole,) = world.screen(
        pb.Party(subject=firm(5).identifier, role=BIDDER, name=firm(5).name, bid="甲"),
        pb.Party(subject=subject_pb2.Identifier(type=uscc, value=code), role=BIDDER, bid="乙"),
    )
    return whole


@pytest.mark.parametrize("code", ["91130902DEM0000000", "9", ""])
def test_a_code_that_is_none_takes_nothing_from_the_proof_of_the_others(world: World, code: str) -> None:
    whole = tender_with(world, code)
    answer = receipt_pb2.Answer.FromString(whole.answer)
    assert (answer.given, list(answer.shortfalls)) == (receipt_pb2.EVIDENCE_LEVEL_PROOF, [])
    report = world.report(whole)
    assert report.ok, report.faults
    details = [line.detail for line in report if line.name == "verdict"]
    assert details[0].endswith("重新判定为 BLOCKED, 1项命中相符")
    assert details[1] == f"{code}: 代码不合格, 没有可查的主体; INDETERMINATE 相符"


def test_of_a_code_that_is_none_nothing_else_may_be_answered(world: World) -> None:
    whole = tender_with(world, "91130902DEM0000000")
    answer = receipt_pb2.Answer.FromString(whole.answer)
    response = pb.ScreenResponse.FromString(answer.response)
    response.parties[1].verdict = verdict_pb2.VERDICT_CLEAR
    response.parties[1].indeterminate_reason = verdict_pb2.INDETERMINATE_REASON_UNSPECIFIED
    answer.response = response.SerializeToString()
    whole.answer = answer.SerializeToString()
    whole.signature.CopyFrom(sign_answer(whole.answer, signers(world)))
    report = world.report(seal_receipt(whole))
    assert ("verdict", "91130902DEM0000000: 由证据得出的结论是 INDETERMINATE(CODE_INVALID), 与答复不同") in [
        (line.name, line.detail) for line in report.faults
    ]


@pytest.mark.parametrize("back", [1, 20, 60])
def test_every_entry_of_a_record_is_behind_a_statement(world: World, back: int) -> None:
    at = world.served.spine.engine.state.size - back
    for who in (*somebody(world), *map(old_code, map(firm, (3, 35, 98)))):
        report = world.report(world.record(who, at=at), accept_shortfalls=True)
        assert report.ok, (who.value, report.faults)


def test_the_record_under_an_old_code_is_that_of_the_subject_under_all_its_codes(world: World) -> None:
    receipt = world.record(old_code(firm(3)))
    answer = receipt_pb2.Answer.FromString(receipt.answer)
    assert answer.given == receipt_pb2.EVIDENCE_LEVEL_PROOF
    told = GetRecordResponse.FromString(answer.response)
    assert {each.identifier.value for each in told.identity.related} >= {firm(33).identifier.value}
    assert any(section.entries for section in told.sections)
    assert world.report(receipt, editions={}).ok  # Which edition is law decides no entry.


def test_every_entry_of_a_report_is_behind_a_statement(world: World) -> None:
    for who in somebody(world):
        receipt = world.certificate(who)
        report = world.report(receipt, accept_shortfalls=True, nonce=NONCE)
        assert report.ok, (who.value, report.faults)
        assert report.answer is not None
        assert report.answer.method == "registry.v1.RecordService/GetCertificate"


def test_a_signed_report_is_the_registrys_word(world: World) -> None:
    report = world.report(world.certificate(firm(5).identifier, evidence=receipt_pb2.EVIDENCE_LEVEL_SIGNED))
    assert report.ok
    assert "evidence" in [line.name for line in report.claims]


@pytest.mark.parametrize("lie", ["until", "nothing_recorded"])
def test_a_report_of_another_period_or_that_contradicts_itself_is_refused(world: World, lie: str) -> None:
    receipt = world.certificate(
        firm(5).identifier, evidence=receipt_pb2.EVIDENCE_LEVEL_SIGNED, until="2026-11-20"
    )
    answer = receipt_pb2.Answer.FromString(receipt.answer)
    response = GetCertificateResponse.FromString(answer.response)
    if lie == "until":
        response.until = "2026-11-21"
    else:
        del response.sections[:]
        response.nothing_recorded = True
    answer.response = response.SerializeToString()
    with pytest.raises(FailedError):
        read_filed(answer)


def test_a_receipt_in_json_says_the_same(world: World) -> None:
    receipt = world.check(firm(5).identifier)
    text = json_format.MessageToJson(receipt).encode()
    told = check_receipt(text, world.policy, editions=world.editions)
    assert told.lines == world.report(receipt).lines


def test_the_instant_asked_about_decides(world: World) -> None:
    request = pb.CheckRequest(subject=firm(5).identifier)
    request.receipt.evidence = receipt_pb2.EVIDENCE_LEVEL_PROOF
    request.purpose.domain, request.purpose.reference = PROCUREMENT, "案1"
    request.matter.role = BIDDER
    request.valid_time.FromDatetime(request.valid_time.ToDatetime() + timedelta(days=21_500))
    report = world.report(world.restrictions(PROCUREMENT).Check(request).receipt)
    assert report.ok, report.faults
    assert report.verdict != verdict_pb2.VERDICT_BLOCKED


def test_what_a_stolen_key_signed_is_for_a_human_by_proof(world: World) -> None:
    report = world.report(world.check(firm(60).identifier))
    assert report.ok, report.faults
    assert report.verdict == verdict_pb2.VERDICT_REVIEW


def test_base64_in_another_spelling_is_not_accepted(world: World) -> None:
    text = json_format.MessageToJson(world.check(firm(5).identifier))
    padded = text.index('="')
    before = text[padded - 1]
    if before == "=":
        padded, before = padded - 1, text[padded - 2]
    respelled = text[: padded - 1] + _other(before) + text[padded:]
    told = check_receipt(respelled.encode(), world.policy, editions=world.editions)
    assert not told.ok
    assert "唯一的规范形式" in told.lines[0].detail


def _other(char: str) -> str:
    """A character that differs in bits which padding leaves over."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return alphabet[alphabet.index(char) ^ 1]
