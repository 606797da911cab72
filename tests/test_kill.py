"""``kill -9`` of a real ``registry serve`` under load, again and again: nothing acknowledged is lost.

Each round starts the server, lets several clients submit over mutual TLS (events, corrections,
withdrawals, stays, liftings, links, rulings on names, repetitions, persons), and kills it at a random
moment, now and then while it still starts. What a client does not know the fate of it sends again in the
next round. At the end every acknowledged statement stands at the position it was acknowledged with, none
stands twice, and ``registry verify`` and ``registry rebuild`` agree.

    REGISTRY_KILL_ROUNDS=500 REGISTRY_KILL_SEED=7 make test ARGS="tests/test_kill.py -s"
"""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random, SystemRandom
from threading import Event, Thread
from typing import IO, Any

import grpc

from registry.access.identity import Caller, CallerRole
from registry.domain.periods import china_day
from registry.engine import now_ms
from registry.installation import issue_client
from registry.store.interface import StatementKey
from registry.store.opening import open_store
from registry.v1 import (
    envelope_pb2,
    intake_service_pb2,
    intake_service_pb2_grpc,
    log_service_pb2,
    log_service_pb2_grpc,
)
from tests.support.events import (
    ban,
    branch_of,
    correction,
    firm,
    lifting,
    penalty,
    person,
    ruling,
    stay,
    withdrawal,
)
from tests.support.history import BAN, EXIT_BAN
from tests.support.spine import ORIGIN, Spine, found_spine, furnish

ROUNDS = int(os.environ.get("REGISTRY_KILL_ROUNDS", "50"))
SEED = int(os.environ.get("REGISTRY_KILL_SEED", SystemRandom().randrange(1 << 32)))
CLIENTS = {"财政": 2, "法院": 2, "市场监管": 1}
LOAD_S = (0.05, 0.4)
KILLED_WHILE_STARTING = 0.1
DEADLINE_S = 30.0
ROOT = Path(__file__).resolve().parents[1]
READY = re.compile(r":(\d+) 提供服务")

Stub = intake_service_pb2_grpc.IntakeServiceStub


@dataclass(slots=True)
class Client:
    """One who submits for a department, and remembers what was acknowledged and what was not."""

    spine: Spine
    key: str
    name: str
    connect: Callable[[int, str], grpc.Channel]
    chance: Random
    acknowledged: dict[str, int] = field(default_factory=dict)
    uncertain: list[list[envelope_pb2.Envelope]] = field(default_factory=list)
    answered: list[envelope_pb2.Envelope] = field(default_factory=list)
    standing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    repeated: int = 0
    sent: int = 0

    def run(self, port: int, stop: Event) -> None:
        """Submits until told to stop, or until the server is gone."""
        with self.connect(port, self.key) as channel:
            stub = Stub(channel)
            while not stop.is_set():
                batch = self.uncertain.pop() if self.uncertain else self.batch()
                try:
                    self.submit(stub, batch)
                except grpc.RpcError:
                    self.uncertain.append(batch)
                    return

    def settle(self, port: int) -> None:
        """Submits once more whatever was never answered."""
        with self.connect(port, self.key) as channel:
            for batch in self.uncertain:
                self.submit(Stub(channel), batch)
        self.uncertain.clear()

    def submit(self, stub: Stub, batch: list[envelope_pb2.Envelope]) -> None:
        """Submits a batch and takes down the answers, and what is wrong with them."""
        request = intake_service_pb2.SubmitRequest(envelopes=batch)
        for result in stub.Submit(request, timeout=DEADLINE_S).results:
            if not result.HasField("accepted"):
                self.wrong.append(f"{result.statement_id} refused: {result.refused.faults}")
                continue
            position = result.accepted.position
            before = self.acknowledged.setdefault(result.statement_id, position)
            self.repeated += result.accepted.already_recorded
            if before != position:
                self.wrong.append(f"{result.statement_id} at {before} and at {position}")
        self.answered = [*batch, *self.answered[:50]]

    def batch(self) -> list[envelope_pb2.Envelope]:
        """Some new statements, now and then one that was acknowledged before."""
        batch = [self.envelope() for _ in range(self.chance.choice((1, 1, 5, 20)))]
        if self.answered and self.chance.random() < 0.1:
            batch.append(self.chance.choice(self.answered))
        return batch

    def envelope(self) -> envelope_pb2.Envelope:
        """A signed statement: an event, or one that ends an acknowledged event of this client."""
        self.sent += 1
        statement_id = f"{self.name}-{self.sent}"
        if self.standing and self.standing[0] in self.acknowledged and self.chance.random() < 0.3:
            body = self.ending(self.standing.pop(0))
        elif self.key == "市场监管" and self.chance.random() < 0.3:
            body = self.identity()
        else:
            body = {"event": self.event(self.sent % 200)}
            self.standing.append(statement_id)
        return self.spine.seal(self.key, self.spine.statement(self.key, statement_id, **body))

    def ending(self, target: str) -> dict[str, Any]:
        """What befalls an acknowledged event: most often its end."""
        replacement = self.event(int(target.rpartition("-")[2]) % 200)
        bodies: list[dict[str, Any]] = [
            {"withdrawal": withdrawal(self.key, target)},
            {"correction": correction(self.key, target, replacement)},
            {"status_note": stay(self.key, target, "2026-05-01")},
        ]
        if self.key == "法院":
            bodies.append({"lifting": lifting(self.key, target, "2026-06-01")})
        return self.chance.choice(bodies)

    def identity(self) -> dict[str, Any]:
        """A link from a code that nobody has linked, or a ruling on names."""
        subject = firm(self.sent % 200)
        bodies: list[dict[str, Any]] = [
            {"subject_link": branch_of(firm(10_000 + self.sent), subject)},
            {"name_ruling": ruling(subject, subject.name, f"沧州旧{self.sent % 9}名(示例)有限公司")},
        ]
        return self.chance.choice(bodies)

    def event(self, number: int) -> Any:
        """A ban on a firm or, of the court, on a person; a penalty."""
        if self.key == "财政":
            return ban(self.key, firm(number), BAN, "2026-03-01", "2028-03-01")
        if self.key == "市场监管":
            return penalty(self.key, firm(number))
        return ban(self.key, person(number), EXIT_BAN, "2026-04-01")


