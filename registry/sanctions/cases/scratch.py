"""A registry in memory (试算账本): statements are admitted and folded one by one, nothing is kept.

``ScratchLedger`` is the ``Ledger`` of pure trials: cases beside an edition, properties, simulations. It goes
through the same functions as the registry itself, ``admit``, ``effects_of`` and ``decide``; what it leaves
out is signatures, envelopes and the store. At position 0 each kind of department is registered (see
``fictional``) with every mandate that its kind may have, so what is refused is refused by law.

Example:
    >>> ledger = ScratchLedger(edition)
    >>> ledger.fold(statement, date(2026, 3, 1))
    []
    >>> ledger.decide(statement.event.subject, question).verdict
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from registry.domain.departments import Department, Directory, Key
from registry.domain.faults import Fault
from registry.domain.identifiers import normalise
from registry.domain.registry_keys import RegistryKeys
from registry.domain.sources import Sources
from registry.sanctions.admission import admit
from registry.sanctions.adoption import EditionBook, founding_case
from registry.sanctions.bans.case import CaseBook
from registry.sanctions.cases import fictional
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.effects import Effects, effects_of
from registry.sanctions.ground import GroundKind, SubjectRecord
from registry.sanctions.incentives import Granted, incentives_of, status_of
from registry.sanctions.ledger import Placed, RecordedEvent, Told
from registry.sanctions.parties import parties_of
from registry.sanctions.remedies.remedy import RemedyBook
from registry.sanctions.standing import RUNNING
from registry.sanctions.verdict import Decision, Question, Related, decide, source_fault
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2


class ScratchLedger:
    """See the module's text, and ``ledger.Ledger``. ``position`` is that of the last statement."""

    def __init__(self, edition: Edition) -> None:
        self.origin = fictional.ORIGIN
        self.book = EditionBook()
        self.directory = Directory()
        self.sources = Sources()
        self._bans, self._remedies = CaseBook(), RemedyBook()
        self.position = 0
        self._editions = {edition.hash: edition}
        self._records: dict[str, SubjectRecord] = {}
        self._events: dict[tuple[str, str], RecordedEvent] = {}
        self._seen: set[tuple[str, str]] = set()
        self.book.put(founding_case(edition.hash, edition.label))
        for kind in sorted(edition.department_kinds):
            registration = fictional.registration(kind, edition)
            self.directory.put_department(Department.registered(registration, 0))
            self.directory.put_key(_seal(registration.code))

    def edition_on(self, day: date) -> Edition:
        """See Ledger."""
        return self._editions[self.book.at(self.position, day)]

    def edition(self, edition: str) -> Edition:
        """See Ledger."""
        return self._editions[edition]

    @property
    def registry_keys(self) -> RegistryKeys:
        """See Ledger."""
        return RegistryKeys()

    @property
    def bans(self) -> CaseBook:
        """See Ledger."""
        return self._bans

    @property
    def remedies(self) -> RemedyBook:
        """See Ledger."""
        return self._remedies

    def event(self, department: str, statement_id: str) -> RecordedEvent | None:
        """See Ledger."""
        return self._events.get((department, statement_id))

    def events_about(self, refs: Sequence[str]) -> Sequence[RecordedEvent]:
        """See Ledger."""
        return [event for event in self._events.values() if event.subject in refs]

    def erased_by(self, department: str, statement_id: str) -> int | None:
        """See Ledger. No case is about an erasure."""
        return None

    def told(self, ref: str) -> Sequence[Told]:
        """See Ledger. Statements are not kept here."""
        return ()

    def placed(self, department: str, statement_id: str) -> Placed | None:
        """See Ledger. No case is about a compromised key."""
        return None

    def signed_by(self, key: Key, first: int) -> Sequence[Placed]:
        """See Ledger."""
        return ()

    def is_recorded(self, department: str, statement_id: str) -> bool:
        """See Ledger."""
        return (department, statement_id) in self._seen

    def subject(self, ref: str) -> SubjectRecord:
        """See Ledger."""
        return self._records.get(ref) or SubjectRecord(ref)

    def subject_ref(self, identifier_type: subject_pb2.IdentifierType.ValueType, value: str) -> str:
        """See Ledger. Nobody is real here, so a person's number need not be hidden."""
        code = normalise(value)
        return code if identifier_type == subject_pb2.IDENTIFIER_TYPE_USCC else f"{identifier_type}:{code}"

    def record(self, subject: subject_pb2.Subject) -> SubjectRecord | None:
        """What is recorded of a subject; None if nothing ever was."""
        return self._records.get(self.subject_ref(subject.identifier.type, subject.identifier.value))

    def fold(self, statement: pb.Statement, on: date, signer: Key | None = None) -> list[Fault]:
        """Admits a statement received on a day and sealed by its department, or signed with another key;
        every fault if it is refused.

        A statement under an id that its department has used changes nothing."""
        if self.is_recorded(statement.department, statement.statement_id):
            return []
        seal = self.directory.key(statement.department) or _seal(statement.department)
        signer = signer or seal
        faults = admit(statement, signers=[signer], received_on=on, ledger=self)
        if not faults:
            position = self.position + 1
            effects = effects_of(statement, position=position, ledger=self, signer=signer)
            self._take(effects)
            self._seen.add((statement.department, statement.statement_id))
            self.position = position
        return faults

    def deliver(self, list_codes: Iterable[str], on: date) -> None:
        """All who keep the lists deliver them up to a day, so that what is not found on them is not there."""
        keepers = self.directory.connections(self.position).keepers
        for code, keeper in [(each, keeper) for each in list_codes for keeper in keepers[each]]:
            statement = pb.Statement(
                statement_id=f"D-{self.position + 1}",
                origin=self.origin,
                department=keeper,
                nonce=fictional.NONCE,
                delivery=pb.Delivery(list_code=code, as_of=on.isoformat()),
            )
            faults = self.fold(statement, on)
            assert not faults, faults

    def decide(
        self, subject: subject_pb2.Subject, question: Question, position: int | None = None
    ) -> Decision:
        """The verdict on a subject, as known now or at an earlier position."""
        known = self.position if position is None else position
        record, edition = self.record(subject), self._editions[self.book.at(known, question.day)]
        connections = self.directory.connections(known)
        connected, delivered = connections.on(question.day), self.sources.known(known, connections)
        return decide(
            question,
            record,
            position=known,
            edition=edition,
            source_fault=source_fault(
                question.domain, question.day, edition, connected=connected, delivered=delivered
            ),
            related=self._related(record, known, question.day) if record else (),
        )

    def listed(self, subject: subject_pb2.Subject, day: date) -> frozenset[str]:
        """The lists a subject is on, on a day."""
        record = self.record(subject) or SubjectRecord("")
        entries = [ground for ground in record.grounds if ground.kind is GroundKind.LISTED]
        running = [e.code for e in entries if status_of(e, record, self.position, day) in RUNNING]
        return frozenset(running)

    def incentives(self, subject: subject_pb2.Subject, day: date) -> list[Granted]:
        """The facilitations granted to a subject on a day, those among them that something suspends too."""
        record = self.record(subject)
        return list(incentives_of(record, self.position, self.edition_on(day), day)) if record else []

    def _related(self, record: SubjectRecord, position: int, day: date) -> Related:
        parties = parties_of(record, self._records.get, position=position, day=day)[1:]
        return [(p.relation, self._records[p.ref]) for p in parties if p.ref in self._records]

    def _take(self, effects: Effects) -> None:
        self._records.update((record.ref, record) for record in effects.subjects)
        for event in (effects.recorded, effects.target, *effects.fallen):
            if event is not None:
                self._events[event.department, event.statement_id] = event
        if effects.ban is not None:
            self._bans.put(effects.ban)
        for filed in effects.remedies:
            self._remedies.put(filed)
        self._take_directory(effects)

    def _take_directory(self, effects: Effects) -> None:
        for department in effects.departments:
            self.directory.put_department(department)
        for official in effects.officials:
            self.directory.put_official(official)
        for key in effects.keys:
            self.directory.put_key(key)
        if effects.delivered is not None:
            self.sources.put(effects.delivered)
        if effects.content is not None:
            self._editions[effects.content.hash] = effects.content
        if effects.edition is not None:
            self.book.put(effects.edition)


def _seal(department: str) -> Key:
    """A department's own key, valid always; there is nothing to sign with it."""
    return Key(
        keyid=department,
        department=department,
        official_id="",
        valid_from=date.min,
        valid_until=date.max,
        position=0,
        enrolment=pb.KeyEnrolment(department=department),
    )
