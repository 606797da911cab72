"""A real cluster of PostgreSQL under Patroni and etcd, on the loopback, from the files of ``deploy/ha``.

    with running_cluster(nodes=3) as cluster:
        cluster.url("registry")                     # every node, that which writes is meant
        old = cluster.primary()
        old.kill()                                  # PostgreSQL and Patroni, as if the machine were gone
        new = cluster.wait_for_primary(other_than=old)
        old.start()
        cluster.wait_until_whole()                  # every node streams, one of them synchronously

Patroni's settings are those of ``deploy/ha/patroni.yml``; what a machine has of its own (names, addresses,
paths, passwords), the watchdog and the times are changed: a lease of six seconds, so that a test need not
wait. All run as another user than root, in one directory that is removed at the end. The programs come from
the distribution: ``apt install patroni etcd-server postgresql``.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import SystemRandom
from types import MappingProxyType
from typing import Any

import psycopg
import yaml

from tests.support.postgres import NoPostgresError, account, as_account

DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "ha"
INSTALL = "apt install patroni etcd-server postgresql"
HOST = "127.0.0.1"
PATIENCE_S = 90.0
DATABASE, OWNER, SECRET = "registry", "registry", "loopback-only"
TIMES = {"ttl": 6, "loop_wait": 1, "retry_timeout": 2}
"""A lease that a test can wait for; ``loop_wait + 2 * retry_timeout <= ttl``."""
PARAMETERS = {
    "fsync": "off",  # A process that is killed loses nothing by it; only a machine that stops would.
    "shared_buffers": "32MB",
    "max_connections": 100,
    "wal_keep_size": "128MB",
    "wal_retrieve_retry_interval": "500ms",
}
_PORTS = range(20_000, 30_000)
"""Below those that the system gives to whoever connects."""


class NoClusterError(Exception):
    """Patroni, etcd or PostgreSQL is not on this machine; the message says what to install."""


@cache
def programs() -> dict[str, str]:
    """Where patroni, etcd and the programs of PostgreSQL are. Raises NoClusterError."""
    found = {name: shutil.which(name) for name in ("patroni", "etcd")}
    servers = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_rewind"), reverse=True)
    found["postgres"] = str(servers[0].parent) if servers else None
    if missing := [name for name, path in found.items() if path is None]:
        raise NoClusterError(f"not installed: {', '.join(missing)}; {INSTALL}")
    return {name: path for name, path in found.items() if path}


def free_port() -> int:
    """A port of the loopback that nobody has."""
    while True:
        port = SystemRandom().choice(_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port


def _start(
    command: Sequence[str], directory: Path, name: str, settings: Mapping[str, str] = MappingProxyType({})
) -> subprocess.Popen[bytes]:
    """A process of the cluster, that leads a group of its own and says what it has to say in a file."""
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(directory), **settings}
    with (directory / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            as_account(command), stdout=log, stderr=log, cwd="/", env=environment, start_new_session=True
        )


@dataclass(slots=True)
class Etcd:
    """One etcd that is its own majority."""

    directory: Path
    port: int = field(default_factory=free_port)
    peer_port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it with what it has kept, and waits until it answers."""
        own, peer = f"http://{HOST}:{self.port}", f"http://{HOST}:{self.peer_port}"
        settings = _assignments(DEPLOY / "etcd.default") | {
            "ETCD_NAME": "etcd",
            "ETCD_DATA_DIR": str(self.directory / "etcd"),
            "ETCD_LISTEN_CLIENT_URLS": own,
            "ETCD_ADVERTISE_CLIENT_URLS": own,
            "ETCD_LISTEN_PEER_URLS": peer,
            "ETCD_INITIAL_ADVERTISE_PEER_URLS": peer,
            "ETCD_INITIAL_CLUSTER": f"etcd={peer}",
        }
        self._process = _start([programs()["etcd"]], self.directory, "etcd", settings)
        until_true(lambda: _get(f"{own}/health").get("health") == "true", "etcd does not start")

    def stop(self) -> None:
        """Kills it; what it was told stays."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


@dataclass(slots=True)
class Node:
    """A machine of the database: Patroni, and the PostgreSQL that it runs."""

    name: str
    directory: Path
    etcd: Etcd
    strict: bool
    port: int = field(default_factory=free_port)
    rest_port: int = field(default_factory=free_port)
    patroni: subprocess.Popen[bytes] | None = None
    alone: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """Where the database rests."""
        return self.directory / self.name / "data"

    @property
    def postmaster(self) -> int:
        """The process of PostgreSQL that leads the others; 0 if there is none."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n")[0])
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return 0
        return pid if str(self.data).encode() in words else 0

    def start(self) -> None:
        """Starts Patroni, which starts PostgreSQL as what it is to be."""
        own = self.directory / self.name
        own.mkdir(exist_ok=True)
        config = own / "patroni.yml"
        config.write_text(json.dumps(self._settings()))  # JSON is YAML.
        for path in (own, config):
            _give(path)
        self.patroni = _start([programs()["patroni"], str(config)], self.directory, self.name)

    def _settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = yaml.safe_load((DEPLOY / "patroni.yml").read_text("utf-8"))
        own = self.directory / self.name
        rest, database = f"{HOST}:{self.rest_port}", f"{HOST}:{self.port}"
        settings |= {"name": self.name, "etcd": {"hosts": [f"{HOST}:{self.etcd.port}"]}}
        settings["restapi"] = {"listen": rest, "connect_address": rest}
        settings["watchdog"] = {"mode": "off"}
        settings["bootstrap"]["dcs"] |= {**TIMES, "synchronous_mode_strict": self.strict}
        settings["bootstrap"]["dcs"]["postgresql"]["parameters"] |= PARAMETERS
        server = settings["postgresql"]
        server |= {"listen": database, "connect_address": database, "bin_dir": programs()["postgres"]}
        server |= {"data_dir": str(self.data), "pgpass": str(own / "pgpass")}
        server["parameters"] = {"unix_socket_directories": str(own)}
        server["pg_hba"] = [_on_loopback(line) for line in server["pg_hba"]]
        for role in server["authentication"].values():
            role["password"] = SECRET
        return settings

    def kill(self) -> None:
        """Kills Patroni and PostgreSQL at once, as if the machine had lost its power."""
        self.kill_patroni()
        self.kill_postgres()

    def kill_patroni(self) -> None:
        """Kills Patroni alone; PostgreSQL goes on without anybody who looks after it."""
        if self.patroni:
            self.patroni.kill()
            self.patroni.wait()
            self.patroni = None

    def kill_postgres(self) -> None:
        """Kills every process of PostgreSQL alone."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.alone:
            self.alone.wait()
            self.alone = None
        until_true(lambda: not self.processes(), f"{self.name} does not die")

    def hold(self) -> None:
        """Stops every process of PostgreSQL where it is (SIGSTOP): connections stay, nobody answers."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)

    def release(self) -> None:
        """Has them go on as if nothing had been."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def start_alone(self) -> None:
        """Starts PostgreSQL without Patroni, on what is there, and with no standby to wait for: as somebody
        would who does not know that another was promoted."""
        settings = {"port": str(self.port), "listen_addresses": HOST, "synchronous_standby_names": ""}
        settings["unix_socket_directories"] = str(self.directory / self.name)
        command = [f"{programs()['postgres']}/postgres", "-D", str(self.data)]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.alone = _start(command, self.directory, f"{self.name}-alone")
        until_true(self.writes, f"{self.name} does not start alone")

    def hand_over(self) -> None:
        """The planned change: Patroni has the synchronous standby take over."""
        body = json.dumps({"leader": self.name}).encode()
        _get(f"http://{HOST}:{self.rest_port}/switchover", body)

    def processes(self) -> list[int]:
        """The processes of PostgreSQL, the leading one first."""
        if not (leader := self.postmaster):
            return []
        return [leader, *(pid for pid in _children(leader))]

    def url(self, database: str = DATABASE, *, user: str = OWNER) -> str:
        """Where a database is on this node and no other."""
        return f"postgresql://{user}:{SECRET}@{HOST}:{self.port}/{database}?connect_timeout=3"

    def ask(self, question: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Asks this node as the superuser. Raises psycopg.Error."""
        with psycopg.connect(self.url(database, user="postgres"), autocommit=True) as connection:
            cursor = connection.execute(question.encode())
            return cursor.fetchall() if cursor.description else []

    def state(self) -> dict[str, Any]:
        """What Patroni says of itself; empty if it does not answer."""
        with suppress(OSError):
            return _get(f"http://{HOST}:{self.rest_port}/patroni")
        return {}

    def writes(self) -> bool:
        """Whether it is a primary, in PostgreSQL's own words."""
        with suppress(psycopg.Error):
            return self.ask("SELECT pg_is_in_recovery()") == [(False,)]
        return False


