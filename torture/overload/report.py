"""What a trial is told as: a table of phases and one of classes, and whether it was as it should be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from registry.load.classes import Lane
from torture.overload.ground import Served
from torture.overload.mix import Kind
from torture.overload.phases import AT_ONCE_S, LATE_S, TIMES, Phase, quantile, recovery_s

MIB = 1024 * 1024


def report(phases: Sequence[Phase], served: Served, kinds: Sequence[Kind]) -> tuple[int, str]:
    """The status of the trial, and its text."""
    named = {phase.name: phase for phase in phases}
    normal, over, after = named["normal"], named["overload"], named["after"]
    lines = [*_phases(phases, served), "", *_classes(normal, over, kinds), ""]
    ratio = quantile(over.answered, 0.99) / quantile(normal.answered, 0.99)
    refusal, back = quantile(over.refused, 0.99), recovery_s(after, normal)
    late = quantile_late(over)
    judged = [
        (f"p99 of what was let in under overload: {ratio:.2f} times the normal", ratio <= TIMES),
        (f"p99 of refusals: {1000 * refusal:.1f} ms", refusal <= AT_ONCE_S),
        ("recovered " + ("not at all" if back is None else f"after {back:.0f} s"), back is not None),
    ]
    lines += [f"* {text}: {'met' if met else '**missed**'}" for text, met in judged]
    lines.append(f"* calls were begun {1000 * late:.1f} ms late at most (p99), with {_cores(over):.2f} cores")
    if late > LATE_S:
        lines.append("* **the load was late itself: this trial says nothing**")
        return 2, "\n".join(lines)
    return (0 if all(met for _, met in judged) else 1), "\n".join(lines)


def quantile_late(phase: Phase) -> float:
    """How late calls were begun, p99, seconds."""
    late = sorted(result.late for result in phase.results)
    return late[int(len(late) * 0.99)] if late else 0.0


def _phases(phases: Sequence[Phase], served: Served) -> Iterator[str]:
    yield (
        "| phase | asked /s | answered /s | refused /s | p50 ms | p99 ms | refused p99 ms "
        "| server MiB | server cores | load cores |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for phase in phases:
        lasted = phase.ended - phase.begun
        within = [each for each in served.samples if phase.begun <= each[0] <= phase.ended]
        memory = max((each[1] for each in within), default=0) / MIB
        cores = (within[-1][2] - within[0][2]) / (within[-1][0] - within[0][0]) if len(within) > 1 else 0.0
        yield (
            f"| {phase.name} | {phase.rate:.0f} | {len(phase.answered) / lasted:.0f} | "
            f"{len(phase.refused) / lasted:.0f} | {1000 * quantile(phase.answered, 0.5):.1f} | "
            f"{1000 * quantile(phase.answered, 0.99):.1f} | {1000 * quantile(phase.refused, 0.99):.1f} | "
            f"{memory:.0f} | {cores:.2f} | {_cores(phase):.2f} |"
        )


def _classes(normal: Phase, over: Phase, kinds: Sequence[Kind]) -> Iterator[str]:
    yield "| class | asked /s | answered /s | answered | p99 normal ms | p99 overload ms | refused p99 ms |"
    yield "|---|---|---|---|---|---|---|"
    lasted = over.ended - over.begun
    for lane in Lane:
        before, found = normal.of(lane, kinds), over.of(lane, kinds)
        asked, answered = len(found.results), len(found.answered)
        yield (
            f"| {lane.name.lower()} | {asked / lasted:.0f} | {answered / lasted:.0f} | "
            f"{100 * answered / max(asked, 1):.0f} % | {1000 * quantile(before.answered, 0.99):.1f} | "
            f"{1000 * quantile(found.answered, 0.99):.1f} | {1000 * quantile(found.refused, 0.99):.1f} |"
        )


def _cores(phase: Phase) -> float:
    return phase.own_s / max(phase.ended - phase.begun, 1e-9)
