"""One clause of an explanation (解释的一项): what was asked, how it came out, what was compared.

The verdict's own functions say how it came out; here it only gets words. Of the clauses of one restriction
those that *decide* give its effect by themselves, which is how an explanation can be checked:

    any FAILED      information: it does not bear on the question
    any UNSETTLED   needs review
    all HELD        blocks

Clauses that do not decide are alternatives (情形1, 情形2), one of which is enough; the clause that sums them
up decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registry.v1 import restriction_service_pb2 as service
from registry.v1 import verdict_pb2 as pb

HELD = service.CLAUSE_OUTCOME_HELD
FAILED = service.CLAUSE_OUTCOME_FAILED
UNSETTLED = service.CLAUSE_OUTCOME_UNSETTLED


@dataclass(frozen=True, slots=True)
class Explained:
    """A clause, its outcome, and what was compared, in Chinese."""

    text: str
    outcome: service.ClauseOutcome.ValueType
    detail: str = ""
    decides: bool = True


def effect_of(clauses: Iterable[Explained]) -> pb.HitEffect.ValueType:
    """The effect that follows from clauses."""
    outcomes = {clause.outcome for clause in clauses if clause.decides}
    if FAILED in outcomes:
        return pb.HIT_EFFECT_INFORMATION
    return pb.HIT_EFFECT_NEEDS_REVIEW if UNSETTLED in outcomes else pb.HIT_EFFECT_BLOCKS
