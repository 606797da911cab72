"""An object storage that loses what it was given: an upload under way, the end of an object."""

from __future__ import annotations

from pathlib import Path

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
