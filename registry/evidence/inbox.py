"""The inbox of complaints as files beside the evidence store.

    waiting/<department>/<number>     the day, the length of what is not sealed, that, and the sealed parts
    taken/<department>/<number>       the day, and of the rest what tracking needs

Each file is written, synced and named before the reporter is told that it was received. Of when and from
where it came nothing is kept but the day: the file's own times say midnight of it.

Example: `waiting/11130900DEM0000106/W0123456789ABCDEFGHJK` of 2026-11-23.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from struct import Struct
from struct import error as StructError
from threading import Lock

from google.protobuf.message import DecodeError

from registry.commands.supervision.complaints_inbox import NUMBER, InboxFullError, Kept
from registry.durable import exchange, sync_directory
from registry.v1 import complaint_service_pb2 as pb

INBOX = "inbox"
"""Its place in the directory of the evidence store."""
WAITING, TAKEN = "waiting", "taken"
MOST_WAITING = 5_000
"""Of a department; about 700 MB at most if each is as long as can be."""
_DAY_BYTES, _LENGTH = 10, Struct(">I")


class InboxFiles:
    """See ``registry.commands.supervision.complaints_inbox.Inbox``."""

    def __init__(self, directory: Path) -> None:
        self._waiting, self._taken = directory / WAITING, directory / TAKEN
        self._lock = Lock()

    def lodge(self, request: pb.LodgeComplaintRequest, day: date) -> Kept:
        """See Inbox."""
        folder = self._waiting / request.department
        with self._lock:
            if there := self.find(request.number):
                return there
            if folder.is_dir() and sum(1 for _ in os.scandir(folder)) >= MOST_WAITING:
                raise InboxFullError
            _write(folder / request.number, request, day)
        return Kept(request, day, waiting=True)

    def put(self, request: pb.LodgeComplaintRequest, day: date) -> None:
        """Keeps a lodging, durably, in the place of what waits under its number."""
        with self._lock:
            _write(self._waiting / request.department / request.number, request, day)

    def find(self, number: str) -> Kept | None:
        """The lodging with a number, whichever department it is for."""
        if not NUMBER.match(number):
            return None
        for place in (self._waiting, self._taken):
            for folder in _entries(place):
                kept = _read(folder / number, waiting=place is self._waiting)
                if kept is not None:
                    return kept
        return None

    def waiting(self, department: str) -> Iterator[Kept]:
        """See Inbox."""
        found = _heads(self._waiting / department, waiting=True)
        yield from sorted(found, key=lambda kept: (kept.received_on, kept.request.number))

    def all_waiting(self) -> Iterator[Kept]:
        """Those that wait for any department."""
        for folder in _entries(self._waiting):
            yield from self.waiting(folder.name)

    def all_lodged(self) -> Iterator[Kept]:
        """See Inbox."""
        seen = set()
        for kept in self.all_waiting():
            seen.add(kept.request.number)  # It may be taken in before those are listed.
            yield kept
        for folder in _entries(self._taken):
            yield from (kept for kept in _heads(folder, waiting=False) if kept.request.number not in seen)

    def take(self, kept: Kept) -> None:
        """See Inbox."""
        request = kept.request
        with self._lock:
            _write(self._taken / request.department / request.number, _tracked(request), kept.received_on)
            (self._waiting / request.department / request.number).unlink(missing_ok=True)
            sync_directory(self._waiting / request.department)


def head_of(request: pb.LodgeComplaintRequest) -> pb.LodgeComplaintRequest:
    """A lodging without its sealed parts; in the place of who reported one byte, if he gave a name."""
    head = pb.LodgeComplaintRequest()
    head.CopyFrom(request)
    head.ClearField("content")
    head.reporter = b"\x01" if request.reporter else b""
    return head


def _tracked(request: pb.LodgeComplaintRequest) -> pb.LodgeComplaintRequest:
    """What stays of a lodging that was taken in: of whom it complains, the signed act says, sealed."""
    return pb.LodgeComplaintRequest(
        number=request.number,
        department=request.department,
        kind=request.kind,
        code_sha256=request.code_sha256,
        reporter=head_of(request).reporter,
    )


def _write(path: Path, request: pb.LodgeComplaintRequest, day: date) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    head = head_of(request).SerializeToString()
    sealed = pb.LodgeComplaintRequest(content=request.content, reporter=request.reporter)
    exchange(path, day.isoformat().encode() + _LENGTH.pack(len(head)) + head + sealed.SerializeToString())
    for directory in (path.parent.parent, path.parent.parent.parent):
        sync_directory(directory)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    os.utime(path, (midnight, midnight))


def _read(path: Path, *, waiting: bool, whole: bool = True) -> Kept | None:
    """A lodging; not ``whole``: without the sealed parts."""
    try:
        with path.open("rb") as file:
            day = date.fromisoformat(file.read(_DAY_BYTES).decode())
            (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
            # Two messages after each other are one: of a field in both the later counts.
            content = file.read() if whole else file.read(length)
        return Kept(pb.LodgeComplaintRequest.FromString(content), day, waiting)
    except (FileNotFoundError, DecodeError, ValueError, StructError):
        return None


def _heads(folder: Path, *, waiting: bool) -> Iterator[Kept]:
    """The lodgings in a folder, without their sealed parts."""
    names = [path.name for path in _entries(folder) if NUMBER.match(path.name)]
    yield from (kept for name in names if (kept := _read(folder / name, waiting=waiting, whole=False)))


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []
