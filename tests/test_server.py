"""A server over its life: full disks, restarts, being told to stop while there is work to do."""

import re
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import dropwhile
from pathlib import Path

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.engine import StartError, start_engine
from registry.provenance.checkpoint import open_checkpoint
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.server import build_server, server_credentials
from registry.v1 import intake_service_pb2 as intake
from registry.v1 import log_service_pb2, log_service_pb2_grpc, subject_pb2
from registry.v1 import restriction_service_pb2 as pb
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.verdict_pb2 import VERDICT_BLOCKED, VERDICT_INDETERMINATE
from tests.support.command import in_process, mount
from tests.support.events import firm, person, placed
from tests.support.served import (
    PROCESS_TIMEOUT_S,
    Refusal,
    Served,
    exit_ban,
    number_of,
    refusal_of,
    serving,
    serving_process,
    short_ban,
)
from tests.support.spine import ORIGIN, found_spine, furnish

DISK = "16m"
LOG_LINE = re.compile(r"\d{4}-\d\d-\d\d [\d:,]+ INFO ")
_BEFORE = re.compile(r"I\d{4} [\d:.]+ +\d+ chttp2_transport\.cc:\d+\] ipv4:\S+ Got goaway ")
"""gRPC's word on a connection of the tests; seen once, before the server's first line."""


def lines_of(log: str) -> list[str]:
    """What a server wrote from its first line on."""
    return list(dropwhile(_BEFORE.match, log.splitlines()))


def submit(served: Served, statement_id: str, number: int) -> intake.SubmitResult | Refusal:
    """Bans a firm, or answers the refusal."""
    statement = served.spine.statement("财政", statement_id, event=short_ban(number))
    request = intake.SubmitRequest(envelopes=[served.spine.seal("财政", statement)])
    stub = IntakeServiceStub(served.channel(served.department("财政")))
    try:
        return stub.Submit(request, timeout=20).results[0]
    except grpc.RpcError as error:
        return refusal_of(error)


def check(served: Served, number: int) -> pb.CheckResponse:
    """What the registry knows of a firm."""
    stub = RestrictionServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM)))
    purpose = pb.Purpose(domain=subject_pb2.DOMAIN_PROCUREMENT)
    return stub.Check(pb.CheckRequest(subject=firm(number).identifier, purpose=purpose), timeout=20)


def ask_about_a_person(served: Served) -> pb.CheckResponse | Refusal:
    stub = RestrictionServiceStub(served.channel(served.system(CallerRole.BORDER_SYSTEM)))
    purpose = pb.Purpose(domain=subject_pb2.DOMAIN_EXIT_ENTRY, reference="1号", reason="出境检查")
    try:
        return stub.Check(pb.CheckRequest(subject=person(1).identifier, purpose=purpose), timeout=20)
    except grpc.RpcError as error:
        return refusal_of(error)


# --- a full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(disk))
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Fills a disk to the last byte; removing the answered file frees it again."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(65_536)):
                pass
        except OSError:
            return filler
    raise AssertionError("this disk cannot be filled")


def test_a_full_disk_refuses_statements_loses_nothing_and_works_again_with_space(small_disk: Path) -> None:
    with serving(furnish(found_spine(small_disk / "registry"), ["财政"])) as served:
        assert not isinstance(submit(served, "before", 1), Refusal)
        assert isinstance(ask_about_a_person(served), pb.CheckResponse)
        assert check(served, 1).hits
        position = served.spine.position
        filler = fill(small_disk)
        refusals = [submit(served, f"full-{number}", 100 + number) for number in range(40)]
        turned_away = [each for each in refusals if isinstance(each, Refusal)]
        assert turned_away, "some may still fit into the write-ahead log"
        for refusal in turned_away:
            assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE")
            assert refusal.may_retry
            assert len(refusal.message.splitlines()) == 1
            assert "磁盘已满" in refusal.message
        assert served.spine.position == position + len(refusals) - len(turned_away)
        unanswered = ask_about_a_person(served)
        assert isinstance(unanswered, Refusal), "no query log, no answer"
        assert unanswered.reason == "STORE_UNAVAILABLE"
        assert check(served, 1).hits, "questions about firms need no disk"
        filler.unlink()
        again = [submit(served, f"full-{number}", 100 + number) for number in range(40)]
        assert not any(isinstance(each, Refusal) for each in again)
        assert served.spine.position == position + 40
        assert isinstance(ask_about_a_person(served), pb.CheckResponse)
    for name in ("verify", "rebuild"):
        assert in_process(name, "--directory", small_disk / "registry").code == 0


