"""What a PDF was made from (附件): the receipt and ``paper.json``, taken out of the file.

A file as it was made is read by ``pdf_file``, without anything beyond the base install; one that another
program saved again by a real reader (``pdf_text``).

Example: ``attached_in(pdf).receipt`` are the bytes of the receipt, to be checked as any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from registry_papers.answers.pdf_file import PdfFileError, attachments_of
from registry_papers.answers.printing import Printing
from registry_papers.errors import PaperError

_RESAVED = "文件经其他程序改写，只有安装 credit-registry[papers] 才能读取"


class PageOutcome(Enum):
    """What became of the comparison; named as the outcomes of a receipt's check."""

    OK = "OK"
    FAILED = "FAILED"
    CLAIMED = "CLAIMED"
    SKIPPED = "SKIPPED"


@dataclass(frozen=True, slots=True)
class PageLine:
    """One thing that was looked at, and in Chinese what was found."""

    name: str
    outcome: PageOutcome
    detail: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A PDF with what it was made from; ``receipt`` is None where nobody signed the answer."""

    pdf: bytes
    receipt: bytes | None
    answer: bytes
    printed: bytes

    @property
    def printing(self) -> Printing:
        """How it was printed. Raises PaperError."""
        return Printing.read(self.printed)


def attached_in(pdf: bytes) -> Attached:
    """The PDF with what it was made from. Raises PaperError if it is no paper of an answer."""
    found = _attachments(pdf)
    receipt, answer = found.get("receipt.pb"), found.get("answer.pb")
    if receipt is None and answer is None:
        raise PaperError("PDF中没有回执附件 receipt.pb，不能核验")
    if receipt is not None and answer is not None:
        raise PaperError("PDF中的回执附件多于一份，不能核验")
    if "paper.json" not in found:
        raise PaperError("PDF中没有印制说明 paper.json，不能核对页面")
    return Attached(pdf, receipt, answer or b"", found["paper.json"])


def attachment_lines(attached: Attached) -> tuple[PageLine, ...]:
    """What the attachments are, and what in them is the printer's word alone."""
    if attached.receipt is None:
        unsigned = "附件是没有签名的答复，登记系统没有出具回执，不能核验"
        return (PageLine("attachment", PageOutcome.FAILED, unsigned),)
    found = PageLine("attachment", PageOutcome.OK, f"PDF中附有回执，{len(attached.receipt)}字节")
    try:
        printing = attached.printing
    except PaperError as fault:
        return found, PageLine("printing", PageOutcome.FAILED, str(fault))
    told = (("二维码指向", printing.verify_at), ("印制单位", printing.printed_by), ("附注", printing.note))
    said = "；".join(f"{label} {text}" for label, text in told if text)
    if not said:
        return (found,)
    return found, PageLine("printing", PageOutcome.CLAIMED, f"印制人所加，不属于回执：{said}")


def _attachments(pdf: bytes) -> dict[str, bytes]:
    """Of a file as it was made, read here; of another, by a real reader. Raises PaperError."""
    try:
        return attachments_of(pdf)
    except PdfFileError:
        pass
    try:
        from registry_papers.answers.pdf_text import attachments_in

        return attachments_in(pdf)
    except ImportError:
        raise PaperError(_RESAVED) from None
    except PdfFileError as fault:
        raise PaperError(f"PDF不能读取：{fault}") from None
