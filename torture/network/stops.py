"""The database is stopped under load and started again: its processes killed, at once, or in order."""

from __future__ import annotations

import signal
import time
from functools import partial
from pathlib import Path
from random import Random

from tests.support.postgres import PostgresServer
from torture.fault import Fault, Losses
from torture.network.account import Account, judged
from torture.network.clerk import Crowd
from torture.network.direct import clerk_of
from torture.network.ground import Place, ground, no_postgres
from torture.network.waiting import await_more

LOAD_S = (0.05, 0.4)
DOWN_S = (0.0, 0.4)
TIMES = 2
"""How often it is stopped in one round."""


def _round(how: signal.Signals, seed: int, directory: Path) -> Losses:
    chance, account = Random(seed), Account()
    with ground().round(directory) as place:
        _keep(place, account)
        clerks = [clerk_of(place.spine, account, name, first) for name, first in (("B", 1), ("C", 5001))]
        with Crowd(clerks):
            for _ in range(TIMES):
                await_more(account, 2)
                time.sleep(chance.uniform(*LOAD_S))
                _stopped(place.server, how, chance.uniform(*DOWN_S))
                await_more(account, 6)
        clerks[0].ask_all()
        place.spine.engine.close()
        return judged(account, place.spine.config, place.url)


def _keep(place: Place, account: Account) -> None:
    head = place.spine.engine.state.head
    assert head is not None
    account.held = head.note


def _stopped(server: PostgresServer, how: signal.Signals, down_s: float) -> None:
    server.stop(how)
    time.sleep(down_s)
    if how is signal.SIGKILL:
        (server.data / "postmaster.pid").unlink(missing_ok=True)
    server.start()


FAULTS = tuple(
    Fault(f"database {name}", rounds, short, partial(_round, how), no_postgres)
    for name, how, rounds, short in (
        ("killed", signal.SIGKILL, 15, 1),
        ("stopped at once", signal.SIGQUIT, 10, 0),
        ("restarted", signal.SIGINT, 10, 0),
    )
)
