"""Random histories: statements of every kind about a few subjects, each with the same as a plain fact.

Statements are made so that most of them are admitted; what is refused is no line of the log. A ledger in
memory takes the histories of a batch in turns, so that each runs among the statements of others, and
somewhere on the way another edition becomes law.

    ledger = Trial(current_edition())
    history = History(Random(7), number=0)
    for _ in range(8):
        history.go_on(ledger)
    history.lines  # the log, as ``oracle`` reads it
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from registry.domain.faults import Fault
from registry.domain.identifiers import organisation_code_of
from registry.domain.periods import add_months
from registry.sanctions.adoption import Act, founding_case
from registry.sanctions.cases import fictional
from registry.sanctions.cases.scratch import ScratchLedger
from registry.sanctions.catalogue.edition import Edition, Measure
from registry.sanctions.reach import feasible_capacities
from registry.sanctions.verdict import Question
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Subject
from tests.sanctions.oracle import CASES, FINES, WORDINGS, kind_name
from tests.sanctions.oracle_log import ENDS, Imposed, Line, Listed, Report

RECEIVED_ON = date(2027, 3, 1)
"""Every statement is received on this day; what it speaks of lies before, most of it."""
FIRST_DAY = date(2023, 6, 1)
ADOPTED_FROM = (date(2024, 1, 1), date(2025, 3, 1), date(2026, 4, 1))
"""Days from which another edition may be law."""
KINDS = [
    *[subject_pb2.SUBJECT_KIND_ENTERPRISE] * 6,
    subject_pb2.SUBJECT_KIND_SOLE_TRADER,
    subject_pb2.SUBJECT_KIND_INSTITUTION,
    subject_pb2.SUBJECT_KIND_COOP,
    subject_pb2.SUBJECT_KIND_BRANCH,
]
PERSON = subject_pb2.SUBJECT_KIND_NATURAL_PERSON
REGIONS = [*[""] * 10, "130900", "130902", "130903", "130973", "130983", "130971"]
INDUSTRIES = [*[""] * 10, "E", "E47", "E4710", "E471", "C13"]
ASKED_REGIONS = [*REGIONS, "130000", "110000", "13", "130002"]
ASKED_INDUSTRIES = [*INDUSTRIES, "E48", "e47", "E99", "ZZ"]
LISTS = ["L-01", "L-01", "L-02", "L-03", "L-04", "L-06", "L-09", "L-05", "L-20", "L-13", "L-90"]
LIKELY = [
    "M-PRO-01",
    "M-BID-01",
    "M-BID-02",
    "M-BID-05",
    "M-BUS-13",
    "M-BUS-14",
    "M-EXI-01",
    "M-GEN-01",
    "M-BUS-12",
]
DOMAINS = [*[subject_pb2.DOMAIN_PROCUREMENT] * 6, *[subject_pb2.DOMAIN_BIDDING] * 5]
ROLES: list[Any] = [*subject_pb2.SubjectRole.values(), *[subject_pb2.SUBJECT_ROLE_BIDDER] * 12, 99]
NOTES = {
    pb.NOTED_STATUS_STAYED: "STAYED",
    pb.NOTED_STATUS_RESUMED: "RESUMED",
    pb.NOTED_STATUS_OBJECTED: "OBJECTED",
    pb.NOTED_STATUS_OBJECTION_SETTLED: "OBJECTION_SETTLED",
    pb.NOTED_STATUS_CONTESTED: "CONTESTED",
    pb.NOTED_STATUS_CONTEST_ENDED: "CONTEST_ENDED",
}
LINKS = {
    pb.SUBJECT_LINK_KIND_SUCCESSION: "SUCCESSION",
    pb.SUBJECT_LINK_KIND_MERGER: "MERGER",
    pb.SUBJECT_LINK_KIND_BRANCH: "BRANCH",
}


class Trial(ScratchLedger):
    """A ledger in memory that keeps its log, and in which an edition can become law without its three
    steps."""

    def __init__(self, edition: Edition) -> None:
        super().__init__(edition)
        self.log: list[tuple[pb.Statement, date]] = []

    def fold(self, statement: pb.Statement, on: date) -> list[Fault]:
        """See ScratchLedger."""
        faults = super().fold(statement, on)
        self.log += [] if faults else [(statement, on)]
        return faults

    def adopt(self, edition: Edition, in_force_from: date) -> None:
        """The edition is law from a day on, as known from the next position on."""
        self.position += 1
        self._editions[edition.hash] = edition
        case = founding_case(edition.hash, edition.label)
        act = Act(self.position, "", "")
        self.book.put(replace(case, adopted=act, in_force_from=in_force_from))

    def law(self, position: int, day: date) -> Edition:
        """The edition that applies on a day, as known at a position."""
        return self._editions[self.book.at(position, day)]


class History:
    """One history about three organisations and a person of its own."""

    def __init__(self, chance: Random, number: int) -> None:
        self.chance = chance
        self.name = f"H{number}"
        kinds = [chance.choice(KINDS) for _ in range(3)]
        self.subjects = [fictional.subject(4 * number + place, kind) for place, kind in enumerate(kinds)]
        self.subjects.append(fictional.subject(4 * number + 3, PERSON))
        self.lines: list[Line] = []
        self.refused: list[str] = []
        self.stated: dict[str, tuple[str, pb.Statement, Subject]] = {}
        self.said: dict[str, tuple[pb.Statement, date]] = {}
        self._next = 0

    def go_on(self, ledger: Trial) -> None:
        """One more statement; if it is admitted it is a line of the log."""
        makers = _MAKERS if self.stated else _MAKERS[:1]
        made = self.chance.choice(makers)(self, ledger)
        if made is None:
            return
        statement, line = made
        # A notice tells nobody before it is received, so a candidacy is received on its first day.
        on = line.day if line.act == "candidacy" and line.day else RECEIVED_ON
        self.said[statement.statement_id] = (statement, on)
        faults = ledger.fold(statement, on)
        if faults:
            self.refused += [fault.name for fault in faults]
        else:
            self.lines.append(replace(line, position=ledger.position))

    def deliver(self, ledger: Trial, code: str, as_of: date) -> Line:
        """A list is delivered, which is a line of every history."""
        ledger.deliver([code], as_of)
        return Line("delivery", "", word=code, day=as_of, position=ledger.position)

    # --- what is stated ---------------------------------------------------------------------------

    def key(self) -> str:
        """The id of the next statement."""
        self._next += 1
        return f"{self.name}-{self._next}"

    def day(self, first: date = FIRST_DAY) -> date:
        """Some day from a first one on; often one of those that were spoken of before, or beside one."""
        known = [line.day for line in self.lines if line.day]
        known += [day for first_day, last in self.terms() for day in (first_day, last) if day]
        if known and self.chance.random() < 0.6:
            found = self.chance.choice(known) + timedelta(days=self.chance.choice([-1, 0, 0, 1]))
        else:
            found = first + timedelta(days=self.chance.randrange(0, 1200))
        return min(max(first, found), RECEIVED_ON)

    def terms(self) -> list[tuple[date, date | None]]:
        """The terms of everything that was stated."""
        reports = [line.report for line in self.lines if line.report]
        terms = [(imposed.first, imposed.last) for report in reports for imposed in report.imposed]
        return terms + [(report.listed.first, report.listed.last) for report in reports if report.listed]

    def statement(self, key: str, kind: str, ledger: Trial, **body: Any) -> pb.Statement:
        """A statement by a department of a kind."""
        department = _office(kind, ledger.edition_on(RECEIVED_ON)).authority_code
        return pb.Statement(
            statement_id=key,
            origin=fictional.ORIGIN,
            department=department,
            nonce=fictional.NONCE,
            **body,
        )

    def document(self, kind: str, ledger: Trial, decided_on: date, number: str = "") -> pb.Document:
        """A document of a department of a kind."""
        document = pb.Document()
        document.CopyFrom(_office(kind, ledger.edition_on(RECEIVED_ON)))
        document.number = number or f"示罚字〔{decided_on.year}〕{self._next + 1}号"
        document.decided_on = decided_on.isoformat()
        return document

    def asked(self) -> Subject:
        """A subject to ask about, most often one of which something was said."""
        codes = [line.report.subject for line in self.lines if line.report]
        code = self.chance.choice(codes) if codes and self.chance.random() < 0.85 else ""
        found = next((each for each in self.subjects if each.identifier.value == code), None)
        return found or self.chance.choice(self.subjects)

    def subject(self) -> Subject:
        """One of the subjects, the first most often, now and then under another name or spelling."""
        found = Subject()
        found.CopyFrom(self.subjects[self.chance.choice([0, 0, 0, 1, 1, 2, 3, 3])])
        spelling = self.chance.random()
        if found.kind != PERSON and spelling < 0.12:
            found.name = found.name.replace("(", "（").replace(")", " ）")
        elif found.kind != PERSON and spelling < 0.16:
            found.name = "别名(示例)单位"
        return found


Made = tuple[pb.Statement, Line]


@lru_cache(maxsize=256)
def _office(kind: str, edition: Edition) -> pb.Document:
    """The department of a kind as it signs, worked out once."""
    return fictional.office(kind, edition)


def an_event(history: History, ledger: Trial, about: Subject | None = None, kind: str = "") -> Any:
    """Department kind, event and report of a ban, an entry, a penalty, a judgment, a licence …"""
    subject = about or history.subject()
    makers = [a_ban, a_ban, an_entry, an_entry, a_penalty, a_penalty, a_judgment, a_neutral_event]
    return history.chance.choice(makers)(history, ledger, subject, kind)


def _report(subject: Subject, category: str, decided_on: date, **more: Any) -> Report:
    name = subject.name
    return Report(subject.identifier.value, kind_name(subject.kind), name, category, decided_on, **more)


def a_ban(history: History, ledger: Trial, subject: Subject, kind: str) -> Any:
    """A document that imposes one measure, or two."""
    chance, decided_on = history.chance, history.day()
    edition = ledger.edition_on(decided_on)
    measures, imposed, may = [], [], set[str]()
    codes = [row[0].code for row in edition.measures.values() if row[0].origin != "list"]
    fitting = _fitting(edition, subject.kind)
    for _ in range(chance.choice([1, 1, 1, 2])):
        likely = [code for code in LIKELY if code in fitting] or fitting
        code = chance.choice(likely) if chance.random() < 0.7 else chance.choice(fitting)
        code = code if chance.random() < 0.95 else chance.choice(codes)
        row = edition.measure(code, decided_on)
        if row is None:
            return None
        message, fact = an_imposed_measure(chance, row, subject, decided_on)
        measures.append(message)
        imposed.append(fact)
        may |= row.imposing_departments - {"any", "tenderer", "licensing"}
    kind = kind or chance.choice(sorted(may) or ["housing"])
    event = pb.Event(
        subject=subject,
        category="E-51",
        document=history.document(kind, ledger, decided_on),
        legal_basis=["示例法 第一条"],
        measures=measures,
    )
    return kind, event, _report(subject, "E-51", decided_on, imposed=tuple(imposed))


@lru_cache(maxsize=256)
def _fitting(edition: Edition, kind: subject_pb2.SubjectKind.ValueType) -> list[str]:
    """The measures that a document may impose on somebody of a kind."""
    rows = [of_code[-1] for of_code in edition.measures.values() if of_code[-1].origin != "list"]
    capacities = feasible_capacities(kind)
    return [row.code for row in rows if kind in row.subject_kinds or row.capacities & capacities]


def an_imposed_measure(
    chance: Random, row: Measure, subject: Subject, decided_on: date
) -> tuple[pb.ImposedMeasure, Imposed]:
    """A term within the law's bounds, most of the time, and a scope."""
    first = decided_on + timedelta(days=chance.choice([0, 0, 0, 1, 30, 360]))
    counted_from = decided_on if row.start_anchor.endswith(("decision_date", "judgment")) else first
    low, high = row.term.min_months or 1, row.term.max_months or 24
    lifetime = bool(row.term.lifetime) and chance.random() < 0.5
    last = None if lifetime else add_months(counted_from, chance.randint(low, high))
    if row.term.max_months is None and chance.random() < 0.6:
        last = None
    fitting = sorted(row.capacities & feasible_capacities(subject.kind))
    capacity: Any = chance.choice(fitting) if fitting and chance.random() < 0.5 else 0
    scope = subject_pb2.Scope(
        region=chance.choice(REGIONS),
        industry=chance.choice(INDUSTRIES),
        activity=chance.choice([row.activity, row.activity, "FOOD"]),
    )
    fields: dict[str, Any] = {"measure_code": row.code, "from": first.isoformat(), "lifetime": lifetime}
    message = pb.ImposedMeasure(
        **fields, scope=scope, until=last.isoformat() if last else "", capacity=capacity
    )
    name = subject_pb2.Capacity.Name(capacity).removeprefix("CAPACITY_") if capacity else ""
    fact = Imposed(row.code, first, last, lifetime, scope.region, scope.industry, scope.activity, name)
    return message, fact


