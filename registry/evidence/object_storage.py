"""Evidence in S3-compatible object storage (path-style addresses, one bucket, Signature Version 4).

    <directory>/uploads/<id>.<n>      sealed chunks for part n of an upload, until the storage has that part
    evidence/ab/cdef…-<id>            the object in the bucket: digest and the id of its upload

The storage takes parts of 5 MiB or more, uploaders send less; so chunks are kept here until a part of 8 MiB
is full (128 chunks; more of an object over 70 GiB, for 10,000 parts are all there may be). Which parts the
storage has stands in the catalogue. A part that was sent and not written down is sent again under its number.

The storage sees sealed chunks alone. Credentials are in a file that only the registry's account may read, and
nowhere else: neither in the environment nor in what the operator has configured for himself.
"""

from __future__ import annotations

import logging
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]  # It has no types of its own.
from botocore.config import Config as BotoConfig  # type: ignore[import-untyped]
from botocore.exceptions import (  # type: ignore[import-untyped]
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    HTTPClientError,
)

from registry.config import ObjectStorage
from registry.evidence.catalogue import Catalogue
from registry.evidence.directory import UPLOADS, sweep_files
from registry.evidence.sealing import SEALED_CHUNK, Sealer, sealed_size
from registry.evidence.shelf import Incoming, Upload
from registry.evidence.staging import StagedFile, sum_of
from registry.provenance.secret_file import read_secret_file
from registry.store.interface import StoreError
from registry.waiting import waiting

PREFIX = "evidence/"
PART_CHUNKS = 128
MOST_PARTS = 9_000
ATTEMPTS, CONNECT_S, READ_S = 3, 5, 60
_NAME = re.compile(rf"{PREFIX}[0-9a-f]{{2}}/[0-9a-f]{{62}}-([0-9a-f]{{32}})")
logger = logging.getLogger(__name__)
_OPENING = 0
"""The number under which the catalogue keeps the storage's own name of an upload; parts begin with 1."""


