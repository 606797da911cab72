"""Statements of a case or a remedy, as they were signed, in the order of the log; without those erased."""

from __future__ import annotations

from collections.abc import Iterable

from registry.commands.log_statement import signed_statement
from registry.commands.state import RegistryState
from registry.provenance.leaf import Leaf
from registry.v1.ban_service_pb2 import CaseStatement


class CaseStatements:
    """Reads statements by position. Whoever calls has settled who may have them."""

    def __init__(self, state: RegistryState) -> None:
        self._state = state

    def at(self, positions: Iterable[int]) -> list[CaseStatement]:
        """The statements at these positions."""
        found = []
        for position in sorted(set(positions)):
            row = self._state.store.statement(position)
            if row is None or row.erased_by is not None:
                continue
            told = CaseStatement(position=position, signed=signed_statement(row, self._state.log))
            told.received_time.FromMilliseconds(Leaf.decode(row.leaf).received_ms)
            found.append(told)
        return found
