"""Reads what a case gives into statements (用例的事实): events, grants, and what befell them later.

An item of ``given``, about one subject
* ``by`` kind of department; ``subject`` kind of subject; ``who`` which of several, 1 if it is not named.
* ``category``, ``decided_on``; ``number`` of the document where the case turns on it.
* ``imposes`` measures: ``code``, ``from`` (the day of the decision), ``until`` or ``lifetime``,
  ``capacity``, ``region``, ``industry``, ``activity``, ``anchor_on``.
* ``list`` entered, from ``listed_on`` (the day of the decision) ``until``; ``severity``; ``content`` by
  field.
* or ``red_list`` granted: ``publicised_from`` and ``publicised_until``, then from ``decided_on`` ``until``.

An item of ``then``: ``what`` befell item ``of`` of ``given`` (1). repair (提前移出), lifting (解除) and notes
such as stayed (中止执行) from ``effective_on``; withdrawal (撤销) by a document of ``decided_on``.

Statements are received on the day of their document, and come from ``fictional`` departments about
``fictional`` subjects. Articles are those of the rows that are imposed or entered.

Example: ``{by: court, category: E-06, subject: enterprise, decided_on: 2026-03-01, list: L-01}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.sanctions.cases import fictional
from registry.sanctions.cases.layers import Layers
from registry.sanctions.catalogue import vocabulary as words
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.located_yaml import Row
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

NOTED = {name.removeprefix("NOTED_STATUS_").lower(): value for name, value in pb.NotedStatus.items() if value}
WHAT = {word: word for word in ("repair", "lifting", "withdrawal", *NOTED)}
_OTHERWISE = "行政处罚法 第九条"


@dataclass(frozen=True, slots=True)
class Step:
    """A statement, and the day on which the registry receives it."""

    day: date
    statement: pb.Statement


def read_given(items: Sequence[Layers], edition: Edition) -> list[Step]:
    """The statements of ``given``, in order; a grant is two."""
    steps: list[Step] = []
    for number, item in enumerate(items, 1):
        steps += _granted(item, number, edition) if item.has("red_list") else [_stated(item, number, edition)]
        item.close()
    return steps


def read_then(rows: Iterable[Row], given: Sequence[Step]) -> list[Step]:
    """The statements of ``then``: what befell those of ``given``."""
    return [_befallen(row, number, given) for number, row in enumerate(rows, 1)]


def subject_of(item: Layers) -> subject_pb2.Subject:
    """Whom an item is about."""
    return fictional.subject(item.number("who", 1), item.at("subject").choice("subject", words.KINDS))


def _stated(item: Layers, number: int, edition: Edition) -> Step:
    by = item.at("by").reference("by", edition.department_kinds)
    decided_on = item.at("decided_on").day("decided_on")
    document = _document(item, by, decided_on, edition, number)
    event = pb.Event(
        subject=subject_of(item),
        category=item.at("category").reference("category", edition.categories),
        document=document,
        content=[pb.Field(name=name, value=value) for name, value in _names(item, "content").items()],
        measures=list(_imposed(item, decided_on)),
    )
    if item.has("severity"):
        event.severity = item.at("severity").choice("severity", words.SEVERITIES)
    if item.has("list"):
        event.list_code = item.at("list").reference("list", edition.lists)
        event.effective_from = item.day("listed_on", decided_on).isoformat()
        event.effective_until = _until(item)
    event.legal_basis.extend(_articles(event, decided_on, edition))
    return Step(decided_on, _statement(document, f"G-{number}", event=event))


def _names(item: Layers, key: str) -> Mapping[str, str]:
    return item.at(key).names(key) if item.has(key) else {}


def _until(item: Layers) -> str:
    last = item.day("until", date.max)
    return "" if last == date.max else last.isoformat()


def _imposed(item: Layers, decided_on: date) -> Iterator[pb.ImposedMeasure]:
    for row in item.at("imposes").rows("imposes") if item.has("imposes") else ():
        one = Layers(row)
        imposed = pb.ImposedMeasure(
            measure_code=row.text("code"),
            until=_until(one),
            lifetime=bool(row.optional_flag("lifetime")),
            scope=subject_pb2.Scope(**{name: one.text(name) for name in ("region", "industry", "activity")}),
        )
        setattr(imposed, "from", one.day("from", decided_on).isoformat())
        if one.has("anchor_on"):
            imposed.anchor_on = row.day("anchor_on").isoformat()
        if one.has("capacity"):
            imposed.capacity = row.choice("capacity", words.CAPACITIES)
        row.close()
        yield imposed


def _articles(event: pb.Event, decided_on: date, edition: Edition) -> list[str]:
    rows = [edition.measure(imposed.measure_code, decided_on) for imposed in event.measures]
    rows_of_law = [*rows, edition.credit_list(event.list_code, decided_on)]
    found = [article for row in rows_of_law if row for article in row.legal_basis]
    category = edition.category(event.category)
    return found or ([_OTHERWISE] if category and category.polarity == "negative" else [])


def _granted(item: Layers, number: int, edition: Edition) -> list[Step]:
    by = item.at("by").reference("by", edition.department_kinds)
    notice = item.at("publicised_from").day("publicised_from")
    granted_on = item.at("decided_on").day("decided_on")
    red_list = item.at("red_list").reference("red_list", edition.red_lists)
    row = edition.red_list(red_list, granted_on)
    candidacy = pb.RedListCandidacy(
        subject=subject_of(item),
        list_code=red_list,
        document=_document(item, by, notice, edition, number),
        legal_basis=row.legal_basis if row else (),
        publicised_from=notice.isoformat(),
        publicised_until=item.at("publicised_until").day("publicised_until").isoformat(),
    )
    document = _document(item, by, granted_on, edition, number)
    grant = pb.RedListGrant(document=document, until=_until(item))
    grant.target.department, grant.target.statement_id = document.authority_code, f"C-{number}"
    setattr(grant, "from", granted_on.isoformat())
    return [
        Step(notice, _statement(document, f"C-{number}", red_list_candidacy=candidacy)),
        Step(granted_on, _statement(document, f"G-{number}", red_list_grant=grant)),
    ]


def _befallen(row: Row, number: int, given: Sequence[Step]) -> Step:
    what, one = row.choice("what", WHAT), Layers(row)
    wanted = f"G-{one.number('of', 1)}"
    target = next((step.statement for step in given if step.statement.statement_id == wanted), pb.Statement())
    if not target.statement_id:
        row.fault("of", f"there is no {wanted.removeprefix('G-')} in given")
    day = row.day("decided_on" if what == "withdrawal" else "effective_on")
    row.close()
    reference = pb.StatementReference(department=target.department, statement_id=wanted)
    document = pb.Document()
    document.CopyFrom(target.event.document)
    document.decided_on = day.isoformat()
    return Step(day, _statement(document, f"T-{number}", **_body(what, reference, document, day)))


def _body(what: str, target: pb.StatementReference, document: pb.Document, day: date) -> dict[str, Any]:
    on, why = day.isoformat(), "用例"
    if what == "withdrawal":
        return {"withdrawal": pb.Withdrawal(target=target, document=document, reason=why)}
    if what == "repair":
        return {"repair": pb.Repair(target=target, document=document, effective_on=on, reason=why)}
    if what == "lifting":
        return {"lifting": pb.Lifting(target=target, document=document, effective_on=on, reason=why)}
    status = NOTED[what]
    note = pb.StatusNote(target=target, status=status, document=document, effective_on=on, reason=why)
    return {"status_note": note}


def _document(item: Layers, by: str, decided_on: date, edition: Edition, number: int) -> pb.Document:
    document = fictional.office(by, edition) if by in edition.department_kinds else pb.Document()
    # Each item has a document of its own: one imposes a measure once.
    document.number = item.text("number") or f"沧示字〔{decided_on.year}〕{number}号"
    document.decided_on = decided_on.isoformat()
    return document


def _statement(document: pb.Document, statement_id: str, **body: Any) -> pb.Statement:
    return pb.Statement(
        statement_id=statement_id,
        origin=fictional.ORIGIN,
        department=document.authority_code,
        nonce=fictional.NONCE,
        **body,
    )