def an_entry(history: History, ledger: Trial, subject: Subject, kind: str) -> Any:
    """An entry on a list, of a lawful length."""
    chance, code = history.chance, history.chance.choice(LISTS)
    listed_on = history.day() + timedelta(days=chance.choice([0, 0, 0, 0, 45]))
    entry = ledger.edition_on(listed_on).credit_list(code, listed_on)
    if entry is None:
        return None
    decided_on = min(listed_on, RECEIVED_ON)
    months = chance.randint(entry.min_months or 1, entry.max_months or 36)
    last = None if entry.open_ended and chance.random() < 0.6 else add_months(listed_on, months)
    kind = kind or chance.choice(sorted(entry.listing_departments))
    event = pb.Event(
        subject=subject,
        category=entry.category,
        document=history.document(kind, ledger, decided_on),
        legal_basis=["示例法 第一条"],
        list_code=code,
        effective_from=listed_on.isoformat(),
        effective_until=last.isoformat() if last else "",
    )
    listed = Listed(code, listed_on, last)
    return kind, event, _report(subject, entry.category, decided_on, listed=listed)


def a_penalty(history: History, ledger: Trial, subject: Subject, kind: str) -> Any:
    """A penalty in some wording."""
    chance, decided_on = history.chance, history.day()
    kind = kind or chance.choice(["market_reg", "finance", "financial_reg", "housing"])
    wording, fine = chance.choice(list(WORDINGS)), chance.choice(list(FINES))
    event = pb.Event(
        subject=subject,
        category="E-03-CF",
        document=history.document(kind, ledger, decided_on),
        legal_basis=["示例法 第一条"],
        severity=chance.choice([0, 1, 2, 3]),  # type: ignore[arg-type]
        content=[pb.Field(name="cflb", value=wording), pb.Field(name="nr_fk", value=fine)],
    )
    more = {"wording": wording, "fine": fine, "department": kind}
    return kind, event, _report(subject, "E-03-CF", decided_on, **more)