@dataclass(slots=True)
class Cluster:
    """The nodes, and the etcd by which they agree."""

    etcd: Etcd
    nodes: list[Node]

    def url(self, database: str = DATABASE, attributes: str = "read-write") -> str:
        """The store as a registry has it: every node, of which that is meant which writes."""
        hosts = ",".join(f"{HOST}:{node.port}" for node in self.nodes)
        options = f"target_session_attrs={attributes}&connect_timeout=3"
        return f"postgresql://{OWNER}:{SECRET}@{hosts}/{database}?{options}"

    def new_database(self, name: str) -> str:
        """Makes an empty database of the registry; its URL."""
        self.primary().ask(f"CREATE DATABASE {name} OWNER {OWNER} ENCODING UTF8 TEMPLATE template0")
        return self.url(name)

    def primary(self) -> Node:
        """The node that has the lease."""
        return self.wait_for_primary()

    def wait_for_primary(self, *, other_than: Node | None = None) -> Node:
        """Waits until a node has the lease, and writes."""
        found = list[Node]()

        def there() -> bool:
            found[:] = [node for node in self.nodes if node is not other_than and _leads(node.state())]
            return bool(found)

        until_true(there, "no node was promoted", self)
        return found[0]

    def wait_until_whole(self) -> None:
        """Waits until every other node follows the primary, and one of them synchronously."""

        def whole() -> bool:
            leading = [node for node in self.nodes if _leads(node.state())]
            if len(leading) != 1:
                return False
            with suppress(psycopg.Error):
                told = leading[0].ask("SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'")
                synchronous = _get(f"http://{HOST}:{leading[0].rest_port}/cluster")["members"]
                named = any(member["role"] == "sync_standby" for member in synchronous)
                kinds = [kind for (kind,) in told]
                return named and len(kinds) == len(self.nodes) - 1 and "sync" in kinds
            return False

        until_true(whole, "the cluster does not become whole", self)

    def said(self) -> str:
        """The last lines of every log, for a test that failed."""
        logs = sorted(self.etcd.directory.glob("*.log"))
        return "\n".join(f"--- {log.name}\n{log.read_text('utf-8', 'replace')[-1500:]}" for log in logs)


