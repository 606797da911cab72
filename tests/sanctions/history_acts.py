"""Random statements of a history: events and what is said about them, each with the line of the log it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from registry.domain.identifiers import organisation_code_of
from registry.domain.periods import add_months
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Subject
from tests.sanctions.history_events import an_event, report_of
from tests.sanctions.history_words import FIRST_DAY, LINKS, NOTES, PERSON, RECEIVED_ON
from tests.sanctions.oracle_log import ENDS, Imposed, Line, Report

if TYPE_CHECKING:
    from tests.sanctions.histories import History, Trial

Made = tuple[pb.Statement, Line]
Maker = Callable[["History", "Trial"], "Made | None"]


def say_event(history: History, ledger: Trial) -> Made | None:
    """Something new."""
    made = an_event(history, ledger)
    if made is None:
        return None
    kind, event, report = made
    key = history.key()
    statement = history.statement(key, kind, ledger, event=event)
    history.stated[key] = (kind, statement, event.subject)
    return statement, Line("report", key, report)


Target = tuple[str, str, pb.StatementReference, Subject]
"""Something that was stated before: id, department kind, reference, subject."""


def say_again(history: History, ledger: Trial) -> Made | None:
    """A bidding ban that may repeat an earlier one, as far as law tells (再次违法)."""
    bans = [
        (line.report.subject, one)
        for line in history.lines
        if line.report
        for one in line.report.imposed
        if one.measure in ("M-BID-01", "M-BID-02") and one.last
    ]
    if not bans:
        return None
    code, earlier = history.chance.choice(bans)
    last = earlier.last or FIRST_DAY
    decided_on = min(
        last + timedelta(days=history.chance.choice([-1, 0, 1, 30, 400, 1095, 1096])), RECEIVED_ON
    )
    subject = next(each for each in history.subjects if each.identifier.value == code)
    until = add_months(decided_on, 12)
    fields: dict[str, Any] = {"measure_code": earlier.measure, "from": decided_on.isoformat()}
    measure = pb.ImposedMeasure(**fields, until=until.isoformat())
    event = pb.Event(
        subject=subject,
        category="E-51",
        document=history.document("bidding_supervisor", ledger, decided_on),
        legal_basis=["示例法 第一条"],
        measures=[measure],
    )
    key = history.key()
    statement = history.statement(key, "bidding_supervisor", ledger, event=event)
    history.stated[key] = ("bidding_supervisor", statement, subject)
    imposed = (Imposed(earlier.measure, decided_on, until),)
    return statement, Line("report", key, report_of(subject, "E-51", decided_on, imposed=imposed))


def target_of(
    history: History, *bodies: str, fit: Callable[[Report], bool] = lambda report: True
) -> Target | None:
    """One of the latest statements with one of these bodies, most often one that fits."""
    keys = [key for key, (_, said, _) in history.stated.items() if said.WhichOneof("body") in bodies]
    if not keys:
        return None
    fitting = [line.key for line in history.lines if line.report and fit(line.report)]
    better = [key for key in keys[-6:] if key in fitting]
    key = history.chance.choice(better if better and history.chance.random() < 0.9 else keys[-4:])
    kind, said, subject = history.stated[key]
    return key, kind, pb.StatementReference(department=said.department, statement_id=key), subject


def say_correction(history: History, ledger: Trial) -> Made | None:
    """Another event about the same subject by the same department takes the place of one."""
    found = target_of(history, "event", "correction")
    if found is None:
        return None
    target, kind, reference, subject = found
    about = Subject()
    about.CopyFrom(subject)
    made = an_event(history, ledger, about, kind)
    if made is None:
        return None
    _, event, report = made
    key = history.key()
    correction = pb.Correction(target=reference, replacement=event, reason="录入有误")
    statement = history.statement(key, kind, ledger, correction=correction)
    history.stated[key] = (kind, statement, subject)
    return statement, Line("correction", key, report, target)


def say_withdrawal(history: History, ledger: Trial) -> Made | None:
    """Something was never stated."""
    bodies = ("event", "correction", "subject_link", "name_ruling", "red_list_candidacy", "red_list_grant")
    found = target_of(history, *bodies)
    if found is None:
        return None
    target, kind, reference, _ = found
    key = history.key()
    withdrawal = pb.Withdrawal(target=reference, reason="原决定被撤销")
    return history.statement(key, kind, ledger, withdrawal=withdrawal), Line("withdrawal", key, target=target)


def say_repair(history: History, ledger: Trial) -> Made | None:
    """An entry ends early."""
    found = target_of(history, "event", "correction", fit=lambda report: report.listed is not None)
    if found is None:
        return None
    target, kind, reference, _ = found
    key, day = history.key(), history.day()
    document = history.document(kind, ledger, day)
    repair = pb.Repair(target=reference, document=document, effective_on=day.isoformat(), reason="已履行")
    return history.statement(key, kind, ledger, repair=repair), Line("repair", key, target=target, day=day)


def has_a_measure_without_end(report: Report) -> bool:
    """Whether a document imposes what may be lifted."""
    return any(one.last is None and not one.lifetime for one in report.imposed)


def say_lifting(history: History, ledger: Trial) -> Made | None:
    """A measure without a term ends."""
    found = target_of(history, "event", "correction", fit=has_a_measure_without_end)
    if found is None:
        return None
    target, kind, reference, _ = found
    key, day = history.key(), history.day()
    code = history.chance.choice(["", "", "M-EXI-01"])
    document = history.document(kind, ledger, day)
    fields: dict[str, Any] = {"measure_code": code, "document": document, "effective_on": day.isoformat()}
    lifting = pb.Lifting(target=reference, reason="已履行", **fields)
    line = Line("lifting", key, target=target, day=day, word=code)
    return history.statement(key, kind, ledger, lifting=lifting), line


def say_note(history: History, ledger: Trial) -> Made | None:
    """Something befalls what was stated, or is over."""
    found = target_of(history, "event", "event", "correction", "red_list_candidacy")
    open_notes = [
        line
        for line in history.lines
        if line.act == "note" and line.word in set(NOTES.values()) - ENDS.keys()
    ]
    key, day = history.key(), history.day()
    status = history.chance.choice(list(NOTES))
    if found and open_notes and history.chance.random() < 0.5:
        begun = history.chance.choice(open_notes)
        word = next(word for word, begins in ENDS.items() if begins == begun.word)
        status = next(status for status, name in NOTES.items() if name == word)
        kind, said, subject = history.stated[begun.target]
        reference = pb.StatementReference(department=said.department, statement_id=begun.target)
        found = begun.target, kind, reference, subject
    if found is None:
        return None
    target, kind, reference, _ = found
    document = history.document(kind, ledger, day)
    note = pb.StatusNote(
        target=reference, status=status, effective_on=day.isoformat(), document=document, reason="申请"
    )
    line = Line("note", key, target=target, day=day, word=NOTES[status])
    return history.statement(key, kind, ledger, status_note=note), line


def say_link(history: History, ledger: Trial) -> Made | None:
    """Two organisations belong together, or a code of before the USCC leads to one."""
    chance, key = history.chance, history.key()
    source, goal = chance.sample(history.subjects[:3], 2)
    day = history.day() if chance.random() < 0.5 else None
    kind = chance.choice([*LINKS, *LINKS, pb.SUBJECT_LINK_KIND_ALTERNATE])
    code = source.identifier
    if kind == pb.SUBJECT_LINK_KIND_ALTERNATE:
        old = subject_pb2.IDENTIFIER_TYPE_ORGANISATION_CODE
        code = subject_pb2.Identifier(type=old, value=organisation_code_of(code.value))
    fields: dict[str, Any] = {"kind": kind, "from": code, "to": goal.identifier, "reason": "变更"}
    link = pb.SubjectLink(
        **fields,
        effective_on=day.isoformat() if day else "",
        document=history.document("market_reg", ledger, day or FIRST_DAY),
    )
    statement = history.statement(key, "market_reg", ledger, subject_link=link)
    history.stated[key] = ("market_reg", statement, goal)
    word = LINKS.get(kind, "ALTERNATE")
    return statement, Line("link", key, day=day, word=word, code=code.value, goal=goal.identifier.value)


def say_ruling(history: History, ledger: Trial) -> Made | None:
    """A human rules on names."""
    key, subject = history.key(), history.chance.choice(history.subjects[:3])
    names = history.chance.choice([(subject.name,), (subject.name, "别名（示例）单位"), ("别名(示例)单位",)])
    ruling = pb.NameRuling(subject=subject.identifier, names=names, reason="核对")
    statement = history.statement(key, "market_reg", ledger, name_ruling=ruling)
    history.stated[key] = ("market_reg", statement, subject)
    return statement, Line("ruling", key, code=subject.identifier.value, names=names)


def say_candidacy(history: History, ledger: Trial) -> Made | None:
    """A candidate for a red list."""
    key, subject, first = history.key(), history.subject(), history.day()
    first = min(first, RECEIVED_ON - timedelta(days=40))
    candidacy = pb.RedListCandidacy(
        subject=subject,
        list_code="R-03",
        document=history.document("dev_reform", ledger, first),
        legal_basis=["国发〔2016〕33号"],
        publicised_from=first.isoformat(),
        publicised_until=(first + timedelta(days=21)).isoformat(),
    )
    statement = history.statement(key, "dev_reform", ledger, red_list_candidacy=candidacy)
    history.stated[key] = ("dev_reform", statement, subject)
    names = (subject.name,) if subject.kind != PERSON else ()
    return statement, Line("candidacy", key, day=first, code=subject.identifier.value, names=names)


def say_grant(history: History, ledger: Trial) -> Made | None:
    """A candidate is granted."""
    found = target_of(history, "red_list_candidacy")
    if found is None:
        return None
    _, kind, reference, subject = found
    key, first = history.key(), history.day()
    fields: dict[str, Any] = {"target": reference, "from": first.isoformat()}
    grant = pb.RedListGrant(
        **fields,
        document=history.document(kind, ledger, first),
        until=add_months(first, 12).isoformat(),
    )
    statement = history.statement(key, kind, ledger, red_list_grant=grant)
    history.stated[key] = (kind, statement, subject)
    return statement, Line("grant", key, code=subject.identifier.value)


MAKERS: list[Maker] = [
    *[say_event] * 12,
    say_correction,
    *[say_withdrawal] * 2,
    say_repair,
    *[say_lifting] * 2,
    *[say_note] * 3,
    *[say_link] * 3,
    say_ruling,
    say_candidacy,
    say_grant,
    say_again,
]
"""How often each kind of statement is made."""
