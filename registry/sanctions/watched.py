"""What stands of a subject in a domain, as whoever watches a domain is told of it (限制变化).

Pure: the same record at the same position, under the same edition, on the same day, gives the same. What is
told is what a question about the subject itself would meet (``verdict.met``), in whatever role: restrictions
in force and to come, and those that are held back, with the reason. A change is a difference between what
stands at a position and what stood before it; what begins or ends by its own date is none.

* With a choice of lists, only what these bring about is told.
* What fell on another code of the subject, or on one that it is related to, is told with that code. Which
  those are is told here (``Tie``), by the links of the record itself.
* Where a note on a statement begins or ends on a day of its own (a stay from the first of next month on), the
  status is told until the day before (``status_until``).

Worked example: M-PRO-01 on F stated at 40, stayed at 50, withdrawn at 60. At 40 one restriction is IN_FORCE,
at 50 the same is STAYED, at 60 nothing is left: three changes. A licence of F at 45 is none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from registry.domain.periods import Period
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import Ground, Link, Mark, SubjectRecord
from registry.sanctions.parties import RecordOf, still_holds
from registry.sanctions.restriction import Restriction
from registry.sanctions.standing import ENDED, marks_on
from registry.sanctions.verdict import Question, considered
from registry.v1 import statement_pb2, subject_pb2
from registry.v1 import verdict_pb2 as pb

_RELATIONS = {
    (statement_pb2.SUBJECT_LINK_KIND_SUCCESSION, True): pb.SUBJECT_RELATION_SAME,
    (statement_pb2.SUBJECT_LINK_KIND_SUCCESSION, False): pb.SUBJECT_RELATION_SAME,
    (statement_pb2.SUBJECT_LINK_KIND_MERGER, True): pb.SUBJECT_RELATION_SURVIVING,
    (statement_pb2.SUBJECT_LINK_KIND_MERGER, False): pb.SUBJECT_RELATION_ABSORBED,
    (statement_pb2.SUBJECT_LINK_KIND_BRANCH, True): pb.SUBJECT_RELATION_PARENT,
    (statement_pb2.SUBJECT_LINK_KIND_BRANCH, False): pb.SUBJECT_RELATION_BRANCH,
}


class Standing(NamedTuple):
    """One restriction as it is told; ``position`` is that of the statement it rests on."""

    position: int
    measure_code: str
    list_code: str
    period: Period
    status: pb.HitStatus.ValueType
    status_until: date | None
    origin: pb.RestrictionOrigin.ValueType
    region: str
    industry: str
    activity: str
    department: str
    statement_id: str


class Tie(NamedTuple):
    """Another code that belongs together with the subject's, and the link's position."""

    other: str
    relation: pb.SubjectRelation.ValueType
    position: int


class View(NamedTuple):
    """All that is told of a subject."""

    restrictions: tuple[Standing, ...] = ()
    ties: tuple[Tie, ...] = ()


NOTHING = View()


class Watched(NamedTuple):
    """For whom it is worked out, and by what law: a domain, a day, an edition; lists if not all."""

    domain: subject_pb2.Domain.ValueType
    day: date
    edition: Edition
    lists: Collection[str] = ()


def view_of(record: SubjectRecord | None, watched: Watched, position: int, record_of: RecordOf) -> View:
    """What stands of a subject at a position."""
    if record is None:
        return NOTHING
    standing = tuple(_standing(record, watched, position)) if record.grounds else ()
    ties = tuple(_ties(record, position, record_of)) if record.links else ()
    return View(standing, ties)


def _standing(record: SubjectRecord, watched: Watched, position: int) -> Iterator[Standing]:
    domain, day, edition, lists = watched
    question = Question(domain=domain, role=subject_pb2.SUBJECT_ROLE_UNSPECIFIED, day=day)
    for row, status in considered(question, record, position, edition):
        if status in ENDED or (lists and row.list_code not in lists):
            continue
        noted = marks_on(row.ground, record.marks, position, edition, day) if record.marks else ()
        yield _told(row, row.ground, status, _until(noted, day))


def _told(row: Restriction, ground: Ground, status: pb.HitStatus.ValueType, until: date | None) -> Standing:
    return Standing(
        position=ground.position,
        measure_code=row.measure.code,
        list_code=row.list_code,
        period=row.period,
        status=status,
        status_until=until,
        origin=row.origin,
        region=ground.region,
        industry=ground.industry,
        activity=row.activity,
        department=ground.department,
        statement_id=ground.statement_id,
    )


def _until(marks: Iterable[Mark], day: date) -> date | None:
    """The last day before a note begins, or the last on which one holds, whichever comes first."""
    begin = [mark.period.first - timedelta(days=1) for mark in marks if mark.period.first > day]
    end = [mark.period.last for mark in marks if mark.period.last is not None and mark.period.last >= day]
    return min([*begin, *end], default=None)


def _ties(record: SubjectRecord, position: int, record_of: RecordOf) -> Iterator[Tie]:
    """The links that are known, whenever they take effect: one subject is one on every day."""
    for link in record.links:
        relation = _relation(link)
        if relation and still_holds(link, record, record_of, position=position):
            yield Tie(link.other, relation, link.position)


def _relation(link: Link) -> pb.SubjectRelation.ValueType:
    return _RELATIONS.get((link.kind, link.outgoing), pb.SUBJECT_RELATION_UNSPECIFIED)