@contextmanager
def running_cluster(nodes: int = 3, *, strict: bool = True) -> Iterator[Cluster]:
    """A cluster with an empty database for a registry, until the block ends; ``strict``: it writes nothing
    without a synchronous standby. Raises NoClusterError."""
    programs()
    try:
        account()
    except NoPostgresError as error:
        raise NoClusterError(str(error)) from error
    with ExitStack() as stack:
        directory = Path(tempfile.mkdtemp(prefix="ha-", dir="/tmp"))  # Short: for the sockets.
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        _give(directory)
        etcd = Etcd(directory)
        stack.callback(etcd.stop)
        etcd.start()
        cluster = Cluster(etcd, [Node(f"db-{letter}", directory, etcd, strict) for letter in "abc"[:nodes]])
        for node in cluster.nodes:
            stack.callback(node.kill)
            stack.callback(node.release)
        _bring_up(cluster)
        yield cluster


def _bring_up(cluster: Cluster) -> None:
    first, *others = cluster.nodes
    first.start()
    cluster.wait_for_primary()
    for node in others:
        node.start()
    cluster.wait_until_whole()
    first.ask(f"CREATE ROLE {OWNER} LOGIN PASSWORD '{SECRET}'")
    cluster.new_database(DATABASE)


def until_true(there: Callable[[], bool], otherwise: str, cluster: Cluster | None = None) -> None:
    """Waits until something holds; AssertionError if it does not in time."""
    until = time.monotonic() + PATIENCE_S
    while True:
        with suppress(OSError):
            if there():
                return
        assert time.monotonic() < until, f"{otherwise}\n{cluster.said() if cluster else ''}"
        time.sleep(0.1)


def _leads(state: dict[str, Any]) -> bool:
    return state.get("role") in ("master", "primary") and state.get("state") == "running"


def _get(address: str, body: bytes | None = None) -> dict[str, Any]:
    """What is said at an address of the loopback, of whatever status. Raises OSError."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, body, timeout=PATIENCE_S if body else 3) as answer:
            said = answer.read()
    except urllib.error.HTTPError as error:
        with error:
            said = error.read()
    try:
        told = json.loads(said)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _assignments(path: Path) -> dict[str, str]:
    """The settings in a file of environment variables."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def _on_loopback(line: str) -> str:
    """A line of pg_hba.conf for this machine."""
    words = line.split()
    return " ".join(f"{HOST}/32" if "/" in word else word for word in words)


def _children(parent: int) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError):
                if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                    yield int(entry.name)


def _give(path: Path) -> None:
    """Makes a file or directory that of the account which runs the cluster."""
    if not os.getuid():
        os.chown(path, account().pw_uid, account().pw_gid)
