"""A trace through everything that the log may hold: a draw, its inspection, a decision, an alert; and the
report of the draw once its day has passed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.supervision.accountability import Accountability
from registry.commands.supervision.accountability_trace import Traces
from registry.v1 import accountability_service_pb2 as pb
from registry.v1 import statement_pb2 as st
from registry.v1 import supervision_pb2 as acts
from tests.support.draws import DrawOffice, order
from tests.support.events import penalty, placed
from tests.support.matters import MatterTown
from tests.support.referrals import Town, clerk
from tests.support.risk import cluster, declare, watch
from tests.support.spine import ORIGIN, Spine, found_spine, furnish
from tests.support.visits import KEY, OFFICIALS, SUBJECT, Bureau

AUDITOR = Caller(CallerRole.AUDITOR, "audit-office", ORIGIN)


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    """Five firms drawn on 11-23, to be inspected by 12-20, of which one was; its fine, and an alert of it."""
    made = furnish(found_spine(tmp_path_factory.mktemp("traced") / "registry"), [KEY, "住建"])
    office = DrawOffice.of(MatterTown.of(made))
    office.town.filed("GZ-1")
    office.prepared()
    assert office.act(draw_order=order("CQ-1")) == []
    office.beacon()
    assert office.act(draw_result=office.result("CQ-1")) == []
    bureau = Bureau(made, {name: made.appoint(KEY, *told) for name, told in OFFICIALS.items()})
    bureau.taken(bureau.record("JC-1", **_drawn(bureau)))
    made.clock.move_to(date(2026, 11, 24))
    fine = penalty(KEY, SUBJECT, "2026-11-24", severity=st.SEVERITY_GENERAL)
    placed(made.say(KEY, "CF-1", event=fine))
    town = Town(made)
    town.clerks[OPERATOR.key] = clerk(town, OPERATOR.key)
    declare(town, cluster(town, threshold=1))
    assert watch(made).look() == 1
    made.clock.move_to(date(2026, 12, 28))
    placed(town.act(OPERATOR.key, accident=_accident()))
    yield made
    made.engine.upkeep.mapper.close()
    made.engine.close()


def _drawn(bureau: Bureau) -> dict[str, Any]:
    return {
        "cause": acts.INSPECTION_CAUSE_DRAW,
        "source": bureau.reference("CQ-1", acts.FILE_KIND_DRAW),
        "drawn_object": "17",
        "began_at": "2026-11-23T09:00:00+08:00",
        "ended_at": "2026-11-23T10:00:00+08:00",
    }


def _accident() -> acts.Accident:
    return acts.Accident(
        number="SG-1", area=acts.ACCIDENT_AREA_FOOD_DRUG, occurred_on="2026-12-26", region="130902",
        place="新华区示例街7号", subject=SUBJECT, matters=["SP-1"], account="多人食物中毒。",
    )  # fmt: skip


@pytest.fixture(scope="module")
def trace(spine: Spine) -> pb.TraceAccidentResponse:
    file = acts.FileReference(kind=acts.FILE_KIND_ACCIDENT, department=OPERATOR.office.code, number="SG-1")
    return Traces(spine.engine.ask).trace(AUDITOR, pb.TraceAccidentRequest(file=file))


def said(trace: pb.TraceAccidentResponse, kind: pb.TraceKind.ValueType) -> list[tuple[str, str]]:
    return [(each.day, each.text) for each in trace.entries if each.kind == kind]


def test_the_draw_under_the_matter_is_there_with_what_was_drawn(trace: pb.TraceAccidentResponse) -> None:
    told = said(trace, pb.TRACE_KIND_DRAW)
    assert any(text.startswith("抽取令") and "最迟2026-12-20检查" in text for _, text in told)
    assert any("抽取5个对象" in text for _, text in told)
    assert not any(gap.kind == pb.TRACE_KIND_DRAW for gap in trace.gaps)


def test_the_inspection_names_the_draw_that_it_follows(trace: pb.TraceAccidentResponse) -> None:
    ((day, text), *_) = said(trace, pb.TRACE_KIND_INSPECTION)
    assert day == "2026-11-23"
    assert "涉及卷宗CQ-1" in text
    assert not any(gap.kind == pb.TRACE_KIND_INSPECTION for gap in trace.gaps)


def test_that_four_of_five_were_not_inspected_stands_on_its_last_day(
    trace: pb.TraceAccidentResponse,
) -> None:
    late = [text for day, text in said(trace, pb.TRACE_KIND_OVERDUE) if day == "2026-12-20"]
    assert any("检查抽取的5个对象, 已检查1个" in text for text in late)


def test_the_decision_stands_as_what_it_is_and_the_alert_that_counted_it(
    trace: pb.TraceAccidentResponse,
) -> None:
    ((day, text),) = said(trace, pb.TRACE_KIND_DECISION)
    assert day == "2026-11-24"
    assert "E-03-CF" in text
    assert said(trace, pb.TRACE_KIND_ALERT)


def test_the_report_of_december_has_the_draw_and_the_alert_that_nobody_answered(spine: Spine) -> None:
    request = pb.GetAccountabilityReportRequest(until="2026-12-31")
    setattr(request, "from", "2026-12-01")
    report = Accountability(spine.engine.ask).report(AUDITOR, request)
    late = {line.obligation.deadline: line.obligation for line in report.lines}
    drawn = late["inspections_after_draw"]
    assert (drawn.due_on, drawn.met_on, drawn.days_late) == ("2026-12-20", "", 8)
    assert late["alert_answer"].department == spine.code(KEY)
    assert "random_check_result_publication" in late
