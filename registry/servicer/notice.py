"""NoticeService: requests to commands and back."""

from __future__ import annotations

from collections.abc import Iterator

import grpc

from registry.commands.notices import MAX_ACKNOWLEDGED, Notices
from registry.errors import RegistryError
from registry.servicer.gate import current_caller
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import notice_service_pb2 as pb
from registry.v1 import notice_service_pb2_grpc


class NoticeServicer(notice_service_pb2_grpc.NoticeServiceServicer):
    """See notice_service.proto."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    def WatchNotices(
        self, request: pb.WatchNoticesRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.WatchNoticesResponse]:
        """See notice_service.proto."""
        caller = current_caller.get()
        with self._notices.listening(caller) as watch:
            if context.add_callback(watch.end):
                for row in self._notices.watch(caller, watch):
                    yield pb.WatchNoticesResponse(notice=self._notices.message(row))

    def ListNotices(
        self, request: pb.ListNoticesRequest, context: grpc.ServicerContext
    ) -> pb.ListNoticesResponse:
        """See notice_service.proto."""
        rows, token = self._notices.page(current_caller.get(), request)
        return pb.ListNoticesResponse(notices=map(self._notices.message, rows), next_page_token=token)

    def Acknowledge(
        self, request: pb.AcknowledgeRequest, context: grpc.ServicerContext
    ) -> pb.AcknowledgeResponse:
        """See notice_service.proto."""
        if len(request.notice_ids) > MAX_ACKNOWLEDGED:
            message = f"一次最多签收{MAX_ACKNOWLEDGED}条告知。"
            raise RegistryError.of(reasons.ERROR_REASON_TOO_LARGE, message, "notice_ids")
        unknown = self._notices.acknowledge(current_caller.get(), request.notice_ids)
        return pb.AcknowledgeResponse(unknown=unknown)

    def Subscribe(self, request: pb.SubscribeRequest, context: grpc.ServicerContext) -> pb.SubscribeResponse:
        """See notice_service.proto."""
        self._notices.subscribe(current_caller.get(), subscribed=request.subscribed)
        return pb.SubscribeResponse()
