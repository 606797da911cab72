"""What is printed: tables for people, in the width of the terminal (80 columns where there is none), and JSON
Lines for machines, one object a line.

Text of others is shown, never obeyed: control characters, which a terminal would carry out, and marks that
turn the direction of writing come out as U+FFFD. Natural persons' codes are masked, in tables and in JSON
(个人信息保护法).
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_CHINA = timezone(timedelta(hours=8))
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def console() -> Console:
    """Where tables go: standard output as it is now."""
    return Console(highlight=False, markup=False, emoji=False)


def shown(text: str, style: str = "") -> Text:
    """Text as it may go to a terminal."""
    return Text("".join("\ufffd" if _is_unsafe(char) else char for char in text), style=style)


def print_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "", whole: Sequence[str] = ()
) -> None:
    """A table; columns named in ``whole`` are never folded, all others are folded within the width."""
    table = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=heading in whole)
    for row in rows:
        table.add_row(*map(shown, row))
    console().print(table)


def print_facts(facts: Iterable[tuple[str, str]], *, indent: int = 0) -> None:
    """Labels and texts, one below the other; a fact without text is left out."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for label, text in facts:
        if text:
            grid.add_row(Text(" " * indent + label, style="dim"), shown(text))
    console().print(grid)


def print_line(text: str, style: str = "") -> None:
    """One paragraph, folded within the width."""
    console().print(shown(text, style), overflow="fold")


def print_json(value: Any) -> None:
    """One object on one line, in UTF-8."""
    click.echo(json.dumps(value, ensure_ascii=False))


def china_time(instant: datetime) -> str:
    """An instant as a clock in China shows it, such as ``2026-04-01 09:00:00``."""
    return f"{instant.astimezone(_CHINA):%Y-%m-%d %H:%M:%S}"


def _is_unsafe(char: str) -> bool:
    return char in _TURNING or (char != "\n" and unicodedata.category(char) == "Cc")
