"""ReferralService: 告知、移送、督办."""

from __future__ import annotations

import grpc

from registry.commands.ask import Ask
from registry.commands.intake import Intake
from registry.commands.supervision.referral_statistics import ReferralStatistics
from registry.domain.powers import REFERRALS
from registry.servicer.ban_messages import day_of
from registry.servicer.gate import current_caller
from registry.servicer.supervision.recording import recorded
from registry.v1 import referral_service_pb2 as pb
from registry.v1 import referral_service_pb2_grpc


class ReferralServicer(referral_service_pb2_grpc.ReferralServiceServicer):
    """See referral_service.proto."""

    def __init__(self, ask: Ask, intake: Intake) -> None:
        self._intake = intake
        self._statistics = ReferralStatistics(ask)

    def RecordReferralAct(
        self, request: pb.RecordReferralActRequest, context: grpc.ServicerContext
    ) -> pb.RecordReferralActResponse:
        """See referral_service.proto."""
        return pb.RecordReferralActResponse(result=recorded(self._intake, request.envelope, REFERRALS))

    def GetReferralStatistics(
        self, request: pb.GetReferralStatisticsRequest, context: grpc.ServicerContext
    ) -> pb.GetReferralStatisticsResponse:
        """See referral_service.proto."""
        for bound in (getattr(request, "from"), request.until):
            day_of(bound)  # Refused where it is none.
        counts = self._statistics.counts(current_caller.get(), request, day_of(request.on))
        return pb.GetReferralStatisticsResponse(counts=counts)
