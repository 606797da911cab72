"""Two PDFs of a paper compared by their words (文字比对), where fonts and page breaks may differ.

Of each page its foot goes off, and of each but the first the headings of a table that goes on; the rest is
one text. White space and places where a word may break count for nothing. A page with something on it that
the paper has not (a picture, an annotation, a form) differs, whatever its text; so does one that was cropped,
turned, or drawn anew by what was appended to the file.

Example: 禁止 against 未见限制: TextDifference(1, found="未见限制CLEAR…", wanted="禁止BLOCKED…").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from registry_papers.answers.page_model import AnswerPaper, Grid, Heading

_SHOWN = 14
"""Characters told of either side of a difference."""
_SPACE = re.compile(r"[\s\u200b\u00ad\ufeff]+")


@dataclass(frozen=True, slots=True)
class TextDifference:
    """Where a file first differs: the page, the section (empty before the first), what stands there and what
    should. Both are empty where the paper is about natural persons: messages repeat nothing of them."""

    page: int
    section: str = ""
    found: str = ""
    wanted: str = ""
    covered: bool = False


def squeezed(text: str) -> str:
    """The text without white space and places where a word may break."""
    return _SPACE.sub("", text)


def difference(pdf: bytes, again: bytes, paper: AnswerPaper) -> TextDifference | None:
    """The first difference; None if there is none. Raises PdfFileError, and ImportError without pypdf."""
    from registry_papers.answers.pdf_text import pages_of

    files = (pages_of(pdf), pages_of(again))
    if pdf.startswith(again):  # What was appended, such as a seal, is told anyway; it may not draw.
        changed = [page.drawn != made.drawn for page, made in zip(*files, strict=False)]
    else:
        changed = [page.covered for page in files[0]]
    if True in changed:
        return TextDifference(changed.index(True) + 1, covered=True)
    mine = [_bodies([page.text for page in file], paper) for file in files]
    for number, (_, is_whole) in enumerate(mine[0], 1):
        if not is_whole:
            return TextDifference(number, "页脚")
    return _first([body for body, _ in mine[0]], "".join(body for body, _ in mine[1]), paper)


def _first(pages: Sequence[str], wanted: str, paper: AnswerPaper) -> TextDifference | None:
    found = "".join(pages)
    if found == wanted:
        return None
    pairs = enumerate(zip(found, wanted, strict=False))
    at = next((place for place, (one, other) in pairs if one != other), min(len(found), len(wanted)))
    ends = accumulate(map(len, pages))
    page = next((number for number, end in enumerate(ends, 1) if at < end), max(len(pages), 1))
    section = _section(wanted[:at], paper)
    if paper.is_about_persons:
        return TextDifference(page, section)
    return TextDifference(page, section, found[at : at + _SHOWN], wanted[at : at + _SHOWN])


def _section(before: str, paper: AnswerPaper) -> str:
    """The heading under which what follows stands."""
    headings = (block.text for block in paper.blocks if isinstance(block, Heading))
    return next((text for text in reversed([*headings]) if squeezed(text) in before), "")


def _bodies(pages: Sequence[str], paper: AnswerPaper) -> list[tuple[str, bool]]:
    """The text of each page without foot and repeated headings, and whether its foot was as it should be."""
    said = re.escape(squeezed("".join(paper.foot)))
    heads = [squeezed("".join(block.headings)) for block in paper.blocks if isinstance(block, Grid)]
    bodies = []
    for number, text in enumerate(pages, 1):
        foot = re.search(rf"{said}第{number}页，共{len(pages)}页\Z", text)
        body = text[: foot.start()] if foot else text
        bodies.append((_without_head(body, heads) if number > 1 else body, foot is not None))
    return bodies


def _without_head(body: str, heads: Sequence[str]) -> str:
    return next((body[len(head) :] for head in heads if body.startswith(head)), body)
