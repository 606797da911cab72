"""What a ban would do, before anybody signs (预览): which verdicts would change, and for whom.

The subject is asked about in every domain, role and kind of tender, as it is and with the proposal in force
from a day on; only what changes is told. Of subjects related to it (branches, the legal person they belong
to) the same, once for each domain. Pure: nothing is recorded, and sources are taken as they are asked for (a
stale source changes nothing here).

Only the domains are looked at that are named: what changes tells what was so before, and not everybody may
learn that (a ban on leaving the country above all).

A subject that nothing is recorded of is known by the decision, so that elsewhere INDETERMINATE becomes CLEAR.

Example: M-PRO-01 proposed for a firm: in 政府采购 as 供应商 CLEAR becomes BLOCKED; its branch's becomes
REVIEW."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from registry.domain.departments import Department
from registry.sanctions.admission.ban_proposal import MAX_MONTHS, as_event
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.effects.recording import grounds_of
from registry.sanctions.ground import Ground, SubjectRecord
from registry.sanctions.parties import Party, parties_of
from registry.sanctions.verdict import Decision, Question, decide
from registry.v1 import ban_service_pb2 as ban
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2, verdict_pb2

RecordOf = Callable[[str], SubjectRecord | None]
Domains = Collection[subject_pb2.Domain.ValueType]
_TENDERS = {
    subject_pb2.DOMAIN_BIDDING: (subject_pb2.TENDER_KIND_COMPULSORY, subject_pb2.TENDER_KIND_VOLUNTARY),
}
_NONE = (subject_pb2.TENDER_KIND_UNSPECIFIED,)
_NEXT = 2**62
"""A position after every other, for what is only supposed."""
_LOOKED_AT = (
    subject_pb2.DOMAIN_PROCUREMENT, subject_pb2.DOMAIN_BIDDING, subject_pb2.DOMAIN_BUSINESS,
    subject_pb2.DOMAIN_FINANCING, subject_pb2.DOMAIN_EXIT_ENTRY, subject_pb2.DOMAIN_GENERAL,
    subject_pb2.DOMAIN_SUPERVISION,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Supposed:
    """A proposal about a subject, supposed to be decided on ``first`` and in force from then on. Its terms
    lie in the calendar (``term_fault``)."""

    subject: subject_pb2.Subject
    proposal: pb.BanProposal
    department: Department
    edition: Edition
    first: date

    def event(self) -> pb.Event:
        """The decision that is supposed."""
        return as_event(self.proposal, self.subject, self.department, self.first)

    def grounds(self, ref: str) -> tuple[Ground, ...]:
        """What it would leave on the subject's record."""
        event = self.event()
        known = [m for m in event.measures if self.edition.measure(m.measure_code, self.first) is not None]
        del event.measures[:]
        event.measures.extend(known)
        statement = pb.Statement(department=self.department.code, statement_id="preview", event=event)
        return tuple(grounds_of(event, statement, ref, _NEXT, self.edition, self.department))


@dataclass(frozen=True, slots=True)
class Shift:
    """A verdict that would become another; ``party`` is whose, None for the subject's own."""

    question: Question
    before: verdict_pb2.Verdict.ValueType
    after: verdict_pb2.Verdict.ValueType
    party: Party | None = None


def term_fault(proposal: pb.BanProposal) -> str:
    """What is wrong with a term that no calendar holds; empty if nothing is: then dates can be worked out."""
    longest = max([proposal.list_months, *(measure.months for measure in proposal.measures)])
    return f"期限{longest}个月超过{MAX_MONTHS}个月, 无法计算。" if longest > MAX_MONTHS else ""


def shifts(supposed: Supposed, ref: str, record_of: RecordOf, domains: Domains) -> list[Shift]:
    """Every verdict that would change in one of the domains."""
    before = record_of(ref) or SubjectRecord(ref)
    grounds = before.grounds + supposed.grounds(ref)
    known = before.known if before.known_at(_NEXT) else (*before.known, (_NEXT, None))
    after = replace(before, grounds=grounds, known=known)

    def supposedly(other: str) -> SubjectRecord | None:
        return after if other == ref else record_of(other)

    looks = (record_of, supposedly)
    found = list(_changed(supposed, (before, after), looks, domains))
    for party in parties_of(after, supposedly, position=_NEXT, day=supposed.first)[1:]:
        record = record_of(party.ref)
        if record is not None:
            changed = _changed(supposed, (record, record), looks, domains)
            found += _of_party(party, changed)
    return found


def _of_party(party: Party, changed: Iterator[Shift]) -> list[Shift]:
    """What changes for a related subject: the same in several roles is told once."""
    once = {(shift.question.domain, shift.before, shift.after): shift for shift in reversed(list(changed))}
    return [replace(shift, party=party) for shift in reversed(once.values())]


def _changed(
    supposed: Supposed,
    records: tuple[SubjectRecord, SubjectRecord],
    looks: tuple[RecordOf, RecordOf],
    domains: Domains,
) -> Iterator[Shift]:
    for question in _questions(supposed, domains):
        old = _decide(question, records[0], supposed.edition, looks[0])
        new = _decide(question, records[1], supposed.edition, looks[1])
        if old.verdict != new.verdict:
            yield Shift(question, old.verdict, new.verdict)


def _questions(supposed: Supposed, domains: Domains) -> Iterator[Question]:
    regions = {measure.scope.region for measure in supposed.proposal.measures}
    region = regions.pop() if len(regions) == 1 else ""
    roles = [role for role in subject_pb2.SubjectRole.values() if role]
    for domain in (each for each in _LOOKED_AT if each in domains):
        for role in roles:
            for tender in _TENDERS.get(domain, _NONE):
                yield Question(domain, role, supposed.first, region=region, tender_kind=tender)


def _decide(question: Question, record: SubjectRecord, edition: Edition, record_of: RecordOf) -> Decision:
    parties: Sequence[Party] = parties_of(record, record_of, position=_NEXT, day=question.day)
    related = [(p.relation, other) for p in parties[1:] if (other := record_of(p.ref)) is not None]
    return decide(
        question, record, position=_NEXT, edition=edition,
        source_fault=verdict_pb2.INDETERMINATE_REASON_UNSPECIFIED, related=related,
    )  # fmt: skip


def change_message(shift: Shift) -> ban.VerdictChange:
    """A change of the subject's own verdict as it travels."""
    return ban.VerdictChange(
        domain=shift.question.domain,
        role=shift.question.role,
        tender_kind=shift.question.tender_kind,
        before=shift.before,
        after=shift.after,
    )
