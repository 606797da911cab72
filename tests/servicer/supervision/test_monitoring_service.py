"""MonitoringService over the wire: who sees indicators, alerts and figures, and that nobody is ranked."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
import pytest

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.v1 import monitoring_service_pb2 as pb
from registry.v1 import supervision_file_pb2
from registry.v1 import supervision_pb2 as acts
from registry.v1.monitoring_service_pb2_grpc import MonitoringServiceStub
from registry.v1.statement_pb2 import SEVERITY_GENERAL
from registry.v1.supervision_file_service_pb2_grpc import SupervisionFileServiceStub
from tests.support.events import firm, penalty, placed
from tests.support.referrals import FIRE, MARKET, Town, town_of
from tests.support.risk import alerts, answer, cluster, declare, watch
from tests.support.served import DEADLINE_S, Served, refused, serving
from tests.support.spine import ORIGIN, found_spine, furnish

REGIONS = ("130902", "130902", "130902", "130903", "130903")


@pytest.fixture(scope="module", params=["writer", "reader"])
def held(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Served, Town]]:
    """Five penalties, one alert to 市场监管 (answered) and one to 消防 of a firm with three of them."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("risk") / "registry"), delivered=False)
    town = town_of(spine)
    by_subject = {"grouping": acts.INDICATOR_GROUPING_SUBJECT, "in_charge": town.code(FIRE), "name": "屡罚"}
    declare(town, cluster(town), cluster(town, "ZB-2", **by_subject))
    declare(town, cluster(town, "ZB-3", effective_from="2027-01-01"))
    for number, region in enumerate(REGIONS):
        subject = firm(1 if number < 3 else number)
        event = penalty(MARKET, subject, "2026-11-20", region=region, severity=SEVERITY_GENERAL)
        placed(spine.say(MARKET, f"CF-{number}", event=event))
    assert watch(spine).look() == 2
    told = answer(town, alerts(spine)[0], "2026-11-23", measure_taken="已约谈示例企业。")
    placed(town.act(MARKET, alert_answer=told))
    with serving(spine, by_reader=request.param == "reader") as served:
        yield served, town


def at(served: Served, caller: Caller) -> MonitoringServiceStub:
    return MonitoringServiceStub(served.channel(caller))


def department(town: Town, key: str) -> Caller:
    return Caller(CallerRole.DEPARTMENT, town.code(key), ORIGIN)


def overseeing(served: Served) -> list[Caller]:
    return [served.registrar(), served.system(CallerRole.AUDITOR, "auditor")]


def listed(stub: MonitoringServiceStub, **asked: object) -> list[pb.AlertEntry]:
    request = pb.ListAlertsRequest(**asked)  # type: ignore[arg-type]
    return list(stub.ListAlerts(request, timeout=DEADLINE_S).alerts)


def test_department_sees_the_indicators_that_it_is_in_charge_of(held: tuple[Served, Town]) -> None:
    served, town = held
    seen = {}
    for caller in (department(town, MARKET), department(town, FIRE), *overseeing(served)):
        found = at(served, caller).ListIndicators(pb.ListIndicatorsRequest(), timeout=DEADLINE_S).indicators
        seen[caller] = {each.indicator.number: each.in_force for each in found}
    assert list(seen.values()) == [
        {"ZB-1": True, "ZB-3": False},
        {"ZB-2": True},
        {"ZB-1": True, "ZB-2": True, "ZB-3": False},
        {"ZB-1": True, "ZB-2": True, "ZB-3": False},
    ]
    later = pb.ListIndicatorsRequest(on="2027-01-01")
    found = at(served, served.registrar()).ListIndicators(later, timeout=DEADLINE_S).indicators
    assert all(each.in_force for each in found)


