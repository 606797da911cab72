"""Every refusal of a step names the article that the step rests on (援引条款).

Where the message of a fault does not end with an article in brackets, that of the step stands there, by the
edition of the day (``step_articles``); of who may act, that of 审监分离. The number of a document that a
message repeats is no article.

Example: ``案件C-1已立案拟定, 不能办理决定(行政处罚法 第五十七条、第五十九条)。``"""

from __future__ import annotations

import re
from datetime import date

from registry.domain.faults import Fault
from registry.sanctions.bans.steps import AFTER, STEPS
from registry.sanctions.ledger import Ledger
from registry.v1 import error_reason_pb2 as reasons

_ARTICLE = re.compile(r"第[〇零一二三四五六七八九十百]+条|〔\d{4}〕\d+号|令第\d+号")
_BRACKETS = {"(": -1, ")": 1}
_OF_SEPARATION = frozenset(
    {
        reasons.ERROR_REASON_OFFICIAL_REQUIRED, reasons.ERROR_REASON_ROLE_REQUIRED,
        reasons.ERROR_REASON_SAME_OFFICIAL, reasons.ERROR_REASON_SAME_SECTION,
        reasons.ERROR_REASON_LICENSING_SECTION,
    }
)  # fmt: skip


def cited(fault: Fault, body: str, ledger: Ledger, day: date) -> Fault:
    """A fault of a step with the article that the step rests on, unless its message ends with one."""
    if _ARTICLE.search(_last_brackets(fault.message)):
        return fault
    articles = ledger.edition_on(day).procedures.articles
    rule = STEPS.get(body) or AFTER[body]
    separation = fault.reason in _OF_SEPARATION
    article = articles.get("separation" if separation else rule.article, "行政处罚法 第五条")
    return Fault(fault.reason, fault.field, f"{fault.message.rstrip('。')}({article})。")


def _last_brackets(message: str) -> str:
    """What stands in brackets at the end of a message; empty if nothing does."""
    text, depth = message.rstrip("。"), 0
    if not text.endswith(")"):
        return ""
    for place in range(len(text) - 1, -1, -1):
        depth += _BRACKETS.get(text[place], 0)
        if not depth:
            return text[place:]
    return ""
