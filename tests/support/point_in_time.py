"""A PostgreSQL that archives its log, and another that is made of a base backup and that archive."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.postgres import PostgresServer, _run, _server, account, programs, running_postgres

ARCHIVED_S = 60.0
ARCHIVE = "archive"
ARCHIVING = {
    "wal_level": "replica",
    "archive_mode": "on",
    "archive_command": f"test ! -f ../{ARCHIVE}/%f && cp %p ../{ARCHIVE}/%f",  # From the data directory.
}


@contextmanager
def archiving_postgres() -> Iterator[PostgresServer]:
    """A server whose log goes to a directory beside its data. Raises NoPostgresError."""
    with running_postgres(**ARCHIVING) as server:
        _own(server.directory / ARCHIVE)
        yield server


def base_backup(server: PostgresServer, name: str) -> Path:
    """Takes a base backup of a running server."""
    place = server.directory / name
    source = ["-h", str(server.directory), "-U", "registry", "--checkpoint=fast", "--no-sync", "-X", "none"]
    done = _run([str(programs() / "pg_basebackup"), *source, "-D", str(place)])
    assert done.returncode == 0, done.stderr
    return place


def archive_all(server: PostgresServer) -> None:
    """Has everything archived that was written until now."""
    ((name,),) = server.execute("SELECT pg_walfile_name(pg_switch_wal())")
    until = time.monotonic() + ARCHIVED_S
    while not (server.directory / ARCHIVE / str(name)).exists():
        assert time.monotonic() < until, "the log was not archived"
        time.sleep(0.05)


@contextmanager
def restored_postgres(source: PostgresServer, base: Path, target: str) -> Iterator[PostgresServer]:
    """A server made of a base backup and the archive, up to a target (``recovery_target_lsn = '…'``)."""
    with _server({}) as server:
        done = _run(["cp", "-a", str(base), str(server.data)])
        assert done.returncode == 0, done.stderr
        lines = [f"restore_command = 'cp {source.directory}/{ARCHIVE}/%f %p'", target,
                 "recovery_target_action = 'promote'", "archive_mode = 'off'"]  # fmt: skip
        with (server.data / "postgresql.auto.conf").open("a") as file:
            file.write("\n".join(lines) + "\n")
        (server.data / "recovery.signal").touch()
        server.start()
        until = time.monotonic() + ARCHIVED_S
        while server.execute("SELECT pg_is_in_recovery()") == [(True,)]:
            assert time.monotonic() < until, "the recovery did not end"
            time.sleep(0.05)
        yield server


def _own(directory: Path) -> None:
    directory.mkdir()
    if not os.getuid():
        os.chown(directory, account().pw_uid, account().pw_gid)
