"""What a record's wording of a penalty says: its kinds (处罚类别) and its fine (罚款金额).

Kinds are those of 行政处罚法 第九条, in the wording of the 双公示 exchange tables. The field is multi-valued,
separated by 、, ; blanks and the like, and in real data it is free text. A wording is never read for more
than it says, and never for less:

* Old standards had one item for two penalties: 暂扣或者吊销许可证、暂扣或者吊销执照. Whether the licence was
  suspended or revoked stands in the document only, so both kinds are *unclear*. So is a kind beside a
  negation or an intention: 未吊销, 不予罚款, 拟吊销.
* So are those of a whole item of the article, 暂扣许可证件、降低资质等级、吊销许可证件: it is the heading,
  for no decision does all three.
* What is not understood leaves every kind unclear: an empty field, codes of a table that is not known, 取缔
  or 勒令歇业, which the article does not name, traditional characters, a slip of the pen (吊消). 其他 and
  其他-… are kinds of the standard and mean what they say.

An amount is in 万元 with at most six decimals, ``20.500000`` is 205,000 yuan.

Example: ``read_kinds("罚款；吊销许可证")`` is ({罚款, 吊销许可证件}, {}), ``read_kinds("暂扣或者吊销执照")``
is ({}, {暂扣许可证件, 吊销许可证件}), ``read_kinds("警告并取缔")`` is ({警告}, every other kind).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
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
    "限制从业": "限制从业",
    "禁止从业": "限制从业",
    "拘留": "行政拘留",
    "其他": "其他",
    "其它": "其他",
}
_DOUBTS = (
    *("或者", "或", "/", "停止", "不予", "免予", "免于", "未", "不", "非", "拟", "无", "免"),
    *("撤销", "解除", "取消", "暂缓", "缓", "建议"),
)
"""Words beside which a kind is unclear: one of several, none, or not yet."""
_PLAIN = (
    *("责令", "给予", "予以", "处以", "并处", "依法", "行政", "处罚", "处", "并", "以及", "及", "和", "与"),
    *("且", "的", "整顿", "许可证件", "许可证", "许可", "执照", "资质证书", "资格证书", "证书", "证件"),
    *("证照", "证", "资质", "资格", "等级", "生产", "经营", "营业", "活动", "业务", "企业", "机构", "执业"),
    *("安全", "食品", "药品", "医疗", "器械", "危险", "化学品", "特种", "设备", "道路", "运输", "排污"),
    *("建筑", "施工", "工程", "卫生", "餐饮", "服务", "娱乐", "文化", "烟草", "专卖", "零售", "采矿"),
    *("驾驶", "机动车", "违法", "非法", "所得", "财物", "物品", "产品", "商品", "工具", "原料", "货物"),
    *("人民币", "较大数额", "共计", "合计", "万元", "元", "整", "倍", "个月", "月", "年", "日", "天"),
    *"0123456789.零一二三四五六七八九十百千万亿",
)
"""What may stand beside a kind without changing it: objects, sums, terms."""


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Any of the words, the longest first."""
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


_stems = _any_of(_STEMS).findall
_without_known = _any_of((*_STEMS, *_DOUBTS, *_PLAIN)).sub
_doubtful = re.compile("|".join("非(?!法)" if word == "非" else re.escape(word) for word in _DOUBTS)).search
_named_other = re.compile(r"其[他它](?=$|[-—:(])").match
_kindless = re.compile(
    r"(?:责令)?(?:立即|限期)?改正"  # No penalty: 行政处罚法 第二十八条.
    r"|(?:人民币|共计|合计)?[0-9.零一二三四五六七八九十百千万亿]+(?:元整?|个月|[年月日天])"
).fullmatch
_SEPARATORS = re.compile(r"[、,;|。\s]+")
_written = re.compile(r"[^\W_]").search
_amount = re.compile(r"[0-9]{1,14}(?:\.[0-9]{1,6})?").fullmatch
_YUAN_IN_UNIT = 10_000


@lru_cache(maxsize=4096)  # The same few wordings stand in most records.
def read_kinds(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The kinds of penalty that a wording states, and those that it leaves open."""
    stated: set[str] = set()
    unclear: set[str] = set()
    for word in filter(_written, _SEPARATORS.split(unicodedata.normalize("NFKC", text))):
        kinds = {_STEMS[stem] for stem in _stems(word)}
        (unclear if _doubtful(word) else stated).update(kinds)
        if not (_is_understood(word) if kinds else _kindless(word)):
            unclear |= _EVERY_KIND
    for heading in _HEADINGS:
        if heading <= stated:
            stated -= heading
            unclear |= heading
    if not stated and not unclear:
        unclear |= _EVERY_KIND  # A penalty of no kind there is not.
    return frozenset(stated), frozenset(unclear - stated)


def _is_understood(word: str) -> bool:
    """Whether nothing stands in a word but kinds, and what may stand beside them."""
    return bool(_named_other(word)) or not _written(_without_known("", word))


def read_fine(text: str) -> Decimal | None:
    """The yuan of an amount in 万元; None if it is not one."""
    number = unicodedata.normalize("NFKC", text).replace(",", "").strip().removesuffix("万元")
    return Decimal(number) * _YUAN_IN_UNIT if _amount(number) else None
