"""An object storage that loses what it was given: an upload under way, the end of an object."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registry.evidence.keep import MAX_PART
from registry.store.interface import StoreError
from tests.support.evidence import Site, content_of, digest
from tests.support.object_storage import BUCKET, Storage


def test_an_upload_that_the_storage_gave_up_is_sent_again_and_is_whole(
    tmp_path: Path, storage: Storage
) -> None:
    site, content = Site(tmp_path / "evidence", storage=storage.settings), content_of(20 * MAX_PART, seed=91)
    held = site.begin(content)
    while held.offset < 9 * MAX_PART:
        held = site.send(content, held.offset)
    client = storage.client()
    (mine,) = (each for each in storage.under_way() if digest(content).hex()[2:] in each)
    for each in client.list_multipart_uploads(Bucket=BUCKET, Prefix=mine)["Uploads"]:
        client.abort_multipart_upload(Bucket=BUCKET, Key=each["Key"], UploadId=each["UploadId"])
    with pytest.raises(StoreError, match="NoSuchUpload"):
        while True:
            held = site.send(content, held.offset)
    assert site.begin(content).offset == 0
    assert site.read(site.upload(content)) == content
    assert list((tmp_path / "evidence" / "uploads").iterdir()) == []
    site.keep.close()


def test_an_object_that_the_storage_cut_short_is_not_acknowledged(
    tmp_path: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, content = Site(tmp_path / "evidence", storage=storage.settings), content_of(3 * MAX_PART, seed=92)
    client: Any = site.keep.shelf.client  # type: ignore[attr-defined]  # It is a storage's.
    complete, behind = client.complete_multipart_upload, storage.client()

    def losing(**named: Any) -> Any:
        answer = complete(**named)
        place = {"Bucket": BUCKET, "Key": named["Key"]}
        behind.put_object(**place, Body=behind.get_object(**place)["Body"].read()[:-70_000])
        return answer

    before = set(storage.keys())
    site.begin(content)
    for at in range(0, 2 * MAX_PART, MAX_PART):
        site.send(content, at)
    with monkeypatch.context() as patched:
        patched.setattr(client, "complete_multipart_upload", losing)
        with pytest.raises(StoreError, match="没有收齐"):
            site.send(content, 2 * MAX_PART)
    assert site.keep.held(digest(content)) is None
    assert set(storage.keys()) == before
    assert site.begin(content).offset == 0
    assert site.read(site.upload(content)) == content
    site.keep.close()


def test_a_profile_of_the_environment_that_is_not_there_is_one_line(
    tmp_path: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nosuch")
    with pytest.raises(StoreError, match="^对象存储不能使用: ProfileNotFound$"):
        Site(tmp_path / "evidence", storage=storage.settings)
