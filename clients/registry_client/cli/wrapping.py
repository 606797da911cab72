"""Wrapping text by its width: a Chinese character takes two columns of a terminal.

Text is broken at blanks and between wide characters, and never before closing punctuation (GB/T 15834), so
that codes and dates stay whole. Only a word wider than the line is cut.

Example: ``wrap("职责：E-03-CF、E-06", 12)`` gives 职责： / E-03-CF、 / E-06.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len, chop_cells

_CLOSING = "，。；：、！？）》〉」』】〕”’…"
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
# A blank; or a wide character, or a word, each with the closing punctuation that must not be parted from it.
_PIECE = re.compile(rf"\s+|[{_WIDE}][{_CLOSING}]*|[^\s{_WIDE}]+[{_CLOSING}]*")
# A line end between two wide characters is the source's, not the text's.
_SEAM = re.compile(rf"(?<=[{_WIDE}])\s*\n\s*(?=[{_WIDE}])")


def wrap(text: str, width: int) -> list[str]:
    """The lines of one paragraph, each at most ``width`` columns (at least two); empty text has none."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(" ".join(_SEAM.sub("", text).split()), max(width, 2)):
        if line and cell_len(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def share(natural: list[int], fixed: set[int], available: int) -> list[int]:
    """Widths of columns of these natural widths within the width available.

    The widest columns that are not fixed give way first; fixed ones only if nothing else is left.
    """
    widths = [max(width, 1) for width in natural]
    while sum(widths) > available:
        loose = [index for index, width in enumerate(widths) if index not in fixed and width > 8]
        widest = max(loose or range(len(widths)), key=lambda index: widths[index])
        if widths[widest] <= 2:
            break
        widths[widest] -= 1
    return widths


def _pieces(text: str, width: int) -> Iterator[str]:
    for piece in _PIECE.findall(text):
        if cell_len(piece) > width and not piece.isspace():
            yield from chop_cells(piece, width)
        else:
            yield piece
