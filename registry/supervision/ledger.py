"""What acts of supervision look up: the registry's state just before the next position, with its files."""

from __future__ import annotations

from typing import Protocol

from registry.sanctions.ledger import Ledger
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import SupervisionFile
from registry.v1.supervision_pb2 import FileReference


class SupervisionLedger(Ledger, Protocol):
    """The registry just before an act is admitted."""

    def file(self, reference: FileReference) -> SupervisionFile | None:
        """A file with its acts so far, without their texts; not to be changed."""

    def act(self, position: int) -> Statement:
        """An act of a file with its texts, by its position."""
