"""What everybody may be told of organisations (对社会公示): one of them, and whether a statement is shown.

Everybody is told the same, whoever asks and with whatever rights: so nothing that only some may know can slip
out this way. It is told as of now alone, by the last statement and today; what is repaired by then was never
there for whoever asks after it.

Example: ``Published(ask).of(found)`` of a firm that 人社 put on L-04 has the entry under E-06 and the
restrictions that follow from it, until 人社 repairs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from registry.access.identity import Caller, CallerRole
from registry.commands.ask import Ask, Found, Matter
from registry.commands.identity import Identity
from registry.commands.records import Records
from registry.domain.periods import Period
from registry.provenance.vault import is_person
from registry.sanctions.ground import Ground, GroundKind, SubjectRecord
from registry.sanctions.published_tally import Moment
from registry.sanctions.record.entries import Entry, entries_of
from registry.sanctions.record.published import binding_by, is_published, shown_days, speaking
from registry.sanctions.record.sections import Section, sections_of
from registry.sanctions.record.statement import said_by
from registry.sanctions.redlists import entry_of
from registry.sanctions.restriction import Restriction
from registry.store.interface import StoreError
from registry.v1 import consistency_pb2, restriction_service_pb2, statement_pb2, verdict_pb2
from registry.v1.incentive_service_pb2 import RED_LIST_STATE_GRANTED

_NOTHING = restriction_service_pb2.Purpose()


@dataclass(frozen=True, slots=True)
class Bound:
    """A restriction that everybody is told of, and where it stands."""

    restriction: Restriction
    status: verdict_pb2.HitStatus.ValueType


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of an organisation: whom the code names, entries by category, restrictions, red lists."""

    identity: Identity
    sections: tuple[Section, ...] = ()
    restrictions: tuple[Bound, ...] = ()
    red_lists: tuple[Ground, ...] = ()


class Published(Records):
    """What is shown, over the state that verdicts are given from."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask)
        self._everybody = Caller(CallerRole.PUBLIC, "everybody", self._state.origin)

    def now(self) -> Matter:
        """The question what is shown, settled. Raises RegistryError where this process lags behind."""
        return self.matter(self._everybody, _NOTHING, consistency_pb2.Consistency())

    def of(self, found: Found, matter: Matter) -> Shown:
        """What is shown of an organisation as of now."""
        identity = self._identities.whole([found], matter)[0]
        records = self._records(found, matter)
        day = matter.question.day
        statements = self._statements(records, matter.position)
        entries = [
            entry
            for entry in entries_of(
                statements, records, position=matter.position, edition=matter.edition, day=day
            )
            if is_published(entry, day)
        ]
        sections = [section for section in sections_of(entries, matter.edition) if section.entries]
        return Shown(
            _without_persons(identity),
            tuple(sections),
            tuple(self._restrictions(entries, records, matter)),
            tuple(self._red_lists(entries, records, matter)),
        )

    def is_shown(self, at: int, record: SubjectRecord, moment: Moment) -> bool:
        """Whether everybody may be told of the statement at a position, as of a moment."""
        shown = self.days_of(at, record, moment)
        return shown is not None and shown.contains(moment.day)

    def days_of(self, at: int, record: SubjectRecord, moment: Moment) -> Period | None:
        """The days on which the statement at a position is shown; None: on none."""
        grounds = speaking(record, moment.position).get(at)
        if not grounds:
            return None
        return shown_days(
            grounds,
            record,
            position=moment.position,
            edition=moment.edition,
            day=moment.day,
            said_of=partial(self.said, record.ref),
        )

    def said(self, ref: str, position: int) -> statement_pb2.Event:
        """What the statement at a position says of its subject. Raises StoreError."""
        for recorded in self._state.store.events_about([ref]):
            if recorded.position == position:
                return said_by(self._statement(position)[0], recorded)
        raise StoreError(f"存储被改动: 没有序号{position}的陈述")

    def _restrictions(
        self, entries: Sequence[Entry], records: dict[str, SubjectRecord], matter: Matter
    ) -> list[Bound]:
        found = []
        for entry in entries:
            record = records[entry.stated.recorded.subject]
            found += [
                Bound(restriction, status)
                for restriction, status in binding_by(
                    entry.grounds,
                    record,
                    position=matter.position,
                    edition=matter.edition,
                    day=matter.question.day,
                )
            ]
        return found

    def _red_lists(
        self, entries: Sequence[Entry], records: dict[str, SubjectRecord], matter: Matter
    ) -> list[Ground]:
        found = []
        for entry in entries:
            record = records[entry.stated.recorded.subject]
            same = [each for ref, each in records.items() if ref != record.ref]
            for ground in entry.grounds:
                told = ground.kind is GroundKind.GRANTED and entry_of(
                    ground,
                    record,
                    position=matter.position,
                    edition=matter.edition,
                    day=matter.question.day,
                    same=same,
                )
                if told and told.state == RED_LIST_STATE_GRANTED:
                    found.append(ground)
        return found


def _without_persons(identity: Identity) -> Identity:
    """The same, and nobody in it who is no organisation."""
    return replace(identity, related=tuple(each for each in identity.related if not is_person(each.ref)))
