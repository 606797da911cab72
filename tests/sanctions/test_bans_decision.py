"""What a decision in a ban case must hold, and how far it may go: each part missing, each dimension
heavier."""

from __future__ import annotations

from typing import Any

import pytest

from registry.sanctions.bans.weight import heavier
from registry.sanctions.cases import fictional
from registry.v1 import ban_service_pb2 as ban
from registry.v1 import statement_pb2 as pb
from registry.v1.subject_pb2 import (
    CAPACITY_LEGAL_REP,
    SUBJECT_KIND_ENTERPRISE,
    SUBJECT_KIND_NATURAL_PERSON,
    SUBJECT_KIND_NON_LEGAL_ORG,
    Scope,
    Subject,
)
from tests.support.bans import BASIS, STEPS, BanTown, event, evidence, proposal, reasons_of, town_before

BEFORE = "ban_decision"


def decide(town: BanTown, case: str = "C-1", **changes: Any) -> set[str]:
    """Why a decision is refused; nothing if it is recorded."""
    return reasons_of(town.take("ban_decision", case, **changes))


def stated(town: BanTown, **changes: Any) -> pb.Event:
    """The decision as credit information, with something changed in it."""
    return event(town, "C-1", **changes)


# --- every part ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("facts", "DECISION_INCOMPLETE"),
        ("reason", "FIELD_REQUIRED"),
        ("consequences", "DECISION_INCOMPLETE"),
        ("removal", "DECISION_INCOMPLETE"),
        ("relief", "DECISION_INCOMPLETE"),
        ("responsible_persons", "DECISION_INCOMPLETE"),
        ("repair_notice", "DECISION_INCOMPLETE"),
    ],
)
def test_a_decision_without_one_of_its_parts_is_refused(part: str, reason: str) -> None:
    without: dict[str, Any] = {part: None}
    faults = town_before(BEFORE).take("ban_decision", "C-1", **without)
    assert reasons_of(faults) == {reason}
    assert {fault.field for fault in faults} == {f"ban_decision.{part}"}


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("legal_basis", "LEGAL_BASIS_REQUIRED"),
        ("evidence", "FIELD_REQUIRED"),
        ("measures", "FIELD_REQUIRED"),
        ("severity", "HEAVIER_THAN_ANNOUNCED"),
        ("document", "DOCUMENT_REQUIRED"),
    ],
)
def test_so_is_one_whose_credit_information_lacks_a_part(part: str, reason: str) -> None:
    town = town_before(BEFORE)
    made = stated(town)
    made.ClearField(part)  # type: ignore[arg-type]
    assert reason in decide(town, event=made)


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("number", "DOCUMENT_REQUIRED"),
        ("authority", "DOCUMENT_REQUIRED"),
        ("authority_code", "AUTHORITY_OUTSIDE_MANDATE"),
        ("decided_on", "DOCUMENT_REQUIRED"),
    ],
)
def test_its_document_has_number_authority_code_and_day(part: str, reason: str) -> None:
    town = town_before(BEFORE)
    made = stated(town)
    made.document.ClearField(part)  # type: ignore[arg-type]
    assert reason in decide(town, event=made)


@pytest.mark.parametrize("part", ["from", "until"])
def test_a_measure_has_a_beginning_and_an_end(part: str) -> None:
    town = town_before(BEFORE)
    made = stated(town)
    made.measures[0].ClearField(part)  # type: ignore[arg-type]
    faults = town.take("ban_decision", "C-1", event=made)
    assert reasons_of(faults)
    assert any("measures[0]" in fault.field for fault in faults)


def test_everything_that_is_missing_is_told_at_once() -> None:
    empty: dict[str, Any] = dict.fromkeys(
        ("facts", "reason", "consequences", "removal", "relief", "responsible_persons")
    )
    faults = town_before(BEFORE).take("ban_decision", "C-1", **empty, repair_notice=None)
    assert {fault.field for fault in faults} == {f"ban_decision.{name}" for name in (*empty, "repair_notice")}


def test_whoever_is_responsible_has_a_name() -> None:
    persons = [pb.ResponsiblePerson(name="", capacity=CAPACITY_LEGAL_REP)]
    assert decide(town_before(BEFORE), responsible_persons=persons) == {"DECISION_INCOMPLETE"}


