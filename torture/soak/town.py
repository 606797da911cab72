"""A registry to be worked with for an hour, and the hands that state things over the wire.

Founded yesterday by the wall clock, with a finance bureau whose officials walk ban cases and a market
bureau whose officials inspect. Everything that runs beside the answers is on: publication, metrics, map,
index, notices, evidence, snapshots, tokens, several processes.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import grpc

from demo.departments import OPERATOR
from registry.config import load_config
from registry.domain.periods import china_day
from registry.engine import now_ms
from registry.handed_out import installation_policy
from registry.v1 import envelope_pb2
from registry.v1.intake_service_pb2 import SubmitRequest
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from tests.support.ban_cases import ACTORS as BAN_ACTORS
from tests.support.ban_cases import BanOffice
from tests.support.events import firm, licence, placed
from tests.support.served import Served, authority_of
from tests.support.spine import found_spine, furnish
from tests.support.visits import Bureau
from torture.histories.grounds import READY, _free_port

FIRMS = 40
"""So few, that what is known of them hardly grows."""
START_S, CALL_S = 120.0, 20.0
SETTINGS = """
[publication]
address = "127.0.0.1:{published}"

[metrics]
address = "127.0.0.1:{metrics}"

[snapshots]
directory = "snapshots"
domains = ["procurement", "bidding"]
"""


@dataclass(slots=True)
class Town:
    """A served registry. ``published`` and ``metrics`` are ports of its log and its figures."""

    served: Served
    office: BanOffice
    bureau: Bureau
    process: subprocess.Popen[str]
    published: int
    metrics: int
    policy: str
    lock: Lock = field(default_factory=Lock)

    @property
    def directory(self) -> Path:
        """The installation."""
        return self.served.spine.directory

    def seal(self, key: str, statement_id: str, **body: Any) -> envelope_pb2.Envelope:
        """A statement of a department, signed."""
        spine = self.served.spine
        with self.lock:  # Nonces are counted.
            return spine.seal(key, spine.statement(key, statement_id, **body))

    def stated(self, key: str, *envelopes: envelope_pb2.Envelope) -> Any:
        """What the registry says to statements of a department."""
        caller = self.served.registrar() if key == OPERATOR.key else self.served.department(key)
        stub = IntakeServiceStub(self.channel(caller))
        return stub.Submit(SubmitRequest(envelopes=envelopes), timeout=CALL_S).results

    def channel(self, caller: Any) -> grpc.Channel:
        """A channel that lasts; only one is made for a caller."""
        with self.lock:
            return self.served.channel(caller)

    def renew(self) -> None:
        """Has every process started anew, as for a new release or certificate."""
        self.process.send_signal(signal.SIGHUP)

    def begin_again(self) -> None:
        """Stops the one process, and starts another."""
        self.end()
        self.process = _started(self.directory, 0)

    def end(self) -> None:
        """Stops what runs."""
        self.process.terminate()
        self.process.communicate(timeout=START_S)


@contextmanager
def town(directory: Path, readers: int) -> Iterator[Town]:
    """A town in an empty directory, served until the block ends."""
    spine = furnish(found_spine(directory / "registry", china_day(now_ms()) - timedelta(days=1)))
    for number in range(FIRMS):
        placed(spine.say("市场监管", event=licence("市场监管", firm(number))))
    office = BanOffice(spine, {name: spine.appoint("财政", *told) for name, told in BAN_ACTORS.items()})
    bureau = Bureau.at(spine)
    policy = installation_policy(spine.config).text()
    spine.engine.close()
    authority, ports = authority_of(spine), [_free_port() for _ in range(3)]
    authority.server_named("server")
    config = spine.directory / "registry.toml"
    text = config.read_text("utf-8").replace('"tls/', f'"{authority.directory}/')
    text = text.replace('"127.0.0.1:0"', f'"127.0.0.1:{ports[0]}"').replace(
        "interval_s = 86400", "interval_s = 30"
    )
    config.write_text(text + SETTINGS.format(published=ports[1], metrics=ports[2]), "utf-8")
    spine.config = load_config(spine.directory)
    served = Served(spine, authority, f"127.0.0.1:{ports[0]}")
    office.wire = served
    process = _started(spine.directory, readers)
    made = Town(served, office, bureau, process, ports[1], ports[2], policy)
    try:
        yield made
    finally:
        served.close()
        made.end()


def _started(directory: Path, readers: int) -> subprocess.Popen[str]:
    more = ["--readers", str(readers)] if readers else []
    with (directory / "serve.log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "registry", "serve", "--directory", str(directory), *more],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout
    if not READY.search(process.stdout.readline()):
        process.kill()
        raise RuntimeError(
            f"the registry did not start: {(directory / 'serve.log').read_text('utf-8')[-800:]}"
        )
    time.sleep(1.0)
    return process
