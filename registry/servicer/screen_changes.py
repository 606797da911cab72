"""What changed between two reports on one tender (变化): per party the verdicts, and the restrictions that
came and went.

Compared is what the caller sees. A restriction that stands differently, such as a ban that is stayed, went as
it was and came as it is. That a source delivered again, or that time went by, is no change; that a source
became stale, was connected or lost, is one.

Example: between two reports a ban on party 0 began: before CLEAR, after BLOCKED, came the ban.
"""

from __future__ import annotations

from collections.abc import Iterable

from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import verdict_pb2


def changes_between(before: pb.ScreenResponse, after: pb.ScreenResponse) -> list[pb.PartyChange]:
    """The parties of which something changed, in their order."""
    pairs = enumerate(zip(before.parties, after.parties, strict=True))
    return [_change(number, old, new) for number, (old, new) in pairs if old != new]


def says_anything_new(before: pb.ScreenResponse, after: pb.ScreenResponse) -> bool:
    """Whether a caller who has the first report should have the second."""
    if before.parties != after.parties or before.bids != after.bids:
        return True
    return list(map(_source, before.lists)) != list(map(_source, after.lists))


def _source(checked: verdict_pb2.CheckedList) -> tuple[str, bool, bool]:
    return checked.code, checked.connected, checked.stale


def _change(number: int, old: pb.PartyReport, new: pb.PartyReport) -> pb.PartyChange:
    return pb.PartyChange(
        party=number,
        before=old.verdict,
        after=new.verdict,
        came=_beyond(new.hits, old.hits),
        went=_beyond(old.hits, new.hits),
    )


def _beyond(hits: Iterable[verdict_pb2.Hit], others: Iterable[verdict_pb2.Hit]) -> list[verdict_pb2.Hit]:
    """The hits that are not among the others."""
    known = list(others)
    return [hit for hit in hits if hit not in known]
