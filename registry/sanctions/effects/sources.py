"""Effects of a delivery: up to which day a list's source has delivered."""

from __future__ import annotations

from datetime import date

from registry.domain.sources import DeliveryNote
from registry.sanctions.effects.changes import Effects
from registry.sanctions.ledger import Ledger
from registry.v1 import statement_pb2 as pb


def delivery_effects(statement: pb.Statement, position: int, _ledger: Ledger) -> Effects:
    """The list is delivered up to a day; no entry is touched."""
    delivery = statement.delivery
    as_of = date.fromisoformat(delivery.as_of)
    return Effects(
        position, delivered=DeliveryNote(position, delivery.list_code, as_of, statement.department)
    )
