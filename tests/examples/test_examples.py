"""The examples in the users' languages, run as their users run them against a real registry.

Python always; Go, Java and grpcurl where they are there and REGISTRY_EXAMPLES is set (`make test-examples`),
because they fetch and build for minutes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples.conftest import Platform

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
BUILD_S = 900


def run(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=BUILD_S, check=False)


def needs(tool: str) -> None:
    if not os.environ.get("REGISTRY_EXAMPLES"):
        pytest.skip(f"the example in {tool} is built by make test-examples alone")
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")


def arguments(platform: Platform, code: str, out: Path) -> list[str]:
    return [platform.target, str(platform.credentials), str(platform.policy), code, str(out)]


def test_python_blocks_the_banned_files_a_receipt_and_says_so_in_its_exit_status(
    platform: Platform, tmp_path: Path
) -> None:
    out = tmp_path / "answer.receipt"
    program = str(EXAMPLES / "python" / "procurement.py")
    done = run(sys.executable, program, *arguments(platform, platform.banned, out))
    assert done.returncode == 1, done.stderr
    assert f"{platform.banned} BLOCKED" in done.stdout
    assert "M-PRO-01" in done.stdout
    assert "receipt holds" in done.stdout
    assert "投标1 BLOCKED" in done.stdout
    assert out.stat().st_size > 1000
    unknown = run(sys.executable, program, *arguments(platform, platform.unknown, tmp_path / "other"))
    assert unknown.returncode == 1  # Nothing is known of it: no CLEAR.
    assert "INDETERMINATE" in unknown.stdout


def test_go_generates_builds_asks_and_verifies(platform: Platform, tmp_path: Path) -> None:
    needs("go")
    work = tmp_path / "examples" / "go"
    shutil.copytree(EXAMPLES / "go", work, ignore=shutil.ignore_patterns("bin", "registryv1"))
    for needed in ("protos", ".venv", "tests"):
        (tmp_path / needed).symlink_to(ROOT / needed)
    generated = run("./generate", cwd=work)
    assert generated.returncode == 0, generated.stderr
    tested = run("go", "test", "./...", cwd=work)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    out = tmp_path / "answer.receipt"
    names = ("-target", "-credentials", "-policy", "-code", "-out")
    given = [
        part for pair in zip(names, arguments(platform, platform.banned, out), strict=True) for part in pair
    ]
    done = run("go", "run", "./procurement", *given, cwd=work)
    assert done.returncode == 1, done.stderr
    assert f"{platform.banned} VERDICT_BLOCKED" in done.stdout, done.stderr
    assert "receipt holds" in done.stdout
    assert out.exists()


def test_java_builds_asks_and_verifies(platform: Platform, tmp_path: Path) -> None:
    needs("mvn")
    work = tmp_path / "examples" / "java"
    shutil.copytree(EXAMPLES / "java", work, ignore=shutil.ignore_patterns("target"))
    for needed in ("protos", "tests"):
        (tmp_path / needed).symlink_to(ROOT / needed)
    built = run("mvn", "-q", "-B", "verify", cwd=work)
    assert built.returncode == 0, built.stdout
    out = tmp_path / "answer.receipt"
    given = " ".join(arguments(platform, platform.banned, out))
    done = run("mvn", "-q", "-B", "exec:java", f"-Dexec.args={given}", cwd=work)
    assert f"{platform.banned} VERDICT_BLOCKED" in done.stdout, done.stdout + done.stderr
    assert "receipt holds" in done.stdout
    assert out.exists()


def test_grpcurl_asks_by_reflection(platform: Platform) -> None:
    needs("grpcurl")
    home = platform.credentials
    question = (
        f'{{"subject": {{"type": "IDENTIFIER_TYPE_USCC", "value": "{platform.banned}"}}, '
        '"purpose": {"domain": "DOMAIN_PROCUREMENT"}, "matter": {"role": "SUBJECT_ROLE_BIDDER"}}'
    )
    keys = ("-cacert", f"{home}/ca.pem", "-cert", f"{home}/cert.pem", "-key", f"{home}/key.pem")
    listed = run("grpcurl", *keys, platform.target, "list", "registry.v1.RestrictionService")
    assert "registry.v1.RestrictionService.Check" in listed.stdout, listed.stderr
    done = run("grpcurl", *keys, "-d", question, platform.target, "registry.v1.RestrictionService/Check")
    assert '"verdict": "VERDICT_BLOCKED"' in done.stdout, done.stderr
