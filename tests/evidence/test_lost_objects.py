"""Objects that are not where they should be, and several hands at the same bytes: what was told stays so."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from registry.evidence.keep import MAX_PART
from registry.evidence.shelf import Upload
from tests.evidence.conftest import MakeSite
from tests.support.evidence import FIRE, MARKET, Site, content_of, digest
from tests.support.object_storage import BUCKET, Storage


class Killed(BaseException):
    """The process is gone here."""


def test_a_disk_that_was_away_comes_back_with_what_others_have(tmp_path: Path) -> None:
    site, content = Site(tmp_path / "evidence"), content_of(3 * MAX_PART)
    sha256 = site.upload(content)
    site.upload(content, "X-1", MARKET)
    objects = tmp_path / "evidence" / "objects"
    objects.rename(tmp_path / "away")
    objects.mkdir()
    assert site.begin(content, "JC-2").offset == 0, "it may be sent again"
    objects.rmdir()
    (tmp_path / "away").rename(objects)
    assert site.read(sha256) == content, "it need not, and the other department did nothing"
    assert site.read(site.upload(content, "JC-2")) == content
    site.keep.close()


def test_what_is_sent_again_is_counted_once(tmp_path: Path) -> None:
    site, content = Site(tmp_path / "evidence", quota_mib=4), content_of(3 * MAX_PART)
    site.upload(content)
    (lost,) = (tmp_path / "evidence" / "objects").glob("*/*")
    lost.unlink()
    assert site.read(site.upload(content)) == content
    site.keep.close()


def test_an_object_that_the_storage_cut_short_gives_its_place_back(tmp_path: Path, storage: Storage) -> None:
    site, content = Site(tmp_path / "evidence", storage=storage.settings), content_of(MAX_PART, seed=93)
    before, sha256 = set(storage.keys()), site.upload(content)
    (place,) = set(storage.keys()) - before
    storage.client().put_object(Bucket=BUCKET, Key=place, Body=b"what is left")
    assert site.read(site.upload(content)) == content
    site.keep.erase(sha256, by="甲", basis="某法某条")
    assert set(storage.keys()) == before
    site.keep.close()


def test_whoever_ends_first_is_not_undone_by_who_is_killed(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, content = make_site(), content_of(2 * MAX_PART, seed=94)
    other = Site(site.directory, storage=site.storage)  # As another process, with locks of its own.
    for each, department in ((site, FIRE), (other, MARKET)):
        each.begin(content, "X-1", department)
        each.send(content, 0, department=department)
    placed, first = site.keep.objects.placed, [True]

    def looked(sha256: bytes) -> Any:
        found = placed(sha256)
        if first.pop() if first else False:
            assert other.send(content, MAX_PART, department=MARKET).complete
        return found

    def killed(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(site.keep.objects, "placed", looked)
    monkeypatch.setattr(site.keep.catalogue, "count", killed)
    with pytest.raises(Killed):
        site.send(content, MAX_PART)
    held = other.keep.held(digest(content))
    assert held is not None
    assert held.complete
    assert other.read(digest(content)) == content
    other.keep.close()


def test_an_upload_that_is_gone_on_with_just_now_is_not_given_up(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, content = make_site(), content_of(2 * MAX_PART, seed=95)
    site.serve()
    site.begin(content)
    site.send(content, 0)
    site.clock.move_to(date(2027, 3, 1))
    listed = site.keep.catalogue.uploads

    def gone_on_with(**when: int) -> list[Upload]:
        found = listed(**when)
        if found:
            assert site.begin(content).offset == MAX_PART
        return found

    monkeypatch.setattr(site.keep.catalogue, "uploads", gone_on_with)
    site.begin(content_of(10), "JC-9")  # Which first cleans up.
    assert site.send(content, MAX_PART).complete
    assert site.read(digest(content)) == content


def test_what_got_another_place_just_before_it_was_erased_is_gone_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path / "evidence")
    sha256 = site.upload(content_of(1000))
    (lies,) = (tmp_path / "evidence" / "objects").glob("*/*")
    held = site.keep.objects.held

    def moved(digest: bytes) -> Any:
        lies.rename(lies.with_name("elsewhere"))
        place = lies.with_name("elsewhere").relative_to(tmp_path / "evidence").as_posix()
        site.keep.catalogue.run("UPDATE object SET place = ? WHERE sha256 = ?", place, sha256)
        return held(digest)

    monkeypatch.setattr(site.keep.objects, "held", moved)
    site.keep.erase(sha256, by="甲", basis="某法某条")
    assert list((tmp_path / "evidence" / "objects").glob("*/*")) == []
    site.keep.close()
