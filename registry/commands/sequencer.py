"""Gives admitted statements their positions: the heart of the single writer.

A group is worked out (``group_run``); then statements, leaves, derived rows and the signed checkpoint are
written in one transaction, and only then do the index and the callers learn of them. The time of receipt
never decreases along the log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from registry.commands.group_run import GroupRun
from registry.commands.jobs import Answer, ErasedStatement, Job, OwnStatement, WriteTrial
from registry.commands.outbox import Outbox
from registry.commands.own_keys import OwnKeys, own_submission
from registry.commands.state import ORIGIN, RegistryState
from registry.commands.submission import Submission
from registry.commands.writing_figures import GroupClock, WritingFigures
from registry.provenance.checkpoint import Checkpoint, sign_checkpoint
from registry.provenance.keys import Signer, SignerError
from registry.provenance.merkle import Frontier
from registry.store.interface import CheckpointRow, ExecutionRow, OvertakenError, ReportKey, StoreError


class Sequencer:
    """Works out and commits groups of jobs. Clock (Unix ms) and randomness are arguments.

    ``signers`` hold the log's keys, ``other_signers`` those that sign answers. ``publish`` has a checkpoint
    that is durable in the store put into the second one; only after it is anything answered, and whoever
    holds an answer holds it for good. ``outbox`` takes the notices; without one, none are made."""

    def __init__(
        self,
        state: RegistryState,
        signers: Sequence[Signer],
        *,
        clock: Callable[[], int],
        random_bytes: Callable[[int], bytes],
        publish: Callable[[CheckpointRow], None] = lambda _row: None,
        other_signers: Sequence[Signer] = (),
        folding_again: bool = False,
        outbox: Outbox | None = None,
    ) -> None:
        self._state = state
        self._outbox = outbox
        self._keys = OwnKeys(state, signers, other_signers, lenient=folding_again)
        self._publish = publish
        self._clock = clock
        self._random = random_bytes
        head = state.head
        self._frontier = Frontier.from_bytes(head.frontier) if head else Frontier()
        self._behind = ""
        self._passed_over: set[str] = set()
        self.figures = WritingFigures()

    def process(self, jobs: Sequence[Job]) -> Sequence[Answer]:
        """Works out one group and commits it. Raises StoreError with nothing recorded."""
        try:
            return self._process(jobs)
        except SignerError as error:  # A hardware module that was pulled out, say; it may come back.
            self.figures.failed(stuck=bool(self._behind))
            raise StoreError(f"日志密钥暂不可用: {error}") from error
        except StoreError as error:
            if isinstance(error, OvertakenError):
                self._behind = str(error)
            self.figures.failed(stuck=bool(self._behind))
            raise

    def _process(self, jobs: Sequence[Job]) -> Sequence[Answer]:
        if self._behind:  # Something durable was never taken into account: answering would fork the log.
            raise StoreError(f"{self._behind}; 须排除原因后重启服务")
        clock = GroupClock(len(jobs))
        if jobs and isinstance(jobs[0], WriteTrial):  # Alone in its group.
            return self._try_to_write(clock)
        submissions = [job for job in jobs if isinstance(job, Submission)]
        now = max(self._clock(), self._state.head.last_received_ms if self._state.head else 0)
        run = GroupRun(
            self._state, self._keys, submissions, self._reports(jobs), self._frontier, now, self._random
        )
        self._passed_over |= {job.row.subject for job in jobs if isinstance(job, ErasedStatement)}
        run.unjudged = self._passed_over
        run.tell_through(self._outbox)
        outcomes = [run.take(self._signed(job) if isinstance(job, OwnStatement) else job) for job in jobs]
        if run.effects:
            run.group.checkpoint = self._checkpoint(run)
        clock.done("admission")
        self._state.store.commit(run.group)
        clock.done("commit")
        self._behind = "内存状态落后于存储"
        if run.group.checkpoint:
            self._state.written = run.group.checkpoint.size
            self._made_public(run.group.checkpoint)
            clock.done("second store")
            self._frontier = run.frontier
            self._state.take(run.effects, run.group.checkpoint, run.edge)
            clock.done("index")
        self._behind = ""
        self._state.store.take_out()
        if self._outbox:
            self._outbox.committed(run.group)
        self.figures.done(clock.group())
        return outcomes

    def _try_to_write(self, clock: GroupClock) -> Sequence[Answer]:
        """Writes a fact of the store as it is, durably: whether that can be done is what is asked."""
        store = self._state.store
        store.put_meta({ORIGIN: self._state.origin})
        clock.done("trial")
        self.figures.done(clock.group())
        return [None]

    def _made_public(self, row: CheckpointRow) -> None:
        try:
            self._publish(row)
        except StoreError as error:
            self._behind = str(error)  # The first cause is told until the restart.
            raise

    def _reports(self, jobs: Sequence[Job]) -> dict[ReportKey, ExecutionRow]:
        """The reports that are recorded under the ids of a group's."""
        keys = {job.key for job in jobs if isinstance(job, ExecutionRow)}
        return self._state.store.executions(keys) if keys else {}

    def _signed(self, job: OwnStatement) -> Submission:
        submission = own_submission(self._keys, job.body, self._random)
        return replace(submission, map_entries=tuple(job.map_entries))

    def _checkpoint(self, run: GroupRun) -> CheckpointRow:
        frontier = run.frontier
        checkpoint = Checkpoint(self._state.origin, frontier.size, frontier.root())
        note = sign_checkpoint(checkpoint, *self._keys.of_size(frontier.size, run.effects))
        return CheckpointRow(frontier.size, frontier.to_bytes(), run.received_ms, note)
