"""Effects of repair, and of its annulment (信用修复、撤销修复).

* A repair that grants an application ends disclosure and sharing, and with it what depends on the record: the
  entry on a list, and the imposed measures that law lets end early (信用修复管理办法 第三条: 终止公示,
  停止共享和使用, 同步依法依规解除惩戒措施). What law keeps to its term goes on to it, and the record as such
  stays for the statutes that look back on it.
* One without an application is another system's: the entry on a list ends, as its authority says.
* An annulment (the repair rested on false papers) brings back what the repair ended, from its own day on to
  the former last day; for the days between the two it stays ended. What an objection ended before, stays so.

Worked example: a penalty with M-PRO-01, M-BID-01 and M-BUS-12, repaired at 50 from 2026-09-01: the first two
end on 2026-08-31, M-BUS-12 has its term. Annulled at 60 from 2026-12-01: the two are in force again from that
day on, as rows of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from registry.domain.departments import Key
from registry.domain.periods import Period, add_months
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.effects.changes import Effects
from registry.sanctions.effects.ending import held, shortened, target_of
from registry.sanctions.effects.filing import REPAIR, advanced, named, official_of
from registry.sanctions.effects.marks import Marked, begun, ended_on, open_marks
from registry.sanctions.ground import Ending, Ground, GroundKind, Mark, MarkKind, SubjectRecord
from registry.sanctions.ledger import Ledger, RecordedEvent
from registry.sanctions.remedies.remedy import Filed
from registry.sanctions.standing import ends_early
from registry.v1 import remedy_service_pb2 as remedy
from registry.v1 import statement_pb2 as pb


def repair_effects(
    statement: pb.Statement, position: int, ledger: Ledger, signer: Key | None = None
) -> Effects:
    """The target's list entry ends on the day before the repair takes effect; where an application is
    granted, disclosure and all that may end early with it."""
    repair = statement.repair
    target = target_of(ledger, repair.target)
    record, day = ledger.subject(target.subject), date.fromisoformat(repair.effective_on)
    if not repair.HasField("application"):
        made = removed(record, target, day, position)
    else:
        found = begun(record, target.position, MarkKind.UNDISCLOSED, Period(day, None), position)
        ending = ends_with_repair(record, target, ledger.edition_on(day), day)
        made = shortened(found.record, ending, day, Ending.REPAIRED, position)
        made = replace(made, marked=found.opened, remedies=_granted(repair, position, ledger, signer))
    return replace(made, target=replace(target, repaired_position=position))


def removed(record: SubjectRecord, target: RecordedEvent, day: date, position: int) -> Effects:
    """An entry leaves its list. A measure that the same document imposes ends by its term, by withdrawal or
    by lifting."""
    ending = held(record, target, GroundKind.LISTED)
    return shortened(record, ending, day, Ending.REPAIRED, position)


def ends_with_repair(
    record: SubjectRecord, target: RecordedEvent, edition: Edition, day: date
) -> list[Ground]:
    """What a repair ends: the entry on a list, and the imposed measures that may end early on its day. What
    is over by then, or was ended before, is as it was."""
    return [
        row
        for row in held(record, target, GroundKind.LISTED, GroundKind.IMPOSED)
        if row.ended is Ending.NONE
        and ends_early(row, edition, day)
        and (row.period.last is None or day <= row.period.last)
    ]


def _granted(repair: pb.Repair, position: int, ledger: Ledger, signer: Key | None) -> tuple[Filed, ...]:
    application = named(repair.application, ledger)
    if application is None:
        return ()
    return (
        advanced(
            application,
            position,
            state=remedy.REMEDY_STATE_GRANTED,
            decided_on=repair.document.decided_on,
            decided_position=position,
            official_id=official_of(signer),
        ),
    )


def annulment_effects(statement: pb.Statement, position: int, ledger: Ledger, signer: Key | None) -> Effects:
    """What a repair ended goes on, is disclosed again, and the easy way is barred for a time."""
    annulment = statement.repair_annulment
    target = target_of(ledger, annulment.target)
    record, day = ledger.subject(target.subject), date.fromisoformat(annulment.effective_on)
    hidden = hidden_by_repair(record, target)
    shown = ended_on(record, hidden, day, position) if hidden is not None else Marked(record)
    barred = _barred(shown.record, target, day, position, ledger)
    opened = tuple(_going_on(record, target, day, position))
    return Effects(
        position,
        subjects=(replace(barred.record, grounds=record.grounds + opened),),
        opened=opened,
        marked=tuple(sorted(shown.opened + barred.opened, key=lambda mark: mark.position)),
        unmarked=shown.closed,
        target=replace(target, repaired_position=None),
        remedies=_annulled(target, position, ledger, signer),
    )


def hidden_by_repair(record: SubjectRecord, target: RecordedEvent) -> Mark | None:
    """The note by which the repair of a target ended its disclosure. Another may stand beside it: what was
    ended before as the result of an objection is ended for good."""
    noted = open_marks(record, target.position, MarkKind.UNDISCLOSED)
    return next((mark for mark in noted if mark.position == target.repaired_position), None)


def _barred(record: SubjectRecord, target: RecordedEvent, day: date, position: int, ledger: Ledger) -> Marked:
    rule = ledger.edition_on(day).procedures.false_repair
    assert rule is not None  # Admission has seen to it.
    term = Period(day, add_months(day, rule.months))
    return begun(record, target.position, MarkKind.FALSE_REPAIR, term, position)


def _going_on(record: SubjectRecord, target: RecordedEvent, day: date, position: int) -> Iterator[Ground]:
    """The rows that the repair ended, with new places in their statement, from a day on."""
    mine = [row for row in record.grounds if row.position == target.position]
    ordinal = max((row.ordinal for row in mine), default=-1)
    repaired = [row for row in mine if row.known_from == target.repaired_position]
    for row in (row for row in repaired if row.known_to is None and row.ended is Ending.REPAIRED):
        former = next(r for r in mine if r.ordinal == row.ordinal and r.known_to == row.known_from)
        if former.period.last is not None and former.period.last < day:
            continue
        ordinal += 1
        term = Period(max(day, former.period.first), former.period.last)
        yield replace(former, ordinal=ordinal, period=term, known_from=position, known_to=None)


def _annulled(target: RecordedEvent, position: int, ledger: Ledger, signer: Key | None) -> tuple[Filed, ...]:
    return tuple(
        advanced(each, position, state=remedy.REMEDY_STATE_ANNULLED, official_id=official_of(signer))
        for each in ledger.remedies.about((target.department, target.statement_id))
        if each.told.kind == REPAIR and each.told.decided_position == target.repaired_position
    )
