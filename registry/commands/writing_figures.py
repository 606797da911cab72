"""How the writer is doing (写入状况): its groups, how long their steps take, and whether they get written.

Filled by the sequencer, in the writer's thread; read by whoever wants to know, in any. A group goes through
``admission`` (each statement judged, leaf and tree worked out), ``commit`` (the store's transaction),
``second store`` and ``index``. Times are nanoseconds since 1970, for spans, and so are not for deadlines.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic, time_ns

from registry.current_call import Step
from registry.spread import Spread

KEPT = 64
"""Groups that can be looked up afterwards."""
GROUP_BOUNDS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0)
_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class GroupDone:
    """A group that was committed: how many jobs, from when on, and its steps in order."""

    jobs: int
    begun_ns: int
    steps: tuple[Step, ...]

    @property
    def ended_ns(self) -> int:
        """When it was done."""
        return self.steps[-1][2]

    @property
    def seconds(self) -> dict[str, float]:
        """How long each step took."""
        return {name: (end - begin) / _NS for name, begin, end in self.steps}


class GroupClock:
    """Notes the steps of one group as they are done."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._begun_ns = self._at_ns = time_ns()
        self._steps: list[Step] = []

    def done(self, name: str) -> None:
        """What went on since the last step was this."""
        now = time_ns()
        self._steps.append((name, self._at_ns, now))
        self._at_ns = now

    def group(self) -> GroupDone:
        """The group with its steps."""
        return GroupDone(self._jobs, self._begun_ns, tuple(self._steps))


@dataclass(slots=True)
class WritingFigures:
    """``failed_s`` and ``wrote_s``: when a group last failed for the store's sake, or was last written, by a
    clock that is never set. ``stuck``: why nothing is written until a restart."""

    groups: deque[GroupDone] = field(default_factory=lambda: deque(maxlen=KEPT))
    written: int = 0
    failures: int = 0
    wrote_s: float = float("-inf")
    failed_s: float = float("-inf")
    stuck: bool = False
    sizes: Spread = field(default_factory=lambda: Spread(GROUP_BOUNDS))
    seconds: dict[str, Spread] = field(default_factory=dict)

    def done(self, group: GroupDone) -> None:
        """A group is durable and taken into account."""
        self.groups.append(group)
        self.sizes.add(group.jobs)
        for name, seconds in group.seconds.items():
            if name not in self.seconds:
                self.seconds[name] = Spread()
            self.seconds[name].add(seconds)
        self.written += 1
        self.wrote_s = monotonic()

    def failed(self, *, stuck: bool) -> None:
        """A group was not written."""
        self.failures += 1
        self.failed_s = monotonic()
        self.stuck = stuck

    @property
    def failing(self) -> bool:
        """Whether the last attempt to write failed."""
        return self.failed_s > self.wrote_s

    @property
    def tried_s(self) -> float:
        """When it was last tried."""
        return max(self.failed_s, self.wrote_s)

    def since(self, begun_ns: int) -> Sequence[GroupDone]:
        """The groups that were done after an instant."""
        return [group for group in tuple(self.groups) if group.ended_ns >= begun_ns]
