"""What a range of positions brings to the counts of risk (监测数据的来源), read from the store.

A position brings an occurrence, takes some back, makes two codes one or two again, or is about an alert. What
it says is read where it rests: an event in its sealed statement, what was withdrawn from the rows of events,
complaints and inspections from their files. A file is read as it is now: whatever of it comes later in the
range changes nothing any more.

Example: position 812 withdraws the penalty at 640: ``Removed(640)``. Position 813 is the re-inspection of
JC-7, opened at 500, and not sufficient: ``Removed(500)``, then an occurrence on the day after the new term.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from registry.commands.ledger import LATEST
from registry.commands.state import RegistryState
from registry.domain.files import FILE_PREFIX, FileKey
from registry.domain.periods import china_day
from registry.provenance.leaf import Leaf, LeafType
from registry.provenance.vault import VaultError, is_person
from registry.sanctions.said import stated_event
from registry.store.interface import StatementRow, StoreError
from registry.supervision.risk.occurrence import (
    Occurrence,
    of_complaint,
    of_event,
    of_inspection,
)
from registry.v1 import supervision_pb2 as kinds
from registry.v1.statement_pb2 import (
    SUBJECT_LINK_KIND_MERGER,
    SUBJECT_LINK_KIND_SUCCESSION,
    Event,
    Statement,
)
from registry.v1.supervision_file_pb2 import SupervisionFile

_TYPE_AT = 1
_EVENTS = (LeafType.EVENT, LeafType.EVENT_IN_BATCH)
_COUNTED_FILES = (kinds.FILE_KIND_INSPECTION, kinds.FILE_KIND_COMPLAINT, kinds.FILE_KIND_ALERT)
_ENDING = frozenset({"withdrawal", "correction", "objection_result"})
_ONE = (SUBJECT_LINK_KIND_SUCCESSION, SUBJECT_LINK_KIND_MERGER)


@dataclass(frozen=True, slots=True)
class Removed:
    """What the statement at a position brought counts no more."""

    key: int


@dataclass(frozen=True, slots=True)
class Merged:
    """Two codes are counted as one."""

    absorbed: str
    goes_on: str


@dataclass(frozen=True, slots=True)
class Parted:
    """By the statement at a position two codes are no longer one."""

    position: int


Change = Occurrence | Removed | Merged | Parted | SupervisionFile
"""A file is that of an alert."""


class RiskSources:
    """Reads for one thread at a time."""

    def __init__(self, state: RegistryState) -> None:
        self._state = state
        self._open = state.vault.opener(b"")

    def content(self, position: int) -> Statement:
        """A statement about no person, such as an indicator. Raises StoreError."""
        row = self._state.store.statement(position)
        if row is None:
            raise StoreError(f"存储被改动: 没有序号{position}的陈述")
        return self._read(position, row.sealed_payload, b"")

    def of_inspection(self, file: SupervisionFile) -> Occurrence | None:
        """What an inspection counts as."""
        found = of_inspection(file, home=self._home(file.file.department))
        return self._under_its_code(found) if found is not None else None

    def changes(self, first: int, end: int) -> Iterator[Change]:
        """What the positions from ``first`` to before ``end`` bring, in order. Raises StoreError."""
        rows = [StatementRow(*each) for each in self._state.store.scan(first, end)]
        secrets = self._secrets({row.subject for row in rows if _is_event(row) and is_person(row.subject)})
        files = self._files(row.subject for row in rows if row.subject.startswith(FILE_PREFIX))
        for row in rows:
            if (file := files.get(row.subject)) is not None:
                yield from self._of_file(file)
            elif _is_event(row):
                yield from self._of_event(row, secrets.get(row.subject, b""))

    def _files(self, refs: Iterable[str]) -> dict[str, SupervisionFile]:
        """The files among these that are counted, by their references."""
        keys = {ref: key for ref in refs if (key := _key(ref))[0] in _COUNTED_FILES}
        found = self._state.store.files(set(keys.values())) if keys else {}
        return {ref: found[key] for ref, key in keys.items() if key in found}

    def _secrets(self, refs: set[str]) -> Mapping[str, bytes]:
        sealed = self._state.store.persons(refs) if refs else {}
        return {ref: self._state.vault.open_person(each).secret for ref, each in sealed.items()}

    def _of_file(self, file: SupervisionFile) -> Iterator[Change]:
        if file.file.kind == kinds.FILE_KIND_ALERT:
            yield file
        elif file.file.kind == kinds.FILE_KIND_COMPLAINT:
            yield self._under_its_code(of_complaint(file, home=self._home(file.file.department)))
        else:
            yield Removed(file.acts[0].position)
            found = self.of_inspection(file)
            if found is not None:
                yield found

    def _of_event(self, row: StatementRow, secret: bytes) -> Iterator[Change]:
        position = row.position
        statement = self._read(position, row.sealed_payload, secret)
        body = statement.WhichOneof("body") or ""
        if body in _ENDING:
            yield from self._ended(position)
        if body == "erasure":
            rows = self._state.store.statements_about(row.subject)
            yield from (Removed(each.position) for each in rows if each.erased_by == position)
        elif body == "subject_link":
            yield from self._linked(statement)
        elif (event := stated_event(statement)) is not None:
            received_on = china_day(Leaf.decode(row.leaf).received_ms)
            if self._is_negative(event, received_on):
                home = self._home(row.department)
                yield self._under_its_code(of_event(event, position, home=home, received_on=received_on))

    def _ended(self, position: int) -> Iterator[Change]:
        """What ended by the statement at a position, with what fell together with it."""
        store = self._state.store
        refs = [ref for _, ref in store.changes(position, position + 1)]
        for event in store.events_about(refs):
            if event.ended_position == position:
                yield Removed(event.position) if event.category else Parted(position)

    def _linked(self, statement: Statement) -> Iterator[Change]:
        link, ref = statement.subject_link, self._state.vault.ref
        if link.kind in _ONE:
            absorbed = ref(getattr(link, "from").type, getattr(link, "from").value)
            goes_on = self._code_now(absorbed)
            if goes_on != absorbed:  # Else it was withdrawn by now.
                yield Merged(absorbed, goes_on)

    def _under_its_code(self, found: Occurrence) -> Occurrence:
        """With the code that its subject goes on under."""
        code = self._code_now(found.subject) if found.subject else ""
        return found if code == found.subject else replace(found, subject=code)

    def _code_now(self, ref: str) -> str:
        seen = {ref}
        while True:
            record = self._state.index.get(ref)
            links = record.links if record is not None else ()
            leads = [each.other for each in links if _leads_on(each.kind, each.outgoing, each.known_to)]
            onward = next((each for each in leads if each not in seen), None)
            if onward is None:
                return ref
            seen.add(onward)
            ref = onward

    def _is_negative(self, event: Event, day: date) -> bool:
        category = self._state.edition_at(LATEST, day).category(event.category)
        return bool(event.measures or event.list_code) or (
            category is not None and category.polarity == "negative"
        )

    def _home(self, code: str) -> str:
        department = self._state.directory.department(code)
        return department.region if department is not None else ""

    def _read(self, position: int, sealed: bytes, secret: bytes) -> Statement:
        try:
            opened = self._state.vault.open_payload(sealed, secret) if secret else self._open(sealed)
        except VaultError as error:
            raise StoreError(f"存储被改动: 序号{position}的陈述不能读取") from error
        return Statement.FromString(opened)


def _is_event(row: StatementRow) -> bool:
    """Whether a row is about a subject and can be read."""
    return row.leaf[_TYPE_AT] in _EVENTS and row.erased_by is None


def _leads_on(kind: int, outgoing: bool, known_to: int | None) -> bool:
    return outgoing and known_to is None and kind in _ONE


def _key(ref: str) -> FileKey:
    kind, department, number = ref.removeprefix(FILE_PREFIX).split("/")
    return int(kind), department, number
