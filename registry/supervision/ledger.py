"""What acts of supervision look up: the registry's state just before the next position, with its files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Protocol

from registry.provenance.leaf import LeafType
from registry.sanctions.ledger import Ledger
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import SupervisionFile
from registry.v1.supervision_pb2 import FileKind, FileReference


class SupervisionLedger(Ledger, Protocol):
    """The registry just before an act is admitted."""

    def file(self, reference: FileReference) -> SupervisionFile | None:
        """A file with its acts so far, without their texts; not to be changed."""

    def files(self, references: Sequence[FileReference]) -> list[SupervisionFile]:
        """Those of the files that there are, in their order, read at once; not to be changed."""

    def act(self, position: int) -> Statement:
        """An act of a file with its texts, by its position."""

    def files_of(self, kind: FileKind.ValueType, department: str, subject: str = "") -> list[SupervisionFile]:
        """Every file of a kind that a department opened, about a subject where one is named, in the order of
        opening; everybody's where no department is. Not to be changed."""

    def section_on(self, department: str, official_id: str, day: date) -> str:
        """内设机构 of an official as it was registered at the end of a day; empty if he was not yet."""

    def own_leaves(self, after: int) -> Iterator[tuple[int, LeafType]]:
        """Positions and types of the registry's own leaves after a position, in order. Each is alone in its
        group, so none can be missing that stands before what is being worked out."""

    def anchored_at(self, position: int) -> int | None:
        """Where the first time anchor stands whose checkpoint holds a position; None while there is none."""

    def root_at(self, size: int) -> bytes:
        """The root of the log's tree when it had so many leaves, none of them of the own group."""
