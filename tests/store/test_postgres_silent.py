"""A server that answers nobody while its connections stay, and is the only one that the URL names."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import pytest

from registry.store.interface import Store, StoreError
from registry.store.opening import create_store, open_for_reading, open_store
from registry.store.replica import replica_first
from tests.store.samples import checkpoint, group_of
from tests.support.postgres import NoPostgresError, running_postgres
from torture.network.ground import SOCKET, led_over
from torture.network.line import Line

PATIENCE_S = 60.0


class Silent:
    """A store, and the line to it on which nothing may come through."""

    def __init__(self, line: Line, url: str, over_line: str) -> None:
        self.line, self.url, self.over_line = line, url, over_line
        self.writer = create_store(url)
        self.writer.commit(group_of(0))


@pytest.fixture
def silent() -> Iterator[Silent]:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_postgres())
        except NoPostgresError as error:
            pytest.skip(str(error))
        front = Path(stack.enter_context(TemporaryDirectory(prefix="nw-", dir="/tmp")))
        line = stack.enter_context(Line(str(server.directory / SOCKET), at=front / SOCKET))
        url = server.new_database()
        made = Silent(line, url, led_over(url, front))
        stack.callback(made.writer.close)
        yield made


def ended_in_time(work: Thread) -> bool:
    """Whether a thread ends although nothing comes through."""
    work.start()
    work.join(PATIENCE_S)
    return not work.is_alive()


def test_replica_that_answers_nobody_is_given_up_and_read_again_when_it_answers(silent: Silent) -> None:
    store: Store = replica_first(
        open_for_reading(silent.url), open_for_reading(silent.over_line), pause_s=0.05
    )
    assert store.checkpoint() == checkpoint(1)
    silent.line.stall()
    silent.writer.commit(group_of(1))
    told = list[object]()
    assert ended_in_time(Thread(target=lambda: told.append(store.checkpoint()), daemon=True))
    assert told == [checkpoint(2)]  # Of the primary.
    connections = silent.line.connections
    silent.line.heal()
    until = time.monotonic() + PATIENCE_S
    while silent.line.connections == connections:
        assert time.monotonic() < until
        time.sleep(0.02)
    store.close()


def test_commit_to_a_server_that_answers_nobody_fails_and_is_settled_when_it_answers(silent: Silent) -> None:
    silent.writer.close()
    writer = open_store(silent.over_line)
    silent.line.stall()
    tries = list[bool]()

    def commit() -> None:
        while True not in tries:
            try:
                writer.commit(group_of(1))
                tries.append(True)
            except StoreError:
                tries.append(False)
                time.sleep(0.1)

    committing = Thread(target=commit, daemon=True)
    committing.start()
    committing.join(12)  # By now the connection was given up.
    assert tries != []
    silent.line.heal()
    committing.join(PATIENCE_S)
    assert tries[-1]
    assert [row.position for row in writer.statements()] == [0, 1]
    writer.close()
