"""Forgeries that mean something: by one who makes the digest again, and by a registry that signs a lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from registry.provenance.answer import seal_receipt, sign_answer
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.cosignature import cosigner_of, sign_cosignature
from registry.provenance.keys import FileSigner
from registry.provenance.note import add_line, sign_note, split_note
from registry.provenance.vkey import vkey
from registry.provenance.witness_policy import Policy
from registry.store.interface import StatementRow
from registry.v1 import statement_pb2, verdict_pb2
from registry.v1.envelope_pb2 import SUITE_ED25519, SUITE_SM2_SM3
from registry.v1.receipt_pb2 import Answer, AnswerSignature, Receipt
from registry.v1.restriction_service_pb2 import CheckResponse
from registry.verification import Report
from tests.support.events import firm, penalty
from tests.support.suites import needs_sm2
from tests.verification.world import World, policy_text

BANNED, WITHDRAWN, ABSENT = firm(5).identifier, firm(1).identifier, firm(98).identifier
Change = Callable[[Answer, CheckResponse], None]


def signers(world: World) -> list[FileSigner]:
    keys = world.served.spine.directory / "keys"
    return [FileSigner.load(keys / name, None) for name in ("receipt.key", "receipt-2.key")]


def copied(receipt: Receipt) -> Receipt:
    return Receipt.FromString(receipt.SerializeToString())


def told_otherwise(world: World, receipt: Receipt, change: Change, *, signed: bool) -> Report:
    """What is found of a receipt whose answer is changed, by one who has the receipt keys or has not."""
    receipt = copied(receipt)
    answer = Answer.FromString(receipt.answer)
    response = CheckResponse.FromString(answer.response)
    change(answer, response)
    answer.response = response.SerializeToString()
    receipt.answer = answer.SerializeToString()
    if signed:
        receipt.signature.CopyFrom(sign_answer(receipt.answer, signers(world)))
    return world.report(seal_receipt(receipt))


def another_verdict(_: Answer, response: CheckResponse) -> None:
    response.verdict = verdict_pb2.VERDICT_CLEAR


def no_hit(_: Answer, response: CheckResponse) -> None:
    response.verdict = verdict_pb2.VERDICT_CLEAR
    del response.hits[:]


def gentler_hit(_: Answer, response: CheckResponse) -> None:
    response.hits[0].until = "2026-01-01"


def another_edition(answer: Answer, response: CheckResponse) -> None:
    answer.edition = response.answered.edition = "0" * 64


def another_nonce(answer: Answer, _: CheckResponse) -> None:
    answer.nonce = b"another"


def another_caller(answer: Answer, _: CheckResponse) -> None:
    answer.caller = "registry://credit.example/test/system/procurement/another"


def earlier_position(answer: Answer, response: CheckResponse) -> None:
    answer.position = response.answered.known_position = answer.position - 1


@pytest.mark.parametrize(
    "change",
    [another_verdict, no_hit, gentler_hit, another_edition, another_nonce, another_caller, earlier_position],
)
def test_nobody_changes_an_answer_without_the_receipt_key(world: World, change: Change) -> None:
    report = told_otherwise(world, world.check(BANNED), change, signed=False)
    assert [line.name for line in report.faults] == ["answer signature"]
    assert report.answer is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (another_verdict, "由证据得出的结论是 BLOCKED, 与答复不同"),
        (no_hit, "答复缺少 M-PRO-01"),
        (gentler_hit, "答复缺少 M-PRO-01"),
        (another_edition, "手头没有目录版本 000000000000…, 不能重新判定"),
        (earlier_position, "一致性证明不成立"),
    ],
)
def test_nor_does_the_registry_with_it(world: World, change: Change, said: str) -> None:
    (fault,) = told_otherwise(world, world.check(BANNED), change, signed=True).faults
    assert said in fault.detail


def test_a_hit_of_a_statement_that_was_withdrawn_is_refused(world: World) -> None:
    positions = {each.statement_id: each.position for each in _rows(world)}
    hits = CheckResponse.FromString(Answer.FromString(world.check(BANNED).answer).response).hits
    hit = hits[0]
    hit.position, hit.statement_id = positions["ban-1b"], "ban-1b"

    def invent(_: Answer, response: CheckResponse) -> None:
        response.verdict = verdict_pb2.VERDICT_BLOCKED
        response.hits.append(hit)

    (fault,) = told_otherwise(world, world.check(WITHDRAWN), invent, signed=True).faults
    assert f"证据不支持 M-PRO-01(序号{hit.position})这样的命中" in fault.detail


def test_evidence_about_another_subject_proves_nothing(world: World) -> None:
    banned, absent = copied(world.check(BANNED)), world.check(ABSENT)
    for part in ("leaves", "chains", "checkpoint", "consistency", "map_position"):
        banned.ClearField(part)
    banned.leaves.extend(absent.leaves)
    banned.chains.extend(absent.chains)
    banned.checkpoint, banned.map_position = absent.checkpoint, absent.map_position
    banned.consistency.extend(absent.consistency)
    report = world.report(seal_receipt(banned))
    assert not report.ok
    assert f"没有出示{BANNED.value}的链" in [line.detail for line in report.faults]


def test_an_answer_to_another_question_is_refused(world: World) -> None:
    def borrow(answer: Answer, _: CheckResponse) -> None:
        answer.question = Answer.FromString(world.check(ABSENT).answer).question

    (fault,) = told_otherwise(world, world.check(BANNED), borrow, signed=True).faults
    assert fault.detail == "答复所说的主体不是所问的"


def test_a_deeper_lie_needs_evidence_that_the_log_has_not(world: World) -> None:
    """The hidden ban's statement is taken out as well: its leaf stays, and the line says what is claimed."""

    def hide(answer: Answer, response: CheckResponse) -> None:
        no_hit(answer, response)

    receipt = copied(world.check(BANNED))
    position = CheckResponse.FromString(Answer.FromString(receipt.answer).response).hits[0].position
    kept = [leaf for leaf in receipt.leaves if leaf.position != position]
    del receipt.leaves[:]
    receipt.leaves.extend(kept)
    report = told_otherwise(world, receipt, hide, signed=True)
    assert "链中1条叶子没有出示陈述: 与本问无关, 是登记系统签名的说法" in " ".join(
        line.detail for line in report.claims
    )


