"""What a department decides in the registry's procedure it cannot state past it."""

from __future__ import annotations

import pytest

from registry.domain.faults import Findings
from registry.sanctions.admission.directory import check_registration
from registry.sanctions.cases import fictional
from registry.v1 import statement_pb2 as pb
from registry.v1.error_reason_pb2 import ErrorReason
from registry.v1.subject_pb2 import SUBJECT_KIND_ENTERPRISE
from tests.support.bans import BASIS, EDITION, TODAY, BanTown, event, reasons_of

OTHER = fictional.subject(80_002, SUBJECT_KIND_ENTERPRISE).identifier.value
"""An authority whose decisions the bureau relays."""


def deciding(*codes: str, kind: str = "finance") -> BanTown:
    """A town whose bureau decides on some measures and lists here."""
    town = BanTown(kind)
    begin_to_decide(town, *codes)
    return town


def penalty(town: BanTown) -> pb.Event:
    """What imposes nothing."""
    made = event(town, "C-1")
    made.ClearField("measures")
    made.category = "E-03-CF"
    return made


def stated(town: BanTown, made: pb.Event) -> list[tuple[str, str]]:
    """Reason and field of each fault of a direct event, each with its article."""
    faults = town.ledger.fold(town.statement("event", made), TODAY, town.key(""))
    reasons_of(faults)
    return [(ErrorReason.Name(f.reason).removeprefix("ERROR_REASON_"), f.field) for f in faults]


def test_a_measure_that_is_decided_here_is_not_stated_directly() -> None:
    town = deciding("M-PRO-01")
    assert stated(town, event(town, "C-1")) == [("PROCEDURE_REQUIRED", "event.measures[0].measure_code")]
    assert not stated(town, penalty(town))


def test_what_is_not_decided_here_is_stated_as_ever() -> None:
    for town in (deciding(), deciding("M-PRO-02")):
        assert not stated(town, event(town, "C-1"))


def test_what_another_authority_decided_is_relayed() -> None:
    town = deciding("M-PRO-01")
    made = event(town, "C-1")
    made.document.authority_code = OTHER
    assert not stated(town, made)


def test_nor_is_an_entry_on_a_list_that_is_decided_here() -> None:
    town = deciding("L-06", kind="market_reg")
    entry = pb.Event(
        subject=town.subject("C-1"), category="E-06", severity=pb.SEVERITY_SERIOUS, list_code="L-06",
        document=town.document("示市监列〔2026〕1号", "2026-11-10"), legal_basis=BASIS,
        effective_from="2026-11-10", effective_until="2029-11-10",
    )  # fmt: skip
    assert stated(town, entry) == [("PROCEDURE_REQUIRED", "event.list_code")]


def test_nor_is_it_brought_in_by_a_correction_of_something_else() -> None:
    town = deciding("M-PRO-01")
    first = town.statement("event", penalty(town))
    assert not town.ledger.fold(first, TODAY, town.key(""))
    target = pb.StatementReference(department=town.department, statement_id=first.statement_id)
    correction = pb.Correction(target=target, reason="更正", replacement=event(town, "C-1"))
    faults = town.ledger.fold(town.statement("correction", correction), TODAY, town.key(""))
    assert reasons_of(faults) == {"PROCEDURE_REQUIRED"}
    assert faults[0].field == "correction.replacement.measures[0].measure_code"


def begin_to_decide(town: BanTown, *codes: str) -> None:
    """From now on the bureau decides on these here."""
    department = town.ledger.directory.department(town.department)
    assert department is not None
    registration = pb.DepartmentRegistration()
    registration.CopyFrom(department.registration)
    registration.mandate.decides_here.extend(codes)
    registration.mandate.relayed_authorities.append(OTHER)
    town.ledger.directory.put_department(type(department).registered(registration, 0))


def corrected(town: BanTown, target: str, replacement: pb.Event) -> set[str]:
    """Reasons of the faults of a correction of something stated directly."""
    reference = pb.StatementReference(department=town.department, statement_id=target)
    correction = pb.Correction(target=reference, reason="更正", replacement=replacement)
    faults = town.ledger.fold(town.statement("correction", correction), TODAY, town.key(""))
    return {ErrorReason.Name(fault.reason).removeprefix("ERROR_REASON_") for fault in faults}


def test_ban_of_before_is_corrected_to_what_reaches_no_further() -> None:
    town = BanTown()
    first = town.statement("event", event(town, "C-1"))
    assert not town.ledger.fold(first, TODAY, town.key(""))
    begin_to_decide(town, "M-PRO-01")
    longer, for_life, endless, second = (event(town, "C-1") for _ in range(4))
    longer.measures[0].until = "2029-11-10"
    for_life.measures[0].ClearField("until")
    for_life.measures[0].lifetime = True
    endless.measures[0].until = ""
    second.measures.add().CopyFrom(longer.measures[0])
    for beyond in (longer, for_life, endless, second):
        assert "PROCEDURE_REQUIRED" in corrected(town, first.statement_id, beyond)
    shorter = event(town, "C-1", until="2027-11-10")
    assert not corrected(town, first.statement_id, shorter)


def test_ban_of_before_in_one_region_is_not_corrected_to_bind_everywhere() -> None:
    town = BanTown()
    local, everywhere = event(town, "C-1"), event(town, "C-1")
    local.measures[0].scope.region = "130900"
    first = town.statement("event", local)
    assert not town.ledger.fold(first, TODAY, town.key(""))
    begin_to_decide(town, "M-PRO-01")
    assert "PROCEDURE_REQUIRED" in corrected(town, first.statement_id, everywhere)
    local.measures[0].until = "2027-11-10"
    assert not corrected(town, first.statement_id, local)


@pytest.mark.parametrize("until", ["ban_decision", "ban_served"])
def test_in_the_procedure_it_is_decided_and_corrected(until: str) -> None:
    town = deciding("M-PRO-01")
    town.walk("C-1", until)
    assert not town.take("correction", "C-1", replacement=event(town, "C-1", until="2027-11-10"))


def test_nobody_decides_here_on_what_lies_outside_his_mandate() -> None:
    registration = fictional.registration("finance", EDITION)
    registration.mandate.decides_here.extend(["M-PRO-01", "M-BUS-03"])
    found = Findings()
    check_registration(found, "department_registration", registration, EDITION)
    assert [(fault.reason, fault.field) for fault in found.faults] == [
        (ErrorReason.ERROR_REASON_MANDATE_BEYOND_LAW, "department_registration.mandate.decides_here")
    ]
    assert "M-BUS-03" in found.faults[0].message
