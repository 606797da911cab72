"""Uploads: begun or resumed, part after part, ended by the digest's check, or given up.

An upload belongs to a department: what another has of the same bytes never shows in it. At its end the object
gets its place, then the catalogue says in one transaction that it counts, that its labels do, and that the
upload is over. Whoever is killed before that goes on with the upload; after it, there is an object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from registry.commands.supervision.evidence import Held, Label
from registry.errors import RegistryError
from registry.evidence.coming import Coming, Remembered, invalid
from registry.evidence.labels import Labels
from registry.evidence.objects import Objects, erased_error, storage_faults_told
from registry.evidence.shelf import Upload
from registry.store.interface import StoreError
from registry.v1 import error_reason_pb2 as reasons

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MAX_UNDER_WAY = 1000
"""Uploads of a department at a time."""
_STRIPES = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of one piece, bytes of a department, and days after which an upload that rests is given up."""

    largest: int
    quota: int
    upload_days: int


class Uploads:
    """The uploads under way of an evidence store."""

    def __init__(
        self,
        objects: Objects,
        labels: Labels,
        *,
        limits: Limits,
        clock: Callable[[], int],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._objects, self._labels, self._limits = objects, labels, limits
        self._catalogue, self._clock, self._random = objects.catalogue, clock, random_bytes
        self._remembered = Remembered(objects)
        self._stripes = [Lock() for _ in range(_STRIPES)]
        self.cleaned_ms = 0

    def begin(self, label: Label, size: int) -> Held:
        """See EvidenceKeep."""
        department, sha256 = label.file.department, label.sha256
        if self._clock() - self.cleaned_ms > HOUR_MS:
            self.clean()
        with self._alone(department, sha256):
            if self._labelled_at_once(label, size):
                return Held(size, size, complete=True)
            upload = self._upload(department, sha256, size)
            self._labels.put(label, self._clock(), pending=True)
            return self._as_far_as_it_came(upload, self._remembered.get(upload))

    def append(self, department: str, sha256: bytes, offset: int, content: bytes) -> Held:
        """See EvidenceKeep."""
        with self._alone(department, sha256):
            upload = self._catalogue.upload(department, sha256)
            if upload is None:
                return self._ended_before(department, sha256)
            coming = self._remembered.get(upload)
            coming.require_next(offset, content)
            if content:
                self._add(upload, coming, content)
            return self._as_far_as_it_came(upload, coming)

    def under_way(self, department: str, sha256: bytes) -> tuple[Held, list[Label]] | None:
        """See EvidenceKeep."""
        with self._alone(department, sha256):
            upload = self._catalogue.upload(department, sha256)
            labels = self._labels.coming(department, sha256)
            if upload is None or not labels:
                return None
            return Held(upload.size, self._remembered.get(upload).offset, complete=False), labels

    def clean(self) -> None:
        """Gives up uploads that have rested too long, and removes what was left of others."""
        self.cleaned_ms = self._clock()
        before_ms = self.cleaned_ms - self._limits.upload_days * DAY_MS
        for upload in self._catalogue.uploads(before_ms=before_ms):
            with self._alone(upload.department, upload.sha256):
                # Somebody may have gone on with it, or ended it, since it was listed.
                if self._catalogue.upload(upload.department, upload.sha256) == upload:
                    self._give_up(upload, self._remembered.get(upload))
        with storage_faults_told():
            self._objects.shelf.sweep(self._catalogue.is_under_way, before_ms)

    def _labelled_at_once(self, label: Label, size: int) -> bool:
        """Whether the department has sent these bytes before, and they are here: then it need not again."""
        department, sha256 = label.file.department, label.sha256
        if not self._catalogue.possesses(department, sha256):
            return False
        if (held := self._objects.held(sha256)) is None:
            return False
        if held.erased_on:
            raise erased_error()
        if held.size != size:
            raise invalid(f"这份材料的大小是{held.size}字节。", "size")
        if self._objects.lost_place(sha256):
            return False
        self._labels.put(label, self._clock(), pending=False)
        return True

    def _upload(self, department: str, sha256: bytes, size: int) -> Upload:
        """The department's upload, a new one if need be. Raises RegistryError TOO_LARGE, OVERLOADED."""
        now, known = self._clock(), self._catalogue.upload(department, sha256)
        if known is not None and known.size == size:
            self._catalogue.touch(known, now)
            return known
        if known is not None:  # One of both sizes is wrong: the newer one is believed.
            self._give_up(known, self._remembered.get(known))
        new = Upload(self._random(16).hex(), sha256, department, size, now)
        with self._catalogue.change():
            self._require_room(department, sha256, size)
            self._catalogue.add(new)
        return new

    def _require_room(self, department: str, sha256: bytes, size: int) -> None:
        limits = self._limits
        if self._catalogue.under_way(department) >= MAX_UNDER_WAY:
            message = f"本部门未传完的材料已有{MAX_UNDER_WAY}份, 请先传完。"
            raise RegistryError.of(reasons.ERROR_REASON_OVERLOADED, message)
        if size > limits.largest:
            message = f"一份材料最多{limits.largest}字节, 这份有{size}字节。"
            raise RegistryError.of(reasons.ERROR_REASON_TOO_LARGE, message, "size")
        taken = self._catalogue.taken(department, sha256)
        if taken + size > limits.quota:
            message = f"本部门的证据配额为{limits.quota}字节, 已用{taken}字节, 容不下这份材料。"
            raise RegistryError.of(reasons.ERROR_REASON_TOO_LARGE, message, "size")

    def _add(self, upload: Upload, coming: Coming, content: bytes) -> None:
        try:
            coming.add(content, self._random)
        except BaseException:
            self._remembered.forget(upload)
            raise
        if self._clock() - upload.touched_ms > HOUR_MS:
            self._catalogue.touch(upload, self._clock())

    def _as_far_as_it_came(self, upload: Upload, coming: Coming) -> Held:
        """How much is there; if it is all, the upload comes to its end."""
        if not coming.whole:
            return Held(upload.size, coming.offset, complete=False)
        try:
            return self._ended(upload, coming)
        except StoreError:
            self._remembered.forget(upload)
            raise

    def _ended(self, upload: Upload, coming: Coming) -> Held:
        """All bytes are there. Raises RegistryError DIGEST_MISMATCH, CONTENT_ERASED."""
        with storage_faults_told():
            coming.incoming.close()
            if coming.sha256() != upload.sha256:
                self._give_up(upload, coming)
                message = "内容与所报摘要不符, 本次上传已全部作废, 请核对文件后重新上传。"
                raise RegistryError.of(reasons.ERROR_REASON_DIGEST_MISMATCH, message, "sha256")
            place = coming.incoming.keep()
            spare = self._recorded(upload, place, self._objects.replaced_place(upload.sha256, place))
            self._objects.replaced(upload.sha256)
            coming.incoming.discard()
            if spare:
                self._objects.shelf.remove(spare)
        self._remembered.forget(upload)
        if self._objects.is_erased(upload.sha256):
            raise erased_error()
        return Held(upload.size, upload.size, complete=True)

    def _recorded(self, upload: Upload, place: str, lost: str) -> str:
        """Has the object count, under this place if it has none, or one where it was lost; the place that is
        not needed, if any. All at once: another may have ended the same bytes just now, and been answered."""
        with self._catalogue.change():
            self._catalogue.drop(upload)
            if self._objects.is_erased(upload.sha256):
                self._catalogue.drop_pending(upload)
                return place
            self._catalogue.move(upload.sha256, lost, place)
            self._catalogue.count(upload, place, self._clock())
            found = self._objects.placed(upload.sha256)
        kept = place if found is None else found[1]
        return place if kept != place else lost if lost != place else ""

    def _give_up(self, upload: Upload, coming: Coming) -> None:
        with storage_faults_told():
            coming.incoming.discard()
        self._catalogue.forget(upload)
        self._remembered.forget(upload)

    def _ended_before(self, department: str, sha256: bytes) -> Held:
        """The answer to a part of an upload that has ended already: that its answer was lost, happens."""
        held = self._objects.held(sha256) if self._catalogue.possesses(department, sha256) else None
        if held is None:
            message = "没有这一上传; 请先开始上传(BeginUpload)。"
            raise RegistryError.of(reasons.ERROR_REASON_NOT_FOUND, message, "sha256")
        if held.erased_on:
            raise erased_error()
        return held

    @contextmanager
    def _alone(self, department: str, sha256: bytes) -> Iterator[None]:
        """Nobody else goes on with this upload meanwhile."""
        with self._stripes[hash((department, sha256)) % _STRIPES]:
            yield
