"""Effects of the steps of a ban case."""

from __future__ import annotations

from registry.domain.departments import Key
from registry.sanctions.effects.changes import Effects
from registry.sanctions.ledger import Ledger
from registry.v1 import statement_pb2 as pb


def ban_effects(statement: pb.Statement, position: int, ledger: Ledger, signer: Key | None) -> Effects:
    """Any step from draft to service."""
    raise NotImplementedError
