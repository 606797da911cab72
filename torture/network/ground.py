"""What every round stands on: a PostgreSQL server, and a registry that is founded once and copied for each.

    with ground().round(directory) as place:
        place.spine          # opened over place.line, which leads to its own database
        place.url            # the same database, past the line

A database is copied on the server (``CREATE DATABASE … TEMPLATE``), the installation's directory on the disk;
keys and statements of the founding are the same in every round.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from registry.config import CONFIG_NAME, STORE, load_config
from registry.engine import start_engine
from tests.support.clock import SetClock
from tests.support.postgres import NoPostgresError, PostgresServer, programs, running_postgres
from tests.support.spine import TODAY, Spine, found_spine, furnish
from torture.network.kept import once
from torture.network.line import Line

DEPARTMENTS = ("财政", "市场监管", "法院")
SOCKET = ".s.PGSQL.5432"


def no_postgres() -> str:
    """What this machine lacks for rounds with a database, or nothing."""
    try:
        programs()
    except NoPostgresError as error:
        return str(error)
    return ""


@dataclass(slots=True)
class Place:
    """A registry of one round."""

    spine: Spine
    line: Line
    url: str
    server: PostgresServer

    def configure(self, section: str) -> None:
        """Adds to the configuration, for what is started from here on."""
        with (self.spine.directory / CONFIG_NAME).open("a", encoding="utf-8") as file:
            file.write(f"\n{section}")
        self.spine.config = load_config(self.spine.directory)


@dataclass(slots=True)
class Ground:
    """A server with the database and the directory that rounds are copied from."""

    server: PostgresServer
    template: str
    spine: Spine

    @contextmanager
    def round(self, directory: Path) -> Iterator[Place]:
        """A registry of its own in an empty directory, whose engine runs; both are closed at the end."""
        url = self.copied()
        try:
            with tempfile.TemporaryDirectory(prefix="nw-", dir="/tmp") as front:  # Short: for the socket.
                line = Line(str(self.server.directory / SOCKET), at=Path(front) / SOCKET)
                with line:
                    spine = opened(self.spine, directory / "registry", led_over(url, Path(front)))
                    place = Place(spine, line, url, self.server)
                    try:
                        yield place
                    finally:
                        line.heal()
                        spine.engine.close()
        finally:
            self.drop(url)

    def copied(self) -> str:
        """A new database like the template; its URL."""
        url = self.server.new_database()
        name = url.partition("?")[0].rpartition("/")[2]
        self.server.execute(f"DROP DATABASE {name}", f"CREATE DATABASE {name} TEMPLATE {self.template}")
        return url

    def drop(self, url: str) -> None:
        """Takes a database away, whoever is still connected to it."""
        name = url.partition("?")[0].rpartition("/")[2]
        self.server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def led_over(url: str, front: Path) -> str:
    """The same database by way of another socket directory."""
    return f"{url.partition('?')[0]}?host={front}"


class RunningClock(SetClock):
    """Begins at noon of a day, and goes."""

    def __init__(self) -> None:
        super().__init__(TODAY)
        self._began_s = time.monotonic()

    def __call__(self) -> int:
        """Unix milliseconds."""
        return self.now_ms + int((time.monotonic() - self._began_s) * 1000)


def opened(founded: Spine, directory: Path, store: str) -> Spine:
    """A copy of a founded installation on a store of its own, and started."""
    shutil.copytree(founded.directory, directory)
    path = directory / CONFIG_NAME
    lines = path.read_text("utf-8").splitlines()
    lines = [f'store = "{store}"' if line.startswith("store =") else line for line in lines]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    config, clock = load_config(directory), RunningClock()
    spine = Spine(directory, config, clock, start_engine(config, clock), founded.signers)
    spine.numbers = itertools.count(1000)
    return spine


@contextmanager
def filed(directory: Path) -> Iterator[Spine]:
    """A registry of its own in an empty directory, with its store in a file: for rounds about other lines
    than that to a database. Its engine runs, and is closed at the end."""
    spine = opened(_in_file(), directory / "registry", STORE)
    try:
        yield spine
    finally:
        spine.engine.close()


@once
def _in_file(stack: ExitStack) -> Spine:
    home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ground-")))
    spine = furnish(found_spine(home / "registry"), DEPARTMENTS)
    spine.engine.close()
    return spine


@once
def ground(stack: ExitStack) -> Ground:
    """The ground of this process, made when it is first asked for and taken away when it ends. Raises
    NoPostgresError."""
    server = stack.enter_context(running_postgres(wal_keep_size="1GB"))  # A standby may be away.
    home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ground-")))
    url = server.new_database()
    spine = furnish(found_spine(home / "registry", store=url), DEPARTMENTS)
    spine.engine.close()
    return Ground(server, url.partition("?")[0].rpartition("/")[2], spine)
