"""A receipt verifies for ever: those that were made at each release, under the policies of their day.

``python -m scripts.release_receipts VERSION`` makes the folder of a version, once.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from registry.v1 import verdict_pb2
from registry.verification import check_receipt
from tests.receipts_of_releases.folder import FOLDER, policy_of
from tests.support.suites import needs_sm2

RECEIPTS = [
    pytest.param(
        path,
        id=f"{path.parent.name}-{path.stem}",
        marks=needs_sm2 if path.stem.startswith("sm2") else (),
    )
    for path in sorted(FOLDER.glob("*/*.pb"))
]


def test_there_are_receipts_of_a_release() -> None:
    assert len(RECEIPTS) >= 12


@pytest.mark.parametrize("path", RECEIPTS)
def test_a_receipt_of_a_release_still_says_what_it_said(path: Path) -> None:
    report = check_receipt(path.read_bytes(), policy_of(path))
    assert report.ok, report.faults
    told = json.loads((path.parent / "verdicts.json").read_text("utf-8"))[path.stem]
    assert verdict_pb2.Verdict.Name(report.verdict) == f"VERDICT_{told}"


@pytest.mark.parametrize("path", RECEIPTS)
def test_with_a_byte_changed_it_does_not(path: Path) -> None:
    content, policy = path.read_bytes(), policy_of(path)
    for at in range(0, len(content), 97):
        changed = bytearray(content)
        changed[at] ^= 1
        assert not check_receipt(bytes(changed), policy).ok
