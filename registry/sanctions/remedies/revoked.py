"""What still rests on a document that was revoked, and by when it must be withdrawn too (处罚决定被撤销之后).

What the department itself stated about the same subject falls with the decision in the same statement
(``effects.falling``). What it holds about other subjects, and what others hold by the same document, is
withdrawn by whoever stated it: by the department within ``withdraw_publication_after_revocation`` (行政处罚法
第四十八条), by others within ``sync_after_source_document_revoked`` (山东省社会信用条例 第四十条).

Worked example: a penalty of 沧示财罚字〔2026〕12号 is revoked on 2026-11-23; another department's entry by
that document is due on 2026-11-26, and is due no more once it is withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.clocks import due
from registry.sanctions.effects.falling import same_document
from registry.sanctions.ground import Ground, GroundKind, SubjectRecord
from registry.sanctions.remedies.due import days_left
from registry.v1 import ban_service_pb2
from registry.v1 import statement_pb2 as pb

_NEGATIVE = (GroundKind.IMPOSED, GroundKind.LISTED, GroundKind.RECORDED)
_OWN, _OTHERS = "withdraw_publication_after_revocation", "sync_after_source_document_revoked"


@dataclass(frozen=True, slots=True)
class Revoked:
    """A document whose decision was revoked: by which department's statement, received on which day."""

    document: pb.Document
    department: str
    on: date


def resting_on(records: Iterable[SubjectRecord], document: pb.Document) -> Iterator[Ground]:
    """The first row of each statement that stands and rests on a document."""
    for record in records:
        seen: set[int] = set()
        for row in record.grounds:
            if row.known_to is not None or row.kind not in _NEGATIVE or row.position in seen:
                continue
            if same_document(document, row.document):
                seen.add(row.position)
                yield row


def due_after_revocation(
    rows: Iterable[Ground], revoked: Revoked, edition: Edition, day: date
) -> list[ban_service_pb2.DueItem]:
    """What is to be withdrawn since a document was revoked, and by when, as seen on a day."""
    found = []
    for row in rows:
        code = _OWN if row.department == revoked.department else _OTHERS
        if (deadline := edition.rules.deadlines.get(code)) is None:
            continue
        last = due(deadline, revoked.on, edition.calendar)
        item = ban_service_pb2.DueItem(
            department=row.department,
            reference=row.statement_id,
            deadline=code,
            task="所据文书已被撤销, 撤回据以陈述的信息",
            due_on=last.day.isoformat(),
            days_left=days_left(day, last.day, edition.calendar, working=deadline.unit == "working_days"),
            basis=deadline.basis,
            uncertain=bool(last.uncertain_years),
        )
        setattr(item, "from", revoked.on.isoformat())
        found.append(item)
    return found
