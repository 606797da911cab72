"""A paper as plain text (文字版): for screens, electronic service and whoever cannot read a PDF.

Example::

    沧州市财政局（示例）
    行政处罚决定书
    沧示财罚〔2026〕1号

    当事人：示例商贸有限公司
"""

from __future__ import annotations

from registry_papers.paper import Block, Form, Line, Note, Paper
from registry_papers.wording import chinese_day

INDENT = "\u3000\u3000"


def text_of(paper: Paper) -> str:
    """The text, in lines, ending with a line break."""
    head = [paper.department, paper.title, paper.number, ""]
    body = [line for block in paper.blocks for line in _lines(block)]
    foot = ["", *paper.verification.notes]
    return "\n".join([*head, *body, *_signed(paper), *foot]) + "\n"


def _signed(paper: Paper) -> list[str]:
    """Name, place for the seal and date (落款)."""
    return ["", f"{paper.department}（印章）", chinese_day(paper.date)] if paper.sealed else []


def _lines(block: Block) -> list[str]:
    if isinstance(block, Form):
        return [f"{label}：{cell}" for label, cell in block.rows]
    return [block.text if isinstance(block, Line | Note) else f"{INDENT}{block.text}"]
