"""An object that was damaged without a change of its length gives way to the same bytes, sent again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from registry.evidence.copying import copy_evidence
from registry.evidence.keep import MAX_PART
from registry.store.interface import StoreError
from tests.support.evidence import MARKET, Site, content_of, digest
from tests.support.object_storage import BUCKET, Storage

CONTENT = content_of(MAX_PART + 5, seed=95)


def spoil(path: Path) -> None:
    """Changes one bit in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_whoever_finds_it_damaged_may_send_it_again(tmp_path: Path) -> None:
    site = Site(tmp_path / "evidence")
    sha256 = site.upload(CONTENT)
    (lies,) = (tmp_path / "evidence/objects").glob("*/*")
    spoil(lies)
    assert site.begin(CONTENT).complete, "nobody has read it"
    with pytest.raises(StoreError, match="被改动"):
        site.read(sha256)
    assert site.begin(CONTENT).offset == 0
    assert site.read(site.upload(CONTENT)) == CONTENT
    assert site.begin(CONTENT).complete, "it is sound again"
    assert list((tmp_path / "evidence/uploads").iterdir()) == []
    site.keep.close()


def test_another_department_that_sends_the_same_mends_it(tmp_path: Path) -> None:
    site = Site(tmp_path / "evidence")
    sha256 = site.upload(CONTENT)
    (lies,) = (tmp_path / "evidence/objects").glob("*/*")
    before = lies.stat().st_ino
    site.upload(CONTENT, "X-1", MARKET)
    assert lies.stat().st_ino == before, "what is sound stays"
    site.keep.close()
    spoil(lies)
    other = "11130900DEM0000303"
    site = Site(tmp_path / "evidence")
    assert site.read(site.upload(CONTENT, "Y-1", other)) == CONTENT
    assert site.keep.objects.fault(sha256) == ""
    site.keep.close()


def test_object_in_a_storage_that_was_damaged_gives_its_place_back(tmp_path: Path, storage: Storage) -> None:
    site = Site(tmp_path / "evidence", storage=storage.settings)
    before = set(storage.keys())
    site.upload(CONTENT)
    (place,) = set(storage.keys()) - before
    body = bytearray(storage.client().get_object(Bucket=BUCKET, Key=place)["Body"].read())
    body[-1] ^= 1
    storage.client().put_object(Bucket=BUCKET, Key=place, Body=bytes(body))
    assert site.read(site.upload(CONTENT, "X-1", MARKET)) == CONTENT
    assert place not in set(storage.keys())
    site.keep.erase(digest(CONTENT), by="甲", basis="某法某条")
    assert set(storage.keys()) == before
    site.keep.close()


def test_copy_takes_what_was_mended_and_never_what_is_damaged(tmp_path: Path) -> None:
    site, backup = Site(tmp_path / "evidence"), tmp_path / "backup"
    sha256 = site.upload(CONTENT)
    (lies,) = (tmp_path / "evidence/objects").glob("*/*")
    os.utime(lies, (1_700_000_000, 1_700_000_000))
    copy_evidence(site.keep, backup, lambda _done, _total: None)
    (copied,) = (backup / "objects").glob("*/*")
    sound = copied.read_bytes()
    spoil(lies)
    copy_evidence(site.keep, backup, lambda _done, _total: None)
    assert copied.read_bytes() == sound, "it is newer, and damaged"
    spoil(copied)
    os.utime(copied, (1_700_000_000, 1_700_000_000))
    with pytest.raises(StoreError, match="被改动"):
        site.read(sha256)
    site.upload(CONTENT)
    assert copy_evidence(site.keep, backup, lambda _done, _total: None).new == 1
    assert copied.read_bytes() == lies.read_bytes()
    assert copy_evidence(site.keep, backup, lambda _done, _total: None).new == 0
    site.keep.close()
