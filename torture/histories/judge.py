"""The verdict on a history: every promise; where one is broken, the smallest part that shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from torture.histories.linearize import UndecidedError, linearize
from torture.histories.promises import Firm, broken, calls_of, reads, step
from torture.histories.record import CHECK, UNKNOWN, Operation

MAX_SHOWN = 3
"""Breaches that are printed of each history."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that is broken, and by which operations, as few as show it."""

    promise: str
    operations: tuple[Operation, ...]

    def __str__(self) -> str:
        """For a person."""
        return "\n".join([f"  {self.promise}:", *(f"    {one}" for one in self.operations)])


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a history came to. ``counts``: calls by kind and level or outcome; ``tried``: states searched."""

    counts: Counter[str]
    clients: int
    firms: int
    tried: int
    breaches: tuple[Breach, ...]

    @property
    def holds(self) -> bool:
        """Whether every promise was kept."""
        return not self.breaches


def judge(operations: Sequence[Operation]) -> Judgement:
    """The verdict on a history."""
    found = [Breach(promise, shown) for promise, shown in broken(operations)]
    subjects, tried = sorted({one.subject for one in operations}), 0
    for subject in subjects:
        try:
            result = linearize(calls_of(operations, subject), Firm(), step, reads)
        except UndecidedError as error:
            found.append(Breach(f"undecided whether what was told of {subject} has an order: {error}", ()))
            continue
        tried += result.tried
        if not result.holds:
            found.append(Breach("no order explains what was told of a firm", minimal(operations, subject)))
    counts = Counter(f"{one.kind} {one.level or one.outcome}" for one in operations)
    counts["in doubt"] = sum(one.outcome == UNKNOWN for one in operations)
    return Judgement(counts, len({one.client for one in operations}), len(subjects), tried, tuple(found))


def minimal(operations: Sequence[Operation], subject: str) -> tuple[Operation, ...]:
    """As few operations about a firm as have no order: the shortest beginning that has none, then without
    every ban that is not needed for that (with all that is said of it), then without every question."""
    about = sorted((one for one in operations if one.subject == subject), key=lambda one: one.invoked)
    ended = sorted((one for one in about if one.returned is not None), key=lambda one: one.returned or 0)
    low, high = 0, len(ended)
    while low < high:
        middle = (low + high) // 2
        if _holds(_until(about, ended, middle), subject):
            low = middle + 1
        else:
            high = middle
    left = _until(about, ended, low)
    for ban in sorted({one.id for one in left if one.id}):
        without = list(_without(ban, left))
        if not _holds(without, subject):
            left = without
    for one in [each for each in left if each.kind == CHECK]:
        without = [each for each in left if each is not one]
        if not _holds(without, subject):
            left = without
    return tuple(left)


def _without(ban: str, operations: Iterable[Operation]) -> Iterator[Operation]:
    """A history as if a ban had never been: bans do not depend on each other."""
    for one in operations:
        if one.kind == CHECK:
            kept = tuple(hit for hit in one.hits if hit != ban)
            yield one if kept == one.hits else replace(one, hits=kept, verdict="…")
        elif one.id != ban:
            yield one


def _until(about: Sequence[Operation], ended: Sequence[Operation], count: int) -> list[Operation]:
    """The history as it was when so many calls had ended: what was under way may have had its effect."""
    if not count:
        return []
    last = ended[count - 1].returned or 0
    begun = [one for one in about if one.invoked <= last]
    return [one for one in begun if one.kind != CHECK or (one.returned is not None and one.returned <= last)]


def _holds(operations: Sequence[Operation], subject: str) -> bool:
    try:
        return linearize(calls_of(operations, subject), Firm(), step, reads).holds
    except UndecidedError:
        return True  # What is left open is no counterexample.
