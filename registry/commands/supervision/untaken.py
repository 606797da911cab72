"""Complaints from the web that nobody takes in (网上投诉举报未登记): their clocks run all the same.

A lodging is in no file until a clerk takes it in, and a department that takes in nothing would owe nothing.
So each that waits is counted as the file that it will be: from the day on which it came, for its department.
Of these duties nobody is reminded: whoever floods an inbox shall not flood the notices.

Example: a report of 2026-11-02 that still waits on 11-24: its verification was due on 11-23, and is late.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from registry.commands.supervision.complaints_inbox import Inbox, as_file
from registry.domain.files import file_key
from registry.store.interface import Store, StoreError
from registry.supervision.duties import Clocks
from registry.supervision.obligations import obligations_of
from registry.v1.supervision_file_pb2 import Obligation, SupervisionFile

_RUN = 500


def untaken(store: Store, inbox: Inbox, clocks: Clocks, department: str = "") -> Iterator[Obligation]:
    """The duties of what waits, of a department or of all, as seen on the clocks' day. Raises StoreError."""
    try:
        found = inbox.waiting(department) if department else inbox.all_waiting()
        files = [as_file(kept) for kept in found if kept.received_on <= clocks.day]
    except OSError as error:
        raise StoreError(f"待登记箱不能读取: {error.strerror or error}") from error
    for file in _not_there(store, files):
        yield from obligations_of(file, clocks)


def lodged_before(inbox: Inbox, clocks: Clocks, day: str) -> Iterator[Obligation]:
    """The duties of whatever was lodged before a day, taken in since or not: of the past, whoever asks leaves
    out what had a file then. Raises StoreError."""
    try:
        for kept in inbox.all_lodged():
            if kept.received_on.isoformat() < day:
                yield from obligations_of(as_file(kept), clocks)
    except OSError as error:
        raise StoreError(f"待登记箱不能读取: {error.strerror or error}") from error


def _not_there(store: Store, files: Sequence[SupervisionFile]) -> Iterator[SupervisionFile]:
    """Those without a file: one that was just taken in may wait a moment longer."""
    for run in (files[at : at + _RUN] for at in range(0, len(files), _RUN)):
        there = store.files([file_key(file.file) for file in run])
        yield from (file for file in run if file_key(file.file) not in there)
