"""The network between processes is cut, stalled, half closed or slow, and healed; under load all the while.

* **client and registry**: a department's submissions reach the writer and the answers are lost; the client's
  library sends them again and must have the first answer
* **reading process and writer**: what has to be written is passed on over a socket of this machine
* **gateway and registry**: the same questions and statements as JSON over HTTP (`torture.network.web`)
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from random import Random

import grpc

from registry.reading import POSITION, build_reading_server, reading_gate, start_reading
from tests.support.served import Served, authority_of, serving, writing
from tests.support.spine import Spine
from torture.fault import Fault, Losses
from torture.network.account import Account, judged
from torture.network.clerk import Crowd
from torture.network.ground import filed
from torture.network.line import Line
from torture.network.mishaps import MISHAPS, LostAnswers
from torture.network.waiting import await_more, await_true
from torture.network.wired import clerk_over

WRITER_SOCKET = "writer.sock"
Between = Callable[[Spine], AbstractContextManager[tuple[Served, Line]]]


@contextmanager
def client_and_registry(spine: Spine) -> Iterator[tuple[Served, Line]]:
    """A served spine, and the line that its clients come by."""
    with serving(spine) as served:
        host, _, port = served.target.rpartition(":")
        with Line((host, int(port))) as line:
            served.target = f"127.0.0.1:{line.port}"
            yield served, line


@contextmanager
def reader_and_writer(spine: Spine) -> Iterator[tuple[Served, Line]]:
    """A spine served by a reading process, and the line between it and the writer."""
    own = authority_of(spine).server()
    credentials = grpc.ssl_server_credentials([(own.key, own.certificate)], own.authority, True)
    with ExitStack() as stack:
        stack.callback(spine.engine.close)
        run = stack.enter_context(writing(spine))
        front = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nw-", dir="/tmp")))
        (front / POSITION).symlink_to(run / POSITION)
        line = stack.enter_context(Line(str(run / WRITER_SOCKET), at=front / WRITER_SOCKET))
        reading = start_reading(spine.config, front, spine.clock)
        stack.callback(reading.close)
        server, port = build_reading_server(reading, credentials, "127.0.0.1:0", reading_gate(reading))
        server.start()
        stack.callback(lambda: server.stop(1).wait())
        served = Served(spine, authority_of(spine), f"127.0.0.1:{port}")
        stack.callback(served.close)
        yield served, line


def _round(between: Between, seed: int, directory: Path) -> Losses:
    chance, account = Random(seed), Account()
    name, mishap = list(MISHAPS.items())[seed % len(MISHAPS)]
    with filed(directory) as spine:
        account.held = spine.engine.state.head.note if spine.engine.state.head else ""
        with between(spine) as (served, line), ExitStack() as stack:
            clerks = [
                stack.enter_context(clerk_over(served, account, chance, name=name, first=first))
                for name, first in (("B", 1), ("C", 5001))
            ]
            with Crowd(clerks):
                await_more(account, 4)
                mishap(line, chance)
                line.heal()
                await_more(account, 6)
            clerks[0].ask_all()
            stack.close()
            await_true(account, lambda: line.alive <= 1, f"connections are left over after: {name}")
        return judged(account, spine.config, spine.config.location)


def _lost_answers(seed: int, directory: Path) -> Losses:
    """Every submission reaches the registry, and none of its first answers comes back."""
    chance, account = Random(seed), Account()
    with filed(directory) as spine, client_and_registry(spine) as (served, line):
        with clerk_over(served, account, chance) as clerk:
            clerk.state(clerk.block(1))
            account.held = spine.engine.state.head.note if spine.engine.state.head else ""
            for _ in range(chance.randint(2, 4)):
                line.struck = LostAnswers(chance.randint(0, 6)).connection
                line.cut(refusing=False)
                clerk.state(clerk.block(chance.randint(1, 4)))
                clerk.ask_all()
            line.heal()
        spine.engine.close()
        return judged(account, spine.config, spine.config.location)


FAULTS = (
    Fault("client: answers lost", 30, 1, _lost_answers),
    Fault("client and registry", 40, 1, partial(_round, client_and_registry)),
    Fault("reader and writer", 40, 1, partial(_round, reader_and_writer)),
)
