"""How far a long run has come: a bar with rate and remaining time, on the standard error of a terminal.

Where standard error is no terminal, and beside JSON, nothing is shown.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

_STEP = 100
"""A bar that moves with every row would take longer than the row."""


class _Rate(ProgressColumn):
    """Rows a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}行/秒" if speed else "")


class _Remaining(ProgressColumn):
    """How long it will take, by the rate so far."""

    def render(self, task: Task) -> Text:
        seconds = task.time_remaining
        if task.finished or seconds is None:
            return Text("")
        return Text(
            f"还需{seconds // 60:.0f}分{seconds % 60:02.0f}秒" if seconds >= 60 else f"还需{seconds:.0f}秒"
        )


@contextmanager
def told(title: str, total: int, *, shown: bool = True) -> Iterator[Callable[[int], None]]:
    """What is told of how many rows are done; ``total`` may be a guess."""
    if not shown or not sys.stderr.isatty():
        yield lambda rows: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), _Remaining())
    waiting = 0

    def tell(rows: int) -> None:
        nonlocal waiting
        waiting += rows
        if waiting >= _STEP:
            progress.update(task, advance=waiting)
            waiting = 0

    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=max(total, 1))
        yield tell
