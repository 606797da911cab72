"""Notices (告知): what the registry has to tell the caller, until the caller says that it has it.

for notice in registry.notices.watch():          # what was missed first, then each new one
    handle(notice)                               # a notice may come twice, under the same id
    registry.notices.acknowledge([notice.notice_id])
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import grpc

from registry.v1 import notice_service_pb2 as pb
from registry.v1.notice_service_pb2_grpc import NoticeServiceStub
from registry_client.calls import Calls

PAGE = 1000


class Notices:
    """The caller's notices. One is had from ``Registry``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._stub = NoticeServiceStub(channel)
        self._calls = calls

    def watch(self) -> Iterator[pb.Notice]:
        """Every notice that is not acknowledged, then each new one, until the caller stops listening."""
        request = pb.WatchNoticesRequest()
        for response in self._calls.stream(self._stub.WatchNotices, request, timeout=None):
            yield response.notice

    def all(
        self, *, addressee: str = "", unacknowledged_only: bool = False, page_size: int = PAGE
    ) -> Iterator[pb.Notice]:
        """The notices of an addressee (one's own), the oldest first."""
        token = ""
        while True:
            request = pb.ListNoticesRequest(
                addressee=addressee,
                unacknowledged_only=unacknowledged_only,
                page_size=page_size,
                page_token=token,
            )
            page = self._calls.unary(self._stub.ListNotices, request)
            yield from page.notices
            token = page.next_page_token
            if not token:
                return

    def acknowledge(self, notice_ids: Sequence[str]) -> tuple[str, ...]:
        """Says that notices have come; answers those that are not the caller's. Safe to repeat."""
        request = pb.AcknowledgeRequest(notice_ids=notice_ids)
        return tuple(self._calls.unary(self._stub.Acknowledge, request, self._calls.submit_timeout).unknown)

    def subscribe(self, subscribed: bool = True) -> None:
        """Whether the calling system is told of every change in its domains."""
        request = pb.SubscribeRequest(subscribed=subscribed)
        self._calls.unary(self._stub.Subscribe, request, self._calls.submit_timeout)
