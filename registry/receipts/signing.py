"""The keys with which answers are signed: every receipt key that the log knows as active.

The log says which keys sign (genesis, registry_key_change), the installation has their private halves. A key
that is active and not at hand stops receipts, as a missing log key stops checkpoints: a receipt without it
would not be one under the verifier's policy. A key at hand that the log does not know, or has retired, signs
nothing.

What counts is the log's size when an answer is signed, not the position that is asked about: a key added at
120 signs an answer of today about position 100 too, and a key that retired at 120 signs none any more. So the
size is taken first, stands in the answer (``log_size``), and the keys are those that count at it, even if the
log grows meanwhile.

One signature for each answer, or one for all answers of a call that are asked for one by one (``each``).
"""

from __future__ import annotations

from collections.abc import Sequence

from registry.commands.state import RegistryState
from registry.errors import RegistryError
from registry.provenance.answer import sign_answers
from registry.provenance.keys import Signer
from registry.v1 import error_reason_pb2 as reasons
from registry.v1.receipt_pb2 import AnswerSignature
from registry.v1.statement_pb2 import REGISTRY_KEY_PURPOSE_RECEIPT


class ReceiptSigners:
    """Signs answers with the active receipt keys."""

    def __init__(self, state: RegistryState, signers: Sequence[Signer]) -> None:
        self._state = state
        self._signers = {signer.keyid: signer for signer in signers}

    def active(self) -> list[Signer]:
        """Who signs now. Raises RegistryError where no key is active, or one of them is not at hand."""
        return self.of_size(self._state.size)

    def of_size(self, size: int) -> list[Signer]:
        """Who signs at a size of the log. Raises RegistryError as ``active`` does."""
        keyids = [
            entry.keyid
            for entry in self._state.registry_keys
            if entry.purpose == REGISTRY_KEY_PURPOSE_RECEIPT and entry.signs_size(size)
        ]
        if not keyids or not self._signers:
            raise not_available("本登记系统没有配置回执密钥, 不能出具回执。")
        missing = [keyid for keyid in keyids if keyid not in self._signers]
        if missing:
            raise not_available(f"缺少回执密钥 {missing[0][:12]}… 的私钥, 不能出具回执。")
        return [self._signers[keyid] for keyid in keyids]

    def sign(self, answers: Sequence[bytes], size: int) -> list[AnswerSignature]:
        """The signatures under serialised answers, in their order, at the size that stands in them. Raises
        RegistryError."""
        return sign_answers(answers, self.of_size(size), origin=self._state.origin)


def not_available(message: str) -> RegistryError:
    """The refusal of a receipt that cannot be made."""
    return RegistryError.of(reasons.ERROR_REASON_EVIDENCE_NOT_AVAILABLE, message, "receipt")
