"""When each step of a referral is due, and pressing for what is overdue (期限、督办)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.commands.supervision.files import Files
from registry.domain.files import ACT_NAMES
from registry.supervision.obligations import obligations_of
from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile
from tests.support.events import placed, refusal
from tests.support.referrals import (
    COUNTY,
    EVIDENCE,
    FIRE,
    HOUSING,
    MARKET,
    OVERSIGHT,
    POLICE,
    Town,
    acceptance,
    answer,
    clue,
    outcome,
    receipt,
    town_of,
    urging,
)
from tests.support.spine import found_spine, furnish

BEGUN = date(2026, 11, 2)
"""A Monday; no holiday follows."""
_URGING = "supervision.urging"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    spine = furnish(found_spine(tmp_path / "registry", BEGUN), [MARKET, HOUSING], delivered=False)
    yield town_of(spine)
    spine.engine.close()


def on(town: Town, day: str) -> Town:
    town.spine.clock.move_to(date.fromisoformat(day))
    return town


def sent(town: Town, number: str, **changes: Any) -> str:
    placed(town.act(MARKET, referral=clue(town, number, **changes)))
    return number


def told(town: Town, number: str, day: str) -> dict[tuple[str, str], tuple[str, str, int]]:
    """Of each duty its last day, when it was met, how late it is."""
    found = town.duties(number, day)
    return {key: (each.due_on, each.met_on, each.days_late) for key, each in found.items()}


def test_each_step_has_its_clock(town: Town) -> None:
    number, fire = sent(town, "QX-1"), town.code(FIRE)
    assert told(town, number, "2026-11-05") == {
        (fire, "referral_receipt"): ("2026-11-05", "", 0),
        (fire, "referral_acceptance"): ("2026-11-16", "", 0),
    }
    placed(on(town, "2026-11-04").act(FIRE, receipt=receipt(town, number)))
    placed(on(town, "2026-11-13").act(FIRE, referral_acceptance=acceptance(town, number)))
    placed(on(town, "2026-11-20").act(FIRE, referral_outcome=outcome(town, number)))
    placed(on(town, "2026-12-01").act(FIRE, referral_answer=answer(town, number)))
    assert told(town, number, "2026-12-02") == {
        (fire, "referral_receipt"): ("2026-11-05", "2026-11-04", 0),
        (fire, "referral_acceptance"): ("2026-11-13", "2026-11-13", 0),
        (fire, "referral_outcome"): ("2027-02-11", "2026-11-20", 0),
        (fire, "referral_answer"): ("2026-11-27", "2026-12-01", 2),
    }
    assert told(town, number, "2026-11-03") == {
        (fire, "referral_receipt"): ("2026-11-05", "", 0),
        (fire, "referral_acceptance"): ("2026-11-16", "", 0),
    }


def test_who_does_not_read_gains_no_time(town: Town) -> None:
    number, fire = sent(town, "QX-2"), town.code(FIRE)
    found = told(town, number, "2026-11-17")
    assert found[fire, "referral_receipt"] == ("2026-11-05", "", 8)
    assert found[fire, "referral_acceptance"] == ("2026-11-16", "", 1)


def test_who_reads_late_gains_no_time_either(town: Town) -> None:
    number, fire = sent(town, "QX-13"), town.code(FIRE)
    placed(on(town, "2026-11-17").act(FIRE, receipt=receipt(town, number)))
    found = told(town, number, "2026-11-17")
    assert found[fire, "referral_receipt"] == ("2026-11-05", "2026-11-17", 8)
    assert found[fire, "referral_acceptance"] == ("2026-11-16", "", 1)


def test_a_suspected_crime_is_taken_or_not_within_three_days_and_the_sender_is_told(town: Town) -> None:
    crime: dict[str, Any] = {"to": POLICE, "kind": pb.REFERRAL_KIND_TO_CRIMINAL, "evidence": [EVIDENCE]}
    number, police = sent(town, "QX-3", **crime), town.code(POLICE)
    placed(town.act(POLICE, receipt=receipt(town, number)))
    found = told(town, number, "2026-11-06")
    assert found[police, "criminal_referral_acceptance"] == ("2026-11-05", "", 1)
    placed(on(town, "2026-11-06").act(POLICE, referral_acceptance=acceptance(town, number, accepted=False)))
    found = told(town, number, "2026-11-06")
    assert found[police, "criminal_referral_answer"] == ("2026-11-09", "", 0)
    assert found[town.code(MARKET), "referral_finding_told"] == ("2026-11-13", "", 0)


def test_refused_referral_is_a_duty_of_its_sender_until_it_goes_on(town: Town) -> None:
    number, market = sent(town, "QX-4"), town.code(MARKET)
    placed(town.act(FIRE, receipt=receipt(town, number)))
    placed(town.act(FIRE, referral_acceptance=acceptance(town, number, accepted=False)))
    assert told(town, number, "2026-11-10")[market, "referral_finding_told"] == ("2026-11-09", "", 1)
    on(town, "2026-11-09")
    sent(town, "QX-5", to=HOUSING, source=town.file(number))
    onward = outcome(town, number, result=pb.REFERRAL_RESULT_REFERRED_ON, onward=town.file("QX-5"))
    placed(town.act(MARKET, referral_outcome=onward))
    found = told(town, number, "2026-11-10")
    assert found[market, "referral_finding_told"] == ("2026-11-09", "2026-11-09", 0)
    assert (town.code(FIRE), "referral_answer") not in found


def test_nothing_is_urged_that_is_not_overdue(town: Town) -> None:
    number = sent(town, "QX-6")
    act = urging(town, town.file(number), due_on="2026-11-10")
    assert refusal(on(town, "2026-11-05").act(OPERATOR.key, urging=act)) == {
        ("STEP_TOO_EARLY", f"{_URGING}.file")
    }
    placed(on(town, "2026-11-06").act(OPERATOR.key, urging=act))


@pytest.mark.parametrize("who", [OPERATOR.key, OVERSIGHT, MARKET])
def test_operator_oversight_and_sender_urge(town: Town, who: str) -> None:
    number = sent(town, f"QX-7-{len(who)}-{ord(who[0])}")
    on(town, "2026-11-09")
    placed(town.act(who, urging=urging(town, town.file(number), due_on="2026-11-11")))
    urged = told(town, number, "2026-11-12")[town.code(FIRE), "urged"]
    assert urged == ("2026-11-11", "", 1)


@pytest.mark.parametrize("who", [FIRE, COUNTY, POLICE])
def test_nobody_else_urges(town: Town, who: str) -> None:
    number = sent(town, f"QX-8-{ord(who[0])}")
    on(town, "2026-11-09")
    act = urging(town, town.file(number), due_on="2026-11-11")
    assert refusal(town.act(who, urging=act)) == {("NOT_YOUR_STEP", f"{_URGING}.file")}


def test_nobody_urges_himself(town: Town) -> None:
    number = sent(town, "QX-9")
    placed(town.act(FIRE, receipt=receipt(town, number)))
    placed(town.act(FIRE, referral_acceptance=acceptance(town, number, accepted=False)))
    act = urging(on(town, "2026-11-16"), town.file(number), due_on="2026-11-20")
    assert refusal(town.act(MARKET, urging=act)) == {("STEP_TOO_EARLY", f"{_URGING}.file")}
    placed(town.act(OVERSIGHT, urging=act))
    assert told(town, number, "2026-11-16")[town.code(MARKET), "urged"] == ("2026-11-20", "", 0)


def test_urging_sets_no_day_that_is_over_and_names_a_file_that_is(town: Town) -> None:
    number = sent(town, "QX-10")
    act = urging(on(town, "2026-11-09"), town.file(number), due_on="2026-11-08")
    assert refusal(town.act(OVERSIGHT, urging=act)) == {("DATES_OUT_OF_ORDER", f"{_URGING}.due_on")}
    act = urging(town, town.file("QX-NONE"), due_on="2026-11-10")
    assert refusal(town.act(OVERSIGHT, urging=act)) == {("FILE_UNKNOWN", f"{_URGING}.file")}


def test_a_step_is_urged_again_when_the_day_set_is_over_or_by_another(town: Town) -> None:
    number = sent(town, "QX-12")
    on(town, "2026-11-09")
    placed(town.act(MARKET, urging=urging(town, town.file(number), due_on="2026-11-11")))
    again = urging(town, town.file(number), due_on="2026-11-20")
    assert refusal(town.act(MARKET, urging=again)) == {("STEP_TOO_EARLY", f"{_URGING}.file")}
    placed(town.act(OVERSIGHT, urging=again))
    on(town, "2026-11-12")
    placed(town.act(MARKET, urging=again))


def test_urged_step_is_done_by_that_step_and_by_no_other(town: Town) -> None:
    number, fire = sent(town, "QX-11"), town.code(FIRE)
    on(town, "2026-11-17")  # Neither read nor taken.
    placed(town.act(OVERSIGHT, urging=urging(town, town.file(number), due_on="2026-11-19")))
    urged = [each for each in listed(town, number, "2026-11-18") if each.deadline == "urged"]
    assert [each.task for each in urged] == ["督办: 签收告知移送", "督办: 决定是否受理移送"]
    placed(on(town, "2026-11-18").act(FIRE, receipt=receipt(town, number)))
    urged = [each for each in listed(town, number, "2026-11-20") if each.deadline == "urged"]
    assert [each.met_on for each in urged] == ["2026-11-18", ""]
    assert [each.days_late for each in urged] == [0, 1]
    assert {each.department for each in urged} == {fire}


def test_a_file_of_any_kind_is_urged(town: Town) -> None:
    """A complaint that nobody accepted within seven working days."""
    reference = pb.FileReference(kind=pb.FILE_KIND_COMPLAINT, department=town.code(MARKET), number="TS-1")
    complaint = FileAct(act=40, position=1, department=town.code(MARKET), received_on="2026-11-02")
    complaint.on = complaint.counted_on = "2026-11-02"
    urged = FileAct(act=35, position=2, received_on="2026-11-16", until="2026-11-18")
    file = SupervisionFile(file=reference, variant=pb.COMPLAINT_KIND_DISPUTE, acts=[complaint, urged])
    clocks = Files(town.spine.engine.ask).clocks(date(2026, 11, 19))
    [duty] = [each for each in obligations_of(file, clocks) if each.deadline == "urged"]
    assert (duty.department, duty.due_on, duty.days_late) == (town.code(MARKET), "2026-11-18", 1)
    assert duty.task.startswith("督办: ")


def test_of_items_of_a_plan_that_are_urged_each_is_done_by_its_own_draw(town: Town) -> None:
    market = town.code(MARKET)
    reference = pb.FileReference(kind=pb.FILE_KIND_PLAN, department=market, number="JH-1")
    plan = FileAct(act=11, position=1, received_on="2026-01-05", on="2026-01-05", result=2026)
    for number in ("1", "2"):
        plan.plan_items.add(number=number, count=5, until="2026-10-31")
    urged = FileAct(act=35, position=2, received_on="2026-11-16", until="2026-11-18")
    drawn = FileAct(act=13, position=3, received_on="2026-11-17", plan_item="2", result=5)
    assert [ACT_NAMES[act.act] for act in (plan, urged, drawn)] == ["plan", "urging", "draw_result"]
    file = SupervisionFile(file=reference, acts=[plan, urged, drawn])
    clocks = Files(town.spine.engine.ask).clocks(date(2026, 11, 20))
    found = {each.task: each for each in obligations_of(file, clocks) if each.deadline == "urged"}
    assert {task[-1]: each.met_on for task, each in found.items()} == {"1": "", "2": "2026-11-17"}
    assert found["督办: 按计划抽取事项1"].days_late == 2


def listed(town: Town, number: str, day: str) -> list[Any]:
    clocks = Files(town.spine.engine.ask).clocks(date.fromisoformat(day))
    return list(obligations_of(town.held(number), clocks))
