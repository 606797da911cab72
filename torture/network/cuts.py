"""The writer's connection is struck at each message of its transaction, one after the other.

What a group commit sends is counted once; the seed says at which of its messages it is struck. The most
important is the last: ``COMMIT`` is delivered and done, and nobody tells the writer.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from torture.fault import Fault, Losses
from torture.network.account import Account, judged
from torture.network.direct import clerk_of
from torture.network.ground import ground, no_postgres
from torture.network.kept import once
from torture.network.strike import How, Strike

NEVER = 1 << 30


@once
def messages_of_commit(_stack: ExitStack) -> int:
    """How many messages the writer sends for one group of the kind that is struck here."""
    with TemporaryDirectory() as directory:
        strike = Strike(How.BEFORE, NEVER)
        _, _ = _struck(strike, Path(directory), Random(0))
        return strike.seen


def _struck(strike: Strike, directory: Path, chance: Random) -> tuple[Losses, Account]:
    account = Account()
    with ground().round(directory) as place:
        place.line.struck = strike.connection
        place.line.cut(refusing=False)  # From here on by connections that are looked into.
        clerk = clerk_of(place.spine, account)
        clerk.state(clerk.block(2))
        account.held = place.spine.engine.state.head.note if place.spine.engine.state.head else ""
        strike.arm()
        clerk.state(clerk.mixed())
        strike.armed = False
        clerk.ask_all()
        for _ in range(chance.randint(1, 2)):
            clerk.state(clerk.block(1))
        clerk.ask_all()
        place.line.heal()
        place.spine.engine.close()
        return judged(account, place.spine.config, place.url), account


def _round(how: How, seed: int, directory: Path) -> Losses:
    strike = Strike(how, seed % messages_of_commit())
    losses, account = _struck(strike, directory, Random(seed))
    if not strike.done:  # The writer took what came together as two groups, the struck one shorter.
        account.failed("not struck")
    return losses


FAULTS = tuple(
    Fault(
        name,
        rounds,
        short,
        partial(_round, how),
        no_postgres,
    )
    for name, how, rounds, short in (
        ("cut before a message", How.BEFORE, 130, 0),
        ("cut: answer lost", How.AFTER, 130, 1),
        ("cut within a message", How.TORN, 30, 0),
        ("cut after silence", How.DEAF, 20, 0),
    )
)
