"""What a ban would do, before anybody signs (预览): which verdicts would change, and for whom.

The subject is asked about in every domain, role and kind of tender, as it is and with the proposal in force
from a day on; only what changes is told. Of subjects related to it (branches, the legal person they belong
to) the same. Pure: nothing is recorded, and sources are taken as they are asked for (a stale source changes
nothing here).

Example: M-PRO-01 proposed for a firm: in 政府采购 as 供应商 CLEAR becomes BLOCKED; its branch's becomes
REVIEW."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from registry.domain.departments import Department
from registry.sanctions.admission.ban_proposal import as_event
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.effects.recording import grounds_of
from registry.sanctions.ground import Ground, SubjectRecord
from registry.sanctions.parties import Party, parties_of
from registry.sanctions.verdict import Decision, Question, decide
from registry.v1 import ban_service_pb2 as ban
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2, verdict_pb2

RecordOf = Callable[[str], SubjectRecord | None]
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
    """A proposal about a subject, supposed to be in force from ``first`` on, by the law of ``day``."""

    subject: subject_pb2.Subject
    proposal: pb.BanProposal
    department: Department
    edition: Edition
    day: date
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


def shifts(supposed: Supposed, ref: str, record_of: RecordOf) -> list[Shift]:
    """Every verdict that would change."""
    before = record_of(ref) or SubjectRecord(ref)
    grounds = before.grounds + supposed.grounds(ref)
    known = before.known if before.known_at(_NEXT) else (*before.known, (_NEXT, None))
    after = replace(before, grounds=grounds, known=known)

    def supposedly(other: str) -> SubjectRecord | None:
        return after if other == ref else record_of(other)

    parties = parties_of(after, supposedly, position=_NEXT, day=supposed.first)
    found = list(_changed(supposed, before, after, (record_of, supposedly)))
    for party in parties[1:]:
        record = record_of(party.ref)
        if record is not None and party.ref != ref:
            told = _changed(supposed, record, record, (record_of, supposedly))
            found += [replace(shift, party=party) for shift in told]
    return found


def _changed(
    supposed: Supposed, before: SubjectRecord, after: SubjectRecord, looks: tuple[RecordOf, RecordOf]
) -> Iterator[Shift]:
    seen: set[tuple[int, int, int, int]] = set()
    for question in _questions(supposed):
        old = _decide(question, before, supposed.edition, looks[0])
        new = _decide(question, after, supposed.edition, looks[1])
        told = (question.domain, question.tender_kind, old.verdict, new.verdict)
        if old.verdict != new.verdict and (*told[:2], question.role, new.verdict) not in seen:
            seen.add((*told[:2], question.role, new.verdict))
            yield Shift(question, old.verdict, new.verdict)


def _questions(supposed: Supposed) -> Iterator[Question]:
    regions = {measure.scope.region for measure in supposed.proposal.measures}
    region = regions.pop() if len(regions) == 1 else ""
    roles = [role for role in subject_pb2.SubjectRole.values() if role]
    for domain in _LOOKED_AT:
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
