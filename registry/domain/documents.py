"""Document numbers (文号), by which a decision is cited and found.

Two forms are known:

* official documents, ``机关代字〔年份〕序号号``: 沧市监罚字〔2024〕12号 (公文格式, GB/T 9704-2012:
  the year in four digits between tortoise shell brackets);
* court cases, ``（年份）法院代字案件类型序号号``: （2021）冀09执123号 (法〔2015〕137号).

Real data writes the year in any brackets there are, in full and half width, with blanks between. The normal
form is for comparison only; what the department wrote is kept as it was signed. It has the year in 〔〕,
court cases too, all other round brackets in full width, letters and digits in half width, and no blanks.

Departments' numbers vary beyond these forms, so an unusual number is a warning and never an error.

Worked example: ``沧市监罚字 [2024] １２ 号`` and ``沧市监罚字（2024）12号`` both are
``沧市监罚字〔2024〕12号``.
"""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 128  # CF_WSH of the 双公示 exchange table is C128

_BRACKETED_YEAR = re.compile(r"[(\[{〔【〖《〈<「『]((?:19|20)[0-9]{2})年?[)\]}〕】〗》〉>」』]")
_OFFICIAL = re.compile(r"[\u4e00-\u9fffA-Za-z（）]{1,30}〔[0-9]{4}〕第?[0-9]{1,6}号").fullmatch
_COURT_CASE = re.compile(
    r"〔[0-9]{4}〕[\u4e00-\u9fff]{1,3}[0-9]{0,4}[\u4e00-\u9fff]{1,4}[0-9]{1,7}号(之[一二三四五六七八九十]+)?"
).fullmatch
_ROUND_BRACKETS = str.maketrans("()", "（）")


def normalise_number(raw: str) -> str:
    """The normal form of a document number, for comparison: year in 〔〕, half width, no blanks."""
    folded = unicodedata.normalize("NFKC", raw)
    # Once more: what a blank was between may be one letter without it.
    joined = unicodedata.normalize("NFKC", "".join(char for char in folded if not _is_blank(char)))
    return _BRACKETED_YEAR.sub(r"〔\1〕", joined).translate(_ROUND_BRACKETS)


def document_number_fault(raw: str) -> str | None:
    """What is unusual about a document number, as a warning in Chinese; None if it has a known form."""
    number = normalise_number(raw)
    if not number:
        return "文号为空"
    if len(number) > _LONGEST:
        return f"文号长{len(number)}字，超过{_LONGEST}字"
    if _OFFICIAL(number) or _COURT_CASE(number):
        return None
    if "〔" not in number:
        return "文号中没有用〔〕括起的四位年份，请核对"
    if "号" not in number:
        return "文号中没有“号”字，请核对"
    return "文号与“机关代字〔年份〕序号号”的通行写法不同，请核对"


def _is_blank(char: str) -> bool:
    """Whether the character is white space or an invisible format character of copied text."""
    return char.isspace() or unicodedata.category(char) == "Cf"
