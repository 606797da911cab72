"""Decision tables without a registry: a few shapes, and whoever is to have them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np

from registry.domain.table_building import Timeline, TimelineBook, build_table
from registry.domain.table_file import TableFacts
from registry.domain.verdict_shapes import ROLES, TENDER_KINDS, Measured, Shape, ShapeBook, answer_of
from registry.v1 import subject_pb2
from registry.v1 import verdict_pb2 as pb

CLEAR, REVIEW, BLOCKED = 3, 4, 5
"""The shapes of these tables; the second is limited to a region."""
FIRST = date(2026, 1, 1)
QUESTIONS = ROLES * TENDER_KINDS


def shape_book() -> ShapeBook:
    """The three shapes."""
    clear, review = answer_of(pb.VERDICT_CLEAR, yields=True), answer_of(pb.VERDICT_REVIEW, yields=True)
    banned = Measured("M-PRO-01", "", pb.HIT_STATUS_IN_FORCE, bytes([pb.HIT_EFFECT_BLOCKS]) * QUESTIONS)
    local = Measured("M-PRO-01", "", pb.HIT_STATUS_IN_FORCE, bytes([pb.HIT_EFFECT_NEEDS_REVIEW]) * QUESTIONS)
    return ShapeBook(
        [
            Shape(bytes([clear]) * QUESTIONS),
            Shape(bytes([review]) * QUESTIONS, (local,), limited=True),
            Shape(bytes([answer_of(pb.VERDICT_BLOCKED)]) * QUESTIONS, (banned,)),
        ]
    )


def table_of(
    subjects: Iterable[tuple[str, Timeline]], *, position: int = 900, last: date = date.max
) -> bytes:
    """The file of a table of these subjects."""
    rows, timelines = list(subjects), TimelineBook()
    numbers = np.array([timelines.number(timeline) for _, timeline in rows], np.uint32)
    facts = TableFacts(subject_pb2.DOMAIN_PROCUREMENT, position, FIRST, last, "ab" * 32, ROLES)
    codes = "".join(code for code, _ in rows).encode()
    return b"".join(build_table(facts, codes, numbers, timelines, shape_book()))
