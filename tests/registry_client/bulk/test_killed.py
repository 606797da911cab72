"""``kill -9`` of a real ``registryctl submit`` between sending a batch and its answer, and at any moment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from registry.v1 import intake_service_pb2 as intake
from registry.v1.statement_pb2 import Statement
from tests.registry_client.samples import PENALTY, write_csv
from tests.registry_client.simulated_registry import SimulatedRegistry, served

ROWS, BATCH, SEED = 40, 4, 20260401
WAIT_S = 30


@dataclass(slots=True)
class _Holding(SimulatedRegistry):
    """Records a batch and holds its answer back until it is let go."""

    hold_from: int = 1 << 30
    held: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    def SubmitBatch(self, request: intake.SubmitBatchRequest, context: Any) -> intake.SubmitBatchResponse:
        # Its class is made anew for its slots, so that super() alone would not find it.
        answer = SimulatedRegistry.SubmitBatch(self, request, context)
        if len(self.calls) >= self.hold_from:
            self.held.set()
            self.let_go.wait(WAIT_S)
        return answer

    @property
    def sent(self) -> list[str]:
        """The id of every statement that was sent, in order."""
        payloads = [payload for _, request in self.calls for payload in request.batch.payloads]
        return [Statement.FromString(payload).statement_id for payload in payloads]


@pytest.fixture
def holding(certificates: Path) -> Iterator[tuple[_Holding, str]]:
    registry = _Holding()
    with served(registry, certificates) as address:
        yield registry, address
        registry.let_go.set()


def start(target: str, credentials: Path, path: Path) -> subprocess.Popen[bytes]:
    words = ["submit", str(path), "--json", "--batch", str(BATCH)]
    return subprocess.Popen(
        [sys.executable, "-c", "from registry_client.cli import main; main()", *words],
        env=os.environ | {"REGISTRY_TARGET": target, "REGISTRY_CREDENTIALS": str(credentials)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finish(target: str, credentials: Path, path: Path) -> list[dict[str, Any]]:
    process = start(target, credentials, path)
    out, errors = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0, errors.decode()
    return [json.loads(line) for line in out.splitlines()]


def a_file(directory: Path) -> Path:
    rows = [PENALTY | {"行政处罚决定书文号": f"沧示建罚〔2026〕{number}号"} for number in range(1, ROWS + 1)]
    return write_csv(directory / "表.csv", *rows)


def test_killed_between_sending_and_answer_nothing_is_recorded_twice(
    holding: tuple[_Holding, str], credentials: Path, tmp_path: Path
) -> None:
    registry, target = holding
    path = a_file(tmp_path)
    registry.hold_from = 4
    with start(target, credentials, path) as process:
        assert registry.held.wait(WAIT_S)
        process.send_signal(signal.SIGKILL)
    registry.let_go.set()
    assert len(registry.recorded) == 4 * BATCH
    registry.calls.clear()
    *rows, summary = finish(target, credentials, path)
    # Three batches had been answered: they are not sent again. Of the fourth nobody had heard.
    assert [row["sent_before"] for row in rows] == [True] * 3 * BATCH + [False] * (ROWS - 3 * BATCH)
    assert len(registry.sent) == ROWS - 3 * BATCH
    assert (summary["accepted"], summary["already_recorded"]) == (ROWS - 4 * BATCH, 4 * BATCH)
    assert_each_once(registry, rows)


def test_killed_at_any_moment_every_row_is_recorded_once(
    holding: tuple[_Holding, str], credentials: Path, tmp_path: Path
) -> None:
    registry, target = holding
    path = a_file(tmp_path)
    registry.delay_s = 0.05
    dice = Random(SEED)
    for _ in range(4):
        with start(target, credentials, path) as process:
            time.sleep(0.6 + dice.random())
            process.send_signal(signal.SIGKILL)
    registry.delay_s = 0
    assert_each_once(registry, finish(target, credentials, path)[:-1])
    registry.calls.clear()
    rows = finish(target, credentials, path)[:-1]
    assert all(row["sent_before"] for row in rows)
    assert registry.calls == []


def assert_each_once(registry: _Holding, rows: list[dict[str, Any]]) -> None:
    """Every row is told the position at which its statement stands, and no statement stands twice."""
    stands = {statement_id: position for statement_id, (position, _) in registry.recorded.items()}
    assert {row["statement_id"]: row["position"] for row in rows} == stands
    assert sorted(stands.values()) == list(range(1, ROWS + 1))
