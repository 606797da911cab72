"""Objections, repair and shields of a history, beside the statements that ``history_acts`` makes.

Most of what is drawn is admitted: an objection is decided, an application granted, a repair annulled
now and then. The line of a result or of a repair has the day on which it was decided and took effect.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from registry.v1 import statement_pb2 as pb
from registry.v1.subject_pb2 import Subject
from tests.sanctions.history_acts import MAKERS, Made, Maker, Target, target_of
from tests.sanctions.history_events import a_ban, an_event
from tests.sanctions.history_words import RECEIVED_ON
from tests.sanctions.oracle_log import Line, Report

if TYPE_CHECKING:
    from tests.sanctions.histories import History, Trial

PAPER = pb.Evidence(sha256=b"\0" * 32, title="信用承诺书")
OUTCOMES = {
    pb.OBJECTION_OUTCOME_REJECTED: "REJECTED",
    pb.OBJECTION_OUTCOME_DELETED: "DELETED",
    pb.OBJECTION_OUTCOME_CORRECTED: "CORRECTED",
    pb.OBJECTION_OUTCOME_DISCLOSURE_ENDED: "DISCLOSURE_ENDED",
    pb.OBJECTION_OUTCOME_REMOVED: "REMOVED",
}
LASTING = "M-BUS-22"
"""May be lifted as well as repaired: left to the tests of liftings."""


def say_penalty(history: History, ledger: Trial) -> Made | None:
    """A penalty of general severity that imposes a measure or two."""
    made = a_ban(history, ledger, history.subject(), "")
    if made is None or any(one.measure == LASTING for one in made[2].imposed):
        return None
    kind, event, report = made
    event.category, event.severity = "E-03-CF", pb.SEVERITY_GENERAL
    event.content.append(pb.Field(name="cflb", value="警告"))
    key = history.key()
    statement = history.statement(key, kind, ledger, event=event)
    history.stated[key] = (kind, statement, event.subject)
    report = replace(report, category="E-03-CF", wording="警告", department=kind)
    return statement, Line("report", key, report)


def say_objection(history: History, ledger: Trial) -> Made | None:
    """Something is objected to."""
    found = target_of(history, "event", "event", "correction")
    if found is None:
        return None
    target, kind, reference, _ = found
    key, day = history.key(), history.day()
    objection = pb.Objection(
        target=reference, ground=pb.OBJECTION_GROUND_WRONG, filed_on=day.isoformat(), claim="有误"
    )
    statement = history.statement(key, kind, ledger, objection=objection)
    history.filed[key] = target
    return statement, Line("note", key, target=target, day=day, word="OBJECTED")


def say_result(history: History, ledger: Trial) -> Made | None:
    """An objection is decided."""
    filed = _filed(history, "OBJECTED")
    if filed is None:
        return None
    objection, (target, kind, reference, subject) = filed
    key, day = history.key(), RECEIVED_ON
    outcome = history.chance.choice(list(OUTCOMES))
    fields: dict[str, Any] = {"outcome": outcome, "document": history.document(kind, ledger, day)}
    report: Report | None = None
    if outcome == pb.OBJECTION_OUTCOME_CORRECTED:
        about = Subject()
        about.CopyFrom(subject)
        made = an_event(history, ledger, about, kind)
        if made is None:
            return None
        _, fields["replacement"], report = made
    result = pb.ObjectionResult(
        target=reference,
        objection=pb.StatementReference(department=reference.department, statement_id=objection),
        effective_on=day.isoformat(),
        reason="经核查",
        **fields,
    )
    statement = history.statement(key, kind, ledger, objection_result=result)
    if report is not None:
        history.stated[key] = (kind, statement, subject)
    return statement, Line("result", key, report, target, day, OUTCOMES[outcome])


def _is_repairable(report: Report) -> bool:
    """Whether the edition has a rule for it, most often."""
    listed = report.listed is not None and report.listed.code in ("L-04", "L-05", "L-06")
    return listed or (report.category == "E-03-CF" and bool(report.imposed))


def say_application(history: History, ledger: Trial) -> Made | None:
    """Repair is applied for."""
    found = target_of(history, "event", fit=_is_repairable)
    if found is None:
        return None
    target, kind, reference, _ = found
    key, day = history.key(), RECEIVED_ON - timedelta(days=history.chance.choice([0, 0, 60, 200]))
    decided = [line.report.decided_on for line in history.lines if line.key == target and line.report]
    application = pb.RepairApplication(
        target=reference,
        filed_on=day.isoformat(),
        corrected_on=min(decided, default=day).isoformat(),
        commitment=PAPER,
        proof=[PAPER],
    )
    history.filed[key] = target
    statement = history.statement(key, kind, ledger, repair_application=application)
    return statement, Line("applied", key, target=target)


def say_acceptance(history: History, ledger: Trial) -> Made | None:
    """An application is accepted."""
    filed = _filed(history, "applied")
    if filed is None:
        return None
    applied, (target, kind, reference, _) = filed
    key = history.key()
    acceptance = pb.RepairAcceptance(
        target=reference,
        application=pb.StatementReference(department=reference.department, statement_id=applied),
        accepted=True,
    )
    statement = history.statement(key, kind, ledger, repair_acceptance=acceptance)
    return statement, Line("accepted", key, target=target, code=applied)


def say_granted(history: History, ledger: Trial) -> Made | None:
    """An accepted application is granted."""
    accepted = [line for line in history.lines if line.act == "accepted"]
    if not accepted:
        return None
    applied = history.chance.choice(accepted).code
    target, kind, reference, _ = _as_it_is_now(history, history.filed[applied])
    key, day = history.key(), RECEIVED_ON - timedelta(days=history.chance.choice([0, 30, 60, 150]))
    repair = pb.Repair(
        target=reference,
        document=history.document(kind, ledger, day),
        effective_on=day.isoformat(),
        reason="已履行",
        application=pb.StatementReference(department=reference.department, statement_id=applied),
    )
    return history.statement(key, kind, ledger, repair=repair), Line("granted", key, target=target, day=day)


def say_annulment(history: History, ledger: Trial) -> Made | None:
    """A repair rested on false papers."""
    granted = [line for line in history.lines if line.act == "granted"]
    if not granted:
        return None
    target, kind, reference, _ = _as_it_is_now(history, history.chance.choice(granted).target)
    key, day = history.key(), RECEIVED_ON - timedelta(days=history.chance.choice([0, 0, 20, 60]))
    annulment = pb.RepairAnnulment(
        target=reference,
        document=history.document(kind, ledger, day),
        effective_on=day.isoformat(),
        reason="材料系伪造",
    )
    statement = history.statement(key, kind, ledger, repair_annulment=annulment)
    return statement, Line("annulled", key, target=target, day=day)


def say_shield(history: History, ledger: Trial) -> Made | None:
    """A court approves a plan of reorganisation, or its end is noted."""
    found = target_of(history, "event", "event", "correction")
    if found is None:
        return None
    target, kind, reference, _ = found
    shields = [line for line in history.lines if line.word == "SHIELDED"]
    ends = bool(shields) and history.chance.random() < 0.4
    if ends:
        target, kind, reference, _ = _as_it_is_now(history, history.chance.choice(shields).target)
    status = pb.NOTED_STATUS_SHIELD_ENDED if ends else pb.NOTED_STATUS_SHIELDED
    key, day = history.key(), history.day()
    document = history.document("court", ledger, day)
    document.authority = "示例人民法院"
    note = pb.StatusNote(
        target=reference, status=status, effective_on=day.isoformat(), document=document, reason="裁定"
    )
    word = "SHIELD_ENDED" if ends else "SHIELDED"
    statement = history.statement(key, kind, ledger, status_note=note)
    return statement, Line("note", key, target=target, day=day, word=word)


def _filed(history: History, word: str) -> tuple[str, Target] | None:
    """Something that was filed, and what it is about now."""
    keys = [line.key for line in history.lines if word in (line.act, line.word) and line.key in history.filed]
    if not keys:
        return None
    key = history.chance.choice(keys)
    return key, _as_it_is_now(history, history.filed[key])


def _as_it_is_now(history: History, target: str) -> Target:
    """What a statement has become: itself, or what corrected it."""
    for line in history.lines:
        if line.target == target and line.report is not None and line.act in ("correction", "result"):
            target = line.key
    kind, said, subject = history.stated[target]
    return target, kind, pb.StatementReference(department=said.department, statement_id=target), subject


def say_repair_step(history: History, ledger: Trial) -> Made | None:
    """The next step of a repair: most are applied for, accepted, granted, and some are annulled."""
    acts = {line.act for line in history.lines}
    steps = [(say_annulment, "granted"), (say_granted, "accepted"), (say_acceptance, "applied")]
    for step, after in steps:
        if after in acts and history.chance.random() < 0.7:
            return step(history, ledger)
    return say_application(history, ledger)


WITH_REMEDIES: tuple[Maker, ...] = (
    *MAKERS,
    *[say_penalty] * 6,
    *[say_objection] * 2,
    *[say_result] * 4,
    *[say_repair_step] * 14,
    *[say_shield] * 2,
)
"""How often each kind of statement is made, with remedies among them."""
