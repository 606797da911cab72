"""The single writer: puts jobs in order and commits them in groups (group commit).

One thread owns the log. It takes every job that waits, has the sequencer work them out as one
group, commits the group in one transaction, and only then answers. While a commit is on its way to
the disk the next jobs gather, so the cost of a sync is shared by all of them.

The writer knows neither law nor tree: ``process`` does the work of a group and commits it. If it
raises, nothing of the group is recorded: a StoreError is every job's answer, and after any other error
the jobs are tried one by one, so that one that cannot be worked out fails alone. A job for
which ``alone`` holds is a group by itself: what it changes must be in force before the next is read.

The jobs of one call are queued together or not at all, every job that was queued is answered, also
while the writer closes, and none can be cancelled: whoever stops waiting does not stop the log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import Generic, TypeVar

from registry.store.interface import QueueFullError, StoreError
from registry.waiting import waiting

Job = TypeVar("Job")
Answer = TypeVar("Answer")

MAX_GROUP = 1024
MAX_WAITING = 65_536
ANSWER_S = 90.0
"""How long one who serves a caller waits for the writer: longer than it takes to find out what became of a
group whose connection broke (``postgres_store.SETTLE_S``)."""
logger = logging.getLogger(__name__)


class UnansweredError(StoreError, TimeoutError):
    """The writer has not answered in time. The job is written yet, or not."""


_UNANSWERED = "写入没有在时限内完成, 结果未知; 请稍后以原编号重新提交"


class Promise(Generic[Answer]):
    """The answer to one job, to be had when every job of its call is answered. One thousand of these
    cost what thirty ``Future`` objects do, and nobody can cancel them."""

    __slots__ = ("_answer", "_call", "_error")

    def __init__(self, call: Call) -> None:
        self._call = call
        self._answer: list[Answer] = []
        self._error: Exception | None = None

    def result(self, timeout_s: float | None = None) -> Answer:
        """Waits for the answer. Raises what the writer raised, or UnansweredError."""
        if not self.is_kept:
            with waiting():
                self._call.answered.wait(timeout_s)
        if not self.is_kept:
            raise UnansweredError(_UNANSWERED)
        if self._error is not None:
            raise self._error
        return self._answer[0]

    @property
    def is_kept(self) -> bool:
        """Whether every job of its call is answered, be it with an error."""
        return self._call.answered.is_set()

    def keep(self, answer: Answer) -> None:
        """Takes the answer; called once, by the writer."""
        self._answer.append(answer)
        self._call.count_down()

    def fail(self, error: Exception) -> None:
        """Takes the error instead; called once, by the writer."""
        self._error = error
        self._call.count_down()


class Call:
    """The jobs of one ``put``: how many are unanswered, known to the writer's thread alone."""

    __slots__ = ("_left", "answered")

    def __init__(self, jobs: int) -> None:
        self._left = jobs
        self.answered = Event()

    def count_down(self) -> None:
        """Counts one answer; the last one wakes whoever waits."""
        self._left -= 1
        if not self._left:
            self.answered.set()


class Writer(Generic[Job, Answer]):
    """Runs ``process`` on groups of jobs, in one thread, in order of arrival."""

    def __init__(
        self,
        process: Callable[[Sequence[Job]], Sequence[Answer]],
        *,
        alone: Callable[[Job], bool] = lambda _job: False,
    ) -> None:
        self._process = process
        self._alone = alone
        self._held: list[tuple[Job, Promise[Answer]]] = []
        self._queue: SimpleQueue[tuple[Job, Promise[Answer]] | None] = SimpleQueue()
        self._entry = Lock()
        self._waiting = 0
        self._closed = False
        self._thread = Thread(target=self._run, name="registry-writer", daemon=True)
        self._thread.start()

    def put(self, jobs: Sequence[Job]) -> list[Promise[Answer]]:
        """Queues jobs in order; each promise is kept after its group is durable. Raises QueueFullError."""
        call = Call(len(jobs))
        entries: list[tuple[Job, Promise[Answer]]] = [(job, Promise(call)) for job in jobs]
        with self._entry:
            if self._closed or self._waiting + len(entries) > MAX_WAITING:
                raise QueueFullError("写入队列已满或服务正在停止, 请稍后重试")
            self._waiting += len(entries)
            for entry in entries:
                self._queue.put(entry)
        return [promise for _, promise in entries]

    @property
    def waiting(self) -> int:
        """How many jobs are not answered yet."""
        return self._waiting

    def close(self) -> None:
        """Finishes what is queued and stops."""
        with self._entry:
            if not self._closed:
                self._closed = True
                self._queue.put(None)  # Behind every job: none can enter after it.
        self._thread.join()

    def _run(self) -> None:
        while (group := self._next_group()) is not None:
            self._answer(group)
            with self._entry:
                self._waiting -= len(group)

    def _answer(self, group: list[tuple[Job, Promise[Answer]]]) -> None:
        try:
            answers = self._process([job for job, _ in group])
            answered = list(zip(group, answers, strict=True))
        except Exception as error:
            if not isinstance(error, StoreError):
                logger.exception("writer: group of %d failed", len(group))
                if len(group) > 1:
                    for entry in group:
                        self._answer([entry])
                    return
            for _, promise in group:
                promise.fail(error)
        else:
            for (_, promise), answer in answered:
                promise.keep(answer)

    def _next_group(self) -> list[tuple[Job, Promise[Answer]]] | None:
        first = self._held.pop() if self._held else self._queue.get()
        if first is None:
            return None
        group = [first]
        while len(group) < MAX_GROUP and not self._alone(group[-1][0]):
            try:
                waiting = self._queue.get_nowait()
            except Empty:
                break
            if waiting is None:
                self._queue.put(None)
                break
            if self._alone(waiting[0]):
                self._held.append(waiting)
                break
            group.append(waiting)
        return group
