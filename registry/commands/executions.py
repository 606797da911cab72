"""Reports of what was done with verdicts (联合奖惩反馈): the registry's own record.

A report is durable before it is acknowledged."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from registry.store.interface import ExecutionRow, Store


class Executions:
    """Records reports and reads them back; ``log_executions`` returns when the rows are durable."""

    def __init__(
        self,
        store: Store,
        log_executions: Callable[[Sequence[ExecutionRow]], None],
        clock: Callable[[], int],
    ) -> None:
        self._store = store
        self._log_executions = log_executions
        self._clock = clock
