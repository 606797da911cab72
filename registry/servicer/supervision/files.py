"""SupervisionFileService: files of every kind and what is due in them."""

from __future__ import annotations

import grpc

from registry.commands.ask import Ask
from registry.commands.supervision.complaints_inbox import Inbox
from registry.commands.supervision.files import Files
from registry.servicer.ban_messages import day_of
from registry.servicer.gate import current_caller
from registry.v1 import supervision_file_pb2 as pb
from registry.v1 import supervision_file_service_pb2_grpc


class SupervisionFileServicer(supervision_file_service_pb2_grpc.SupervisionFileServiceServicer):
    """See supervision_file.proto."""

    def __init__(self, ask: Ask, inbox: Inbox | None = None) -> None:
        self._files = Files(ask, inbox)

    def GetFile(self, request: pb.GetFileRequest, context: grpc.ServicerContext) -> pb.GetFileResponse:
        """See supervision_file.proto."""
        view = self._files.get(current_caller.get(), request.file, day_of(request.on))
        return pb.GetFileResponse(
            file=view.file, statements=view.statements, obligations=view.obligations, linked=view.linked
        )

    def ListFiles(self, request: pb.ListFilesRequest, context: grpc.ServicerContext) -> pb.ListFilesResponse:
        """See supervision_file.proto."""
        files, token = self._files.page(current_caller.get(), request)
        return pb.ListFilesResponse(files=files, next_page_token=token)

    def ListObligations(
        self, request: pb.ListObligationsRequest, context: grpc.ServicerContext
    ) -> pb.ListObligationsResponse:
        """See supervision_file.proto."""
        found, more = self._files.obligations(current_caller.get(), request, day_of(request.on))
        return pb.ListObligationsResponse(obligations=found, more=more)
