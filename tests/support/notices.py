"""Notices as a test looks at them: what a statement gave rise to, and callers that are told.

subscribe(spine, PLATFORM)
position = placed(spine.say("财政", "ban", event=...))
assert told_at(spine, position) == {(PLATFORM.uri, "RESTRICTED")}
"""

from __future__ import annotations

from registry.access.identity import Caller, CallerRole
from registry.v1 import notice_service_pb2 as pb
from tests.support.spine import ORIGIN, Spine

PLATFORM = Caller(CallerRole.PROCUREMENT_SYSTEM, "platform", ORIGIN)
BIDDING = Caller(CallerRole.BIDDING_SYSTEM, "bidding", ORIGIN)
BORDER = Caller(CallerRole.BORDER_SYSTEM, "border", ORIGIN)


def kind_name(kind: pb.NoticeKind.ValueType) -> str:
    """The kind without its prefix."""
    return pb.NoticeKind.Name(kind).removeprefix("NOTICE_KIND_")


def department_of(spine: Spine, key: str) -> Caller:
    """A department as it calls."""
    return Caller(CallerRole.DEPARTMENT, spine.code(key), ORIGIN)


def subscribe(spine: Spine, *callers: Caller, subscribed: bool = True) -> None:
    """Has callers told of every change in their domains, or no longer."""
    for caller in callers:
        spine.engine.notices.subscribe(caller, subscribed=subscribed)


def notices_at(spine: Spine, position: int) -> list[pb.Notice]:
    """The notices that a statement gave rise to, as they are delivered."""
    rows = (row for row in spine.engine.store.all_notices() if row.position == position)
    return [spine.engine.notices.message(row) for row in rows]


def told_at(spine: Spine, position: int) -> set[tuple[str, str]]:
    """Who was told of a statement under which kind; what is to be served on the subject as ``subject``."""
    return {
        (
            "subject" if each.addressee_kind == pb.ADDRESSEE_KIND_SUBJECT else each.addressee,
            kind_name(each.kind),
        )
        for each in notices_at(spine, position)
    }


def waiting(spine: Spine, caller: Caller) -> list[pb.Notice]:
    """What a caller has not acknowledged."""
    request = pb.ListNoticesRequest(unacknowledged_only=True, page_size=1000)
    rows, _ = spine.engine.notices.page(caller, request)
    return [spine.engine.notices.message(row) for row in rows]
