"""Reading a subject's file (信用档案), and reports made of it (专项信用报告).

A file is that of one subject under all its codes (换码). Its statements are opened from the log as they were
signed; what of them the caller may see, ``right_to_see`` decides. A natural person is asked about for a
stated purpose and reference, and whoever answers logs the question before the answer leaves (查询日志).

Example: B succeeded A. Asked about either, the file has the statements about both, in the order of the log.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date

from google.protobuf.message import DecodeError

from registry.access.identity import Caller, CallerRole
from registry.access.policy import may_ask
from registry.commands.ask import Ask, Found, Matter
from registry.commands.identity import Identities, Identity
from registry.commands.intake import open_envelope
from registry.commands.measure_use import first_ms
from registry.commands.right_to_see import is_certifiable, may_see
from registry.domain.identifiers import mask
from registry.domain.periods import Period, china_day
from registry.errors import RegistryError
from registry.provenance.leaf import Leaf
from registry.provenance.vault import VaultError
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.record.certificate import SERIOUS_LISTS, certified, silence_of, statement_zh
from registry.sanctions.record.entries import Entry, Stated, entries_of
from registry.sanctions.record.sections import Section
from registry.sanctions.record.statement import said_by
from registry.store.interface import StoreError
from registry.v1 import consistency_pb2, restriction_service_pb2, verdict_pb2
from registry.v1 import error_reason_pb2 as reasons
from registry.v1.statement_pb2 import Statement

_ITSELF = (verdict_pb2.SUBJECT_RELATION_SELF, verdict_pb2.SUBJECT_RELATION_SAME)


@dataclass(frozen=True, slots=True)
class File:
    """Whom a question names, and the entries of the file that the caller may see, in the order of the log."""

    identity: Identity
    entries: tuple[Entry, ...]

    @property
    def is_known(self) -> bool:
        """Whether there is a file, be it empty for this caller."""
        return _has_file(self.identity)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A special credit report; without sections where nothing can be said of the subject."""

    identity: Identity
    sections: tuple[Section, ...]
    lists: tuple[str, ...]
    statement: str

    @property
    def nothing_recorded(self) -> bool:
        """Whether there is a report, and nothing in it."""
        return bool(self.sections) and not any(section.entries for section in self.sections)


