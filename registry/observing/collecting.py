"""All metrics of one process, as Prometheus collects them (指标汇集).

Every process tells of its calls, its verdicts, its index, its health and itself; the one that writes, of the
writer and of the registry's facts as well (``facts``). What is counted by another part of the program is
taken over here, so that there is one list of names: docs/monitoring.md, which a test holds against a scrape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Protocol

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from registry.commands.following import FollowingState
from registry.commands.state import RegistryState
from registry.commands.verdict_tally import VerdictTally
from registry.commands.writing_figures import WritingFigures
from registry.config import Config
from registry.observing.facts import SLOW_S, gauge
from registry.observing.health import Health
from registry.observing.places import Remembered, newest_backup_s, own_process, store_bytes, tree_bytes
from registry.observing.rehearsals import Rehearsed, passed_s
from registry.v1.subject_pb2 import Domain
from registry.v1.verdict_pb2 import IndeterminateReason, Verdict

_DOMAINS: Mapping[int, str] = {
    number: name.removeprefix("DOMAIN_").lower() for name, number in Domain.items()
}
_VERDICTS: Mapping[int, str] = {number: name.removeprefix("VERDICT_") for name, number in Verdict.items()}
_REASONS: Mapping[int, str] = {
    number: name.removeprefix("INDETERMINATE_REASON_") for name, number in IndeterminateReason.items()
}
_NO_REASON = 0


class Collects(Protocol):
    """Something that has metrics."""

    def collect(self) -> Iterable[Metric]:
        """They."""


class All:
    """Several at once."""

    def __init__(self, *parts: Collects) -> None:
        self._parts = parts

    def collect(self) -> Iterator[Metric]:
        """See Collects."""
        for part in self._parts:
            yield from part.collect()


class OfCalls:
    """Verdicts of a process."""

    def __init__(self, verdicts: VerdictTally) -> None:
        self._verdicts = verdicts

    def collect(self) -> Iterator[Metric]:
        """See Collects."""
        given = CounterMetricFamily(
            "registry_verdicts", "Verdicts that were given.", labels=("domain", "verdict", "reason")
        )
        for (domain, verdict, reason), number in self._verdicts.given().items():
            why = _REASONS[reason] if reason != _NO_REASON else ""
            given.add_metric((_DOMAINS[domain], _VERDICTS[verdict], why), number)
        yield given


class OfIndex:
    """How far a process's index is. ``end`` tells how many statements are committed, as far as is known."""

    def __init__(self, state: RegistryState, end: Callable[[], int]) -> None:
        self._state = state
        self._end = end

    def collect(self) -> Iterator[Metric]:
        """See Collects."""
        position = self._state.index.position
        yield gauge("registry_index_position", "The last statement in the index.", position)
        yield gauge(
            "registry_index_lag", "Committed statements not in the index.", max(0, self._end() - 1 - position)
        )
        yield gauge("registry_index_changed", "Records changed since its base.", self._state.index.changed)
        if isinstance(self._state, FollowingState):
            yield gauge(
                "registry_index_stale_seconds",
                "Since the index was last seen to be what the store holds.",
                self._state.stale_s,
            )


class OfHealth:
    """What is wrong with a process, and the process itself."""

    def __init__(self, health: Health) -> None:
        self._health = health

    def collect(self) -> Iterator[Metric]:
        """See Collects."""
        serves = GaugeMetricFamily("registry_serves", "1 if a part of the process serves.", labels=["part"])
        for part, faults in self._health.faults.items():
            serves.add_metric([part], not faults)
        yield serves
        for name, value in own_process().items():
            yield gauge(f"registry_process_{name}", f"Of the process: {name.replace('_', ' ')}.", value)


class OfWriter:
    """The writer's queue and groups."""

    def __init__(self, figures: WritingFigures, waiting: Callable[[], int]) -> None:
        self._figures = figures
        self._waiting = waiting

    def collect(self) -> Iterator[Metric]:
        """See Collects."""
        yield gauge("registry_writer_waiting", "Jobs that wait for the writer.", self._waiting())
        buckets, total = self._figures.sizes.buckets()
        yield HistogramMetricFamily(
            "registry_group_size", "Jobs in a group.", buckets=buckets, sum_value=total
        )
        steps = HistogramMetricFamily(
            "registry_group_step_seconds", "How long the steps of a group take.", labels=["step"]
        )
        for name, spread in list(self._figures.seconds.items()):
            buckets, total = spread.buckets()
            steps.add_metric([name.replace(" ", "_")], buckets, total)
        yield steps
        yield CounterMetricFamily(
            "registry_write_failures", "Groups that could not be written.", value=self._figures.failures
        )
        yield gauge(
            "registry_restart_needed", "1 if nothing is written until a restart.", self._figures.stuck
        )


class OfPlaces:
    """What lies on disks."""

    def __init__(self, config: Config, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        sizes: dict[str, Callable[[], int]] = {}
        if not config.database:
            sizes["store"] = lambda: store_bytes(config.store)
        if config.evidence is not None:
            evidence: Path = config.evidence.directory
            sizes["evidence"] = lambda: tree_bytes(evidence)
        self._sizes = {name: Remembered(make, SLOW_S) for name, make in sizes.items()}
        self._backups = config.metrics.backups if config.metrics else None
        self._rehearsal = config.metrics.rehearsal if config.metrics else None

    def collect(self) -> Iterator[Metric]:
        """See Collects. What cannot be looked at is left out."""
        sizes = GaugeMetricFamily("registry_disk_bytes", "What lies on disk.", labels=["place"])
        for name, size in self._sizes.items():
            try:
                sizes.add_metric([name], size.get())
            except OSError:
                continue
        yield sizes
        if self._backups is not None:
            age_s = self._now_s() - newest_backup_s(self._backups)
            yield gauge("registry_backup_age_seconds", "Since the newest backup was finished.", age_s)
        if self._rehearsal is not None:
            newest = Rehearsed.read(self._rehearsal)
            failed = newest is not None and not newest.passed
            age_s = self._now_s() - passed_s(newest)
            yield gauge("registry_rehearsal_failed", "1 if the newest rehearsal did not pass.", failed)
            yield gauge("registry_rehearsed_age_seconds", "Since the backup that passed was taken.", age_s)


class OfLoad:
    """What admission under load counts: of each class, and of all."""

    _OF_ALL: ClassVar[Mapping[str, str]] = {
        "running": "Calls at work.",
        "held": "Threads with a call.",
        "arriving": "Calls whose request is still coming.",
        "streams": "Streams open.",
        "bytes": "Bytes of requests that are held.",
    }

    def __init__(self, figures: Callable[[], Mapping[str, Any]]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """See Collects."""
        found = self._figures()
        waiting = GaugeMetricFamily(
            "registry_load_waiting", "Calls that wait for their turn.", labels=["lane"]
        )
        served = CounterMetricFamily("registry_load_served", "Calls that had their turn.", labels=["lane"])
        refused = CounterMetricFamily(
            "registry_load_refused", "Calls refused at once: told to come again.", labels=["lane"]
        )
        for family, name in ((waiting, "waiting"), (served, "served"), (refused, "refused")):
            for lane, number in found[name].items():
                family.add_metric([lane], number)
            yield family
        for name, meaning in self._OF_ALL.items():
            yield gauge(f"registry_load_{name}", meaning, found[name])
