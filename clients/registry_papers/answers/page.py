"""Does the page say what the attached receipt says (页面核对)? Who keeps the receipt may change the words.

    1. the receipt and ``paper.json`` are taken out of the file             (``attached``)
    2. the paper is made again from the two, and compared                   (``compared``)

        OK       the same bytes: the page is the one that the receipt makes
        CLAIMED  made on another machine (other fonts or programs), or something was appended to the file (a
                 seal): word for word the same text, but how it looks nobody compared
        FAILED   other words; or other bytes though fonts and programs are the same; or what was appended
                 draws a page anew, crops or turns it, or has a viewer show something else
        SKIPPED  this machine cannot make the page: fonts or the extra ``papers`` are missing, or the layout
                 is of a release that this program does not know

Whether the receipt holds is asked before: what is made again here is then what the registry signed.

Example: 禁止 changed into 未见限制: FAILED 第1页与回执不符：页面是“未见限制CLEAR…”，应为“禁止BLOCKED…”.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from registry_papers.answers.attached import (
    Attached,
    PageLine,
    PageOutcome,
    attached_in,
    attachment_lines,
)
from registry_papers.answers.page_model import AnswerPaper
from registry_papers.answers.page_text import TextDifference, difference
from registry_papers.answers.pdf_file import PdfFileError
from registry_papers.answers.printing import LAYOUT, Printing
from registry_papers.answers.writing import answer_paper, unsigned_paper
from registry_papers.errors import PaperError

_MISSING = "核对页面需要安装：pip install 'credit-registry[papers]'"


@dataclass(frozen=True, slots=True)
class PageFinding:
    """What was found of a PDF: its receipt, None where there is none, and a line for each thing looked at."""

    receipt: bytes | None
    lines: tuple[PageLine, ...]

    @property
    def ok(self) -> bool:
        """Whether the page says what its receipt says, as far as can be told here."""
        return all(line.outcome in (PageOutcome.OK, PageOutcome.CLAIMED) for line in self.lines)


def check_page(pdf: bytes, fonts: Path | None = None) -> PageFinding:
    """What is found of a PDF. The receipt itself is to be checked as any other, and before."""
    try:
        attached = attached_in(pdf)
    except PaperError as fault:
        return PageFinding(None, (PageLine("attachment", PageOutcome.FAILED, str(fault)),))
    return PageFinding(attached.receipt, (*attachment_lines(attached), compared(attached, fonts)))


def compared(attached: Attached, fonts: Path | None = None) -> PageLine:
    """Whether the page is the one that its attachments make."""
    try:
        printing = attached.printing
        if printing.layout != LAYOUT:
            return _line("SKIPPED", f"版式是第{printing.layout}版，本程序是第{LAYOUT}版，不能核对页面")
        paper = _paper(attached, printing)
    except PaperError as fault:
        return _line("FAILED", str(fault))
    try:
        from registry_papers.answers.setting import made_here, pages_of

        (again,) = pages_of(paper, fonts, form="pdf", printed=attached.printed)
        here = made_here(paper, fonts)
    except ImportError:
        return _line("SKIPPED", _MISSING)
    except PaperError as fault:
        return _line("SKIPPED", f"本机不能重制页面：{fault}")
    if again == attached.pdf:
        return _line("OK", "由回执重制的页面与文件逐字节一致")
    return _by_text(attached, paper, again, is_same_machine=here == attached.printed)


def _by_text(attached: Attached, paper: AnswerPaper, again: bytes, *, is_same_machine: bool) -> PageLine:
    """What is left to compare where the bytes differ."""
    appended = attached.pdf.startswith(again)
    try:
        found = difference(attached.pdf, again, paper)
    except ImportError:
        return _line("SKIPPED", _MISSING)
    except PdfFileError as fault:
        return _line("FAILED", f"PDF的页面不能读取：{fault}")
    if found is not None:
        return _line("FAILED", _told(found))
    if appended:
        more = len(attached.pdf) - len(again)
        why = f"文件在原页面之后追加了{more}字节（如电子签章、批注），追加的内容可能遮盖页面"
    elif is_same_machine:
        return _line("FAILED", "文件不是原件：文字相同，但与由回执重制的页面不是同样的字节，外观可能被改动")
    else:
        why = "制作时的字体或者程序与本机不同"
    return _line("CLAIMED", f"文字与回执逐字一致；{why}，页面的外观没有能够比对，以本处所列的结论为准")


def _told(found: TextDifference) -> str:
    if found.covered:
        return f"第{found.page}页上有文书所没有的图像、批注或者表单，或者页面被裁切、旋转、重画"
    where = f"第{found.page}页" + (f"（{found.section}）" if found.section else "")
    words = f"：页面是“{found.found}”，应为“{found.wanted}”" if found.found or found.wanted else ""
    return f"{where}与回执不符{words}"


def _paper(attached: Attached, printing: Printing) -> AnswerPaper:
    if attached.receipt is None:
        return unsigned_paper(attached.answer, printing)
    return answer_paper(attached.receipt, printing)


def _line(outcome: str, detail: str) -> PageLine:
    return PageLine("page", PageOutcome[outcome], detail)
