"""Options of the gate that stops a file which is far from the last one (``registry_client.bulk.gate``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click

from registry_client.bulk.gate import CHANGE, FLOOR, REMOVED, Thresholds


@dataclass(frozen=True, slots=True)
class Gate:
    """What stops a file, and the texts with which a person lets one pass."""

    thresholds: Thresholds
    confirmed: tuple[str, ...]


def gate_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command the options, and a ``Gate`` made of them as its argument ``gate``."""

    @click.option(
        "--confirm",
        multiple=True,
        metavar="TEXT",
        help="与上次相差很大而停下的文件，核对后以所提示的文字放行。Lets a stopped file pass.",
    )
    @click.option(
        "--max-change",
        type=click.IntRange(0),
        default=CHANGE,
        show_default=True,
        metavar="PERCENT",
        help="行数与上次相差超过此百分比即停下。Change of the row count that stops a file.",
    )
    @click.option(
        "--max-removed",
        type=click.IntRange(0),
        default=REMOVED,
        show_default=True,
        metavar="PERCENT",
        help="上次的行在本次缺少超过此百分比即停下。Missing rows that stop a file.",
    )
    @click.option(
        "--small",
        type=click.IntRange(0),
        default=FLOOR,
        show_default=True,
        metavar="ROWS",
        help="相差不超过这些行的不停。Differences that never stop a file.",
    )
    @click.option(
        "--whole", is_flag=True, help="文件每次都是全量，与上次全无相同的行也停下。Delivered in whole."
    )
    @wraps(command)
    def run(
        *given: Any,
        confirm: tuple[str, ...],
        max_change: int,
        max_removed: int,
        small: int,
        whole: bool,
        **options: Any,
    ) -> Any:
        gate = Gate(Thresholds(max_change, max_removed, small, whole), confirm)
        return command(*given, gate=gate, **options)

    return run
