"""A copy of the evidence store: whole while it is in use, brought up to date, and rid of what was erased."""

from __future__ import annotations

import threading
from pathlib import Path

from registry.evidence.copying import copy_evidence
from tests.evidence.conftest import MakeSite
from tests.support.evidence import Site, content_of, digest


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