def test_of_a_natural_person_nobody_else_need_be_responsible() -> None:
    town = BanTown()
    town.subjects["C-1"] = fictional.subject(7, SUBJECT_KIND_NATURAL_PERSON)
    town.walk("C-1", "ban_deliberation")
    assert not decide(town, responsible_persons=None)


def test_no_other_authority_decides() -> None:
    town = town_before(BEFORE)
    made = stated(town)
    made.document.authority_code = fictional.subject(9, SUBJECT_KIND_ENTERPRISE).identifier.value
    assert decide(town, event=made) == {"AUTHORITY_OUTSIDE_MANDATE"}


def test_a_decision_is_not_of_a_day_before_it_was_discussed() -> None:
    town = town_before(BEFORE)
    made = stated(town)
    made.document.decided_on = "2026-11-05"
    assert decide(town, event=made) == {"DATES_OUT_OF_ORDER"}


# --- no heavier than announced ---------------------------------------------------------------------


def announced(told: pb.BanProposal) -> BanTown:
    """A town whose party was told of a proposal, and which is to decide."""
    town = BanTown()
    town.walk("C-1", "ban_deliberation", ban_draft={"proposal": told}, ban_notice={"announced": told})
    return town


@pytest.mark.parametrize(
    ("told", "decided"),
    [
        ({}, {"until": "2028-11-11"}),
        ({}, {"until": "2029-11-10"}),
        ({"scope": Scope(region="130903")}, {}),
        ({"scope": Scope(region="130903")}, {"scope": Scope(region="130902")}),
        ({"scope": Scope(industry="E47")}, {}),
        ({"scope": Scope(industry="E47")}, {"scope": Scope(industry="E48")}),
    ],
)
def test_no_decision_is_heavier_than_was_announced(told: dict[str, Any], decided: dict[str, Any]) -> None:
    town = announced(proposal(24, **told))
    assert decide(town, event=stated(town, **decided)) == {"HEAVIER_THAN_ANNOUNCED"}


@pytest.mark.parametrize(
    "decided",
    [
        {"until": "2027-11-10"},
        {"until": "2028-11-10", "scope": Scope(region="130902")},
        {"until": "2028-11-10", "scope": Scope(industry="E47")},
    ],
)
def test_a_milder_decision_is_recorded(decided: dict[str, Any]) -> None:
    town = town_before(BEFORE)
    assert not decide(town, event=stated(town, **decided))


def test_neither_another_measure_nor_another_category_is_decided() -> None:
    town = town_before(BEFORE)
    made = stated(town)
    other = made.measures.add(measure_code="M-PRO-02", until="2028-11-10")
    setattr(other, "from", "2026-11-10")
    assert "HEAVIER_THAN_ANNOUNCED" in decide(town, event=made)
    made = stated(town)
    made.category = "E-03-CF"
    assert "HEAVIER_THAN_ANNOUNCED" in decide(town, event=made)


def test_of_a_minor_matter_no_graver_one_is_made_nor_one_without_grade() -> None:
    told = proposal(24)
    told.severity = pb.SEVERITY_MINOR
    town = announced(told)
    for grade in (pb.SEVERITY_GENERAL, pb.SEVERITY_SERIOUS, pb.SEVERITY_UNSPECIFIED):
        made = stated(town)
        made.severity = grade
        assert decide(town, event=made) == {"HEAVIER_THAN_ANNOUNCED"}
    made = stated(town)
    made.severity = pb.SEVERITY_MINOR
    assert not decide(town, event=made)


def test_an_entry_without_an_end_is_longer_than_any() -> None:
    told = pb.BanProposal(category="E-06", list_code="L-15", list_months=24)
    assert not list(heavier(told, told))
    for months in (25, 0):
        more = pb.BanProposal(category="E-06", list_code="L-15", list_months=months)
        assert [field for field, _ in heavier(more, told)] == ["list_months"]
    assert not list(heavier(told, pb.BanProposal(category="E-06", list_code="L-15")))
    unlisted = pb.BanProposal(category="E-06")
    assert [field for field, _ in heavier(told, unlisted)] == ["list_code"]


