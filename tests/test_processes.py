"""The registry as several processes: nobody may notice, whatever ends, and nothing is lost."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.config import load_config
from registry.store.opening import open_for_reading
from registry.v1 import consistency_pb2, intake_service_pb2, verdict_pb2
from registry.v1 import restriction_service_pb2 as pb
from registry.v1.envelope_pb2 import Envelope
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from tests.support.command import in_process
from tests.support.events import ban, firm, person
from tests.support.observed import page
from tests.support.promql import Series, series_of
from tests.support.reports import question
from tests.support.revocation import RevokedBy
from tests.support.served import DEADLINE_S, Served, authority_of, connect, patiently, refused
from tests.support.spine import Spine, found_spine, furnish

READERS = 2
PATIENCE_S = 120.0
BLOCKED = verdict_pb2.VERDICT_BLOCKED


@contextmanager
def several(spine: Spine) -> Iterator[tuple[Served, subprocess.Popen[str]]]:
    """A spine served by ``registry serve --readers``; and the process that watches over the others."""
    spine.engine.close()
    authority = authority_of(spine)
    authority.server_named("server")
    config = spine.directory / "registry.toml"
    text = config.read_text("utf-8").replace('"tls/', f'"{authority.directory}/')
    text = text if "[server]" in text else text + "\n[server]\n"
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    text += "" if "[metrics]" in text else f'\n[metrics]\naddress = "{address}"\n'
    text = text.replace("[paths]\n", '[paths]\nrevoked_certificates = "revoked.crl"\n')
    config.write_text(text.replace("[server]\n", "[server]\nat_once = true\n"), "utf-8")
    RevokedBy(authority, spine.directory / "revoked.crl").write()
    command = [sys.executable, "-m", "registry", "serve", "--directory", str(spine.directory)]
    process = subprocess.Popen(
        [*command, "--readers", str(READERS)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        ready = re.search(r"在 (\S+) 提供服务", process.stdout.readline())
        assert ready, process.communicate(timeout=PATIENCE_S)
        served = Served(spine, authority, ready[1])
        yield served, process
        served.close()
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, subprocess.Popen[str]]]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("several") / "registry"), ["财政"])
    with several(spine) as both:
        yield both


@pytest.fixture
def served(running: tuple[Served, subprocess.Popen[str]]) -> Served:
    return running[0]


@contextmanager
def fresh(served: Served, role: CallerRole = CallerRole.PROCUREMENT_SYSTEM) -> Iterator[Any]:
    """Questions over a connection of their own, which the kernel deals out to some reader."""
    own = served.authority.client(served.system(role).uri)
    with connect(served.target, served.trusted, own) as channel:
        yield RestrictionServiceStub(channel)


def test_a_certificate_that_is_revoked_is_refused_by_every_process(served: Served) -> None:
    own = served.authority.client(served.system(CallerRole.PROCUREMENT_SYSTEM).uri)

    def asked() -> Any:
        with connect(served.target, served.trusted, own) as channel:
            return RestrictionServiceStub(channel).Check(question(firm(1)), timeout=DEADLINE_S)

    with connect(served.target, served.trusted, own) as held:
        open_one = RestrictionServiceStub(held)
        assert open_one.Check(question(firm(1)), timeout=DEADLINE_S).verdict
        RevokedBy(served.authority, served.spine.directory / "revoked.crl", number=1).write(own)
        time.sleep(1.2)
        calls = [lambda: open_one.Check(question(firm(1)), timeout=DEADLINE_S), *[asked] * (4 * READERS)]
        refusals = [refused(call) for call in calls]
    assert {(each.code, each.message) for each in refusals} == {
        (grpc.StatusCode.UNAUTHENTICATED, "客户端证书已被吊销。")
    }
    with fresh(served) as neighbour:
        assert neighbour.Check(question(firm(1)), timeout=DEADLINE_S).verdict


def sealed(served: Served, number: int) -> Envelope:
    event = ban("财政", firm(number), "M-PRO-01", "2026-03-01", "2028-03-01")
    return served.spine.seal("财政", served.spine.statement("财政", f"B-{number}", event=event))


def submit(served: Served, number: int, envelope: Envelope | None = None) -> Any:
    request = intake_service_pb2.SubmitRequest(envelopes=[envelope or sealed(served, number)])
    stub = IntakeServiceStub(served.channel(served.department("财政")))
    submitted = patiently(lambda: stub.Submit(request, timeout=PATIENCE_S, wait_for_ready=True))
    return submitted.results[0]


def children(process: subprocess.Popen[str]) -> dict[int, str]:
    """The processes that one watches over, with their roles."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = re.search(r"\) \S (\d+)", (entry / "stat").read_text())
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if parent and int(parent[1]) == process.pid and b"registry.process" in words:
                found[int(entry.name)] = words[words.index(b"registry.process") + 1].decode()
    return found


