"""Uploads that this process has seen: how far each came, and the digest that runs along with it.

The digest of an upload that another process began is worked out at the end, by reading all of it again; so it
is when more uploads are under way than are remembered.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from registry.errors import RegistryError
from registry.evidence.objects import Objects, storage_faults_told
from registry.evidence.sealing import CHUNK, NONCE_BYTES, DamagedError, Sealer
from registry.evidence.shelf import Incoming, Upload
from registry.v1 import error_reason_pb2 as reasons

MAX_REMEMBERED = 256


@dataclass(slots=True)
class Coming:
    """An upload under way; ``digest`` is None unless this process has seen all of it."""

    incoming: Incoming
    sealer: Sealer
    digest: Any = None

    @property
    def offset(self) -> int:
        """How many bytes are there."""
        return min(self.incoming.chunks * CHUNK, self.sealer.size)

    @property
    def whole(self) -> bool:
        """Whether all are."""
        return self.incoming.chunks == self.sealer.chunks

    def require_next(self, offset: int, content: bytes) -> None:
        """Raises RegistryError unless a part is what comes next."""
        if offset != self.offset:
            message = f"下一部分应从{self.offset}字节处开始。"
            fault = RegistryError.of(reasons.ERROR_REASON_UPLOAD_OFFSET, message, "offset")
            raise RegistryError(fault.faults, {"offset": str(self.offset)})
        end = offset + len(content)
        if end > self.sealer.size:
            raise invalid(f"内容超出所报大小{self.sealer.size}字节。", "content")
        if end != self.sealer.size and (not content or len(content) % CHUNK):
            raise invalid(f"除最后一部分外, 每部分应为{CHUNK}字节的整数倍。", "content")

    def add(self, content: bytes, random_bytes: Callable[[int], bytes]) -> None:
        """Adds what comes next; durable when it returns. Raises StoreError."""
        first = self.incoming.chunks
        sealed = [
            self.sealer.seal(first + at // CHUNK, content[at : at + CHUNK], random_bytes(NONCE_BYTES))
            for at in range(0, len(content), CHUNK)
        ]
        with storage_faults_told():
            self.incoming.add(sealed)
        if self.digest is not None:
            self.digest.update(content)

    def sha256(self) -> bytes:
        """The digest of all that was sent; empty if some of it cannot be read any more."""
        if self.digest is not None:
            return bytes(self.digest.digest())
        digest = hashlib.sha256()
        try:
            for number, piece in enumerate(self.incoming.pieces()):
                digest.update(self.sealer.open(number, piece))
        except DamagedError:
            return b""
        return digest.digest()


class Remembered:
    """Uploads by their ids, those that were not looked at for longest forgotten."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._found: OrderedDict[str, Coming] = OrderedDict()
        self._lock = Lock()

    def get(self, upload: Upload) -> Coming:
        """An upload as far as it came: remembered, or found again at its place. Raises StoreError."""
        with self._lock:
            found = self._found.get(upload.id)
            if found is not None:
                self._found.move_to_end(upload.id)
                return found
        sealer = self._objects.sealer(upload.sha256, upload.size)
        with storage_faults_told():
            coming = Coming(self._objects.shelf.incoming(upload, sealer), sealer)
        coming.digest = hashlib.sha256() if coming.incoming.chunks == 0 else None
        with self._lock:
            self._found[upload.id] = coming
            while len(self._found) > MAX_REMEMBERED:
                self._found.popitem(last=False)
        return coming

    def forget(self, upload: Upload) -> None:
        """How far it came is found out from what is there, the next time."""
        with self._lock:
            self._found.pop(upload.id, None)


def invalid(message: str, field: str) -> RegistryError:
    """A field that cannot be used."""
    return RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, field)
