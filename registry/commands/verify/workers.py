"""The ranges of a log, checked side by side: by processes of their own, each reading the store by itself.

Threads would not do: what costs is Python's own work on millions of small things. Each process opens the
store read-only and the vault anew, is handed the keys of the log, and then ranges; what comes back is taken
in the order of the log, and no more ranges are under way than there is work for.
"""

from __future__ import annotations

import gc
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from registry.commands.state import Log, open_log
from registry.commands.verify.keys import KeyBook
from registry.commands.verify.ranges import Checked, RangeCheck
from registry.provenance.vault import Vault
from registry.store.interface import Store, StoreError

AHEAD = 2
"""Ranges for each process that wait or are done and not taken yet."""

Range = tuple[int, int, Sequence[int]]
"""First position, end, and where segments end between them."""


@dataclass(frozen=True, slots=True)
class Reopening:
    """How another process opens what is checked; can be handed to it."""

    store: Callable[[], Store]
    vault: Callable[[], Vault]


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked of each range."""

    book: KeyBook
    signatures: bool
    trusted: int

    def over(self, log: Log) -> RangeCheck:
        """The check of a log's ranges."""
        return RangeCheck(log, self.book, signatures=self.signatures, trusted=self.trusted)


def checked_here(ranges: Iterator[Range], task: Task, log: Log) -> Iterator[Checked]:
    """The ranges, checked one after the other by this process."""
    check = task.over(log)
    for first, end, cuts in ranges:
        yield check.check(first, end, cuts)


def checked_beside(
    ranges: Iterator[Range], task: Task, reopening: Reopening, processes: int
) -> Iterator[Checked]:
    """The ranges in their order, checked by so many processes. Raises StoreError if one of them dies."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, context, _begin, (reopening, task))
    waiting: deque[Future[Checked]] = deque()
    try:
        for part in ranges:
            waiting.append(pool.submit(_check, *part))
            if len(waiting) > processes * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        raise StoreError("一个核对进程意外终止") from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_range_check: list[RangeCheck] = []


def _begin(reopening: Reopening, task: Task) -> None:
    gc.disable()  # A sixth of the time goes into looking for cycles, and there are none.
    _range_check.append(task.over(open_log(reopening.store(), reopening.vault(), {})))


def _check(first: int, end: int, cuts: Sequence[int]) -> Checked:
    return _range_check[0].check(first, end, cuts)
