"""Receipts (查询回执): asked for with a question, checked against it, put on file.

    result = registry.check(subject, question, receipt=EVIDENCE_LEVEL_PROOF)
    result.receipt.save("回执.bin")           # or a name that ends in .json
    result.receipt.shortfalls                 # what is the registry's word alone, if anything

What comes back is held against what was sent: a receipt for another request (its SHA-256), for an older
question (the nonce), about another subject or matter (``filed_questions``), for another answer or in another
level than it says is no receipt, and an AnswerError.
That its signatures and proofs hold, ``verify`` checks, at any time and without the registry.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from typing import Any

from google.protobuf.json_format import MessageToJson
from google.protobuf.message import DecodeError, Message

from registry.v1 import receipt_pb2 as pb
from registry.v1.restriction_service_pb2 import CheckResponse
from registry_client.errors import AnswerError
from registry_client.filed_questions import checks_of, is_answered, is_filed_as

NONCE_BYTES = 16
PROOF_TIMEOUT_S = 15.0
"""Seconds for an answer with proof, at least: the registry may wait for its map and its witnesses."""
_SHORTFALLS = {
    pb.SHORTFALL_REASON_PERSON_WITHOUT_RECORD: "没有这一自然人的记录, 无从证明其不存在",
    pb.SHORTFALL_REASON_CODE_WITHOUT_RECORD: "旧代码没有关联到任何主体",
    pb.SHORTFALL_REASON_CODE_INVALID: "代码无效, 没有可证明的内容",
    pb.SHORTFALL_REASON_MAP_BEHIND: "映射状态尚未覆盖这一序号",
    pb.SHORTFALL_REASON_NOT_COSIGNED: "检查点尚未得到所需的见证",
    pb.SHORTFALL_REASON_CHAIN_TOO_LONG: "主体的陈述过多, 不能全部列出",
    pb.SHORTFALL_REASON_CONTENT_ERASED: "所依据的陈述内容已删除",
    8: "所依据的陈述含有不得披露的内容",
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as it travelled, and the answer in it."""

    message: pb.Receipt
    answer: pb.Answer

    @classmethod
    def of(cls, message: pb.Receipt) -> Receipt:
        """The receipt in a message. AnswerError if the answer cannot be read."""
        try:
            return cls(message, pb.Answer.FromString(message.answer))
        except DecodeError:
            raise AnswerError("the answer in the receipt cannot be read") from None

    @property
    def is_proven(self) -> bool:
        """Whether it holds evidence, and not the registry's signature alone."""
        return self.answer.given == pb.EVIDENCE_LEVEL_PROOF

    @property
    def shortfalls(self) -> tuple[str, ...]:
        """Why it holds less than was asked for, in Chinese; natural persons masked."""
        return tuple(
            " ".join(filter(None, (_SHORTFALLS.get(each.reason, f"原因{each.reason}"), each.subject.value)))
            for each in self.answer.shortfalls
        )

    def save(self, path: str | Path) -> None:
        """Writes the receipt to a new file: JSON if its name ends in .json, otherwise as it travelled.

        FileExistsError if there is one already: a receipt on file is not replaced."""
        place = Path(path)
        text = MessageToJson(self.message, preserving_proto_field_name=True) + "\n"
        content = text.encode() if place.suffix == ".json" else self.message.SerializeToString()
        with place.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


@dataclass(frozen=True, slots=True)
class Wanted:
    """A receipt that is asked for, with a nonce of its own; none where ``request`` is None."""

    request: pb.ReceiptRequest | None = None

    @classmethod
    def of(cls, level: pb.EvidenceLevel.ValueType, *, each: bool = False) -> Wanted:
        """What to ask for at a level."""
        if level == pb.EVIDENCE_LEVEL_UNSPECIFIED:
            return cls()
        return cls(pb.ReceiptRequest(evidence=level, nonce=token_bytes(NONCE_BYTES), each=each))

    def timeout(self, seconds: float) -> float:
        """How long to wait for the answer."""
        proof = self.request is not None and self.request.evidence == pb.EVIDENCE_LEVEL_PROOF
        return max(seconds, PROOF_TIMEOUT_S) if proof else seconds

    def one(self, request: Message, response: Any, method: str) -> Receipt | None:
        """The receipt of a response that has one. AnswerError if it is not for this request and response."""
        if self.request is None:
            return None
        if not response.HasField("receipt"):
            raise AnswerError("the registry gave no receipt though one was asked for")
        answer = _without(response, "receipt")
        _check_subjects(response, request)
        return self._checked(request, answer, response.receipt, method, question=request)

    def many(
        self, request: Message, response: Any, method: str, verdicts: Sequence[int]
    ) -> tuple[Receipt, ...]:
        """The receipts of a response to many questions: one for the whole, or one for each verdict."""
        if self.request is None:
            return ()
        questions = list(checks_of(request))
        count = len(questions) if self.request.each else 1
        if len(verdicts) != len(questions) or len(response.receipts) != count:
            given = f"{len(response.receipts)} receipts and {len(verdicts)} verdicts"
            raise AnswerError(f"the registry gave {given}, not {count} and {len(questions)}")
        if not self.request.each:
            answer = _without(response, "receipts")
            _check_subjects(response, request)
            return (self._checked(request, answer, response.receipts[0], method, question=request),)
        receipts = []
        for message, question, verdict in zip(response.receipts, questions, verdicts, strict=True):
            receipt = self._checked(request, None, message, _CHECK, question=question)
            told = _response_of(receipt.answer)
            _check_subjects(told, question)
            if told.verdict != verdict:
                raise AnswerError("a receipt is for another verdict than the answer")
            receipts.append(receipt)
        return tuple(receipts)

    def _checked(
        self, request: Message, response: bytes | None, message: pb.Receipt, method: str, *, question: Message
    ) -> Receipt:
        """The receipt in a message that came for a request; ``response`` is the one that it must hold, None
        if that is known from nothing else, ``question`` the one that it must be about."""
        assert self.request is not None
        receipt = Receipt.of(message)
        answer, asked = receipt.answer, self.request.evidence
        if answer.request_sha256 != sha256(request.SerializeToString()).digest():
            raise AnswerError("the receipt is for another request than the one that was sent")
        if answer.nonce != self.request.nonce:
            raise AnswerError("the receipt is for an older question: its nonce is another")
        if answer.method != method or response not in (None, answer.response):
            raise AnswerError("the receipt is for another answer than the one that came")
        if not is_filed_as(answer.question, question):
            raise AnswerError("the receipt is about another question than the one that was asked")
        if answer.asked != asked or (answer.given != asked and not answer.shortfalls):
            raise AnswerError("the receipt says less than was asked for, and not why")
        return receipt


_CHECK = "registry.v1.RestrictionService/Check"


def _check_subjects(response: Any, request: Message) -> None:
    if not is_answered(response, request):
        raise AnswerError("the receipt is about another subject than the one that was asked about")


def _response_of(answer: pb.Answer) -> CheckResponse:
    try:
        return CheckResponse.FromString(answer.response)
    except DecodeError:
        raise AnswerError("the response in the receipt cannot be read") from None


def _without(response: Any, field: str) -> bytes:
    rest = type(response)()
    rest.CopyFrom(response)
    rest.ClearField(field)
    content: bytes = rest.SerializeToString()
    return content
