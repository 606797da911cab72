"""Bounds of the texts that statements carry (文本长度): reasons, document numbers, names.

A statement may be 64 KB long, and whatever reads a text in the writer's one thread reads it while every
other department waits: a text is bounded before anything looks for a number or a name in it.

Example: a reason of 501 characters is refused with TOO_LARGE at ``withdrawal.reason``.
"""

from __future__ import annotations

from registry.domain.faults import Findings
from registry.domain.names import comparable
from registry.v1 import error_reason_pb2 as reasons

MAX_NAME = 500
"""Of a subject's name, and of an article of law."""
MAX_COMPARABLE_BYTES = 2000
"""Of a name as it is compared, in UTF-8. One sign may stand for eight (㌖), and 500 of them for a name that
no index of a database holds."""
MAX_REASON = 500
MAX_CITED = 200
"""Of a document's number and authority: CF_WSH of the 双公示 exchange tables is C128, CF_CFJG C255 bytes."""


def fits(found: Findings, path: str, text: str, longest: int, name: str) -> bool:
    """Notes a fault if a text is too long; tells whether it is not."""
    if too_long := len(text) > longest:
        found.add(reasons.ERROR_REASON_TOO_LARGE, path, f"{name}超过{longest}字。")
    return not too_long


def check_reason(found: Findings, path: str, text: str, name: str = "理由") -> None:
    """Notes a reason that is missing or too long."""
    found.required(path, text, name)
    fits(found, path, text, MAX_REASON, name)


def check_name(found: Findings, path: str, text: str, name: str = "主体名称") -> None:
    """Notes a name that shows nothing, such as one of fillers (U+3164), or is too long."""
    if name_fits(found, path, text, name) and not comparable(text):
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, path, f"缺少{name}。")


def name_fits(found: Findings, path: str, text: str, name: str) -> bool:
    """Notes a name that is too long, as it is written or as it is compared; tells whether it is neither."""
    if not fits(found, path, text, MAX_NAME, name):
        return False
    if too_long := len(comparable(text).encode("utf-8", "replace")) > MAX_COMPARABLE_BYTES:
        message = f"{name}写开后超过{MAX_COMPARABLE_BYTES}字节; 请不要用一个代表多字的符号。"
        found.add(reasons.ERROR_REASON_TOO_LARGE, path, message)
    return not too_long
