"""What submitters and askers were told, and how it is held against the log afterwards.

    account = Account()
    account.submitted("B-1", payload)           # before it is sent for the first time
    account.acknowledged("B-1", position)
    account.answered(number, verdict, asked)    # ``asked``: what ``account.blocked()`` was before
    losses = judged(account, config, url)

Real time orders what does not overlap: of two statements of which one was acknowledged before the other was
submitted, the first must have the lower position.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Any

from registry.cli_check import log_keys, read_vault
from registry.commands.state import Log, open_log
from registry.commands.verify import Plan, Reopening, verify
from registry.config import Config
from registry.editions import shipped_editions
from registry.location import Location
from registry.provenance.envelope import PAYLOAD_TYPE
from registry.provenance.leaf import Leaf, statement_hash
from registry.second_store import kept_head
from registry.store.interface import StatementRow, StoreError
from registry.store.opening import open_for_reading, open_store
from registry.v1 import verdict_pb2
from torture.fault import Losses

CLEAR = verdict_pb2.VERDICT_CLEAR
OPEN_S = 20.0
"""How long a store may take to be free of the last that wrote to it."""


@dataclass(frozen=True, slots=True)
class Said:
    """A statement as its submitter has it."""

    hash: bytes
    submitted_s: float


@dataclass(frozen=True, slots=True)
class Told:
    """An acknowledgement."""

    statement_id: str
    position: int
    at_s: float


@dataclass(slots=True)
class Account:
    """Safe for several threads. Seconds are those of the monotonic clock."""

    said: dict[str, Said] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    """Calls that failed, by their reason: a fault that no caller noticed has shown nothing."""
    held: str = ""
    """A signed checkpoint that an outsider kept before the fault."""
    answers: int = 0
    _blocked: list[tuple[int, str]] = field(default_factory=list)
    _placed: dict[str, int] = field(default_factory=dict)
    _counts: Losses = field(default_factory=Losses)
    _lock: Any = field(default_factory=Lock)

    def submitted(self, statement_id: str, payload: bytes) -> None:
        """Says that a statement is about to be sent; a repetition changes nothing."""
        with self._lock:
            said = Said(statement_hash(PAYLOAD_TYPE, payload), time.monotonic())
            self.said.setdefault(statement_id, said)

    def acknowledged(self, statement_id: str, position: int, *, blocks: int | None = None) -> None:
        """Says that a statement was acknowledged; ``blocks``: the firm that is blocked by it."""
        with self._lock:
            first = self._placed.setdefault(statement_id, position)
            if first != position:
                self._count(f"{statement_id} at {first} and at {position}", Losses(duplicated=1))
            self.told.append(Told(statement_id, position, time.monotonic()))
            if blocks is not None and (blocks, statement_id) not in self._blocked:
                self._blocked.append((blocks, statement_id))

    def failed(self, reason: str) -> None:
        """Says that a call failed."""
        with self._lock:
            self.refused[reason] += 1

    def blocked(self) -> Sequence[int]:
        """Firms whose block is acknowledged by now, in that order."""
        with self._lock:
            return [number for number, _ in self._blocked]

    def position_of_block(self, number: int) -> int:
        """Where the block of a firm was acknowledged."""
        with self._lock:
            return next(self._placed[told] for blocked, told in self._blocked if blocked == number)

    def answered(self, number: int, verdict: int, known: int | None = None) -> None:
        """Says what was answered about a firm whose block had been acknowledged before it was asked about;
        ``known``: up to where the answer takes the log into account."""
        with self._lock:
            self.answers += 1
        if verdict == CLEAR:
            self.count(f"firm {number} is CLEAR", Losses(false_clear=1))
        elif known is not None and known < self.position_of_block(number):
            self.count(f"firm {number} answered as of {known}", Losses(false_clear=1))

    def count(self, words: str, losses: Losses) -> None:
        """Counts what was found by whoever looked."""
        with self._lock:
            self._count(words, losses)

    def hung(self, words: str) -> None:
        """Says that something did not end in its time: it is counted as unverifiable, for nobody can tell
        what would have come of it."""
        self.count(words, Losses(unverifiable=1))

    def _count(self, words: str, losses: Losses) -> None:
        self._counts = self._counts + losses + Losses(told=(words,))

    def losses(self) -> Losses:
        """What was counted so far, with how many statements were acknowledged."""
        with self._lock:
            return self._counts + Losses(acknowledged=len(self._placed))

    def against(self, rows: Sequence[StatementRow]) -> None:
        """Holds everything that was told against the rows of a log."""
        self._against_content(rows)
        self._against_order(rows)

    def _against_content(self, rows: Sequence[StatementRow]) -> None:
        found = {row.statement_id: row for row in rows}
        for key, position in self._placed.items():
            row = found.get(key)
            same = (
                row
                and row.position == position
                and Leaf.decode(row.leaf).statement_hash == self.said[key].hash
            )
            if not same:
                self.count(f"{key} acknowledged at {position} is not there", Losses(lost=1))
        counts = Counter((row.department, row.statement_id) for row in rows)
        for (_, name), count in counts.items():
            if count > 1:
                self.count(f"{name} is there {count} times", Losses(duplicated=1))

    def _against_order(self, rows: Sequence[StatementRow]) -> None:
        if [row.position for row in rows] != list(range(len(rows))):
            self.count("positions have a gap", Losses(disordered=1))
        times = [Leaf.decode(row.leaf).received_ms for row in rows]
        if times != sorted(times):
            self.count("times of receipt go back", Losses(disordered=1))
        for told in self.told:
            earlier = [each for each in self.told if each.at_s < self.said[told.statement_id].submitted_s]
            if earlier and max(each.position for each in earlier) >= told.position:
                self.count(f"{told.statement_id} stands before what was told earlier", Losses(disordered=1))


def judged(account: Account, config: Config, location: Location) -> Losses:
    """Everything counted, after the log was read from a store that nobody writes to, and verified."""
    try:
        with closing(_free(partial(open_store, location))) as store:
            account.against(list(store.statements()))
            log = open_log(store, read_vault(config.vault_key), shipped_editions())
            for fault in _faults(account, config, log, location):
                account.count(fault, Losses(unverifiable=1))
    except StoreError as error:
        account.count(f"the store does not open: {error}", Losses(unverifiable=1))
    return account.losses()


def _faults(account: Account, config: Config, log: Log, location: Location) -> Iterable[str]:
    """What ``registry verify`` finds, the checkpoint that was held being one of an earlier check."""
    reopening = Reopening(partial(open_for_reading, location), partial(read_vault, config.vault_key))
    plan = Plan(
        log_keys(config),
        second=kept_head(config.head) if config.head else None,
        since=account.held or None,
        reopening=reopening,
    )
    return verify(log, plan).faults


def _free(opened: Callable[[], Any]) -> Any:
    until = time.monotonic() + OPEN_S
    while True:
        try:
            return opened()
        except StoreError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
