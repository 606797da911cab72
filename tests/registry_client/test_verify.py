"""Receipts checked by whoever files them: in a program, at the command line, without a network."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from google.protobuf import json_format
from rich.cells import cell_len

import registry_client
from registry.v1.receipt_pb2 import Receipt
from registry_client.cli.group import registryctl

FOLDER = Path(__file__).parents[1] / "receipts_of_releases" / "0.1.0"
BLOCKED, POLICY = FOLDER / "blocked.pb", FOLDER / "policy"


def ctl(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(registryctl, ["verify", *map(str, arguments)])


def run(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_program_verifies_bytes_and_files() -> None:
    policy = registry_client.read_policy(POLICY)
    report = registry_client.verify(BLOCKED, policy)
    assert report.ok
    assert registry_client.verify(BLOCKED.read_bytes(), policy).lines == report.lines


def test_a_wrong_receipt_is_a_report_and_no_exception(tmp_path: Path) -> None:
    report = registry_client.verify(b"nothing", registry_client.read_policy(POLICY))
    assert [line.name for line in report.faults] == ["form"]


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(registry_client.VerificationError, match="不能读取"):
        registry_client.read_policy(tmp_path / "none")
    with pytest.raises(registry_client.VerificationError, match="不能读取"):
        registry_client.verify(tmp_path / "none", registry_client.read_policy(POLICY))
    faulty = tmp_path / "policy"
    faulty.write_text("nonsense\n", "utf-8")
    with pytest.raises(registry_client.VerificationError, match="核验策略"):
        registry_client.read_policy(faulty)
    with pytest.raises(registry_client.VerificationError, match="不是合格的目录版本"):
        registry_client.verify(BLOCKED, registry_client.read_policy(POLICY), editions=[tmp_path])


def test_verifying_in_a_program_imports_no_network() -> None:
    program = (
        "import sys, pathlib, registry_client as c;"
        f"print(c.verify(pathlib.Path({str(BLOCKED)!r}), c.read_policy({str(POLICY)!r})).ok,"
        "[name for name in ('grpc', 'sqlalchemy', 'socketserver', 'asyncio') if name in sys.modules])"
    )
    assert run(program) == "True []"


def test_nor_does_the_command() -> None:
    program = (
        "import sys; from registry_client.cli.group import registryctl as c\n"
        f"try: c(['verify', {str(BLOCKED)!r}, '--policy', {str(POLICY)!r}])\n"
        "except SystemExit as done: print(done.code, 'grpc' in sys.modules, 'sqlalchemy' in sys.modules)"
    )
    assert run(program).splitlines()[-1] == "0 False False"


def test_the_command_says_line_by_line_what_was_checked() -> None:
    done = ctl(BLOCKED, "--policy", POLICY)
    assert done.exit_code == 0, done.output
    told = {line[8:31].strip() for line in done.output.splitlines() if line.startswith("OK ")}
    assert told.issuperset(
        {"form", "answer signature", "checkpoint", "inclusion", "keys", "chains", "verdict", "time"}
    )
    assert done.output.splitlines()[-1].startswith("回执成立。结论：禁止 BLOCKED。")
    assert max(map(cell_len, done.output.splitlines())) <= 80


def test_a_changed_receipt_is_refused_with_exit_code_1(tmp_path: Path) -> None:
    changed = bytearray(BLOCKED.read_bytes())
    changed[len(changed) // 2] ^= 1
    path = tmp_path / "changed.pb"
    path.write_bytes(changed)
    done = ctl(path, "--policy", POLICY)
    assert done.exit_code == 1
    assert "FAILED" in done.output
    assert done.output.splitlines()[-1].startswith("回执不予采信")


def test_it_reads_receipts_in_json_and_writes_json(tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(json_format.MessageToJson(Receipt.FromString(BLOCKED.read_bytes())), "utf-8")
    done = ctl(path, "--policy", POLICY, "--json")
    assert done.exit_code == 0
    told = json.loads(done.output)
    assert (told["ok"], told["verdict"], told["origin"]) == (True, "BLOCKED", "credit.example/test")
    assert {line["outcome"] for line in told["lines"]} == {"OK", "CLAIMED"}


def test_the_nonce_can_be_demanded() -> None:
    nonce = bytes(range(16)).hex()
    assert ctl(BLOCKED, "--policy", POLICY, "--nonce", nonce).exit_code == 0
    assert ctl(BLOCKED, "--policy", POLICY, "--nonce", "00" * 16).exit_code == 1
    assert ctl(BLOCKED, "--policy", POLICY, "--nonce", "xyz").exit_code == 2


def test_files_that_cannot_be_read_are_exit_code_3(tmp_path: Path) -> None:
    done = ctl(tmp_path / "none", "--policy", POLICY)
    assert (done.exit_code, done.stderr.splitlines()[0][:7]) == (3, "错误：不能读取")
    assert ctl(BLOCKED, "--policy", tmp_path / "none").exit_code == 3
