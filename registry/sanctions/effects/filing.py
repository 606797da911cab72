"""What becomes of objections and applications for repair that were filed about a statement (异议、修复申请).

``told`` is never changed in place: each step makes another. Where nothing is known of what was filed, as when
a receipt is verified without it, nothing becomes of it.
"""

from __future__ import annotations

from typing import Any

from registry.domain.departments import Key
from registry.sanctions.ledger import Ledger, RecordedEvent
from registry.sanctions.remedies.remedy import Filed
from registry.v1 import remedy_service_pb2 as remedy
from registry.v1 import statement_pb2 as pb

OBJECTION, REPAIR = remedy.REMEDY_KIND_OBJECTION, remedy.REMEDY_KIND_REPAIR


def filed(
    statement: pb.Statement, ref: str, position: int, target: pb.StatementReference, signer: Key | None
) -> Filed:
    """What a statement files about a target, whose subject is ``ref``."""
    told = remedy.Remedy(
        filed=pb.StatementReference(department=statement.department, statement_id=statement.statement_id),
        state=remedy.REMEDY_STATE_FILED,
        target=target,
        filed_position=position,
        official_id=official_of(signer),
    )
    return Filed(ref, position, told)


def official_of(signer: Key | None) -> str:
    """Staff id of who signed; empty for a seal."""
    return signer.official_id if signer is not None else ""


def advanced(before: Filed, position: int, **changes: Any) -> Filed:
    """What was filed, after a step at a position."""
    told = remedy.Remedy()
    told.CopyFrom(before.told)
    told.MergeFrom(remedy.Remedy(**{key: value for key, value in changes.items() if value}))
    if "official_id" in changes:
        told.official_id = changes["official_id"]
    return Filed(before.ref, position, told)


def named(reference: pb.StatementReference, ledger: Ledger) -> Filed | None:
    """What a reference names; None where it is not known here."""
    return ledger.remedies.get(reference.department, reference.statement_id)


def _open(target: RecordedEvent, ledger: Ledger) -> list[Filed]:
    about = ledger.remedies.about((target.department, target.statement_id))
    return [each for each in about if each.is_open]


def moved(target: RecordedEvent, statement: pb.Statement, position: int, ledger: Ledger) -> tuple[Filed, ...]:
    """What is open about a target is about the statement that corrects it from now on."""
    now = pb.StatementReference(department=statement.department, statement_id=statement.statement_id)
    return tuple(advanced(each, position, target=now) for each in _open(target, ledger))


def overtaken(target: RecordedEvent, position: int, decided_on: str, ledger: Ledger) -> tuple[Filed, ...]:
    """What is open about a target that was withdrawn is granted: there is nothing left of the target."""
    return tuple(
        advanced(
            each,
            position,
            state=remedy.REMEDY_STATE_GRANTED,
            outcome=pb.OBJECTION_OUTCOME_DELETED if each.told.kind == OBJECTION else 0,
            decided_on=decided_on,
            decided_position=position,
        )
        for each in _open(target, ledger)
    )
