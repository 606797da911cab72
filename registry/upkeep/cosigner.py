"""Keeps a running log's checkpoints cosigned by the witnesses of a policy (`[witnesses] policy`).

    cosigner = Cosigner(policy, head=lambda: state.head.note, prove=…, keep=…)
    cosigner.start()
    cosigner.latest()               # the checkpoint to serve
    cosigner.require(5001, 10.0)    # one that covers 5,001 leaves, or CosignatureError

After a new checkpoint, but at most every ``interval_s``, every witness is asked, each in a thread of its own:
one that hangs keeps nobody else. A line is durable before it is served. Where the policy requires a quorum,
the newest checkpoint that has it is served, and a newer one without is not; otherwise the newest there is,
with whatever lines stand under it. A log that rests is cosigned anew every hour, so that its readers can tell
it from one that is kept from them.

A witness that fails is asked again after 1, 2, 4 … 30 seconds.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from threading import Condition, Thread

from registry.outbound import DEADLINE_S, Outbound
from registry.provenance.policy_lines import NO_QUORUM, WitnessLine
from registry.provenance.witness_policy import Policy
from registry.store.interface import CosignatureRow, StoreError
from registry.upkeep.cosigning_round import CosigningRound, newest_kept
from registry.waiting import waiting
from registry.witness.client import Prove, WitnessAheadError, WitnessClient, WitnessError

REFRESH_S = 3600.0
LONGEST_PAUSE_S = 30.0
logger = logging.getLogger(__name__)


class CosignatureError(Exception):
    """No checkpoint has the cosignatures that are required; one line says so."""


class Cosigner:
    """Asks the witnesses and serves what they signed.

    ``head`` gives the log's newest signed checkpoint, ``prove`` consistency proofs of its tree; ``keep``
    makes rows durable, ``kept`` are those of before. CosignatureError if a witness has no address."""

    def __init__(
        self,
        policy: Policy,
        *,
        head: Callable[[], str],
        prove: Prove,
        keep: Callable[[Sequence[CosignatureRow]], None],
        kept: Iterable[CosignatureRow] = (),
        interval_s: float = 1.0,
        refresh_s: float = REFRESH_S,
        deadline_s: float = DEADLINE_S,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        without = [each.name for each in policy.witnesses if not each.url]
        if without:
            raise CosignatureError(f"见证人没有地址: {', '.join(without)}")
        self._policy, self._head, self._prove, self._keep = policy, head, prove, keep
        self._interval_s, self._refresh_s, self._now_s = interval_s, refresh_s, monotonic_s
        self._required = policy.quorum != NO_QUORUM
        self._outbound = Outbound(deadline_s=deadline_s)
        self._changed = Condition()
        self._closing = False
        self._round: CosigningRound | None = None
        self._enough = newest_kept(kept, policy)
        self._failures: dict[str, int] = {}
        self._told: dict[str, int] = {}
        self._pauses: dict[str, float] = {}
        self._threads = [
            Thread(target=self._ask_in_turn, args=(each,), name=f"registry-witness-{each.name}", daemon=True)
            for each in policy.witnesses
        ]
        self._threads.append(Thread(target=self._go_on, name="registry-cosigner", daemon=True))

    @property
    def witnesses(self) -> tuple[str, ...]:
        """Names of those whom it asks, in the order of the policy."""
        return tuple(each.name for each in self._policy.witnesses)

    def start(self) -> None:
        """Begins to ask."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Asks no more; a question under way is waited for until its deadline."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()
        self._outbound.close()

    def latest(self) -> str:
        """The newest checkpoint to rely on. CosignatureError if there is none yet."""
        with self._changed:
            if self._required:
                if self._enough is None:
                    raise CosignatureError("还没有检查点得到所需的见证")
                return self._enough.text
            head, current = self._head(), self._round
            return current.text if current and current.note == head else head

    def require(self, size: int, timeout_s: float) -> str:
        """A checkpoint to rely on of at least a size, waited for. CosignatureError if none comes in time."""
        with waiting(), self._changed:
            if self._required:
                self._changed.notify_all()  # If its time has come, the next round begins now.
                self._changed.wait_for(lambda: self._covers(size) or self._closing, timeout_s)
                if not self._covers(size):
                    raise CosignatureError(f"大小{size}的检查点没有及时得到所需的见证")
        return self.latest()

    def _covers(self, size: int) -> bool:
        return self._enough is not None and self._enough.size >= size

    def _go_on(self) -> None:
        """Opens round after round."""
        with self._changed:
            while not self._closing:
                now = self._now_s()
                if self._round is None or (
                    self._round.settled and now - self._round.begun_s >= self._interval_s
                ):
                    self._open(now)
                if self._round is not None:
                    self._round.failed = {
                        name for name in self._round.failed if self._pauses.get(name, 0.0) > now
                    }
                self._changed.notify_all()
                self._changed.wait(self._interval_s)

    def _open(self, now: float) -> None:
        """A round for the newest checkpoint, unless it has one that needs no refreshing."""
        head, current = self._head(), self._round
        if not head:  # Nothing is founded yet.
            return
        if current and current.note == head and now - current.begun_s < self._refresh_s:
            return
        paused = {name for name, until in self._pauses.items() if until > now}
        self._round = CosigningRound(head, self._policy, begun_s=now, failed=paused)

    def _ask_in_turn(self, witness: WitnessLine) -> None:
        """One witness, for as long as the log runs."""
        client = WitnessClient(witness.key, witness.url, self._outbound)
        while (round_ := self._next(witness.name)) is not None:
            try:
                line = client.cosign(round_.note, self._prove)
                self._keep(round_.rows(witness.name, line))
            except (WitnessError, StoreError) as error:
                ahead = isinstance(error, WitnessAheadError)  # This log was set back, or forked.
                self._failed(round_, witness.name, str(error), logging.ERROR if ahead else logging.WARNING)
            except Exception as error:  # It must not end for as long as the log runs.
                logger.exception("witness %s", witness.name)
                self._failed(round_, witness.name, type(error).__name__)
            else:
                self._signed(round_, witness.name, line)

    def _next(self, name: str) -> CosigningRound | None:
        """The round that this witness is to sign; waits for it. None at the end."""
        with self._changed:
            while not self._closing:
                current = self._round
                if current and name in current.open_to and name not in current.failed:
                    return current
                self._changed.wait()
            return None

    def _signed(self, round_: CosigningRound, name: str, line: str) -> None:
        with self._changed:
            round_.sign(name, line)
            if round_.met and (self._enough is None or round_.size >= self._enough.size):
                self._enough = round_
            self._told.pop(name, None)
            if self._failures.pop(name, 0):
                logger.info("witness %s: cosigns again", name)
            self._pauses.pop(name, None)
            self._changed.notify_all()

    def _failed(self, round_: CosigningRound, name: str, words: str, level: int = logging.WARNING) -> None:
        with self._changed:
            failures = self._failures[name] = self._failures.get(name, 0) + 1
            if level > self._told.get(name, 0):  # The first time only: a witness may be down for days.
                self._told[name] = level
                logger.log(level, "witness %s: %s", name, words)
            pause = min(LONGEST_PAUSE_S, 2.0 ** min(failures - 1, 10))
            self._pauses[name] = self._now_s() + pause
            round_.failed.add(name)
            self._changed.notify_all()
