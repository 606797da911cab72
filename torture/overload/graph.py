"""The picture of a trial, as SVG: calls a second, the time that answers took by class, memory; second by
second over the phases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from registry.load.classes import Lane
from torture.overload.ground import Served
from torture.overload.mix import Kind
from torture.overload.phases import Phase, quantile

WIDTH, HEIGHT, LEFT, RIGHT, TOP, GAP = 900, 170, 64, 150, 34, 52
COLOURS = ("#1b6ca8", "#c0392b", "#2e8b57", "#8e5ea2", "#c77f00", "#555555")
_STYLE = "font-family='sans-serif' font-size='11' fill='#222'"
Points = list[tuple[float, float]]


def drawn(phases: Sequence[Phase], served: Served, kinds: Sequence[Kind]) -> str:
    """The picture of phases that followed one another."""
    shown = [phase for phase in phases if phase.name != "capacity"]
    start, end = shown[0].begun, shown[-1].ended
    seconds = _by_second(shown, start)
    panels = [
        ("calls a second", _rates(seconds)),
        ("p99 of answers, ms", _times(seconds, kinds)),
        ("memory of the server, MiB", _memory(served, start, end)),
    ]
    height = TOP + len(panels) * (HEIGHT + GAP)
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {LEFT + WIDTH + RIGHT} {height}' role='img'>",
        "<title>Three times the load that it carries</title>",
        "<rect width='100%' height='100%' fill='white'/>",
    ]
    for number, (title, series) in enumerate(panels):
        parts += _panel(title, series, TOP + number * (HEIGHT + GAP), end - start, shown, start)
    return "\n".join([*parts, "</svg>", ""])


def _by_second(phases: Sequence[Phase], start: float) -> dict[int, list]:  # type: ignore[type-arg]
    found: dict[int, list] = {}  # type: ignore[type-arg]
    for phase in phases:
        for result in phase.results:
            found.setdefault(int(result.due - start), []).append(result)
    return dict(sorted(found.items()))


def _rates(seconds: dict[int, list]) -> dict[str, Points]:  # type: ignore[type-arg]
    def counted(wanted: Callable[..., bool]) -> Points:
        return [(at + 0.5, float(sum(map(wanted, results)))) for at, results in seconds.items()]

    return {
        "asked": counted(lambda _result: True),
        "answered": counted(lambda result: result.answered),
        "refused": counted(lambda result: not result.answered),
    }


def _times(seconds: dict[int, list], kinds: Sequence[Kind]) -> dict[str, Points]:  # type: ignore[type-arg]
    series: dict[str, Points] = {}
    for lane in Lane:
        points: Points = []
        for at, results in seconds.items():
            mine = [each for each in results if each.answered and kinds[each.kind].lane is lane]
            if mine:
                points.append((at + 0.5, 1000 * quantile(mine, 0.99)))
        if points:
            series[lane.name.lower()] = points
    return series


def _memory(served: Served, start: float, end: float) -> dict[str, Points]:
    return {
        "resident": [(at - start, memory / 2**20) for at, memory, _ in served.samples if start <= at <= end]
    }


def _panel(
    title: str, series: dict[str, Points], top: int, lasted: float, phases: Sequence[Phase], start: float
) -> Iterator[str]:
    highest = max((y for points in series.values() for _, y in points), default=1.0) * 1.08 or 1.0

    def x(at: float) -> float:
        return LEFT + WIDTH * at / lasted

    def y(value: float) -> float:
        return top + HEIGHT * (1 - value / highest)

    yield f"<text x='{LEFT}' y='{top - 8}' {_STYLE} font-weight='bold'>{title}</text>"
    for phase in phases:
        at = x(phase.begun - start)
        yield f"<line x1='{at:.1f}' y1='{top}' x2='{at:.1f}' y2='{top + HEIGHT}' stroke='#bbb'/>"
        yield f"<text x='{at + 4:.1f}' y='{top + HEIGHT + 14}' {_STYLE}>{phase.name}</text>"
    for part in (0.0, 0.5, 1.0):
        value = highest / 1.08 * part
        yield f"<line x1='{LEFT}' y1='{y(value):.1f}' x2='{LEFT + WIDTH}' y2='{y(value):.1f}' stroke='#eee'/>"
        yield f"<text x='{LEFT - 6}' y='{y(value) + 4:.1f}' text-anchor='end' {_STYLE}>{value:.0f}</text>"
    for number, (name, points) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in points)
        yield f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='1.6'/>"
        place = f"x='{LEFT + WIDTH + 10}' y='{top + 14 + 16 * number}'"
        yield f"<text {place} {_STYLE} style='fill:{colour}'>{name}</text>"
