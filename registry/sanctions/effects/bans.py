"""Effects of the steps of a ban case (``bans.steps``): the case moves on; only its decision is credit
information.

Up to the decision a step leaves nothing on the subject's record: it is not even known by it. The decision
leaves what any event does, with the note that it is not served (``MarkKind.UNSERVED``), which holds on every
day until the service ends it: asked about a day before the service, the ban did not bind.

What is stated about the decision afterwards has its effects as on any record; here the case learns of it.

Worked example: decided at 90 on 2026-04-20, served at 95 on 2026-04-24. At N=94 its measure is a hit
NOT_SERVED; at N=95 so it is on 2026-04-23, and in force on 2026-04-24."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from registry.domain.departments import Key
from registry.domain.periods import Period
from registry.sanctions.bans.case import Case
from registry.sanctions.bans.steps import AFTER, STEPS, case_of, decided_case
from registry.sanctions.effects.changes import Effects
from registry.sanctions.effects.recording import recorded_effects
from registry.sanctions.ground import Ending, Mark, MarkKind, SubjectRecord
from registry.sanctions.ledger import Ledger
from registry.v1 import ban_service_pb2 as ban
from registry.v1 import statement_pb2 as pb


def ban_effects(statement: pb.Statement, position: int, ledger: Ledger, signer: Key | None) -> Effects:
    """Any step from draft to service."""
    body = statement.WhichOneof("body") or ""
    case = _moved(statement, position, ledger, signer)
    if body == "ban_decision":
        return replace(_decision(statement, position, ledger), ban=case)
    if body == "ban_served":
        return replace(_served(statement, position, ledger), ban=case)
    return Effects(position, ban=case)


def with_case(effects: Effects, statement: pb.Statement, ledger: Ledger, signer: Key | None) -> Effects:
    """Effects of what is stated about a decision, with the case that learns of it."""
    case = decided_case(statement, ledger)
    if case is None:
        return effects
    told = _told(case)
    told.acts.append(_act(statement, effects.position, ledger, signer))
    _after(told, statement, effects)
    return replace(effects, ban=Case(case.ref, case.opened, effects.position, told))


def _decision(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    event = statement.ban_decision.event
    identifier = event.subject.identifier
    record = ledger.subject(ledger.subject_ref(identifier.type, identifier.value))
    made = recorded_effects(statement, event, position, ledger, record)
    mark = Mark(position, position, MarkKind.UNSERVED, Period(date.min, None), position)
    subject = made.subjects[0]
    return replace(made, subjects=(replace(subject, marks=(*subject.marks, mark)),), marked=(mark,))


def _served(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    served = statement.ban_served
    target = ledger.event(served.target.department, served.target.statement_id)
    assert target is not None  # Admission has seen to it.
    record = ledger.subject(target.subject)
    last = date.fromisoformat(served.service.served_on) - timedelta(days=1)
    return _without_mark(record, target.position, position, last)


def _without_mark(record: SubjectRecord, target: int, position: int, last: date) -> Effects:
    """The record with the note of a decision ended that it is not served."""
    noted = next(
        (m for m in record.marks if (m.target, m.kind, m.known_to) == (target, MarkKind.UNSERVED, None)), None
    )
    if noted is None:
        return Effects(position, (record,))
    closed = replace(noted, known_to=position)
    opened = replace(noted, known_from=position, period=Period(noted.period.first, last))
    others = tuple(closed if mark == noted else mark for mark in record.marks)
    record = replace(record, marks=(*others, opened))
    return Effects(position, (record,), marked=(opened,), unmarked=(closed,))


def _moved(statement: pb.Statement, position: int, ledger: Ledger, signer: Key | None) -> Case | None:
    """The case after a step; None where it is not known, as in a receipt that shows the decision alone."""
    body = statement.WhichOneof("body") or ""
    case = case_of(statement, ledger)
    if body == "ban_draft":
        return _opened(statement, position, ledger, signer)
    if case is None:
        return None
    told = _told(case)
    told.acts.append(_act(statement, position, ledger, signer))
    _step(told, statement, body)
    return Case(case.ref, case.opened, position, told)


def _opened(statement: pb.Statement, position: int, ledger: Ledger, signer: Key | None) -> Case:
    draft = statement.ban_draft
    identifier = draft.subject.identifier
    told = ban.BanCase(
        department=statement.department,
        case_number=draft.case_number,
        state=ban.BAN_STATE_DRAFTED,
        filed_on=draft.filed_on,
        licensing_section=draft.licensing_section,
        complex=draft.complex,
        subject_kind=draft.subject.kind,
        proposal=draft.proposal,
        acts=[_act(statement, position, ledger, signer)],
    )
    return Case(ledger.subject_ref(identifier.type, identifier.value), position, position, told)


def _step(told: ban.BanCase, statement: pb.Statement, body: str) -> None:
    match body:
        case "ban_review":
            lawful = statement.ban_review.lawful
            told.state = ban.BAN_STATE_REVIEWED if lawful else ban.BAN_STATE_REJECTED
        case "ban_notice":
            told.state = ban.BAN_STATE_NOTICE_SERVED
            told.announced.CopyFrom(statement.ban_notice.announced)
        case "ban_defence":
            told.defence = statement.ban_defence.kind
            asked = told.defence == pb.DEFENCE_KIND_HEARING_REQUESTED
            told.state = ban.BAN_STATE_HEARING_REQUESTED if asked else ban.BAN_STATE_HEARD
        case "ban_hearing_notice":
            told.state = ban.BAN_STATE_HEARING_NOTIFIED
            told.hearing_on = statement.ban_hearing_notice.hearing_on
        case "ban_hearing":
            told.state = ban.BAN_STATE_HEARD
        case "ban_deliberation":
            _deliberated(told, statement.ban_deliberation)
        case "ban_decision":
            told.state, told.decision_id = ban.BAN_STATE_DECIDED, statement.statement_id
            told.decision.CopyFrom(statement.ban_decision.event.document)
        case "ban_served":
            told.state, told.served_on = ban.BAN_STATE_SERVED, statement.ban_served.service.served_on


def _deliberated(told: ban.BanCase, deliberation: pb.BanDeliberation) -> None:
    told.state = ban.BAN_STATE_DELIBERATED if deliberation.agreed else ban.BAN_STATE_CLOSED
    told.deliberated_collectively = deliberation.collective
    told.consented = deliberation.HasField("upper_consent")


def _after(told: ban.BanCase, statement: pb.Statement, effects: Effects) -> None:
    """What a statement about the decision makes of the case."""
    target = effects.target
    if target is not None and target.ended_position == effects.position:
        if effects.recorded is not None:  # Corrected: another statement holds the decision now.
            told.decision_id = effects.recorded.statement_id
            told.decision.CopyFrom(_replacement(statement).document)
        else:
            told.state = ban.BAN_STATE_REVOKED
        return
    if statement.HasField("status_note"):
        stayed = told.state == ban.BAN_STATE_STAYED  # And not lifted meanwhile.
        if statement.status_note.status == pb.NOTED_STATUS_STAYED:
            told.state = ban.BAN_STATE_STAYED
        elif stayed and statement.status_note.status == pb.NOTED_STATUS_RESUMED:
            told.state = ban.BAN_STATE_SERVED
        return
    if statement.HasField("repair_annulment"):
        told.state = ban.BAN_STATE_SERVED
    elif any(row.ended is not Ending.NONE for row in effects.opened) and _nothing_left(told, effects):
        told.state = ban.BAN_STATE_LIFTED


def _nothing_left(told: ban.BanCase, effects: Effects) -> bool:
    """Whether every measure and entry of the decision has been ended early."""
    rows = [row for record in effects.subjects for row in record.grounds]
    own = [row for row in rows if row.statement_id == told.decision_id and row.known_to is None]
    return all(row.ended is not Ending.NONE for row in own if row.facts is None)


def _replacement(statement: pb.Statement) -> pb.Event:
    if statement.HasField("correction"):
        return statement.correction.replacement
    return statement.objection_result.replacement


def _told(case: Case) -> ban.BanCase:
    told = ban.BanCase()
    told.CopyFrom(case.told)
    return told


_DAYS: Mapping[str, Callable[[pb.Statement], str]] = {
    "ban_draft": lambda s: s.ban_draft.filed_on,
    "ban_review": lambda s: s.ban_review.on,
    "ban_notice": lambda s: s.ban_notice.service.served_on,
    "ban_defence": lambda s: s.ban_defence.on,
    "ban_hearing_notice": lambda s: s.ban_hearing_notice.service.served_on,
    "ban_hearing": lambda s: s.ban_hearing.held_on,
    "ban_deliberation": lambda s: s.ban_deliberation.on,
    "ban_decision": lambda s: s.ban_decision.event.document.decided_on,
    "ban_served": lambda s: s.ban_served.service.served_on,
    "status_note": lambda s: s.status_note.effective_on,
    "lifting": lambda s: s.lifting.effective_on,
    "repair": lambda s: s.repair.effective_on,
    "repair_annulment": lambda s: s.repair_annulment.effective_on,
    "withdrawal": lambda s: s.withdrawal.document.decided_on,
    "correction": lambda s: s.correction.replacement.document.decided_on,
    "objection_result": lambda s: s.objection_result.effective_on,
}
"""The day on which a step took place, as its statement says."""


def _act(statement: pb.Statement, position: int, ledger: Ledger, signer: Key | None) -> ban.BanAct:
    body = statement.WhichOneof("body") or ""
    rule = STEPS.get(body) or AFTER[body]
    step = rule.step
    if statement.status_note.status == pb.NOTED_STATUS_RESUMED:
        step = ban.BAN_STEP_RESUMPTION
    official = ledger.directory.official(signer.department, signer.official_id) if signer else None
    return ban.BanAct(
        step=step,
        position=position,
        statement_id=statement.statement_id,
        official_id=signer.official_id if signer else "",
        section=official.registration.section if official else "",
        on=_DAYS[body](statement),
    )
