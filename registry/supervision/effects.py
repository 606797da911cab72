"""What an act does: it stands at the end of its file, without its texts.

No text rests in a file, for files are kept in clear; what was said is in the statement, sealed. Nothing else
follows from an act: no ground, no mark, no notice on a subject's record.

Example: the acceptance of the complaint ``TS-1`` received on 2026-11-03 adds one act: its number 41, its
position, who signed, the day it states, and 1 for accepted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from registry.domain.departments import Key
from registry.domain.files import ACT_NUMBERS, ALERT, OPENING, act_of, file_of
from registry.sanctions.effects.changes import Effects
from registry.supervision.duties import counted
from registry.supervision.ledger import SupervisionLedger
from registry.supervision.summaries import opened_as, summarised
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile


def act_effects(
    statement: Statement,
    position: int,
    received_on: date,
    *,
    signers: Sequence[Key],
    ledger: SupervisionLedger,
) -> Effects:
    """The file of an admitted act with the act at its end."""
    name, reference = act_of(statement), file_of(statement)
    body = statement.risk_alert if name == ALERT else getattr(statement.supervision, name)
    file = SupervisionFile(file=reference)
    if (before := ledger.file(reference)) is not None:
        file.CopyFrom(before)
    if name in OPENING:
        opened_as(name, body, file)
    act = FileAct(
        act=ACT_NUMBERS[name],
        position=position,
        statement_id=statement.statement_id,
        department=statement.department,
        received_on=received_on.isoformat(),
    )
    _sign(act, signers, ledger)
    summarised(name, body, act)
    act.counted_on = counted(act.on, received_on, ledger.edition_on(received_on))
    file.acts.append(act)
    return Effects(position, files=(file, *_also_in(name, file, act, ledger)))


def _also_in(
    name: str, file: SupervisionFile, act: FileAct, ledger: SupervisionLedger
) -> Sequence[SupervisionFile]:
    """The plan under which was drawn: the result of the draw stands in it too, so that the plan shows what of
    it was done."""
    if name != "draw_result":
        return ()
    order, plan = file.acts[0], SupervisionFile()
    before = ledger.file(order.linked)
    if before is None:
        return ()
    plan.CopyFrom(before)
    drawn = plan.acts.add()
    drawn.CopyFrom(act)
    drawn.plan_item = order.plan_item
    drawn.linked.CopyFrom(file.file)
    return (plan,)


def _sign(act: FileAct, signers: Sequence[Key], ledger: SupervisionLedger) -> None:
    for key in signers:
        official = ledger.directory.official(key.department, key.official_id)
        if official is not None:
            act.official_ids.append(key.official_id)
            act.sections.append(official.registration.section)
