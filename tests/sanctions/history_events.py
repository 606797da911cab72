"""Random events of a history: bans, entries, penalties, judgments, licences, each with its plain fact."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any

from registry.domain.periods import add_months
from registry.sanctions.catalogue.edition import Edition, Measure
from registry.sanctions.reach import feasible_capacities
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Subject
from tests.sanctions.history_words import INDUSTRIES, LIKELY, LISTS, RECEIVED_ON, REGIONS
from tests.sanctions.oracle_following import CASES, FINES, WORDINGS
from tests.sanctions.oracle_log import Imposed, Listed, Report
from tests.sanctions.oracle_words import kind_name

if TYPE_CHECKING:
    from tests.sanctions.histories import History, Trial


def an_event(history: History, ledger: Trial, about: Subject | None = None, kind: str = "") -> Any:
    """Department kind, event and report of a ban, an entry, a penalty, a judgment, a licence …"""
    subject = about or history.subject()
    makers = [a_ban, a_ban, an_entry, an_entry, a_penalty, a_penalty, a_judgment, a_neutral_event]
    return history.chance.choice(makers)(history, ledger, subject, kind)


def report_of(subject: Subject, category: str, decided_on: date, **more: Any) -> Report:
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
    return kind, event, report_of(subject, "E-51", decided_on, imposed=tuple(imposed))


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
    return kind, event, report_of(subject, entry.category, decided_on, listed=listed)


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
    return kind, event, report_of(subject, "E-03-CF", decided_on, **more)


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
    return kind, event, report_of(subject, "E-02", decided_on, case=number)


def a_neutral_event(history: History, ledger: Trial, subject: Subject, kind: str) -> Any:
    """A licence, a registration or an honour: makes a subject known."""
    decided_on = history.day()
    category = history.chance.choice(["E-03-XK", "E-03-XK", "E-01", "E-11"])
    kind = kind or "market_reg"
    event = pb.Event(subject=subject, category=category, document=history.document(kind, ledger, decided_on))
    return kind, event, report_of(subject, category, decided_on)
