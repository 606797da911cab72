"""Charts as numbers ready to be drawn (SVG by the template, styled by classes alone, for the content security
policy allows no inline style), each with the same numbers for a table beside it.

    lines    restrictions in force at the end of each month, one line for each domain
    bars     restrictions in force now, one bar for each region, the largest first

Coordinates are in units of the drawing, 480 wide, so that its letters can be read on a telephone.

Example: of the counts 0, 4, 8 in three months on a scale to 8 the path is M44 236L255 124L466 12.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from registry.v1.disclosure_service_pb2 import StatisticsRow

LEFT, RIGHT, TOP, BOTTOM = 44, 466, 12, 236
LONGEST_BAR, BAR_STEP = 290, 30
MOST_BARS = 12
_STEPS = 4
_COLOURS = 6
_MOST_MONTH_LABELS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One line: whose, its class of colour, its path, its last point and its numbers by month."""

    name: str
    style: str
    path: str
    end: tuple[int, int]
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on an axis."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """A chart of lines; ``months`` are those of the table."""

    months: tuple[str, ...]
    lines: tuple[Line, ...]
    heights: tuple[Mark, ...]
    labels: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: whose, where it stands, how long it is, its number."""

    name: str
    at: int
    length: int
    number: int


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of bars; ``others`` counts what the bars leave out."""

    bars: tuple[Bar, ...]
    height: int
    others: int


def lines_of(rows: Iterable[StatisticsRow], names: Mapping[int, str]) -> Lines | None:
    """Restrictions in force by month, one line for each domain that has any; None without any row."""
    counts: Counter[tuple[str, int]] = Counter()
    for row in rows:
        counts[row.month, row.domain] += row.in_force
    months = tuple(sorted({month for month, _ in counts}))
    domains = [domain for domain in names if any(counts[month, domain] for month in months)]
    if len(months) < 2 or not domains:
        return None
    top = _scale(max(counts.values()))
    across = [LEFT + round((RIGHT - LEFT) * at / (len(months) - 1)) for at in range(len(months))]
    lines = [
        _line(names[domain], number, across, [counts[month, domain] for month in months], top)
        for number, domain in enumerate(domains)
    ]
    heights = tuple(
        Mark(_height(top * at // _STEPS, top), f"{top * at // _STEPS:,}") for at in range(_STEPS + 1)
    )
    return Lines(months, tuple(lines), heights, _month_labels(months, across))


def bars_of(rows: Iterable[StatisticsRow], names: Mapping[str, str], everywhere: str) -> Bars | None:
    """Restrictions in force in the last month by region; a region without a name by its code."""
    told = list(rows)
    last = max((row.month for row in told), default="")
    counts: Counter[str] = Counter()
    for row in told:
        if row.month == last:
            counts[row.region] += row.in_force
    ranked = [(region, number) for region, number in counts.most_common() if number]
    if not ranked:
        return None
    longest, shown = ranked[0][1], ranked[:MOST_BARS]
    bars = tuple(
        Bar(
            names.get(region, region) or everywhere,
            at * BAR_STEP,
            max(2, round(LONGEST_BAR * number / longest)),
            number,
        )
        for at, (region, number) in enumerate(shown)
    )
    return Bars(bars, len(bars) * BAR_STEP, sum(number for _, number in ranked[MOST_BARS:]))


def _line(name: str, number: int, across: Sequence[int], counts: Sequence[int], top: int) -> Line:
    points = [(x, _height(count, top)) for x, count in zip(across, counts, strict=True)]
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    return Line(name, f"c{number % _COLOURS + 1}", path, points[-1], tuple(counts))


def _height(count: int, top: int) -> int:
    return BOTTOM - round((BOTTOM - TOP) * count / top)


def _scale(largest: int) -> int:
    """The least of 4, 8, 20, 40, 80, 200 … that is not below the largest: its quarters are whole numbers."""
    step = 1
    while True:
        for head in (4, 8, 20):
            if head * step >= largest:
                return head * step
        step *= 10


def _month_labels(months: Sequence[str], across: Sequence[int]) -> tuple[Mark, ...]:
    every = -(-len(months) // _MOST_MONTH_LABELS)
    last = len(months) - 1
    return tuple(Mark(across[at], months[at]) for at in range(len(months)) if (last - at) % every == 0)
