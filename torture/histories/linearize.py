"""Whether a history is linearizable: the search of Wing and Gong, with Lowe's memory of what was tried.

Each call of a history must be given one instant between its begin and its end at which it takes effect, so
that the effects, one after the other, are those of a single thing that does one at a time (Herlihy and Wing
1990). The search takes the calls that may be next (none other ended before they began), applies each, and
goes on; it comes back where nothing fits. A state that was reached by the same set of calls is not searched
twice, which is what makes histories of thousands of calls feasible (Lowe 2017; the checker Porcupine does the
same). Things that do not touch each other are judged apart: a history is linearizable if it is so for each of
them (P-compositionality).

A call that never ended may take effect at any time after its begin, or never.

Worked example: a write of 1 from 0 to 10 ms and a read of 0 from 4 to 6 ms: the read first, then the write.
The same read from 12 to 14 ms fits nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

StateT = TypeVar("StateT", bound=Hashable)
DoneT = TypeVar("DoneT")
NEVER = float("inf")
MOST_STATES = 500_000
"""States of one search that are kept in mind, a few hundred bytes each."""


class UndecidedError(Exception):
    """So many states were searched that whether there is an order is left open."""


@dataclass(frozen=True, slots=True)
class Call(Generic[DoneT]):
    """An operation with its interval. ``end`` is NEVER where it did not end: then it need not have effect."""

    begin: float
    end: float
    operation: DoneT


@dataclass(frozen=True, slots=True)
class Linearized(Generic[DoneT]):
    """What a search found: an order, or how far the best one came and what could not be placed after it."""

    holds: bool
    order: tuple[DoneT, ...]
    stuck: tuple[DoneT, ...] = ()
    tried: int = 0


def linearize(
    calls: Sequence[Call[DoneT]],
    start: StateT,
    step: Callable[[StateT, DoneT], StateT | None],
    reads: Callable[[DoneT], bool] = lambda _done: False,
) -> Linearized[DoneT]:
    """Searches an order. ``step`` answers the state after an operation, None where it cannot be next;
    ``reads`` whether an operation changes nothing in any state. One that reads and fits is as well done now,
    for in any order that is left it can be moved to here: so only what may change something is tried in
    several orders. Raises UndecidedError where there are too many to try."""

    def worth_trying(state: StateT, placed: int) -> list[int]:
        found = _next(calls, placed)
        fitting = (
            at for at in found if reads(calls[at].operation) and step(state, calls[at].operation) is not None
        )
        free = next(fitting, None)
        return found if free is None else [free]

    calls = sorted(calls, key=lambda call: (call.begin, call.end))
    wanted = sum(1 << at for at, call in enumerate(calls) if call.end != NEVER)
    seen: set[tuple[int, StateT]] = set()
    path: list[int] = []
    best: tuple[int, ...] = ()
    # Each entry: the state before, the set of calls that were placed, and the calls that may be next.
    stack = [(start, 0, worth_trying(start, 0))]
    while stack:
        state, placed, candidates = stack[-1]
        if placed & wanted == wanted:
            return Linearized(True, tuple(calls[at].operation for at in path), tried=len(seen))
        if not candidates:
            stack.pop()
            if path:
                path.pop()
            continue
        at = candidates.pop()
        after = step(state, calls[at].operation)
        now = placed | 1 << at
        if after is None or (now, after) in seen:
            continue
        if len(seen) >= MOST_STATES:
            raise UndecidedError(f"no order among {MOST_STATES:,} states")
        seen.add((now, after))
        path.append(at)
        if len(path) > len(best):
            best = tuple(path)
        stack.append((after, now, worth_trying(after, now)))
    left = set(range(len(calls))) - set(best)
    placed = sum(1 << at for at in best)
    stuck = tuple(calls[at].operation for at in sorted(set(_next(calls, placed)) & left))
    return Linearized(False, tuple(calls[at].operation for at in best), stuck, len(seen))


def _next(calls: Sequence[Call[DoneT]], placed: int) -> list[int]:
    """The calls that may be next: not placed, and begun before any that is not placed has ended. The one that
    ends first is tried first (it stands last)."""
    found: list[int] = []
    first_end = NEVER
    for at in range(_first_open(placed), len(calls)):
        call = calls[at]
        if call.begin > first_end:
            break
        if not placed >> at & 1:
            found.append(at)
            first_end = min(first_end, call.end)
    return sorted(found, key=lambda at: -calls[at].end)


def _first_open(placed: int) -> int:
    """The first call that is not placed: all before it are."""
    return (~placed & (placed + 1)).bit_length() - 1
