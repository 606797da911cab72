"""Whether what the processes hold stayed as it was (持平), said in a line each.

Compared are medians over the first and the last third of the samples after the warm-up, of each process.
Growth that is due is the bytes that a statement leaves behind (at most DUE_AT_MOST) times the statements
between the two thirds. What a statement leaves behind is told by a process that has just begun: it holds the
data of them all and has no hour behind it, so what it holds beyond the first third is theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from registry.store.sqlite import READERS
from torture.soak.gauges import Held

FLAT = 0.05
"""How much more memory a process may hold than in the beginning, beyond what is due."""
STEADY = 2
"""How many more descriptors, threads, connections: somebody may be calling just then."""
READING = 2 * (READERS + 2)
"""Descriptors of the store that a process may hold: its file and its log for each of so many."""
DUE_AT_MOST = 8192
"""Bytes a statement may leave in a process: more would be a leak by itself."""
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """One look: seconds since the load began, what each process held, statements in the log, bytes of the
    store, depth of the writer's queue, p50 and p99 of acts in seconds."""

    at_s: float
    held: Mapping[str, Held]
    statements: int
    store: int
    queued: int
    p50_s: float
    p99_s: float


@dataclass(slots=True)
class Verdict:
    """Lines of the table, and why it fails; empty if it passes."""

    lines: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


def thirds(samples: Sequence[Sample]) -> tuple[Sequence[Sample], Sequence[Sample]]:
    """The first and the last third."""
    third = max(1, len(samples) // 3)
    return samples[:third], samples[-third:]


def judged(samples: Sequence[Sample], fresh: Mapping[str, float], size: int) -> Verdict:
    """The verdict on the samples after the warm-up. ``fresh``: bytes that processes hold that began when the
    log had ``size`` statements."""
    verdict = Verdict()
    first, last = thirds(samples)
    until = median(each.statements for each in first)
    said, since = median(each.statements for each in last) - until, max(1.0, size - until)
    left: dict[str, float] = {}
    verdict.lines.append("process       memory MiB      grew   due  beyond   fds       threads   connections")
    for role in first[0].held:
        one = [each.held[role] for each in first if role in each.held]
        two = [each.held[role] for each in last if role in each.held]
        if not one or not two:
            verdict.reasons.append(f"{role}: was not there all the time")
            continue
        more = fresh.get(role, 0.0) - median(each.memory for each in one)
        left[role] = min(max(0.0, more / since), DUE_AT_MOST)
        _judge(verdict, role, one, two, said * left[role])
    told = ", ".join(f"{role} {each:.0f}" for role, each in left.items())
    verdict.lines.append(f"bytes that a statement leaves behind: {told}")
    return verdict


def _judge(verdict: Verdict, role: str, one: Sequence[Held], two: Sequence[Held], due: float) -> None:
    before, after = median(each.memory for each in one), median(each.memory for each in two)
    beyond = (after - before - due) / before
    counts = []
    for name in ("descriptors", "threads", "connections"):
        was, now = (int(median(getattr(each, name) for each in some)) for some in (one, two))
        counts.append(f"{was:>3} → {now:<3}")
        if now > was + STEADY:
            verdict.reasons.append(f"{role}: {name} {was} → {now}")
    if (reading := int(median(each.reading for each in two))) > READING:
        verdict.reasons.append(f"{role}: {reading} descriptors of the store, at most {READING} are expected")
    grew = (after - before) / before
    verdict.lines.append(
        f"{role:<12} {before / MIB:6.1f} → {after / MIB:<6.1f} {grew:+6.1%} "
        f"{due / before:+6.1%} {beyond:+6.1%}  " + " ".join(counts)
    )
    if beyond > FLAT:
        verdict.reasons.append(f"{role}: {beyond:.1%} more memory than its statements account for")
