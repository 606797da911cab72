"""How alarms are told: the command, the file, and what is bounded."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from registry.follow import alarms as alarm_module
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.note import split_note
from tests.follow.conftest import Watch


def root_in(note: str) -> bytes:
    return Checkpoint.parse(split_note(note)[0]).root


def test_the_operators_command_is_run_with_kind_text_and_evidence(watch: Watch, tmp_path: Path) -> None:
    told = tmp_path / "told"
    script = f"import sys; open({str(told)!r}, 'a').write('|'.join(sys.argv[1:]) + chr(10))"
    watch.command = (sys.executable, "-c", script)
    watch.log.map_state(root=bytes(32))
    watch.look(2)
    (line,) = told.read_text("utf-8").splitlines()
    kind, text, kept = line.split("|")
    assert kind == "MAP"
    assert text.startswith(f"序号{watch.log.size - 1}: ")
    assert (Path(kept) / "stated").is_file()


@pytest.mark.parametrize("command", [("/nowhere/command",), (sys.executable, "-c", "raise SystemExit(5)")])
def test_a_command_that_fails_is_told_and_stops_nothing(watch: Watch, command: tuple[str, ...]) -> None:
    watch.command = command
    watch.log.map_state(root=bytes(32))
    assert watch.look() == ["MAP"]
    assert any("命令" in line for line in watch.said)
    assert watch.mirrored().size == watch.log.size


def test_every_alarm_is_a_line_of_the_alarm_file_with_its_time(watch: Watch) -> None:
    watch.look()
    watch.log.map_state(root=bytes(32))
    watch.log.map_state(root=bytes(32))
    assert watch.look() == ["MAP", "MAP"]
    lines = (watch.directory / "follow/alarms.log").read_text("utf-8").splitlines()
    assert len(lines) == 2
    assert all(line.startswith("2023-11-1") and " 警报 MAP: 序号" in line for line in lines)


def test_alarms_without_number_are_counted_and_not_all_told(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarm_module, "MAX_STANDING", 5)
    monkeypatch.setattr(alarm_module, "MAX_EVIDENCE", 3)
    for _ in range(20):
        watch.log.map_state(root=bytes(32))
    assert watch.look() == ["MAP"] * 5
    assert len(list((watch.directory / "follow/evidence").iterdir())) == 3


def test_spoilt_checkpoints_without_number_leave_room_for_the_evidence_of_a_fork(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Good and spoilt ones in turn, so that each spoilt one is told anew; then the log forks."""
    monkeypatch.setattr(alarm_module, "MAX_EVIDENCE", 3)
    honest = watch.log
    for spoilt in range(5):
        honest.served_note = f"spoilt {spoilt}"
        assert "SIGNATURE" in watch.look()
        honest.served_note = None
        assert watch.look() == []
    watch.served.log = fork = honest.twin(200)
    fork.grow(900, "other")
    assert watch.look() == ["FORK"]
    assert root_in(watch.evidence("FORK")["offered.checkpoint"]) == fork.checkpoint().root
    assert len(list((watch.directory / "follow/evidence").glob("signature-*"))) == 3
    watch.served.log = honest
    honest.served_size = 200
    assert watch.look() == ["SHRUNK"]
    assert watch.evidence("SHRUNK")
