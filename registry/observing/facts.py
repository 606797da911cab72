"""What the process that writes knows of the registry, as metrics (登记指标): log, map, stamps,
witnesses, sources, keys, notices, deadlines.

Most is read from memory. What takes a walk through the store or over a disk is remembered for a while
(``SLOW_S``). What cannot be had, because the store does not answer, is left out of this answer and counted in
``registry_facts_missing``; never is an old value given for a new one.

Ages are in seconds and grow while nothing happens. ``…_behind_seconds`` is how long the first statement has
waited that is not covered yet, 0 where none waits: so a log that rests raises no alarm.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from prometheus_client.core import GaugeMetricFamily, Metric

from registry.access.identity import Caller, CallerRole
from registry.commands.ask import Ask, Matter
from registry.commands.due import Due
from registry.commands.log import LogReading
from registry.commands.state import RegistryState
from registry.domain.periods import china_day
from registry.observing.places import Remembered
from registry.servicer.messages import list_messages
from registry.upkeep.mapper import Mapper
from registry.upkeep.stamping import StampingState
from registry.upkeep.standing import Standing
from registry.v1.restriction_service_pb2 import Matter as Facts
from registry.v1.restriction_service_pb2 import Purpose
from registry.v1.statement_pb2 import REGISTRY_KEY_PURPOSE_LOG, REGISTRY_KEY_PURPOSE_RECEIPT

SLOW_S = 60.0
NOTICES_COUNTED = 1000
"""Waiting notices are counted up to so many: beyond it does not matter how many."""
DAY = timedelta(days=1)
_PURPOSES = {"log": REGISTRY_KEY_PURPOSE_LOG, "receipt": REGISTRY_KEY_PURPOSE_RECEIPT}
Part: TypeAlias = Callable[[], Iterator[Metric]]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the facts are."""

    ask: Ask
    log: LogReading
    mapper: Mapper
    standing: Standing
    stamping: StampingState | None
    now_ms: Callable[[], int]

    @property
    def state(self) -> RegistryState:
        """The registry's state."""
        return self.ask.state


def gauge(name: str, meaning: str, value: float) -> Metric:
    """One number."""
    return GaugeMetricFamily(name, meaning, value=value)


