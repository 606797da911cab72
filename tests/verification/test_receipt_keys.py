"""Which receipt keys must have signed an answer: those that count at the log's size when it was signed.

The log of the tests: key A from the genesis on, key B added at 4, A retired at 6, so that by the policy A
signs at the sizes 1 to 6 and B from 5 on.
"""

from __future__ import annotations

import pytest

from registry.provenance.answer import seal_receipt, sign_answer
from registry.provenance.keys import FileSigner
from registry.provenance.vkey import vkey
from registry.provenance.witness_policy import Policy
from registry.v1 import receipt_pb2
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.verification import Outcome, Report, check_receipt
from tests.support.events import firm
from tests.verification.forger import ORIGIN, Forger

UNKNOWN = firm(98).identifier.value


class Changed:
    """The log of the module's text."""

    def __init__(self) -> None:
        self.log = Forger()
        self.old, self.new = self.log.receipt_key, FileSigner.generate(SUITE_ED25519)
        for _ in range(3):
            self.log.map()
        added = pb.RegistryKey(
            purpose=pb.REGISTRY_KEY_PURPOSE_RECEIPT, suite=self.new.suite, public_key=self.new.public_key
        )
        assert self._change(self.new, add=added) == 4
        self.log.map()
        assert self._change(retire=self.old.keyid) == 6
        self.log.map()

    def _change(self, *more: FileSigner, **change: object) -> int:
        body = pb.RegistryKeyChange(**change)  # type: ignore[arg-type]
        return self.log.say(self.log.operator, "", self.log.log_key, *more, registry_key_change=body)

    def policy(self) -> Policy:
        """The policy by which old receipts and new ones are checked."""
        keys = [
            f"{word} {vkey(ORIGIN, key.suite, key.public_key)}{limits}\n"
            for word, key, limits in (
                ("log", self.log.log_key, ""),
                ("receipt", self.old, " 1 6"),
                ("receipt", self.new, " 5 -"),
            )
        ]
        return Policy.parse("".join((*keys, "quorum none\n")))

    def report(self, *signers: FileSigner, position: int, size: int = 0) -> Report:
        """What is found of an answer from a position that says that it was signed at a size."""
        receipt = receipt_pb2.Receipt.FromString(self.log.receipt(UNKNOWN, position=position))
        answer = receipt_pb2.Answer.FromString(receipt.answer)
        answer.log_size = size
        receipt.answer = answer.SerializeToString()
        receipt.signature.CopyFrom(sign_answer(receipt.answer, signers))
        return check_receipt(seal_receipt(receipt).SerializeToString(deterministic=True), self.policy())

    def refusal(self, *signers: FileSigner, position: int, size: int = 0) -> str:
        """Why it is refused, which must be for its signature."""
        (fault,) = self.report(*signers, position=position, size=size).faults
        assert fault.name == "answer signature"
        return fault.detail


@pytest.fixture(scope="module")
def changed() -> Changed:
    return Changed()


def test_an_answer_of_today_about_a_time_before_the_change_bears_the_key_of_today(changed: Changed) -> None:
    report = changed.report(changed.new, position=2, size=8)
    assert report.ok, report.faults
    lines = {line.name: line for line in report}
    assert lines["answer signature"].detail.endswith("当时日志大小8")
    assert lines["receipt key"].outcome is Outcome.OK
    assert "缺少回执密钥" in changed.refusal(changed.new, position=2)


@pytest.mark.parametrize(("position", "size"), [(2, 0), (2, 3), (2, 4), (3, 0)])
def test_an_answer_of_before_the_change_verifies_for_ever(changed: Changed, position: int, size: int) -> None:
    assert changed.report(changed.old, position=position, size=size).ok


@pytest.mark.parametrize(("position", "size"), [(4, 0), (5, 0), (2, 5), (2, 6)])
def test_while_both_count_both_must_have_signed(changed: Changed, position: int, size: int) -> None:
    assert changed.report(changed.old, changed.new, position=position, size=size).ok
    for alone in (changed.old, changed.new):
        assert "缺少回执密钥" in changed.refusal(alone, position=position, size=size)


@pytest.mark.parametrize("size", [1, 3, 6])
def test_no_answer_was_signed_before_what_it_answers_from(changed: Changed, size: int) -> None:
    told = changed.refusal(changed.old, position=6, size=size)
    assert told == f"答复自称签署时日志大小{size}, 却依据序号6"


@pytest.mark.parametrize("size", [0, 7, 8, 1 << 63])
def test_a_key_that_retired_signs_no_answer_from_what_came_after(changed: Changed, size: int) -> None:
    assert "缺少回执密钥" in changed.refusal(changed.old, position=6, size=size)
