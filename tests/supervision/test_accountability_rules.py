"""What the report counts and how: draws, lists that are too long, bans and remedies, hand-overs (纯函数)."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest

from registry.domain.files import ACT_NUMBERS
from registry.editions import current_edition
from registry.supervision.accountability.answerable import line_of
from registry.supervision.accountability.draws import Drawn
from registry.supervision.accountability.known import Known, Span
from registry.supervision.accountability.most import First
from registry.supervision.accountability.procedures import Signed, lines_of_case, lines_of_remedy
from registry.supervision.accountability.tally import Tally, Wanted
from registry.supervision.duties import Clocks
from registry.v1 import accountability_service_pb2 as pb
from registry.v1 import ban_service_pb2 as ban
from registry.v1 import remedy_service_pb2 as remedy
from registry.v1 import supervision_pb2 as acts
from registry.v1.statement_pb2 import StatementReference
from registry.v1.supervision_file_pb2 import FileAct, Obligation, SupervisionFile

DEPARTMENT = "11130900DEM000014D"
YEAR = Span(date(2026, 1, 1), date(2026, 12, 31))


def known(day: str, position: int = 10**6) -> Known:
    return Known(position, Clocks(date.fromisoformat(day), lambda _: current_edition()))


def file_of(kind: acts.FileKind.ValueType, number: str, *made: FileAct, subject: str = "") -> SupervisionFile:
    reference = acts.FileReference(kind=kind, department=DEPARTMENT, number=number)
    return SupervisionFile(file=reference, acts=made, subject=subject)


def act(name: str, position: int, on: str, by: str = "", **more: Any) -> FileAct:
    signed: dict[str, Any] = {"official_ids": [by], "sections": ["监管科"]} if by else {}
    return FileAct(
        act=ACT_NUMBERS[name],
        position=position,
        on=on,
        received_on=on,
        department=DEPARTMENT,
        **signed,
        **more,
    )


def draw(wanted: int) -> SupervisionFile:
    order = act("draw_order", 10, "2026-06-01", result=wanted + 1, until="2026-06-30")
    return file_of(acts.FILE_KIND_DRAW, "CQ-1", order, act("draw_result", 11, "2026-06-02", result=wanted))


def firm_alone(_position: int) -> str:
    """Of no inspection is there a row of the roster."""
    return ""


def visit(number: int, on: str) -> SupervisionFile:
    made = act("inspection", 20 + number, on, linked=draw(2).file)
    return file_of(acts.FILE_KIND_INSPECTION, f"JC-{number}", made, subject=f"firm-{number}")


@pytest.mark.parametrize(
    ("days", "met", "late", "task"),
    [
        (("2026-06-10", "2026-06-30"), "2026-06-30", 0, "检查抽取的2个对象"),
        (("2026-06-10", "2026-07-03"), "2026-07-03", 3, "检查抽取的2个对象"),
        (("2026-06-10",), "", 10, "检查抽取的2个对象, 已检查1个"),
        ((), "", 10, "检查抽取的2个对象, 已检查0个"),
    ],
)
def test_of_what_was_drawn_it_is_told_when_the_last_was_visited(
    days: tuple[str, ...], met: str, late: int, task: str
) -> None:
    drawn = Drawn([draw(2)], YEAR, firm_alone)
    for number, day in enumerate(days):
        drawn.add(visit(number, day))
    (duty,) = drawn.duties(known("2026-07-10").clocks)
    assert (duty.due_on, duty.met_on, duty.days_late, duty.task) == ("2026-06-30", met, late, task)


def test_one_object_visited_twice_is_one() -> None:
    drawn = Drawn([draw(2)], YEAR, firm_alone)
    for _ in range(2):
        drawn.add(visit(1, "2026-06-10"))
    (duty,) = drawn.duties(known("2026-07-10").clocks)
    assert duty.met_on == ""


def test_for_a_draw_that_failed_nobody_is_to_be_visited() -> None:
    """It drew nobody: nobody could ever meet a duty to visit none, and somebody would be named for it."""
    assert not list(Drawn([draw(0)], YEAR, firm_alone).duties(known("2026-07-10").clocks))


def test_a_draw_whose_day_is_outside_the_period_is_not_asked_about() -> None:
    july = Span(date(2026, 7, 1), date(2026, 7, 31))
    assert not list(Drawn([draw(2)], july, firm_alone).duties(known("2026-07-10").clocks))


def test_of_more_lines_than_the_limit_the_first_due_are_kept_and_all_are_counted() -> None:
    tally = Tally(YEAR, Wanted(), 10_000)
    for number in range(12_345):
        day = f"2026-{1 + number % 12:02}-{1 + number % 28:02}"
        duty = Obligation(department=DEPARTMENT, deadline="d", task="t", due_on=day, days_late=1)
        duty.position = number
        tally.add(pb.DutyLine(obligation=duty, state=pb.DUTY_STATE_UNMET))
    response = pb.GetAccountabilityReportResponse()
    tally.told(response)
    assert (len(response.lines), response.more_lines) == (10_000, True)
    assert response.totals[0].unmet == 12_345
    due = [(line.obligation.due_on, line.obligation.position) for line in response.lines]
    assert due == sorted(due)
    assert due[0][0] == "2026-01-01"
    assert due[-1][0] < "2026-12-01"


def test_first_of_many_are_the_same_in_any_order() -> None:
    rising: First[int] = First(3)
    falling: First[int] = First(3)
    for number in range(50):
        rising.offer((number,), number)
        falling.offer((49 - number,), 49 - number)
    assert rising.rising() == falling.rising() == [0, 1, 2]
    assert rising.more


def test_who_is_named_signed_the_act_that_met_it_or_else_the_last_one() -> None:
    file = file_of(
        acts.FILE_KIND_INSPECTION,
        "JC-1",
        act("inspection", 5, "2026-06-10", by="A-1"),
        act("result_publication", 9, "2026-07-20", by="A-2"),
    )
    open_duty = Obligation(department=DEPARTMENT, position=5, due_on="2026-07-08", days_late=3)
    met = Obligation(department=DEPARTMENT, position=5, due_on="2026-07-08", met_on="2026-07-20", days_late=8)
    first = Obligation(department=DEPARTMENT, position=5, due_on="2026-07-08", met_on="2026-06-10")
    others = Obligation(department="11130900DEM0000228", position=5, due_on="2026-07-08", days_late=3)
    assert line_of(open_duty, file).official_id == "A-2"
    assert (line_of(met, file).official_id, line_of(met, file).acted_position) == ("A-2", 9)
    assert line_of(first, file).official_id == "A-1"
    assert line_of(others, file).official_id == ""


def test_of_two_who_acted_on_one_day_each_is_named_for_his_own_step() -> None:
    """甲 reads in the morning what 乙 takes in the afternoon: late is 乙."""
    read, taken = (
        act(name, at, "2026-06-20", by=by)
        for name, at, by in (("receipt", 7, "A-1"), ("referral_acceptance", 8, "A-2"))
    )
    file = file_of(acts.FILE_KIND_REFERRAL, "YS-1", act("referral", 5, "2026-06-01"), read, taken)
    met: dict[str, Any] = {"department": DEPARTMENT, "position": 5, "met_on": "2026-06-20", "days_late": 2}
    found = {
        deadline: line_of(Obligation(deadline=deadline, **met), file)
        for deadline in ("referral_receipt", "referral_acceptance")
    }
    assert {name: (line.official_id, line.acted_position) for name, line in found.items()} == {
        "referral_receipt": ("A-1", 7),
        "referral_acceptance": ("A-2", 8),
    }


def test_of_two_items_drawn_on_one_day_each_names_who_drew_it() -> None:
    drawn = [
        act("draw_result", at, "2026-06-20", by=by, plan_item=item, result=5)
        for at, by, item in ((7, "A-1", "1"), (8, "A-2", "2"))
    ]
    plan = act("plan", 5, "2026-01-10", result=2026)
    for number in ("1", "2"):
        plan.plan_items.add(number=number, count=5, until="2026-06-15")
    file = file_of(acts.FILE_KIND_PLAN, "JH-1", plan, *drawn)
    late = [duty for duty in known("2026-07-01").duties(file) if duty.deadline == "plan_item_drawn"]
    assert [line_of(duty, file).official_id for duty in late] == ["A-1", "A-2"]


def case() -> ban.BanCase:
    steps = ((ban.BAN_STEP_DRAFT, 3, "2026-10-12"), (ban.BAN_STEP_DECISION, 8, "2026-11-10"))
    made = ban.BanCase(department=DEPARTMENT, case_number="C-1", filed_on="2026-10-12")
    made.acts.extend(
        ban.BanAct(step=step, position=at, on=day, official_id=f"B-{at}") for step, at, day in steps
    )
    made.acts.add(step=ban.BAN_STEP_SERVICE, position=12, on="2026-11-23", official_id="B-12")
    return made


def received(position: int) -> str:
    """Each step on its day."""
    return {each.position: each.on for each in case().acts}[position]


def test_a_decision_served_late_is_a_line_of_its_case() -> None:
    decided, served = lines_of_case(case(), known("2026-11-30"), received)
    assert (decided.state, decided.reference) == (pb.DUTY_STATE_MET, "C-1")
    duty = served.obligation
    assert (duty.due_on, duty.met_on, duty.days_late) == ("2026-11-19", "2026-11-23", 2)
    assert (served.official_id, served.state) == ("B-12", pb.DUTY_STATE_MET_LATE)


def test_as_known_before_the_service_it_is_not_met() -> None:
    (_, served) = lines_of_case(case(), known("2026-11-30", position=11), received)
    assert (served.state, served.official_id) == (pb.DUTY_STATE_UNMET, "B-8")
    assert not list(lines_of_case(case(), known("2026-11-30", position=2), received))


def objection() -> remedy.Remedy:
    return remedy.Remedy(
        filed=StatementReference(department=DEPARTMENT, statement_id="Y-1"),
        target=StatementReference(department=DEPARTMENT, statement_id="X-1"),
        kind=remedy.REMEDY_KIND_OBJECTION,
        filed_on="2026-11-23",
        decided_on="2026-11-27",
        filed_position=5,
        decided_position=9,
        official_id="C-1",
    )


def signed(position: int, day: str = "2026-11-27") -> Signed:
    return Signed("2026-11-23" if position == 5 else day, DEPARTMENT, f"C-{position}")


def test_an_objection_decided_a_day_late_is_a_line() -> None:
    (line,) = lines_of_remedy(objection(), known("2026-11-30"), signed)
    assert (line.obligation.due_on, line.obligation.days_late, line.official_id) == ("2026-11-26", 1, "C-9")
    assert line.reference == "Y-1"


def test_as_known_before_it_was_decided_who_filed_acted_last() -> None:
    (line,) = lines_of_remedy(objection(), known("2026-11-30", position=8), signed)
    assert (line.state, line.official_id) == (pb.DUTY_STATE_UNMET, "C-5")


def test_who_filed_at_another_window_is_not_named_for_the_departments_step() -> None:
    elsewhere = objection()
    elsewhere.filed.department = "11130900DEM0000228"
    other = Signed("2026-11-25", elsewhere.filed.department, "X-1")
    (line,) = lines_of_remedy(elsewhere, known("2026-11-30", position=8), lambda _: other)
    assert (line.official_id, line.acted_position) == ("", 0)


def test_an_application_not_accepted_is_met_on_the_day_of_that_decision() -> None:
    refused = objection()
    refused.kind, refused.decided_on, refused.accepted_position = remedy.REMEDY_KIND_REPAIR, "", 0
    on_day = partial(signed, day="2026-11-25")
    (line,) = lines_of_remedy(refused, known("2026-11-30"), on_day)
    assert line.obligation.deadline == "repair_acceptance_decision"
    assert (line.obligation.met_on, line.state) == ("2026-11-25", pb.DUTY_STATE_MET)


def test_a_total_of_several_tasks_has_what_they_begin_with() -> None:
    names = set()
    for tasks in (("按计划抽取事项1", "按计划抽取事项2"), ("按计划抽取事项2", "按计划抽取事项1")):
        tally, response = Tally(YEAR, Wanted(), 10), pb.GetAccountabilityReportResponse()
        for task in tasks:
            duty = Obligation(department=DEPARTMENT, deadline="d", task=task, due_on="2026-05-01")
            tally.add(pb.DutyLine(obligation=duty, state=pb.DUTY_STATE_MET))
        tally.told(response)
        names.add(response.totals[0].task)
    assert names == {"按计划抽取事项"}
