"""Labels: to which files a digest belongs, with a title that rests sealed.

A label is one for a digest and a file; labelled again, the newer title holds. It is pending until the
department has sent all bytes itself, and till then nobody else sees it. Of what was erased by law the label
stays without its title: that names whom the evidence was about as often as the evidence does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry.commands.supervision.evidence import Label
from registry.domain.periods import china_day
from registry.evidence.catalogue import Catalogue
from registry.evidence.sealing import NONCE_BYTES
from registry.provenance.vault import Vault
from registry.store.interface import StoreError
from registry.v1.evidence_service_pb2 import EvidenceLabel
from registry.v1.supervision_pb2 import FileReference

_LABEL = "SELECT sha256, kind, department, number, sealed, labelled_ms FROM label"


class Labels:
    """The labels of a catalogue."""

    def __init__(self, catalogue: Catalogue, vault: Vault, random_bytes: Callable[[int], bytes]) -> None:
        self._catalogue, self._random = catalogue, random_bytes
        self._cipher = AESGCM(vault.evidence_key(b"labels"))

    def put(self, label: Label, now_ms: int, *, pending: bool) -> None:
        """Labels a digest; one that counts already does not become pending by it."""
        said = EvidenceLabel(media_type=label.media_type, title=label.title).SerializeToString()
        nonce = self._random(NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, said, label.sha256)
        file = label.file
        self._catalogue.run(
            """INSERT INTO label VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
               SET sealed = excluded.sealed, pending = MIN(pending, excluded.pending)""",
            label.sha256, file.kind, file.department, file.number, sealed, now_ms, int(pending),
        )  # fmt: skip

    def erase_titles(self, sha256: bytes) -> None:
        """Takes the titles of a digest that was erased; once more does no harm."""
        with self._catalogue.change():
            for each in self._all("sha256 = ?", sha256):
                self.put(replace(each, title=""), 0, pending=True)  # Of one that is there only this changes.
        self._catalogue.scrub()

    def of_digest(self, sha256: bytes) -> list[Label]:
        """Those of a digest that count."""
        return self._all("sha256 = ? AND NOT pending", sha256)

    def coming(self, department: str, sha256: bytes) -> list[Label]:
        """Those of a digest that a department is uploading."""
        return self._all("department = ? AND sha256 = ?", department, sha256)

    def of_file(self, file: FileReference, limit: int, only: Collection[bytes] | None = None) -> list[Label]:
        """Those of a file that count, or of these digests alone, the first labelled first."""
        where = "kind = ? AND department = ? AND number = ? AND NOT pending"
        if only is not None:
            where += f" AND sha256 IN ({', '.join('?' * len(only))})"
        return self._all(where, file.kind, file.department, file.number, *(only or ()), limit=limit)

    def _all(self, where: str, *values: Any, limit: int = -1) -> list[Label]:
        sql = f"{_LABEL} WHERE {where} ORDER BY labelled_ms, sha256, kind, number LIMIT ?"
        return [self._opened(*row) for row in self._catalogue.rows(sql, *values, limit)]

    def _opened(
        self, sha256: bytes, kind: int, department: str, number: str, sealed: bytes, labelled_ms: int
    ) -> Label:
        try:
            said = self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], sha256)
        except (InvalidTag, ValueError) as error:
            raise StoreError("证据库目录不能解读: 个人信息密钥不符, 或者内容被改动") from error
        label = EvidenceLabel.FromString(said)
        file = FileReference(department=department, number=number)
        file.kind = kind  # type: ignore[assignment]  # As it was stored.
        return Label(sha256, file, label.media_type, label.title, china_day(labelled_ms).isoformat())