def test_an_older_checkpoint_does_not_carry_the_evidence(world: World) -> None:
    old, new = world.check(BANNED), None
    world.served.spine.say("财政", event=_licence())
    new = copied(world.check(BANNED))
    assert Answer.FromString(new.answer).position > Answer.FromString(old.answer).position
    new.checkpoint = old.checkpoint
    (fault,) = world.report(seal_receipt(new)).faults
    assert fault.name == "checkpoint"


def test_a_checkpoint_of_another_log_is_refused(world: World) -> None:
    signer = FileSigner.generate(SUITE_ED25519)
    receipt = copied(world.check(BANNED))
    text, _ = split_note(receipt.checkpoint)
    other = replace(Checkpoint.parse(text), origin="credit.example/other")
    receipt.checkpoint = sign_note(other.text(), other.origin, signer)
    line = f"log {vkey(other.origin, signer.suite, signer.public_key)}"
    policy = Policy.parse(policy_text(world.served.spine, line))
    (fault,) = world.report(seal_receipt(receipt), policy=policy).faults
    assert fault.detail == "检查点属于另一日志"


def test_a_required_cosignature_cannot_be_stripped(world: World) -> None:
    witness = FileSigner.generate(SUITE_ED25519)
    key = cosigner_of("audit.example/w", witness.public_key)
    text = policy_text(world.served.spine, f"witness audit {key.vkey}").replace("quorum none", "quorum audit")
    policy = Policy.parse(text)
    receipt = copied(world.check(BANNED))
    (fault,) = world.report(receipt, policy=policy).faults
    assert "见证人不足" in fault.detail
    body, _ = split_note(receipt.checkpoint)
    line = sign_cosignature(body, 1_795_600_000, name="audit.example/w", signer=witness)
    receipt.checkpoint = add_line(receipt.checkpoint, line.rstrip("\n"))
    report = world.report(seal_receipt(receipt), policy=policy)
    assert report.ok, report.faults
    assert "audit(2026-11-25 " in next(line.detail for line in report if line.name == "checkpoint")
    assert not any(line.name == "witnesses" for line in report)


@needs_sm2
def test_a_required_sm2_signature_cannot_be_stripped(world: World) -> None:
    log, answers = FileSigner.generate(SUITE_SM2_SM3), FileSigner.generate(SUITE_SM2_SM3)
    origin = world.served.spine.engine.state.origin
    more = [
        f"{word} {vkey(origin, key.suite, key.public_key)}"
        for word, key in (("require", log), ("receipt", answers))
    ]
    policy = Policy.parse(policy_text(world.served.spine, *more))
    bare = world.check(BANNED)
    receipt = copied(bare)
    receipt.signature.CopyFrom(sign_answer(receipt.answer, [*signers(world), answers]))
    text, _ = split_note(receipt.checkpoint)
    _, (line,) = split_note(sign_note(text, origin, log))
    receipt.checkpoint = add_line(receipt.checkpoint, line.text)
    assert world.report(seal_receipt(receipt), policy=policy).ok

    without_line = copied(receipt)
    without_line.checkpoint = bare.checkpoint
    (fault,) = world.report(seal_receipt(without_line), policy=policy).faults
    assert fault.name == "checkpoint"
    without_signature = copied(receipt)
    without_signature.signature.CopyFrom(AnswerSignature.FromString(bare.signature.SerializeToString()))
    (fault,) = world.report(seal_receipt(without_signature), policy=policy).faults
    assert fault.detail.startswith("缺少回执密钥 ")


def test_a_receipt_key_counts_in_its_range_alone(world: World) -> None:
    text = "\n".join(
        f"{line} 0 5" if line.startswith("receipt ") else line
        for line in policy_text(world.served.spine).splitlines()
    )
    (fault,) = world.report(world.check(BANNED), policy=Policy.parse(text + "\n")).faults
    assert "回执密钥 (receipt 行)" in fault.detail


def _rows(world: World) -> list[StatementRow]:
    store = world.served.spine.engine.state.store
    size = world.served.spine.engine.state.size
    return [row for at in range(size) if (row := store.statement(at)) is not None]


def _licence() -> statement_pb2.Event:
    return penalty("财政", firm(90))
