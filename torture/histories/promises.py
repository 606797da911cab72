"""What the contract promises of an answer, by the consistency that was asked for, as models to judge by.

* ``fully_consistent``: linearizable (consistency.proto).
* nothing, or ``minimize_latency``: linearizable too, for an answer is never older than an acknowledgement
  that anybody had before asking (decision 0027).
* ``at_least_as_fresh(p)``: takes effect after the statement at p, perhaps before the question was asked;
  sees all up to p (consistency.proto).
* ``at_exact_position(p)``: the state at p, whatever came later; judged by positions alone (design, "Two
  times").

Beside that every answer names its position N, and *what is known at N is the same for everybody*: the bans it
tells of are those that were stated at or before N and not withdrawn by then (invariant 3). Positions of
acknowledged statements follow each other as their calls did, and none is given twice (invariant 1).

The state of a firm is which bans stand, and which were ever applied: what was acknowledged cannot be undone
but by a withdrawal, and a withdrawal is refused only where its ban does not stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from torture.histories.linearize import NEVER, Call
from torture.histories.record import (
    ANSWERED,
    BAN,
    CHECK,
    EXACT,
    FRESH,
    FULLY,
    LATENCY,
    PLACED,
    REFUSED,
    WITHDRAW,
    Operation,
)

BLOCKED = "BLOCKED"


class Firm(NamedTuple):
    """Which bans stand, and the positions of all that was applied."""

    standing: frozenset[str] = frozenset()
    applied: frozenset[tuple[str, str]] = frozenset()


class Asked(NamedTuple):
    """An operation, and what must have been applied before it: kind and ban, or nothing in particular."""

    operation: Operation
    after: tuple[str, str] | None = None


def step(firm: Firm, asked: Asked) -> Firm | None:
    """The firm after an operation; None where it cannot have been as it says."""
    one = asked.operation
    if one.kind == CHECK:
        seen = asked.after is None or asked.after in firm.applied
        return firm if seen and frozenset(one.hits) == firm.standing else None
    if one.outcome == REFUSED:
        return firm if one.kind == WITHDRAW and one.id not in firm.standing else None
    act = (one.kind, one.id)
    if act in firm.applied:
        return None
    if one.kind == BAN:
        return Firm(firm.standing | {one.id}, firm.applied | {act})
    if one.id not in firm.standing:
        return None
    return Firm(firm.standing - {one.id}, firm.applied | {act})


def reads(asked: Asked) -> bool:
    """Whether an operation changes nothing, whatever the state."""
    return asked.operation.kind == CHECK or asked.operation.outcome == REFUSED


def calls_of(operations: Sequence[Operation], subject: str) -> list[Call[Asked]]:
    """The calls about a firm that must be linearizable, each with the interval in which it may have taken
    effect. What was asked for an exact position, or was not answered, shows nothing here."""
    writes = {one.position: one for one in operations if one.written}
    found = []
    for one in operations:
        if one.subject != subject or (one.kind == CHECK and (one.outcome != ANSWERED or one.level == EXACT)):
            continue
        end = (
            NEVER if one.returned is None or one.outcome not in (PLACED, REFUSED, ANSWERED) else one.returned
        )
        begin, after = one.invoked, None
        if one.level == FRESH:
            begin, after = _not_before(one, writes)
        found.append(Call(begin, end, Asked(one, after)))
    return found


def _not_before(one: Operation, writes: Mapping[int, Operation]) -> tuple[int, tuple[str, str] | None]:
    """From when on an answer at least as fresh as a position may have been so, and after what. The position
    may be that of a statement about another firm: then all about this one up to there must be seen, of which
    the last tells."""
    upto = [at for at, write in writes.items() if at <= one.asked and write.subject == one.subject]
    if not upto:
        return 0, None
    last = writes[max(upto)]
    return min(one.invoked, last.invoked), (last.kind, last.id)


# --- by positions ---------------------------------------------------------------------------------


def broken(operations: Sequence[Operation]) -> Iterator[tuple[str, tuple[Operation, ...]]]:
    """Every promise about positions that is broken: which one, and by what."""
    yield from _broken_order([one for one in operations if one.written])
    writes = sorted((one for one in operations if one.written), key=lambda one: one.position)
    acknowledged = sorted((one for one in writes if one.returned is not None), key=_returned)
    for one in operations:
        if one.kind == CHECK and one.outcome == ANSWERED:
            yield from _broken_answer(one, writes, acknowledged)


def _returned(one: Operation) -> int:
    return one.returned or 0


def _broken_order(writes: Sequence[Operation]) -> Iterator[tuple[str, tuple[Operation, ...]]]:
    at: dict[int, Operation] = {}
    for one in writes:
        if one.position in at:
            yield "two statements at one position", (at[one.position], one)
        at[one.position] = one
    latest: Operation | None = None
    ended = sorted((one for one in writes if one.returned is not None), key=_returned)
    waiting = iter(ended)
    following = next(waiting, None)
    for one in sorted(writes, key=lambda each: each.invoked):
        while following is not None and _returned(following) < one.invoked:
            latest = following if latest is None or following.position > latest.position else latest
            following = next(waiting, None)
        if latest is not None and latest.position > one.position:
            yield "a later statement stands before an earlier one", (latest, one)


def _broken_answer(
    one: Operation, writes: Sequence[Operation], acknowledged: Sequence[Operation]
) -> Iterator[tuple[str, tuple[Operation, ...]]]:
    about = [write for write in writes if write.subject == one.subject and write.position <= one.position]
    standing = standing_after(about)
    if standing != set(one.hits):
        yield "an answer that is not the state at its position", (*about, one)
    if (one.verdict == BLOCKED) != bool(one.hits):
        yield "a verdict that does not follow from its hits", (one,)
    if one.level == EXACT and one.position != one.asked:
        yield "an answer at another position than the one asked for", (one,)
    if one.level == FRESH and one.position < one.asked:
        yield "an answer before the position that it must have", (one,)
    if one.level in (FULLY, LATENCY):
        before = [write for write in acknowledged if _returned(write) < one.invoked]
        newest = max(before, key=lambda write: write.position, default=None)
        if newest is not None and newest.position > one.position:
            yield "an answer that is older than an acknowledgement before it", (newest, one)


def standing_after(writes: Iterable[Operation]) -> set[str]:
    """The bans that stand after statements in the order of the log."""
    standing = set[str]()
    for one in writes:
        (standing.add if one.kind == BAN else standing.discard)(one.id)
    return standing
