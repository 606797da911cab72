"""The demonstration's last step, over a town of which one ban is recorded."""

from __future__ import annotations

from pathlib import Path
from unicodedata import east_asian_width

import pytest

from demo import parties
from demo.evidence import EVIDENCE, FILED, FORGED, POLICY, TAMPERED, cleared, flipped, prove, verify
from demo.showing import WIDTH
from demo.town import founded_town
from registry.v1.subject_pb2 import Subject
from tests.support.events import ban

BARRED = parties.BARRED_FROM_PROCUREMENT


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("demo") / "registry"
    who = Subject(identifier=BARRED.identifier, kind=BARRED.kind, name=BARRED.name)
    with founded_town(directory) as founded:
        founded.state("财政", ban("财政", who, "M-PRO-01", "2025-03-10", "2028-03-09"))
    return directory


def columns(line: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in line.rstrip())


def test_receipts_are_filed_the_log_mirrored_and_what_was_changed_is_refused(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prove(town) == []
    told = capsys.readouterr().out
    assert told.count("回执成立") == len(FILED)
    assert told.count("回执不予采信") == 2
    assert "镜像" in told
    assert "一致" in told
    assert [line for line in told.splitlines() if columns(line) > WIDTH] == []
    evidence = town / EVIDENCE
    assert {path.name for path in evidence.glob("*.receipt")} == {each.file for each in FILED} | {
        TAMPERED,
        FORGED,
    }
    blocked = (evidence / FILED[0].file).read_bytes()
    assert (evidence / TAMPERED).read_bytes() == flipped(blocked)
    assert (evidence / FORGED).read_bytes() == cleared(blocked)
    assert (evidence / "mirror" / "checkpoint").exists()
    again = verify(evidence / FILED[1].file, evidence / POLICY)
    assert again.stands
    assert any("无法判定" in line for line in again.lines)
