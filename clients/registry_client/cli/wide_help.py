"""Help pages in which Chinese is wrapped by its width: a Chinese character takes two columns of a terminal.

click counts characters and breaks at blanks, so a line of Chinese would come out twice as wide as the page.
Here lines are broken by ``registry_client.cli.wrapping``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from textwrap import dedent
from typing import Any

import click
from rich.cells import cell_len

from registry_client.cli.wrapping import wrap


class WideHelpFormatter(click.HelpFormatter):
    """click's formatter, with widths in columns."""

    def write_text(self, text: str) -> None:
        """Writes paragraphs, parted by empty lines; one that begins with ``\\b`` keeps its lines."""
        paragraphs = [each for each in re.split(r"\n[ \t]*\n", text.strip("\n")) if each.strip()]
        self.write("\n\n".join(map(self._paragraph, paragraphs)) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Writes terms and their explanations in two columns."""
        rows = list(rows)
        widest = max((cell_len(term) for term, _ in rows), default=0)
        first = min(widest, col_max) + col_spacing
        for term, explanation in rows:
            lines = wrap(explanation, max(self.width - first - self.current_indent, 10))
            beside = cell_len(term) <= first - col_spacing
            head = f"{'':>{self.current_indent}}{term}"
            if beside and lines:
                head += " " * (first - cell_len(term)) + lines.pop(0)
            self.write(f"{head}\n")
            for line in lines:
                self.write(f"{'':>{first + self.current_indent}}{line}\n")

    def _paragraph(self, text: str) -> str:
        indent = " " * self.current_indent
        lines = text.splitlines()
        if lines[0].strip() == "\b":
            kept = dedent("\n".join(lines[1:])).split("\n")
        else:
            kept = wrap(text, self.width - self.current_indent)
        return "\n".join(f"{indent}{line}" for line in kept)


class WideContext(click.Context):
    """A context whose help is formatted by width."""

    formatter_class = WideHelpFormatter

    def __init__(self, *arguments: Any, **options: Any) -> None:
        options.setdefault("help_option_names", ["-h", "--help"])
        super().__init__(*arguments, **options)


class WideCommand(click.Command):
    """A command whose help is formatted by width."""

    context_class = WideContext


class WideGroup(click.Group):
    """A group whose help is formatted by width."""

    context_class = WideContext
