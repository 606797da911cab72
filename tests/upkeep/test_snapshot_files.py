"""Snapshots as files: whole or not at all, a delta as long as that does, a new base when it must be."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from registry.config import CONFIG_NAME, ConfigError, SnapshotFolder, load_config
from registry.errors import RegistryError
from registry.provenance.snapshot_delta import header_in
from registry.steady_clock import ClockJumpedError
from registry.upkeep.snapshot_files import TICK_S, SnapshotFiles
from registry.v1 import subject_pb2
from registry_client import Replica, Verdict
from tests.registry_client.test_replica import BIDDER, code_of, seal_of, whole_policy
from tests.support.editions import adopt, edition_files
from tests.support.events import placed
from tests.support.history import short_ban
from tests.support.spine import Spine, found_spine, furnish


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    furnished = furnish(found_spine(tmp_path / "registry"))
    yield furnished
    furnished.engine.close()


@pytest.fixture
def folder(tmp_path: Path) -> SnapshotFolder:
    return SnapshotFolder(tmp_path / "files", ("procurement", "bidding"), 3600.0)


def files_of(spine: Spine, folder: SnapshotFolder) -> SnapshotFiles:
    return SnapshotFiles(spine.engine.state, seal_of(spine), folder, spine.clock)


def read(spine: Spine, directory: Path) -> Replica:
    replica = Replica(whole_policy(spine), max_age_s=600, clock=spine.clock)
    replica.load(directory / "snapshot", (directory / "delta").read_bytes())
    return replica


def is_barred(replica: Replica, number: int) -> bool:
    return replica.asker(role=BIDDER).check(code_of(number)).verdict == Verdict.BLOCKED


def test_change_is_in_the_delta_and_the_base_stays(spine: Spine, folder: SnapshotFolder) -> None:
    files, directory = files_of(spine, folder), folder.directory / "procurement"
    files.write("procurement")
    base = (directory / "snapshot").read_bytes()
    placed(spine.say("财政", event=short_ban(1)))
    files.write("procurement")
    assert (directory / "snapshot").read_bytes() == base
    assert is_barred(read(spine, directory), 1)
    assert sorted(path.name for path in directory.iterdir()) == ["delta", "snapshot"]


def test_files_are_taken_up_after_a_restart(spine: Spine, folder: SnapshotFolder) -> None:
    directory = folder.directory / "procurement"
    files_of(spine, folder).write("procurement")
    base = (directory / "snapshot").read_bytes()
    placed(spine.say("财政", event=short_ban(1)))
    spine.reopen()
    files_of(spine, folder).write("procurement")
    assert (directory / "snapshot").read_bytes() == base
    assert is_barred(read(spine, directory), 1)


@pytest.mark.parametrize("left", [0, 5, 100, 900, -1])
def test_snapshot_that_was_cut_off_is_replaced(spine: Spine, folder: SnapshotFolder, left: int) -> None:
    files, directory = files_of(spine, folder), folder.directory / "procurement"
    files.write("procurement")
    path = directory / "snapshot"
    path.write_bytes(path.read_bytes()[:left])
    files.write("procurement")
    assert read(spine, directory).header.position == spine.position


def test_each_domain_has_a_directory_of_its_own_and_none_is_open_to_everybody(
    spine: Spine, folder: SnapshotFolder
) -> None:
    files = files_of(spine, folder)
    for name in folder.domains:
        files.write(name)
        directory = folder.directory / name
        assert read(spine, directory).header.domain == subject_pb2.Domain.Value(f"DOMAIN_{name.upper()}")
        assert not stat.S_IMODE(directory.stat().st_mode) & 0o007
        for path in directory.iterdir():
            assert not stat.S_IMODE(path.stat().st_mode) & 0o027


def comes(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_adopted_edition_and_a_new_day_are_not_waited_for_until_the_interval_is_over(
    spine: Spine, folder: SnapshotFolder
) -> None:
    directory = folder.directory / "bidding"
    files = files_of(spine, folder)
    files.start()
    try:
        comes((directory / "delta").exists)
        adopt(spine, edition_files("2026.9"), "2026-11-24")
        comes(lambda: str(header_in((directory / "delta").read_bytes()).now.last) == "2026-11-23")
        spine.clock.now_ms += 86_400_000
        comes(lambda: header_in((directory / "delta").read_bytes()).now.last.year == 2027)
        assert (
            read(spine, directory).header.edition
            == spine.engine.state.edition_at(spine.position, read(spine, directory).header.first).hash
        )
    finally:
        files.close()


def test_files_are_written_once_a_clock_that_jumped_is_back(spine: Spine, folder: SnapshotFolder) -> None:
    jumped = [True]

    def clock() -> int:
        if jumped:
            raise ClockJumpedError("系统时钟发生跳变")
        return spine.clock()

    files = SnapshotFiles(spine.engine.state, seal_of(spine), folder, clock)
    files.start()
    time.sleep(2 * TICK_S)
    jumped.clear()
    comes((folder.directory / "procurement/delta").exists)
    files.close()


def test_registry_without_a_checkpoint_that_is_witnessed_writes_nothing(
    spine: Spine, folder: SnapshotFolder
) -> None:
    unseen = replace(seal_of(spine), covering=lambda _size: None)
    files = SnapshotFiles(spine.engine.state, unseen, folder, spine.clock)
    with pytest.raises(RegistryError):
        files.write("procurement")
    assert list((folder.directory / "procurement").iterdir()) == []


# --- the configuration ----------------------------------------------------------------------------


def configured(spine: Spine, text: str) -> None:
    path = spine.directory / CONFIG_NAME
    path.write_text(path.read_text("utf-8") + text, "utf-8")
    spine.config = load_config(spine.directory)


def test_registry_writes_the_files_that_its_configuration_asks_for(spine: Spine) -> None:
    configured(spine, '\n[snapshots]\ndirectory = "files"\ndomains = ["procurement"]\ninterval_s = 1\n')
    spine.reopen()
    placed(spine.say("财政", event=short_ban(1)))
    directory = spine.directory / "files" / "procurement"
    spine.engine.upkeep.start()
    comes((directory / "delta").exists)
    assert is_barred(read(spine, directory), 1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('domains = ["procurement"]', "缺少 directory"),
        ('directory = "files"', "缺少 domains"),
        ('directory = "files"\ndomains = ["exits"]', "没有 exits 这一领域"),
        ('directory = "files"\ndomains = "procurement"', "domains 的值不对"),
        ('directory = "files"\ndomains = ["procurement"]\ninterval_s = 0', "interval_s 的值不对"),
    ],
)
def test_fault_of_the_configuration_is_told_with_its_place(spine: Spine, text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        configured(spine, f"\n[snapshots]\n{text}\n")
