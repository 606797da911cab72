"""What the writer hands to the store at once: one group of statements, and all that follows from them."""

from __future__ import annotations

from dataclasses import dataclass, field

from registry.domain.departments import Department, Key, Official
from registry.domain.registry_keys import RegistryKeyEntry
from registry.domain.sources import DeliveryNote
from registry.provenance.map_entry import MapEntry
from registry.provenance.tiles import FullTile
from registry.provenance.time_window import Anchor
from registry.sanctions.adoption import EditionCase
from registry.sanctions.bans.case import Case
from registry.sanctions.effects.changes import Naming
from registry.sanctions.ground import Ground, Link, Mark
from registry.sanctions.ledger import RecordedEvent
from registry.sanctions.remedies.remedy import Filed
from registry.store.records import (
    AcknowledgedRow,
    BatchRow,
    Chain,
    ChangeRow,
    CheckpointRow,
    CosignatureRow,
    ErasedRows,
    ExecutionRow,
    NoticeRow,
    QueryRow,
    RecipientRow,
    RefusalRow,
    StatementRow,
    SubscriptionRow,
)
from registry.v1.supervision_file_pb2 import SupervisionFile


@dataclass(slots=True)
class Group:
    """What one transaction writes. Rows of derived state follow from the statements beside them."""

    statements: list[StatementRow] = field(default_factory=list)
    persons: list[tuple[str, bytes]] = field(default_factory=list)
    recorded: list[RecordedEvent] = field(default_factory=list)
    targets: list[RecordedEvent] = field(default_factory=list)
    opened: list[Ground] = field(default_factory=list)
    closed: list[Ground] = field(default_factory=list)
    marked: list[tuple[str, Mark]] = field(default_factory=list)
    unmarked: list[Mark] = field(default_factory=list)
    doubted: list[tuple[int, int]] = field(default_factory=list)
    linked: list[Link] = field(default_factory=list)
    unlinked: list[Link] = field(default_factory=list)
    named: list[Naming] = field(default_factory=list)
    unnamed: list[Naming] = field(default_factory=list)
    grams: list[tuple[str, str]] = field(default_factory=list)
    changes: list[ChangeRow] = field(default_factory=list)
    deliveries: list[DeliveryNote] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    became_known: list[tuple[str, int]] = field(default_factory=list)
    became_unknown: list[tuple[str, int, int | None]] = field(default_factory=list)
    chains: dict[str, Chain] = field(default_factory=dict)
    departments: list[Department] = field(default_factory=list)
    officials: list[Official] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    registry_keys: list[RegistryKeyEntry] = field(default_factory=list)
    batches: list[BatchRow] = field(default_factory=list)
    tiles: list[FullTile] = field(default_factory=list)
    map_entries: list[MapEntry] = field(default_factory=list)
    editions: list[EditionCase] = field(default_factory=list)
    bans: list[Case] = field(default_factory=list)
    remedies: list[Filed] = field(default_factory=list)
    files: list[SupervisionFile] = field(default_factory=list)
    erased: list[ErasedRows] = field(default_factory=list)
    refusals: list[RefusalRow] = field(default_factory=list)
    queries: list[QueryRow] = field(default_factory=list)
    ended_queries: list[int] = field(default_factory=list)
    cosignatures: list[CosignatureRow] = field(default_factory=list)
    executions: list[ExecutionRow] = field(default_factory=list)
    notices: list[NoticeRow] = field(default_factory=list)
    acknowledged: list[AcknowledgedRow] = field(default_factory=list)
    subscriptions: list[SubscriptionRow] = field(default_factory=list)
    recipients: list[RecipientRow] = field(default_factory=list)
    checkpoint: CheckpointRow | None = None
