"""Deadlines are told once when they are near and once when they are over, and never needed to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from registry.commands.jobs import Job
from registry.upkeep.notices import NEAR_DAYS, DueNotices
from registry.v1.ban_service_pb2 import DueItem
from tests.support.events import ban, new_firm, placed
from tests.support.notices import department_of, kind_name, waiting
from tests.support.receiver import wait_for
from tests.support.remedies import objection_to
from tests.support.spine import Spine, found_spine, furnish


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政", "住建"], delivered=False)
    yield spine
    spine.engine.close()


class Calendar:
    """Deadlines of two departments, with as many days left as a test says."""

    def __init__(self, spine: Spine, days_left: int) -> None:
        self.spine, self.days_left = spine, days_left
        self.asked: list[date] = []

    def __call__(self, day: date) -> list[DueItem]:
        self.asked.append(day)
        return [
            DueItem(
                department=self.spine.code(key),
                reference="C-1",
                deadline="service_after_decision",
                task="送达决定书",
                due_on="2026-11-26",
                days_left=self.days_left,
            )
            for key in ("财政", "住建")
        ]


def job_of(spine: Spine, calendar: Calendar) -> DueNotices:
    def write(rows: Sequence[Job]) -> None:
        for promise in spine.engine.writer.put(rows):
            promise.result(10)

    return DueNotices(spine.engine.store, calendar, write, clock=spine.clock)


def test_deadline_is_told_once_when_it_is_near_and_once_when_it_is_over(spine: Spine) -> None:
    calendar = Calendar(spine, NEAR_DAYS + 1)
    job = job_of(spine, calendar)
    assert job.look() == 0
    calendar.days_left = NEAR_DAYS
    assert (job.look(), job.look()) == (2, 0)
    calendar.days_left = -1
    assert (job.look(), job.look()) == (2, 0)
    near, over = waiting(spine, department_of(spine, "财政"))
    assert near.notice_id.startswith("due:C-1:service_after_decision:2026-11-26:")
    assert over.notice_id.startswith("overdue:C-1:service_after_decision:2026-11-26:")
    assert near.text == "送达决定书：应于2026-11-26前办理。"
    assert over.text == "送达决定书：已于2026-11-26到期，尚未办理。"
    assert {kind_name(each.kind) for each in (near, over)} == {"DUE"}
    assert (near.due_on, near.position, near.HasField("subject")) == ("2026-11-26", 0, False)


def test_cases_of_the_same_number_in_two_departments_are_told_to_each(spine: Spine) -> None:
    job_of(spine, Calendar(spine, 0)).look()
    told = [waiting(spine, department_of(spine, key)) for key in ("财政", "住建")]
    assert [len(each) for each in told] == [1, 1]
    assert told[0][0].notice_id != told[1][0].notice_id


def test_acknowledged_deadline_is_not_told_again_after_a_restart(spine: Spine) -> None:
    job_of(spine, Calendar(spine, 0)).look()
    finance = department_of(spine, "财政")
    spine.engine.notices.acknowledge(finance, [each.notice_id for each in waiting(spine, finance)])
    spine.reopen()
    assert job_of(spine, Calendar(spine, 0)).look() == 0
    assert waiting(spine, finance) == []


def test_job_looks_at_the_day_of_the_clock_when_it_begins(spine: Spine) -> None:
    calendar = Calendar(spine, 0)
    job = job_of(spine, calendar)
    job.start()
    wait_for(lambda: bool(waiting(spine, department_of(spine, "住建"))))
    job.close()
    job.close()
    assert calendar.asked == [date(2026, 11, 23)]


def test_objection_that_nobody_decides_is_told_to_its_department_when_the_registry_runs(spine: Spine) -> None:
    event = ban("财政", new_firm(), "M-PRO-01", "2026-03-01", "2028-03-01")
    placed(spine.say("财政", "objected", event=event))
    placed(spine.say("财政", "O-1", objection=objection_to("财政", "objected")))
    spine.clock.move_to(date(2026, 11, 25))
    spine.engine.upkeep.start()
    finance = department_of(spine, "财政")
    wait_for(lambda: len(waiting(spine, finance)) > 1)
    filed, due = waiting(spine, finance)
    assert (kind_name(filed.kind), kind_name(due.kind)) == ("OBJECTION", "DUE")
    assert due.due_on == "2026-11-26"
    assert due.notice_id.startswith("due:O-1:objection_own_scope:2026-11-26:")
    assert waiting(spine, department_of(spine, "住建")) == []
