"""AccountabilityService over the wire: an accident recorded, a report and a trace for whom they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import grpc
import pytest

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.v1 import accountability_service_pb2 as pb
from registry.v1 import supervision_pb2 as acts
from registry.v1.accountability_service_pb2_grpc import AccountabilityServiceStub
from tests.support.events import firm, placed
from tests.support.referrals import FIRE, HOUSING, MARKET, OVERSIGHT, Town, clue, town_of
from tests.support.served import DEADLINE_S, Served, refused, serving
from tests.support.spine import ORIGIN, found_spine, furnish


@pytest.fixture(scope="module", params=["writer", "reader"])
def desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Served, Town]]:
    """A referral of 11-02 that nobody read by 11-23; by the process that writes, and by one that reads."""
    directory = tmp_path_factory.mktemp("served") / "registry"
    spine = furnish(found_spine(directory, date(2026, 11, 2)), [MARKET, HOUSING], delivered=False)
    town = town_of(spine)
    placed(town.act(MARKET, referral=clue(town, "YS-1")))
    spine.clock.move_to(date(2026, 11, 23))
    with serving(spine, by_reader=request.param == "reader") as served:
        yield served, town


def stub(served: Served, caller: Caller) -> AccountabilityServiceStub:
    return AccountabilityServiceStub(served.channel(caller))


def caller_of(town: Town, key: str) -> Caller:
    return Caller(CallerRole.DEPARTMENT, town.code(key), ORIGIN)


def period(**changes: str) -> pb.GetAccountabilityReportRequest:
    request = pb.GetAccountabilityReportRequest(until="2026-11-30", **changes)  # type: ignore[arg-type]
    setattr(request, "from", "2026-11-01")
    return request


def accident(town: Town) -> acts.Accident:
    return acts.Accident(
        number=f"SG-{town.spine.position}", area=acts.ACCIDENT_AREA_WORK_SAFETY, occurred_on="2026-11-20",
        region="130902", place="新华区示例街7号", subject=firm(1), account="后厨起火。",
    )  # fmt: skip


@pytest.mark.parametrize("role", [CallerRole.REGISTRAR, CallerRole.AUDITOR])
def test_who_oversees_has_every_department(desk: tuple[Served, Town], role: CallerRole) -> None:
    served, town = desk
    report = stub(served, served.of_role(role)).GetAccountabilityReport(period(), timeout=DEADLINE_S)
    unmet = {(total.department, total.deadline): total.unmet for total in report.totals}
    assert unmet[town.code(FIRE), "referral_receipt"] == 1
    assert report.lines[0].obligation.task == "签收告知移送"
    assert (report.on, report.known_position) == ("2026-11-23", town.spine.position)


def test_a_department_has_its_own_and_is_refused_anothers(desk: tuple[Served, Town]) -> None:
    served, town = desk
    own = stub(served, caller_of(town, FIRE)).GetAccountabilityReport(period(), timeout=DEADLINE_S)
    assert {total.department for total in own.totals} == {town.code(FIRE)}
    another = period(department=town.code(FIRE))
    refusal = refused(
        lambda: stub(served, caller_of(town, HOUSING)).GetAccountabilityReport(another, timeout=DEADLINE_S)
    )
    assert (refusal.code, refusal.fields) == (grpc.StatusCode.NOT_FOUND, ("department",))
    assert stub(served, caller_of(town, OVERSIGHT)).GetAccountabilityReport(another, timeout=DEADLINE_S).lines


def test_systems_may_ask_for_neither(desk: tuple[Served, Town]) -> None:
    served, _ = desk
    platform = stub(served, served.system(CallerRole.PROCUREMENT_SYSTEM))
    for call in (
        lambda: platform.GetAccountabilityReport(period(), timeout=DEADLINE_S),
        lambda: platform.TraceAccident(pb.TraceAccidentRequest(), timeout=DEADLINE_S),
    ):
        assert refused(call).code is grpc.StatusCode.PERMISSION_DENIED


def test_an_accident_is_recorded_and_traced(desk: tuple[Served, Town]) -> None:
    served, town = desk
    stated = accident(town)
    envelope = town.envelope(OPERATOR.key, accident=stated)
    recorded = stub(served, served.registrar()).RecordAccident(
        pb.RecordAccidentRequest(envelope=envelope), timeout=DEADLINE_S
    )
    assert recorded.result.HasField("accepted"), recorded
    file = acts.FileReference(
        kind=acts.FILE_KIND_ACCIDENT, department=OPERATOR.office.code, number=stated.number
    )
    request = pb.TraceAccidentRequest(file=file)
    trace = stub(served, served.of_role(CallerRole.AUDITOR)).TraceAccident(request, timeout=DEADLINE_S)
    kinds = [entry.kind for entry in trace.entries]
    assert pb.TRACE_KIND_OVERDUE in kinds
    assert trace.gaps
    refusal = refused(lambda: stub(served, caller_of(town, FIRE)).TraceAccident(request, timeout=DEADLINE_S))
    assert refusal.reason == "FILE_UNKNOWN"


def test_another_act_is_not_taken_as_an_accident(desk: tuple[Served, Town]) -> None:
    served, town = desk
    envelope = town.envelope(MARKET, referral=clue(town, "YS-77"))
    refusal = refused(
        lambda: stub(served, caller_of(town, MARKET)).RecordAccident(
            pb.RecordAccidentRequest(envelope=envelope), timeout=DEADLINE_S
        )
    )
    assert refusal.code is grpc.StatusCode.INVALID_ARGUMENT