class Records:
    """Files and reports over the state that verdicts are given from."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._state = ask.state
        self._identities = Identities(ask)

    def matter(
        self,
        caller: Caller,
        purpose: restriction_service_pb2.Purpose,
        consistency: consistency_pb2.Consistency,
        *,
        on: date | None = None,
        time_left_s: float | None = None,
    ) -> Matter:
        """A question about a file, settled: for whom, as known when, on which day (None: now).

        Raises RegistryError where the caller may not ask in the domain it states."""
        if purpose.domain and caller.role is not CallerRole.REGISTRAR and not may_ask(caller, purpose.domain):
            message = "本系统无权查询这一领域。"
            raise RegistryError.of(reasons.ERROR_REASON_DOMAIN_DENIED, message, "purpose.domain")
        position = self._ask.position_of(consistency, time_left_s)
        valid_ms = self._ask.now_ms() if on is None else first_ms(on)
        facts = restriction_service_pb2.Matter()
        return self._ask.matter(caller, purpose, facts, position=position, valid_ms=valid_ms)

    def require_purpose(self, matter: Matter) -> None:
        """Raises RegistryError unless domain, reference and reason are stated, as asking about persons needs.

        The registrar keeps every file, and has no domain of its own."""
        if not matter.purpose.domain and matter.caller.role is not CallerRole.REGISTRAR:
            message = "查询自然人须写明用途所属的领域。"
            raise RegistryError.of(reasons.ERROR_REASON_PURPOSE_REQUIRED, message, "purpose.domain")
        self._ask.require_purpose(matter)

    def file(self, found: Found, matter: Matter) -> File:
        """The file of a subject, as far as the caller may see it."""
        identity = self._identities.whole([found], matter)[0]
        return File(identity, tuple(self._seen(found, matter, may_see)))

    def certificate(self, found: Found, matter: Matter, period: Period) -> Certificate:
        """The report on a subject for a period that ends on the day of the matter or before it."""
        identity, edition, day = (
            self._identities.whole([found], matter)[0],
            matter.edition,
            matter.question.day,
        )
        lists = tuple(code for code in sorted(edition.lists) if _is_serious(code, edition, day))
        told = self._seen(found, matter, is_certifiable)
        sections = tuple(certified(told, period)) if _has_file(identity) else ()
        silence = silence_of(lists, day, edition, connected=matter.connected, delivered=matter.delivered)
        whom, personal = _whom(found, identity), found.personal
        said = statement_zh(whom, identity.status, period, sections, silence, personal=personal)
        return Certificate(identity, sections, lists, said)

    def _seen(
        self, found: Found, matter: Matter, allowed: Callable[[Entry, Matter, date], bool]
    ) -> Iterator[Entry]:
        """The entries that the caller is allowed to see, both as asked and as of now."""
        records = self._records(found, matter)
        statements = list(self._statements(records, matter.position))
        latest, day, today = self._state.index.position, matter.question.day, self._ask.today()
        edition = self._state.edition_at(latest, today)
        now = entries_of(statements, records, position=latest, edition=edition, day=today)
        asked = entries_of(statements, records, position=matter.position, edition=matter.edition, day=day)
        for entry, entry_now in zip(asked, now, strict=True):
            if allowed(entry, matter, day) and allowed(entry_now, matter, today):
                yield entry

    def _records(self, found: Found, matter: Matter) -> dict[str, SubjectRecord]:
        """What is recorded of the subject, under each of its codes."""
        record = self._ask.record(found, matter) if found.ref else None
        parties = self._ask.parties(record, matter) if record is not None else []
        refs = [party.ref for party in parties if party.relation in _ITSELF]
        known = ((ref, self._state.index.get(ref)) for ref in refs)
        return {ref: each for ref, each in known if each is not None}

    def _statements(self, refs: Collection[str], position: int) -> Iterator[Stated]:
        """What was stated about the subject up to a position, in the order of the log."""
        for recorded in self._state.store.events_about(refs) if refs else ():
            if recorded.position <= position and recorded.is_about_subject:
                ended = recorded.ended_position
                statement, received_on = self._statement(recorded.position)
                yield Stated(
                    recorded=recorded,
                    said=said_by(statement, recorded),
                    received_on=received_on,
                    ended_on=None if ended is None else china_day(self._state.received_ms(ended)),
                )

    def _statement(self, position: int) -> tuple[Statement, date]:
        """A statement as it was signed, and the day on which it was received."""
        row = self._state.store.statement(position)
        if row is None:
            raise StoreError(f"存储被改动: 没有序号{position}的陈述")
        try:
            statement = Statement.FromString(open_envelope(row, self._state.log).payload)
        except (VaultError, DecodeError) as error:
            raise StoreError(f"序号{position}的陈述不能读取") from error
        return statement, china_day(Leaf.decode(row.leaf).received_ms)


def _has_file(identity: Identity) -> bool:
    """Whether an identifier leads to one file, even if names in it disagree."""
    return identity.status == verdict_pb2.RESOLUTION_STATUS_RESOLVED or bool(identity.disputed_names)


def _is_serious(code: str, edition: Edition, day: date) -> bool:
    entry = edition.credit_list(code, day)
    return entry is not None and entry.category == SERIOUS_LISTS


def _whom(found: Found, identity: Identity) -> str:
    """Whom a report is about, in words; a natural person by the masked number alone."""
    name = identity.names[0] if identity.names else "该自然人" if found.personal else "该主体"
    return f"{name}({mask(found.type, found.code)})"