@dataclass(slots=True)
class Server:
    """``registry serve`` as a process of its own."""

    directory: Path
    log: IO[bytes]
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Starts the process; it may not serve yet."""
        command = [sys.executable, "-m", "registry", "serve", "--directory", str(self.directory)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True, cwd=ROOT)

    def port(self) -> int:
        """Waits until it serves."""
        assert self.process is not None
        assert self.process.stdout is not None
        readable, _, _ = select.select([self.process.stdout], [], [], DEADLINE_S)
        line = self.process.stdout.readline() if readable else ""
        ready = READY.search(line)
        assert ready, f"the server did not start: {line!r}; see {self.log.name}"
        return int(ready[1])

    def end(self, number: signal.Signals) -> int:
        """Sends a signal and waits for the end."""
        assert self.process is not None
        self.process.send_signal(number)
        self.process.communicate()
        return self.process.returncode


def _installation(directory: Path) -> tuple[Spine, int]:
    """An installation founded yesterday, since certificates hold from then on; and how many statements
    founded it."""
    yesterday = china_day(now_ms()) - timedelta(days=1)
    spine = furnish(found_spine(directory, yesterday), CLIENTS)
    founding = spine.position + 1
    spine.engine.close()
    return spine, founding


def _connector(spine: Spine) -> Callable[[int, str], grpc.Channel]:
    """Opens channels for a department."""
    folders = {}
    for number, key in enumerate(CLIENTS):
        caller = Caller(CallerRole.DEPARTMENT, spine.code(key), ORIGIN)
        folders[key] = issue_client(spine.directory, f"client-{number}", caller, now_ms=now_ms())

    def connect(port: int, key: str) -> grpc.Channel:
        parts = [(folders[key] / name).read_bytes() for name in ("ca.pem", "key.pem", "cert.pem")]
        credentials = grpc.ssl_channel_credentials(*parts)
        # Every round has a new connection: nothing is left of the one that was killed.
        options = [("grpc.use_local_subchannel_pool", 1)]
        return grpc.secure_channel(f"127.0.0.1:{port}", credentials, options)

    return connect


def _size(connect: Callable[[int, str], grpc.Channel], port: int) -> int:
    """The size of the log by its signed checkpoint."""
    with connect(port, "财政") as channel:
        stub = log_service_pb2_grpc.LogServiceStub(channel)
        note = stub.GetCheckpoint(log_service_pb2.GetCheckpointRequest(), timeout=DEADLINE_S).checkpoint
    return int(note.split("\n")[1])


def _load(clients: list[Client], port: int, seconds: float, kill: Callable[[], object]) -> None:
    stop = Event()
    threads = [Thread(target=client.run, args=(port, stop)) for client in clients]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    kill()
    stop.set()
    for thread in threads:
        thread.join()


def _command(name: str, directory: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "registry", name, "--directory", str(directory)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass(slots=True)
class Trial:
    """Rounds of load and kill over one installation, with a line for each in a log file."""

    spine: Spine
    connect: Callable[[int, str], grpc.Channel]
    server: Server
    clients: list[Client]
    chance: Random
    report: IO[str]
    founding: int

    def round(self, number: int) -> None:
        """Starts the server, checks that it still has what it acknowledged, loads it and kills it."""
        while self.chance.random() < KILLED_WHILE_STARTING:
            self.server.start()
            time.sleep(self.chance.uniform(0.2, 0.8))
            self.server.end(signal.SIGKILL)
        self.server.start()
        port = self.server.port()
        size, last = _size(self.connect, port), max(self.positions(), default=-1)
        assert size > last, f"round {number}: {last} was acknowledged, the log has {size} statements"
        seconds = self.chance.uniform(*LOAD_S)
        _load(self.clients, port, seconds, lambda: self.server.end(signal.SIGKILL))
        acknowledged = len(self.positions())
        uncertain = sum(len(batch) for client in self.clients for batch in client.uncertain)
        print(
            f"round {number}: {size} statements at start, killed after {seconds * 1000:.0f} ms of load, "
            f"{acknowledged} acknowledged so far, {uncertain} of uncertain fate",
            file=self.report,
        )

    def settle(self) -> None:
        """Submits again whatever was never answered, and stops the server in order."""
        self.server.start()
        port = self.server.port()
        for client in self.clients:
            client.settle(port)
        assert self.server.end(signal.SIGTERM) == 0

    def positions(self) -> list[int]:
        """Every position that was acknowledged."""
        return [position for client in self.clients for position in client.acknowledged.values()]

    def acknowledged(self) -> dict[StatementKey, int]:
        """What every client was told."""
        return {
            (self.spine.code(client.key), statement_id): position
            for client in self.clients
            for statement_id, position in client.acknowledged.items()
        }

    def log(self) -> list[tuple[StatementKey, int]]:
        """What the log holds, in order."""
        store = open_store(self.spine.config.store)
        try:
            return [((row.department, row.statement_id), row.position) for row in store.statements()]
        finally:
            store.close()


def _trial(directory: Path, report: IO[str], log: IO[bytes]) -> Trial:
    (spine, founding), chance = _installation(directory), Random(SEED)
    connect = _connector(spine)
    clients = [
        Client(spine, key, f"{prefix}{number}", connect, Random(chance.random()))
        for prefix, (key, count) in zip("abc", CLIENTS.items(), strict=True)
        for number in range(count)
    ]
    return Trial(spine, connect, Server(directory, log), clients, chance, report, founding)


def test_nothing_acknowledged_is_lost_or_doubled_by_kill_9_under_load(tmp_path: Path) -> None:
    began, path = time.monotonic(), tmp_path / "kill.log"
    with path.open("w", encoding="utf-8", buffering=1) as report, (tmp_path / "server.log").open("wb") as log:
        trial = _trial(tmp_path / "registry", report, log)
        for number in range(1, ROUNDS + 1):
            trial.round(number)
        trial.settle()
        rows, acknowledged = trial.log(), trial.acknowledged()
        placed, counts = dict(rows), Counter(key for key, _ in rows)
        lost = [key for key, position in acknowledged.items() if placed.get(key) != position]
        twice = [key for key, count in counts.items() if count > 1]
        wrong = [line for client in trial.clients for line in client.wrong]
        summary = (
            f"seed {SEED}: {ROUNDS} rounds, {len(acknowledged)} acknowledged, {len(rows)} in the log, "
            f"lost {len(lost)}, twice {len(twice)}, wrong {len(wrong)}, "
            f"answered again {sum(client.repeated for client in trial.clients)}; "
            f"{_command('verify', trial.spine.directory)}; {_command('rebuild', trial.spine.directory)}; "
            f"{time.monotonic() - began:.0f} s; {path}"
        )
        print(summary, file=report)
    print(summary)
    assert (lost, twice, wrong) == ([], [], [])
    assert [position for _, position in rows] == list(range(len(rows)))
    stated = [key for key, _ in rows if not key[1].startswith("~")]  # The registry states its map itself.
    assert len(stated) == len(acknowledged) + trial.founding
    assert len(acknowledged) > ROUNDS