def test_what_one_process_acknowledges_every_other_knows(served: Served) -> None:
    for number in range(1, 13):
        placed = submit(served, number).accepted
        with fresh(served) as asking:
            asked = question(firm(number))
            answer = asking.Check(asked, timeout=DEADLINE_S)
            assert (answer.verdict, answer.answered.known_position) == (BLOCKED, placed.position)
            asked.consistency.CopyFrom(consistency_pb2.Consistency(at_least_as_fresh=placed.position))
            assert asking.Check(asked, timeout=DEADLINE_S).verdict == BLOCKED


def scraped(served: Served) -> Series:
    config = load_config(served.spine.directory)
    assert config.metrics
    return series_of(page(int(config.metrics.address.rpartition(":")[2]), "metrics")[1])


def test_all_processes_are_seen_on_one_page(served: Served) -> None:
    before = scraped(served)
    submit(served, 20)
    with fresh(served) as asking:
        asking.Check(question(firm(20)), timeout=DEADLINE_S)
    after = scraped(served)
    up = {
        dict(labels)["process"]: value
        for (name, labels), value in after.items()
        if name.endswith("process_up")
    }
    assert up == {"writer": 1, "reader-0": 1, "reader-1": 1}
    assert {key[0] for key in after} >= {"registry_index_lag", "registry_log_size", "registry_serves"}

    def calls(series: Series, writer: bool) -> float:
        return sum(
            value
            for (name, labels), value in series.items()
            if name == "registry_calls_total" and (dict(labels)["process"] == "writer") is writer
        )

    assert calls(after, writer=False) - calls(before, writer=False) == 2, "as callers see it"
    assert calls(after, writer=True) - calls(before, writer=True) == 2, "both had something to be written"


def test_question_about_a_person_is_in_the_query_log_before_it_is_answered(served: Served) -> None:
    asked = question(person(1))
    with fresh(served) as asking:
        asking.Check(asked, timeout=DEADLINE_S)
        store = open_for_reading(served.spine.config.store)
        rows = list(store.queries())
        store.close()
        assert [row.reference for row in rows] == [asked.purpose.reference]


def test_refusals_come_through_with_all_their_details(served: Served) -> None:
    event = ban("财政", firm(30), "M-PRO-01", "2026-03-01", "2020-03-01")
    statement = served.spine.statement("财政", "wrong", event=event)
    request = intake_service_pb2.SubmitRequest(envelopes=[served.spine.seal("财政", statement)])
    stub = IntakeServiceStub(served.channel(served.department("财政")))
    assert stub.Submit(request, timeout=DEADLINE_S).results[0].refused.faults
    denied = IntakeServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM)))
    refusal = refused(lambda: denied.Submit(request, timeout=DEADLINE_S))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.PERMISSION_DENIED, "METHOD_DENIED")
    many = intake_service_pb2.SubmitBatchRequest()
    refusal = refused(lambda: stub.SubmitBatch(many, timeout=DEADLINE_S))
    assert refusal.code == grpc.StatusCode.INVALID_ARGUMENT
    assert refusal.fields


