"""How far an upload or a download has come: bytes, rate and remaining time, on a terminal alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn


@contextmanager
def bytes_told(*, shown: bool = True) -> Iterator[Callable[[int, int], None]]:
    """What is told how many bytes are there, of how many."""
    if not shown or not sys.stderr.isatty():
        yield lambda done, size: None
        return
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, size: progress.update(task, completed=done, total=size)
