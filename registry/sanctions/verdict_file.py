"""A decision table of every subject of a domain, as a file (结论表): the records compiled and put together.

Natural persons are left out: of them a system asks the registry, which logs the question before it answers.
So are codes of before the USCC, which are no subjects. What is left out is not CLEAR: it is not asked here.

    pieces = compile_table(index.records(), matter, first=today, last=date.max)
    file.writelines(pieces)
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from registry.domain.packed_codes import CODE_BYTES
from registry.domain.table_building import TimelineBook, build_table
from registry.domain.table_file import TableFacts
from registry.domain.verdict_shapes import ROLES, ShapeBook
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.timeline import Compiler
from registry.v1 import subject_pb2


@dataclass(frozen=True, slots=True)
class TableBasis:
    """What a table is compiled for: a domain, by what was known at ``position``, under the edition that is
    law from ``first`` to ``last``."""

    domain: subject_pb2.Domain.ValueType
    position: int
    edition: Edition
    first: date
    last: date = date.max


class TableCompiler:
    """Puts a table together, record by record."""

    def __init__(self, basis: TableBasis) -> None:
        self._basis = basis
        self._shapes, self._timelines = ShapeBook(), TimelineBook()
        self._compiler = Compiler(basis.domain, basis.edition, basis.first, self._shapes)
        self._codes, self._numbers = bytearray(), array("I")

    def add(self, record: SubjectRecord) -> None:
        """Compiles one more record, if it belongs into a table."""
        if not is_in_table(record.ref):
            return
        timeline = self._compiler.timeline(record, self._basis.position)
        if timeline is not None:
            self._codes += record.ref.encode()
            self._numbers.append(self._timelines.number(timeline))

    def file(self) -> Iterator[bytes | memoryview]:
        """The file of the table, piece by piece."""
        basis = self._basis
        facts = TableFacts(
            domain=basis.domain,
            position=basis.position,
            first=basis.first,
            last=basis.last,
            edition=basis.edition.hash,
            roles=ROLES,
        )
        numbers = np.frombuffer(self._numbers, np.uint32)
        return build_table(facts, self._codes, numbers, self._timelines, self._shapes)


def compile_table(records: Iterable[SubjectRecord], basis: TableBasis) -> Iterator[bytes | memoryview]:
    """The file of the table, piece by piece, once every record is compiled."""
    compiler = TableCompiler(basis)
    for record in records:
        compiler.add(record)
    return compiler.file()


def is_in_table(ref: str) -> bool:
    """Whether a reference is that of an organisation: all others are longer than its code."""
    return len(ref) == CODE_BYTES
