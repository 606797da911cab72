"""Nobody is in time by dating a step of a ban or a remedy back: it counts when the registry had it (补录)."""

from __future__ import annotations

import pytest

from registry.supervision.accountability.procedures import Signed, lines_of_case, lines_of_remedy
from registry.v1 import accountability_service_pb2 as pb
from tests.supervision.test_accountability_rules import DEPARTMENT, case, known, objection


@pytest.mark.parametrize(
    ("stated", "recorded", "counts"),
    [
        ("2026-11-12", "2026-11-25", "2026-11-25"),
        ("2026-11-19", "2026-11-25", "2026-11-25"),
        ("2026-11-19", "2026-11-24", "2026-11-19"),
    ],
)
def test_a_service_that_is_recorded_too_late_counts_when_it_was(
    stated: str, recorded: str, counts: str
) -> None:
    """Due on Thursday 11-19; what was done then may be recorded until Tuesday 11-24."""
    made = case()
    made.acts[-1].on = stated
    days = {3: "2026-10-12", 8: "2026-11-10", 12: recorded}
    (_, served) = lines_of_case(made, known("2026-11-30"), days.__getitem__)
    assert served.obligation.met_on == counts
    assert served.state == (pb.DUTY_STATE_MET if counts == stated else pb.DUTY_STATE_MET_LATE)


def test_a_decision_that_is_dated_back_counts_when_it_was_recorded() -> None:
    days = {3: "2026-10-12", 8: "2027-03-01", 12: "2027-03-01"}
    (decided, _) = lines_of_case(case(), known("2027-03-10"), days.__getitem__)
    assert (decided.obligation.met_on, decided.state) == ("2027-03-01", pb.DUTY_STATE_MET_LATE)


def test_before_its_receipt_a_step_was_not_known() -> None:
    days = {3: "2026-10-12", 8: "2026-11-10", 12: "2026-11-25"}
    (_, served) = lines_of_case(case(), known("2026-11-24"), days.__getitem__)
    assert (served.obligation.met_on, served.state) == ("", pb.DUTY_STATE_UNMET)


def test_an_objections_decision_that_is_dated_back_is_late() -> None:
    filed = objection()
    filed.decided_on = "2026-11-24"
    days = {5: "2026-11-23", 9: "2026-12-07"}
    (line,) = lines_of_remedy(
        filed, known("2026-12-10"), lambda position: Signed(days[position], DEPARTMENT, "C-1")
    )
    assert (line.obligation.met_on, line.state) == ("2026-12-07", pb.DUTY_STATE_MET_LATE)
