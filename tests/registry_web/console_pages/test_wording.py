"""Every text of the console's pages has English: templates, forms, words for what travels as numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from registry_client import procedure_words, words
from registry_client.bulk.templates import KINDS
from registry_web.console.pages import separation
from registry_web.pages import english
from tests.registry_web.said import HOME, is_chinese, said_in_template

CORE = {
    "act", "act_done", "act_parts", "acts", "failed", "first", "frame", "invite", "me", "outside", "second",
    "settle", "sign_in",
}  # fmt: skip
"""Templates that others own, who have tests of their own."""
CONTENT = {"查询回执.bin", "查询回执.pdf", " 或 ", "办理市场禁入案件的预览"}
"""Names of files, and what goes into a statement or the query log: Chinese in any language."""
DECISION_TEXTS = ("期限内不得从事", "期满自动终止", "自收到决定书之日起")


def in_templates() -> Iterator[str]:
    for path in sorted((HOME / "templates" / "console").glob("*.html")):
        if path.stem not in CORE:
            yield from said_in_template(path.read_text("utf-8"))


def in_code(path: Path) -> Iterator[str]:
    """Chinese constants that are neither documentation nor part of a longer text."""
    tree = ast.parse(path.read_text("utf-8"))
    passed = {
        id(each)
        for node in ast.walk(tree)
        for each in (
            [node.value]
            if isinstance(node, ast.Expr)
            else node.values
            if isinstance(node, ast.JoinedStr)
            else []
        )
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and is_chinese(node.value) and id(node) not in passed:
            yield str(node.value)


def tables() -> Iterator[str]:
    for module in (words, procedure_words):
        for name, table in vars(module).items():
            if name.isupper() and hasattr(table, "keys") and name not in ("ADDRESSEES", "ACTIONS", "ORIGINS"):
                yield from table
    yield from (layout.name for layout in KINDS.values())
    for role in separation.ROLE_WORDS.values():
        yield f"须由{role}岗位的人员办理, 您没有这一岗位。"
        yield f"您已在本案办理{role}, 一人在一案只能办理一个岗位。"


def test_every_text_has_english() -> None:
    pages = sorted((HOME / "console" / "pages").glob("*.py"))
    said = [*in_templates(), *(text for path in pages for text in in_code(path)), *tables()]
    articles = set(separation.ARTICLES.values())
    missing = [
        text
        for text in dict.fromkeys(said)
        if text not in english()
        and text not in CONTENT
        and text not in articles
        and not text.startswith(DECISION_TEXTS)
    ]
    assert missing == []
    assert len(set(said)) > 700
