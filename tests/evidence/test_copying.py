"""A copy of the evidence store: whole while it is in use, brought up to date, and rid of what was erased."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

from registry.evidence.copying import copy_evidence
from registry.evidence.inbox import INBOX, InboxFiles
from registry.v1.complaint_service_pb2 import LodgeComplaintRequest
from tests.evidence.conftest import MakeSite
from tests.support.evidence import FIRE, Site, content_of, digest


def silent(_done: int, _total: int) -> None:
    """Nobody watches."""


def test_a_copy_that_is_put_back_has_everything(tmp_path: Path) -> None:
    site = Site(tmp_path / "evidence")
    contents = [content_of(size, seed=size) for size in (1, 70_000, 1 << 20)]
    digests = [site.upload(each) for each in contents]
    begun = content_of(3 << 20, seed=9)
    site.begin(begun)
    site.send(begun, 0)
    copied = copy_evidence(site.keep, tmp_path / "copy", silent)
    assert (copied.objects, copied.new, copied.removed) == (3, 3, 0)
    restored = Site(tmp_path / "copy")
    assert [restored.read(each) for each in digests] == contents
    assert len(restored.keep.labels(digests[0])) == 1
    assert restored.begin(begun).offset == 0
    assert restored.read(restored.upload(begun)) == begun
    for opened in (site, restored):
        opened.keep.close()


def test_the_next_copy_takes_what_is_new_and_lets_go_of_what_was_erased(tmp_path: Path) -> None:
    site = Site(tmp_path / "evidence")
    erased, kept = site.upload(content_of(1000, 1)), site.upload(content_of(1000, 2))
    copy_evidence(site.keep, tmp_path / "copy", silent)
    site.keep.erase(erased, by="甲", basis="某法某条")
    site.upload(content_of(1000, 3))
    copied = copy_evidence(site.keep, tmp_path / "copy", silent)
    assert (copied.objects, copied.new, copied.removed) == (2, 1, 1)
    there = {path.parent.name + path.name for path in (tmp_path / "copy" / "objects").glob("*/*")}
    assert there == {kept.hex(), digest(content_of(1000, 3)).hex()}
    site.keep.close()


def test_a_copy_taken_while_much_is_uploaded_names_nothing_that_it_lacks(tmp_path: Path) -> None:
    site = Site(tmp_path / "evidence")
    uploading = threading.Thread(
        target=lambda: [site.upload(content_of(5000, n), f"F-{n}") for n in range(60)]
    )
    uploading.start()
    for number in range(4):
        copy_evidence(site.keep, tmp_path / str(number), silent)
    uploading.join()
    for number in range(4):
        restored = Site(tmp_path / str(number))
        rows = restored.keep.catalogue.rows("SELECT sha256 FROM object")
        assert [restored.keep.objects.fault(sha256) for (sha256,) in rows] == [""] * len(rows)
        restored.keep.close()
    site.keep.close()


def test_of_a_store_in_object_storage_the_catalogue_is_copied(make_site: MakeSite, tmp_path: Path) -> None:
    site = make_site()
    sha256 = site.upload(content_of(1000))
    copy_evidence(site.keep, tmp_path / "copy", silent)
    restored = Site(tmp_path / "copy", storage=site.storage)
    assert restored.read(sha256) == content_of(1000)
    restored.keep.close()


def test_what_was_lodged_is_in_the_copy_and_is_let_go_of_once_it_was_taken_in(tmp_path: Path) -> None:
    site, day = Site(tmp_path / "evidence"), date(2026, 11, 2)
    inbox, copied = (InboxFiles(tmp_path / name / INBOX) for name in ("evidence", "copy"))
    numbers = [f"W{'0' * 19}{sign}" for sign in "12"]
    for number in numbers:
        content = number.encode() * 200
        inbox.put(LodgeComplaintRequest(number=number, department=FIRE, content=content), day)
    copy_evidence(site.keep, tmp_path / "copy", silent)
    assert [kept.request.number for kept in copied.all_waiting()] == numbers
    for path in (tmp_path / "copy" / INBOX).rglob("W*"):
        assert path.stat().st_mtime % 86_400 == 0
    taken = inbox.find(numbers[0])
    assert taken is not None
    inbox.take(taken)
    copy_evidence(site.keep, tmp_path / "copy", silent)
    found = copied.find(numbers[0])
    assert found is not None
    assert (found.waiting, found.request.content) == (False, b"")
    assert copied.find(numbers[1]) == inbox.find(numbers[1])
    site.keep.close()
