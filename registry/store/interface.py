"""What the registry asks of its store. Every engine answers the same contract suite.

The log (``statement``, ``person``) is what departments stated; refusals, the query log, reports of execution
and notices are the registry's own records. Everything else is derived and can be built again from the log:
``rebuild`` does so and compares. A group is written in one transaction, or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Protocol

from registry.domain.departments import Department, Key, Official
from registry.domain.files import FileKey
from registry.domain.registry_keys import RegistryKeyEntry
from registry.domain.sources import DeliveryNote
from registry.provenance.map_buckets import Buckets
from registry.provenance.time_window import Anchor
from registry.sanctions.adoption import EditionCase
from registry.sanctions.bans.case import Case
from registry.sanctions.catalogue.edition import Measure
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.ledger import RecordedEvent
from registry.sanctions.remedies.remedy import Filed
from registry.store.group import Group
from registry.store.records import (
    ABOUT_OTHERS,
    DERIVED_TABLES,
    AcknowledgedRow,
    BatchRow,
    Chain,
    ChangeRow,
    CheckpointRow,
    CosignatureRow,
    ErasedRows,
    ExecutionRow,
    ExecutionTotal,
    FileFilter,
    NoticeRow,
    QueryFilter,
    QueryRow,
    RecipientRow,
    Recorded,
    RefusalRow,
    ReportKey,
    ScannedRow,
    StatementKey,
    StatementRow,
    SubscriptionRow,
)
from registry.v1.supervision_file_pb2 import SupervisionFile

__all__ = [
    "ABOUT_OTHERS",
    "DERIVED_TABLES",
    "AcknowledgedRow",
    "BatchRow",
    "Chain",
    "ChangeRow",
    "CheckpointRow",
    "CosignatureRow",
    "ErasedRows",
    "ExecutionRow",
    "ExecutionTotal",
    "FileFilter",
    "Group",
    "MeasureLookup",
    "NoticeRow",
    "QueryFilter",
    "QueryRow",
    "QueueFullError",
    "RecipientRow",
    "Recorded",
    "RefusalRow",
    "ReportKey",
    "ScannedRow",
    "StatementKey",
    "StatementRow",
    "Store",
    "StoreBusyError",
    "StoreError",
    "SubscriptionRow",
]


class StoreError(Exception):
    """The store cannot do what was asked; the message is one clear line for an operator."""


class NoStoreError(StoreError):
    """There is no store in this place."""


class StoreBusyError(StoreError):
    """Another process writes to this store."""


class OvertakenError(StoreError):
    """Another process has written since: what this one has in memory is not what the store holds."""


class QueueFullError(StoreError):
    """More jobs wait than the writer accepts; try again."""


class Store(Protocol):
    """One log with its derived state. Methods may be called from any thread, but ``commit`` from one."""

    changes_hands: bool
    """Whether the right to write may pass to another machine while a process that had it lives on."""

    def meta(self) -> dict[str, str]:
        """Facts about the store: origin, vault check value."""

    def put_meta(self, facts: dict[str, str]) -> None:
        """Records facts about a new store."""

    def checkpoint(self) -> CheckpointRow | None:
        """The state of the tree; None before the first statement."""

    def recorded(self, keys: Collection[StatementKey]) -> dict[StatementKey, Recorded]:
        """Those of the statements that the log holds."""

    def events(self, keys: Collection[StatementKey]) -> dict[StatementKey, RecordedEvent]:
        """Those of the statements that are events or corrections."""

    def chains(self, subjects: Collection[str]) -> dict[str, Chain]:
        """Chain heads of those subjects that have one."""

    def persons(self, refs: Collection[str]) -> dict[str, bytes]:
        """Sealed persons by reference."""

    def commit(self, group: Group) -> None:
        """Writes a group durably, or raises StoreError and writes nothing."""

    def take_out(self) -> None:
        """Takes what was erased out of where it rested, as far as ``commit`` has not: readers have gone on
        meanwhile, and whoever stated the erasure is answered after it."""

    def statement(self, position: int) -> StatementRow | None:
        """One statement of the log."""

    def statements(self, first: int = 0) -> Iterator[StatementRow]:
        """The log from a position on, in order."""

    def scan(self, first: int, end: int) -> Iterator[ScannedRow]:
        """The log from ``first`` to before ``end``, in order, as plain tuples."""

    def last_position(self) -> int | None:
        """The highest position there is; None if there is none."""

    def statements_under(self, prefix: str) -> Iterator[StatementRow]:
        """Every statement about references of a kind (``K:`` …), by position."""

    def statements_about(self, subject: str) -> list[StatementRow]:
        """Every statement about a reference, rising by position."""

    def positions_of(self, subject: str, *, after: int = -1, limit: int | None = None) -> list[int]:
        """Positions of every statement about a reference, rising: its chain of leaves. Only those after a
        position, and of these no more than ``limit``, where they are named."""

    def batches(self, header_hashes: Collection[bytes]) -> dict[bytes, BatchRow]:
        """Those of the batches that are recorded, by the hash of their headers."""

    def batch_by_id(self, department: str, batch_id: str) -> BatchRow | None:
        """The batch to which a department gave this id."""

    def all_batches(self) -> Iterator[BatchRow]:
        """Every batch, in no particular order."""

    def tile(self, level: int, number: int) -> bytes | None:
        """The 8,192 bytes of a full tile; None if it is not full yet."""

    def tiles(self, level: int, first: int, end: int) -> dict[int, bytes]:
        """Those of the tiles of a level from ``first`` to before ``end`` that are full, by number."""

    def tile_roots(self, level: int, first: int, end: int) -> list[bytes]:
        """Roots of the full tiles of a level from ``first`` to before ``end``."""

    def leaves(self, first: int, end: int) -> list[bytes]:
        """Leaves from a position to before another, in order; fewer at the end of the log."""

    def map_buckets(self) -> Buckets:
        """The entries of the map as of the state that was logged last."""

    def registry_keys(self) -> Iterator[RegistryKeyEntry]:
        """The registry's own keys, in the order in which they were added."""

    def cosignatures(self, size: int) -> list[CosignatureRow]:
        """Witnesses' signatures under the checkpoint of a size."""

    def all_cosignatures(self) -> Iterator[CosignatureRow]:
        """Every witness's signature, by size."""

    def cosigned_size(self, name: str) -> int:
        """Size of the newest checkpoint that a witness cosigned; 0 if there is none."""

    def subjects(self, measures: MeasureLookup) -> Iterator[SubjectRecord]:
        """Every subject with all that is recorded of it, to build the index."""

    def subjects_of(self, refs: Collection[str], measures: MeasureLookup) -> list[SubjectRecord]:
        """Those of the subjects of whom anything is recorded, each as ``subjects`` has it; in no order."""

    def changes(self, first: int, end: int, limit: int | None = None) -> list[tuple[int, str]]:
        """Positions from ``first`` to before ``end`` with the subjects whose records the statements there
        changed; rising by position, then by subject, the first ``limit`` of them."""

    def states_more(self, first: int, end: int) -> bool:
        """Whether a statement from ``first`` to before ``end`` is about something else than a subject:
        departments, officials, keys, editions, deliveries."""

    def erasures(self, first: int, end: int) -> set[tuple[int, str]]:
        """Those of the changes that are erasures: nothing in the subject's record shows them."""

    def departments(self) -> Iterator[Department]:
        """Every registration in order, replaced ones too."""

    def officials(self) -> Iterator[Official]:
        """Latest entry of every official, in order of registration."""

    def enrolled_keys(self) -> Iterator[Key]:
        """Every key, in order of enrolment."""

    def editions(self) -> Iterator[EditionCase]:
        """Every catalogue edition that was drafted or adopted, in order of entry."""

    def ban_cases(self) -> Iterator[Case]:
        """Every ban case, in the order of drafting."""

    def remedies(self) -> Iterator[Filed]:
        """Every objection and application for repair, in the order of filing."""

    def files(self, keys: Collection[FileKey]) -> dict[FileKey, SupervisionFile]:
        """Those of the files of supervision that there are."""

    def files_before(self, before: int | None, limit: int, wanted: FileFilter) -> list[SupervisionFile]:
        """Files opened before a position (None: from the end), falling by where they were opened."""

    def all_files(self, kinds: Collection[int] = (), concerned: str = "") -> Iterator[SupervisionFile]:
        """Every file of these kinds, or of any, in the order of opening; of those that a department opened or
        was told of, if one is named."""

    def deliveries(self) -> Iterator[DeliveryNote]:
        """Every delivery of a list's source, in order."""

    def anchors(self) -> Iterator[Anchor]:
        """Every time anchor, in order."""

    def anchor_over(self, position: int) -> Anchor | None:
        """The first time anchor whose checkpoint holds a position."""

    def events_about(self, subjects: Collection[str]) -> list[RecordedEvent]:
        """Every statement about the subjects, by position."""

    def spellings(self, subjects: Collection[str]) -> dict[str, list[tuple[str, str, int, int | None]]]:
        """Names of the subjects: comparable form, as stated, known from and to, in order."""

    def subjects_with_grams(self, grams: Collection[str], limit: int) -> list[str]:
        """Subjects whose names share the most of these pairs of characters, most first."""

    def grounds_by_code(
        self, kinds: Collection[int], codes: Collection[str], after: tuple[int, int], limit: int
    ) -> list[tuple[int, int, str]]:
        """Position, ordinal and subject of grounds of these kinds and codes, each once, rising after a
        pair."""

    def newest_grounds(
        self, kinds: Collection[int], codes: Collection[str], before: tuple[int, int] | None, limit: int
    ) -> list[tuple[int, int, str]]:
        """The same, falling before a pair; None: from the end."""

    def own_events(
        self, department: str, before: int | None, limit: int
    ) -> list[tuple[RecordedEvent, bytes]]:
        """A department's statements about subjects before a position (None: from the end), falling; each with
        its leaf."""

    def refusals(self, department: str, after: int, limit: int) -> list[RefusalRow]:
        """A department's refusals with a number above ``after``, rising."""

    def all_refusals(self) -> Iterator[RefusalRow]:
        """Every department's refusals, rising by number."""

    def all_persons(self) -> Iterator[tuple[str, bytes]]:
        """Every sealed person with its reference."""

    def queries(self) -> Iterator[QueryRow]:
        """The query log, oldest first."""

    def queries_ended(self, end_ms: int, domains: Collection[int], limit: int) -> list[int]:
        """Numbers of the oldest rows of the query log that were asked before an instant, in some domains."""

    def queries_before(
        self, before: tuple[int, int] | None, limit: int, wanted: QueryFilter
    ) -> list[tuple[int, QueryRow]]:
        """Rows of the query log with their numbers, falling by instant and number before such a pair (None:
        from the end)."""

    def executions(self, keys: Collection[ReportKey]) -> dict[ReportKey, ExecutionRow]:
        """Those of the reports that are recorded."""

    def own_executions(self, caller: str, after: int, limit: int) -> list[ExecutionRow]:
        """A caller's reports in order, without the first ``after``; ``number`` counts the caller's own."""

    def all_executions(self) -> Iterator[ExecutionRow]:
        """Every caller's reports, rising by number."""

    def execution_totals(self, first_ms: int, end_ms: int) -> list[ExecutionTotal]:
        """Reports recorded from one instant up to, but not including, another, counted; in a fixed order."""

    def notices(self, notice_ids: Collection[str]) -> dict[str, NoticeRow]:
        """Those of the notices that were made, by their ids."""

    def notices_after(
        self, number: int, limit: int, *, addressee: str = "", kind: int = 0, unacknowledged: bool = False
    ) -> list[NoticeRow]:
        """Notices with a number above another, rising; of an addressee or a kind of them, if one is named."""

    def all_notices(self) -> Iterator[NoticeRow]:
        """Every notice, rising by number."""

    def told_about(self, positions: Collection[int]) -> list[tuple[int, str]]:
        """Kind and name of everybody who has a notice that the statements at these positions gave rise to, or
        that is about them; each once, in a fixed order."""

    def recipients(self, positions: Collection[int]) -> list[tuple[str, int]]:
        """Callers, and the domains they asked in, who were told in answers of what was stated at positions;
        each once, in a fixed order."""

    def all_recipients(self) -> Iterator[RecipientRow]:
        """Who was told of what in answers, by position."""

    def subscriptions(self) -> Iterator[SubscriptionRow]:
        """Who is told of every change in its domains, in a fixed order."""

    def derived_rows(self, table: str) -> Iterator[tuple[object, ...]]:
        """Every row of a derived table by primary key, for comparison."""

    def close(self) -> None:
        """Lets go of every connection and lock."""


class MeasureLookup(Protocol):
    """Finds a measure again, by edition hash, code and the day of the law."""

    def __call__(self, edition: str, code: str, law_date: date) -> Measure:
        """The measure row. Raises StoreError if the edition is not at hand."""


class Replicated(Protocol):
    """What may be asked to be as far as a position, and says when the primary was seen."""

    @property
    def seen(self) -> tuple[float, int]:
        """When the primary was seen last, by ``time.monotonic``, and its last position then."""

    def look(self) -> None:
        """Sees the primary now. Raises StoreError."""

    def reach(self, position: int) -> None:
        """From now on reads from where this position is, if it is anywhere."""
