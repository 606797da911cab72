"""When a record may be repaired, and when its disclosure is over (信用修复的条件).

The rule is that of the edition of a day for the list, or else for the category (``procedures.RepairRule``).
The months are the rule's own, or those of the list (提前移出), or those of the severity (最短公示期限); they
run from the document, from the entry or from the correction of the fault. Without any, there is no repair.

Worked example: an entry on L-04 corrected on 2026-02-10 may be repaired from 2026-08-10 on (六个月); one on
L-05 of 2026-01-15 from 2027-01-15 on (十二个月); a penalty of general severity of 2026-04-10 from 2026-07-10
on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from registry.domain.periods import add_months
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.procedures import RepairRule
from registry.sanctions.disclosure import DisclosureTerm, disclosure_of_record
from registry.sanctions.effects.marks import open_mark
from registry.sanctions.ground import Ground, GroundKind, MarkKind, SubjectRecord
from registry.sanctions.ledger import Ledger, RecordedEvent
from registry.sanctions.parties import parties_of
from registry.v1 import verdict_pb2

_LATEST = 2**63 - 1
_SAME = (verdict_pb2.SUBJECT_RELATION_SELF, verdict_pb2.SUBJECT_RELATION_SAME)
_BINDING = (GroundKind.LISTED, GroundKind.IMPOSED)


@dataclass(frozen=True, slots=True)
class RepairTerms:
    """The rule for repairing a record, and the first day on which it may be repaired."""

    rule: RepairRule
    earliest: date

    @property
    def basis(self) -> str:
        """The articles."""
        return "、".join(self.rule.basis)


def repair_terms(
    target: RecordedEvent, record: SubjectRecord, edition: Edition, day: date, corrected_on: date
) -> RepairTerms | None:
    """What an edition asks for the repair of a record on a day; None if it is not available."""
    rule = edition.procedures.repair_rule(target.category, target.list_code, day)
    grounds = standing_grounds(target, record)
    if rule is None or not grounds:
        return None
    earliest = _earliest(rule, grounds, edition, day, corrected_on)
    return RepairTerms(rule, earliest) if earliest is not None else None


def standing_grounds(target: RecordedEvent, record: SubjectRecord) -> list[Ground]:
    """The rows that a statement left and that are held."""
    return [row for row in record.grounds if row.position == target.position and row.known_to is None]


def _earliest(
    rule: RepairRule, grounds: list[Ground], edition: Edition, day: date, corrected_on: date
) -> date | None:
    listed = next((row for row in grounds if row.kind is GroundKind.LISTED), None)
    starts = {
        "document": grounds[0].law_date,
        "listing": listed.period.first if listed else grounds[0].law_date,
        "correction": corrected_on,
    }
    months = rule.min_months
    if months is None and listed is not None:
        entry = edition.credit_list(listed.code, listed.period.first)
        months = entry.early_removal_months if entry else None
    elif months is None:
        term = _penalty_term(grounds, edition, day)
        return term.earliest_end if term else None
    return add_months(starts[rule.counted_from], months) if months is not None else None


def _penalty_term(grounds: list[Ground], edition: Edition, day: date) -> DisclosureTerm | None:
    recorded = next((row for row in grounds if row.facts is not None), None)
    if recorded is None or recorded.facts is None:
        return None
    return disclosure_of_record(edition.rules, recorded.facts, decided_on=recorded.law_date, asked_on=day)


def disclosure_is_over(target: RecordedEvent, record: SubjectRecord, edition: Edition, day: date) -> bool:
    """Whether the term for which a record is disclosed is over on a day; not where no end is known."""
    category, grounds = edition.category(target.category), standing_grounds(target, record)
    if category is None or not grounds:
        return False
    if category.disclosure == "by_severity":
        term = _penalty_term(grounds, edition, day)
        return term is not None and term.last < day
    binding = [row.period.last for row in grounds if row.kind in _BINDING]
    listed = category.disclosure.startswith("while")
    return listed and bool(binding) and all(last is not None and last < day for last in binding)


def is_hidden(target: RecordedEvent, record: SubjectRecord) -> bool:
    """Whether disclosure was ended, by repair or as the result of an objection."""
    return open_mark(record, target.position, MarkKind.UNDISCLOSED) is not None


def repaired_falsely(record: SubjectRecord, ledger: Ledger, day: date) -> bool:
    """Whether a repair of the subject, under whichever of its codes, rested on false papers, and the time in
    which it may not repair on commitment alone is not over on a day (修复弄虚作假)."""
    return any(
        mark.kind is MarkKind.FALSE_REPAIR and mark.known_to is None and mark.period.contains(day)
        for one in _under_every_code(record, ledger)
        for mark in one.marks
    )


def _under_every_code(record: SubjectRecord, ledger: Ledger) -> Iterator[SubjectRecord]:
    parties = parties_of(record, ledger.subject, position=_LATEST, day=date.max)
    yield from (ledger.subject(party.ref) for party in parties if party.relation in _SAME)
