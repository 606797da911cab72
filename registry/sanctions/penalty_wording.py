"""What a record's wording of a penalty says: its kinds (处罚类别) and its fine (罚款金额).

Kinds are those of 行政处罚法 第九条, in the wording of the 双公示 exchange tables. The field is multi-valued,
separated by 、, ; blanks and the like, and in real data it is free text. A wording is never read for more
than it says:

* Old standards had one item for two penalties: 暂扣或者吊销许可证、暂扣或者吊销执照. Whether the licence was
  suspended or revoked stands in the document only, so both kinds are *unclear*.
* So are those of a whole item of the article, 暂扣许可证件、降低资质等级、吊销许可证件: it is the heading,
  for no decision does all three.
* Empty, or codes of a table that is not known: every kind is unclear.

An amount is in 万元 with at most six decimals, ``20.500000`` is 205,000 yuan.

Example: ``read_kinds("罚款；吊销许可证")`` is ({罚款, 吊销许可证件}, {}), ``read_kinds("暂扣或者吊销执照")``
is ({}, {暂扣许可证件, 吊销许可证件}).
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

PENALTY_KINDS = (
    "警告",
    "通报批评",
    "罚款",
    "没收违法所得",
    "没收非法财物",
    "暂扣许可证件",
    "降低资质等级",
    "吊销许可证件",
    "限制开展生产经营活动",
    "责令停产停业",
    "责令关闭",
    "限制从业",
    "行政拘留",
    "其他",
)
"""处罚类别, 行政处罚法(2021修订) 第九条."""

FINE = "罚款"
_EVERY_KIND = frozenset(PENALTY_KINDS)
_HEADINGS = (
    frozenset({"暂扣许可证件", "降低资质等级", "吊销许可证件"}),
    frozenset({"限制开展生产经营活动", "责令停产停业", "责令关闭", "限制从业"}),
)
_STEMS = {
    "警告": "警告",
    "通报批评": "通报批评",
    "罚款": FINE,
    "没收违法所得": "没收违法所得",
    "没收非法所得": "没收违法所得",
    "没收": "没收非法财物",
    "暂扣": "暂扣许可证件",
    "降低资质": "降低资质等级",
    "吊销": "吊销许可证件",
    "限制开展": "限制开展生产经营活动",
    "限制生产": "限制开展生产经营活动",
    "停止生产": "责令停产停业",
    "停止经营": "责令停产停业",
    "停止营业": "责令停产停业",
    "停产": "责令停产停业",
    "停业": "责令停产停业",
    "关闭": "责令关闭",
    "从业": "限制从业",
    "拘留": "行政拘留",
    "其他": "其他",
    "其它": "其他",
}
_stems = re.compile("|".join(sorted(_STEMS, key=len, reverse=True))).findall
_SEPARATORS = re.compile(r"[、,;|。\s]+")
_doubtful = re.compile(r"或|/|不予|免予|免于|停止").search
_chinese = re.compile(r"[\u4e00-\u9fff]").search
_amount = re.compile(r"[0-9]{1,14}(?:\.[0-9]{1,6})?").fullmatch
_YUAN_IN_UNIT = 10_000


@lru_cache(maxsize=4096)  # The same few wordings stand in most records.
def read_kinds(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The kinds of penalty that a wording states, and those that it leaves open."""
    stated: set[str] = set()
    unclear: set[str] = set()
    words = [word for word in _SEPARATORS.split(unicodedata.normalize("NFKC", text)) if word]
    for word in words:
        kinds = {_STEMS[stem] for stem in _stems(word)}
        (unclear if _doubtful(word) else stated).update(kinds)
        if not _chinese(word):
            unclear |= _EVERY_KIND
    for heading in _HEADINGS:
        if heading <= stated:
            stated -= heading
            unclear |= heading
    return frozenset(stated), frozenset(unclear - stated) if words else _EVERY_KIND


def read_fine(text: str) -> Decimal | None:
    """The yuan of an amount in 万元; None if it is not one."""
    number = unicodedata.normalize("NFKC", text).replace(",", "").strip().removesuffix("万元")
    return Decimal(number) * _YUAN_IN_UNIT if _amount(number) else None
