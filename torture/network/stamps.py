"""The registry's checkpoints are stamped over a line that breaks and heals (RFC 3161).

Statements are taken while the authority cannot be reached, until the last stamp is too old; no stamp is had
that does not hold, and one is had again when the line is healed. The authority is ``openssl ts``.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from random import Random
from shutil import which
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import urlsplit

from registry.commands.intake import Intake
from registry.outbound import Outbound
from registry.upkeep.stamper import Authority, Stamper, stamping_state
from tests.support.tsa import Tsa, authority
from tests.support.tsa import serving as serving_stamps
from torture.fault import Fault, Losses
from torture.network.account import Account, judged
from torture.network.direct import clerk_of
from torture.network.ground import filed
from torture.network.kept import once
from torture.network.line import Line
from torture.network.mishaps import MISHAPS
from torture.network.outward import DEADLINE_S, in_time
from torture.network.waiting import await_true

MAX_AGE_S = 3600.0


@once
def _authority(stack: ExitStack) -> Tsa:
    home = Path(stack.enter_context(TemporaryDirectory(prefix="tsa-")))
    return authority(home / "authority", "ec")


def no_openssl() -> str:
    """What this machine lacks for time stamps, or nothing."""
    return "" if which("openssl") else "no openssl"


def _stamped(seed: int, directory: Path) -> Losses:
    chance, account = Random(seed), Account()
    name, mishap = list(MISHAPS.items())[seed % len(MISHAPS)]
    with (
        filed(directory) as spine,
        serving_stamps(_authority()) as tsa,
        Line(("127.0.0.1", urlsplit(tsa.url).port or 0)) as line,
    ):
        engine = spine.engine
        state = stamping_state(engine.state, MAX_AGE_S, clock=spine.clock)
        stamper = Stamper(
            engine.state, engine.writer, Authority(f"http://127.0.0.1:{line.port}/", tsa.authority), state,
            interval_s=0.1, retry_s=0.1, random_bytes=os.urandom, outbound=Outbound(deadline_s=DEADLINE_S),
        )  # fmt: skip
        engine.intake = Intake(engine.state, engine.writer, state.check)
        await_true(account, stamper.stamp, "the first stamp")
        clerk = clerk_of(spine, account)
        clerk.state(clerk.block(3))
        account.held = engine.state.head.note if engine.state.head else ""
        breaking = Thread(target=mishap, args=(line, chance))
        breaking.start()
        for _ in range(chance.randint(2, 4)):
            clerk.state(clerk.block(1))
            in_time(account, stamper.stamp, f"a stamp over a line: {name}")
            clerk.ask_all()
        breaking.join()
        line.heal()
        await_true(account, stamper.stamp, f"no stamp is had after: {name}")
        if not list(engine.store.anchors()):
            account.count("no anchor stands in the log", Losses(unverifiable=1))
        stamper.close()
        engine.close()
        return judged(account, spine.config, spine.config.location)


FAULTS = (Fault("registry and stamps", 14, 0, _stamped, no_openssl),)
