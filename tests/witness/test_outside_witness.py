"""Cosignatures between us and an implementation that we did not write, both ways: transparency-dev, in Go."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry.outbound import Outbound
from registry.provenance.cosignature import CosignerKey, parse_cosigner
from registry.provenance.note import add_line, read_lines
from registry.witness.client import WitnessAheadError, WitnessClient, WitnessError
from tests.witness.running import NOW_S, witness_of
from tests.witness.small_log import SmallLog

SOURCE = Path(__file__).with_name("outside_witness")
BUILD_S, RUN_S = 120, 20


@dataclass(frozen=True, slots=True)
class Outside:
    """The program, and a witness of a log that it runs: its keys and its address."""

    program: Path
    log: SmallLog
    keys: tuple[CosignerKey, ...]
    url: str


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    go = shutil.which("go")
    if go is None:
        pytest.skip("no Go toolchain (go): cosignatures were not compared with transparency-dev/formats")
    built = tmp_path_factory.mktemp("outside") / "witness"
    environment = {**os.environ, "GOFLAGS": "-buildvcs=false -mod=readonly", "GOTOOLCHAIN": "local"}
    command = [go, "build", "-o", str(built), "."]
    try:
        done = subprocess.run(
            command, cwd=SOURCE, env=environment, capture_output=True, text=True, timeout=BUILD_S, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"the witness in Go was not built within {BUILD_S} s")
    if done.returncode:
        pytest.skip(f"the witness in Go cannot be built: {done.stderr.strip().splitlines()[-1]}")
    return built


@pytest.fixture
def log() -> SmallLog:
    log = SmallLog()
    log.grow(70)
    return log


@pytest.fixture
def outside(program: Path, log: SmallLog) -> Iterator[Outside]:
    command = [str(program), "serve", "outside.example/w", log.keys()[0].vkey]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        *vkeys, port = process.stdout.readline().split()
        keys = tuple(parse_cosigner(vkey) for vkey in vkeys)
        yield Outside(program, log, keys, f"http://127.0.0.1:{port}/")
        process.kill()


@pytest.mark.parametrize("which", [0, 1], ids=["Ed25519", "ML-DSA-44"])
def test_a_witness_that_we_did_not_write_cosigns_for_our_client(outside: Outside, which: int) -> None:
    key, log = outside.keys[which], outside.log
    with Outbound() as outbound:
        client = WitnessClient(key, outside.url, outbound)
        for size in (1, 2, 7, 8, 33, 64, 70, 70):
            (line,) = read_lines(client.cosign(log.note(size), log.prove) + "\n")
            assert key.time_of(log.checkpoint(size).text(), line) > NOW_S
        fresh = WitnessClient(key, outside.url, outbound)
        with pytest.raises(WitnessAheadError):
            fresh.cosign(log.note(50), log.prove)
        twin = log.fork(20)
        twin.grow(90)
        with pytest.raises(WitnessError, match="422"):
            WitnessClient(key, outside.url, outbound).cosign(twin.note(), twin.prove)


def test_our_witnesss_cosignature_is_verified_by_what_we_did_not_write(
    program: Path, log: SmallLog, tmp_path: Path
) -> None:
    with witness_of(log, directory=tmp_path) as witness:
        key = witness.key
        for size in (1, 70):
            note = add_line(log.note(size), witness.client().cosign(log.note(size), log.prove))
            checked = _check(program, log, key, note)
            assert (checked.returncode, checked.stdout) == (0, f"{NOW_S}\n"), checked.stderr
            assert _check(program, log, key, log.note(size)).returncode == 1


def _check(program: Path, log: SmallLog, key: CosignerKey, note: str) -> subprocess.CompletedProcess[str]:
    command = [str(program), "check", log.keys()[0].vkey, key.vkey]
    return subprocess.run(command, input=note, capture_output=True, text=True, timeout=RUN_S, check=False)
