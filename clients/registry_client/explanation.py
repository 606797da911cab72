"""A verdict step by step (结论的解释): what was looked at, which clause held or failed, and how the verdict
follows.

A step that is ``counted`` is a hit of the answer. Others are shown to departments alone: what has ended, was
withdrawn, or could have been ground for a measure and was not.

Example: a step of M-PRO-04, not counted, whose clause 罚款200万元以上 failed: 记载的罚款: 50万元.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.v1 import restriction_service_pb2 as service
from registry.v1.restriction_service_pb2 import ClauseOutcome
from registry_client.results import CheckResult, Hit


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that was asked, in Chinese, how it came out, and what was compared."""

    text: str
    outcome: ClauseOutcome.ValueType
    detail: str


@dataclass(frozen=True, slots=True)
class Step:
    """One restriction that was considered."""

    hit: Hit
    counted: bool
    clauses: tuple[Clause, ...]

    @classmethod
    def of(cls, step: service.ExplainStep) -> Step:
        """As it travels."""
        clauses = (Clause(each.text, each.outcome, each.detail) for each in step.clauses)
        return cls(Hit.of(step.hit), step.counted, tuple(clauses))


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer, the steps to it in the order of the log, and the conclusion line by line."""

    answer: CheckResult
    steps: tuple[Step, ...]
    conclusion: tuple[str, ...]

    @classmethod
    def of(cls, response: service.ExplainResponse) -> Explanation:
        """The answer to ``Explain``."""
        steps = tuple(map(Step.of, response.steps))
        return cls(CheckResult.of(response.answer), steps, tuple(response.conclusion))
