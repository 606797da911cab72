"""CheckColumns: verdicts on very many organisations as columns of fixed width.

The answers are those of ``Check``, told in the fewest bytes: one byte for each code, and rows for what is not
CLEAR. What a row leaves out (document, articles, the way out) ``Check`` tells.

Example: three codes, the second restricted by M-PRO-01 at 40: verdicts ``03 01 03``, hit_subjects [1],
hit_measures [0], hit_positions [40], measures ["M-PRO-01"].
"""

from __future__ import annotations

from registry.commands.ask_many import Columns
from registry.sanctions.verdict import Decision
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import verdict_pb2

MAX_COLUMNS = 100_000
"""Codes of one call: a tenth of a second's work."""
_reason = verdict_pb2.IndeterminateReason.ValueType


def columns_of(columns: Columns) -> pb.CheckColumnsResponse:
    """Columns as a message; what they have in common is added by whoever asks."""
    response = pb.CheckColumnsResponse(verdicts=columns.verdicts, indeterminate_subjects=columns.unsure)
    response.indeterminate_reasons.extend(map(_reason, columns.reasons))
    measures: dict[str, int] = {}
    for number, decision in columns.met:
        _add_hits(response, number, decision, measures)
    response.measures.extend(measures)
    return response


def _add_hits(
    response: pb.CheckColumnsResponse, number: int, decision: Decision, measures: dict[str, int]
) -> None:
    for hit in decision.hits:
        code = hit.restriction.measure.code
        response.hit_subjects.append(number)
        response.hit_measures.append(measures.setdefault(code, len(measures)))
        response.hit_effects.append(hit.effect)
        response.hit_statuses.append(hit.status)
        response.hit_positions.append(hit.restriction.ground.position)
