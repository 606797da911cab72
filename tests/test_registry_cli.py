"""The ``registry`` command as its operator meets it: a process, its exit code, what it prints and leaves behind.

Every failure is one line on standard error and a non-zero exit, and not a byte of the installation is
changed by it.
"""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from registry.config import load_config
from registry.provenance.keys import FileSigner
from registry.v1.envelope_pb2 import SUITE_ED25519
from tests.support.served import exit_ban, short_ban
from tests.support.events import person, placed, withdrawal
from tests.support.spine import ORIGIN, found_spine, furnish

ROOT = Path(__file__).resolve().parents[1]
OPERATOR = ("--operator-code", "11130900DEM00009X3", "--operator-name", "沧州市(示例)信用办")
TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Run:
    """How a command ended."""

    code: int
    out: str
    err: str


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "registry", *map(str, arguments)]


def registry(*arguments: str | Path) -> Run:
    """Runs ``registry`` to its end."""
    done = subprocess.run(
        command(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    return Run(done.returncode, done.stdout, done.stderr)


def digests(directory: Path) -> dict[str, str]:
    """SHA-256 of every file, by its name in the installation. The lock is no content."""
    files = [path for path in directory.rglob("*") if path.is_file() and path.suffix != ".lock"]
    return {str(path.relative_to(directory)): sha256(path.read_bytes()).hexdigest() for path in files}


def assert_one_line(run: Run, *words: str) -> None:
    """The command failed and said why in one line that names these words."""
    assert run.code not in (0, None), run
    assert run.code > 0, "ended by a signal"
    lines = run.err.splitlines()
    assert len(lines) == 1, run.err
    for word in words:
        assert word in lines[0]
    assert "Traceback" not in run.err


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with some statements, which nobody serves. Not to be changed: copy it."""
    directory = tmp_path_factory.mktemp("good") / "registry"
    spine = furnish(found_spine(directory))
    placed(spine.say("财政", "ban-1", event=short_ban(1)))
    placed(spine.say("财政", "ban-1-back", withdrawal=withdrawal("财政", "ban-1")))
    placed(spine.say("法院", "exit-1", event=exit_ban(person(1))))
    spine.say("财政", "refused", event=short_ban(2, "2036-03-01"))
    spine.engine.close()
    return directory


@pytest.fixture
def copy(good: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good, tmp_path / "registry"))


# --- what a server that cannot start says


def rewrite(name: str, old: str, new: str) -> Callable[[Path], object]:
    """Changes the text of a file."""

    def spoil(directory: Path) -> None:
        text = (directory / name).read_text("utf-8")
        assert old in text
        (directory / name).write_text(text.replace(old, new), "utf-8")

    return spoil


def put(name: str, content: bytes) -> Callable[[Path], object]:
    """Replaces a file."""
    return lambda directory: (directory / name).write_bytes(content)


def drop(name: str) -> Callable[[Path], object]:
    """Removes a file."""
    return lambda directory: (directory / name).unlink()


def move(name: str, new: str) -> Callable[[Path], object]:
    """Puts one file in the place of another."""
    return lambda directory: shutil.copy(directory / name, directory / new)


def sql(*statements: str) -> Callable[[Path], object]:
    """Changes the store behind the registry's back."""

    def spoil(directory: Path) -> None:
        with closing(sqlite3.connect(directory / "registry.db")) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    return spoil


def another_log_key(directory: Path) -> None:
    (directory / "keys/log.key").unlink()
    FileSigner.generate(SUITE_ED25519).save(directory / "keys/log.key", None)


def a_directory_for_a_store(directory: Path) -> None:
    (directory / "registry.db").unlink()
    (directory / "registry.db").mkdir()


def cut(directory: Path) -> None:
    with (directory / "registry.db").open("r+b") as file:
        file.truncate(30_000)


def damage(directory: Path) -> None:
    with (directory / "registry.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * 100_000)


TOML = "registry.toml"
DB = "registry.db"
ADDRESS = '"127.0.0.1:0"'
SPOILT: dict[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "vault key missing": (drop("keys/vault.key"), ("vault.key", "No such file")),
    "vault key of another registry": (put("keys/vault.key", bytes(32)), ("vault.key",)),
    "vault key too short": (put("keys/vault.key", bytes(31)), ("31",)),
    "log key missing": (drop("keys/log.key"), ("log.key", "No such file")),
    "log key garbage": (put("keys/log.key", b"\x00garbage"), ("log.key",)),
    "log key of another log": (another_log_key, ("log.key",)),
    "log key of another kind": (move("tls/server.key", "keys/log.key"), ("log.key",)),
    "certificate missing": (drop("tls/server.pem"), ("server.pem", "No such file")),
    "certificate garbage": (put("tls/server.pem", b"garbage"), ("server.pem",)),
    "certificate of another key": (move("tls/registrar.pem", "tls/server.pem"), ("server.key",)),
    "certificate key garbage": (put("tls/server.key", b"garbage"), ("server.key",)),
    "authority missing": (drop("tls/authority.pem"), ("authority.pem", "No such file")),
    "authority garbage": (put("tls/authority.pem", b""), ("authority.pem",)),
    "configuration missing": (drop(TOML), (TOML, "registry init")),
    "configuration malformed": (put(TOML, b"[registry\norigin"), (TOML,)),
    "configuration not text": (put(TOML, b"\xff\xfe"), (TOML,)),
    "configuration without sections": (put(TOML, b"registry = 1\npaths = 2"), (TOML, "[registry]", "[paths]")),
    "configuration with unknown names": (rewrite(TOML, "store =", "shop ="), (TOML, "shop", "store")),
    "configuration with a number": (rewrite(TOML, ADDRESS, "8443"), (TOML, "address")),
    "configuration with a path that is none": (rewrite(TOML, "registry.db", "\\u0000"), (TOML,)),
    "configuration of another registry": (rewrite(TOML, ORIGIN, "credit.example/x"), (ORIGIN, "credit.example/x")),
    "address without port": (rewrite(TOML, ADDRESS, '"localhost"'), ("localhost",)),
    "port out of range": (rewrite(TOML, ADDRESS, '"127.0.0.1:70000"'), ("70000",)),
    "address of another machine": (rewrite(TOML, ADDRESS, '"192.0.2.1:0"'), ("192.0.2.1",)),
    "host that does not exist": (rewrite(TOML, ADDRESS, '"nowhere.invalid:0"'), ("nowhere.invalid",)),
    "store missing": (drop(DB), (DB, "registry init")),
    "store of a newer version": (sql("UPDATE alembic_version SET version_num = '9999'"), ("9999", "升级程序")),
    "store of an older version": (sql("DELETE FROM alembic_version"), ("registry migrate",)),
    "store empty": (put(DB, b""), ("registry",)),
    "store garbage": (put(DB, b"garbage" * 5000), ("不是本系统的数据库",)),
    "store cut off": (cut, ("损坏",)),
    "store damaged": (damage, ("损坏",)),
    "store a directory": (a_directory_for_a_store, (DB,)),
    "store without statements": (sql("DELETE FROM checkpoint"), ("创世",)),
    "store of an unknown edition": (sql("UPDATE edition SET hash = 'f00'"), ("目录版本",)),
    "store without facts": (sql("DELETE FROM meta"), ("registry",)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Start:
    """An attempt to serve: how it ended and what it changed."""

    run: Run
    changed: bool


@pytest.fixture(scope="module")
def starts(good: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Start]]]:
    """Every attempt, two at a time."""
    place = tmp_path_factory.mktemp("spoilt")

    def attempt(name: str) -> Start:
        directory = Path(shutil.copytree(good, place / name.replace(" ", "-")))
        SPOILT[name][0](directory)
        before = digests(directory)
        run = registry("serve", "--directory", directory)
        return Start(run, digests(directory) != before)

    with ThreadPoolExecutor(2) as threads:
        yield {name: threads.submit(attempt, name) for name in SPOILT}


@pytest.mark.parametrize("name", SPOILT)
def test_a_server_that_cannot_start_says_why_in_one_line_and_changes_nothing(
    starts: dict[str, Future[Start]], name: str
) -> None:
    start = starts[name].result(TIMEOUT_S)
    assert_one_line(start.run, *SPOILT[name][1])
    assert not start.changed
