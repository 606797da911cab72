"""The paper of an answer as plain text (文字版): the same words as the PDF, in the same order.

Example::

    信用信息查询回执
    回执编号 4F2A-09BC-11D0-7E35

    【禁止 BLOCKED】
    有强制性限制在效，并且适用于所问的用途、身份和时点。

    一、查询事项
    主体：统一社会信用代码 91130902DEM0000142
"""

from __future__ import annotations

from collections.abc import Iterator

from registry_papers.answers.page_model import (
    AnswerPaper,
    Banner,
    Block,
    Caution,
    Checking,
    Facts,
    Grid,
    Heading,
)


def text_of(paper: AnswerPaper) -> str:
    """The text, in lines, ending with a line break."""
    lines = [paper.title, paper.subtitle, ""]
    for block in paper.blocks:
        lines += _lines(block)
    return "\n".join([*lines, "", *paper.foot]) + "\n"


def _lines(block: Block) -> Iterator[str]:
    if isinstance(block, Banner):
        yield from (f"【{block.words}】", *block.lines)
    elif isinstance(block, Heading):
        yield from ("", block.text)
    elif isinstance(block, Facts | Checking):
        yield from (f"{label}：{text}" for label, text in block.rows)
    elif isinstance(block, Grid):
        yield "｜".join(block.headings)
        yield from ("｜".join(cell.replace("\n", "，") for cell in row) for row in block.rows)
    elif isinstance(block, Caution):
        yield f"※ {block.text}"
    else:
        yield block.text
