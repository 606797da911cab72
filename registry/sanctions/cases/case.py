"""A case beside an edition (用例): facts, a question, the answer that law gives; and whether it is a case.

Kinds. Of a measure: *hit*, it bears on the question; *near_miss* (what ``but`` is unless it says otherwise),
it does not. Of a list: *enters*, *expires*, *left_early*, and *lasts* where no day ends it. What makes a near
miss, an expiry or an early end differs from the case it belongs to in exactly one fact, and in its answer.

Example: 招标投标法 第五十三条 bars from compulsory tenders. The hit bids for one; the near miss, barred by
the same decision and on the same day, bids for a voluntary one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from registry.sanctions.cases.expected import Expected
from registry.sanctions.cases.steps import Step
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.located_yaml import Place, Row
from registry.sanctions.verdict import Question
from registry.v1 import subject_pb2

CaseKind = Literal["hit", "near_miss", "enters", "expires", "left_early", "lasts"]

KINDS: Mapping[str, CaseKind] = {word: word for word in get_args(CaseKind)}
CHANGED: frozenset[CaseKind] = frozenset({"near_miss", "expires", "left_early"})
"""Kinds that differ in one fact from the case they belong to."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case; ``place`` is where it stands. ``about`` is whom the question is about."""

    name: str
    place: Place
    of: str
    kind: CaseKind
    steps: tuple[Step, ...]
    about: subject_pb2.Subject
    question: Question
    expected: Expected


def check_kind(row: Row, case: Case, edition: Edition) -> None:
    """Notes where kind, subject and expectation of a case do not agree."""
    of_list, expected = case.of in edition.lists, case.expected
    if case.kind != "near_miss" and of_list == (case.kind == "hit"):
        row.fault("kind", f"{case.kind} is no kind of case about {case.of}")
    elif case.kind == "hit" and case.of not in expected.hits and case.of not in (expected.incentives or ()):
        row.fault("hits", f"a hit of {case.of} has it among its hits or incentives")
    elif of_list and case.kind != "near_miss" and expected.listed is None:
        row.fault("listed", f"a case that {case.kind} says on which lists the subject is")
    elif of_list and case.kind in ("enters", "lasts") and case.of not in (expected.listed or ()):
        row.fault("listed", f"the subject is on {case.of}")
    elif of_list and case.kind in ("expires", "left_early") and case.of in (expected.listed or ()):
        row.fault("listed", f"the subject is no longer on {case.of}")


def check_change(change: Row, facts: int, case: Case, base: Case) -> None:
    """Notes where a case differs in more than a fact, or in no answer, from the one it belongs to."""
    if facts != 1:
        change.fault(
            "name", f"{case.kind} differs in exactly one fact from the case it belongs to, not in {facts}"
        )
    if _answer(case) == _answer(base):
        change.fault("name", f"{case.kind} has the same answer as the case it belongs to")


def _answer(case: Case) -> tuple[object, ...]:
    expected = case.expected
    of_lists = case.of in (expected.listed or ()), case.of in (expected.incentives or ())
    return expected.verdict, expected.hits.get(case.of), *of_lists, expected.refused
