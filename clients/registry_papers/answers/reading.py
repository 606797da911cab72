"""A receipt read for printing: question and response, of the method that the answer names.

Whether its signatures hold is not asked here; ``registry.verification`` does that. But what is printed must
be all there is: a receipt whose digest does not fit, or with a field that this program does not know, is
refused.

Example: of a receipt of ``registry.v1.RestrictionService/Check`` ``kind`` is check, ``question`` a
CheckRequest, ``response`` a CheckResponse.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.json_format import MessageToJson, Parse, ParseError
from google.protobuf.message import DecodeError, Message

from registry.domain.identifiers import is_personal
from registry.provenance.answer import VERSION, receipt_digest
from registry.provenance.json_bounds import few
from registry.provenance.known_fields import has_unknown_fields
from registry.v1 import record_service_pb2 as record
from registry.v1 import restriction_service_pb2 as pb
from registry.v1.receipt_pb2 import Answer, Receipt
from registry.v1.restriction_service_pb2 import Answered
from registry.v1.subject_pb2 import Domain
from registry_papers.errors import PaperError

_MAX_BYTES = 64 << 20
_VERDICTS, _FILES = "registry.v1.RestrictionService", "registry.v1.RecordService"
CERTIFICATE = f"{_FILES}/GetCertificate"
_KINDS: Mapping[str, tuple[str, type[Message], type[Message]]] = {
    f"{_VERDICTS}/Check": ("check", pb.CheckRequest, pb.CheckResponse),
    f"{_VERDICTS}/BatchCheck": ("batch", pb.BatchCheckRequest, pb.BatchCheckResponse),
    f"{_VERDICTS}/Screen": ("screen", pb.ScreenRequest, pb.ScreenResponse),
    f"{_FILES}/GetRecord": ("record", record.GetRecordRequest, record.GetRecordResponse),
    CERTIFICATE: ("certificate", record.GetCertificateRequest, record.GetCertificateResponse),
}


@dataclass(frozen=True, slots=True)
class Filed:
    """An answer and what is in it; ``receipt`` is None if nobody signed it, ``content`` what is attached."""

    receipt: Receipt | None
    answer: Answer
    kind: str
    question: Any
    response: Any
    content: bytes

    @property
    def answered(self) -> Answered:
        """Under what it was answered."""
        found: Answered = self.response.answered
        return found

    @property
    def domain(self) -> Domain.ValueType:
        """What the question is for."""
        of = self.question.project if self.kind == "screen" else self.question.purpose
        found: Domain.ValueType = of.domain
        return found

    @property
    def is_about_persons(self) -> bool:
        """Whether a natural person is among those that were asked about."""
        question = self.question
        if self.kind == "screen":
            return any(is_personal(party.subject.type) for party in question.parties)
        return is_personal(question.identifier_type if self.kind == "batch" else question.subject.type)

    @property
    def json(self) -> str:
        """The receipt in protobuf's JSON mapping; of an unsigned answer, the answer."""
        return MessageToJson(self.receipt or self.answer, preserving_proto_field_name=True) + "\n"


def read_receipt(content: bytes) -> Filed:
    """The receipt in a file, binary or JSON. Raises PaperError."""
    if len(content) > _MAX_BYTES:
        raise PaperError(f"回执超过{_MAX_BYTES >> 20}MiB")
    receipt = _of_json(content) if content.lstrip()[:1] == b"{" else _parsed(Receipt, content, "回执")
    if receipt.version != VERSION:
        raise PaperError(f"回执版本是{receipt.version}，本程序只认{VERSION}")
    if receipt.digest != receipt_digest(receipt):
        raise PaperError("回执的摘要与内容不符：内容被改动，或者文件不完整")
    answer = _parsed(Answer, receipt.answer, "答复")
    return _filed(receipt, answer, receipt.SerializeToString(deterministic=True))


def read_answer(content: bytes) -> Filed:
    """An answer that nobody signed. Raises PaperError."""
    answer = _parsed(Answer, content, "答复")
    return _filed(None, answer, answer.SerializeToString(deterministic=True))


def _filed(receipt: Receipt | None, answer: Answer, content: bytes) -> Filed:
    if answer.method not in _KINDS:
        raise PaperError("回执的方法不是本程序认识的，不能制成文书")
    kind, asked, told = _KINDS[answer.method]
    question = _parsed(asked, answer.question, "问题")
    response = _parsed(told, answer.response, "答复内容")
    return Filed(receipt, answer, kind, question, response, content)


def _of_json(content: bytes) -> Receipt:
    if not few(content):
        raise PaperError("JSON回执中的值过多")
    try:
        return Parse(content, Receipt(), max_recursion_depth=100)
    except (ParseError, UnicodeDecodeError, RecursionError, ValueError):
        raise PaperError("不是合格的JSON回执") from None


def _parsed(kind: Any, content: bytes, what: str) -> Any:
    try:
        message = kind.FromString(content)
    except (DecodeError, RuntimeWarning):
        raise PaperError(f"{what}不能解析：不是回执，或者文件不完整") from None
    if has_unknown_fields(message):
        raise PaperError(f"{what}含有本程序不认识的字段，不能完整印制，请使用新版本的程序")
    return message