def test_second_registry_on_the_same_store_ends_with_one_line(
    running: tuple[Served, subprocess.Popen[str]],
) -> None:
    command = [sys.executable, "-m", "registry", "serve", "--directory", str(running[0].spine.directory)]
    second = subprocess.run(
        [*command, "--readers", "1"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert second.returncode == 1
    assert "正被另一进程写入" in second.stderr.strip().splitlines()[-1]
    assert len(children(running[1])) == READERS + 1


def test_reader_that_is_killed_is_started_again_and_the_others_answer(
    running: tuple[Served, subprocess.Popen[str]],
) -> None:
    served, process = running
    submit(served, 40)
    victim = next(pid for pid, role in children(process).items() if role == "reader")
    os.kill(victim, signal.SIGKILL)
    until = time.monotonic() + PATIENCE_S
    answered = 0
    while time.monotonic() < until and not (answered > 20 and len(children(process)) == READERS + 1):
        with fresh(served) as asking:
            answer = asking.Check(question(firm(40)), timeout=DEADLINE_S, wait_for_ready=True)
            assert answer.verdict == BLOCKED
            answered += 1
    assert len(children(process)) == READERS + 1
    starts = {
        key: value for key, value in scraped(served).items() if key[0] == "registry_process_starts_total"
    }
    assert starts["registry_process_starts_total", (("role", "reader"),)] == READERS + 1


def test_writer_that_is_killed_keeps_no_question_waiting_and_loses_nothing_acknowledged(
    running: tuple[Served, subprocess.Popen[str]],
) -> None:
    served, process = running
    envelope = sealed(served, 50)
    submit(served, 50, envelope)
    with fresh(served) as asking:
        asking.Check(question(firm(50)), timeout=DEADLINE_S)  # By now it is recorded who was told.
        writer = next(pid for pid, role in children(process).items() if role == "writer")
        os.kill(writer, signal.SIGKILL)
        assert asking.Check(question(firm(50)), timeout=DEADLINE_S).verdict == BLOCKED
        placed = submit(served, 51).accepted
        answer = asking.Check(question(firm(51)), timeout=DEADLINE_S)
        assert (answer.verdict, answer.answered.known_position) == (BLOCKED, placed.position)
    assert submit(served, 50, envelope).accepted.already_recorded


def test_everything_is_started_anew_without_a_request_that_fails(
    running: tuple[Served, subprocess.Popen[str]],
) -> None:
    served, process = running
    before, over, failed = set(children(process)), Event(), list[str]()
    submit(served, 60)

    def ask() -> int:
        count = 0
        own = served.authority.client(served.system(CallerRole.PROCUREMENT_SYSTEM).uri)
        with connect(served.target, served.trusted, own) as channel:
            stub = RestrictionServiceStub(channel)
            while not over.is_set():
                try:
                    stub.Check(question(firm(60)), timeout=DEADLINE_S, wait_for_ready=True)
                except grpc.RpcError as error:
                    failed.append(repr(error))
                count += 1
        return count

    def state() -> int:
        numbers = iter(range(100, 10_000))
        while not over.is_set():
            submit(served, next(numbers))
        return next(numbers) - 101

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(3)]
        stating = pool.submit(state)
        time.sleep(1.0)
        process.send_signal(signal.SIGHUP)
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and (
            before & set(children(process)) or len(children(process)) != READERS + 1
        ):
            time.sleep(0.2)
        time.sleep(1.0)
        over.set()
        answers = sum(each.result() for each in asking)
        stated = stating.result()
    assert not before & set(children(process)), "every process is a new one"
    assert not failed
    assert answers > 100
    with fresh(served) as asking_again:
        asked = pb.BatchCheckRequest(
            identifier_type=firm(1).identifier.type,
            identifiers=[firm(number).identifier.value for number in range(100, 100 + stated)],
            purpose=question(firm(1)).purpose,
            matter=question(firm(1)).matter,
        )
        assert set(asking_again.BatchCheck(asked, timeout=DEADLINE_S).verdicts) == {BLOCKED}


def test_all_stop_with_whoever_watches_over_them_and_the_log_is_sound(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    with several(spine) as (served, process):
        submit(served, 1)
        pids = set(children(process))
        process.kill()
        process.wait(PATIENCE_S)
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and any(Path(f"/proc/{pid}").exists() for pid in pids):
            time.sleep(0.1)
        assert not any(Path(f"/proc/{pid}").exists() for pid in pids), "no process is left over"
    assert in_process("verify", "--directory", spine.directory).code == 0


def test_signal_that_comes_while_another_is_obeyed_ends_nothing_and_is_obeyed_afterwards() -> None:
    told = run_python("""
import os, signal, threading, time
from registry.processes import Signals
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()  # As numpy's, which block nothing.
told = Signals({signal.SIGTERM, signal.SIGHUP})
for number in (signal.SIGHUP, signal.SIGHUP, signal.SIGTERM):
    os.kill(os.getpid(), number)
    time.sleep(0.05)
print(*(told.within(0.05) for _ in range(4)))
""")
    assert told == f"{signal.SIGHUP:d} {signal.SIGHUP:d} {signal.SIGTERM:d} None"


def run_python(code: str) -> str:
    """What a program prints that ends well."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()
