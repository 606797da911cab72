"""The registry's own records, read: refusals, the query log, reports of execution.

``SqlStore`` has these methods from here. None of them follows from the log; a rebuild carries them over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby

from sqlalchemy import and_, func, select

from registry.store import rows, tables
from registry.store.errors import readable_rows
from registry.store.interface import ExecutionRow, ExecutionTotal, QueryRow, RefusalRow, ReportKey
from registry.store.sql_changes import SqlChanges
from registry.store.sql_log import named


class SqlOwn(SqlChanges):
    """Own records in a relational database."""

    def refusals(self, department: str, after: int, limit: int) -> list[RefusalRow]:
        """See Store."""
        table = tables.refusal
        mine = and_(table.c.department == department, table.c.number > after)
        query = select(table).where(mine).order_by(table.c.number).limit(limit)
        return [RefusalRow(**named(row)) for row in self._read(query)]

    def all_refusals(self) -> Iterator[RefusalRow]:
        """See Store."""
        query = select(tables.refusal).order_by(tables.refusal.c.number)
        return (RefusalRow(**named(row)) for row in self._stream(query))

    def queries(self) -> Iterator[QueryRow]:
        """See Store."""
        table = tables.query_log
        columns = [column for column in table.c if column is not table.c.number]
        return (QueryRow(**named(row)) for row in self._stream(select(*columns).order_by(table.c.number)))

    def queries_ended(self, end_ms: int, domains: Collection[int], limit: int) -> list[int]:
        """See Store."""
        log = tables.query_log.c
        ended = and_(log.asked_ms < end_ms, log.domain.in_(list(domains)))
        query = select(log.number).where(ended).order_by(log.asked_ms, log.number).limit(limit)
        return [int(row.number) for row in self._read(query)]

    def executions(self, keys: Collection[ReportKey]) -> dict[ReportKey, ExecutionRow]:
        """See Store."""
        execution, found = tables.execution, dict[ReportKey, ExecutionRow]()
        for caller, group in groupby(sorted(keys), key=lambda key: key[0]):
            ids = [report_id for _, report_id in group]
            query = select(execution).where(execution.c.caller == caller, execution.c.report_id.in_(ids))
            with readable_rows("execution"):
                found.update({row.key: row for row in map(rows.execution_from, self._read(query))})
        return found

    def own_executions(self, caller: str, after: int, limit: int) -> list[ExecutionRow]:
        """See Store. The table's numbers would tell a caller how much the others report."""
        execution = tables.execution
        mine = select(execution).where(execution.c.caller == caller)
        query = mine.order_by(execution.c.number).offset(after).limit(limit)
        with readable_rows("execution"):
            return [rows.execution_from(row, n) for n, row in enumerate(self._read(query), after + 1)]

    def all_executions(self) -> Iterator[ExecutionRow]:
        """See Store."""
        query = select(tables.execution).order_by(tables.execution.c.number)
        with readable_rows("execution"):
            yield from map(rows.execution_from, self._stream(query))

    def execution_totals(self, first_ms: int, end_ms: int) -> list[ExecutionTotal]:
        """See Store."""
        execution = tables.execution.c
        same = (execution.caller, execution.action, execution.measure_codes)
        counted = (func.count().label("reports"), func.max(execution.recorded_ms).label("last_ms"))
        within = (execution.recorded_ms >= first_ms, execution.recorded_ms < end_ms)
        query = select(*same, *counted).where(*within).group_by(*same).order_by(*same)
        with readable_rows("execution"):
            return [rows.execution_total_from(row) for row in self._read(query)]
