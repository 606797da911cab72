"""Names of organisations (单位名称) as they are compared: whether two spellings are one name.

A name is kept as it was signed; ``comparable`` is its form for comparison, never for display. Rules:

* full width is half width (NFKC), lower case is upper case;
* brackets of every kind are round ones: departments write ``(``, ``（``, ``〔``, ``[`` and ``【`` alike;
* quotation marks, dashes, and the middle dots of names (间隔号) each have one form;
* blanks, and what cannot be seen, are left out.

Words are never changed. 有限公司 and 有限责任公司 are different names: if two of them stand on one code, a
person has to look (企业名称登记管理规定 第四条: an enterprise has one name; 第六条: the form of organisation
is part of it). Traditional characters stay too, since one simplified character may stand for several
traditional ones; finding across both scripts is what ``registry.names`` is for.

Worked example: `` 沧州［澄梧］建筑 工程（示例）有限公司`` is ``沧州(澄梧)建筑工程(示例)有限公司``, and
``阿凡提•ab`` is ``阿凡提·AB``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from registry.domain.quoting import is_blank

_BY_CATEGORY = {"Cs": "", "Ps": "(", "Pe": ")", "Pi": '"', "Pf": '"', "Pd": "-"}
_BY_CHARACTER = (
    dict.fromkeys("<", "(")
    | dict.fromkeys(">", ")")
    | dict.fromkeys("'", '"')
    | dict.fromkeys("\u2212", "-")  # the minus sign, which a word processor makes of a hyphen
    | dict.fromkeys("\u00b7\u1427\u16eb\u2022\u2027\u2219\u22c5\u25cf\u2e31\u30fb\ua78f", "·")
    # Letters and marks that show nothing: fillers, the Braille blank, joiners, variation selectors.
    | dict.fromkeys("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0", "")
    | dict.fromkeys(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))), "")
)


def comparable(name: str) -> str:
    """The form in which two spellings of one name are equal; empty if nothing can be seen.

    ``comparable(comparable(name)) == comparable(name)``. Never raises.
    """
    folded = unicodedata.normalize("NFKC", name).upper()
    # Leaving out what stood between a letter and its accent brings the two together, so compose once more.
    return unicodedata.normalize("NFKC", "".join(map(_written, folded)))


def alike(names: Iterable[str]) -> list[str]:
    """The names, each once, that are written otherwise than another of them and are one name with it; one of
    which nothing can be seen is one with none at all.

    Example: of ``投标1``, ``投标１`` and ``投标2`` the first two.
    """
    written: dict[str, set[str]] = {"": {""}}
    for name in names:
        written.setdefault(comparable(name), set()).add(name)
    return [name for those in written.values() if len(those) > 1 for name in sorted(those) if name]


@lru_cache(maxsize=8192)
def _written(char: str) -> str:
    """How a character is written in a comparable name; empty if it is left out."""
    if is_blank(char):
        return ""
    known = _BY_CHARACTER.get(char)
    return _BY_CATEGORY.get(unicodedata.category(char), char) if known is None else known
