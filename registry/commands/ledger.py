"""The ledger of one group: committed state with what the group has admitted so far on top."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from registry.commands.state import RegistryState
from registry.commands.submission import Submission, case_number_of, subject_stated, target_of
from registry.domain.departments import Directory, Key
from registry.domain.files import FILE_PREFIX, FileKey, file_key, file_of, file_ref
from registry.domain.periods import china_day
from registry.domain.registry_keys import RegistryKeys
from registry.provenance.keys import keyid_of
from registry.provenance.leaf import OWN_LEAVES, Leaf, LeafType
from registry.provenance.proof import root_at
from registry.provenance.vault import is_person
from registry.sanctions.adoption import EditionBook
from registry.sanctions.bans.case import CaseBook
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.effects import Effects
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.ledger import Placed, RecordedEvent, Told
from registry.sanctions.remedies.remedy import RemedyBook
from registry.store.interface import (
    ABOUT_OTHERS,
    Chain,
    FileFilter,
    Recorded,
    StatementKey,
    StatementRow,
    StoreError,
)
from registry.v1 import subject_pb2
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import SupervisionFile
from registry.v1.supervision_pb2 import FileKind, FileReference

EMPTY_CHAIN_HEAD = bytes(32)
REGISTRY_REF = "R:"
CHAIN_AT_ONCE = 16
REFS_AT_ONCE = 500
LATEST = 2**63 - 1
"""A position after every other."""


class GroupLedger:
    """See registry.sanctions.ledger.Ledger; what a group needs is read in a few queries at once."""

    def __init__(self, state: RegistryState, submissions: Sequence[Submission]) -> None:
        self._state = state
        targets = {key for key in map(_target_key, submissions) if key}
        self._recorded = state.store.recorded({s.key for s in submissions} | targets)
        self._events = state.store.events(targets) if targets else {}
        self._looked_up = set(targets)
        self._refs: dict[tuple[int, str], str] = {}
        self._subjects: dict[str, SubjectRecord] = {}
        self.bans = CaseBook(state.bans)
        self.remedies = RemedyBook(state.remedies)
        self._chains: dict[str, Chain] = {}
        self.persons: dict[str, bytes] = {}
        self._read: set[str] = set()
        self._files: dict[FileKey, SupervisionFile] = {}
        self._files_of: dict[FileFilter, dict[FileKey, SupervisionFile]] = {}
        self._acts: dict[int, Statement] = {}
        self._prefetch({ref for ref in map(self.ref, submissions) if ref})

    @property
    def origin(self) -> str:
        """See Ledger."""
        return self._state.origin

    @property
    def book(self) -> EditionBook:
        """See Ledger."""
        return self._state.book

    def edition_on(self, day: date) -> Edition:
        """See Ledger."""
        return self._state.edition_at(LATEST, day)

    def edition(self, edition: str) -> Edition:
        """See Ledger."""
        return self._state.edition(edition)

    @property
    def directory(self) -> Directory:
        """See Ledger."""
        return self._state.directory

    @property
    def registry_keys(self) -> RegistryKeys:
        """See Ledger."""
        return self._state.registry_keys

    def event(self, department: str, statement_id: str) -> RecordedEvent | None:
        """See Ledger. What falls with another is no target of the group, and is read when it is asked for."""
        key = (department, statement_id)
        if key not in self._events and key not in self._looked_up:
            self._looked_up.add(key)
            self._events.update(self._state.store.events({key}))
        return self._events.get(key)

    def events_about(self, refs: Sequence[str]) -> list[RecordedEvent]:
        """See Ledger."""
        found: dict[StatementKey, RecordedEvent] = {}
        for at in range(0, len(refs), REFS_AT_ONCE):
            committed = self._state.store.events_about(refs[at : at + REFS_AT_ONCE])
            found |= {(each.department, each.statement_id): each for each in committed}
        wanted = set(refs)
        found |= {key: each for key, each in self._events.items() if each.subject in wanted}
        return list(found.values())

    def is_recorded(self, department: str, statement_id: str) -> bool:
        """See Ledger."""
        return (department, statement_id) in self._recorded

    def erased_by(self, department: str, statement_id: str) -> int | None:
        """See Ledger."""
        recorded = self._recorded.get((department, statement_id))
        return recorded.erased_by if recorded else None

    def told(self, ref: str) -> list[Told]:
        """See Ledger. Of what is committed, for an erasure is a group by itself."""
        self._prefetch({ref} - self._read)
        rows = [row for row in self._state.store.statements_about(ref) if row.erased_by is None]
        return [Told(row.position, self._content(row)) for row in rows]

    def _content(self, row: StatementRow) -> Statement:
        payload = self._state.vault.open_payload(row.sealed_payload, self.secret(row.subject))
        return Statement.FromString(payload)

    def secret(self, ref: str) -> bytes:
        """The secret of a person who is known; empty for whatever else a reference names."""
        sealed = self.persons.get(ref)
        return self._state.vault.open_person(sealed).secret if sealed else b""

    def placed(self, department: str, statement_id: str) -> Placed | None:
        """See Ledger."""
        recorded = self._recorded.get((department, statement_id))
        return _placed(recorded.position, recorded.subject) if recorded else None

    def signed_by(self, key: Key, first: int) -> list[Placed]:
        """See Ledger. Reads the log from there on: a key is seldom stolen."""
        found = []
        for row in self._state.store.statements(first):
            leaf = Leaf.decode(row.leaf)
            if leaf.key_position == key.position and leaf.type not in OWN_LEAVES and row.erased_by is None:
                found.append(_placed(row.position, row.subject))
        return found

    def file(self, reference: FileReference) -> SupervisionFile | None:
        """See SupervisionLedger."""
        key = file_key(reference)
        return self._files.get(key) or self._state.store.files([key]).get(key)

    def files(self, references: Sequence[FileReference]) -> list[SupervisionFile]:
        """See SupervisionLedger."""
        keys = [file_key(each) for each in references]
        found = self._state.store.files(keys) | {key: self._files[key] for key in keys if key in self._files}
        return [found[key] for key in keys if key in found]

    def files_of(self, kind: FileKind.ValueType, department: str, subject: str = "") -> list[SupervisionFile]:
        """See SupervisionLedger. Read once for a group: what the group itself adds lies on top."""
        wanted = FileFilter((kind,), department=department, subject=subject)
        if wanted not in self._files_of:
            found = self._state.store.files_before(None, LATEST, wanted)
            self._files_of[wanted] = {file_key(each.file): each for each in reversed(found)}
        own = {
            key: each
            for key, each in self._files.items()
            if key[0] == kind and department in ("", key[1]) and subject in ("", each.subject)
        }
        return list((self._files_of[wanted] | own).values())

    def section_on(self, department: str, official_id: str, day: date) -> str:
        """See SupervisionLedger. Read along the official's chain, which is short."""
        section, after, store = "", -1, self._state.store
        while positions := store.positions_of(
            f"O:{department}/{official_id}", after=after, limit=CHAIN_AT_ONCE
        ):
            for after in positions:
                row = store.statement(after)
                if row is None or china_day(Leaf.decode(row.leaf).received_ms) > day:
                    return section
                content = self._content(row)
                if content.HasField("official_registration"):
                    section = content.official_registration.section
        return section

    def own_leaves(self, after: int) -> Iterator[tuple[int, LeafType]]:
        """See SupervisionLedger. Read in pages, along their chain: whatever lies between costs nothing."""
        store = self._state.store
        while positions := store.positions_of(REGISTRY_REF, after=after, limit=CHAIN_AT_ONCE):
            for after in positions:
                if (row := store.statement(after)) is not None:
                    yield after, Leaf.decode(row.leaf).type

    def anchored_at(self, position: int) -> int | None:
        """See SupervisionLedger. Looked up: until a stamp is had, thousands of own leaves may come."""
        anchor = self._state.store.anchor_over(position)
        return anchor.position if anchor is not None else None

    def root_at(self, size: int) -> bytes:
        """See SupervisionLedger."""
        return root_at(self._state.tree, size)

    def act(self, position: int) -> Statement:
        """See SupervisionLedger."""
        if position in self._acts:
            return self._acts[position]
        row = self._state.store.statement(position)
        if row is None:
            raise StoreError(f"存储被改动: 没有序号{position}的陈述")
        return self._content(row)

    def keep(self, position: int, statement: Statement) -> None:
        """Has the content of an act of this group at hand for those that follow it."""
        self._acts[position] = statement

    def subject(self, ref: str) -> SubjectRecord:
        """See Ledger."""
        return self._subjects.get(ref) or self._state.index.get(ref) or SubjectRecord(ref)

    def subject_ref(self, identifier_type: subject_pb2.IdentifierType.ValueType, value: str) -> str:
        """See Ledger. Asked three times for each event; a person's reference is a keyed hash."""
        key = (identifier_type, value)
        ref = self._refs.get(key)
        if ref is None:
            ref = self._refs[key] = self._state.vault.ref(identifier_type, value)
        return ref

    def recorded(self, key: StatementKey) -> Recorded | None:
        """Where a statement stands in the log, if it does."""
        return self._recorded.get(key)

    def ref(self, submission: Submission) -> str:
        """The reference of what a submission is about: a subject, or what ``_about`` says.

        Empty while the target of a withdrawal or repair is not admitted."""
        statement = submission.statement
        if (subject := subject_stated(statement)) is not None:
            return self.subject_ref(subject.identifier.type, subject.identifier.value)
        if (case := case_number_of(statement)) is not None:
            known = self.bans.get(statement.department, case)
            return known.ref if known else ""
        if (key := _target_key(submission)) is not None:
            target = self._events.get(key) or self._recorded.get(key)
            return target.subject if target else ""
        return _about(statement)

    def chain(self, ref: str) -> Chain:
        """Head of a subject's chain of leaves."""
        self._prefetch({ref} - self._read)
        return self._chains.get(ref) or Chain(ref, 0, EMPTY_CHAIN_HEAD)

    def _prefetch(self, refs: set[str]) -> None:
        if refs:
            self._read |= refs
            self._chains.update(self._state.store.chains(refs))
            self.persons.update(self._state.store.persons({ref for ref in refs if is_person(ref)}))

    def admit(self, key: StatementKey, recorded: Recorded, effects: Effects, chain: Chain) -> None:
        """Puts an admitted statement on top."""
        self._recorded[key] = recorded
        self._chains[chain.subject] = chain
        self._read.add(chain.subject)
        for record in effects.subjects:
            self._subjects[record.ref] = record
        for event in (effects.recorded, effects.target, *effects.fallen):
            if event:
                self._events[event.department, event.statement_id] = event
        if effects.ban:
            self.bans.put(effects.ban)
        for filed in effects.remedies:
            self.remedies.put(filed)
        for file in effects.files:
            self._files[file_key(file.file)] = file