class RegistryFacts:
    """Collects the facts of a registry. Safe for one thread at a time."""

    def __init__(self, sources: Sources) -> None:
        self._of = sources
        self._waiting = Remembered(self._waiting_notices, SLOW_S)
        self._overdue = Remembered(self._count_due, SLOW_S)
        self._parts: tuple[Part, ...] = (
            self._log, self._map, self._stamps, self._witnesses,
            self._lists, self._keys, self._notices, self._due,
        )  # fmt: skip

    def collect(self) -> Iterator[Metric]:
        """Every fact that can be had."""
        missing = 0
        for part in self._parts:
            try:
                yield from list(part())
            except Exception:  # A database that is away, say: the others are told all the same.
                missing += 1
                logger.debug("facts: a part cannot be had", exc_info=True)
        yield gauge("registry_facts_missing", "Groups of facts that could not be had.", missing)

    def _behind_s(self, position: int | None) -> float:
        """How long the statement at a position has waited; 0 if there is none yet."""
        state = self._of.state
        if position is None or position >= state.size:
            return 0.0
        return max(0.0, (self._of.now_ms() - state.received_ms(position)) / 1000)

    def _log(self) -> Iterator[Metric]:
        state, served = self._of.state, self._of.log.served_size()
        yield gauge("registry_log_size", "Statements in the log.", state.size)
        if state.head is not None:
            age_s = (self._of.now_ms() - state.head.last_received_ms) / 1000
            yield gauge(
                "registry_last_statement_age_seconds", "Since the last statement was received.", age_s
            )
        yield gauge("registry_checkpoint_served_size", "Size of the checkpoint that is handed out.", served)
        yield gauge(
            "registry_checkpoint_behind_seconds",
            "How long the first statement waits that the checkpoint handed out does not cover.",
            self._behind_s(served),
        )
        labels = {"label": state.edition_at(state.size - 1, china_day(self._of.now_ms())).label}
        edition = GaugeMetricFamily(
            "registry_edition_info", "Edition of the catalogue in force.", labels=["label"]
        )
        edition.add_metric(list(labels.values()), 1)
        yield edition

    def _map(self) -> Iterator[Metric]:
        mapper = self._of.mapper
        yield gauge(
            "registry_map_size", "Size of the last map state in the log.", self._of.standing.map_size()
        )
        yield gauge("registry_map_stopped", "1 if no more map states are made.", float(bool(mapper.failure)))
        yield gauge(
            "registry_map_behind_seconds",
            "How long the first statement waits that no map state covers.",
            self._behind_s(mapper.uncovered),
        )

    def _stamps(self) -> Iterator[Metric]:
        stamping = self._of.stamping
        if stamping is None:
            return
        yield gauge(
            "registry_stamping_open", "1 if statements are taken as to stamps.", float(stamping.is_open)
        )
        if stamping.age_s is not None:
            yield gauge("registry_stamp_age_seconds", "Since the last time stamp was had.", stamping.age_s)

    def _witnesses(self) -> Iterator[Metric]:
        lag = GaugeMetricFamily(
            "registry_cosignature_behind_seconds",
            "How long the first statement waits that a witness has not cosigned.",
            labels=["witness"],
        )
        size = GaugeMetricFamily(
            "registry_cosigned_size", "Newest size that a witness cosigned.", labels=["witness"]
        )
        for name, cosigned in self._of.standing.cosigned():
            lag.add_metric([name], self._behind_s(cosigned))
            size.add_metric([name], cosigned)
        yield lag
        yield size

    def _matter(self) -> Matter:
        asker = Caller(CallerRole.AUDITOR, "metrics", self._of.state.origin)
        position = self._of.state.newest()
        return self._of.ask.matter(asker, Purpose(), Facts(), position=position, valid_ms=self._of.now_ms())

    def _lists(self) -> Iterator[Metric]:
        matter = self._matter()
        told = {
            "age_days": "Days since the day up to which a list was delivered.",
            "max_age_days": "Days after which what a list says is stale.",
            "connected": "1 if a list has a source that has delivered.",
            "stale": "1 if what a list says is stale: answers that need it are INDETERMINATE.",
        }
        found = {
            name: GaugeMetricFamily(f"registry_source_{name}", meaning, labels=["list"])
            for name, meaning in told.items()
        }
        for each in list_messages(matter):
            code = [each.code]
            found["connected"].add_metric(code, each.connected)
            if note := matter.delivered.get(each.code):
                found["age_days"].add_metric(code, (matter.question.day - note.as_of) / DAY)
                found["stale"].add_metric(code, each.stale)
            if each.max_age_days:
                found["max_age_days"].add_metric(code, each.max_age_days)
        yield from found.values()

    def _keys(self) -> Iterator[Metric]:
        today = china_day(self._of.now_ms())
        ending = GaugeMetricFamily(
            "registry_department_keys_ending",
            "Keys of departments and officials in force that end within so many days.",
            labels=["days"],
        )
        for days in (30, 90):
            ending.add_metric([str(days)], sum(1 for _ in self._of.standing.keys_ending(today, days * DAY)))
        yield ending
        own = GaugeMetricFamily(
            "registry_own_keys", "Active keys of the registry itself.", labels=["purpose"]
        )
        for name, purpose in _PURPOSES.items():
            own.add_metric([name], len(self._of.state.registry_keys.active(purpose)))
        yield own

    def _waiting_notices(self) -> tuple[int, float]:
        rows = self._of.state.store.notices_after(0, NOTICES_COUNTED, unacknowledged=True)
        oldest_s = (self._of.now_ms() - rows[0].made_ms) / 1000 if rows else 0.0
        return len(rows), oldest_s

    def _notices(self) -> Iterator[Metric]:
        number, oldest_s = self._waiting.get()
        yield gauge("registry_notices_waiting", "Notices not acknowledged, counted up to 1,000.", number)
        yield gauge("registry_notices_oldest_seconds", "How long the oldest of them has waited.", oldest_s)

    def _count_due(self) -> tuple[int, int]:
        left = [item.days_left for item in Due(self._of.ask).on(china_day(self._of.now_ms()))]
        return len(left), sum(days < 0 for days in left)

    def _due(self) -> Iterator[Metric]:
        due, overdue = self._overdue.get()
        yield gauge("registry_due", "Acts that law gives a term for and that are not done yet.", due)
        yield gauge("registry_overdue", "Those of them whose term is over.", overdue)
