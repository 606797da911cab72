"""The paper of an answer as what it says, in order: the one source of its text and of its PDF.

    Banner      the verdict in large words, with what it means
    Heading     一、查询事项
    Item        a heading within a section: a restriction, a party
    Facts       labels and texts
    Grid        a table with headings; the shares are of the width
    Remark      running text, small
    Caution     what nobody may overlook: 没有签名
    Checking    how to verify: facts, beside the large QR code where there is one

Nothing here is markup. Text of others comes in by ``clean``: one line, without what nobody sees, citizens'
numbers masked (个人信息保护法 第二十八条); hashes and positions stay as they are.

Example: ``Facts((("用途", "政府采购"), ("案号", "CZCG-2026-9")))``: two lines of text, two rows in the PDF.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from registry.v1.subject_pb2 import Identifier
from registry_papers.answers.printing import Printing
from registry_papers.errors import PaperError
from registry_papers.masking import shown_as


class Tone(Enum):
    """How a banner is coloured; the word beside it says the same, for whoever prints in black."""

    BLOCKED = "blocked"
    REVIEW = "review"
    CLEAR = "clear"
    INDETERMINATE = "indeterminate"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Banner:
    """The verdict; ``lines`` say what it means."""

    words: str
    lines: tuple[str, ...]
    tone: Tone


@dataclass(frozen=True, slots=True)
class Heading:
    """A section."""

    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """A heading within a section; at level 2, within another item."""

    text: str
    tone: Tone = Tone.NEUTRAL
    level: int = 1


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels and texts; made by ``facts``, which leaves out what has no text."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; ``shares`` are the columns' shares of the width, ``verdicts`` the column of verdicts."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[int, ...]
    verdicts: int = -1


@dataclass(frozen=True, slots=True)
class Remark:
    """Running text."""

    text: str


@dataclass(frozen=True, slots=True)
class Caution:
    """What nobody may overlook."""

    text: str


@dataclass(frozen=True, slots=True)
class Checking:
    """How the paper is verified; the large QR code stands beside the rows, where there is one."""

    rows: tuple[tuple[str, str], ...]


Block = Banner | Heading | Item | Facts | Grid | Remark | Caution | Checking


@dataclass(frozen=True, slots=True)
class AnswerPaper:
    """A paper; made by ``answer_paper`` and ``unsigned_paper``.

    ``kind`` is check, batch, screen, record or certificate; ``day`` that of the answer in China, YYYY-MM-DD;
    ``content`` the receipt's bytes (of an unsigned answer: the answer's); ``foot`` stands on every page;
    ``whole`` is what the large QR code holds, empty where it would be too large; ``small`` that of the feet;
    ``is_about_persons`` says that no part of it may be repeated in messages.
    """

    kind: str
    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    day: str
    content: bytes
    is_signed: bool
    printing: Printing
    foot: tuple[str, ...]
    whole: str
    small: str
    json: str
    is_about_persons: bool

    @property
    def text(self) -> str:
        """The paper as plain text."""
        from registry_papers.answers.plain import text_of

        return text_of(self)

    def pdf(self, fonts: Path | None = None) -> bytes:
        """The paper as PDF/A-3, A4, the same bytes each time; ``fonts`` is a folder to look for fonts in,
        besides the system's. Raises FontError, and PaperError if the extra ``papers`` is not installed."""
        try:
            from registry_papers.answers.setting import pdf_of
        except ImportError:
            raise PaperError("制作PDF需要组件typst和segno：pip install 'credit-registry[papers]'") from None
        return pdf_of(self, fonts)


_SHOWN = shown_as(Identifier(), own_copy=False)


def clean(text: str) -> str:
    """Text of others as a paper may show it."""
    return _SHOWN(text)


def facts(rows: Iterable[tuple[str, str]]) -> Facts:
    """The facts that have a text."""
    return Facts(tuple((label, text) for label, text in rows if text))
