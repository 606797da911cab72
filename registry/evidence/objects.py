"""Whole objects: found by digest, read from any byte on, verified, and erased by law (已依法删除).

An object counts when the catalogue says so. One that was erased counts no more from the moment at which the
erasure is written down; then its bytes are removed, and those of uploads of the same, and then its place is
forgotten: whoever is killed in between erases again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from registry.commands.supervision.evidence import Held
from registry.domain.periods import china_day
from registry.errors import RegistryError
from registry.evidence.catalogue import Catalogue
from registry.evidence.sealing import CHUNK, DamagedError, Sealer, chunks_of, sealed_size
from registry.evidence.shelf import Shelf
from registry.provenance.vault import Vault
from registry.store.interface import StoreError
from registry.v1 import error_reason_pb2 as reasons


class Objects:
    """The objects of a catalogue, on a shelf."""

    def __init__(self, catalogue: Catalogue, shelf: Shelf, vault: Vault) -> None:
        self.catalogue, self.shelf = catalogue, shelf
        self._vault = vault
        self._damaged = set[bytes]()
        """What was read here and was not what was sent, and so may be sent again."""

    def sealer(self, sha256: bytes, size: int) -> Sealer:
        """What seals and opens the chunks of an object."""
        return Sealer(self._vault.evidence_key(sha256), sha256, size)

    def placed(self, sha256: bytes) -> tuple[int, str] | None:
        """Size and place of an object that counts."""
        found = self.catalogue.rows("SELECT size, place FROM object WHERE sha256 = ?", sha256)
        return (int(found[0][0]), str(found[0][1])) if found else None

    def held(self, sha256: bytes) -> Held | None:
        """What is whole, or was erased."""
        sql = "SELECT size, erased_ms, basis FROM erased WHERE sha256 = ?"
        for size, erased_ms, basis in self.catalogue.rows(sql, sha256):
            return Held(size, 0, complete=False, erased_on=china_day(erased_ms).isoformat(), basis=basis)
        found = self.placed(sha256)
        return Held(found[0], found[0], complete=True) if found else None

    def is_erased(self, sha256: bytes) -> bool:
        """Whether the bytes were erased by law."""
        return bool(self.catalogue.rows("SELECT 1 FROM erased WHERE sha256 = ?", sha256))

    def lost_place(self, sha256: bytes) -> str:
        """The place of an object that counts, if it does not lie there as the catalogue says, or was found
        damaged when it was read; else empty.

        The catalogue goes on naming it until the bytes are there anew: a disk that is not mounted comes back,
        and what others were told is kept must be found then."""
        found = self.placed(sha256)
        with storage_faults_told():
            if found is None:
                return ""
            there = self.shelf.intact(found[1], sealed_size(found[0]))
        return "" if there and sha256 not in self._damaged else found[1]

    def replaced_place(self, sha256: bytes, place: str) -> str:
        """The place that an object has to give up to one of the same bytes which lies whole at another; empty
        if it is sound. All of it is read: as much was just sent."""
        found = self.placed(sha256)
        if found is None or found[1] == place:
            return ""
        return found[1] if self.lost_place(sha256) or self.fault(sha256) else ""

    def replaced(self, sha256: bytes) -> None:
        """It lies whole again."""
        self._damaged.discard(sha256)

    def content(self, sha256: bytes, start: int, length: int) -> Iterator[bytes]:
        """The bytes of an object from one on. Raises StoreError."""
        found = self.placed(sha256)
        if found is None:
            raise StoreError("证据材料缺失, 请联系运维")
        size, place = found
        sealer, end, first = self.sealer(sha256, size), min(size, start + length), start // CHUNK
        with storage_faults_told():
            for number, piece in enumerate(self.shelf.pieces(place, sealer, first, chunks_of(end)), first):
                at = number * CHUNK
                try:
                    content = sealer.open(number, piece)
                except DamagedError:
                    self._damaged.add(sha256)
                    raise
                yield content[max(0, start - at) : end - at]

    def fault(self, sha256: bytes) -> str:
        """What is wrong with an object, read from beginning to end; empty if it is what its digest says."""
        found = self.placed(sha256)
        if found is None:
            return "缺失"
        digest = hashlib.sha256()
        try:
            for piece in self.content(sha256, 0, found[0]):
                digest.update(piece)
        except StoreError as error:
            return str(error)
        return "" if digest.digest() == sha256 else "与摘要不符"

    def erase(self, sha256: bytes, *, by: str, basis: str, now_ms: int) -> int:
        """Erases an object for ever; what is left says by whom, when and on what basis. Its size. Raises
        StoreError if there is none."""
        held = self.held(sha256)
        if held is None:
            raise StoreError("证据库没有这份材料")
        insert = "INSERT INTO erased VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
        self.catalogue.run(insert, sha256, held.size, now_ms, by, basis)
        found = self.placed(sha256)  # Asked from here on: before, an upload may have given it another place.
        with storage_faults_told():
            for upload in self.catalogue.uploads_of(sha256):
                self.shelf.incoming(upload, self.sealer(sha256, upload.size)).discard()
                self.catalogue.forget(upload)
            if found is not None:
                self.shelf.remove(found[1])
        self.catalogue.run("DELETE FROM object WHERE sha256 = ?", sha256)
        return held.size


@contextmanager
def storage_faults_told() -> Iterator[None]:
    """Has what the disk or the storage cannot do told in one line; nothing that was acknowledged is lost."""
    try:
        yield
    except DamagedError as error:
        raise StoreError("证据材料被改动, 或者个人信息密钥不符, 请联系运维") from error
    except OSError as error:
        raise StoreError(f"证据库不能读写: {error.strerror or error}") from error


def erased_error() -> RegistryError:
    """What whoever sends or labels erased bytes is told, having shown that he has them."""
    message = "这份材料已依法删除, 不再收存。"
    return RegistryError.of(reasons.ERROR_REASON_CONTENT_ERASED, message, "sha256")
