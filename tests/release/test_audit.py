"""Known vulnerabilities of what is locked are found offline; what was not compared is never called safe."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from scripts.audit import Finding, affected, found
from scripts.locked import LOCK, locked
from tests.support.command import of_module


def advisory(name: str, *events: dict[str, str], **more: Any) -> dict[str, Any]:
    ranges = [{"type": "ECOSYSTEM", "events": list(events)}]
    entry = {"package": {"ecosystem": "PyPI", "name": name}, "ranges": ranges, "versions": []}
    return {"id": "PYSEC-0000-1", "affected": [entry], **more}


@pytest.mark.parametrize(
    ("events", "hit"),
    [
        (({"introduced": "0"}, {"fixed": "2.0"}), False),
        (({"introduced": "0"}, {"fixed": "2.0.1"}), True),
        (({"introduced": "1.9"}, {"last_affected": "2.0"}), True),
        (({"introduced": "1.9"}, {"last_affected": "2.0rc1"}), False),
        (({"introduced": "2.1"}, {"fixed": "3"}), False),
        (({"introduced": "0"}, {"fixed": "1"}, {"introduced": "2"}, {"fixed": "3"}), True),
        (({"introduced": "0"}, {"fixed": "1"}, {"introduced": "2.0.0.1"}), False),
        (({"introduced": "0"},), True),
    ],
)
def test_range_covers_versions_as_its_schema_says(events: tuple[dict[str, str], ...], hit: bool) -> None:
    (entry,) = advisory("x", *events)["affected"]
    assert affected(entry, "2.0") is hit


def test_names_are_compared_as_the_index_does_and_withdrawn_advisories_are_not() -> None:
    told = advisory("Flask_Thing", {"introduced": "0"}, {"fixed": "9"})
    assert found({"flask-thing": "2.0"}, [told]) == [Finding("flask-thing", "2.0", "PYSEC-0000-1", ("9",))]
    assert found({"flask-thing": "2.0"}, [{**told, "withdrawn": "2026-01-01T00:00:00Z"}]) == []
    told["affected"][0]["package"]["ecosystem"] = "npm"
    assert found({"flask-thing": "2.0"}, [told]) == []


def test_command_tells_by_its_exit_code_what_it_found(tmp_path: Path) -> None:
    package = locked(LOCK.read_text("utf-8"))[0]
    told = advisory(package.name, {"introduced": "0"}, {"fixed": "9999"})
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        packed.writestr("PYSEC-0000-1.json", json.dumps(told))
    done = of_module("scripts.audit", "--advisories", tmp_path / "all.zip")
    assert done.returncode == 1
    assert done.stdout == f"{package.name} {package.version}: PYSEC-0000-1, mended in 9999\n"
    (tmp_path / "none").mkdir()
    done = of_module("scripts.audit", "--advisories", tmp_path / "none")
    assert done.returncode == 2, "a folder without an advisory has compared nothing"
    (tmp_path / "all.zip").write_bytes(b"PK")
    done = of_module("scripts.audit", "--advisories", tmp_path / "all.zip")
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
