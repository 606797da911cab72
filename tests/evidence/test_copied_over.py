"""What a copy of the evidence store is written over: an earlier copy of the same store, and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from registry.evidence.copying import copy_evidence
from registry.evidence.inbox import INBOX, InboxFiles
from registry.store.interface import StoreError
from registry.v1.complaint_service_pb2 import LodgeComplaintRequest
from tests.support.evidence import FIRE, Site, content_of, digest


def silent(_done: int, _total: int) -> None:
    """Nobody watches."""


def there(target: Path) -> set[str]:
    """The digests of what lies in a copy."""
    return {path.parent.name + path.name for path in (target / "objects").glob("*/*")}


def test_a_store_whose_disk_is_not_mounted_does_not_empty_its_copy(tmp_path: Path) -> None:
    site = Site(tmp_path / "evidence")
    contents = [content_of(1000, seed) for seed in (1, 2)]
    digests = [site.upload(each) for each in contents]
    copy_evidence(site.keep, tmp_path / "copy", silent)
    site.keep.close()
    (tmp_path / "evidence").rename(tmp_path / "unmounted")
    (tmp_path / "evidence").mkdir()  # The place where it was mounted.
    empty = Site(tmp_path / "evidence")
    with pytest.raises(StoreError, match="2 份材料是这个证据库从来没有的"):
        copy_evidence(empty.keep, tmp_path / "copy", silent)
    empty.keep.close()
    restored = Site(tmp_path / "copy")
    assert [restored.read(each) for each in digests] == contents
    restored.keep.close()


def test_what_the_store_lost_and_takes_anew_stays_in_the_copy_until_it_is_there(tmp_path: Path) -> None:
    site, content = Site(tmp_path / "evidence"), content_of(3 << 20)
    sha256 = site.upload(content)
    copy_evidence(site.keep, tmp_path / "copy", silent)
    (lost,) = (tmp_path / "evidence" / "objects").glob("*/*")
    lost.unlink()
    assert site.begin(content).offset == 0  # The department sends it again, and does not come far.
    copied = copy_evidence(site.keep, tmp_path / "copy", silent)
    assert (copied.removed, there(tmp_path / "copy")) == (0, {sha256.hex()})
    site.keep.close()


def test_a_store_is_not_copied_onto_itself_or_onto_another(tmp_path: Path) -> None:
    site, other = Site(tmp_path / "evidence"), Site(tmp_path / "other")
    site.serve()
    other.serve()
    kept = other.upload(content_of(1000, 2))
    for target in ("evidence", "other", "other/../evidence"):
        with pytest.raises(StoreError, match="不是备份"):
            copy_evidence(site.keep, tmp_path / target, silent)
    acknowledged = site.upload(content_of(1000, 1))
    site.reopen()
    other.reopen()
    assert site.read(acknowledged) == content_of(1000, 1)
    assert other.read(kept) == content_of(1000, 2)
    site.keep.close()
    other.keep.close()


def test_objects_that_are_of_no_copy_are_left_alone(tmp_path: Path) -> None:
    site = Site(tmp_path / "evidence")
    site.upload(content_of(1000))
    foreign = tmp_path / "git" / "objects" / "ab" / "cdef"
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"somebody's")
    with pytest.raises(StoreError, match="不是证据库的备份"):
        copy_evidence(site.keep, tmp_path / "git", silent)
    assert foreign.read_bytes() == b"somebody's"
    site.keep.close()


def test_a_copy_that_was_cut_short_is_ended_by_the_next(tmp_path: Path) -> None:
    site = Site(tmp_path / "evidence")
    sha256 = site.upload(content_of(1000))
    copy_evidence(site.keep, tmp_path / "copy", silent)
    (copied,) = (tmp_path / "copy" / "objects").glob("*/*")
    copied.rename(copied.with_name(copied.name + ".new"))
    assert copy_evidence(site.keep, tmp_path / "copy", silent).new == 1
    assert there(tmp_path / "copy") == {digest(content_of(1000)).hex()} == {sha256.hex()}
    site.keep.close()


def test_a_lodging_that_the_store_lost_stays_in_the_copy(tmp_path: Path) -> None:
    site, number = Site(tmp_path / "evidence"), f"W{'0' * 20}"
    inbox, copied = (InboxFiles(tmp_path / name / INBOX) for name in ("evidence", "copy"))
    inbox.put(LodgeComplaintRequest(number=number, department=FIRE, content=b"x" * 200), date(2026, 11, 2))
    copy_evidence(site.keep, tmp_path / "copy", silent)
    (tmp_path / "evidence" / INBOX).rename(tmp_path / "lost")
    copy_evidence(site.keep, tmp_path / "copy", silent)
    found = copied.find(number)
    assert found is not None
    assert found.request.content == b"x" * 200
    site.keep.close()