def test_alert_is_seen_by_who_is_in_charge_and_by_who_oversees(held: tuple[Served, Town]) -> None:
    served, town = held
    market = listed(at(served, department(town, MARKET)))
    assert [(each.alert.group, each.indicator_name) for each in market] == [("130902", "处罚集中")]
    fire = listed(at(served, department(town, FIRE)))
    assert [(each.alert.group, each.indicator_name) for each in fire] == [(firm(1).identifier.value, "屡罚")]
    assert listed(at(served, department(town, "住建"))) == []
    for caller in overseeing(served):
        assert len(listed(at(served, caller))) == 2
        assert [each.alert.number for each in listed(at(served, caller), in_charge=town.code(FIRE))] == [
            fire[0].alert.number
        ]
    asked = refused(lambda: listed(at(served, department(town, FIRE)), in_charge=town.code(MARKET)))
    assert asked.code is grpc.StatusCode.NOT_FOUND


def test_one_alert_is_had_by_its_number_and_only_by_whom_it_concerns(held: tuple[Served, Town]) -> None:
    served, town = held
    number = alerts(town.spine)[1].number
    (found,) = listed(at(served, department(town, FIRE)), number=number)
    assert found.alert.number == number
    assert {each.deadline for each in found.obligations} == {"alert_receipt", "alert_answer"}
    assert listed(at(served, department(town, MARKET)), number=number) == []


def test_answer_is_read_by_department_and_operator_and_not_by_the_auditor(held: tuple[Served, Town]) -> None:
    served, town = held
    registrar, auditor = overseeing(served)
    said = {
        caller: [each.answer.measure_taken for each in listed(at(served, caller), indicator="ZB-1")]
        for caller in (department(town, MARKET), registrar, auditor)
    }
    assert list(said.values()) == [["已约谈示例企业。"], ["已约谈示例企业。"], [""]]
    open_ones = listed(at(served, registrar), unanswered_only=True)
    assert [each.alert.indicator.number for each in open_ones] == ["ZB-2"]


def test_figures_are_for_who_oversees_and_rank_nobody(held: tuple[Served, Town]) -> None:
    served, town = held
    for caller in overseeing(served):
        found = at(served, caller).GetRiskFigures(pb.GetRiskFiguresRequest(), timeout=DEADLINE_S)
        regions, subjects = found.indicators
        assert (found.day, found.counted) == ("2026-11-23", found.size)
        assert [(each.group, each.value, each.reached, each.alert_answered) for each in regions.figures] == [
            ("130902", 3, True, True),
            ("130903", 2, False, False),
        ]
        assert [each.group for each in subjects.figures] == [firm(1).identifier.value]
        assert (subjects.groups, regions.until) == (3, "2026-11-23")
    one = pb.GetRiskFiguresRequest(indicator="ZB-2")
    assert len(at(served, served.registrar()).GetRiskFigures(one, timeout=DEADLINE_S).indicators) == 1
    denied = refused(lambda: at(served, department(town, MARKET)).GetRiskFigures(one, timeout=DEADLINE_S))
    assert denied.code is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize("role", [CallerRole.PUBLIC, CallerRole.PROCUREMENT_SYSTEM, CallerRole.FACE])
def test_nobody_else_learns_that_there_is_an_alert(held: tuple[Served, Town], role: CallerRole) -> None:
    served, _ = held
    stub = at(served, served.system(role, "somebody"))
    calls = (
        lambda: stub.ListIndicators(pb.ListIndicatorsRequest(), timeout=DEADLINE_S),
        lambda: stub.ListAlerts(pb.ListAlertsRequest(), timeout=DEADLINE_S),
        lambda: stub.GetRiskFigures(pb.GetRiskFiguresRequest(), timeout=DEADLINE_S),
    )
    for call in calls:
        assert refused(call).code in (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNAUTHENTICATED)


def test_file_of_an_alert_is_read_with_its_statements(held: tuple[Served, Town]) -> None:
    served, town = held
    reference = acts.FileReference(
        kind=acts.FILE_KIND_ALERT, department=OPERATOR.office.code, number=alerts(town.spine)[0].number
    )
    files = SupervisionFileServiceStub(served.channel(department(town, MARKET)))
    found = files.GetFile(supervision_file_pb2.GetFileRequest(file=reference), timeout=DEADLINE_S)
    assert [act.act for act in found.file.acts] == [51, 52]
    assert len(found.statements) == 2
    assert {each.number for each in found.linked} == {"ZB-1"}
