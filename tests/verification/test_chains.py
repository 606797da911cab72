"""What is complete, what is absent: a registry that leaves a leaf out of a chain is found out."""

from __future__ import annotations

from registry.provenance.answer import seal_receipt
from registry.v1 import statement_pb2 as pb
from registry.v1.receipt_pb2 import Receipt
from registry.verification import check_receipt
from tests.support.events import firm
from tests.verification.forger import Forger
from tests.verification.test_keys import FINANCE, UNKNOWN, event, refusal, report_of

KNOWN = firm(1).identifier.value


def two_events() -> Forger:
    log = Forger()
    key = log.enrol(FINANCE)
    log.say(key, event=event())
    log.say(key, event=event())
    return log


def changed(log: Forger, content: bytes, change: object) -> list[str]:
    receipt = Receipt.FromString(content)
    change(receipt)  # type: ignore[operator]
    content = seal_receipt(receipt).SerializeToString(deterministic=True)
    return [f"{fault.name}: {fault.detail}" for fault in check_receipt(content, log.policy()).faults]


def chain(receipt: Receipt, ref: str) -> object:
    return next(each for each in receipt.chains if each.ref == ref)


def test_a_chain_that_is_cut_at_the_end_is_refused() -> None:
    log = two_events()
    log.map()
    content = log.receipt(UNKNOWN, KNOWN)
    assert check_receipt(content, log.policy()).ok

    def cut(receipt: Receipt) -> None:
        chain(receipt, KNOWN).leaves.pop()  # type: ignore[attr-defined]

    (fault,) = changed(log, content, cut)
    assert fault == f"chains: {KNOWN}: 映射证明算出的根与映射状态的根不同"


def test_a_chain_that_is_cut_at_the_beginning_is_refused() -> None:
    log = two_events()
    log.map()

    def cut(receipt: Receipt) -> None:
        del chain(receipt, KNOWN).leaves[0]  # type: ignore[attr-defined]

    (fault,) = changed(log, log.receipt(UNKNOWN, KNOWN), cut)
    assert fault == f"chains: {KNOWN}的链在第1条断开"


def test_a_proof_of_absence_for_another_key_is_refused() -> None:
    log = two_events()
    log.map()

    def borrow(receipt: Receipt) -> None:
        mine = chain(receipt, KNOWN)
        mine.ClearField("leaves")  # type: ignore[attr-defined]
        mine.proof.CopyFrom(chain(receipt, UNKNOWN).proof)  # type: ignore[attr-defined]

    (fault,) = changed(log, log.receipt(UNKNOWN, KNOWN), borrow)
    assert fault.startswith("chains: ")


def test_an_absence_by_a_map_that_leaves_the_subject_out_is_refused_where_its_leaf_is_shown() -> None:
    log = two_events()
    log.map(without=KNOWN)
    (fault,) = check_receipt(log.receipt(KNOWN, without=KNOWN), log.policy()).faults
    assert fault.name == "chains"


def test_an_older_map_does_not_hide_what_came_after_it() -> None:
    log = two_events()
    log.map()
    log.say(log.enrol(FINANCE), event=event())
    (fault,) = check_receipt(log.receipt(UNKNOWN), log.policy()).faults
    assert fault.detail == "映射状态没有覆盖序号5, 而它不是登记系统自己的叶子"


def test_an_older_map_serves_where_the_registry_alone_has_spoken_since() -> None:
    log = two_events()
    log.map()
    log.map(size=4)
    log.map(size=4)
    assert check_receipt(log.receipt(UNKNOWN), log.policy()).ok


def test_a_chain_of_a_signing_key_that_is_not_shown_is_refused() -> None:
    log = two_events()
    log.map()

    def hide(receipt: Receipt) -> None:
        kept = [each for each in receipt.chains if not each.ref.startswith("K:")]
        del receipt.chains[:]
        receipt.chains.extend(kept)

    (fault,) = changed(log, log.receipt(UNKNOWN), hide)
    assert fault.startswith("keys: 没有出示密钥 ")


def test_a_question_about_a_subject_whose_chain_is_not_shown_is_refused() -> None:
    log = two_events()
    log.map()

    def hide(receipt: Receipt) -> None:
        kept = [each for each in receipt.chains if each.ref != UNKNOWN]
        del receipt.chains[:]
        receipt.chains.extend(kept)

    (fault,) = changed(log, log.receipt(UNKNOWN), hide)
    assert fault == f"verdict: 没有出示{UNKNOWN}的链"


def test_known_and_unknown_are_told_apart_by_the_chain() -> None:
    log = two_events()
    log.map()
    (fault,) = check_receipt(log.receipt(KNOWN), log.policy()).faults
    assert "M-PRO-01" in fault.detail


def test_a_map_state_of_what_comes_after_it_is_refused() -> None:
    log = two_events()
    log.map(size=9)
    (fault,) = check_receipt(log.receipt(UNKNOWN), log.policy()).faults
    assert fault.detail == "映射状态自称覆盖它自己之后的叶子"


def test_the_operator_of_another_genesis_is_refused() -> None:
    log = two_events()
    assert report_of(log).ok
    log.say(log.operator, genesis=pb.Genesis())
    assert refusal(log).startswith("keys: 创世陈述不在序号0")
