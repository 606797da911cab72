"""The hands that work: so many acts a second in all, each hand one at a time, and what became of them.

A call is expected to be refused for a moment while processes are renewed (UNAVAILABLE, also where the index
of a reading process is stale; and CANCELLED, for what comes to a process that has just begun to stop, which
gRPC drops unseen), or when the machine has too much to do (RESOURCE_EXHAUSTED): those are counted as
refused, and the hand goes on. Anything else is an unexpected error, and is told with its second.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from threading import Event, Lock, Thread

import grpc

from tests.support.faces import Faced
from tests.support.served import refusal_of
from torture.soak.asking import ASKING
from torture.soak.hand import Act, Hand, UnexpectedError
from torture.soak.stating import STATING
from torture.soak.town import Town

HANDS = 4
STATES = 0.15
"""The share of acts that state something."""
MAX_TOLD = 20
_BUSY = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.ABORTED,
)
RENEWAL_S = 60.0
"""Within so many seconds of a renewal the old processes are gone."""


@dataclass(slots=True)
class Ledger:
    """What became of the acts: how many were done of each kind, busy refusals, times since the last look,
    and what was not expected."""

    done: Counter[str] = field(default_factory=Counter)
    busy: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    renewed: float = -RENEWAL_S
    lock: Lock = field(default_factory=Lock)

    def renewing(self) -> None:
        """Processes are being renewed from now on."""
        self.renewed = time.monotonic()

    def took(self, name: str, seconds: float) -> None:
        """An act was done."""
        with self.lock:
            self.done[name] += 1
            self.times.append(seconds)

    def failed(self, name: str, error: Exception) -> None:
        """An act was not done."""
        if isinstance(error, grpc.RpcError) and self._expected(error.code()):
            with self.lock:
                self.busy[error.code().name] += 1
            return
        at_s = time.monotonic() - self.began
        with self.lock:
            if len(self.wrong) < MAX_TOLD:
                self.wrong.append(f"{at_s:.0f} s: {name}: {_told(error)}"[:300])

    def _expected(self, code: grpc.StatusCode) -> bool:
        renewing = time.monotonic() - self.renewed < RENEWAL_S
        return code in _BUSY or (renewing and code is grpc.StatusCode.CANCELLED)

    def quantiles(self) -> tuple[float, float]:
        """p50 and p99 of the acts since the last look, in seconds."""
        with self.lock:
            times, self.times = sorted(self.times), []
        return (
            (times[len(times) // 2], times[min(len(times) - 1, len(times) * 99 // 100)])
            if times
            else (0.0, 0.0)
        )


def statements(hands: Sequence[Hand]) -> int:
    """How many statements were taken."""
    return sum(hand.stated for hand in hands)


@contextmanager
def working(
    town: Town, ledger: Ledger, rate: float, seed: int = 1, states: float = STATES
) -> Iterator[list[Hand]]:
    """Hands that work until the block ends, with so many acts a second; ``states``: the share that states."""
    stop = Event()
    faced = Faced(town.served)
    hands = [Hand(town, faced, f"h{number}-{seed}", Random(seed * 100 + number)) for number in range(HANDS)]
    told = (ledger, stop, HANDS / rate, states)
    threads = [Thread(target=_work, args=(hand, *told), daemon=True) for hand in hands]
    for thread in threads:
        thread.start()
    try:
        yield hands
    finally:
        stop.set()
        for thread in threads:
            thread.join(120)


def _work(hand: Hand, ledger: Ledger, stop: Event, every_s: float, states: float) -> None:
    due = time.monotonic() + hand.chance.random() * every_s
    while not stop.wait(max(0.0, due - time.monotonic())):
        kinds = STATING if hand.chance.random() < states else ASKING
        do(hand, ledger, *_drawn(hand.chance, kinds))
        due = max(due + every_s, time.monotonic() - 10 * every_s)  # What was missed is not all made up for.


def _drawn(chance: Random, kinds: Mapping[str, tuple[int, Act]]) -> tuple[str, Act]:
    (name,) = chance.choices(list(kinds), [weight for weight, _ in kinds.values()])
    return name, kinds[name][1]


def do(hand: Hand, ledger: Ledger, name: str, act: Act) -> None:
    """Does one act, and writes down what became of it."""
    began = time.monotonic()
    try:
        act(hand)
    except (grpc.RpcError, UnexpectedError, OSError, ValueError) as error:
        ledger.failed(name, error)
    else:
        ledger.took(name, time.monotonic() - began)


def _told(error: Exception) -> str:
    if not isinstance(error, grpc.RpcError):
        return repr(error)
    refusal = refusal_of(error)
    return f"{refusal.code.name} {refusal.reason} {' '.join(refusal.fields)}: {refusal.message}"
