"""Files, reports and listings as messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from registry.access.identity import Caller
from registry.commands.listing_pages import Row
from registry.commands.right_to_see import open_measures
from registry.domain.periods import Period
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.entries import CreditList, RedList
from registry.sanctions.ground import Ending, Ground
from registry.sanctions.record.entries import Entry
from registry.sanctions.record.sections import Section, name_of
from registry.sanctions.verdict import Hit
from registry.servicer.masking import shown_content, without_numbers
from registry.servicer.messages import VerdictMessages
from registry.v1 import record_service_pb2 as pb
from registry.v1 import subject_pb2, verdict_pb2
from registry.v1.restriction_service_pb2 import CheckResponse

_NO_EFFECT = verdict_pb2.HIT_EFFECT_UNSPECIFIED  # Nothing was asked that a restriction could bear on.


def section_message(section: Section, *, day: date, edition: Edition, caller: Caller) -> pb.RecordSection:
    """A category with its entries, as its clocks stand on a day and as the caller may be told."""
    message = pb.RecordSection(category=section.category, name=section.name)
    for entry in section.entries:
        _put_entry(message.entries.add(), entry, day, edition)
        _put_measures(message.entries[-1], entry, caller)
    return message


def _put_measures(message: pb.RecordEntry, entry: Entry, caller: Caller) -> None:
    """What the caller may be told of the measures, and which of those are over before their own last day. One
    that goes on after a repair was annulled is not over."""
    message.measures.extend(open_measures(entry, caller))
    rows = [ground for ground in entry.grounds if ground.measure is not None]
    going_on = {row.code for row in rows if row.ended is Ending.NONE}
    for code in dict.fromkeys(measure.measure_code for measure in message.measures):
        lasts = [row.period.last for row in rows if row.code == code and row.period.last is not None]
        if lasts and code not in going_on:
            message.ended_early.add(measure_code=code, last_day=max(lasts).isoformat())


def _put_entry(message: pb.RecordEntry, entry: Entry, day: date, edition: Edition) -> None:
    recorded, said = entry.stated.recorded, entry.stated.said
    message.position, message.statement_id = recorded.position, recorded.statement_id
    message.department = recorded.department
    message.category, message.category_name = recorded.category, name_of(recorded.category, edition)
    if said.HasField("document"):
        message.document.CopyFrom(said.document)
        message.document.number = without_numbers(said.document.number)
    message.state = entry.state
    message.severity = said.severity
    message.content.extend(shown_content(said))
    message.legal_basis.extend(entry.legal_basis)
    message.list_code = recorded.list_code
    message.notes.extend(entry.notes)
    message.milder_rule = entry.milder
    _put_clocks(message, entry, day)


def _put_clocks(message: pb.RecordEntry, entry: Entry, day: date) -> None:
    validity, disclosure = entry.validity, entry.disclosure
    message.in_force_from, message.in_force_until = _days(validity.period)
    message.in_force = validity.running
    if disclosure.term is not None and disclosure.public:
        message.disclosed_from, message.disclosed_until = _days(disclosure.term)
        message.disclosed = disclosure.running(day)
    message.repairable_from = _day(disclosure.repairable_from)
    message.disclosure_basis = disclosure.basis
    message.retained_until = _day(entry.retained_until)


class RowMessages:
    """Builds rows of listings; natural persons are masked by ``identifier_of``."""

    def __init__(
        self, messages: VerdictMessages, identifier_of: Callable[[str], subject_pb2.Identifier]
    ) -> None:
        self._messages = messages
        self._identifier_of = identifier_of

    def row(self, row: Row, edition: Edition) -> pb.ListedRestriction:
        """A restriction, or an entry on a list, with whom it fell on."""
        return pb.ListedRestriction(
            subject=self._identifier_of(row.ground.subject), name=row.name, hit=self._hit(row, edition)
        )

    def _hit(self, row: Row, edition: Edition) -> verdict_pb2.Hit:
        if row.restriction is None:
            ground = row.ground
            return list_hit(ground, edition.credit_list(ground.code, ground.period.first), row.status)
        holder = CheckResponse()
        self._messages.add_hit(holder.hits, Hit(row.restriction, row.status, _NO_EFFECT, ()), edition)
        return holder.hits[0]


def list_hit(
    ground: Ground, listed: CreditList | RedList | None, status: verdict_pb2.HitStatus.ValueType
) -> verdict_pb2.Hit:
    """An entry on a list, or on a red list, as such: without the measures that it brings about."""
    first, last = _days(ground.period)
    message = verdict_pb2.Hit(
        list_code=ground.code,
        list_name=listed.name_zh if listed else "",
        document=ground.document,
        legal_basis=dict.fromkeys((*(listed.legal_basis if listed else ()), *ground.legal_basis)),
        until=last,
        relief=listed.relief if listed else "",
        position=ground.position,
        statement_id=ground.statement_id,
        department=ground.department,
        status=status,
        origin=verdict_pb2.RESTRICTION_ORIGIN_LIST,
        relation=verdict_pb2.SUBJECT_RELATION_SELF,
        unconfirmed=listed is not None and listed.confidence == "low",
    )
    setattr(message, "from", first)
    return message


def _days(period: Period) -> tuple[str, str]:
    return period.first.isoformat(), _day(period.last)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
