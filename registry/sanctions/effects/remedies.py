"""Effects of objections and of applications for repair, and of what is decided on them (异议、信用修复).

* An objection is noted on the record at once, and verdicts show it. With its result the note ends and, in the
  same statement, what the result says happens: as by a withdrawal (删除), by a correction (更正、补充), by
  the end of disclosure (终止披露), or by leaving the list (移出).
* An application for repair leaves nothing on the record. What grants it is a repair (``effects.repair``).

Example: an objection at 50 to a penalty of 40; the result at 60 says 删除: the note is settled, and asked at
60 nothing is known of the penalty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from registry.domain.departments import Key
from registry.domain.periods import Period
from registry.sanctions.effects.changes import Effects
from registry.sanctions.effects.ending import ended, target_of
from registry.sanctions.effects.filing import (
    OBJECTION,
    REPAIR,
    advanced,
    filed,
    moved,
    named,
    official_of,
    overtaken,
)
from registry.sanctions.effects.knowing import known_by_what_is_left
from registry.sanctions.effects.marks import Marked, begun, settled
from registry.sanctions.effects.reference import corrected
from registry.sanctions.effects.repair import annulment_effects, removed
from registry.sanctions.ground import MarkKind
from registry.sanctions.ledger import EventState, Ledger, RecordedEvent
from registry.sanctions.remedies.remedy import Filed
from registry.v1 import remedy_service_pb2 as remedy
from registry.v1 import statement_pb2 as pb

_REPLACING = (pb.OBJECTION_OUTCOME_CORRECTED, pb.OBJECTION_OUTCOME_SUPPLEMENTED)
_Made = Callable[[pb.Statement, int, Ledger, Key | None], Effects]


def remedy_effects(statement: pb.Statement, position: int, ledger: Ledger, signer: Key | None) -> Effects:
    """An objection or its result, an application for repair or what is decided on it, an annulment."""
    return _OF_BODY[statement.WhichOneof("body") or ""](statement, position, ledger, signer)


def _objection(statement: pb.Statement, position: int, ledger: Ledger, signer: Key | None) -> Effects:
    objection = statement.objection
    target = target_of(ledger, objection.target)
    made = filed(statement, target.subject, position, objection.target, signer)
    made.told.kind, made.told.ground = OBJECTION, objection.ground
    made.told.filed_on = objection.filed_on
    period = Period(date.fromisoformat(objection.filed_on), None)
    noted = begun(ledger.subject(target.subject), target.position, MarkKind.OBJECTED, period, position)
    return Effects(position, (noted.record,), marked=noted.opened, remedies=(made,))


def _result(statement: pb.Statement, position: int, ledger: Ledger, signer: Key | None) -> Effects:
    result = statement.objection_result
    target = target_of(ledger, result.target)
    record, day = ledger.subject(target.subject), date.fromisoformat(result.document.decided_on)
    noted = settled(record, target.position, MarkKind.OBJECTED, day, position)
    made = _outcome(statement, target, noted, position, ledger)
    decided = _decided(statement, position, ledger, signer)
    others = [each for each in made.remedies if each.key not in {one.key for one in decided}]
    return replace(made, remedies=(*decided, *others))


def _outcome(
    statement: pb.Statement, target: RecordedEvent, noted: Marked, position: int, ledger: Ledger
) -> Effects:
    """What a result does beside settling the objection."""
    result = statement.objection_result
    if result.outcome in _REPLACING:
        made = corrected(statement, result.replacement, target, noted, position, ledger)
        return replace(made, remedies=moved(target, statement, position, ledger))
    made = Effects(position, (noted.record,))
    if result.outcome == pb.OBJECTION_OUTCOME_DELETED:
        made = ended(noted.record, target, EventState.WITHDRAWN, position, ledger)
        made = known_by_what_is_left(made, ledger)
        made = replace(made, remedies=overtaken(target, position, result.document.decided_on, ledger))
    elif result.outcome == pb.OBJECTION_OUTCOME_DISCLOSURE_ENDED:
        period = Period(date.fromisoformat(result.effective_on), None)
        hidden = begun(noted.record, target.position, MarkKind.UNDISCLOSED, period, position)
        noted = replace(noted, record=hidden.record, opened=noted.opened + hidden.opened)
        made = Effects(position, (hidden.record,))
    elif result.outcome == pb.OBJECTION_OUTCOME_REMOVED:
        made = removed(noted.record, target, date.fromisoformat(result.effective_on), position)
        made = replace(made, target=replace(target, repaired_position=position))
    return replace(made, marked=noted.opened, unmarked=noted.closed)


def _decided(statement: pb.Statement, position: int, ledger: Ledger, signer: Key | None) -> tuple[Filed, ...]:
    result = statement.objection_result
    objection = named(result.objection, ledger)
    if objection is None:
        return ()
    refused = result.outcome == pb.OBJECTION_OUTCOME_REJECTED
    return (
        advanced(
            objection,
            position,
            state=remedy.REMEDY_STATE_REFUSED if refused else remedy.REMEDY_STATE_GRANTED,
            outcome=result.outcome,
            decided_on=result.document.decided_on,
            decided_position=position,
            official_id=official_of(signer),
        ),
    )


def _application(statement: pb.Statement, position: int, ledger: Ledger, signer: Key | None) -> Effects:
    application = statement.repair_application
    target = target_of(ledger, application.target)
    made = filed(statement, target.subject, position, application.target, signer)
    made.told.kind, made.told.filed_on = REPAIR, application.filed_on
    made.told.by_commitment = not application.proof
    return Effects(position, remedies=(made,))


def _acceptance(statement: pb.Statement, position: int, ledger: Ledger, signer: Key | None) -> Effects:
    acceptance = statement.repair_acceptance
    accepted = acceptance.accepted
    state = remedy.REMEDY_STATE_ACCEPTED if accepted else remedy.REMEDY_STATE_NOT_ACCEPTED
    return _moved_on(
        acceptance.application,
        position,
        ledger,
        signer,
        state=state,
        accepted_position=position if accepted else 0,
        decided_position=0 if accepted else position,
    )


def _refusal(statement: pb.Statement, position: int, ledger: Ledger, signer: Key | None) -> Effects:
    refusal = statement.repair_refusal
    return _moved_on(
        refusal.application,
        position,
        ledger,
        signer,
        state=remedy.REMEDY_STATE_REFUSED,
        decided_on=refusal.document.decided_on,
        decided_position=position,
    )


def _moved_on(
    reference: pb.StatementReference,
    position: int,
    ledger: Ledger,
    signer: Key | None,
    **changes: object,
) -> Effects:
    application = named(reference, ledger)
    if application is None:
        return Effects(position)
    after = advanced(application, position, official_id=official_of(signer), **changes)
    return Effects(position, remedies=(after,))


_OF_BODY: dict[str, _Made] = {
    "objection": _objection,
    "objection_result": _result,
    "repair_application": _application,
    "repair_acceptance": _acceptance,
    "repair_refusal": _refusal,
    "repair_annulment": annulment_effects,
}
