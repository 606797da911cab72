"""The paper of an answer as PDF/A-3a by typst: archival, tagged, with its text, and the receipt inside.

The layout is ``answer.typ``; as with every paper, text goes in as JSON and is set as strings, so nothing in a
name becomes markup, and a character that no font has stops the paper. No clock is read: the date in the file
is the day of the answer.

Song for the text and Hei for headings, whatever else is installed: a paper is made again by whoever checks
it, and the plainest fonts are those that most machines have in common. ``paper.json`` says with which
programs and fonts (SHA-256 over their files) a paper was made, so that he knows whether bytes can be compared
at all.
"""

from __future__ import annotations

import json
import zlib
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from registry_papers.answers.page_model import (
    AnswerPaper,
    Banner,
    Block,
    Checking,
    Facts,
    Grid,
    Item,
)
from registry_papers.answers.wording import VERDICTS, tone_of
from registry_papers.fonts import Typefaces, typefaces
from registry_papers.typesetting import Pages, breakable, qr_svg, typeset

_LAYOUT = "answers/answer.typ"
_MOST_TOLD = 64 << 10
"""Bytes of a receipt that go to the layout in memory, number by number; a longer one is read from a file."""
_RECEIPT_TYPE = "application/vnd.registry.v1.receipt+protobuf"
_UNSIGNED_TYPE = "application/vnd.registry.v1.unsigned-answer+protobuf"


def pdf_of(paper: AnswerPaper, fonts: Path | None = None) -> bytes:
    """The paper as PDF. FontError; PaperError if it cannot be set."""
    (pdf,) = pages_of(paper, fonts, form="pdf")
    return pdf


def pages_of(
    paper: AnswerPaper, fonts: Path | None = None, *, form: Pages = "png", printed: bytes = b""
) -> list[bytes]:
    """One PDF, or pictures of the pages; ``printed`` is the ``paper.json``, if not to be made here."""
    faces = typefaces(fonts)
    printed = printed or made_here(paper, fonts)
    name = "receipt.pb" if paper.is_signed else "answer.pb"
    beside = {name: paper.content} if len(paper.content) > _MOST_TOLD else {}
    told = _told(paper, faces, printed)
    return typeset(_LAYOUT, told, faces, form=form, standard="a-3a", beside=beside)


def made_here(paper: AnswerPaper, fonts: Path | None = None) -> bytes:
    """The ``paper.json`` of a paper that is printed here."""
    faces = typefaces(fonts)
    programs = f"typst {version('typst')}, segno {version('segno')}, zlib {zlib.ZLIB_RUNTIME_VERSION}"
    return paper.printing.made_with(programs=programs, fonts=_digest_of(faces)).content


def _families(faces: Typefaces) -> dict[str, tuple[str, ...]]:
    body = faces.body[::-1]
    return {"body": body, "heading": tuple(dict.fromkeys((*faces.heading, *body)))}


@lru_cache(maxsize=4)
def _digest_of(faces: Typefaces) -> str:
    """SHA-256 over the families in use and their files, whatever these are called and wherever they lie."""
    roles = _families(faces)
    used = {family for families in roles.values() for family in families}
    paths = {font.path for font in faces.loaded.fonts() if font.family in used and font.path}
    found = {sha256(Path(path).read_bytes()).digest() for path in paths}
    return sha256(json.dumps(roles).encode() + b"".join(sorted(found))).hexdigest()


def _told(paper: AnswerPaper, faces: Typefaces, printed: bytes) -> dict[str, Any]:
    """The paper as the layout reads it."""
    year, month, day = map(int, paper.day.split("-"))
    name = "receipt.pb" if paper.is_signed else "answer.pb"
    source = {
        "name": name,
        "type": _RECEIPT_TYPE if paper.is_signed else _UNSIGNED_TYPE,
        "about": "查询回执" if paper.is_signed else "没有签名的答复",
        "content": list(paper.content) if len(paper.content) <= _MOST_TOLD else None,
        "relationship": "source",
    }
    own = {
        "name": "paper.json",
        "type": "application/json",
        "about": "印制说明",
        "content": list(printed),
        "relationship": "supplement",
    }
    return {
        "fonts": _families(faces),
        "title": paper.title,
        "subtitle": paper.subtitle,
        "date": {"year": year, "month": month, "day": day},
        "blocks": [_block(block) for block in paper.blocks],
        "foot": [breakable(line) for line in paper.foot],
        "whole": qr_svg(paper.whole, "l") if paper.whole else "",
        "small": qr_svg(paper.small) if paper.small else "",
        "files": [source, own],
    }


def _block(block: Block) -> dict[str, Any]:
    kind = type(block).__name__.lower()
    if isinstance(block, Banner):
        lines = [breakable(line) for line in block.lines]
        return {"kind": kind, "words": block.words, "lines": lines, "tone": block.tone.value}
    if isinstance(block, Facts | Checking):
        return {"kind": kind, "rows": [[label, breakable(text)] for label, text in block.rows]}
    if isinstance(block, Grid):
        rows = [[breakable(cell) for cell in row] for row in block.rows]
        tones = {word: tone_of(verdict).value for verdict, word in VERDICTS.items()}
        told = {"headings": block.headings, "rows": rows, "shares": block.shares}
        return {"kind": kind, **told, "verdicts": block.verdicts, "tones": tones}
    item = {"tone": block.tone.value, "level": str(block.level)} if isinstance(block, Item) else {}
    return {"kind": kind, "text": breakable(block.text), **item}
