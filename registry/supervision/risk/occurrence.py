"""What indicators count (监测对象): what happened on one day, somewhere, to somebody.

* A negative event counts on the day of its document, or of its receipt if it has none. Its region is the one
  it names, or its department's own; its industries are those of the scopes that its document sets.
* A complaint counts on the day on which it was received by the department.
* A rectification counts from the first day after its last one, for as long as it was not found sufficient.

A natural person is counted where a region or a trade is, and nowhere by himself: ``subject`` is empty then.
Departments choose the numbers of their matters, so ``matter`` is the department's code, ``/`` and the number.

Example: a penalty decided on 2026-11-03 in 130902 and recorded on 2026-11-20 counts on 2026-11-03. A
rectification due on 2026-11-10 counts on 2026-11-11, and not at all once it is found sufficient.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from registry.domain.files import ACT_NUMBERS
from registry.domain.identifiers import is_personal, normalise
from registry.v1 import statement_pb2 as pb
from registry.v1.supervision_file_pb2 import SupervisionFile

_INSPECTION, _RECTIFICATION = ACT_NUMBERS["inspection"], ACT_NUMBERS["rectification"]
_SCOPE_INDUSTRY = "scope_industry"
_REGION_DIGITS = 6


class Sort(IntEnum):
    """What happened."""

    EVENT = 1
    COMPLAINT = 2
    OVERDUE = 3


@dataclass(frozen=True, slots=True)
class Occurrence:
    """``key`` is the position of the statement, by which it is taken back. ``codes`` are the category of an
    event and the list that it enters."""

    key: int
    sort: Sort
    day: date
    region: str = ""
    industries: tuple[str, ...] = ()
    subject: str = ""
    matter: str = ""
    codes: tuple[str, ...] = ()


def of_event(event: pb.Event, key: int, *, home: str, received_on: date) -> Occurrence:
    """What a negative event counts as; ``home`` is the region of its department."""
    identifier = event.subject.identifier
    stated = event.document.decided_on
    return Occurrence(
        key=key,
        sort=Sort.EVENT,
        day=date.fromisoformat(stated) if stated else received_on,
        region=_region(event.region or home),
        industries=tuple(dict.fromkeys(_industries(event))),
        subject="" if is_personal(identifier.type) else normalise(identifier.value),
        codes=tuple(filter(None, (event.category, event.list_code))),
    )


def of_complaint(file: SupervisionFile, *, home: str) -> Occurrence:
    """What the file of a complaint counts as."""
    opened = file.acts[0]
    return Occurrence(
        key=opened.position,
        sort=Sort.COMPLAINT,
        day=date.fromisoformat(opened.on or opened.received_on),
        region=_region(file.region or home),
        subject=file.subject,
        matter=_matter(file),
    )


def of_inspection(file: SupervisionFile, *, home: str) -> Occurrence | None:
    """What the file of an inspection counts as; None while nothing is to be rectified in it."""
    last = rectify_by(file)
    if last is None:
        return None
    return Occurrence(
        key=file.acts[0].position,
        sort=Sort.OVERDUE,
        day=last + timedelta(days=1),
        region=_region(file.region or home),
        subject=file.subject,
        matter=_matter(file),
    )


def rectify_by(file: SupervisionFile) -> date | None:
    """The last day for what is still to be rectified; None if nothing is."""
    last = ""
    for act in file.acts:
        if act.act == _INSPECTION:
            last = act.until
        elif act.act == _RECTIFICATION:
            last = "" if act.result else act.until or last
    return date.fromisoformat(last) if last else None


def _matter(file: SupervisionFile) -> str:
    return f"{file.file.department}/{file.matter}" if file.matter else ""


def _region(code: str) -> str:
    return code[:_REGION_DIGITS]


def _industries(event: pb.Event) -> Iterable[str]:
    yield from (each.scope.industry for each in event.measures if each.scope.industry)
    yield from (each.value for each in event.content if each.name == _SCOPE_INDUSTRY and each.value)