class StorageShelf:
    """See ``shelf.Shelf``."""

    def __init__(self, client: Any, bucket: str, directory: Path, catalogue: Catalogue) -> None:
        self.client, self.bucket, self.catalogue = client, bucket, catalogue
        self.uploads = directory / UPLOADS
        self.uploads.mkdir(mode=0o700, parents=True, exist_ok=True)

    @classmethod
    def open(cls, settings: ObjectStorage, directory: Path, catalogue: Catalogue) -> StorageShelf:
        """Connects, and looks whether the bucket is there. Raises StoreError; a storage that is away for the
        moment is none of it, for verdicts do not wait for evidence."""
        access_key, secret_key = credentials_of(settings.credentials)
        config = BotoConfig(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
            connect_timeout=CONNECT_S,
            read_timeout=READ_S,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        verify = str(settings.authority) if settings.authority else True
        with storage_told():  # A session as well: it looks at what the environment says.
            session = boto3.session.Session(
                aws_access_key_id=access_key, aws_secret_access_key=secret_key, region_name=settings.region
            )
            client = session.client("s3", endpoint_url=settings.endpoint, config=config, verify=verify)
            try:
                client.head_bucket(Bucket=settings.bucket)
            except (HTTPClientError, EndpointConnectionError) as error:
                logger.warning("object storage is away: %s", type(error).__name__)
        return cls(client, settings.bucket, directory, catalogue)

    def incoming(self, upload: Upload, sealer: Sealer) -> Incoming:
        """See Shelf."""
        return _Incoming(self, upload, sealer)

    def pieces(self, place: str, sealer: Sealer, start: int, end: int) -> Iterator[bytes]:
        """See Shelf."""
        if start >= end:
            return
        with storage_told():
            wanted = f"bytes={start * SEALED_CHUNK}-{sum_of(sealer, 0, end) - 1}"
            body = self.client.get_object(Bucket=self.bucket, Key=place, Range=wanted)["Body"]
            try:
                for number in range(start, end):
                    yield body.read(sealer.length(number))
            finally:
                body.close()

    def intact(self, place: str, size: int) -> bool:
        """See Shelf."""
        return self.length(place) == size

    def length(self, place: str) -> int | None:
        """Bytes of an object; None if there is none."""
        with storage_told():
            try:
                return int(self.client.head_object(Bucket=self.bucket, Key=place)["ContentLength"])
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                    return None
                raise

    def remove(self, place: str) -> None:
        """See Shelf."""
        with storage_told():
            self.client.delete_object(Bucket=self.bucket, Key=place)

    def places(self) -> Iterator[str]:
        """See Shelf."""
        with storage_told():
            listed = self.client.get_paginator("list_objects_v2")
            for page in listed.paginate(Bucket=self.bucket, Prefix=PREFIX):
                yield from (each["Key"] for each in page.get("Contents", ()))

    def sweep(self, under_way: Callable[[str], bool], before_ms: int) -> None:
        """See Shelf. Of parts in the bucket only those older than an upload may be: a copy of the catalogue
        that somebody opens to look at it does not know what is under way in truth."""
        sweep_files(self.uploads, under_way)
        with storage_told():
            listed = self.client.get_paginator("list_multipart_uploads")
            pages = list(listed.paginate(Bucket=self.bucket, Prefix=PREFIX))
            for each in (each for page in pages for each in page.get("Uploads", ())):
                found = _NAME.fullmatch(each["Key"])  # What others have in the bucket is their own.
                old = each["Initiated"].timestamp() * 1000 < before_ms
                if found and old and not under_way(found[1]):
                    self.client.abort_multipart_upload(
                        Bucket=self.bucket, Key=each["Key"], UploadId=each["UploadId"]
                    )


class _Incoming:
    def __init__(self, shelf: StorageShelf, upload: Upload, sealer: Sealer) -> None:
        self._shelf, self._upload, self._sealer = shelf, upload, sealer
        digest = upload.sha256.hex()
        self._place = f"{PREFIX}{digest[:2]}/{digest[2:]}-{upload.id}"
        self._part_chunks = max(PART_CHUNKS, -(-sealer.chunks // MOST_PARTS))
        rows = shelf.catalogue.rows("SELECT number, tag FROM part WHERE upload = ?", upload.id)
        self._tags = {int(number): str(tag) for number, tag in rows}
        self._name = self._tags.pop(_OPENING, "")
        self._staged = self._part(len(self._tags) + 1)

    @property
    def chunks(self) -> int:
        return self._staged.first + self._staged.chunks

    def add(self, sealed: Sequence[bytes]) -> None:
        rest = list(sealed)
        self._send_if_full()
        while rest:
            room = self._staged.end - self._staged.first - self._staged.chunks
            self._staged.add(rest[:room])
            del rest[:room]
            self._send_if_full()

    def close(self) -> None:
        """The storage puts the parts together. That it has done so before, and was not heard, is seen by the
        object that lies there."""
        if self._shelf.intact(self._place, sealed_size(self._sealer.size)):
            return
        self._send_if_full()
        parts = [{"PartNumber": number, "ETag": tag} for number, tag in sorted(self._tags.items())]
        shelf = self._shelf
        with storage_told(), self._noticing_loss():
            shelf.client.complete_multipart_upload(
                Bucket=shelf.bucket, Key=self._place, UploadId=self._name, MultipartUpload={"Parts": parts}
            )
        self._require_whole()

    def _require_whole(self) -> None:
        """Raises StoreError where the storage has not all of what it said it took. What was kept here went
        part by part, so then everything is sent again, and nothing is acknowledged."""
        if self._shelf.intact(self._place, sealed_size(self._sealer.size)):
            return
        self._begin_anew()
        self._shelf.remove(self._place)
        raise StoreError("对象存储没有收齐这份材料, 须重新上传")

    def pieces(self) -> Iterator[bytes]:
        return self._shelf.pieces(self._place, self._sealer, 0, self._sealer.chunks)

    def keep(self) -> str:
        return self._place

    def discard(self) -> None:
        shelf = self._shelf
        self._remove_staged()
        if not shelf.catalogue.rows("SELECT 1 FROM upload WHERE id = ?", self._upload.id):
            return  # It came to its end: the object stays.
        with storage_told(), suppress(ClientError):  # Unknown to the storage: it was put together before.
            if self._name:
                shelf.client.abort_multipart_upload(Bucket=shelf.bucket, Key=self._place, UploadId=self._name)
        shelf.remove(self._place)

    def _part(self, number: int) -> StagedFile:
        first = min((number - 1) * self._part_chunks, self._sealer.chunks)
        end = min(first + self._part_chunks, self._sealer.chunks)
        return StagedFile(self._shelf.uploads / f"{self._upload.id}.{number}", self._sealer, first, end)

    def _send_if_full(self) -> None:
        if self.chunks and self._staged.full and self._staged.chunks:
            number = len(self._tags) + 1
            self._send(number)
            self._staged.path.unlink(missing_ok=True)
            self._staged = self._part(number + 1)

    def _send(self, number: int) -> None:
        shelf = self._shelf
        with storage_told(), self._noticing_loss():
            if not self._name:
                begun = shelf.client.create_multipart_upload(Bucket=shelf.bucket, Key=self._place)
                self._note(_OPENING, begun["UploadId"])
                self._name = begun["UploadId"]
            with self._staged.path.open("rb") as body:
                answer = shelf.client.upload_part(
                    Bucket=shelf.bucket, Key=self._place, UploadId=self._name, PartNumber=number, Body=body
                )
        self._note(number, answer["ETag"])
        self._tags[number] = answer["ETag"]

    @contextmanager
    def _noticing_loss(self) -> Iterator[None]:
        """Storages give up parts that rest, by rules of their own: then the upload begins anew."""
        try:
            yield
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "NoSuchUpload":
                self._begin_anew()
            raise

    def _begin_anew(self) -> None:
        """Nothing is there any more, of what is kept here neither: a later part that was found again would
        count as come before it is sent, and be missing in the digest that runs along."""
        self._remove_staged()
        self._shelf.catalogue.run("DELETE FROM part WHERE upload = ?", self._upload.id)

    def _remove_staged(self) -> None:
        for path in self._shelf.uploads.glob(f"{self._upload.id}.*"):
            path.unlink(missing_ok=True)

    def _note(self, number: int, tag: str) -> None:
        self._shelf.catalogue.run(
            "INSERT OR REPLACE INTO part VALUES (?, ?, ?)", self._upload.id, number, tag
        )


def credentials_of(path: Path) -> tuple[str, str]:
    """Access key and secret key of a file that nobody else may read. Raises StoreError."""
    try:
        said = tomllib.loads(read_secret_file(path).decode("utf-8"))
    except OSError as error:
        raise StoreError(f"对象存储的凭据文件 {path} 不能读取: {error.strerror}") from error
    except ValueError as error:
        raise StoreError(f"对象存储的凭据文件 {path} 应为两行: access_key 和 secret_key") from error
    keys = said.get("access_key"), said.get("secret_key")
    if not all(isinstance(each, str) and each for each in keys):
        raise StoreError(f"对象存储的凭据文件 {path} 应为两行: access_key 和 secret_key")
    return str(keys[0]), str(keys[1])


@contextmanager
def storage_told() -> Iterator[None]:
    """Has what the storage cannot do told in one line, without its address or its keys. It is far away:
    whoever asks it says first that it may wait."""
    try:
        with waiting():
            yield
    except ClientError as error:
        said = error.response.get("Error", {})
        raise StoreError(f"对象存储拒绝: {said.get('Code', '')}") from error
    except BotoCoreError as error:
        raise StoreError(f"对象存储不能使用: {type(error).__name__}") from error