def _placed(position: int, ref: str) -> Placed:
    return Placed(position, ref, about_subject=not ref.startswith((*ABOUT_OTHERS, FILE_PREFIX)))


def _about(statement: Statement) -> str:
    """The reference of what a statement is about that is about no subject: ``K:`` and a keyid, ``D:`` and a
    department, ``O:`` and an official, ``E:`` and an edition, ``V:`` and a file of supervision, ``R:`` for
    the registry itself. Each has a
    chain of leaves of its own, so that the map can show it complete: that a key is not revoked, say."""
    body = statement.WhichOneof("body")
    match body:
        case "key_enrolment":
            return f"K:{keyid_of(statement.key_enrolment.public_key)}"
        case "key_revocation":
            return f"K:{statement.key_revocation.keyid}"
        case "department_registration":
            return f"D:{statement.department_registration.code}"
        case "official_registration" | "official_revocation":
            official = getattr(statement, body)
            return f"O:{official.department}/{official.official_id}"
        case "edition_draft" | "edition_review" | "edition_adoption":
            return f"E:{getattr(statement, body).edition}"
        case "genesis" | "map_state" | "time_anchor" | "registry_key_change":
            return REGISTRY_REF
        case "supervision" | "risk_alert":
            return file_ref(file_of(statement))
        case _:
            return f"D:{statement.department}"


def _target_key(submission: Submission) -> StatementKey | None:
    target = target_of(submission.statement)
    return (target.department, target.statement_id) if target is not None else None