def test_for_life_is_heavier_than_any_term_and_any_capacity_than_one() -> None:
    told = proposal(60, "M-BUS-03", capacity=CAPACITY_LEGAL_REP)
    for change in ({"lifetime": True, "months": 0}, {"capacity": 0}, {"months": 0}):
        more = pb.BanProposal()
        more.CopyFrom(told)
        for name, value in change.items():
            setattr(more.measures[0], name, value)
        assert [field for field, _ in heavier(more, told)] == ["measures[0]"]


def test_nothing_heavier_is_announced_than_was_reviewed() -> None:
    faults = town_before("ban_notice").take("ban_notice", "C-1", announced=proposal(36))
    assert reasons_of(faults) == {"HEAVIER_THAN_ANNOUNCED"}


def test_a_correction_goes_no_further_either() -> None:
    town = town_before("lifting")
    longer = stated(town, until="2029-11-10")
    assert reasons_of(town.take("correction", "C-1", replacement=longer)) == {"HEAVIER_THAN_ANNOUNCED"}
    assert not town.take("correction", "C-1", replacement=stated(town, until="2027-11-10"))


# --- the matter, and its number --------------------------------------------------------------------


def test_another_subject_is_another_case() -> None:
    town = town_before(BEFORE)
    made = stated(town)
    made.subject.CopyFrom(town.subject("C-2"))
    assert decide(town, event=made) == {"TARGET_ANOTHER_SUBJECT"}


def test_so_is_a_subject_of_another_kind() -> None:
    town = town_before(BEFORE)
    made = stated(town)
    assert made.subject.kind == SUBJECT_KIND_ENTERPRISE
    made.subject.kind = SUBJECT_KIND_NON_LEGAL_ORG
    assert decide(town, event=made) == {"SUBJECT_KIND_MISMATCH"}


def test_one_number_decides_one_case_however_it_is_written() -> None:
    town = BanTown()
    town.walk("C-1", "ban_deliberation")
    town.walk("C-2", "ban_deliberation")
    first, second = stated(town), event(town, "C-2")
    first.document.number, second.document.number = "示财罚〔2026〕12号", "示财罚(2026) 12号"
    assert not decide(town, event=first)
    faults = town.take("ban_decision", "C-2", event=second)
    assert reasons_of(faults) == {"DECISION_NUMBER_USED"}
    assert "C-1" in faults[0].message


def test_a_correction_does_not_take_the_number_of_another_case() -> None:
    town = BanTown()
    town.walk("C-1", "ban_served")
    town.walk("C-2", "ban_served")
    made = event(town, "C-2")
    made.document.number = "示财罚〔2026〕C-1号"
    assert reasons_of(town.take("correction", "C-2", replacement=made)) == {"DECISION_NUMBER_USED"}


def test_a_decision_taken_twice_under_one_id_is_one() -> None:
    town = town_before(BEFORE)
    statement = town.statement("ban_decision", town.body("ban_decision", "C-1"))
    assert not town.submit(statement, "chief")
    held = town.case("C-1")
    assert not town.submit(statement, "chief")
    assert town.case("C-1") == held


def test_a_term_beyond_the_law_is_refused_at_the_draft() -> None:
    for months in (11, 37):
        faults = BanTown().take("ban_draft", "C-1", proposal=proposal(months))
        assert reasons_of(faults) == {"TERM_OUT_OF_BOUNDS"}


@pytest.mark.parametrize("months", [1201, 2**32 - 1])
def test_a_term_that_no_calendar_holds_is_refused(months: int) -> None:
    told = proposal()
    told.list_code, told.list_months = "L-02", months
    assert reasons_of(BanTown().take("ban_draft", "C-1", proposal=told)) == {"TERM_OUT_OF_BOUNDS"}
    assert reasons_of(BanTown().take("ban_draft", "C-1", proposal=proposal(months))) == {"TERM_OUT_OF_BOUNDS"}


