"""InspectionService, what everybody may know of plans and draws (双随机、一公开)."""

from __future__ import annotations

import grpc

from registry.commands.ask import Ask
from registry.commands.supervision.draws import PublishedDraws
from registry.v1 import inspection_service_pb2 as pb


class DrawMethods:
    """The methods about plans and draws; see inspection_service.proto."""

    _ask: Ask

    def ListPlans(self, request: pb.ListPlansRequest, context: grpc.ServicerContext) -> pb.ListPlansResponse:
        """See inspection_service.proto."""
        page = PublishedDraws(self._ask).plans(request)
        return pb.ListPlansResponse(plans=page.plans, next_page_token=page.token)

    def ListDraws(self, request: pb.ListDrawsRequest, context: grpc.ServicerContext) -> pb.ListDrawsResponse:
        """See inspection_service.proto."""
        page = PublishedDraws(self._ask).draws(request)
        return pb.ListDrawsResponse(draws=page.draws, next_page_token=page.token)

    def GetDraw(self, request: pb.GetDrawRequest, context: grpc.ServicerContext) -> pb.GetDrawResponse:
        """See inspection_service.proto."""
        return PublishedDraws(self._ask).get(request)
