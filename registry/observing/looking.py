"""How a process finds out whether it can do its work (察看): the looks that ``health`` takes.

The process that writes leaves a heartbeat beside the shared position: eight bytes, which say how it is and
when it said so, by the clock of the machine that is never set. So a reading process knows whether what it
passes on will be written, without asking anybody.

    milliseconds × 16 + number of the fault (0: none)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from registry.commands.ask import Ask
from registry.commands.following import FollowingState
from registry.commands.freshness import MAX_STALE_S
from registry.commands.jobs import Answer, Job, WriteTrial
from registry.commands.writing_figures import WritingFigures
from registry.errors import RegistryError
from registry.observing.health import (
    AWAY_S,
    CLOCK_WRONG,
    IDLE_S,
    INDEX_BEHIND,
    INDEX_STALE,
    PROBE_S,
    READING,
    RESTART_NEEDED,
    RETRY_S,
    STAMPS_MISSING,
    STORE_UNREADABLE,
    STORE_UNWRITABLE,
    WRITER_AWAY,
    WRITING,
    Faults,
    Probe,
)
from registry.shared_position import SharedPosition
from registry.store.interface import QueueFullError, StoreError
from registry.store.writer import Promise, Writer
from registry.upkeep.stamping import StampingState

HEARTBEAT = "writing"
"""The file of the heartbeat in the writer's directory."""
_NAMED = (
    "",
    STORE_UNREADABLE,
    INDEX_BEHIND,
    STORE_UNWRITABLE,
    RESTART_NEEDED,
    STAMPS_MISSING,
    CLOCK_WRONG,
    INDEX_STALE,
)
_BITS = 4


@dataclass(frozen=True, slots=True)
class Patience:
    """After how long without a write one is tried, and after one that failed; and how long the writer may be
    at work without finishing a group. In seconds."""

    idle_s: float = IDLE_S
    retry_s: float = RETRY_S
    answer_s: float = PROBE_S


PATIENCE = Patience()


class WriterLook:
    """Of a process that writes."""

    def __init__(
        self,
        ask: Ask,
        writer: Writer[Job, Answer],
        figures: WritingFigures,
        stamping: StampingState | None = None,
        heartbeat: SharedPosition | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        self._ask, self._state = ask, ask.state
        self._writer, self._figures, self._stamping = writer, figures, stamping
        self._heartbeat = heartbeat
        self._patience = patience
        self._trial: Promise[Answer] | None = None
        self._tried_s = self._rested_s = monotonic()
        self._state.watch()
        self.probe = Probe("registry-health-store", self._state.look)

    def __call__(self) -> Faults:
        """See Look."""
        self._try()
        reading = [] if self.probe.is_well else [STORE_UNREADABLE]
        if self._state.index.position < self._state.size - 1 and self._figures.stuck:
            reading.append(INDEX_BEHIND)
        if not self._state.is_fresh:
            reading.append(INDEX_STALE)
        reading += _of_clock(self._ask)
        writing = list(reading)
        if self._figures.stuck:
            writing.insert(0, RESTART_NEEDED)  # Of all that is told the others, this is what helps.
        elif self._figures.failing or self._hangs():
            writing.append(STORE_UNWRITABLE)
        if self._stamping is not None and not self._stamping.is_open:
            writing.append(STAMPS_MISSING)
        if self._heartbeat is not None:
            self._heartbeat.put(heartbeat(monotonic(), writing[0] if writing else ""))
        return {READING: tuple(reading), WRITING: tuple(writing)}

    def _try(self) -> None:
        """Has the writer try a write, where it is not known for long whether it can."""
        figures, now = self._figures, monotonic()
        after_s = self._patience.retry_s if figures.failing else self._patience.idle_s
        if figures.stuck or now - max(figures.tried_s, self._tried_s) < after_s:
            return
        if self._trial is not None and not self._trial.is_kept:
            return  # The last one is not answered yet.
        self._tried_s = now
        try:
            (self._trial,) = self._writer.put([WriteTrial()])
        except QueueFullError:
            return  # Whoever fills the queue finds out.

    def _hangs(self) -> bool:
        """Whether jobs wait and none is answered: a commit that does not return is no failure yet. A writer
        that is merely busy finishes one group after the other."""
        now = monotonic()
        if not self._writer.waiting:
            self._rested_s = now
        return now - max(self._rested_s, self._figures.tried_s) > self._patience.answer_s


class ReaderLook:
    """Of a process that answers out of what another writes."""

    def __init__(self, state: FollowingState, ask: Ask, heartbeat_of: Callable[[], int]) -> None:
        self._state, self._ask = state, ask
        self._heartbeat_of = heartbeat_of

    def __call__(self) -> Faults:
        """See Look."""
        reading = [INDEX_STALE] if self._state.stale_s > MAX_STALE_S else []
        reading += _of_clock(self._ask)
        said = fault_of(self._heartbeat_of(), monotonic())
        return {READING: tuple(reading), WRITING: (said,) if said else ()}


def _of_clock(ask: Ask) -> list[str]:
    try:
        ask.now_ms()
    except (StoreError, RegistryError):
        return [CLOCK_WRONG]
    return []


def heartbeat(now_s: float, fault: str) -> int:
    """What is left for the others."""
    return int(now_s * 1000) << _BITS | _NAMED.index(fault)


def fault_of(left: int, now_s: float) -> str:
    """What was left, read at an instant: the fault of the process that writes, or nothing."""
    if left < 0 or now_s - (left >> _BITS) / 1000 > AWAY_S:
        return WRITER_AWAY
    return _NAMED[left & (1 << _BITS) - 1]
