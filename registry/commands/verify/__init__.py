"""Checking a store against itself: payloads, signatures, leaves, tree, tiles, map, signed checkpoints.

    statements   each by itself, in ranges side by side: `ranges`, with `signatures` and `keys`, by `workers`
    in order     chains, tree, the map's states: `merging`
    derived      rows of keys and of chains' heads, which decide who signs and what comes next: `standing`
    erased       that what is missing was erased by law: `registry.commands.erasures`
    heads        the checkpoint, the second store, time anchors, and what an earlier check saved: `heads`

Every byte of the log is read and hashed each time. Signatures, which cost most, need not be verified again
below a checkpoint that an earlier check saved: that checkpoint is signed by the log, its root is worked out
anew from the leaves, and the leaves hold the statements' hashes; whoever relies on it keeps it where nobody
who could write to the store can write.

What ``rebuild`` adds is the law: whether each statement was admissible and what follows from it. What neither
can find from inside: that the whole store and the second one were put back to an earlier state of their own,
for which somebody outside must have kept a checkpoint (a witness, a follower); and changes to the registry's
own records (refusals, query log, reports, cosignatures).

Without signatures nothing is known of who said what, and of the map's states only the last is checked.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from registry.commands.erasures import Erasing, PassedOver, erasure_faults
from registry.commands.state import AS_OF, Log
from registry.commands.verify.heads import Heads, open_signed
from registry.commands.verify.keys import KeyBook
from registry.commands.verify.merging import Merge
from registry.commands.verify.ranges import Checked
from registry.commands.verify.standing import chain_faults, key_faults
from registry.commands.verify.workers import Range, Reopening, Task, checked_beside, checked_here
from registry.provenance.checkpoint import CheckpointError
from registry.provenance.keys import VerifyingKey

__all__ = ["MAX_FAULTS", "Plan", "Reopening", "Verified", "verify"]

MAX_FAULTS = 20
RANGE, SIGNED_RANGE = 16_384, 4096
"""Statements in a range without and with signatures: whole tiles, and a fraction of a second's work."""
WORTH_PROCESSES = 4
"""Ranges below which it is not worth to start other processes."""
MAX_BEYOND = 4096
"""Statements behind the checkpoint that are looked at; what stands farther away is only told of."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a log is checked. ``keys`` are the configured log keys; ``second`` is what the second store has, if
    there is one (empty: it has nothing); ``since`` the checkpoint that an earlier check saved."""

    keys: Sequence[VerifyingKey]
    signatures: bool = True
    second: str | None = None
    since: str | None = None
    processes: int = 1
    reopening: Reopening | None = None


@dataclass(slots=True)
class Verified:
    """How many statements were checked, what was found wrong, and what was passed over as it is erased.
    ``note`` is the checkpoint that was checked, if nothing was wrong."""

    statements: int = 0
    faults: list[str] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    note: str = ""


def verify(
    log: Log, plan: Plan, *, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> Verified:
    """Checks every statement of the log, then what is signed of it. ``progress`` is told how many statements
    are done of how many. Raises StoreError."""
    with _without_collector():
        return _Run(log, plan).result(progress)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Millions of small things are made and none refer to each other in circles."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class _Run:
    def __init__(self, log: Log, plan: Plan) -> None:
        self._log = log
        self._plan = plan
        self._found = Verified()
        self._erasures: dict[int, Erasing] = {}
        self._end = self._total()
        self._step = SIGNED_RANGE if plan.signatures else RANGE
        self._book = KeyBook.read(log)
        self._trusted = self._since()
        states = [each for each in self._book.states if each.position >= self._trusted]
        last = self._book.states[-1] if self._book.states else None
        self._merge = Merge(log.store, states if plan.signatures else states[-1:], last)

    def result(self, progress: Callable[[int, int], None]) -> Verified:
        for part in self._checked(self._ranges()):
            self._found.faults += self._merge.take(part)
            self._found.statements += part.statements
            self._found.passed_over += part.passed
            self._erasures |= part.erasures
            progress(self._merge.size, self._end)
            if len(self._found.faults) >= MAX_FAULTS:
                return self._cut_short()
        self._check_whole()
        head = self._log.store.checkpoint()
        if not self._found.faults and head is not None:
            self._found.note = head.note
        return self._cut_short()

    def _total(self) -> int:
        """How many positions there are to look at."""
        last, head = self._log.store.last_position(), self._log.store.checkpoint()
        total = 0 if last is None else last + 1
        limit = (head.size if head else total) + MAX_BEYOND
        if total > limit:
            self._found.faults.append(f"序号{last}的陈述不在日志之内")
        return min(total, limit)

    def _ranges(self) -> Iterator[Range]:
        for first in range(0, self._end, self._step):
            end = min(first + self._step, self._end)
            yield first, end, self._merge.cuts(first, end)

    def _checked(self, ranges: Iterator[Range]) -> Iterator[Checked]:
        plan, task = self._plan, Task(self._book, self._plan.signatures, self._trusted)
        if plan.reopening is None or plan.processes < 2 or self._end < WORTH_PROCESSES * self._step:
            return checked_here(ranges, task, self._log)
        return checked_beside(ranges, task, plan.reopening, plan.processes)

    def _since(self) -> int:
        """Below which position signatures were verified before."""
        if self._plan.since is None:
            return 0
        configured = {key.keyid: key for key in self._plan.keys}
        try:
            return open_signed(self._plan.since, self._book, configured, self._log.origin).size
        except CheckpointError as error:
            self._found.faults.append(f"上次核对的检查点: {error}")
            return 0

    def _check_whole(self) -> None:
        faults = self._found.faults
        past = self._log.store.meta().get(AS_OF)
        passed = [each for each in self._found.passed_over if not past or each.by < self._end]
        faults += erasure_faults(passed, self._erasures, self._book.operator)
        faults += self._merge.tile_faults()
        faults += key_faults(self._log.store, self._book)
        if not faults:  # What follows from a log that is not as it was says nothing more.
            faults += chain_faults(self._log.store, self._merge.heads)
        heads = Heads(self._log, self._book, self._merge.edge(), self._plan.keys)
        faults += heads.store_faults(self._merge.received_ms)
        faults += heads.anchor_faults()
        if past:  # What the second store has is of the whole log, and not of what was made to be read.
            return
        if self._plan.second == "":
            faults.append("第二存储中没有日志头")
        elif self._plan.second is not None:
            faults += heads.other_faults(self._plan.second, "第二存储的日志头")
        if self._trusted and self._plan.since is not None:
            faults += heads.other_faults(self._plan.since, "上次核对的检查点")

    def _cut_short(self) -> Verified:
        del self._found.faults[MAX_FAULTS:]
        return self._found
