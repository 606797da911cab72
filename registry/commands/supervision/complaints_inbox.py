"""The inbox of complaints from the web (网上投诉举报待登记箱): what was lodged and is not taken in yet.

A lodging is no statement: nobody in office has signed it. It waits until a clerk takes it in; then only what
tracking needs stays. Where and how it is kept, ``registry.evidence.inbox`` says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from registry.domain.files import ACT_NUMBERS
from registry.v1 import complaint_service_pb2 as pb
from registry.v1 import supervision_pb2 as acts
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile

COMPLAINT = ACT_NUMBERS["complaint"]
NUMBER = re.compile(r"W[0-9A-HJKMNP-TV-Z]{20}\Z")


class InboxFullError(Exception):
    """So many wait for a department that no more are taken."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A lodging as it is kept: what was sent, without the sealed parts once it is taken in."""

    request: pb.LodgeComplaintRequest
    received_on: date
    waiting: bool


class Inbox(Protocol):
    """An inbox. Every method raises OSError where the disk does not do as it is told."""

    def lodge(self, request: pb.LodgeComplaintRequest, day: date) -> Kept:
        """Keeps a lodging, durably, unless there is one with its number: what is kept under it, in either
        case. Of two at one instant one is kept, and both are answered with that. Raises InboxFullError."""

    def find(self, number: str) -> Kept | None:
        """The lodging with a number, whichever department it is for."""

    def waiting(self, department: str) -> Iterator[Kept]:
        """Those that wait for a department, the oldest first, without their sealed parts."""

    def all_waiting(self) -> Iterator[Kept]:
        """Those that wait for any department, without their sealed parts."""

    def all_lodged(self) -> Iterator[Kept]:
        """Those that were ever lodged, taken in or not, without their sealed parts."""

    def take(self, kept: Kept) -> None:
        """Lets go of the sealed parts of a lodging that was taken in: what they were lies in the evidence
        store by now."""


def as_file(kept: Kept) -> SupervisionFile:
    """A lodging as the file that it will be: its clock runs from the day on which it came."""
    day, sent = kept.received_on.isoformat(), kept.request
    act = FileAct(act=COMPLAINT, position=0, on=day, received_on=day, named=bool(sent.reporter))
    reference = acts.FileReference(
        kind=acts.FILE_KIND_COMPLAINT, department=sent.department, number=sent.number
    )
    return SupervisionFile(file=reference, variant=sent.kind, acts=[act])
