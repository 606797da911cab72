"""Legal bases as they stand in one cell (法律依据), split into law and article, one entry each.

Separators are ``；``, ``;``, line ends and ``、``. A ``、`` inside 《》 or brackets belongs to a law's name.
After a ``、`` come either another law, or another article of the same law, which is then named again, or
another paragraph or item of the same article (第二款, 第三项), which stays with its article.

Example: ``《食品安全法》第三十四条、第一百二十四条第一款、第二款；产品质量法 第四十九条`` gives
《食品安全法》第三十四条 / 《食品安全法》第一百二十四条第一款、第二款 / 产品质量法 第四十九条.
"""

from __future__ import annotations

import re

_STRONG = re.compile(r"[；;\r\n]+")
_OPENS, _CLOSES = "《（(", "》）)"
_LONGEST_LAW = 300
"""Characters; what is longer is no name of a law, and is not written out again with each of its articles."""
_ARTICLE = re.compile(r"第[〇零一二三四五六七八九十百千0-9]+条")
_PART = re.compile(r"第[〇零一二三四五六七八九十百千0-9]+[款项目]")


def split_articles(cell: str) -> list[str]:
    """The entries of a cell, in order, without blanks around them; an empty cell has none."""
    entries: list[str] = []
    for passage in _STRONG.split(cell):
        entries += _entries(passage)
    return entries


def _entries(passage: str) -> list[str]:
    entries: list[str] = []
    law = ""
    for piece in map(str.strip, _enumerated(passage)):
        if entries and _PART.match(piece):
            entries[-1] += f"、{piece}"
        elif law and _ARTICLE.match(piece):
            entries.append(law + piece)
        elif piece:
            entries.append(piece)
            article = _ARTICLE.search(piece)
            law = piece[: article.start()] if article and article.start() <= _LONGEST_LAW else ""
    return entries


def _enumerated(passage: str) -> list[str]:
    """The pieces between the ``、`` that stand in no brackets. Read from the end, so that it is known of each
    whether the next bracket of a kind closes; a cell of many is read once."""
    pieces, end, within = [], len(passage), [False] * len(_OPENS)
    for at in range(len(passage) - 1, -1, -1):
        char = passage[at]
        if char == "、" and not any(within):
            pieces.append(passage[at + 1 : end])
            end = at
        elif (kind := _OPENS.find(char)) >= 0:
            within[kind] = False
        elif (kind := _CLOSES.find(char)) >= 0:
            within[kind] = True
    return [passage[:end], *reversed(pieces)]
