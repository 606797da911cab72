"""An evidence store of a test: opened, killed and opened again, with content that repeats nothing.

site = Site(tmp_path / "evidence")
sha256 = site.upload("JC-1", content)
site.reopen()
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest

from registry.commands.supervision.evidence import Held, Label
from registry.config import CONFIG_NAME, EvidenceSettings, ObjectStorage, load_config
from registry.errors import RegistryError
from registry.evidence.keep import MAX_PART, Keep
from registry.evidence.opening import open_evidence
from registry.provenance.vault import Vault
from registry.v1.error_reason_pb2 import ErrorReason
from registry.v1.supervision_pb2 import FILE_KIND_INSPECTION, FileReference
from tests.support.clock import SetClock
from tests.support.spine import Spine

MASTER = b"a master key of a test, 32 byte\n"
FIRE, MARKET = "11130900DEM0000106", "11130900DEM0000202"


def content_of(size: int, seed: int = 1) -> bytes:
    """So many bytes of chance, the same every time."""
    return random.Random(seed).randbytes(size)


@lru_cache(maxsize=16)
def digest(content: bytes) -> bytes:
    """SHA-256; asked for with every part."""
    return hashlib.sha256(content).digest()


@dataclass
class Site:
    """An evidence store in a directory, or with its objects in an object storage."""

    directory: Path
    storage: ObjectStorage | None = None
    max_mib: int = 64
    quota_mib: int = 256
    clock: SetClock = field(default_factory=lambda: SetClock(date(2026, 11, 23)))
    master: bytes = MASTER

    def __post_init__(self) -> None:
        self.keep = self.opened()

    def opened(self) -> Keep:
        """The store, as another process would open it."""
        settings = EvidenceSettings(
            self.directory, max_mib=self.max_mib, quota_mib=self.quota_mib, storage=self.storage
        )
        return open_evidence(settings, Vault(self.master), self.clock)

    def serve(self) -> None:
        """Another server opens it, after this one is gone."""
        self.keep.close()
        self.keep = self.opened()
        self.keep.serve()

    def reopen(self) -> None:
        """Nothing is closed in order: what counts is what is on the disk."""
        self.keep = self.opened()

    def begin(
        self, content: bytes, number: str = "JC-1", department: str = FIRE, title: str = "照片"
    ) -> Held:
        """Begins or resumes an upload."""
        file = FileReference(kind=FILE_KIND_INSPECTION, department=department, number=number)
        return self.keep.begin(Label(digest(content), file, "image/jpeg", title), len(content))

    def send(self, content: bytes, offset: int, length: int = MAX_PART, department: str = FIRE) -> Held:
        """Sends the part of a content that begins at an offset."""
        part = content[offset : offset + length]
        return self.keep.append(department, digest(content), offset, part)

    def upload(self, content: bytes, number: str = "JC-1", department: str = FIRE) -> bytes:
        """Uploads everything from where it is; answers the digest."""
        held = self.begin(content, number, department)
        while not held.complete:
            held = self.send(content, held.offset, department=department)
        return digest(content)

    def read(self, sha256: bytes, start: int = 0, length: int = 1 << 40) -> bytes:
        """The bytes from one on."""
        return b"".join(self.keep.read(sha256, start, length, caller="registry://test/department/x"))


def reason_of(error: pytest.ExceptionInfo[RegistryError]) -> str:
    """The reason of a refusal, without its prefix."""
    return ErrorReason.Name(error.value.faults[0].reason).removeprefix("ERROR_REASON_")


def without_evidence(spine: Spine) -> None:
    """The same installation as one that keeps no evidence."""
    settings = spine.directory / CONFIG_NAME
    settings.write_text(settings.read_text("utf-8").partition("[evidence]")[0], "utf-8")
    spine.config = load_config(spine.directory)
    spine.reopen()
