"""A hit as an answer tells it: names, law and the way out from the edition, the rest from its statement.

Whoever answers builds it so, and whoever verifies a receipt builds it again.

Example: a ban by M-PRO-01 at 40: code, name, BLOCKS, the articles of measure and document, 2026-03-01 to
2028-03-01, position 40.
"""

from __future__ import annotations

from collections.abc import Callable

from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.verdict import Hit, is_unconfirmed
from registry.v1 import subject_pb2, verdict_pb2

IdentifierOf = Callable[[str], subject_pb2.Identifier]
"""Leads from a subject's reference back to the identifier, as it may be shown."""


def hit_message(hit: Hit, edition: Edition, identifier_of: IdentifierOf) -> verdict_pb2.Hit:
    """The message of a hit under an edition."""
    message = common_hit(hit, edition)
    put_own(message, hit, identifier_of)
    return message


def common_hit(hit: Hit, edition: Edition) -> verdict_pb2.Hit:
    """What every hit by the same measure, list, articles and reasons says: names, law, the way out."""
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


def put_own(message: verdict_pb2.Hit, hit: Hit, identifier_of: IdentifierOf) -> None:
    """Adds what is the restriction's own: document, term, scope, statement, and on whom it fell."""
    row, ground = hit.restriction, hit.restriction.ground
    message.document.CopyFrom(ground.document)
    setattr(message, "from", row.period.first.isoformat())
    if row.period.last is not None:
        message.until = row.period.last.isoformat()
    if ground.lifetime:
        message.lifetime = True
    if ground.region or ground.industry or row.activity:
        scope = subject_pb2.Scope(region=ground.region, industry=ground.industry, activity=row.activity)
        message.scope.CopyFrom(scope)
    message.position, message.statement_id = ground.position, ground.statement_id
    message.department = ground.department
    message.relation = hit.relation
    if hit.relation != verdict_pb2.SUBJECT_RELATION_SELF:
        message.related.CopyFrom(identifier_of(ground.subject))
    if hit.repeats is not None:
        message.repeats_position = hit.repeats


def put_brief(message: verdict_pb2.Hit, hit: Hit) -> None:
    """Fills in what tells one restriction from another: measure, list, effect, status, days and position."""
    row = hit.restriction
    message.measure_code, message.list_code = row.measure.code, row.list_code
    message.effect, message.status, message.relation = hit.effect, hit.status, hit.relation
    setattr(message, "from", row.period.first.isoformat())
    if row.period.last is not None:
        message.until = row.period.last.isoformat()
    message.lifetime, message.position = row.ground.lifetime, row.ground.position
