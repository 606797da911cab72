"""One case from its draft to its end, with the verdict that follows at each step, and the ways it may end."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from registry.editions import shipped_editions
from registry.sanctions.bans.standing import state_on
from registry.sanctions.verdict import Question
from registry.v1 import ban_service_pb2 as ban
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2, verdict_pb2
from tests.support.bans import STEPS, BanTown, event, proposal, reasons_of, service


def hit(town: BanTown, day: str, position: int | None = None) -> str:
    """How M-PRO-01 stands on a day, as it is told: status and effect; empty without a hit."""
    question = Question(
        subject_pb2.DOMAIN_PROCUREMENT, subject_pb2.SUBJECT_ROLE_BIDDER, date.fromisoformat(day)
    )
    if town.ledger.record(town.subject("C-1")) is None:
        return ""
    decision = town.ledger.decide(town.subject("C-1"), question, position)
    found = [each for each in decision.hits if each.restriction.measure.code == "M-PRO-01"]
    if not found:
        return ""
    status = verdict_pb2.HitStatus.Name(found[0].status).removeprefix("HIT_STATUS_")
    effect = verdict_pb2.HitEffect.Name(found[0].effect).removeprefix("HIT_EFFECT_")
    return f"{status} {effect}"


def state(town: BanTown, day: str) -> str:
    """The state of the case on a day."""
    case, record = town.case("C-1"), town.ledger.record(town.subject("C-1"))
    assert case is not None
    assert record is not None
    found = state_on(case, record, town.ledger.position, date.fromisoformat(day))
    return ban.BanState.Name(found).removeprefix("BAN_STATE_")


def noted(status: pb.NotedStatus.ValueType, on: str) -> dict[str, Any]:
    return {"status": status, "effective_on": on}


def test_a_case_from_its_draft_to_early_lifting() -> None:
    town = BanTown()
    for kind in STEPS[:-2]:
        assert not town.take(kind, "C-1")
        assert town.ledger.record(town.subject("C-1")) is None, kind  # Not even known by it.
    assert not town.take("ban_decision", "C-1")
    assert state(town, "2026-11-11") == "DECIDED"
    assert hit(town, "2026-11-20") == "NOT_SERVED INFORMATION"
    decided = town.ledger.position
    assert not town.take("ban_served", "C-1")
    assert (state(town, "2026-11-11"), hit(town, "2026-11-11")) == ("SERVED", "NOT_SERVED INFORMATION")
    assert (state(town, "2026-11-12"), hit(town, "2026-11-12")) == ("IN_FORCE", "IN_FORCE BLOCKS")
    assert hit(town, "2026-11-20", decided) == "NOT_SERVED INFORMATION"  # As was known then.
    assert not town.take("status_note", "C-1", **noted(pb.NOTED_STATUS_STAYED, "2026-11-16"))
    assert (state(town, "2026-11-16"), hit(town, "2026-11-16")) == ("STAYED", "STAYED NEEDS_REVIEW")
    assert not town.take("status_note", "C-1", **noted(pb.NOTED_STATUS_RESUMED, "2026-11-18"))
    assert (state(town, "2026-11-17"), state(town, "2026-11-18")) == ("STAYED", "IN_FORCE")
    assert hit(town, "2026-11-18") == "IN_FORCE BLOCKS"
    assert not town.take("lifting", "C-1")
    assert (state(town, "2026-11-19"), hit(town, "2026-11-19")) == ("IN_FORCE", "IN_FORCE BLOCKS")
    assert state(town, "2026-11-20") == "LIFTED"
    assert "BLOCKS" not in hit(town, "2026-11-20")
    case = town.case("C-1")
    assert case is not None
    assert [(act.official_id, act.section) for act in case.told.acts] == [
        ("B-11", "采购监管科"), ("B-21", "政策法规科"), ("B-11", "采购监管科"), ("B-11", "采购监管科"),
        ("B-31", "办公室"), ("B-01", "局领导"), ("B-11", "采购监管科"), ("B-01", "局领导"),
        ("B-01", "局领导"), ("B-01", "局领导"),
    ]  # fmt: skip


def test_what_is_lifted_is_not_stayed_and_a_stay_that_ends_later_does_not_revive_it() -> None:
    town = BanTown()
    town.walk("C-1", "ban_served")
    assert not town.take("status_note", "C-1", **noted(pb.NOTED_STATUS_STAYED, "2026-11-13"))
    assert not town.take("lifting", "C-1")
    assert not town.take("status_note", "C-1", **noted(pb.NOTED_STATUS_RESUMED, "2026-11-21"))
    held = town.case("C-1")
    assert held is not None
    assert held.told.state == ban.BAN_STATE_LIFTED
    again = town.take("status_note", "C-1", **noted(pb.NOTED_STATUS_STAYED, "2026-11-22"))
    assert reasons_of(again) == {"STEP_OUT_OF_ORDER"}
    assert "STEP_OUT_OF_ORDER" in reasons_of(town.take("lifting", "C-1"))


def test_a_decision_that_is_corrected_before_its_service_binds_from_its_service() -> None:
    town = BanTown()
    town.walk("C-1", "ban_decision")
    first = town.decision("C-1").statement_id
    assert not town.take("correction", "C-1", replacement=event(town, "C-1", until="2027-11-10"))
    assert town.decision("C-1").statement_id != first
    assert hit(town, "2026-11-20") == "NOT_SERVED INFORMATION"
    assert not town.take("ban_served", "C-1")
    assert hit(town, "2026-11-11") == "NOT_SERVED INFORMATION"
    assert hit(town, "2026-11-12") == hit(town, "2027-11-10") == "IN_FORCE BLOCKS"
    assert "BLOCKS" not in hit(town, "2027-11-11")
    assert state(town, "2027-11-11") == "EXPIRED"


def test_a_correction_after_service_keeps_what_befell_the_decision() -> None:
    town = BanTown()
    town.walk("C-1", "ban_served")
    assert not town.take("status_note", "C-1", **noted(pb.NOTED_STATUS_STAYED, "2026-11-16"))
    assert not town.take("correction", "C-1")
    assert (state(town, "2026-11-11"), state(town, "2026-11-20")) == ("SERVED", "STAYED")
    assert hit(town, "2026-11-11") == "NOT_SERVED INFORMATION"
    assert not town.take("status_note", "C-1", **noted(pb.NOTED_STATUS_RESUMED, "2026-11-18"))
    assert hit(town, "2026-11-18") == "IN_FORCE BLOCKS"


@pytest.mark.parametrize("until", ["ban_decision", "ban_served"])
def test_what_is_revoked_is_as_if_it_had_never_been(until: str) -> None:
    town = BanTown()
    town.walk("C-1", until)
    assert not town.take("withdrawal", "C-1")
    held = town.case("C-1")
    assert held is not None
    assert held.told.state == ban.BAN_STATE_REVOKED
    assert hit(town, "2026-11-20") == ""
    for kind in ("ban_served", "status_note", "lifting", "correction", "withdrawal"):
        assert reasons_of(town.take(kind, "C-1")), kind


@pytest.mark.parametrize("kind", ["status_note", "lifting"])
def test_what_was_not_served_is_neither_stayed_nor_lifted(kind: str) -> None:
    town = BanTown()
    town.walk("C-1", "ban_decision")
    assert "STEP_OUT_OF_ORDER" in reasons_of(town.take(kind, "C-1"))


def test_a_measure_that_law_does_not_let_end_early_runs_to_its_term() -> None:
    town = BanTown("market_reg")
    told = proposal(60, "M-BUS-03")
    made = event(town, "C-1", until="2031-11-10")
    made.measures[0].measure_code = "M-BUS-03"
    changes = {"ban_draft": {"proposal": told}, "ban_notice": {"announced": told}}
    town.walk("C-1", "ban_served", STEPS, ban_decision={"event": made}, **changes)
    faults = town.take("lifting", "C-1")
    assert reasons_of(faults) == {"CANNOT_END_EARLY"}
    assert "国办发〔2020〕49号" in faults[0].message
    assert state(town, "2031-11-10") == "IN_FORCE"


def test_nothing_is_lifted_before_the_law_lets_it_end_early() -> None:
    """M-PRO-01 may end early since 2026-04-01."""
    town = BanTown()
    town.walk("C-1", "ban_served")
    assert reasons_of(town.take("lifting", "C-1", effective_on="2026-03-31")) >= {"CANNOT_END_EARLY"}


def test_a_service_ends_what_was_not_served_on_the_day_of_its_receipt() -> None:
    town = BanTown()
    town.walk("C-1", "ban_decision")
    assert not town.take("ban_served", "C-1", service=service("2026-11-20"))
    assert hit(town, "2026-11-19") == "NOT_SERVED INFORMATION"
    assert hit(town, "2026-11-20") == "IN_FORCE BLOCKS"


def test_without_the_repair_notice_nothing_is_served() -> None:
    town = BanTown()
    town.walk("C-1", "ban_decision")
    faults = town.take("ban_served", "C-1", with_repair_notice=False)
    assert reasons_of(faults) == {"FIELD_REQUIRED"}
    assert "国办发〔2025〕22号" in faults[0].message


def test_the_log_folded_again_comes_to_the_same() -> None:
    town, again = BanTown(), BanTown()
    town.walk("C-1", "ban_served")
    assert not town.take("lifting", "C-1")
    for statement, who, on in town.admitted:
        assert not again.submit(statement, who, on)
    assert again.case("C-1") == town.case("C-1")
    assert again.ledger.record(town.subject("C-1")) == town.ledger.record(town.subject("C-1"))


def test_under_an_edition_without_procedures_nobody_decides() -> None:
    former = next(each for each in shipped_editions().values() if each.label == "2026.2")
    town = BanTown(edition=former)
    assert reasons_of(town.take("ban_draft", "C-1")) == {"PROCEDURE_NOT_IN_EDITION"}


def test_what_was_corrected_is_served_by_what_holds_it_now() -> None:
    town = BanTown()
    town.walk("C-1", "ban_decision")
    first = town.decision("C-1")
    assert not town.take("correction", "C-1", replacement=event(town, "C-1"))
    faults = town.take("ban_served", "C-1", target=first)
    assert reasons_of(faults) == {"TARGET_ALREADY_ENDED"}
    assert state(town, "2026-11-20") == "DECIDED"
    assert not town.take("ban_served", "C-1")
    assert hit(town, "2026-11-20") == "IN_FORCE BLOCKS"


# --- a correction is no second decision ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"decided_on": "2026-11-20", "from": "2026-11-20", "until": "2028-11-20"}, "DATES_OUT_OF_ORDER"),
        ({"decided_on": "2026-11-01", "from": "2026-11-10", "until": "2028-11-10"}, "DATES_OUT_OF_ORDER"),
        ({"from": "2027-11-10", "until": "2029-11-10"}, "HEAVIER_THAN_ANNOUNCED"),
        ({"from": "2026-11-13", "until": "2028-11-13"}, "HEAVIER_THAN_ANNOUNCED"),
    ],
)
def test_a_ban_that_is_over_does_not_begin_anew_by_a_correction(changes: dict[str, str], reason: str) -> None:
    town = BanTown()
    town.walk("C-1", "ban_served")
    made = event(town, "C-1", until=changes["until"])
    setattr(made.measures[0], "from", changes["from"])
    made.document.decided_on = changes.get("decided_on", made.document.decided_on)
    assert reason in reasons_of(town.take("correction", "C-1", replacement=made))


def test_a_term_that_was_written_too_short_is_corrected_up_to_what_was_announced() -> None:
    town = BanTown()
    town.walk("C-1", "ban_served")
    assert not town.take("correction", "C-1", replacement=event(town, "C-1", until="2027-11-10"))
    assert not town.take("correction", "C-1", replacement=event(town, "C-1", until="2028-11-10"))
    assert hit(town, "2028-11-10") == "IN_FORCE BLOCKS"
