"""MatterService: 审批事项、涉审中介、监管制度."""

from __future__ import annotations

import grpc

from registry.commands.ask import Ask
from registry.commands.intake import Intake
from registry.servicer.supervision.recording import recorded
from registry.v1 import matter_service_pb2 as pb
from registry.v1 import matter_service_pb2_grpc

ACTS = frozenset({"matter", "intermediary", "rule", "rule_review", "rule_filing", "rule_check"})


class MatterServicer(matter_service_pb2_grpc.MatterServiceServicer):
    """See matter_service.proto."""

    def __init__(self, ask: Ask, intake: Intake) -> None:
        self._ask, self._intake = ask, intake

    def RecordMatterAct(
        self, request: pb.RecordMatterActRequest, context: grpc.ServicerContext
    ) -> pb.RecordMatterActResponse:
        """See matter_service.proto."""
        return pb.RecordMatterActResponse(result=recorded(self._intake, request.envelope, ACTS))
