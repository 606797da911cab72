"""Referrals (告知移送) as a department has them: those it sent and was told, where each stands; in numbers.

    for file in referrals(registry, told_to="11130900DEM001025Q"):
        print(file.file.number, state_of(file))
    for row in statistics(registry).counts:
        print(row.to, row.referred, row.steps_overdue)

Acts are taken like every act of supervision, with ``registry.supervision.take``.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.domain.files import ACT_NUMBERS
from registry.v1.referral_service_pb2 import GetReferralStatisticsRequest, GetReferralStatisticsResponse
from registry.v1.referral_service_pb2_grpc import ReferralServiceStub
from registry.v1.supervision_file_pb2 import FileAct, ListFilesRequest, SupervisionFile
from registry.v1.supervision_pb2 import FILE_KIND_REFERRAL
from registry_client.client import Registry

UNREAD, READ, ACCEPTED, REFUSED, SETTLED, ANSWERED = (
    "待签收", "待受理", "已受理", "未受理", "已有结果", "已反馈",
)  # fmt: skip
"""Where a referral stands."""


def referrals(registry: Registry, *, sent_by: str = "", told_to: str = "") -> Iterator[SupervisionFile]:
    """Referrals, the one sent last first: of a sender, of whom they were told to, or all that one may see."""
    request = ListFilesRequest(kind=FILE_KIND_REFERRAL, department=sent_by, addressee=told_to, page_size=500)
    while True:
        page = registry.supervision.files(request)
        yield from page.files
        if not page.next_page_token:
            return
        request.page_token = page.next_page_token


def statistics(
    registry: Registry, *, department: str = "", first: str = "", last: str = "", on: str = ""
) -> GetReferralStatisticsResponse:
    """What became of referrals, in numbers."""
    request = GetReferralStatisticsRequest(department=department, until=last, on=on)
    setattr(request, "from", first)
    response: GetReferralStatisticsResponse = registry.call(
        ReferralServiceStub, "GetReferralStatistics", request
    )
    return response


def state_of(file: SupervisionFile) -> str:
    """Where a referral stands, in one of the words above."""
    acceptance, outcome = act_of(file, "referral_acceptance"), act_of(file, "referral_outcome")
    if acceptance is not None and not acceptance.result:
        return SETTLED if outcome is not None else REFUSED
    if act_of(file, "referral_answer") is not None:
        return ANSWERED
    if outcome is not None:
        return SETTLED
    if acceptance is not None:
        return ACCEPTED
    return READ if act_of(file, "receipt") is not None else UNREAD


def act_of(file: SupervisionFile, name: str) -> FileAct | None:
    """The first act of a name in a file; None if it is not there yet."""
    return next((act for act in file.acts if act.act == ACT_NUMBERS[name]), None)
