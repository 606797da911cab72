"""What changed since a decision table, as a table of its own (结论表的增量).

Of each subject whose record changed it has the timeline as it is now, from the first day of the table that it
is put over. A subject of whom nobody has stated anything any more is in it as well, as UNKNOWN: put over a
table, absence would leave what stood there.

Example: a ban on X of 900 withdrawn at 905, by which alone X was known: X is in the delta, unknown for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from registry.domain.table_building import Timeline
from registry.domain.table_file import FOREVER
from registry.domain.verdict_shapes import UNKNOWN
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.verdict_file import TableBasis, TableCompiler, is_in_table

GONE: Timeline = ((FOREVER, UNKNOWN),)


class _ChangeCompiler(TableCompiler):
    """Leaves out no organisation."""

    def add(self, record: SubjectRecord) -> None:
        """See TableCompiler."""
        if is_in_table(record.ref):
            timeline = self._compiler.timeline(record, self._basis.position) or GONE
            self._codes += record.ref.encode()
            self._numbers.append(self._timelines.number(timeline))


def compile_changes(records: Iterable[SubjectRecord], basis: TableBasis) -> Iterator[bytes | memoryview]:
    """The file of the table, piece by piece, once every record is compiled. ``basis`` has the position up to
    which changes are told and the first day of the table that they are put over."""
    compiler = _ChangeCompiler(basis)
    for record in records:
        compiler.add(record)
    return compiler.file()
