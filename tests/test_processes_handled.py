"""Processes as they are looked after: what hangs, what cannot start, and what is started before what."""

from __future__ import annotations

import errno
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.engine import StartError
from registry.observing.health import RESTART_NEEDED
from registry.observing.looking import HEARTBEAT, heartbeat
from registry.observing.process import READER, WRITER
from registry.process import READY
from registry.processes import Child, Processes
from registry.shared_position import SharedPosition

PATIENCE_S = 120.0


def started(role: str, does: str) -> Child:
    """A process in the place of one of the registry."""
    program = [sys.executable, "-c", f"import time; {does}; time.sleep(600)"]
    return Child(role, subprocess.Popen(program, stdout=subprocess.PIPE, text=True))


@pytest.fixture
def handled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Processes]:
    """A writer and a reader that hang while they start; what is started anew serves."""
    made = Processes(tmp_path, "", 1, tmp_path)
    made.children = [started(role, "pass") for role in (WRITER, READER)]
    monkeypatch.setattr(
        Processes, "_begun", lambda _self, role: started(role, f"print({READY!r}, flush=True)")
    )
    yield made
    made.stop()


def test_process_that_hangs_at_its_start_keeps_nobody_from_the_others(handled: Processes) -> None:
    writer, reader = handled.children
    writer.process.kill()
    until = time.monotonic() + PATIENCE_S
    while not handled.children[0].ready and time.monotonic() < until:
        handled.look()
        time.sleep(0.05)
    assert handled.children[0].ready
    assert handled.children[0] is not writer
    assert (handled.children[1], reader.running, reader.ready) == (reader, True, False)


def test_writer_that_writes_no_more_is_started_anew_before_the_readers(
    handled: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They cannot begin beside what it left."""
    writer, reader = handled.children
    writer.ready = reader.ready = True
    said = SharedPosition(handled.run / HEARTBEAT)
    said.put(heartbeat(time.monotonic(), RESTART_NEEDED))

    def beginning(self: Processes, role: str) -> Child:
        if role == READER and writer.running:
            raise StartError("存储中有尚未确认的陈述")
        return started(role, f"print({READY!r}, flush=True)")

    monkeypatch.setattr(Processes, "_begun", beginning)
    handled.renew()
    assert (writer.running, reader.running) == (False, False)
    assert [child.ready for child in handled.children] == [True, True]
    said.put(heartbeat(time.monotonic(), ""))
    before = handled.children[0]
    handled.renew()
    assert handled.children[0] is not before, "and otherwise after them"


def test_machine_without_room_for_another_process_leaves_the_old_ones(
    handled: Processes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.undo()
    old = list(handled.children)
    monkeypatch.setattr(subprocess, "Popen", _no_room)
    handled.renew()
    assert handled.children == old
    assert all(child.running for child in old)
    assert "reader 进程不能启动" in caplog.text


def _no_room(*_args: object, **_more: object) -> None:
    raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")


def test_process_that_has_only_just_said_that_it_serves_is_not_killed() -> None:
    ends = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))"
    child = started(READER, f"{ends}; print({READY!r}, flush=True)")
    assert child.process.stdout
    select.select([child.process.stdout], [], [], PATIENCE_S)
    child.stop()
    assert child.process.returncode == 7


def test_what_hangs_at_its_start_is_not_waited_for_once_everything_is_to_stop(
    handled: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled.stopping = lambda: True
    begun = list[Child]()

    def hanging(_self: Processes, role: str) -> Child:
        begun.append(started(role, "pass"))
        return begun[-1]

    monkeypatch.setattr(Processes, "_begun", hanging)
    with pytest.raises(StartError, match="没有启动"):
        handled.start()
    assert [child.running for child in begun] == [False]
    assert handled.children == []
