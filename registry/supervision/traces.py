"""Traces of a person in a text that everybody concerned reads (个人信息痕迹): how he could be found by it.

Resident numbers, mobile numbers (eleven digits beginning with 13 to 19, with or without +86, spaces and
hyphens) and e-mail addresses, in half width or full width. Names cannot be told from other words; the form
says that none belongs here.

Example: “请回电 138-0013-8000” has one; “(沧)市监罚〔2026〕12号” and a code of an organisation have none.
"""

from __future__ import annotations

import re
import unicodedata

from registry.domain.faults import Findings
from registry.domain.quoting import names_a_person
from registry.sanctions.admission.texts import fits
from registry.v1 import error_reason_pb2 as reasons

_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[\s\-‐‑–—−.·]+(?=[0-9])")
_MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:\+?(?:00)?86)?1[3-9][0-9]{9}(?![0-9A-Za-z])")
# From the first letter of a word: else each letter of a long one would be a beginning.
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+\s*@\s*[\w-]+(?:\.[\w-]+)+")


def has_trace(text: str) -> bool:
    """Whether a person could be found by something in the text."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    joined = _BETWEEN_DIGITS.sub("", plain)
    found = (names_a_person(plain), names_a_person(joined), _MOBILE.search(plain), _MOBILE.search(joined))
    return any(found) or _MAIL.search(plain) is not None


def untraceable(
    found: Findings, path: str, value: str, name: str, *, longest: int, required: bool = False
) -> None:
    """Notes a text that is too long, missing where it is required, or has such a trace."""
    if required:
        found.required(path, value, name)
    if fits(found, path, value, longest, name) and has_trace(value):
        message = f"{name}含有身份证号码、手机号码或者电子邮箱; 举报人的情况只写入密封材料。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)
