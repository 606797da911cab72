"""What runs beside the answers (日常维护): the index's base, map states, time stamps, cosignatures, the
published log, snapshots as files, notices, alerts of risk.

Built with the engine and started by the server. Each part has a thread of its own and none is in the way of
an answer; a part that is not configured is not there. They stop before the writer does, for they write
through it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from registry.commands.jobs import Answer, Job
from registry.commands.log import LogReading
from registry.commands.notices import Notices
from registry.commands.query_terms import QueryTerms
from registry.commands.snapshots import Seal
from registry.commands.state import RegistryState
from registry.commands.supervision.risk_counts import RiskCounts
from registry.config import DEFAULT_MAP_INTERVAL_S, DEFAULT_RISK_INTERVAL_S, Config
from registry.indexing.generations import Generations
from registry.indexing.keeper import IndexKeeper
from registry.publication.log_server import LogPublication
from registry.receipts.providers import Checkpoints, Cosigned, Mapped, MapProver, NewestCheckpoint
from registry.receipts.signing import ReceiptSigners
from registry.store.interface import StoreError
from registry.store.writer import Writer
from registry.upkeep.ended_terms import EndedTerms
from registry.upkeep.mapper import Mapper
from registry.upkeep.notices import DueNotices, DueOn
from registry.upkeep.risk import RiskWatch
from registry.upkeep.snapshot_files import SnapshotFiles
from registry.upkeep.stamper import Authority, Stamper, stamping_state
from registry.upkeep.stamping import StampingState
from registry.upkeep.webhooks import Delivery, Webhooks
from registry.upkeep.witnesses import cosigner_of, signed_by

logger = logging.getLogger(__name__)


class Part(Protocol):
    """Something that runs beside."""

    def start(self) -> None:
        """Begins."""

    def close(self) -> None:
        """Ends; does nothing if it never began."""


@dataclass(slots=True)
class Upkeep:
    """The parts of a registry that run beside its answers, and what the answers take from them."""

    mapper: Mapper
    log: LogReading
    prover: MapProver
    checkpoints: Checkpoints
    gate: Callable[[], None] = lambda: None
    publication: LogPublication | None = None
    stamping: StampingState | None = None
    witnesses: tuple[str, ...] = ()
    parts: list[Part] = field(default_factory=list)
    _running: list[Part] = field(default_factory=list)

    def start(self) -> None:
        """Starts every part. Raises StoreError if one cannot be; then none runs."""
        for part in self.parts:
            try:
                part.start()
            except OSError as error:
                self.close()
                raise StoreError(f"[publication] 地址不能监听: {error.strerror or error}") from error
            self._running.append(part)

    def close(self) -> None:
        """Stops what was started, the last first."""
        while self._running:
            self._running.pop().close()


def upkeep_of(
    state: RegistryState, writer: Writer[Job, Answer], config: Config | None, clock: Callable[[], int]
) -> Upkeep:
    """The parts that a configuration asks for, none started. Raises ConfigError, StoreError."""
    mapper = Mapper(state, writer, interval_s=config.map_interval_s if config else DEFAULT_MAP_INTERVAL_S)
    cosigner = cosigner_of(config, state, writer) if config else None
    log = LogReading(state, signed_by(cosigner) if cosigner else None)
    checkpoints: Checkpoints = Cosigned(cosigner) if cosigner else NewestCheckpoint(state)
    upkeep = Upkeep(mapper, log, Mapped(mapper), checkpoints, parts=[mapper])
    if config:
        upkeep.parts.append(IndexKeeper(state, Generations.of(config), config.home, clock))
    if config and config.stamping:
        stamping: StampingState = stamping_state(state, config.stamping.max_age_s, clock=clock)
        upkeep.gate, upkeep.stamping = stamping.check, stamping
        authority = Authority.configured(config.stamping)
        interval_s = config.stamping.interval_s
        upkeep.parts.append(
            Stamper(state, writer, authority, stamping, interval_s=interval_s, random_bytes=os.urandom)
        )
    if cosigner:
        upkeep.parts.append(cosigner)
        upkeep.witnesses = cosigner.witnesses
    if config and config.publication:
        upkeep.publication = LogPublication(log, config.publication)
        upkeep.parts.append(upkeep.publication)
    return upkeep


def notice_parts(
    notices: Notices,
    write: Callable[[Sequence[Job]], None],
    *,
    due: DueOn,
    signers: ReceiptSigners,
    config: Config | None,
    clock: Callable[[], int],
) -> list[Part]:
    """What makes and delivers notices, none started: deadlines always, addresses as a configuration says."""
    state = notices.state
    parts: list[Part] = [DueNotices(state.store, due, write, clock=clock)]
    if config and config.webhooks:
        parts.append(Webhooks(dict(config.webhooks), Delivery(notices, write, signers.active, clock)))
    return parts


def snapshot_parts(
    state: RegistryState, seal: Seal, config: Config | None, clock: Callable[[], int]
) -> list[Part]:
    """What writes snapshots as files, not started, if a configuration asks for them."""
    if config is None or config.snapshots is None:
        return []
    return [SnapshotFiles(state, seal, config.snapshots, clock)]


def query_log_part(
    state: RegistryState,
    write: Callable[[Sequence[Job]], None],
    config: Config | None,
    clock: Callable[[], int],
) -> Part:
    """What takes out of the query log what is kept no longer, not started."""
    years = config.query_log_years if config else 0
    return EndedTerms(QueryTerms(state, write, clock, years=years))


def risk_part(
    counts: RiskCounts, state: RegistryState, writer: Writer[Job, Answer], config: Config | None
) -> Part:
    """What has alerts of risk logged, not started."""
    interval_s = config.risk_interval_s if config else DEFAULT_RISK_INTERVAL_S
    return RiskWatch(state, writer, counts, interval_s=interval_s)
