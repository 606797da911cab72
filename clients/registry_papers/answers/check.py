"""The paper of one verdict (信用信息查询回执).

Example: the banner 禁止 BLOCKED with what it means; 查询事项; 命中的限制; 查验而没有发现的; and so on.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.v1.restriction_service_pb2 import CheckRequest, CheckResponse
from registry.v1.verdict_pb2 import Checked, IndeterminateReason, Verdict
from registry_client.words import INDETERMINATE, word_of
from registry_papers.answers.hits import hit_blocks
from registry_papers.answers.matters import (
    answered_rows,
    list_blocks,
    matter_rows,
    measures_text,
    purpose_rows,
)
from registry_papers.answers.page_model import Banner, Block, Heading, Item, Remark, clean, facts
from registry_papers.answers.reading import Filed
from registry_papers.answers.wording import (
    MEANINGS,
    coded,
    identity_text,
    tone_of,
    verdict_name,
    verdict_word,
)

TITLE = "信用信息查询回执"


def check_blocks(filed: Filed) -> Iterator[Block]:
    """The blocks of an answer to Check."""
    asked: CheckRequest = filed.question
    told: CheckResponse = filed.response
    yield verdict_banner(told.verdict, told.indeterminate_reason, told.indeterminate_detail)
    yield Heading("查询事项")
    yield facts(
        [
            ("主体", coded(told.subject)),
            ("登记名称", "、".join(map(clean, told.identity.names))),
            ("身份识别", identity_text(told.identity, told.subject.value)),
            *purpose_rows(asked.purpose),
            *matter_rows(asked.matter),
            *answered_rows(filed.answered, filed.answer),
        ]
    )
    yield Heading(f"命中的限制（{len(told.hits)}项）")
    yield from hit_blocks(told.hits)
    if not told.hits:
        yield Remark("没有命中任何限制。")
    yield from checked_blocks(told.checked_and_empty)


def verdict_banner(verdict: Verdict.ValueType, reason: IndeterminateReason.ValueType, detail: str) -> Banner:
    """A verdict in large words."""
    why = f"原因：{word_of(INDETERMINATE, reason)}。" if reason else ""
    lines = (MEANINGS.get(verdict, MEANINGS[4]), why, clean(detail))
    name = verdict_name(verdict)
    return Banner(f"{verdict_word(verdict)} {name}".rstrip(), tuple(filter(None, lines)), tone_of(verdict))


def checked_blocks(checked: Checked) -> Iterator[Block]:
    """What was examined and found empty."""
    yield Heading("查验而没有发现的")
    yield from list_blocks(checked.lists)
    if checked.measures:
        yield Item("查验过的措施")
        yield Remark(f"{measures_text(checked.measures)}。")
