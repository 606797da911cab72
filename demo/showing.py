"""Tables for people, within 80 columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from registry_client import CheckResult, Hit, Verdict

WIDTH = 80
_console = Console(width=WIDTH, highlight=False)
_STYLES = {
    Verdict.BLOCKED: "red",
    Verdict.REVIEW: "yellow",
    Verdict.CLEAR: "green",
    Verdict.INDETERMINATE: "magenta",
}


def heading(number: int, text: str) -> None:
    """The heading of a step."""
    _console.print(f"\n[bold]{number}. {text}[/bold]")


def say(text: str) -> None:
    """A line of text."""
    _console.print(text, overflow="fold")


def plain(*lines: str) -> None:
    """Lines as they are, folded where they are longer than the width: nothing in them is a mark of style."""
    for line in lines:
        _console.print(line, markup=False, overflow="fold", soft_wrap=False)


def word(verdict: Verdict) -> str:
    """A verdict in colour."""
    return f"[{_STYLES[verdict]}]{verdict.word}[/]"


def show(headings: Sequence[str], rows: Iterable[Sequence[str]], *, wide: int = 0) -> None:
    """A table whose column ``wide`` takes what room is left, on as many lines as it needs."""
    table = Table(box=box.SIMPLE_HEAD, width=WIDTH, pad_edge=False, padding=(0, 1, 0, 0))
    for number, text in enumerate(headings):
        is_wide = number == wide
        table.add_column(text, ratio=1 if is_wide else None, no_wrap=not is_wide, overflow="fold")
    for row in rows:
        table.add_row(*row)
    _console.print(table)


def why(result: CheckResult) -> str:
    """The reasons of a verdict: measure, document, article, until when."""
    if result.verdict is Verdict.INDETERMINATE:
        return result.indeterminate_detail
    return "\n".join(map(_of_hit, result.hits)) or "无"


def _of_hit(hit: Hit) -> str:
    source = f"列入{hit.list_name}, " if hit.list_name else ""
    while_it_lasts = "在列期间" if hit.list_name else "解除为止"
    end = "终身" if hit.lifetime else f"至 {hit.until}" if hit.until else while_it_lasts
    return (
        f"{hit.measure_code} {hit.measure_name}\n"
        f"  {source}{hit.document.number}\n"
        f"  {hit.legal_basis[0]}\n"
        f"  {hit.first} {end}"
    )
