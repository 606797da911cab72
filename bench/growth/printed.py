"""What is printed: a table of 80 columns with a size in each column, and how much each line grew as bars.

A bar is drawn for the growth from the smallest size to the largest; one sign is a doubling, so that what
grows as the firms do has the longest, and what does not grow has none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench.growth.files import FilesMeasured
from bench.growth.serving import ServingMeasured

_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Grown:
    """One size."""

    firms: int
    files: FilesMeasured
    serving: ServingMeasured


_LINES: Sequence[tuple[str, Callable[[Grown], float]]] = (
    ("index made, s of CPU", lambda each: each.files.make_s),
    ("… µs a firm", lambda each: each.files.make_s / each.firms * 1e6),
    ("record, bytes a firm", lambda each: each.files.record_bytes),
    ("a domain's table, bytes a firm", lambda each: each.files.table_bytes),
    ("all files, MB", lambda each: each.files.all_bytes * each.firms / _MEGABYTE),
    ("opened, mapped, ms", lambda each: each.files.mapped_s * 1e3),
    ("opened and checked, s", lambda each: each.files.checked_s),
    ("server's start to an answer, s", lambda each: each.serving.start_s),
    ("… until nothing is left to do, s", lambda each: each.serving.quiet_s),
    ("memory of its own, MB", lambda each: each.serving.private_bytes / _MEGABYTE),
    ("table: one code, µs of CPU", lambda each: each.files.one_s * 1e6),
    ("… of 1,000 codes one, µs of CPU", lambda each: each.files.many_s * 1e6),
    ("record read, µs of CPU", lambda each: each.files.record_s * 1e6),
    ("Check by wire, median, µs", lambda each: each.serving.check_s * 1e6),
    ("Check by wire, 99th, µs", lambda each: each.serving.check_99_s * 1e6),
    ("Check, CPU of the server, µs", lambda each: each.serving.check_cpu_s * 1e6),
)


def table(found: Sequence[Grown]) -> Iterator[str]:
    """The lines of the table."""
    yield f"{'restricted firms':<33}" + "".join(f"{each.firms:>11,}" for each in found)
    for name, value in _LINES:
        yield f"{name:<33}" + "".join(f"{_told(value(each)):>11}" for each in found)


def chart(found: Sequence[Grown]) -> Iterator[str]:
    """The lines of the chart."""
    smallest, largest = found[0], found[-1]
    yield f"{smallest.firms:,} to {largest.firms:,}, ×{largest.firms // smallest.firms}; █ a doubling"
    for name, value in _LINES:
        times = value(largest) / value(smallest)
        bar = "█" * max(0, round(math.log2(times)))
        yield f"{name:<33}{_told(times):>8} ×  {bar}"


def _told(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
