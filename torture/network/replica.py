"""Readers read from a streaming replica that falls behind, goes away, is cut off or answers nobody."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from tests.support.postgres import PostgresServer, execute, running_standby
from tests.support.served import serving
from torture.fault import Fault, Losses
from torture.network.account import Account, judged
from torture.network.clerk import Clerk
from torture.network.ground import SOCKET, Place, ground, led_over, no_postgres
from torture.network.kept import once
from torture.network.line import Line
from torture.network.wired import clerk_over

CATCH_UP_S = 60.0
LONG_S = 12.0
"""So long may it take until a replica that answers nobody is given up (docs/postgresql.md)."""


@once
def standby(stack: ExitStack) -> PostgresServer:
    """A replica of the ground's server, for as long as this process runs."""
    return stack.enter_context(running_standby(ground().server, wal_retrieve_retry_interval="100ms"))


@dataclass(slots=True)
class Replicated:
    """A registry whose readers read from a replica, over a line of its own."""

    place: Place
    replica: PostgresServer
    line: Line

    def settle(self) -> None:
        """Waits until the replica has replayed everything."""
        (end,) = execute(self.place.url, "SELECT pg_current_wal_flush_lsn()::text")[0]
        reached = f"SELECT pg_last_wal_replay_lsn() >= '{end}'::pg_lsn"
        until = time.monotonic() + CATCH_UP_S
        while execute(self.replica.url("postgres"), reached) != [(True,)]:
            assert time.monotonic() < until, "the replica does not catch up"
            time.sleep(0.02)

    def lag(self) -> None:
        """Has it fall behind."""
        execute(self.replica.url("postgres"), "SELECT pg_wal_replay_pause()")

    def gone(self) -> None:
        """Stops it."""
        self.replica.stop()

    def cut_off(self) -> None:
        """Cuts the network between the readers and it."""
        self.line.cut()

    def silent(self) -> None:
        """Has nothing come through between the readers and it."""
        self.line.stall()

    def lag_then_gone(self) -> None:
        """Has it fall behind, and then cuts it off, so that what was told lies between."""
        self.lag()
        self.line.cut(refusing=False)

    def healed(self) -> None:
        """Has everything as before."""
        self.line.heal()
        if self.replica.stopped:
            self.replica.start()
        execute(self.replica.url("postgres"), "SELECT pg_wal_replay_resume()")


@contextmanager
def replicated(directory: Path) -> Iterator[Replicated]:
    """A registry in an empty directory, and its replica."""
    replica = standby()
    with ExitStack() as stack:
        place = stack.enter_context(ground().round(directory))
        front = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nw-", dir="/tmp")))
        line = stack.enter_context(Line(str(replica.directory / SOCKET), at=front / SOCKET))
        both = Replicated(place, replica, line)
        both.settle()
        place.configure(f'[server]\nreplica = "{led_over(place.url, front)}"\n')
        try:
            yield both
        finally:
            both.healed()
            both.settle()  # Or its sessions would keep the database from being dropped there.


def _round(
    trouble: Callable[[Replicated], None], seed: int, directory: Path, *, heals: bool = True
) -> Losses:
    chance, account = Random(seed), Account()
    with replicated(directory) as both, serving(both.place.spine, by_reader=True) as served:
        head = both.place.spine.engine.state.head
        account.held = head.note if head else ""
        with clerk_over(served, account, chance) as clerk:
            _states_and_asks(clerk, chance.randint(1, 3))
            trouble(both)
            _states_and_asks(clerk, chance.randint(1, 3)) if heals else _goes_on(clerk, account)
            both.healed()
            _states_and_asks(clerk, chance.randint(1, 3))
        both.place.spine.engine.close()
        return judged(account, both.place.spine.config, both.place.url)


def _states_and_asks(clerk: Clerk, times: int) -> None:
    for _ in range(times):
        clerk.state(clerk.block(1))
        clerk.ask_all()


def _goes_on(clerk: Clerk, account: Account) -> None:
    """Although the replica never answers again, the readers have to."""
    began = time.monotonic()
    _states_and_asks(clerk, 1)
    if (took := time.monotonic() - began) > LONG_S:
        account.hung(f"readers answered after {took:.1f} s only")
    began = time.monotonic()
    _states_and_asks(clerk, 2)
    if (took := time.monotonic() - began) > LONG_S / 2:
        account.hung(f"readers still answer slowly: {took:.1f} s")


FAULTS = (
    Fault("replica lags", 25, 1, partial(_round, Replicated.lag), no_postgres),
    Fault("replica gone", 10, 0, partial(_round, Replicated.gone), no_postgres),
    Fault("replica cut off", 15, 0, partial(_round, Replicated.cut_off), no_postgres),
    Fault("replica lags, is cut", 15, 0, partial(_round, Replicated.lag_then_gone), no_postgres),
    Fault("replica is silent", 5, 0, partial(_round, Replicated.silent, heals=False), no_postgres),
)
