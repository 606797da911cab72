"""The changes of state that one statement makes; what is not named stays as it is."""

from __future__ import annotations

from dataclasses import dataclass

from registry.domain.departments import Department, Key, Official
from registry.domain.registry_keys import RegistryKeyEntry
from registry.domain.sources import DeliveryNote
from registry.provenance.time_window import Anchor
from registry.sanctions.adoption import EditionCase
from registry.sanctions.bans.case import Case
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import Ground, Link, Mark, NameUse, SubjectRecord
from registry.sanctions.ledger import RecordedEvent
from registry.sanctions.remedies.remedy import Filed
from registry.v1.supervision_file_pb2 import SupervisionFile


@dataclass(frozen=True, slots=True)
class Naming:
    """A change of a subject's name in use; ``spelling`` is the name as it was stated, ``number`` its place
    among the subject's names."""

    subject: str
    use: NameUse
    number: int
    spelling: str = ""


@dataclass(frozen=True, slots=True)
class Erased:
    """Positions of the statements whose content goes, rising, and the subject they are about. ``subjects``
    and ``named`` then hold what is known of it afterwards, whole."""

    positions: tuple[int, ...]
    subject: str


@dataclass(frozen=True, slots=True)
class Effects:
    """Changes of state that the statement at ``position`` makes.

    ``subjects`` are the records it changes, whole, as they are afterwards; ``opened`` and ``closed``,
    ``marked`` and ``unmarked`` and so on are the rows that were added to them and those that are no longer
    held. ``files`` are files of supervision, whole, as they are afterwards. ``noted`` are marks on
    several subjects, with whose they are; ``doubted`` are deliveries that count no more, by position;
    ``fallen`` were withdrawn together with the target; ``ban`` and ``remedies`` are what becomes of a
    case and of what was filed."""

    position: int
    subjects: tuple[SubjectRecord, ...] = ()
    opened: tuple[Ground, ...] = ()
    closed: tuple[Ground, ...] = ()
    marked: tuple[Mark, ...] = ()
    unmarked: tuple[Mark, ...] = ()
    noted: tuple[tuple[str, Mark], ...] = ()
    doubted: tuple[int, ...] = ()
    linked: tuple[Link, ...] = ()
    unlinked: tuple[Link, ...] = ()
    named: tuple[Naming, ...] = ()
    unnamed: tuple[Naming, ...] = ()
    recorded: RecordedEvent | None = None
    target: RecordedEvent | None = None
    fallen: tuple[RecordedEvent, ...] = ()
    departments: tuple[Department, ...] = ()
    officials: tuple[Official, ...] = ()
    keys: tuple[Key, ...] = ()
    registry_keys: tuple[RegistryKeyEntry, ...] = ()
    edition: EditionCase | None = None
    content: Edition | None = None
    delivered: DeliveryNote | None = None
    anchored: Anchor | None = None
    erased: Erased | None = None
    ban: Case | None = None
    remedies: tuple[Filed, ...] = ()
    files: tuple[SupervisionFile, ...] = ()
    operator: str = ""
