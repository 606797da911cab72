"""``registry evidence check`` and ``erase``, and what readers are told of what was erased by law."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from registry.cli_evidence import evidence
from registry.commands.supervision.evidence import Label
from registry.errors import RegistryError
from registry.evidence.keep import Keep
from registry.store.interface import StoreError
from registry.v1 import supervision_pb2 as act
from tests.evidence.conftest import MakeSite
from tests.support.events import placed
from tests.support.evidence import MARKET as OTHER
from tests.support.evidence import Site, content_of, digest, reason_of, without_evidence
from tests.support.referrals import HOUSING, MARKET, Town, clue, town_of
from tests.support.spine import found_spine, furnish

PHOTO = content_of(200_000)
BASIS = "个人信息保护法 第四十七条; 沧删字(示例)〔2026〕1号"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A referral that names a photograph, in a registry that keeps it."""
    spine = found_spine(tmp_path / "registry")
    town = town_of(furnish(spine, [MARKET, HOUSING], delivered=False))
    item = act.EvidenceItem(sha256=digest(PHOTO), size=len(PHOTO), media_type="image/jpeg", title="照片")
    placed(town.act(MARKET, referral=clue(town, "YS-1", evidence=[item])))
    yield town
    spine.engine.close()


def keep_of(town: Town) -> Keep:
    keep = town.spine.engine.evidence
    assert keep
    return keep


def upload(town: Town, content: bytes) -> None:
    file = town.file("YS-1")
    keep_of(town).begin(Label(digest(content), file, "image/jpeg", "照片"), len(content))
    keep_of(town).append(file.department, digest(content), 0, content)


def run(town: Town, *arguments: str) -> Result:
    where = ("--directory", str(town.spine.directory))
    return CliRunner().invoke(evidence, [*arguments, *where])


def test_everything_there_is_told_in_one_line_beside_the_running_server(town: Town) -> None:
    upload(town, PHOTO)
    done = run(town, "check")
    assert (done.exit_code, done.output) == (0, "核对 1 份材料, 200,000 字节; 日志所指 1 处都在\n")
    assert run(town, "check", "--no-content").exit_code == 0


def test_what_the_log_names_and_the_store_lacks_is_told_by_position(town: Town) -> None:
    done = run(town, "check")
    assert done.exit_code == 1
    name = digest(PHOTO).hex()[:16]
    assert f"序号{town.spine.position}的监管行为所指材料 {name}…: 不在证据库" in done.output


def test_damage_and_what_nobody_knows_are_told(town: Town) -> None:
    upload(town, PHOTO)
    objects = town.spine.directory / "evidence" / "objects"
    (photo,) = objects.glob("*/*")
    with photo.open("r+b") as file:
        file.seek(100_000)
        file.write(b"!")
    (objects / "00").mkdir()
    (objects / "00" / "11").write_bytes(b"left by somebody")
    assert run(town, "check", "--no-content").output.count("材料") == 1
    done = run(town, "check")
    assert done.exit_code == 1
    assert f"材料 {digest(PHOTO).hex()[:16]}…: 证据材料被改动" in done.output
    assert "objects/00/11: 目录里没有这份材料" in done.output
    photo.unlink()
    assert "缺失或长度不对" in run(town, "check", "--no-content").output


def test_what_was_erased_by_law_is_gone_and_says_so(town: Town) -> None:
    upload(town, PHOTO)
    name = digest(PHOTO).hex()
    done = run(town, "erase", name, "--basis", BASIS, "--yes")
    assert done.exit_code == 0, done.output
    assert f"已依法删除: {name}, 200,000 字节" in done.output
    assert "YS-1" in done.output
    assert list((town.spine.directory / "evidence" / "objects").glob("*/*")) == []
    held = keep_of(town).held(digest(PHOTO))
    assert held
    assert (held.size, held.complete, held.basis, bool(held.erased_on)) == (200_000, False, BASIS, True)
    assert [each.file.number for each in keep_of(town).of_file(town.file("YS-1"), 9)] == ["YS-1"]
    checked = run(town, "check")
    assert "日志所指 1 处都在, 其中依法删除 1 份" in checked.output
    again = run(town, "erase", name, "--basis", "又一次", "--yes")
    assert again.exit_code == 0
    held = keep_of(town).held(digest(PHOTO))
    assert held
    assert held.basis == BASIS, "the first erasure is the one that counts"


