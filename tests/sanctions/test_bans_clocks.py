"""The clocks of a ban case: one day early and just in time, holidays, days out of order."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from registry.sanctions.bans.due import due_of_case
from registry.sanctions.bans.standing import state_on
from registry.sanctions.bans.weight import months_between
from registry.v1 import ban_service_pb2 as ban
from registry.v1 import statement_pb2 as pb
from tests.support.bans import EDITION, HEARD_STEPS, STEPS, BanTown, reasons_of, service, town_before

ASKED: dict[str, Any] = {"kind": pb.DEFENCE_KIND_HEARING_REQUESTED}


# The notice of the town is served on Friday 2026-10-16; five working days end on Friday 2026-10-23.


@pytest.mark.parametrize(("on", "fault"), [("2026-10-23", set()), ("2026-10-24", {"STATUS_NOT_APPLICABLE"})])
def test_a_hearing_is_asked_for_within_five_working_days(on: str, fault: set[str]) -> None:
    assert reasons_of(town_before("ban_defence").take("ban_defence", "C-1", **ASKED, on=on)) == fault


@pytest.mark.parametrize(("on", "fault"), [("2026-10-23", {"STEP_TOO_EARLY"}), ("2026-10-24", set())])
def test_silence_is_recorded_when_the_time_is_over(on: str, fault: set[str]) -> None:
    assert reasons_of(town_before("ban_defence").take("ban_defence", "C-1", on=on)) == fault


@pytest.mark.parametrize(("on", "fault"), [("2026-10-10", {"STEP_TOO_EARLY"}), ("2026-10-11", set())])
def test_a_holiday_is_no_working_day_and_a_saturday_may_be_one(on: str, fault: set[str]) -> None:
    """Served on 2026-09-28: 国庆 lasts from 2026-10-01 to 07 and Saturday 2026-10-10 is worked (调休): the
    five days are 29 and 30 September, 8, 9 and 10 October."""
    town = BanTown()
    notice = {"service": service("2026-09-28"), "document": town.document("示财告〔2026〕3号", "2026-09-28")}
    draft, review = {"filed_on": "2026-09-20"}, {"on": "2026-09-21"}
    town.walk("C-1", "ban_notice", HEARD_STEPS, ban_draft=draft, ban_review=review, ban_notice=notice)
    assert reasons_of(town.take("ban_defence", "C-1", on=on)) == fault


# The hearing notice is served on Tuesday 2026-10-20; seven working days end on Thursday 2026-10-29.


@pytest.mark.parametrize(("on", "fault"), [("2026-10-28", {"STEP_TOO_EARLY"}), ("2026-10-29", set())])
def test_a_hearing_is_announced_seven_working_days_before(on: str, fault: set[str]) -> None:
    town = town_before("ban_hearing_notice")
    assert reasons_of(town.take("ban_hearing_notice", "C-1", hearing_on=on)) == fault


def test_a_hearing_is_not_held_before_the_day_announced() -> None:
    assert reasons_of(town_before("ban_hearing").take("ban_hearing", "C-1", held_on="2026-10-29")) == {
        "STEP_TOO_EARLY"
    }


STATED: dict[str, Any] = {
    "kind": pb.DEFENCE_KIND_STATED,
    "on": "2026-10-19",
    "summary": "有异议",
    "response": "不采纳",
}


@pytest.mark.parametrize(("on", "fault"), [("2026-10-23", {"STEP_TOO_EARLY"}), ("2026-10-24", set())])
def test_whoever_only_stated_his_view_may_ask_until_the_time_is_over(on: str, fault: set[str]) -> None:
    """It is the day of the discussion that counts, and not the one on which it is recorded."""
    town = town_before("ban_defence")
    assert not town.take("ban_defence", "C-1", **STATED)
    assert reasons_of(town.take("ban_deliberation", "C-1", on=on)) == fault
    if fault:
        assert not town.take("ban_defence", "C-1", **ASKED, on="2026-10-23")


def test_whoever_waived_a_hearing_is_decided_on_at_once() -> None:
    town = town_before("ban_defence", STEPS)
    assert not town.take("ban_defence", "C-1", kind=pb.DEFENCE_KIND_WAIVED, on="2026-10-19")
    assert reasons_of(town.take("ban_defence", "C-1", **ASKED, on="2026-10-20")) == {"STEP_OUT_OF_ORDER"}
    assert not town.take("ban_deliberation", "C-1", on="2026-10-19")


def test_a_view_needs_a_response() -> None:
    found = town_before("ban_defence").take("ban_defence", "C-1", **STATED | {"response": ""})
    assert reasons_of(found) == {"FIELD_REQUIRED"}


@pytest.mark.parametrize(
    ("kind", "written"), [("ban_notice", "2026-10-17"), ("ban_hearing_notice", "2026-10-21")]
)
def test_a_paper_is_not_served_before_it_was_written(kind: str, written: str) -> None:
    town = town_before(kind)
    found = town.take(kind, "C-1", document=town.document("示财文〔2026〕9号", written))
    assert reasons_of(found) == {"DATES_OUT_OF_ORDER"}


def test_what_follows_several_steps_is_not_before_any_of_them() -> None:
    """A view of 2026-10-26 and another of 2026-10-19, recorded after it."""
    town = town_before("ban_defence", STEPS)
    assert not town.take("ban_defence", "C-1", **STATED | {"on": "2026-10-26"})
    assert not town.take("ban_defence", "C-1", **STATED)
    assert reasons_of(town.take("ban_deliberation", "C-1", on="2026-10-25")) == {"DATES_OUT_OF_ORDER"}


DAYS: dict[str, tuple[str, str]] = {
    "ban_draft": ("filed_on", ""),
    "ban_review": ("on", "2026-10-11"),
    "ban_notice": ("service", "2026-10-13"),
    "ban_defence": ("on", "2026-10-15"),
    "ban_hearing_notice": ("service", "2026-10-19"),
    "ban_hearing": ("held_on", ""),
    "ban_deliberation": ("on", "2026-10-29"),
    "ban_served": ("service", "2026-11-09"),
}
"""The field that holds the day of a step, and the day before the one it must not precede."""


@pytest.mark.parametrize("kind", DAYS)
def test_no_step_is_dated_in_the_future(kind: str) -> None:
    value: Any = "2026-11-24" if DAYS[kind][0] != "service" else service("2026-11-24")
    found = town_before(kind).take(kind, "C-1", **{DAYS[kind][0]: value})
    assert "DATE_IN_FUTURE" in reasons_of(found)


@pytest.mark.parametrize("kind", [kind for kind, (_, day) in DAYS.items() if day])
def test_no_step_is_dated_before_the_one_it_follows(kind: str) -> None:
    field, day = DAYS[kind]
    value: Any = service(day) if field == "service" else day
    found = town_before(kind).take(kind, "C-1", **{field: value})
    assert "DATES_OUT_OF_ORDER" in reasons_of(found)


def test_overdue_is_shown_and_refuses_nothing() -> None:
    town = town_before("ban_decision")
    case = town.case("C-1")
    assert case is not None
    (item,) = due_of_case(case, EDITION, date(2027, 2, 1))
    assert (item.due_on, item.days_left) == ("2027-01-11", -21)
    town = town_before("ban_served")
    case = town.case("C-1")
    assert case is not None
    (item,) = due_of_case(case, EDITION, date(2026, 11, 20))
    assert (item.deadline, item.due_on, item.days_left) == ("service_after_decision", "2026-11-19", -1)
    assert not town.take("ban_served", "C-1", service=service("2026-11-20"))


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2026, 11, 11), ban.BAN_STATE_SERVED),
        (date(2026, 11, 12), ban.BAN_STATE_IN_FORCE),
        (date(2028, 11, 10), ban.BAN_STATE_IN_FORCE),
        (date(2028, 11, 11), ban.BAN_STATE_EXPIRED),
    ],
)
def test_what_is_in_force_is_worked_out_for_a_day(day: date, state: int) -> None:
    town = BanTown()
    town.walk("C-1", "ban_served")
    case, record = town.case("C-1"), town.ledger.record(town.subject("C-1"))
    assert case is not None
    assert record is not None
    assert state_on(case, record, town.ledger.position, day) == state


def test_months_are_counted_as_the_civil_code_counts_them() -> None:
    assert months_between(date(2026, 11, 10), date(2028, 11, 10)) == 24
    assert months_between(date(2026, 11, 10), date(2028, 11, 11)) == 25
    assert months_between(date(2026, 1, 31), date(2026, 2, 28)) == 1
