"""What the registry asks of others and others of it over HTTP, over a line that breaks and heals.

* **follower**: reads the log's pages; it may see less than there is, never anything else, and raises no alarm
* **witness**: cosigns checkpoints; those that the registry serves have its line, or wait for it

Statements and questions go on meanwhile, and nothing waits for any of these for longer than its deadline.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Thread

from registry.config import CONFIG_NAME, load_config
from registry.follow.alarms import Alarms
from registry.follow.follower import HOME, Follower
from registry.follow.source import LogSource
from registry.handed_out import installation_policy
from registry.outbound import Outbound
from registry.upkeep.cosigner import CosignatureError, Cosigner
from tests.support.spine import ORIGIN, Spine
from tests.witness.running import TestWitness, witness_of
from tests.witness.small_log import SmallLog
from torture.fault import Fault, Losses
from torture.network.account import Account, judged
from torture.network.direct import clerk_of
from torture.network.ground import filed
from torture.network.line import Line
from torture.network.mishaps import MISHAPS
from torture.network.waiting import await_true

DEADLINE_S = 1.0
"""Of everything that is asked over HTTP here; ten seconds in a registry (``registry.outbound``)."""
WAIT_S = 20.0


@dataclass(slots=True)
class KnownLog(SmallLog):
    """The registry's log, as its witness knows it."""

    spine: Spine | None = None

    def keys(self) -> list[object]:  # type: ignore[override]
        """The keys that its own policy names."""
        assert self.spine is not None
        return [each.key for each in installation_policy(self.spine.config).logs]


def _configured(spine: Spine, *sections: str) -> None:
    with (spine.directory / CONFIG_NAME).open("a", encoding="utf-8") as file:
        file.write("\n" + "\n".join(sections))
    spine.config = load_config(spine.directory)
    spine.reopen()
    spine.engine.upkeep.start()


def _followed(seed: int, directory: Path) -> Losses:
    chance, account = Random(seed), Account()
    name, mishap = list(MISHAPS.items())[seed % len(MISHAPS)]
    said: list[str] = []
    with filed(directory) as spine, ExitStack() as stack:
        _configured(spine, "[publication]", 'address = "127.0.0.1:0"')
        assert spine.engine.upkeep.publication
        line = stack.enter_context(Line(("127.0.0.1", spine.engine.upkeep.publication.port)))
        outbound = stack.enter_context(Outbound(deadline_s=DEADLINE_S))
        home = directory / "mirror"
        alarms = Alarms(home / HOME, say=said.append, clock_ms=spine.clock)
        source = LogSource(f"http://127.0.0.1:{line.port}/", outbound)
        follower = Follower(
            source, installation_policy(spine.config), home, alarms=alarms, clock_ms=spine.clock,
            lot=chance.randrange, patience_s=3600,
        )  # fmt: skip
        stack.callback(follower.close)
        clerk = clerk_of(spine, account)
        clerk.state(clerk.block(chance.randint(1, 30)))
        follower.round()
        account.held = (home / "checkpoint").read_text("utf-8")
        clerk.state(clerk.block(chance.randint(200, 300)))
        breaking = Thread(target=mishap, args=(line, chance))
        breaking.start()
        for _ in range(3):
            in_time(account, lambda: follower.round(), f"a round of a follower over a line: {name}")
        breaking.join()
        line.heal()
        await_true(
            account, lambda: follower.round() and follower.size == spine.engine.state.size,
            f"the follower does not catch up after: {name}",
        )  # fmt: skip
        for alarm in said:
            account.count(alarm, Losses(unverifiable=1))
        account.held = (home / "checkpoint").read_text("utf-8")
        clerk.ask_all()
        spine.engine.close()
        return judged(account, spine.config, spine.config.location)


def in_time(account: Account, work: Callable[[], object], words: str, most_s: float = WAIT_S) -> None:
    """Does some work, and counts it where it takes too long."""
    began = time.monotonic()
    work()
    if (took := time.monotonic() - began) > most_s:
        account.hung(f"{words}: {took:.1f} s")


@contextmanager
def _witnessed(spine: Spine, directory: Path) -> Iterator[tuple[Line, Cosigner, TestWitness]]:
    log = KnownLog(ORIGIN, (), spine=spine)
    with witness_of(log, directory=directory / "w1", name="w1.example") as witness, \
            Line(("127.0.0.1", witness.port)) as line:  # fmt: skip
        url = f"http://127.0.0.1:{line.port}/"
        policy = f"witness w1 {witness.key.vkey} {url}\nquorum w1\n"
        (spine.directory / "witnesses.policy").write_text(policy, "utf-8")
        _configured(spine, "[witnesses]", 'policy = "witnesses.policy"', "interval_s = 0.05")
        cosigner = next(part for part in spine.engine.upkeep.parts if isinstance(part, Cosigner))
        yield line, cosigner, witness


def _cosigned(seed: int, directory: Path) -> Losses:
    chance, account = Random(seed), Account()
    name, mishap = list(MISHAPS.items())[seed % len(MISHAPS)]
    with filed(directory) as spine, _witnessed(spine, directory) as (line, cosigner, _witness):
        clerk = clerk_of(spine, account)
        clerk.state(clerk.block(3))
        account.held = cosigner.require(spine.engine.state.size, WAIT_S)
        breaking = Thread(target=mishap, args=(line, chance))
        breaking.start()
        for _ in range(chance.randint(2, 5)):
            clerk.state(clerk.block(2))
            clerk.ask_all()
            cosigner.latest()
            time.sleep(0.05)
        breaking.join()
        line.heal()
        try:
            account.held = cosigner.require(spine.engine.state.size, WAIT_S)
        except CosignatureError as error:
            account.count(f"{error}, after: {name}", Losses(unverifiable=1))
        clerk.state(clerk.block(1))
        in_time(account, spine.engine.close, "the end of a registry with a witness")
        return judged(account, spine.config, spine.config.location)


FAULTS = (
    Fault("registry and follower", 21, 0, _followed),
    Fault("registry and witness", 21, 1, _cosigned),
)
