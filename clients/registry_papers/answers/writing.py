"""From a receipt to its paper: the kinds of answers, and the parts that all of them have.

Example::

    answer_paper(content).title                      # 信用信息查询回执
    answer_paper(content, Printing(verify_at="https://credit.example/verify")).whole   # …#r=eNqV…
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from types import MappingProxyType

from registry.v1.receipt_pb2 import Answer
from registry.v1.record_service_pb2 import GetCertificateRequest, GetCertificateResponse
from registry_papers.answers.batch import TITLE as BATCH
from registry_papers.answers.batch import batch_blocks
from registry_papers.answers.check import TITLE as CHECK
from registry_papers.answers.check import check_blocks
from registry_papers.answers.evidence import (
    UNSIGNED,
    checking_blocks,
    evidence_blocks,
    notes_blocks,
    receipt_number,
)
from registry_papers.answers.page_model import AnswerPaper, Block, Caution, Heading, clean
from registry_papers.answers.printing import Printing
from registry_papers.answers.qr import digest_code, whole_code
from registry_papers.answers.reading import CERTIFICATE, Filed, read_answer, read_receipt
from registry_papers.answers.record import (
    CERTIFICATE_TITLE,
    RECORD_TITLE,
    certificate_blocks,
    record_blocks,
)
from registry_papers.answers.screen import TITLE as SCREEN
from registry_papers.answers.screen import screen_blocks
from registry_papers.answers.wording import china_day_of, china_day_of_ms
from registry_papers.errors import PaperError
from registry_papers.wording import chinese_number

_PLAIN = Printing()
_WRITERS: MappingProxyType[str, tuple[str, Callable[[Filed], Iterator[Block]]]] = MappingProxyType(
    {
        "check": (CHECK, check_blocks),
        "batch": (BATCH, batch_blocks),
        "screen": (SCREEN, screen_blocks),
        "record": (RECORD_TITLE, record_blocks),
        "certificate": (CERTIFICATE_TITLE, certificate_blocks),
    }
)


def answer_paper(receipt: bytes, printing: Printing = _PLAIN) -> AnswerPaper:
    """The paper of a receipt, binary or JSON. Raises PaperError if it cannot be read.

    Whether the receipt holds is not asked: ``registry_client.verify`` does that, of receipt and PDF alike.
    """
    return _paper_of(read_receipt(receipt), printing)


def unsigned_paper(answer: bytes, printing: Printing = _PLAIN) -> AnswerPaper:
    """The paper of an answer that the registry gave without a receipt (``certificate_answer``)."""
    return _paper_of(read_answer(answer), printing)


def certificate_answer(
    request: GetCertificateRequest, response: GetCertificateResponse, *, caller: str = ""
) -> bytes:
    """A special credit report that came without a receipt, as the bytes of an ``Answer`` that nobody signed.

    The subject in ``request`` must be as it may be shown."""
    asked, told = GetCertificateRequest(), GetCertificateResponse()
    asked.CopyFrom(request)
    told.CopyFrom(response)
    for message in (asked, told):
        message.ClearField("receipt")
    answered = response.answered
    answer = Answer(
        origin=answered.origin,
        method=CERTIFICATE,
        question=asked.SerializeToString(deterministic=True),
        response=told.SerializeToString(deterministic=True),
        position=answered.known_position,
        edition=answered.edition,
        caller=caller,
        purpose_reference=request.purpose.reference,
    )
    return answer.SerializeToString(deterministic=True)


def _paper_of(filed: Filed, printing: Printing) -> AnswerPaper:
    try:
        return _paper(filed, printing)
    except (ValueError, OverflowError):  # Of a timestamp in no year.
        raise PaperError("回执中有不成立的时间或者取值，不能制成文书") from None


def _paper(filed: Filed, printing: Printing) -> AnswerPaper:
    title, write = _WRITERS[filed.kind]
    signed = filed.receipt is not None
    whole = whole_code(filed.content, printing.verify_at) if signed else ""
    number = receipt_number(filed.content)
    blocks = [
        *([] if signed else [Caution(UNSIGNED)]),
        *write(filed),
        *evidence_blocks(filed),
        *notes_blocks(filed, printing),
        *checking_blocks(filed, printing, whole=bool(whole)),
    ]
    origin = clean(filed.answer.origin)
    head = f"{title} {number}" if signed else f"{title}（没有登记系统的签名）"
    return AnswerPaper(
        kind=filed.kind,
        title=title,
        subtitle=f"回执编号 {number}" if signed else "没有登记系统的签名",
        blocks=tuple(_numbered(blocks)),
        day=_day(filed),
        content=filed.content,
        is_signed=signed,
        printing=printing,
        foot=(head, f"登记日志 {origin}"),
        whole=whole,
        small=digest_code(filed.content, filed.kind, printing.verify_at) if signed else "",
        json=filed.json,
        is_about_persons=filed.is_about_persons,
    )


def _numbered(blocks: Iterable[Block]) -> Iterator[Block]:
    """The sections numbered 一、二、…"""
    count = 0
    for block in blocks:
        if isinstance(block, Heading):
            count += 1
            yield replace(block, text=f"{chinese_number(count)}、{block.text}")
        else:
            yield block


def _day(filed: Filed) -> str:
    answered_ms = filed.answer.answered_ms
    return china_day_of_ms(answered_ms) if answered_ms else china_day_of(filed.answered.valid_time)
