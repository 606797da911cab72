"""The disclosed statements folded again, by the same functions as the registry's own (``effects_of``).

Only what a receipt shows is here. A statement that refers to one which is not shown changes nothing that is
shown and is passed over; but a correction puts its replacement on record all the same.

What the receipt leaves open is assumed by whoever folds (``Assumed``): which edition was law on the day of a
decision, and of what kind a department is. What was assumed is told as the registry's word.

Example: an event at 7, its repair at 30: ``record("9113…")`` has the ground of 7 closed at 30, and the
shortened one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from registry.domain.departments import Department, Directory, Key
from registry.domain.identifiers import normalise
from registry.domain.registry_keys import RegistryKeys
from registry.domain.sources import DeliveryNote
from registry.sanctions.adoption import EditionBook, founding_case
from registry.sanctions.bans.case import CaseBook
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.effects import Effects, effects_of, genesis_effects
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.ledger import Placed, RecordedEvent, Told
from registry.sanctions.remedies.remedy import RemedyBook
from registry.sanctions.said import stated_event
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.verification.keys import Authority
from registry.verification.report import SkippedError
from registry.verification.statements import BEFORE_A_DECISION, OWN_BODIES, Evidence, Shown, identifier_of

_NOT_SHOWN = -1
_WITHOUT_BEARING = OWN_BODIES | BEFORE_A_DECISION | {"edition_draft", "edition_review", "erasure"}
"""Steps before an adoption change no verdict; nor does it that what no longer counts is erased."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """What a fold takes for granted: ``edition`` was the law from the beginning, if it is named, and
    departments whose registration is not shown are of ``kinds``."""

    edition: str = ""
    kinds: frozenset[str] = frozenset()


class EvidenceLedger:
    """See registry.sanctions.ledger.Ledger: the registry as far as a receipt shows it."""

    def __init__(
        self, evidence: Evidence, authority: Authority, editions: Mapping[str, Edition], assumed: Assumed
    ) -> None:
        self.origin = evidence.origin
        self.book = EditionBook()
        self.directory = Directory()
        self.registry_keys = RegistryKeys()
        self.bans = CaseBook()
        self.remedies = RemedyBook()
        self.deliveries: dict[int, DeliveryNote] = {}
        self.undisclosed: set[int] = set()
        self.unregistered: set[str] = set()
        self._evidence, self._signers = evidence, authority.signers
        self._editions, self._assumed = editions, assumed
        self._records: dict[str, SubjectRecord] = {}
        self._events: dict[tuple[str, str], RecordedEvent] = {}
        self._refs: dict[tuple[int, str], str] = {}
        self._placed: dict[tuple[str, str], Placed] = {}

    def fold(self, position: int, *, events: bool = True) -> None:
        """Folds everything that is shown up to a position; without ``events``, who is who alone. Raises
        SkippedError where an edition that judges an event is not at hand."""
        for at in sorted(self._evidence.statements):
            shown = self._evidence.statements[at]
            if at <= position and shown.body not in _WITHOUT_BEARING and (events or not _is_judged(shown)):
                self._fold(shown)

    def record(self, ref: str) -> SubjectRecord | None:
        """What is shown of a subject; None if nothing is."""
        return self._records.get(ref)

    def edition_on(self, day: date) -> Edition:
        """See Ledger."""
        return self.edition(self.book.at(_LATEST, day))

    def edition(self, edition: str) -> Edition:
        """See Ledger. Raises SkippedError if it is not at hand."""
        found = self._editions.get(edition)
        if found is None:
            raise SkippedError(f"手头没有目录版本 {edition[:12]}…, 不能重新判定")
        return found

    def event(self, department: str, statement_id: str) -> RecordedEvent | None:
        """See Ledger."""
        return self._events.get((department, statement_id))

    def events_about(self, refs: Sequence[str]) -> Sequence[RecordedEvent]:
        """See Ledger; of the statements shown."""
        return [event for event in self._events.values() if event.subject in refs]

    def placed(self, department: str, statement_id: str) -> Placed | None:
        """See Ledger."""
        return self._placed.get((department, statement_id))

    def signed_by(self, key: Key, first: int) -> Sequence[Placed]:
        """See Ledger; of the statements shown."""
        by_position = {each.position: each for each in self._placed.values()}
        mine = (at for at, signer in sorted(self._signers.items()) if signer.keyid == key.keyid)
        return [by_position[at] for at in mine if at >= first and at in by_position]

    def erased_by(self, department: str, statement_id: str) -> int | None:
        """See Ledger. What is erased cannot be shown."""
        return None

    def told(self, ref: str) -> Sequence[Told]:
        """See Ledger. Nothing is folded without what is erased."""
        return ()

    def is_recorded(self, department: str, statement_id: str) -> bool:
        """See Ledger."""
        return (department, statement_id) in self._placed

    def subject(self, ref: str) -> SubjectRecord:
        """See Ledger."""
        return self._records.get(ref) or SubjectRecord(ref)

    def subject_ref(self, identifier_type: subject_pb2.IdentifierType.ValueType, value: str) -> str:
        """See Ledger. Keyed hashes cannot be made here: a reference is that of a leaf where one is shown."""
        code = normalise(value)
        if identifier_type == subject_pb2.IDENTIFIER_TYPE_USCC:
            return code
        return self._refs.get((identifier_type, code)) or hidden_ref(identifier_type, code)

    def _fold(self, shown: Shown) -> None:
        statement, ref = shown.statement, self._evidence.refs.get(shown.leaf.subject_key, "")
        identifier = identifier_of(statement)
        if identifier is not None and ref:
            self._refs[identifier.type, normalise(identifier.value)] = ref
        if shown.body == "genesis":
            self._found(statement.genesis)
        elif shown.body == "edition_adoption":
            self._adopt(statement.edition_adoption, shown.position)
        elif shown.body != "registry_key_change" and self._can_be_folded(shown, ref):
            signer = self._signers.get(shown.position)
            key = self.directory.key(signer.keyid) if signer else None
            self._take(effects_of(statement, position=shown.position, ledger=self, signer=key))
        if ref or shown.body == "delivery":
            self._placed[shown.id] = Placed(shown.position, ref, shown.about_subject)

    def _can_be_folded(self, shown: Shown, ref: str) -> bool:
        """Whether what it refers to is shown, or need not be."""
        self._register(shown.statement.department, shown.about_subject)
        target = shown.target
        if (
            target is None
            or target in self._events
            or (shown.body == "confirmation" and target in self._placed)
        ):
            return True
        self.undisclosed.add(shown.position)
        event = stated_event(shown.statement)
        if event is None:
            return False
        self._events[target] = RecordedEvent(_NOT_SHOWN, *target, subject=ref, category=event.category)
        return True

    def _register(self, code: str, about_subject: bool) -> None:
        """A department whose registration is not shown is of the kinds that are assumed."""
        if about_subject and self.directory.department(code) is None:
            self.unregistered.add(code)
            registration = pb.DepartmentRegistration(code=code, kinds=sorted(self._assumed.kinds))
            self.directory.put_department(Department.registered(registration, 0))

    def _found(self, genesis: pb.Genesis) -> None:
        self._take(replace(genesis_effects(genesis), edition=None, registry_keys=()))
        self.book.put(founding_case(self._assumed.edition or genesis.edition.edition, genesis.edition.label))

    def _adopt(self, adoption: pb.EditionAdoption, position: int) -> None:
        if not self._assumed.edition:
            case = founding_case(adoption.edition, adoption.label)
            assert case.adopted is not None
            act, first = replace(case.adopted, position=position), date.fromisoformat(adoption.in_force_from)
            self.book.put(replace(case, adopted=act, in_force_from=first))

    def _take(self, effects: Effects) -> None:
        self._records.update((record.ref, record) for record in effects.subjects)
        for event in (effects.recorded, effects.target, *effects.fallen):
            if event is not None:
                self._events[event.department, event.statement_id] = event
        if effects.ban is not None:
            self.bans.put(effects.ban)
        for filed in effects.remedies:
            self.remedies.put(filed)
        self._take_directory(effects)
        if effects.delivered is not None:
            self.deliveries[effects.delivered.position] = effects.delivered
        for position in effects.doubted:
            self.deliveries.pop(position, None)

    def _take_directory(self, effects: Effects) -> None:
        for department in effects.departments:
            self.directory.put_department(department)
        for official in effects.officials:
            self.directory.put_official(official)
        for key in effects.keys:
            self.directory.put_key(key)


def _is_judged(shown: Shown) -> bool:
    """Whether a statement is judged by an edition of the catalogue."""
    return shown.body == "red_list_candidacy" or stated_event(shown.statement) is not None


_LATEST = 2**63 - 1


def hidden_ref(identifier_type: int, code: str) -> str:
    """A name, here alone, for a subject whose reference is not shown."""
    return f"?:{identifier_type}|{code}"


def latest_deliveries(notes: Iterable[DeliveryNote], codes: Iterable[str]) -> dict[str, DeliveryNote]:
    """Of each list the delivery that reaches least far, of the latest of each department that is shown."""
    by_keeper = {(note.list_code, note.department): note for note in sorted(notes)}
    found: dict[str, DeliveryNote] = {}
    for code in codes:
        of_list = [note for (listed, _), note in by_keeper.items() if listed == code]
        if of_list:
            found[code] = min(of_list, key=lambda note: (note.as_of, note.position))
    return found
