"""A paper (文书) as what it says, in order: the one source of its text and of its PDF.

A paper has the name of the department, a title, a number, blocks, the date and the place for the seal (落款),
and in the foot what leads to its verification. A block is one of

    Heading     一、违法事实和证据
    Paragraph   two characters in, as all running text
    Line        not set in: the party's particulars
    Note        small, below a form
    Form        a table of labels and cells, empty cells being filled in by hand (送达回证)

Both forms show the same strings in the same order. Nothing here is markup.

Example: ``Paper(…).text`` begins with the department's name, the title and the number, a line each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from registry_papers.errors import PaperError


@dataclass(frozen=True, slots=True)
class Heading:
    """A numbered heading."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not set in."""

    text: str


@dataclass(frozen=True, slots=True)
class Form:
    """Labels and cells; an empty cell is left for the hand."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A small remark below a form."""

    text: str


Block = Heading | Paragraph | Line | Note | Form


@dataclass(frozen=True, slots=True)
class Verification:
    """What leads to the statement in the log: what the QR code holds, and the same for the eye."""

    code: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper; made by ``registry_papers.render``. ``date`` is YYYY-MM-DD."""

    department: str
    title: str
    number: str
    blocks: tuple[Block, ...]
    date: str
    verification: Verification
    sealed: bool = True

    @property
    def text(self) -> str:
        """The paper as plain text."""
        from registry_papers.plain_text import text_of

        return text_of(self)

    def pdf(self, fonts: Path | None = None) -> bytes:
        """The paper as PDF/A, A4, the same bytes each time; ``fonts`` is a folder to look for fonts in,
        besides the system's. Raises FontError, and PaperError if the extra ``papers`` is not installed."""
        try:
            from registry_papers.typesetting import compiled
        except ImportError:
            raise PaperError("制作PDF需要组件typst和segno：pip install credit-registry[papers]") from None
        return compiled(self, fonts)[0]

    def mapped(self, change: Callable[[str], str]) -> Paper:
        """The paper with every text of it changed, but for its verification."""
        return replace(
            self,
            department=change(self.department),
            title=change(self.title),
            number=change(self.number),
            blocks=tuple(_changed(block, change) for block in self.blocks),
        )


def _changed(block: Block, change: Callable[[str], str]) -> Block:
    if isinstance(block, Form):
        return Form(tuple((change(label), change(cell)) for label, cell in block.rows))
    return replace(block, text=change(block.text))