def a_judgment(history: History, ledger: Trial, subject: Subject, kind: str) -> Any:
    """A judgment under some number."""
    decided_on, number = history.day(), history.chance.choice(list(CASES))
    kind = kind or "court"
    event = pb.Event(
        subject=subject,
        category="E-02",
        document=history.document(kind, ledger, decided_on, number),
        legal_basis=["示例法 第一条"],
    )
    return kind, event, _report(subject, "E-02", decided_on, case=number)


def a_neutral_event(history: History, ledger: Trial, subject: Subject, kind: str) -> Any:
    """A licence, a registration or an honour: makes a subject known."""
    decided_on = history.day()
    category = history.chance.choice(["E-03-XK", "E-03-XK", "E-01", "E-11"])
    kind = kind or "market_reg"
    event = pb.Event(subject=subject, category=category, document=history.document(kind, ledger, decided_on))
    return kind, event, _report(subject, category, decided_on)


# --- statements -----------------------------------------------------------------------------------


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
    return statement, Line("report", key, _report(subject, "E-51", decided_on, imposed=imposed))


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
    open_notes = [line for line in history.lines if line.act == "note" and line.word in ENDS.values()]
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


_MAKERS: list[Callable[[History, Trial], Made | None]] = [
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


def a_day_within(history: History) -> date:
    """A day on which something that was stated holds."""
    reports = [line.report for line in history.lines if line.report]
    terms = history.terms()
    terms += [(report.decided_on, None) for report in reports if report.wording or report.fine or report.case]
    terms += [(line.day, line.day) for line in history.lines if line.act == "note" and line.day]
    if history.chance.random() < 0.05:
        return history.chance.choice(ADOPTED_FROM) - timedelta(days=history.chance.choice([0, 1]))
    if not terms:
        return history.day()
    first, last = history.chance.choice(terms)
    days = ((last or add_months(first, 36)) - first).days
    return first + timedelta(days=history.chance.choice([0, days, history.chance.randrange(days + 1)]))


def a_question(history: History, edition: Edition) -> Question:
    """A question that has a fair chance of meeting something."""
    chance = history.chance
    reports = [line.report for line in history.lines if line.report]
    codes = [imposed.measure for report in reports for imposed in report.imposed]
    row = edition.measures[chance.choice(codes)][-1] if codes and chance.random() < 0.6 else None
    domains = [row.domain] if row else DOMAINS if chance.random() < 0.9 else subject_pb2.Domain.values()
    if row and row.also_domains and chance.random() < 0.4:
        domains = sorted(row.also_domains)
    roles = list(row.roles) if row and row.roles and chance.random() < 0.7 else ROLES
    activities = [row.activity if row else "", row.activity if row else "", "FOOD", "", "AIR_RAIL_TRAVEL"]
    return Question(
        domain=chance.choice(domains),
        role=chance.choice(roles),
        day=history.day() if chance.random() < 0.5 else a_day_within(history),
        region=chance.choice(ASKED_REGIONS),
        industry=chance.choice(ASKED_INDUSTRIES),
        activity=chance.choice(activities),
        tender_kind=chance.choice([1, 1, 0, 2]),  # type: ignore[arg-type]
    )
