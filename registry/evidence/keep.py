"""The evidence store: uploads that go on after any interruption, objects by digest, labels by file.

What was answered is durable: chunks are synced before a part is acknowledged, and an object counts when the
catalogue says so, after its digest was found right. The same bytes rest once.

    begin(label, size)                   0 bytes there
    append(department, digest, 0, …)     1,048,576 bytes there
    kill -9, start, begin(label, size)   1,048,576 bytes there: go on
    append(…)                            complete
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from registry.commands.supervision.evidence import Held, Label
from registry.durable import DirectoryInUseError, DirectoryLock
from registry.evidence.catalogue import Catalogue
from registry.evidence.coming import invalid
from registry.evidence.labels import Labels
from registry.evidence.objects import Objects
from registry.evidence.shelf import Shelf
from registry.evidence.uploads import Limits, Uploads
from registry.provenance.vault import Vault
from registry.store.interface import StoreError
from registry.v1.supervision_pb2 import FileReference

MAX_PART = 1 << 20
logger = logging.getLogger(__name__)


class Keep:
    """See ``registry.commands.supervision.evidence.EvidenceKeep``."""

    def __init__(
        self,
        catalogue: Catalogue,
        shelf: Shelf,
        vault: Vault,
        *,
        directory: Path,
        limits: Limits,
        clock: Callable[[], int],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self.catalogue, self.shelf, self._clock = catalogue, shelf, clock
        self._directory = directory
        self.objects = Objects(catalogue, shelf, vault)
        self._labels = Labels(catalogue, vault, random_bytes)
        self._uploads = Uploads(
            self.objects, self._labels, limits=limits, clock=clock, random_bytes=random_bytes
        )
        self._lock: DirectoryLock | None = None

    @property
    def directory(self) -> Path:
        """See EvidenceKeep."""
        return self._directory

    def serve(self) -> None:
        """Holds the store against other servers, and removes what uploads left. Raises StoreError."""
        try:
            self._lock = DirectoryLock(self._directory)
        except DirectoryInUseError as error:
            raise StoreError(f"证据库目录 {self._directory} 正由另一服务进程使用") from error
        try:
            self._uploads.clean()
        except StoreError as error:  # The next upload tries again; verdicts do not wait for it.
            logger.warning("uploads that rest were not cleaned up: %s", error)

    def close(self) -> None:
        """Closes the catalogue; a second time does nothing."""
        self.catalogue.close()
        lock, self._lock = self._lock, None
        if lock:
            lock.release()

    def begin(self, label: Label, size: int) -> Held:
        """See EvidenceKeep."""
        return self._uploads.begin(label, size)

    def append(self, department: str, sha256: bytes, offset: int, content: bytes) -> Held:
        """See EvidenceKeep."""
        if len(content) > MAX_PART:
            raise invalid(f"一次最多上传{MAX_PART}字节。", "content")
        return self._uploads.append(department, sha256, offset, content)

    def under_way(self, department: str, sha256: bytes) -> tuple[Held, list[Label]] | None:
        """See EvidenceKeep."""
        return self._uploads.under_way(department, sha256)

    def held(self, sha256: bytes) -> Held | None:
        """See EvidenceKeep."""
        return self.objects.held(sha256)

    def labels(self, sha256: bytes) -> list[Label]:
        """See EvidenceKeep."""
        return self._labels.of_digest(sha256)

    def of_file(self, file: FileReference, limit: int, only: Collection[bytes] | None = None) -> list[Label]:
        """See EvidenceKeep."""
        return self._labels.of_file(file, limit, only)

    def read(self, sha256: bytes, start: int, length: int, *, caller: str) -> Iterator[bytes]:
        """See EvidenceKeep."""
        if caller:
            values = (self._clock(), caller, sha256, start)
            self.catalogue.run("INSERT INTO reading VALUES (?, ?, ?, ?)", *values)
        return self.objects.content(sha256, start, length)

    def erase(self, sha256: bytes, *, by: str, basis: str) -> int:
        """Erases by law, and the titles with it. See ``Objects.erase``."""
        size = self.objects.erase(sha256, by=by, basis=basis, now_ms=self._clock())
        self._labels.erase_titles(sha256)
        return size
