"""What a decision table answers (结论表): one row for each *shape*, one column for each question.

A shape is everything that decides the verdict on a subject on a day, in one domain, for every question
without a scope. Thousands of subjects have one shape, and a registry has a few thousand shapes. A question is
a role and a kind of tender: column ``role * 3 + kind``; a role or kind that the table does not know says
nothing to it and counts as not stated.

One answer is one byte

    bits 0-2   registry.v1.Verdict; 0 = the table does not say: ask the long way
    bits 3-5   registry.v1.IndeterminateReason
    bit 6      unused
    bit 7      a source of the domain that is not connected, or stale, outranks this answer

so that what a source lacks, which is a fact of the domain and a day, is put over the rows when they are asked
(``with_fault``). Shapes 0 to 2 are the same in every table: ASK, UNKNOWN (nobody has stated anything about
the code) and INVALID (it is no code). Never CLEAR because something is not in the table.

Worked example: a firm with M-PRO-01 in force has BLOCKED, 0x03, for a bidder; the byte of a known firm
without restriction is 0x81, and under the fault SOURCE_STALE (4) it is INDETERMINATE with that reason, 0x24.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from registry.v1 import subject_pb2
from registry.v1 import verdict_pb2 as pb

ASK, UNKNOWN, INVALID = range(3)
TENDER_KINDS = len(subject_pb2.TenderKind.values())
ROLES = len(subject_pb2.SubjectRole.values())
_VERDICT, _REASON, _REASON_SHIFT, _YIELDS = 0x07, 0x38, 3, 0x80


class Measured(NamedTuple):
    """A restriction in a shape: the measure, the list that brought it about (empty: none), where it stands,
    and its effect for each question, a byte of registry.v1.HitEffect."""

    measure: str
    list_code: str
    status: pb.HitStatus.ValueType
    effects: bytes


class Shape(NamedTuple):
    """A row: an answer for each question, and the restrictions it rests on. ``limited``: one of them is
    limited to a region, an industry or an activity, so that a question with a scope is asked the long way."""

    answers: bytes
    measures: tuple[Measured, ...] = ()
    limited: bool = False


class Answers(NamedTuple):
    """What a table says of many subjects: an answer each, and the shape it is from."""

    answers: NDArray[np.uint8]
    shapes: NDArray[np.uint32]

    @property
    def verdicts(self) -> NDArray[np.uint8]:
        """registry.v1.Verdict of each; 0: to be asked the long way."""
        return self.answers & np.uint8(_VERDICT)

    @property
    def reasons(self) -> NDArray[np.uint8]:
        """registry.v1.IndeterminateReason of each."""
        return (self.answers & np.uint8(_REASON)) >> np.uint8(_REASON_SHIFT)


def question_of(role: int, tender_kind: int, *, roles: int = ROLES) -> int:
    """The column of a question in a table that knows so many roles."""
    known_role = role if 0 <= role < roles else 0
    return known_role * TENDER_KINDS + (tender_kind if 0 <= tender_kind < TENDER_KINDS else 0)


def answer_of(
    verdict: int, reason: int = pb.INDETERMINATE_REASON_UNSPECIFIED, *, yields: bool = False
) -> int:
    """The byte for a verdict; ``yields`` to a fault of the domain's sources."""
    return verdict | reason << _REASON_SHIFT | (_YIELDS if yields else 0)


def verdict_in(answer: int) -> tuple[int, int]:
    """Verdict and reason in a byte."""
    return answer & _VERDICT, (answer & _REASON) >> _REASON_SHIFT


def with_fault(answer: int, fault: int) -> int:
    """An answer where the sources of the domain have a fault (0: none)."""
    return answer_of(pb.VERDICT_INDETERMINATE, fault) if fault and answer & _YIELDS else answer


def all_with_fault(answers: NDArray[np.uint8], fault: int) -> NDArray[np.uint8]:
    """As ``with_fault``, of many."""
    if not fault:
        return answers
    instead = np.uint8(answer_of(pb.VERDICT_INDETERMINATE, fault))
    return np.where(answers & np.uint8(_YIELDS), instead, answers)


def _fixed(questions: int) -> list[Shape]:
    unknown = answer_of(pb.VERDICT_INDETERMINATE, pb.INDETERMINATE_REASON_SUBJECT_UNKNOWN)
    invalid = answer_of(pb.VERDICT_INDETERMINATE, pb.INDETERMINATE_REASON_CODE_INVALID)
    return [Shape(bytes([each]) * questions) for each in (0, unknown, invalid)]


class ShapeBook:
    """The shapes of a table by number. It grows, and what has a number keeps it: a reader that was given
    one finds it in ``answers``, ``limited`` and ``met`` (whether a restriction is met) from then on,
    without a lock."""

    def __init__(self, shapes: Iterable[Shape] = (), *, roles: int = ROLES) -> None:
        self.roles, self.questions = roles, roles * TENDER_KINDS
        self._shapes: list[Shape] = []
        self.answers: NDArray[np.uint8] = np.zeros((64, self.questions), np.uint8)
        self.limited: NDArray[np.bool_] = np.zeros(64, np.bool_)
        self.met: NDArray[np.bool_] = np.zeros(64, np.bool_)
        for shape in [*_fixed(self.questions), *shapes]:
            self.add(shape)

    def __len__(self) -> int:
        return len(self._shapes)

    def __getitem__(self, number: int) -> Shape:
        return self._shapes[number]

    def add(self, shape: Shape) -> int:
        """Its number. ValueError unless it answers every question."""
        if len(shape.answers) != self.questions:
            raise ValueError(f"{len(shape.answers)} answers to {self.questions} questions")
        number = len(self._shapes)
        if number == len(self.limited):
            self.answers = np.concatenate([self.answers, np.zeros_like(self.answers)])
            self.met = np.concatenate([self.met, np.zeros_like(self.met)])
            self.limited = np.concatenate([self.limited, np.zeros_like(self.limited)])
        self.answers[number] = np.frombuffer(shape.answers, np.uint8)
        self.limited[number] = shape.limited
        self.met[number] = bool(shape.measures)
        self._shapes.append(shape)
        return number

    def own(self) -> list[Shape]:
        """Those that are not the same in every table."""
        return self._shapes[INVALID + 1 :]