def test_a_process_whose_files_may_not_grow_refuses_statements_and_recovers(tmp_path: Path) -> None:
    # What a quota or a disk error does to a server, on machines where nothing can be mounted.
    with serving_process(furnish(found_spine(tmp_path / "registry"), ["财政"])) as (served, process):
        assert not isinstance(submit(served, "before", 1), Refusal)
        unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        wal = served.spine.directory / "registry.db-wal"
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (wal.stat().st_size, unlimited[1]))
        refusal = submit(served, "too-much", 2)
        assert isinstance(refusal, Refusal)
        assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE")
        assert len(refusal.message.splitlines()) == 1
        assert check(served, 1).hits
        assert check(served, 2).verdict == VERDICT_INDETERMINATE
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
        placed_again = submit(served, "too-much", 2)
        assert not isinstance(placed_again, Refusal)
        assert not placed_again.accepted.already_recorded
        process.terminate()
        _, log = process.communicate(timeout=PROCESS_TIMEOUT_S)
        assert process.returncode == 0
        assert "Traceback" not in log
    for name in ("verify", "rebuild"):
        assert in_process(name, "--directory", tmp_path / "registry").code == 0


# --- restarts and stops


def test_the_same_question_is_answered_byte_for_byte_after_a_restart(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    with serving(spine) as served:
        assert not isinstance(submit(served, "ban", 1), Refusal)
        position = spine.position
        before = exact(served, position)
    spine.engine = start_engine(spine.config, spine.clock)
    with serving(spine) as served:
        assert not isinstance(submit(served, "later", 2), Refusal)
        assert exact(served, position) == before


def exact(served: Served, position: int) -> bytes:
    """The answer to a question about an instant of the past, as known at a position."""
    request = pb.CheckRequest(subject=firm(1).identifier)
    request.purpose.domain = subject_pb2.DOMAIN_PROCUREMENT
    request.matter.role = subject_pb2.SUBJECT_ROLE_BIDDER
    request.consistency.at_exact_position = position
    request.valid_time.FromJsonString("2026-06-01T00:00:00Z")
    stub = RestrictionServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM)))
    answer = stub.Check(request)
    assert answer.verdict == VERDICT_BLOCKED
    return answer.SerializeToString()


def test_a_server_told_to_stop_under_load_ends_cleanly_with_all_that_it_acknowledged(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    with serving_process(spine) as (served, process):
        acknowledged: dict[str, int] = {}

        def load(part: int) -> grpc.StatusCode:
            for number in range(10_000):
                result = submit(served, f"load-{part}-{number}", part * 10_000 + number)
                if isinstance(result, Refusal):
                    return result.code
                acknowledged[result.statement_id] = result.accepted.position
            raise AssertionError("the server did not stop")

        with ThreadPoolExecutor(4) as threads:
            ends = [threads.submit(load, part) for part in range(4)]
            while len(acknowledged) < 40:
                time.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=PROCESS_TIMEOUT_S)
            codes = {end.result(PROCESS_TIMEOUT_S) for end in ends}
        assert process.returncode == 0
        assert codes <= {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}
    assert all(LOG_LINE.match(line) for line in lines_of(log)), log
    assert not list(spine.directory.glob("registry.db-*")), "the write-ahead log is folded in"
    spine.engine = start_engine(spine.config, spine.clock)
    recorded = {row.statement_id: row.position for row in spine.engine.store.statements()}
    spine.engine.close()
    assert {name: recorded.get(name) for name in acknowledged} == acknowledged
    assert in_process("verify", "--directory", spine.directory).code == 0


def test_a_server_stops_at_ctrl_c_and_its_log_names_nobody(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政", "法院"])
    placed(spine.say("法院", event=exit_ban(person(1))))
    with serving_process(spine) as (served, process):
        assert isinstance(ask_about_a_person(served), pb.CheckResponse)
        process.send_signal(signal.SIGINT)
        out, log = process.communicate(timeout=PROCESS_TIMEOUT_S)
        assert process.returncode == 0
    assert number_of(1) not in out + log
    assert all(LOG_LINE.match(line) for line in lines_of(log)), log


def test_the_checkpoint_that_is_served_is_signed_by_the_log_for_all_its_statements(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    signer = FileSigner.load(spine.config.log_key, None)
    verifier = load_verifying_key(signer.suite, signer.public_key)
    with serving(spine) as served:
        submit(served, "one-more", 1)
        stub = log_service_pb2_grpc.LogServiceStub(served.channel(served.system(CallerRole.AUDITOR)))
        note = stub.GetCheckpoint(log_service_pb2.GetCheckpointRequest()).checkpoint
        assert open_checkpoint(note, verifier, origin=ORIGIN).size == spine.position + 1


def test_a_second_server_on_the_same_port_is_told_so(tmp_path: Path) -> None:
    spine = found_spine(tmp_path / "registry")
    with serving(spine) as served:
        credentials = server_credentials(spine.config)
        with pytest.raises(StartError, match="in use"):
            build_server(spine.engine, credentials, served.target)
