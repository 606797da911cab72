"""The registry runs with next to nothing: every file system read-only but for its own directory, no shell to
start, none of root's capabilities, and no way to get any."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.served import Refusal, serving_process
from tests.support.spine import found_spine, furnish
from tests.test_server import exact, submit

CONFINED = r"""
set -e
own=$1; shift
mount --make-rprivate /
mount --bind "$own" "$own"
findmnt --raw --noheadings --output TARGET | sort --reverse | while read -r place; do
    case "$place" in
    "$own" | /proc | /proc/* | /sys | /sys/* | /dev | /dev/*) ;;
    *) mount -o remount,bind,ro "$place" ;;
    esac
done
for shell in sh dash bash; do
    path=$(readlink --canonicalize "$(command -v $shell)") && mount --bind /dev/null "$path" || true
done
exec setpriv --bounding-set=-all --inh-caps=-all --ambient-caps=-all --no-new-privs "$@"
"""


def confined(own: Path) -> list[str]:
    """Words that run a command so, or the test is skipped where they cannot be had."""
    missing = [name for name in ("unshare", "setpriv", "findmnt", "bash") if not shutil.which(name)]
    if missing or os.geteuid():
        pytest.skip(f"takes root and util-linux; missing: {', '.join(missing) or 'root'}")
    words = ["unshare", "--mount", "bash", "-c", CONFINED, "confined", str(own)]
    tried = subprocess.run([*words, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"mounting is not allowed here: {tried.stderr.strip()}")
    return words


def test_registry_records_and_answers_on_a_read_only_root_without_shell_or_capability(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    words = confined(own)
    probe = f"import os; open({str(tmp_path / 'elsewhere')!r}, 'w')"
    refused = subprocess.run(
        [*words, sys.executable, "-c", probe], capture_output=True, text=True, check=False
    )
    assert "Read-only file system" in refused.stderr, "else this test would show nothing"
    spine = furnish(found_spine(own / "registry"), ["财政"])
    with serving_process(spine, words) as (served, process):
        status = Path(f"/proc/{process.pid}/status").read_text()
        assert "CapEff:\t0000000000000000" in status
        assert "CapBnd:\t0000000000000000" in status
        assert "NoNewPrivs:\t1" in status
        shell = subprocess.run(
            ["nsenter", "--mount", f"--target={process.pid}", "/bin/sh", "-c", "true"],
            capture_output=True, check=False,
        )  # fmt: skip
        assert shell.returncode != 0, "there is a shell after all"
        result = submit(served, "ban-1", 1)
        assert not isinstance(result, Refusal), result
        assert exact(served, result.accepted.position), "blocked, or it raises"
