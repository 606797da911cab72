"""Effects of objections and repair."""

from __future__ import annotations

from registry.domain.departments import Key
from registry.sanctions.effects.changes import Effects
from registry.sanctions.ledger import Ledger
from registry.v1 import statement_pb2 as pb


def remedy_effects(statement: pb.Statement, position: int, ledger: Ledger, signer: Key | None) -> Effects:
    """An objection or its result, an application for repair or what is decided on it, an annulment."""
    raise NotImplementedError
