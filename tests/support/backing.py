"""What tests of backups need: an installation being written to, a process killed at a point, a small disk."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from registry.v1 import intake_service_pb2 as intake
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from tests.support.command import ROOT, TIMEOUT_S, Run, mount
from tests.support.served import Served, short_ban

BOUNDED = """
import resource, sys
from registry.__main__ import main
limit = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
main(prog_name="registry")
"""
KILLED = """
import os, signal, sys
from importlib import import_module
module, name = sys.argv[1].rsplit(".", 1)
if "Path" in module:
    from pathlib import Path as owner
else:
    owner = import_module(module)
setattr(owner, name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
from registry.__main__ import main
main(sys.argv[2:])
"""


@contextmanager
def written_to(served: Served) -> Iterator[list[int]]:
    """Has a served registry written to until the block ends; the positions that were acknowledged."""
    stop, positions = Event(), list[int]()
    stub = IntakeServiceStub(served.channel(served.department("财政")))

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            statement = served.spine.statement("财政", event=short_ban(1000 + number))
            envelope = served.spine.seal("财政", statement)
            done = stub.Submit(intake.SubmitRequest(envelopes=[envelope]), timeout=20)
            positions.append(done.results[0].accepted.position)

    thread = Thread(target=write)
    thread.start()
    try:
        yield positions
    finally:
        stop.set()
        thread.join(TIMEOUT_S)


def killed_at(function: str, *arguments: str | Path) -> None:
    """Runs a command in a process that is killed when it comes to a function."""
    run = [sys.executable, "-c", KILLED, function, *map(str, arguments)]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == -9, (done.stdout, done.stderr)


def with_small_files(limit: int, *arguments: str | Path) -> Run:
    """Runs a command that may write no file larger than so many bytes, as on a disk that is full."""
    # The process bounds itself: whoever runs code between fork and exec forks the threads of gRPC.
    run = [sys.executable, "-c", BOUNDED, str(limit), *map(str, arguments)]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    return Run(done.returncode, done.stdout, done.stderr)


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A disk of its own at a place; skips where mounting is not allowed."""
    place.mkdir()
    mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place))
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def reseal(backup: Path, name: str) -> None:
    """Has the manifest agree with a file that was changed, as whoever may write to a backup can."""
    path = backup / "manifest.json"
    content = json.loads(path.read_text("utf-8"))
    changed = (backup / name).read_bytes()
    content["files"][name] = {"sha256": hashlib.sha256(changed).hexdigest(), "bytes": len(changed)}
    path.write_text(json.dumps(content), "utf-8")
