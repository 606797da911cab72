"""A witness of a small log, running on the loopback, and what it says over HTTP.

with witness_of(log, directory) as witness:
    answer = post(witness.port, CheckpointSubmission(0, (), log.note()).encode())
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from registry.outbound import Outbound
from registry.provenance.cosignature import CosignerKey, cosigner_of
from registry.provenance.keys import FileSigner
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.witness.client import WitnessClient
from registry.witness.config import WitnessConfig
from registry.witness.serving import RunningWitness
from tests.witness.small_log import SmallLog

NAME = "witness.example/w1"
NOW_S = 1_700_000_000


@dataclass(slots=True)
class TestWitness:
    """A witness in a directory, running; `restart` stops it and starts it again from there."""

    __test__ = False
    directory: Path
    logs: tuple[SmallLog, ...]
    name: str = NAME
    now_s: int = NOW_S
    running: RunningWitness | None = None
    outbound: Outbound = field(default_factory=lambda: Outbound(deadline_s=2.0))

    @property
    def config(self) -> WitnessConfig:
        """Its settings; any free port."""
        logs = {log.origin: log.keys() for log in self.logs}
        record = self.directory / "record"
        return WitnessConfig(self.name, "127.0.0.1:0", "witness.key", self.directory, record, logs)

    @property
    def key_file(self) -> Path:
        """Its private key."""
        return self.directory / "witness.key"

    @property
    def key(self) -> CosignerKey:
        """Its public key."""
        return cosigner_of(self.name, FileSigner.load(self.key_file, None).public_key)

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self.running
        return self.running.port

    @property
    def url(self) -> str:
        """Its submission prefix."""
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Starts it, with a new key if it has none."""
        if not self.key_file.exists():
            self.directory.mkdir(parents=True, exist_ok=True)
            FileSigner.generate(SUITE_ED25519).save(self.key_file, None)
        self.running = RunningWitness(self.config, clock_s=lambda: self.now_s)

    def stop(self) -> None:
        """Stops it, if it runs."""
        if self.running:
            self.running.close()
        self.running = None

    def restart(self) -> None:
        """Stops and starts it; the port is another one."""
        self.stop()
        self.start()

    def client(self) -> WitnessClient:
        """A client that knows nothing of it yet."""
        return WitnessClient(self.key, self.url, self.outbound)


@contextmanager
def witness_of(*logs: SmallLog, directory: Path, name: str = NAME) -> Iterator[TestWitness]:
    """A witness of logs, until the block ends."""
    witness = TestWitness(directory, logs, name)
    witness.start()
    try:
        yield witness
    finally:
        witness.stop()
        witness.outbound.close()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came over HTTP."""

    status: int
    content_type: str
    text: str


def ask(port: int, method: str, path: str, body: bytes | None = None) -> Answer:
    """One request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers.get("Content-Type", ""), answer.read().decode())
    finally:
        connection.close()


def post(port: int, body: bytes) -> Answer:
    """A request to cosign."""
    return ask(port, "POST", "/add-checkpoint", body)
