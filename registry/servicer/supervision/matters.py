"""MatterService: 审批事项、涉审中介、监管制度、行业自律信息."""

from __future__ import annotations

import grpc

from registry.commands.ask import Ask
from registry.commands.intake import Intake
from registry.commands.supervision.associations import STANDING, AssociationNotes
from registry.commands.supervision.matters import Matters
from registry.commands.supervision.rules import Rules
from registry.commands.supervision.unfiled_listing import UnfiledMatters
from registry.domain.powers import MATTERS
from registry.servicer.ban_messages import day_of
from registry.servicer.gate import current_caller
from registry.servicer.supervision.recording import recorded
from registry.v1 import matter_service_pb2 as pb
from registry.v1 import matter_service_pb2_grpc


class MatterServicer(matter_service_pb2_grpc.MatterServiceServicer):
    """See matter_service.proto."""

    def __init__(self, ask: Ask, intake: Intake) -> None:
        self._intake = intake
        self._matters, self._rules = Matters(ask), Rules(ask)
        self._unfiled, self._notes = UnfiledMatters(ask), AssociationNotes(ask)

    def RecordMatterAct(
        self, request: pb.RecordMatterActRequest, context: grpc.ServicerContext
    ) -> pb.RecordMatterActResponse:
        """See matter_service.proto."""
        return pb.RecordMatterActResponse(result=recorded(self._intake, request.envelope, MATTERS))

    def ListMatters(
        self, request: pb.ListMattersRequest, context: grpc.ServicerContext
    ) -> pb.ListMattersResponse:
        """See matter_service.proto."""
        found, token = self._matters.page(current_caller.get(), request, day_of(request.on))
        return pb.ListMattersResponse(matters=found, next_page_token=token)

    def ListRules(self, request: pb.ListRulesRequest, context: grpc.ServicerContext) -> pb.ListRulesResponse:
        """See matter_service.proto."""
        found, token = self._rules.page(current_caller.get(), request, day_of(request.on))
        return pb.ListRulesResponse(rules=found, next_page_token=token)

    def ListUnfiled(
        self, request: pb.ListUnfiledRequest, context: grpc.ServicerContext
    ) -> pb.ListUnfiledResponse:
        """See matter_service.proto."""
        found, token = self._unfiled.page(current_caller.get(), request, day_of(request.on))
        return pb.ListUnfiledResponse(matters=found, next_page_token=token)

    def ListIntermediaries(
        self, request: pb.ListIntermediariesRequest, context: grpc.ServicerContext
    ) -> pb.ListIntermediariesResponse:
        """See matter_service.proto."""
        found, token = self._matters.intermediaries(current_caller.get(), request, day_of(request.on))
        return pb.ListIntermediariesResponse(intermediaries=found, next_page_token=token)

    def ListAssociationNotes(
        self, request: pb.ListAssociationNotesRequest, context: grpc.ServicerContext
    ) -> pb.ListAssociationNotesResponse:
        """See matter_service.proto."""
        found, token = self._notes.page(current_caller.get(), request, day_of(request.on))
        return pb.ListAssociationNotesResponse(notes=found, next_page_token=token, standing=STANDING)