def test_nothing_is_erased_without_consent_or_a_basis(town: Town) -> None:
    upload(town, PHOTO)
    where = ["erase", digest(PHOTO).hex(), "--directory", str(town.spine.directory), "--basis"]
    assert CliRunner().invoke(evidence, [*where, BASIS], input="n\n").exit_code == 1
    assert CliRunner().invoke(evidence, [*where, " ", "--yes"]).exit_code == 2
    assert CliRunner().invoke(evidence, ["erase", "../../x", *where[2:], BASIS, "--yes"]).exit_code == 2
    held = keep_of(town).held(digest(PHOTO))
    assert held
    assert held.complete


def test_a_registry_without_an_evidence_store_says_so(tmp_path: Path) -> None:
    spine = found_spine(tmp_path / "registry")
    without_evidence(spine)
    spine.engine.close()
    done = CliRunner().invoke(evidence, ["check", "--directory", str(spine.directory)])
    assert (done.exit_code, done.output) == (1, "Error: registry.toml 没有 [evidence], 不收证据材料\n")


def test_erased_bytes_are_not_taken_again_from_anybody(make_site: MakeSite) -> None:
    site = make_site()
    sha256 = site.upload(PHOTO)
    site.begin(PHOTO, "X-1", OTHER)  # Under way when it is erased.
    site.keep.erase(sha256, by="甲", basis=BASIS)
    with pytest.raises(RegistryError) as refused:
        site.begin(PHOTO)
    assert reason_of(refused) == "CONTENT_ERASED"
    with pytest.raises(RegistryError) as refused:
        site.send(PHOTO, 0, department=OTHER)
    assert reason_of(refused) == "NOT_FOUND", "who has not shown that he has them learns nothing"
    assert site.begin(PHOTO, "X-1", OTHER).offset == 0
    with pytest.raises(RegistryError) as refused:
        site.send(PHOTO, 0, department=OTHER)
    assert reason_of(refused) == "CONTENT_ERASED"
    with pytest.raises(StoreError):
        site.read(sha256)
    assert [each.file.department for each in site.keep.labels(sha256)] != [OTHER]
    assert list(site.keep.shelf.places()) == [] or site.storage is not None


def test_an_erasure_that_was_cut_short_is_ended_by_another(make_site: MakeSite) -> None:
    site = make_site()
    sha256 = site.upload(PHOTO)
    values = (sha256, len(PHOTO), site.clock(), "甲", BASIS)
    site.keep.catalogue.run(
        "INSERT INTO erased VALUES (?, ?, ?, ?, ?)", *values
    )  # And then the power failed.
    held = site.keep.held(sha256)
    assert held
    assert not held.complete
    placed_at = site.keep.objects.placed(sha256)
    assert placed_at
    assert site.keep.erase(sha256, by="乙", basis="再次") == len(PHOTO)
    assert not site.keep.shelf.intact(placed_at[1], 200_000 + 4 * 28)
    assert site.keep.objects.placed(sha256) is None


def test_the_day_of_an_erasure_is_the_day_in_china(tmp_path: Path) -> None:
    site = Site(tmp_path / "evidence")
    sha256 = site.upload(PHOTO)
    site.clock.move_to(date(2026, 12, 31))
    site.keep.erase(sha256, by="甲", basis=BASIS)
    held = site.keep.held(sha256)
    assert held
    assert held.erased_on == "2026-12-31"
    site.keep.close()


def test_the_title_goes_with_what_was_erased(make_site: MakeSite) -> None:
    site = make_site()
    site.begin(PHOTO, title="王某某询问笔录")
    sha256 = site.upload(PHOTO, "JC-2")
    catalogue = site.directory / "catalogue.db"
    before = [sealed for (sealed,) in site.keep.catalogue.rows("SELECT sealed FROM label")]
    site.keep.erase(sha256, by="甲", basis=BASIS)
    told = [(each.file.number, each.title) for each in site.keep.labels(sha256)]
    assert told == [("JC-1", ""), ("JC-2", "")]
    rests = catalogue.read_bytes() + catalogue.with_name("catalogue.db-wal").read_bytes()
    assert not any(sealed in rests for sealed in before)
    assert len(before) == 2


@pytest.mark.parametrize("number", ["11010519491231002X", "110105491231002"])
@pytest.mark.parametrize("option", ["--basis", "--by"])
def test_a_persons_number_is_no_part_of_an_erasure(town: Town, option: str, number: str) -> None:
    upload(town, PHOTO)
    told = {"--basis": BASIS, "--by": "F-01"} | {option: f"应本人({number})请求"}
    refused = run(
        town, "erase", digest(PHOTO).hex(), "--yes", *(word for each in told.items() for word in each)
    )
    assert refused.exit_code == 2
    assert number not in refused.output
    held = keep_of(town).held(digest(PHOTO))
    assert held
    assert held.complete
