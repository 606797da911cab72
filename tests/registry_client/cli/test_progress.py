"""How far a run has come is shown on a terminal, and nowhere else."""

import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.registry_client.samples import PENALTY, write_csv

ROWS = 2000


def submitted(path: Path, target: str, credentials: Path, *, terminal: bool) -> tuple[str, str]:
    """What a run writes to standard output and to standard error, a terminal or a pipe."""
    controlling, controlled = pty.openpty() if terminal else os.pipe()
    given = {"REGISTRY_TARGET": target, "REGISTRY_CREDENTIALS": str(credentials), "TERM": "xterm"}
    words = [
        sys.executable,
        "-c",
        "from registry_client.cli import main; main()",
        "submit",
        str(path),
        "--resend",
    ]
    with subprocess.Popen(
        words, env=os.environ | given, stdout=subprocess.PIPE, stderr=controlled, text=True
    ) as process:
        os.close(controlled)
        errors = b""
        while piece := _read(controlling):
            errors += piece
        os.close(controlling)
        assert process.stdout is not None
        return process.stdout.read(), errors.decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # What a terminal says when nobody is left at the other end.
        return b""


def test_a_terminal_sees_rows_and_rate_and_a_pipe_nothing(
    target: str, credentials: Path, tmp_path: Path
) -> None:
    rows = (PENALTY | {"行政处罚决定书文号": f"沧示建罚〔2026〕{number}号"} for number in range(1, ROWS + 1))
    path = write_csv(tmp_path / "表.csv", *rows)
    out, errors = submitted(path, target, credentials, terminal=True)
    assert "检查 表.csv" in errors
    assert "提交 表.csv" in errors
    assert "行/秒" in errors
    assert "提交结果" in out
    _, errors = submitted(path, target, credentials, terminal=False)
    assert errors == ""
