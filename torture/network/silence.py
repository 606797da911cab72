"""A database that answers nobody, while its connections stay: for a while, or until its connections end.

The network is a black hole, or the disk of the server hangs. Whoever waits must be told in time, nothing may
be taken for durable that is not, and the threads of the server must come back when it is over.
"""

from __future__ import annotations

import sys
import threading
import time
from functools import partial
from pathlib import Path
from random import Random
from threading import Thread

from tests.support.served import serving
from torture.fault import Fault, Losses
from torture.network.account import Account, judged
from torture.network.clerk import Clerk
from torture.network.ground import Place, ground, no_postgres
from torture.network.waiting import await_true
from torture.network.wired import clerk_over

BRIEF_S = (0.3, 2.0)
LONG_S = (10.0, 14.0)
"""Longer than such a server is borne (``postgres_hosts``)."""
POOL = "registry-rpc"
SUBMITTERS = 4


def _round(length_s: tuple[float, float], by_reader: bool, seed: int, directory: Path) -> Losses:
    chance, account = Random(seed), Account()
    with ground().round(directory) as place, serving(place.spine, by_reader=by_reader) as served:
        head = place.spine.engine.state.head
        account.held = head.note if head else ""
        with clerk_over(served, account, chance) as clerk:
            clerk.state(clerk.block(2))
            place.line.stall()
            stating = [Thread(target=clerk.state, args=(clerk.block(1),)) for _ in range(SUBMITTERS)]
            seconds = chance.uniform(*length_s)
            stating.append(Thread(target=_asks_for, args=(clerk, seconds)))
            for thread in stating:
                thread.start()
            time.sleep(seconds)
            _ended(place, chance)
            for thread in stating:
                thread.join()
            clerk.state(clerk.block(2))
            clerk.ask_all()
            await_true(account, lambda: busy() <= 1, "threads are held although everything is answered")
        place.spine.engine.close()
        return judged(account, place.spine.config, place.url)


def _asks_for(clerk: Clerk, seconds: float) -> None:
    """Whatever is answered while nothing comes from the database, it must not be CLEAR."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for number in clerk.account.blocked()[:2]:
            clerk.question(number)
        time.sleep(0.1)


def _ended(place: Place, chance: Random) -> None:
    """Everything that was held comes through at last, or is gone with its connections."""
    if chance.random() < 0.5:
        place.line.cut(refusing=False)
    place.line.heal()


def busy() -> int:
    """How many threads of this process's servers are at work just now."""
    frames = sys._current_frames()
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return sum(
        names.get(ident, "").startswith(POOL) and frame.f_code.co_name != "_worker"
        for ident, frame in frames.items()
    )


FAULTS = tuple(
    Fault(name, rounds, short, partial(_round, length_s, by_reader), no_postgres)
    for name, rounds, short, length_s, by_reader in (
        ("database silent", 12, 0, BRIEF_S, False),
        ("silent, with readers", 8, 0, BRIEF_S, True),
        ("database silent long", 4, 0, LONG_S, True),
    )
)
