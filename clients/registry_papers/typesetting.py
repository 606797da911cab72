"""A paper as PDF/A-2u by typst (排版): archival, its text can be extracted, and the same bytes each time.

The layout is ``paper.typ``, which never changes; the paper goes in as JSON and its strings are set as
strings, so nothing in a name or a statement of facts can become markup. No clock is read: the date in the
PDF is the paper's.

PDF/A-2u forbids a glyph that stands for nothing, so a character that no font has stops the paper instead of
turning a party's name into a box.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import nullcontext
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, Literal

import segno
import typst

from registry_papers.errors import FontError, PaperError
from registry_papers.fonts import Typefaces, typefaces
from registry_papers.paper import Block, Form, Paper
from registry_papers.wording import chinese_day

Pages = Literal["pdf", "png"]
Standard = Literal["a-2u", "a-3a"]
_STANDARD: Standard = "a-2u"
_UNSHOWN = re.compile(r'the text `"(.*)"` could not be displayed', re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
# Latin letters and digits without a blank are never broken by typst; one may be longer than a line.
_UNBROKEN = re.compile(r"[!-~\u00a1-\u024f\u0370-\u052f]{18,}")
_BREAK = "\u200b"
_NOTHING: Mapping[str, bytes] = MappingProxyType({})
_PIECE = 6


def compiled(paper: Paper, fonts: Path | None = None, *, form: Pages = "pdf") -> list[bytes]:
    """The paper as one PDF, or as pictures of its pages. FontError; PaperError if it cannot be set."""
    faces = typefaces(fonts)
    return typeset("paper.typ", _told(paper, faces), faces, form=form, standard=_STANDARD)


def typeset(
    layout: str,
    told: dict[str, Any],
    faces: Typefaces,
    *,
    form: Pages,
    standard: Standard,
    beside: Mapping[str, bytes] = _NOTHING,
) -> list[bytes]:
    """What is told, by a layout of this package: one PDF, or pictures of the pages. ``beside`` are files that
    the layout reads, by name; they lie in a folder of their own for as long as it takes.

    Raises FontError; PaperError."""
    given = {"paper": json.dumps(told, ensure_ascii=False)}
    try:
        with TemporaryDirectory(prefix="paper-") if beside else nullcontext(None) as folder:
            for name, content in beside.items():
                Path(str(folder), name).write_bytes(content)
            compiler = typst.Compiler(
                input=_layout(layout), root=folder, font_paths=faces.loaded, sys_inputs=given
            )
            made = compiler.compile(format=form, pdf_standards=[standard] if form == "pdf" else [])
    except typst.TypstError as fault:
        raise _explained(fault) from None
    except OSError as fault:
        raise PaperError(f"不能写入临时文件夹：{fault.strerror}") from None
    if made is None:
        raise PaperError("PDF排版没有产生任何内容")
    return made if isinstance(made, list) else [made]


@cache
def _layout(name: str) -> bytes:
    return files("registry_papers").joinpath(name).read_bytes()


def _told(paper: Paper, faces: Typefaces) -> dict[str, Any]:
    """The paper as the layout reads it."""
    year, month, day = map(int, paper.date.split("-"))
    broken = paper.mapped(breakable)
    return {
        "fonts": {"body": faces.body, "title": faces.title, "heading": faces.heading},
        "department": broken.department,
        "title": broken.title,
        "number": broken.number,
        "blocks": [_block(block) for block in broken.blocks],
        "sealed": paper.sealed,
        "day": chinese_day(paper.date),
        "date": {"year": year, "month": month, "day": day},
        "notes": [breakable(note) for note in paper.verification.notes],
        "qr": qr_svg(paper.verification.code),
    }


def _block(block: Block) -> dict[str, Any]:
    kind = type(block).__name__.lower()
    if isinstance(block, Form):
        return {"kind": kind, "rows": block.rows}
    return {"kind": kind, "text": block.text}


def breakable(text: str) -> str:
    """The text with places where a word longer than a line may be broken."""
    return _UNBROKEN.sub(lambda word: _BREAK.join(re.findall(rf".{{1,{_PIECE}}}", word[0])), text)


def qr_svg(code: str, level: Literal["l", "m"] = "m") -> str:
    """The QR code (ISO/IEC 18004) as SVG, with the margin readers need; M bears 15 % of damage, L 7 %."""
    drawn = BytesIO()
    segno.make_qr(code, error=level).save(drawn, kind="svg", border=4, xmldecl=False)
    return drawn.getvalue().decode()


def _explained(fault: typst.TypstError) -> PaperError:
    if found := _UNSHOWN.search(fault.message):
        # Never the text itself: it may be a name.
        written = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), found[1])
        codes = "、".join(f"U+{ord(char):04X}" for char in dict.fromkeys(written))
        return FontError(f"字体没有字符{codes}，请安装含有该字符的字体（如 Noto Serif CJK SC），或者改正文字")
    return PaperError("PDF排版失败，请核对字体和组件typst的版本")
