"""Health is true: each fault is caused, seen by who asks and by who watches, and gone when it is mended."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from registry.access.identity import CallerRole
from registry.commands.ask import Ask
from registry.commands.following import FollowingState
from registry.commands.writing_figures import GroupClock, WritingFigures
from registry.engine import start_engine
from registry.observing import looking
from registry.observing.health import AWAY_S, PROBE_S, STARTING, STOPPING, WRITER_AWAY, Health
from registry.observing.looking import ReaderLook, WriterLook, fault_of, heartbeat
from registry.server import SERVICES
from registry.steady_clock import SteadyClock
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from tests.observing.test_metrics import submit
from tests.support import observed as support
from tests.support.events import firm
from tests.support.observed import NOT_SERVING, PATIENCE_S, SERVING, Seen, observed
from tests.support.reports import question
from tests.support.served import DEADLINE_S, refused
from tests.support.spine import Spine, found_spine, furnish

INTAKE, RESTRICTION = "registry.v1.IntakeService", "registry.v1.RestrictionService"


def be_impatient(spine: Spine) -> None:
    """Has a write fail at once where another holds the store, and not after five seconds."""
    store: Any = spine.engine.store
    store._writer.raw_connection().driver_connection.execute("PRAGMA busy_timeout=50")


def watch(seen: Seen, service: str) -> tuple[list[int], Thread]:
    """What is pushed to one who watches a service."""
    channel = seen.served.channel(seen.served.system(CallerRole.BIDDING_SYSTEM))
    stub: Any = health_pb2_grpc.HealthStub(channel)
    pushed: list[int] = []
    calls = stub.Watch(health_pb2.HealthCheckRequest(service=service), timeout=60)

    def read() -> None:
        try:
            pushed.extend(each.status for each in calls)
        except Exception:
            return  # The server has stopped.

    thread = Thread(target=read, daemon=True)
    thread.start()
    return pushed, thread


def until(condition: Any) -> None:
    end = monotonic() + PATIENCE_S
    while not condition():
        assert monotonic() < end
        sleep(0.02)


def test_store_that_cannot_be_written_takes_no_statements_and_answers_questions(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    with observed(spine) as seen:
        be_impatient(spine)
        submit(seen.served, 1)
        seen.wait_for_faults()
        assert (seen.health(), seen.health(INTAKE)) == (SERVING, SERVING)
        pushed, _ = watch(seen, INTAKE)
        # Another program holds the store: nothing can be written, without any call that tries.
        with closing(sqlite3.connect(spine.config.store, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            seen.wait_for_faults(writing=["STORE_UNWRITABLE"])
            assert seen.health(INTAKE) == NOT_SERVING
            assert (seen.health(), seen.health(RESTRICTION)) == (SERVING, SERVING)
            assert (seen.page("readyz")[0], seen.page("readyz/writing")[0]) == (200, 503)
            stub = RestrictionServiceStub(
                seen.served.channel(seen.served.system(CallerRole.PROCUREMENT_SYSTEM))
            )
            assert stub.Check(question(firm(5)), timeout=DEADLINE_S).verdict
            other.execute("ROLLBACK")
        seen.wait_for_faults()  # By itself, though nobody submits anything.
        assert seen.health(INTAKE) == SERVING
        until(lambda: pushed == [SERVING, NOT_SERVING, SERVING])
        position = spine.position
        assert submit(seen.served, 2)[0].results[0].accepted.position == position + 1, "trials leave nothing"


def test_write_that_does_not_return_takes_no_statements_until_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(support, "QUICK", replace(support.QUICK, answer_s=2.0))
    spine, returned = furnish(found_spine(tmp_path / "registry"), ["财政"]), Event()
    store: Any = spine.engine.store
    put_meta = store.put_meta

    def hang(facts: dict[str, str]) -> None:
        returned.wait(PATIENCE_S)
        put_meta(facts)

    monkeypatch.setattr(store, "put_meta", hang)
    with observed(spine) as seen:
        try:
            seen.wait_for_faults(writing=["STORE_UNWRITABLE"])
            assert (seen.health(), seen.health(INTAKE)) == (SERVING, NOT_SERVING)
            assert (seen.page("readyz")[0], seen.page("readyz/writing")[0]) == (200, 503)
            assert 'registry_serves{part="writing",process="single"} 0.0' in seen.scrape()
        finally:
            returned.set()
        seen.wait_for_faults()
        assert submit(seen.served, 1)[0].results[0].accepted


class Jobs:
    """A writer with so many jobs to do."""

    waiting = 0

    def put(self, _jobs: object) -> tuple[None]:
        return (None,)


def test_writer_with_more_and_more_to_do_is_well_as_long_as_it_gets_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spine, jobs, figures, now = found_spine(tmp_path / "registry"), Jobs(), WritingFigures(), [1000.0]
    monkeypatch.setattr(looking, "monotonic", lambda: now[0])
    writer: Any = jobs
    look = WriterLook(spine.engine.ask, writer, figures)
    for jobs.waiting in (0, 1, 70, 900, 9):
        now[0] += PROBE_S - 1
        assert look()["writing"] == ()
        figures.wrote_s = now[0]
    jobs.waiting = 1
    now[0] += PROBE_S + 1
    assert look()["writing"] == ("STORE_UNWRITABLE",)
    figures.wrote_s = now[0]
    assert look()["writing"] == ()
    spine.engine.close()


def test_second_store_that_fails_needs_a_restart_and_says_so(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    with observed(spine) as seen:
        seen.wait_for_faults()
        assert spine.config.head is not None
        shutil.rmtree(spine.config.head.parent)
        assert refused(lambda: submit(seen.served, 1)).reason == "STORE_UNAVAILABLE"
        until(lambda: "RESTART_NEEDED" in seen.faults()["writing"])
        assert seen.health(INTAKE) == NOT_SERVING


def test_writer_beside_which_another_machine_wrote_serves_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    store: Any = spine.engine.store
    monkeypatch.setattr(store, "changes_hands", True, raising=False)
    with observed(spine) as seen:
        seen.wait_for_faults()
        head = store.checkpoint()
        monkeypatch.setattr(store, "checkpoint", lambda: replace(head, size=head.size + 1))
        seen.wait_for_faults(reading=["INDEX_STALE"], writing=["INDEX_STALE"])
        assert (seen.health(), seen.health(INTAKE)) == (NOT_SERVING, NOT_SERVING)
        assert seen.page("readyz")[0] == 503
        monkeypatch.undo()


def test_server_that_stops_says_so_before_it_does(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), [])
    with observed(spine) as seen:
        seen.wait_for_faults()
        pushed, thread = watch(seen, "")
        until(lambda: pushed == [SERVING])
        seen.observing.stopping()
        assert seen.health() == NOT_SERVING, "it answers yet, and sends everybody elsewhere"
        assert seen.page("readyz")[0] == 503
        assert seen.faults()["reading"] == [STOPPING]
        until(lambda: pushed == [SERVING, NOT_SERVING])
    thread.join(PATIENCE_S)


def test_process_serves_nothing_before_it_has_looked() -> None:
    health = Health(SERVICES)
    assert health.faults == {"reading": (STARTING,), "writing": (STARTING,)}
    servicer: Any = health.servicer
    status = servicer.Check(health_pb2.HealthCheckRequest(service=RESTRICTION), None).status
    assert status == NOT_SERVING


def test_look_that_fails_itself_is_no_good_health(caplog: pytest.LogCaptureFixture) -> None:
    health = Health(SERVICES)

    def look() -> Any:
        raise OSError("no such thing")

    health.watch(look)
    assert health.faults["reading"] == ("UNTOLD",)
    health.close()
    assert "cannot be told" in caplog.text


def test_reading_process_is_stale_when_it_is_and_knows_whether_the_writer_is_there(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), [])
    now, committed = [100.0], [spine.position]
    state = FollowingState(
        spine.engine.store,
        spine.engine.state.vault,
        spine.engine.state.editions,
        committed=lambda: committed[0],
        now_s=lambda: now[0],
    )
    beat = [heartbeat(monotonic(), "")]
    look = ReaderLook(state, Ask(state, lambda _rows: None, spine.clock), lambda: beat[0])
    state.catch_up()
    assert look() == {"reading": (), "writing": ()}
    committed[0] += 1  # The writer acknowledged what this process does not find.
    now[0] += 6.0
    state.catch_up()
    assert look()["reading"] == ("INDEX_STALE",)
    committed[0] -= 1
    state.catch_up()
    assert look()["reading"] == ()
    beat[0] = heartbeat(monotonic(), "STORE_UNWRITABLE")
    assert look()["writing"] == ("STORE_UNWRITABLE",)
    beat[0] = heartbeat(monotonic() - AWAY_S - 1, "")
    assert look()["writing"] == (WRITER_AWAY,)
    assert fault_of(-1, monotonic()) == WRITER_AWAY, "before the writer has said anything"
    spine.engine.close()


def test_clock_that_jumps_stops_both_until_it_is_back(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), [])
    spine.engine.close()
    wall = [spine.clock() * 10**6]
    clock = SteadyClock(lambda: wall[0], lambda: 0)
    spine.engine = start_engine(spine.config, clock)
    with observed(spine) as seen:
        seen.wait_for_faults()
        wall[0] += 10**12  # A thousand seconds at once.
        seen.wait_for_faults(reading=["CLOCK_WRONG"], writing=["CLOCK_WRONG"])
        assert seen.health() == NOT_SERVING
        wall[0] -= 10**12
        seen.wait_for_faults()


def test_last_attempt_decides_whether_writing_fails() -> None:
    figures, clock = WritingFigures(), GroupClock(1)
    seen = [figures.failing]
    for step in (figures.failed, lambda stuck: clock.done("commit"), figures.failed):
        step(stuck=False)
        seen.append(figures.failing)
    figures.done(clock.group())
    assert [*seen, figures.failing] == [False, True, True, True, False]
    assert (figures.failures, figures.written) == (2, 1)
