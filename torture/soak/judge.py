"""Whether what the processes hold stayed as it was (持平), said in a line each.

Compared are medians over the first and the last third of the samples after the warm-up, of each process.
Growth that is due is the bytes that a statement leaves behind (at most DUE_AT_MOST) times the statements
between the two thirds. What a statement leaves behind is told by processes that have just begun: they hold
the data of them all and have no hour behind them, so what they hold beyond the first third is theirs.
Processes of a kind are judged together, for the kernel deals connections out unevenly, and anew to the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
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


def judged(samples: Sequence[Sample], fresh: Sequence[Sample]) -> Verdict:
    """The verdict on the samples after the warm-up. ``fresh``: those of processes that began after them."""
    verdict = Verdict()
    samples, fresh = (list(map(_by_kind, some)) for some in (samples, fresh))
    first, last = thirds(samples)
    until, then, since = (_said(some) for some in (first, last, fresh))
    left: dict[str, float] = {}
    verdict.lines.append("process       memory MiB      grew   due  beyond   fds       threads   connections")
    for role in first[0].held:
        one = [each.held[role] for each in first if role in each.held]
        two = [each.held[role] for each in last if role in each.held]
        if not one or not two:
            verdict.reasons.append(f"{role}: was not there all the time")
            continue
        anew = [each.held[role] for each in fresh if role in each.held]
        more = _memory(anew) - _memory(one)
        left[role] = min(max(0.0, more / max(1.0, since - until)), DUE_AT_MOST)
        _judge(verdict, role, one, two, (then - until) * left[role])
    told = ", ".join(f"{role} {each:.0f}" for role, each in left.items())
    verdict.lines.append(f"bytes that a statement leaves behind: {told}")
    return verdict


def _by_kind(sample: Sample) -> Sample:
    """With the mean of all readers in the place of each."""
    kinds: dict[str, list[Held]] = {}
    for role, each in sample.held.items():
        kinds.setdefault(role.rstrip(" 0123456789"), []).append(each)
    return replace(sample, held={kind: _mean(some) for kind, some in kinds.items()})


def _mean(some: Sequence[Held]) -> Held:
    columns = zip(*(astuple(each) for each in some), strict=True)
    return Held(*(round(sum(column) / len(some)) for column in columns))


def _said(samples: Sequence[Sample]) -> float:
    return median(each.statements for each in samples) if samples else 0.0


def _memory(some: Sequence[Held]) -> float:
    return median(each.memory for each in some) if some else 0.0


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
