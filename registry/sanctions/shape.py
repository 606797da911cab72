"""The shape of a subject on a day (结论形态): everything that decides the verdict on it in one domain.

Of each restriction that ``verdict.considered`` finds and that has not ended, a shape has what
``verdict.hit_of`` looks at; beside that whether the subject is known at all, whether soundly, and whether its
names are in dispute. Whose the restrictions are, and by which documents, is not in it. So what
``verdict.decide`` says of one record that has a shape it says of all, and it is asked once for each shape and
question: without a scope, and once more with a fault of the sources, to see which answers yield to one.

Example: all firms that M-PRO-01 bars today, decided by whomever for whatever term, and that nothing else is
known of, have one shape; those whose ban is limited to a region have another.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from datetime import date
from typing import NamedTuple

from registry.domain.verdict_shapes import UNKNOWN, Measured, Shape, ShapeBook, answer_of
from registry.sanctions.catalogue.edition import Edition, Measure
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.restriction import Restriction
from registry.sanctions.standing import ENDED, known_soundly
from registry.sanctions.verdict import Decision, Question, considered, decide, is_unconfirmed
from registry.v1 import subject_pb2
from registry.v1 import verdict_pb2 as pb

ROLES = subject_pb2.SubjectRole.values()
_QUESTIONS = [(role, kind) for role in ROLES for kind in subject_pb2.TenderKind.values()]
"""In the order of ``verdict_shapes.question_of``."""
_FAULT = pb.INDETERMINATE_REASON_SOURCE_STALE


class Seen(NamedTuple):
    """What a verdict looks at in one restriction; ``measure`` is the row's identity."""

    measure: int
    kind: int
    capacities: tuple[int, ...]
    answer: str
    list_code: str
    status: pb.HitStatus.ValueType
    unconfirmed: bool
    unclear: bool
    region: bool
    industry: bool
    activity: bool


class Shapes:
    """Gives shapes their numbers in ``book``, each when it is first met."""

    def __init__(self, domain: subject_pb2.Domain.ValueType, edition: Edition, book: ShapeBook) -> None:
        if book.roles != len(ROLES):
            raise ValueError("the shapes are of another release: build the table anew")
        self.domain, self.edition, self.book = domain, edition, book
        self._numbers: dict[Hashable, int] = {}
        self._measures: dict[int, Measure] = {}

    def identity(self, measure: Measure | None) -> int:
        """A row's identity, which is nobody else's as long as it is kept here."""
        if measure is None:
            return 0
        return id(self._measures.setdefault(id(measure), measure))

    def number(self, record: SubjectRecord, position: int, day: date, *, ambiguous: bool) -> int:
        """The shape of a record on a day; ``ambiguous``: its names are in dispute."""
        question = Question(domain=self.domain, role=subject_pb2.SUBJECT_ROLE_UNSPECIFIED, day=day)
        found = considered(question, record, position, self.edition)
        seen = frozenset([self._seen(row, status) for row, status in found if status not in ENDED])
        known = record.known_at(position)
        if not known and not seen:
            return UNKNOWN
        sound = not record.marks or known_soundly(record, position)
        key = (known, ambiguous, sound, seen)
        if key not in self._numbers:
            self._numbers[key] = self.book.add(self._decided(record, position, day, seen))
        return self._numbers[key]

    def _seen(self, row: Restriction, status: pb.HitStatus.ValueType) -> Seen:
        return Seen(
            measure=self.identity(row.measure),
            kind=row.kind,
            capacities=row.capacities,
            answer=row.answer,
            list_code=row.list_code,
            status=status,
            unconfirmed=is_unconfirmed(row, self.edition),
            unclear=row.unclear,
            region=bool(row.ground.region),
            industry=bool(row.ground.industry),
            activity=bool(row.activity),
        )

    def _decided(self, record: SubjectRecord, position: int, day: date, seen: Collection[Seen]) -> Shape:
        sound = [self._decide(record, position, day, asked) for asked in _QUESTIONS]
        faulty = [self._decide(record, position, day, asked, _FAULT) for asked in _QUESTIONS]
        answers = bytes(
            answer_of(one.verdict, one.indeterminate, yields=other.indeterminate == _FAULT)
            for one, other in zip(sound, faulty, strict=True)
        )
        limited = any(each.region or each.industry or each.activity for each in seen)
        return Shape(answers, tuple(self._measured(sound)), limited)

    def _decide(
        self,
        record: SubjectRecord,
        position: int,
        day: date,
        asked: tuple[subject_pb2.SubjectRole.ValueType, subject_pb2.TenderKind.ValueType],
        fault: pb.IndeterminateReason.ValueType = pb.INDETERMINATE_REASON_UNSPECIFIED,
    ) -> Decision:
        question = Question(domain=self.domain, role=asked[0], day=day, tender_kind=asked[1])
        return decide(question, record, position=position, edition=self.edition, source_fault=fault)

    def _measured(self, decisions: Collection[Decision]) -> list[Measured]:
        """The restrictions of a shape with their effects; a question meets the same ones whatever it asks."""
        effects: dict[Seen, list[int]] = {}
        for decision in decisions:
            hits = {self._seen(hit.restriction, hit.status): hit.effect for hit in decision.hits}
            for seen, effect in hits.items():
                effects.setdefault(seen, []).append(effect)
        return sorted(
            Measured(self._measures[seen.measure].code, seen.list_code, seen.status, bytes(each))
            for seen, each in effects.items()
        )
