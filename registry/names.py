"""Finding organisations by name (单位名称查询): the keys a name is looked up by, and how near a name is.

An enterprise's name is 行政区划 + 字号 + 行业 + 组织形式 (企业名称登记管理规定 第六条), and people ask for
its trade name (字号), which mostly has two characters and never fewer (第八条). So names are found by pairs
of neighbouring characters, their *grams*. The store keeps them for every name, former ones too, and hands
over the names that share one with the question. Brackets, dots and dashes are no part of a gram, and a
single character finds only the name that is nothing else.

``score`` is 0 to 1, the same whichever of the two names is the question:

=============  ============================================================================================
1              one name, in whatever spelling or script
over 0.8       one contains the other: 0.8 + 0.2 x (length of the shorter / length of the longer)
0.8            the names differ in the form of organisation only
under 0.8      0.8 x (3 x shared grams / grams of the one that has fewer + likeness of all characters) / 4,
               both without the form of organisation, which nearly every name has
under LEAST    no match; 0 if no gram is shared
=============  ============================================================================================

Below 0.8 a score says that a person may want to look, not that the names are those of one organisation.
Characters of traditional script are replaced one by one and not by their context: 乾 becomes 干 in 乾隆 too.
That is wrong in a text and right here, since a part of a name must become a part of the name's key.

Worked example: ``澄梧`` has the gram 澄梧 and finds 滄州澄梧建築工程(示例)有限公司, whose key is
``沧州澄梧建筑工程(示例)有限公司`` of 16 characters, with 0.8 + 0.2 x 2/16 = 0.825.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from opencc import OpenCC
from rapidfuzz.distance import Indel

from registry.domain.names import comparable

LEAST: Final = 0.45
"""A score below this is no match."""

_LONGEST = 500  # characters looked at: no admitted name has more, and a question may have any length
_CONTAINED = 0.8
_FORMS = ("股份有限公司", "有限责任公司", "有限公司", "公司")
_SCRIPT = (range(0x3400, 0xA000), range(0x20000, 0x33480))  # Han characters; NFKC folds the compatible ones


@dataclass(frozen=True, slots=True)
class Named:
    """A name that a subject bears, or bore (曾用名)."""

    subject: str
    name: str
    former: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A subject that was found, by which of its names, and how near that is to the question."""

    named: Named
    score: float


def searchable(name: str) -> str:
    """The key of a name: comparable, in simplified characters, at most 500 of them."""
    return comparable(name[:_LONGEST]).translate(_simplified())[:_LONGEST]


def grams(name: str) -> frozenset[str]:
    """What a name is kept under: each two neighbouring letters or digits, or its only one."""
    return _pairs(searchable(name))


def grams_of_question(query: str) -> frozenset[str]:
    """What to look a question up by: its grams without those of its form of organisation.

    Nearly every firm has the grams of 有限公司: looking them up would read the whole store, and find nothing
    that the other ones do not find. A question that says nothing else is looked up by what it says.
    """
    return _pairs(_without_form(searchable(query)))


def score(query: str, name: str) -> float:
    """How near two names are, see above."""
    return _score(searchable(query), searchable(name))


def rank(query: str, candidates: Iterable[Named], *, limit: int) -> list[Match]:
    """The nearest subjects first, each once, by the name that is nearest; at most ``limit``.

    Of equal scores a name still borne comes first, then the order is that of the text: the same candidates
    give the same answer in whatever order they come.
    """
    asked = searchable(query)
    matches = [Match(each, _score(asked, searchable(each.name))) for each in candidates]
    matches.sort(key=lambda each: (-each.score, each.named.former, each.named.name, each.named.subject))
    nearest: dict[str, Match] = {}
    for match in matches:
        if match.score >= LEAST:
            nearest.setdefault(match.named.subject, match)
    return list(nearest.values())[: max(limit, 0)]


def _score(left: str, right: str) -> float:
    if left == right:
        return float(bool(left))
    short, long = sorted((left, right), key=len)
    if short in long and not _pairs(short).isdisjoint(_pairs(long)):
        return _CONTAINED + (1 - _CONTAINED) * len(short) / len(long)
    return _CONTAINED * _likeness(_without_form(short), _without_form(long))


def _likeness(left: str, right: str) -> float:
    """0 to 1. Grams weigh more: a part asked for is near, however long the rest of the name is."""
    ours, theirs = _pairs(left), _pairs(right)
    shared = len(ours & theirs)
    if not shared:
        return 0.0
    return (3 * shared / min(len(ours), len(theirs)) + Indel.normalized_similarity(left, right)) / 4


def _pairs(text: str) -> frozenset[str]:
    """The grams of a key; a key of punctuation alone has those of its punctuation."""
    letters = text if text.isalnum() else "".join(filter(str.isalnum, text)) or text
    return frozenset(map("".join, pairwise(letters))) or frozenset(letters)


def _without_form(text: str) -> str:
    """The name without its form of organisation (组织形式), if that leaves enough to tell it by."""
    form = next(filter(text.endswith, _FORMS), "")
    rest = text.removesuffix(form)
    return rest if len(rest) > 1 else text


@cache
def _simplified() -> dict[int, str]:
    """What to write for each traditional character, by OpenCC's table, which is taken out once.

    Where it has two steps (薴, 苧, 苎) both are taken, so that the key of a key is the key.
    """
    converter = OpenCC("t2s")
    table: dict[int, str] = {}
    for block in _SCRIPT:
        written = converter.convert("\n".join(map(chr, block))).split("\n")
        table.update((code, to) for code, to in zip(block, written, strict=True) if to != chr(code))
    return {code: to.translate(table) for code, to in table.items()}
