"""What admission and effects look up: the registry's state just before the next position.

The functions of this package are pure; they see the registry only through ``Ledger``. Whoever runs
the log (one writer) provides it and sees to it that what it shows includes everything admitted
before, committed or still in the same group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Protocol

from registry.domain.departments import Directory, Key
from registry.domain.registry_keys import RegistryKeys
from registry.sanctions.adoption import EditionBook
from registry.sanctions.bans.case import CaseBook
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.remedies.remedy import RemedyBook
from registry.v1 import statement_pb2, subject_pb2


class EventState(IntEnum):
    """Where a recorded event stands. Codes are stored and never reused."""

    STANDS = 0
    WITHDRAWN = 1
    CORRECTED = 2


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An admitted statement about a subject, as later statements refer to it.

    ``category`` is empty for links and rulings on names, which say nothing of the subject's credit.
    ``names`` are those it uses, in comparable form; ``settles_names``: it says that they are rightly
    borne."""

    position: int
    department: str
    statement_id: str
    subject: str
    category: str = ""
    list_code: str = ""
    effective_from: date | None = None
    state: EventState = EventState.STANDS
    ended_position: int | None = None
    repaired_position: int | None = None
    names: tuple[str, ...] = ()
    settles_names: bool = False

    @property
    def is_about_subject(self) -> bool:
        """Whether the subject is known by it."""
        return bool(self.category)


@dataclass(frozen=True, slots=True)
class Placed:
    """A statement of the log: its position, the reference of what it is about, and whether that is a
    subject."""

    position: int
    ref: str
    about_subject: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A statement of the log with its content, at its position."""

    position: int
    statement: statement_pb2.Statement


class Ledger(Protocol):
    """The registry just before a statement is admitted."""

    @property
    def origin(self) -> str:
        """Origin of the log."""

    @property
    def book(self) -> EditionBook:
        """Editions that were drafted and adopted."""

    def edition_on(self, day: date) -> Edition:
        """The edition that applies on a day, as known now."""

    def edition(self, edition: str) -> Edition:
        """An edition that was drafted or adopted, by its hash. Raises CatalogueError if it is a draft that
        was sound when it was recorded and is read more strictly now."""

    @property
    def directory(self) -> Directory:
        """Departments, officials and keys."""

    @property
    def registry_keys(self) -> RegistryKeys:
        """The registry's own keys."""

    @property
    def bans(self) -> CaseBook:
        """Ban cases."""

    @property
    def remedies(self) -> RemedyBook:
        """Objections and applications for repair."""

    def event(self, department: str, statement_id: str) -> RecordedEvent | None:
        """An event by the id its department gave it."""

    def events_about(self, refs: Sequence[str]) -> Sequence[RecordedEvent]:
        """Every event about some subjects, whatever became of it."""

    def is_recorded(self, department: str, statement_id: str) -> bool:
        """Whether a statement of any kind has this id."""

    def erased_by(self, department: str, statement_id: str) -> int | None:
        """Position of the erasure by which a statement's content went; None if it is there, or never was."""

    def told(self, ref: str) -> Sequence[Told]:
        """Everything stated about a subject that is not erased, in the order of the log."""

    def placed(self, department: str, statement_id: str) -> Placed | None:
        """Where a statement of any kind stands, and whom it is about."""

    def signed_by(self, key: Key, first: int) -> Sequence[Placed]:
        """The statements from position ``first`` on that a key signed."""

    def subject(self, ref: str) -> SubjectRecord:
        """What is known of a subject; an empty record for an unknown one."""

    def subject_ref(self, identifier_type: subject_pb2.IdentifierType.ValueType, value: str) -> str:
        """The reference under which a subject is kept: its code, or a person's keyed hash."""
