"""A hit as an answer tells it, worked out again: names, law and the way out from the edition, the rest from
the statement behind it.

Example: a ban by M-PRO-01 at 40: code, name, BLOCKS, the articles of measure and document, 2026-03-01 to
2028-03-01, position 40.
"""

from __future__ import annotations

from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.verdict import Hit, is_unconfirmed
from registry.v1 import subject_pb2, verdict_pb2


def hit_message(hit: Hit, edition: Edition) -> verdict_pb2.Hit:
    """The message of a hit under an edition; related subjects are organisations."""
    message = _of_edition(hit, edition)
    row, ground = hit.restriction, hit.restriction.ground
    message.document.CopyFrom(ground.document)
    setattr(message, "from", row.period.first.isoformat())
    if row.period.last is not None:
        message.until = row.period.last.isoformat()
    message.lifetime = ground.lifetime
    if ground.region or ground.industry or row.activity:
        message.scope.CopyFrom(
            subject_pb2.Scope(region=ground.region, industry=ground.industry, activity=row.activity)
        )
    message.position, message.statement_id = ground.position, ground.statement_id
    message.department, message.relation = ground.department, hit.relation
    if hit.relation != verdict_pb2.SUBJECT_RELATION_SELF:
        message.related.type, message.related.value = subject_pb2.IDENTIFIER_TYPE_USCC, ground.subject
    if hit.repeats is not None:
        message.repeats_position = hit.repeats
    return message


def _of_edition(hit: Hit, edition: Edition) -> verdict_pb2.Hit:
    row, measure = hit.restriction, hit.restriction.measure
    entry = edition.credit_list(row.list_code, row.period.first) if row.list_code else None
    return verdict_pb2.Hit(
        measure_code=measure.code,
        measure_name=measure.name_zh,
        effect=hit.effect,
        reasons=hit.reasons,
        list_code=row.list_code,
        list_name=entry.name_zh if entry else "",
        legal_basis=row.legal_basis,
        relief=entry.relief if entry else measure.relief,
        status=hit.status,
        origin=row.origin,
        unconfirmed=is_unconfirmed(row, edition),
        milder_rule=row.milder,
    )
