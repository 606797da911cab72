"""Several processes on PostgreSQL, the reading ones on a replica that falls behind and goes away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import in_process
from tests.support.events import firm
from tests.support.postgres import (
    NoPostgresError,
    PostgresServer,
    execute,
    running_postgres,
    running_standby,
)
from tests.support.reports import question
from tests.support.served import DEADLINE_S
from tests.support.spine import Spine, found_spine, furnish
from tests.test_processes import BLOCKED, PATIENCE_S, fresh, several, submit


@pytest.fixture
def servers() -> Iterator[tuple[PostgresServer, PostgresServer]]:
    try:
        with (
            running_postgres() as primary,
            running_standby(primary, wal_retrieve_retry_interval="100ms") as standby,
        ):
            yield primary, standby
    except NoPostgresError as error:
        pytest.skip(str(error))


def moved(directory: Path, url: str, replica: str) -> Spine:
    """A registry whose store was moved to PostgreSQL; its readers read from a replica."""
    spine = furnish(found_spine(directory), ["财政"])
    spine.engine.close()
    done = in_process("export", "--directory", directory, "--to", url)
    assert done.code == 0, done.err
    config = directory / "registry.toml"
    text = config.read_text("utf-8").replace('"registry.db"', f'"{url}"')
    config.write_text(f'{text}\n[server]\nreplica = "{replica}"\n', "utf-8")
    return spine


def until_true(server: PostgresServer, question: str) -> None:
    """Waits until a server answers so."""
    until = time.monotonic() + PATIENCE_S
    while execute(server.url("postgres"), question) != [(True,)]:
        assert time.monotonic() < until, question
        time.sleep(0.05)


def test_readers_on_a_replica_answer_what_was_acknowledged_also_when_it_is_behind_or_gone(
    servers: tuple[PostgresServer, PostgresServer], tmp_path: Path
) -> None:
    primary, standby = servers
    url = primary.new_database()
    name = url.partition("?")[0].rpartition("/")[2]
    until_true(standby, f"SELECT count(*) = 1 FROM pg_database WHERE datname = '{name}'")
    spine = moved(tmp_path / "registry", url, standby.url(name))
    (end,) = execute(url, "SELECT pg_current_wal_flush_lsn()::text")[0]
    until_true(standby, f"SELECT pg_last_wal_replay_lsn() >= '{end}'::pg_lsn")
    with several(spine) as (served, _):
        for number, trouble in enumerate(("none", "held", "gone"), start=1):
            if trouble == "held":
                execute(standby.url("postgres"), "SELECT pg_wal_replay_pause()")
            if trouble == "gone":
                standby.crash()
            placed = submit(served, number).accepted
            with fresh(served) as asking:
                answer = asking.Check(question(firm(number)), timeout=DEADLINE_S)
                told = answer.verdict, answer.answered.known_position
                assert told == (BLOCKED, placed.position), trouble
