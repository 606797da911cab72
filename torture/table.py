"""The table of ``make torture``, in 80 columns: faults x rounds x what was lost."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten

from torture.fault import COUNTS, Fault, Losses
from torture.rounds import Round

WIDTH = 80
_FAULT, _ROUNDS = 26, 6
_TITLES = ("acked", "lost", "doubled", "f.CLEAR", "disord.", "unverif.")
_WIDTHS = (9, 5, 8, 8, 8, 9)


def title() -> str:
    """The line above the columns."""
    heads = "".join(f"{name:>{width}}" for name, width in zip(_TITLES, _WIDTHS, strict=True))
    return f"{'fault':<{_FAULT}}{'rounds':>{_ROUNDS}}{heads}"


def row(fault: Fault, rounds: Sequence[Round]) -> str:
    """One fault; what is missing for it, if it could not be tried."""
    name = shorten(fault.name, _FAULT, placeholder="…")
    if not rounds:
        return f"{name:<{_FAULT}}{0:>{_ROUNDS}}  {fault.missing() or 'not tried'}"[:WIDTH]
    return f"{name:<{_FAULT}}{len(rounds):>{_ROUNDS},}{_counts(_sum(rounds))}"


def summary(rounds: Sequence[Round]) -> str:
    """All together, and how many rounds were not good."""
    total = _sum(rounds)
    broken, empty = (
        sum(bool(each.broken) for each in rounds),
        sum(not each.broken and not each.losses.acknowledged for each in rounds),
    )
    lines = [f"{'all':<{_FAULT}}{len(rounds):>{_ROUNDS},}{_counts(total)}"]
    if broken:
        lines.append(f"{broken} rounds failed themselves and show nothing")
    if empty:
        lines.append(f"{empty} rounds acknowledged nothing and show nothing")
    seconds = sum(each.seconds for each in rounds)
    lines.append(f"{seconds:,.0f} s of rounds, {seconds / max(len(rounds), 1):.1f} s each")
    return "\n".join(lines)


def _counts(total: Losses) -> str:
    values = [getattr(total, name) for name in COUNTS]
    return "".join(f"{value:>{width},}" for value, width in zip(values, _WIDTHS, strict=True))


def _sum(rounds: Sequence[Round]) -> Losses:
    total = Losses()
    for each in rounds:
        total += each.losses
    return total