# --- together, and with consent --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"collective": False}, "COLLECTIVE_REQUIRED"),
        ({"members": ["B-01", "B-31"]}, "COLLECTIVE_REQUIRED"),
        ({"members": ["B-01", "B-31", "B-01"]}, "COLLECTIVE_REQUIRED"),
        ({"members": ["B-01", "B-31", "B-21", "B-11"]}, "SAME_OFFICIAL"),
        ({"members": ["B-01", "B-31", "B-21", "B-91"]}, "SAME_OFFICIAL"),
        ({"members": ["B-01", "B-31", "B-21", "B-51"]}, "LICENSING_SECTION"),
        ({"members": ["B-01", "B-31", "B-21", "B-71"]}, "OFFICIAL_REQUIRED"),
        ({"members": ["B-01", "B-31", "B-99"]}, "OFFICIAL_UNKNOWN"),
    ],
)
def test_a_discussion_is_of_three_who_stand_apart(changes: dict[str, Any], reason: str) -> None:
    """B-11 drafted, B-91 has his name, B-51 is of the licensing section, B-71 was registered since."""
    assert reasons_of(town_before("ban_deliberation").take("ban_deliberation", "C-1", **changes)) == {reason}


def test_what_was_not_agreed_is_closed() -> None:
    town = town_before("ban_deliberation")
    assert not town.take("ban_deliberation", "C-1", agreed=False)
    assert "STEP_OUT_OF_ORDER" in decide(town)


def test_so_is_what_the_lawyer_found_unlawful() -> None:
    town = town_before("ban_review")
    assert not town.take("ban_review", "C-1", lawful=False)
    assert reasons_of(town.take("ban_notice", "C-1")) == {"STEP_OUT_OF_ORDER"}


LISTING = pb.BanProposal(
    category="E-06", severity=pb.SEVERITY_SERIOUS, list_code="L-06", list_months=36, legal_basis=BASIS
)


def listing_town() -> BanTown:
    """A market supervision bureau that is to discuss an entry on L-06."""
    town = BanTown("market_reg")
    told = {"ban_draft": {"proposal": LISTING}, "ban_notice": {"announced": LISTING}}
    town.walk("C-1", "ban_defence", STEPS, **told)
    return town


def consent(town: BanTown, **changes: str) -> pb.Document:
    """The consent of the upper level."""
    document = pb.Document(
        number="冀示市监函〔2026〕3号", authority="省市场监管局(示例)", decided_on="2026-11-04",
        authority_code=fictional.subject(80_001, SUBJECT_KIND_ENTERPRISE).identifier.value,
    )  # fmt: skip
    for name, value in changes.items():
        setattr(document, name, value)
    return document


@pytest.mark.parametrize("missing", ["number", "authority", "authority_code", "decided_on"])
def test_an_entry_on_the_list_of_market_supervision_needs_the_upper_level(missing: str) -> None:
    town = listing_town()
    assert reasons_of(town.take("ban_deliberation", "C-1")) == {"CONSENT_REQUIRED"}
    faults = town.take("ban_deliberation", "C-1", upper_consent=consent(town, **{missing: ""}))
    assert reasons_of(faults) == {"CONSENT_REQUIRED"}
    assert "令第44号" in faults[0].message


def test_nobody_consents_to_himself_nor_tomorrow() -> None:
    town = listing_town()
    own = consent(town, authority_code=town.department)
    assert reasons_of(town.take("ban_deliberation", "C-1", upper_consent=own)) == {"CONSENT_REQUIRED"}
    later = consent(town, decided_on="2026-11-24")
    assert reasons_of(town.take("ban_deliberation", "C-1", upper_consent=later)) == {"DATE_IN_FUTURE"}


def listed(town: BanTown, subject: Subject, until: str) -> pb.Event:
    """The entry that is decided on 2026-11-10."""
    return pb.Event(
        subject=subject, category="E-06", severity=pb.SEVERITY_SERIOUS, list_code="L-06",
        document=town.document("示市监列〔2026〕1号", "2026-11-10"), legal_basis=BASIS,
        effective_from="2026-11-10", effective_until=until, evidence=[evidence("证据")],
    )  # fmt: skip


def test_with_consent_the_entry_is_decided_for_no_longer_than_announced() -> None:
    town = listing_town()
    assert not town.take("ban_deliberation", "C-1", upper_consent=consent(town))
    subject = town.subject("C-1")
    assert "HEAVIER_THAN_ANNOUNCED" in decide(town, event=listed(town, subject, "2029-11-11"))
    assert not decide(town, event=listed(town, subject, "2029-11-10"))
    held = town.case("C-1")
    assert held is not None
    assert held.told.state == ban.BAN_STATE_DECIDED
    assert held.told.consented
