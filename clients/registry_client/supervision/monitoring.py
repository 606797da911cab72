"""Risk monitoring (风险监测): indicators, alerts and what became of them, figures for who oversees.

    for entry in alerts(registry, unanswered_only=True):
        print(entry.alert.number, entry.alert.group, entry.alert.value, state_of(entry))
    registry.supervision.take(seal(statement, official))        # a receipt, an answer, an indicator

An alert is a reason to look. No question about a subject is answered by one, and none may be refused for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.domain.files import ACT_NUMBERS
from registry.v1 import monitoring_service_pb2 as pb
from registry.v1.monitoring_service_pb2_grpc import MonitoringServiceStub
from registry.v1.supervision_pb2 import FILE_KIND_ALERT, FileReference
from registry_client.client import Registry

UNREAD, READ, ANSWERED = "待签收", "待答复", "已答复"
"""Where an alert stands."""
_RECEIPT, _ANSWER = ACT_NUMBERS["receipt"], ACT_NUMBERS["alert_answer"]


def indicators(registry: Registry, *, on: str = "") -> list[pb.IndicatorEntry]:
    """The indicators that the caller may see, as they were stated last."""
    request = pb.ListIndicatorsRequest(on=on)
    response: pb.ListIndicatorsResponse = registry.call(MonitoringServiceStub, "ListIndicators", request)
    return list(response.indicators)


def alerts(
    registry: Registry, *, indicator: str = "", in_charge: str = "", unanswered_only: bool = False
) -> Iterator[pb.AlertEntry]:
    """Alerts, the newest first: of an indicator, of a department, or all that one may see."""
    request = pb.ListAlertsRequest(
        indicator=indicator, in_charge=in_charge, unanswered_only=unanswered_only, page_size=500
    )
    while True:
        page = alert_page(registry, request)
        yield from page.alerts
        if not page.next_page_token:
            return
        request.page_token = page.next_page_token


def alert_page(registry: Registry, request: pb.ListAlertsRequest) -> pb.ListAlertsResponse:
    """One page of alerts."""
    response: pb.ListAlertsResponse = registry.call(MonitoringServiceStub, "ListAlerts", request)
    return response


def alert(registry: Registry, number: str) -> pb.AlertEntry | None:
    """One alert by its number; None if there is none that the caller may see."""
    page = alert_page(registry, pb.ListAlertsRequest(number=number))
    return page.alerts[0] if page.alerts else None


def figures(registry: Registry, indicator: str = "") -> pb.GetRiskFiguresResponse:
    """What indicators count now, for who oversees."""
    request = pb.GetRiskFiguresRequest(indicator=indicator)
    response: pb.GetRiskFiguresResponse = registry.call(MonitoringServiceStub, "GetRiskFigures", request)
    return response


def state_of(entry: pb.AlertEntry) -> str:
    """Where an alert stands, in one of the words above."""
    done = {act.act for act in entry.file.acts}
    if _ANSWER in done:
        return ANSWERED
    return READ if _RECEIPT in done else UNREAD


def file_of(entry: pb.AlertEntry) -> FileReference:
    """The file of an alert, that a receipt or an answer names."""
    assert entry.file.file.kind == FILE_KIND_ALERT
    return entry.file.file
