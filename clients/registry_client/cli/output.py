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
from datetime import datetime
from typing import Any

import click
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from registry.domain.periods import CHINA
from registry_client.cli.wrapping import share, wrap

_GAP = 2
"""Columns between two cells."""
_LABEL = 8
"""Columns of a label, so that facts printed one after the other align."""
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def console() -> Console:
    """Where tables go: standard output as it is now."""
    return Console(highlight=False, markup=False, emoji=False)


def print_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "", whole: Sequence[str] = ()
) -> None:
    """A table within the width; columns named in ``whole`` are folded only if nothing else gives way."""
    cells = [[safe(cell) for cell in row] for row in rows]
    natural = [max(map(_widest_line, column)) for column in zip(headings, *cells, strict=True)]
    fixed = {index for index, heading in enumerate(headings) if heading in whole}
    page = console()
    widths = share(natural, fixed, page.width - _GAP * (len(headings) - 1))
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for heading, width in zip(headings, widths, strict=True):
        table.add_column(Text(heading), width=width, no_wrap=True)
    for row in cells:
        table.add_row(*(_folded(cell, width) for cell, width in zip(row, widths, strict=True)))
    if title:
        print_line(title, style="bold")
    page.print(table)
    page.print()


def print_facts(facts: Iterable[tuple[str, str]], *, indent: int = 0) -> None:
    """Labels and texts, one below the other; a fact without text is left out."""
    given = [(label, safe(text)) for label, text in facts if text]
    page = console()
    first = max([_LABEL, *(cell_len(label) for label, _ in given)]) + indent + _GAP
    for label, text in given:
        head = Text(f"{' ' * indent}{label}{' ' * (first - indent - cell_len(label))}", style="dim")
        for line in _folded(text, page.width - first).plain.split("\n"):
            page.print(head + Text(line), no_wrap=True)
            head = Text(" " * first)


def print_line(text: str, style: str = "") -> None:
    """One paragraph, folded within the width."""
    page = console()
    page.print(Text(_folded(safe(text), page.width).plain, style=style), no_wrap=True)


def print_json(value: Any) -> None:
    """One object on one line, in UTF-8."""
    click.echo(json.dumps(value, ensure_ascii=False))


def china_time(instant: datetime) -> str:
    """An instant as a clock in China shows it, such as ``2026-04-01 09:00:00``."""
    return f"{instant.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


def safe(text: str) -> str:
    """Text as it may go to a terminal."""
    return "".join("\ufffd" if _is_unsafe(char) else char for char in text)


def _is_unsafe(char: str) -> bool:
    return char in _TURNING or (char != "\n" and unicodedata.category(char) == "Cc")


def _folded(text: str, width: int) -> Text:
    """Text whose lines are at most so wide, or as they were where they fit."""
    lines = (wrap(line, width) if cell_len(line) > width else [line] for line in text.split("\n"))
    return Text("\n".join(part for parts in lines for part in parts or [""]))


def _widest_line(text: str) -> int:
    return max(map(cell_len, text.split("\n")))
