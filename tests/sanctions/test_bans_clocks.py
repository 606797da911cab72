"""The clocks of a ban case and what a decision must hold: one day early, one month too long, one part
missing."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from registry.sanctions.bans.due import due_of_case
from registry.sanctions.bans.standing import state_on
from registry.sanctions.bans.weight import months_between
from registry.v1 import ban_service_pb2 as ban
from registry.v1 import statement_pb2 as pb
from registry.v1.error_reason_pb2 import ErrorReason
from registry.v1.subject_pb2 import CAPACITY_LEGAL_REP, SUBJECT_KIND_ENTERPRISE, Scope
from tests.support.bans import EDITION, HEARD_STEPS, BanTown, event, evidence, proposal, service

ARTICLE = re.compile(r"第[〇零一二三四五六七八九十百]+条|〔\d{4}〕\d+号|令第\d+号")
ASKED: dict[str, Any] = {"kind": pb.DEFENCE_KIND_HEARING_REQUESTED}


def town_at(kind: str, steps: tuple[str, ...] = HEARD_STEPS) -> BanTown:
    town = BanTown()
    town.walk("C-1", steps[steps.index(kind) - 1], steps)
    return town


def _without(field: str) -> dict[str, Any]:
    return {field: None}


def names(faults: Any) -> set[str]:
    assert all(ARTICLE.search(fault.message) for fault in faults), faults
    return {ErrorReason.Name(fault.reason).removeprefix("ERROR_REASON_") for fault in faults}


# The notice of the town is served on Friday 2026-10-16; five working days end on Friday 2026-10-23.


@pytest.mark.parametrize(("on", "fault"), [("2026-10-23", set()), ("2026-10-24", {"STATUS_NOT_APPLICABLE"})])
def test_a_hearing_is_asked_for_within_five_working_days(on: str, fault: set[str]) -> None:
    assert names(town_at("ban_defence").take("ban_defence", "C-1", **ASKED, on=on)) == fault


@pytest.mark.parametrize(("on", "fault"), [("2026-10-23", {"STEP_TOO_EARLY"}), ("2026-10-24", set())])
def test_silence_is_recorded_when_the_time_is_over(on: str, fault: set[str]) -> None:
    assert names(town_at("ban_defence").take("ban_defence", "C-1", on=on)) == fault


def test_a_holiday_is_no_working_day() -> None:
    """Served on 2026-09-28: with 国庆 2026-10-01 to 07 five working days end on 2026-10-09 at the
    earliest."""
    town = BanTown()
    notice = {"service": service("2026-09-28"), "document": town.document("示财告〔2026〕3号", "2026-09-28")}
    draft, review = {"filed_on": "2026-09-20"}, {"on": "2026-09-21"}
    town.walk("C-1", "ban_notice", HEARD_STEPS, ban_draft=draft, ban_review=review, ban_notice=notice)
    assert names(town.take("ban_defence", "C-1", on="2026-10-08")) == {"STEP_TOO_EARLY"}


# The hearing notice is served on Tuesday 2026-10-20; seven working days end on Thursday 2026-10-29.


@pytest.mark.parametrize(("on", "fault"), [("2026-10-28", {"STEP_TOO_EARLY"}), ("2026-10-29", set())])
def test_a_hearing_is_announced_seven_working_days_before(on: str, fault: set[str]) -> None:
    town = town_at("ban_hearing_notice")
    assert names(town.take("ban_hearing_notice", "C-1", hearing_on=on)) == fault


def test_a_hearing_is_not_held_before_the_day_announced() -> None:
    assert names(town_at("ban_hearing").take("ban_hearing", "C-1", held_on="2026-10-29")) == {
        "STEP_TOO_EARLY"
    }


def test_whoever_only_stated_his_view_may_still_ask_until_the_time_is_over() -> None:
    town = town_at("ban_defence")
    stated: dict[str, Any] = {
        "kind": pb.DEFENCE_KIND_STATED,
        "on": "2026-10-19",
        "summary": "有异议",
        "response": "不采纳",
    }
    assert not town.take("ban_defence", "C-1", **stated)
    early: dict[str, Any] = {"on": "2026-10-22", "received": date(2026, 10, 23)}
    assert names(town.take("ban_deliberation", "C-1", **early)) == {"STEP_TOO_EARLY"}
    assert not town.take("ban_defence", "C-1", **ASKED, on="2026-10-23")


@pytest.mark.parametrize("kind", [kind for kind in HEARD_STEPS if kind != "ban_decision"])
def test_no_step_is_dated_in_the_future_or_before_the_one_it_follows(kind: str) -> None:
    fields: dict[str, Any] = {
        "ban_draft": "filed_on", "ban_review": "on", "ban_defence": "on", "ban_hearing": "held_on",
        "ban_deliberation": "on",
    }  # fmt: skip
    town = BanTown() if kind == "ban_draft" else town_at(kind)
    for day, reason in (("2026-11-24", "DATE_IN_FUTURE"), ("2026-10-01", "DATES_OUT_OF_ORDER")):
        if kind == "ban_draft" and day < "2026-11":
            continue
        value: Any = service(day) if kind not in fields else day
        changes = {fields.get(kind, "service"): value}
        changes |= ASKED if kind == "ban_defence" and day > "2026-11" else {}
        found = names(town.take(kind, "C-1", **changes))
        assert reason in found or (kind == "ban_hearing" and "STEP_TOO_EARLY" in found), (kind, day, found)


def test_overdue_is_shown_and_refuses_nothing() -> None:
    town = town_at("ban_decision")
    case = town.case("C-1")
    assert case is not None
    (item,) = due_of_case(case, EDITION, date(2027, 2, 1))
    assert (item.due_on, item.days_left) == ("2027-01-11", -21)
    town = town_at("ban_served")
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


# --- the decision ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "left_out",
    ["facts", "reason", "consequences", "removal", "relief", "responsible_persons", "repair_notice"],
)
def test_a_decision_holds_every_part(left_out: str) -> None:
    faults = town_at("ban_decision").take("ban_decision", "C-1", **_without(left_out))
    assert names(faults) & {"DECISION_INCOMPLETE", "FIELD_REQUIRED"}


@pytest.mark.parametrize("left_out", ["document", "legal_basis", "evidence", "measures"])
def test_so_does_what_it_states_as_credit_information(left_out: str) -> None:
    town = town_at("ban_decision")
    made = event(town, "C-1")
    made.ClearField(left_out)  # type: ignore[arg-type]
    assert town.take("ban_decision", "C-1", event=made)


def test_everything_that_is_missing_is_told_at_once() -> None:
    town = town_at("ban_decision")
    empty: dict[str, Any] = dict.fromkeys(
        ("facts", "reason", "consequences", "removal", "relief", "responsible_persons")
    )
    fields = {fault.field for fault in town.take("ban_decision", "C-1", **empty)}
    assert {f"ban_decision.{name}" for name in empty} <= fields


def test_for_a_natural_person_nobody_else_is_responsible() -> None:
    persons = [pb.ResponsiblePerson(name="", capacity=CAPACITY_LEGAL_REP)]
    faults = town_at("ban_decision").take("ban_decision", "C-1", responsible_persons=persons)
    assert "DECISION_INCOMPLETE" in names(faults)


@pytest.mark.parametrize(
    "heavier",
    [
        {"until": "2028-11-11"},
        {"until": "2029-11-10"},
        {"scope": Scope(region="130902")},
    ],
)
def test_no_decision_is_heavier_than_was_announced(heavier: dict[str, Any]) -> None:
    town = BanTown()
    announced = proposal(24, scope=Scope(region="130903")) if "scope" in heavier else proposal(24)
    told = {"proposal": announced}
    town.walk("C-1", "ban_deliberation", HEARD_STEPS, ban_draft=told, ban_notice={"announced": announced})
    faults = town.take("ban_decision", "C-1", event=event(town, "C-1", **heavier))
    assert "HEAVIER_THAN_ANNOUNCED" in names(faults)


def test_a_milder_decision_is_recorded() -> None:
    town = town_at("ban_decision")
    made = event(town, "C-1", until="2027-11-10", scope=Scope(region="130902"))
    assert not town.take("ban_decision", "C-1", event=made)


def test_nothing_heavier_is_announced_than_was_reviewed() -> None:
    faults = town_at("ban_notice").take("ban_notice", "C-1", announced=proposal(36))
    assert names(faults) == {"HEAVIER_THAN_ANNOUNCED"}


def test_another_subject_is_another_case() -> None:
    town = town_at("ban_decision")
    made = event(town, "C-1")
    made.subject.CopyFrom(town.subject("C-2"))
    assert made.subject.kind == SUBJECT_KIND_ENTERPRISE
    assert "TARGET_ANOTHER_SUBJECT" in names(town.take("ban_decision", "C-1", event=made))


def test_one_number_decides_one_case_however_it_is_written() -> None:
    town = BanTown()
    town.walk("C-1", "ban_decision")
    town.walk("C-2", "ban_deliberation")
    made = event(town, "C-2")
    made.document.number = "示财罚(2026) C-1号"
    assert "DECISION_NUMBER_USED" in names(town.take("ban_decision", "C-2", event=made))


def test_a_term_beyond_the_law_is_refused_at_the_draft() -> None:
    assert names(BanTown().take("ban_draft", "C-1", proposal=proposal(37))) == {"TERM_OUT_OF_BOUNDS"}


def test_alone_nobody_decides_what_is_to_be_discussed_together() -> None:
    faults = town_at("ban_deliberation").take("ban_deliberation", "C-1", collective=False)
    assert names(faults) == {"COLLECTIVE_REQUIRED"}
    few = town_at("ban_deliberation").take("ban_deliberation", "C-1", members=["B-01", "B-31"])
    assert names(few) == {"COLLECTIVE_REQUIRED"}
    handling = town_at("ban_deliberation").take("ban_deliberation", "C-1", members=["B-01", "B-31", "B-11"])
    assert names(handling) == {"SAME_OFFICIAL"}


def test_a_fixed_term_that_law_does_not_let_end_early_is_not_lifted() -> None:
    town = BanTown()
    town.walk("C-1", "ban_served")
    assert not town.take("lifting", "C-1")
    held = town.case("C-1")
    assert held is not None
    assert held.told.state == ban.BAN_STATE_LIFTED


def test_months_are_counted_as_the_civil_code_counts_them() -> None:
    assert months_between(date(2026, 11, 10), date(2028, 11, 10)) == 24
    assert months_between(date(2026, 11, 10), date(2028, 11, 11)) == 25
    assert months_between(date(2026, 1, 31), date(2026, 2, 28)) == 1


def test_evidence_without_a_digest_is_none() -> None:
    faults = BanTown().take("ban_draft", "C-1", evidence=[pb.Evidence(title="没有摘要")])
    assert "FIELD_INVALID" in names(faults)
    assert evidence("a") != evidence("b")
