"""A directory of evidence whose disk is not mounted is not taken for that of a new installation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from registry.cli_evidence import evidence
from registry.commands.supervision.evidence import Label
from registry.engine import StartError
from registry.v1 import supervision_pb2 as act
from tests.support.events import placed
from tests.support.evidence import content_of, digest
from tests.support.referrals import HOUSING, MARKET, Town, clue, town_of
from tests.support.spine import found_spine, furnish

PHOTO = content_of(70_000)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A referral that names a photograph, which was uploaded; nobody serves it any more."""
    town = town_of(furnish(found_spine(tmp_path / "registry"), [MARKET, HOUSING], delivered=False))
    item = act.EvidenceItem(sha256=digest(PHOTO), size=len(PHOTO), media_type="image/jpeg", title="照片")
    placed(town.act(MARKET, referral=clue(town, "YS-1", evidence=[item])))
    keep, file = town.spine.engine.evidence, town.file("YS-1")
    assert keep
    keep.begin(Label(digest(PHOTO), file, "image/jpeg", "照片"), len(PHOTO))
    keep.append(file.department, digest(PHOTO), 0, PHOTO)
    town.spine.engine.close()
    yield town
    town.spine.engine.close()


def place_of(town: Town) -> Path:
    settings = town.spine.config.evidence
    assert settings
    return settings.directory


def run(town: Town, *arguments: str) -> Result:
    return CliRunner().invoke(evidence, [*arguments, "--directory", str(town.spine.directory)])


@pytest.mark.parametrize("mount_point", [True, False])
def test_server_does_not_start_and_leaves_nothing_until_the_disk_is_back(
    town: Town, mount_point: bool
) -> None:
    place = place_of(town)
    away = place.rename(place.with_name("disk"))
    if mount_point:
        place.mkdir()
    with pytest.raises(StartError, match=r"没有 catalogue\.db, 而日志\(序号[0-9]+\)所指的材料应在证据库"):
        town.spine.reopen()
    with pytest.raises(StartError, match="以前没有设置证据库的, 运行 registry evidence anew"):
        town.spine.reopen()  # Of whoever begins to keep evidence no disk is missing.
    told = run(town, "check")
    assert told.exit_code == 1
    assert "Error: " in told.output
    assert [path for path in place.rglob("*") if path.is_file()] == []
    if mount_point:
        place.rmdir()
    away.rename(place)
    town.spine.reopen()
    keep = town.spine.engine.evidence
    assert keep
    assert keep.objects.fault(digest(PHOTO)) == ""


def test_where_disk_and_copies_are_lost_an_operator_says_so_and_departments_send_again(town: Town) -> None:
    place, file = place_of(town), town.file("YS-1")
    assert "已有证据库" in run(town, "anew", "--yes").output
    place.rename(place.with_name("lost"))
    done = run(town, "anew", "--yes")
    assert done.exit_code == 0, done.output
    town.spine.reopen()
    keep = town.spine.engine.evidence
    assert keep
    assert keep.begin(Label(digest(PHOTO), file, "image/jpeg", "照片"), len(PHOTO)).offset == 0
    assert keep.append(file.department, digest(PHOTO), 0, PHOTO).complete


def test_registry_whose_log_names_no_evidence_starts_with_an_empty_store(tmp_path: Path) -> None:
    spine = found_spine(tmp_path / "registry")
    spine.engine.close()
    assert spine.config.evidence
    spine.config.evidence.directory.rename(tmp_path / "gone")
    spine.reopen()
    assert spine.engine.evidence
    spine.engine.close()
