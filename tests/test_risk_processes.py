"""Several processes and one writer that is killed: an alert is made once, and by nobody but the writer."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from registry.store.interface import FileFilter, Store
from registry.store.opening import open_for_reading
from registry.v1 import intake_service_pb2
from registry.v1 import supervision_pb2 as pb
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.statement_pb2 import SEVERITY_GENERAL
from tests.support.clock import this_day
from tests.support.events import firm, penalty
from tests.support.receiver import wait_for
from tests.support.referrals import MARKET, town_of
from tests.support.risk import cluster, declare
from tests.support.served import Served
from tests.support.spine import found_spine, furnish
from tests.support.tampering import Copy
from tests.test_processes import PATIENCE_S, children, several

LOOKS_S = 2.0
"""Time for several looks of every process that might look."""


def fine(served: Served, number: int, region: str) -> None:
    """A penalty of today, stated over the wire."""
    day = this_day().isoformat()
    event = penalty(MARKET, firm(number), day, region=region, severity=SEVERITY_GENERAL)
    envelope = served.spine.seal(MARKET, served.spine.statement(MARKET, f"CF-{number}", event=event))
    request = intake_service_pb2.SubmitRequest(envelopes=[envelope])
    stub = IntakeServiceStub(served.channel(served.department(MARKET)))
    result = stub.Submit(request, timeout=PATIENCE_S, wait_for_ready=True).results[0]
    assert result.HasField("accepted"), result


def groups(store: Store) -> list[str]:
    """The regions that were alerted of, in order."""
    found = store.files_before(None, 100, FileFilter((pb.FILE_KIND_ALERT,)))
    return [file.region for file in reversed(found)]


def test_alerts_are_made_once_by_the_writer_whatever_ends(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), [MARKET, "住建"])
    town = town_of(spine)
    declare(town, cluster(town))
    with (spine.directory / "registry.toml").open("a", encoding="utf-8") as file:
        file.write("\n[risk]\ninterval_s = 0.3\n")
    with several(spine) as (served, process):
        store = open_for_reading(spine.config.location)
        for number in range(3):
            fine(served, number, "130902")
        wait_for(lambda: groups(store) == ["130902"], PATIENCE_S)
        writer = next(pid for pid, role in children(process).items() if role == "writer")
        os.kill(writer, signal.SIGKILL)
        for number in range(3, 6):
            fine(served, number, "130903")
        wait_for(lambda: len(groups(store)) > 1, PATIENCE_S)
        time.sleep(LOOKS_S)
        assert groups(store) == ["130902", "130903"]
        store.close()
    (tmp_path / "copies").mkdir()
    copy = Copy.of(spine.directory, tmp_path / "copies")
    assert (copy.verify(), copy.rebuild()) == ([], [])
