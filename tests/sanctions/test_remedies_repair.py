"""Repair: conditions, acceptance, what ends with it and what does not, and the repair that was false."""

import itertools
from datetime import date
from pathlib import Path

import pytest

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.records import Records
from registry.commands.right_to_see import may_see
from registry.sanctions import admission
from registry.sanctions.ground import MarkKind
from registry.v1 import remedy_service_pb2 as remedy
from registry.v1 import restriction_service_pb2
from registry.v1 import statement_pb2 as pb
from registry.v1.record_service_pb2 import EntryState
from registry.v1.subject_pb2 import DOMAIN_BIDDING, DOMAIN_BUSINESS, DOMAIN_PROCUREMENT, Subject
from tests.support import events
from tests.support.events import ask, imposed, list_entry, new_firm, penalty, placed, refusal, statuses
from tests.support.remedies import (
    PROOF,
    TODAY,
    acceptance,
    annulment,
    application,
    granted,
    objection_to,
    refused,
    result,
)
from tests.support.spine import ORIGIN, Spine
from tests.support.tampering import Copy

_ids = itertools.count(1)
ENDED = pb.OBJECTION_OUTCOME_DISCLOSURE_ENDED
DOMAINS = (DOMAIN_PROCUREMENT, DOMAIN_BIDDING, DOMAIN_BUSINESS)


@pytest.fixture(scope="module", autouse=True)
def _wider_mandate(spine: Spine) -> None:
    """财政 is also the supervisor of bidding here, and may order a business to stop."""
    wider = events.registration("财政", kinds=["bidding_supervisor"], measures=["M-BID-01", "M-BUS-12"])
    placed(spine.say(OPERATOR.key, department_registration=wider))


@pytest.fixture
def firm() -> Subject:
    return new_firm()


@pytest.fixture
def fined(spine: Spine, firm: Subject) -> str:
    """The id of a penalty of general severity of 2026-04-10 with three measures."""
    return state_penalty(spine, firm)


def state_penalty(spine: Spine, firm: Subject, decided_on: str = "2026-04-10") -> str:
    """Three measures: two that may end early, and one that may not."""
    statement_id = f"cf-{next(_ids)}"
    measures = [
        imposed("M-PRO-01", decided_on, "2028-04-10"),
        imposed("M-BID-01", decided_on, "2027-10-10"),
        imposed("M-BUS-12", decided_on, "2027-04-10"),
    ]
    event = penalty("财政", firm, decided_on, severity=pb.SEVERITY_GENERAL, measures=measures)
    placed(spine.say("财政", statement_id, event=event))
    return statement_id


def apply(spine: Spine, statement_id: str, key: str = "财政", **more: object) -> str:
    """Applies for repair at the department's window, and is accepted."""
    applied = f"{statement_id}-A{next(_ids)}"
    placed(spine.say(key, applied, repair_application=application(key, statement_id, **more)))
    placed(spine.say(key, repair_acceptance=acceptance(key, statement_id, applied)))
    return applied


def repaired(spine: Spine, statement_id: str) -> str:
    """Applies for repair and gets it today."""
    applied = apply(spine, statement_id)
    placed(spine.say("财政", repair=granted("财政", statement_id, applied)))
    return applied


def hits(spine: Spine, firm: Subject, on: date = date(2026, 11, 23), at: int | None = None) -> dict[str, str]:
    """What a firm's hits in three domains are, on a day."""
    found: dict[str, str] = {}
    for domain in DOMAINS:
        found |= statuses(ask(spine, firm, domain, on=on, at=at))
    return found


def state(spine: Spine, statement_id: str) -> remedy.RemedyState.ValueType:
    """Where an application stands."""
    filed = spine.engine.state.remedies.get(events.office("财政").code, statement_id)
    assert filed is not None
    return filed.told.state


def shown(spine: Spine, firm: Subject, key: str, at: int | None = None) -> list[tuple[str, bool]]:
    """State of each entry of a firm's record that a department sees, and whether it is disclosed."""
    asking = spine.engine.ask
    caller = Caller(CallerRole.DEPARTMENT, spine.code(key), ORIGIN)
    purpose = restriction_service_pb2.Purpose(domain=DOMAIN_PROCUREMENT)
    position = asking.state.index.position if at is None else at
    matter = asking.matter(
        caller, purpose, restriction_service_pb2.Matter(), position=position, valid_ms=asking.now_ms()
    )
    found = asking.find(firm.identifier.type, firm.identifier.value)
    today = date.fromisoformat(TODAY)
    return [
        (EntryState.Name(each.state).removeprefix("ENTRY_STATE_"), each.disclosure.running(today))
        for each in Records(asking).file(found, matter).entries
        if may_see(each, matter, today)
    ]


def test_repair_ends_two_measures_and_leaves_the_third_because_the_law_says_so(
    spine: Spine, firm: Subject, fined: str
) -> None:
    applied = repaired(spine, fined)
    assert hits(spine, firm) == {"M-BUS-12": "IN_FORCE"}
    assert state(spine, applied) == remedy.REMEDY_STATE_GRANTED


def test_day_before_the_repair_everything_binds(spine: Spine, firm: Subject, fined: str) -> None:
    repaired(spine, fined)
    assert len(hits(spine, firm, date(2026, 11, 22))) == 3


def test_repair_ends_disclosure_and_sharing(spine: Spine, firm: Subject, fined: str) -> None:
    assert shown(spine, firm, "税务") == [("STANDS", True)]
    repaired(spine, fined)
    assert shown(spine, firm, "税务") == []
    assert shown(spine, firm, "财政") == [("REPAIRED", False)]


def test_repaired_record_is_still_looked_back_on(spine: Spine) -> None:
    """A fine of 2,500,000 yuan is ground for M-PRO-04 for three years (政府采购法 第二十二条)."""
    firm = new_firm()
    placed(spine.say("财政", "big", event=events.fined("财政", firm, "2026-04-10", "250", severity=2)))
    applied = apply(spine, "big")
    placed(spine.say("财政", repair=granted("财政", "big", applied)))
    assert statuses(ask(spine, firm)) == {"M-PRO-04": "IN_FORCE"}


def test_list_entry_and_measure_beside_it_end_with_the_repair(spine: Spine, firm: Subject) -> None:
    event = list_entry("财政", firm, "L-02", "2025-06-01", "2028-05-31")
    event.measures.append(imposed("M-BUS-12", "2025-06-01", "2028-05-31"))
    placed(spine.say("财政", "both", event=event))
    assert hits(spine, firm)["M-PRO-05"] == "IN_FORCE"
    refusing = refusal(spine.say("财政", repair_application=application("财政", "both")))
    assert refusing == {("REPAIR_NOT_AVAILABLE", "repair_application.target")}  # L-02 has no rule of its own.
    placed(spine.say("财政", repair=events.repair("财政", "both", TODAY)))
    assert hits(spine, firm)["M-BUS-12"] == "IN_FORCE"
    assert "M-PRO-05" not in hits(spine, firm)


def test_penalty_is_not_repaired_without_an_application(spine: Spine, fined: str) -> None:
    said = spine.say("财政", repair=events.repair("财政", fined, TODAY))
    assert refusal(said) == {("REPAIR_NOT_APPLIED_FOR", "repair.application")}


def test_entry_on_a_list_under_the_departments_own_care_needs_an_application(spine: Spine) -> None:
    """It was stated before the department came to decide on the list here."""
    firm = new_firm()
    placed(spine.say("人社", "wage", event=list_entry("人社", firm, "L-04", "2025-01-01", "2027-12-31")))
    wider = events.registration("人社", decides_here=["L-04"])
    placed(spine.say(OPERATOR.key, department_registration=wider))
    said = spine.say("人社", repair=events.repair("人社", "wage", TODAY))
    assert refusal(said) == {("REPAIR_NOT_APPLIED_FOR", "repair.application")}
    applied = apply(spine, "wage", "人社")  # Corrected on 2026-04-20, six months before.
    placed(spine.say("人社", repair=granted("人社", "wage", applied)))
    assert "M-PRO-06" not in statuses(ask(spine, firm))
    placed(spine.say(OPERATOR.key, department_registration=events.registration("人社")))


def test_months_of_a_wage_entry_run_from_the_correction(spine: Spine) -> None:
    firm = new_firm()
    placed(spine.say("人社", "soon", event=list_entry("人社", firm, "L-04", "2025-01-01", "2027-12-31")))
    said = spine.say("人社", repair_application=application("人社", "soon", corrected_on="2026-06-01"))
    assert refusal(said) == {("REPAIR_TOO_EARLY", "repair_application.filed_on")}
    (fault,) = events.faults(said)
    assert "2026-12-01" in fault.message
    assert "人社部令第45号" in fault.message


def test_penalty_is_repaired_no_sooner_than_its_severity_allows(spine: Spine, firm: Subject) -> None:
    early = state_penalty(spine, firm, "2026-09-10")
    said = spine.say("财政", repair_application=application("财政", early, corrected_on="2026-09-20"))
    assert refusal(said) == {("REPAIR_TOO_EARLY", "repair_application.filed_on")}


def test_application_has_commitment_and_proof_by_digest(spine: Spine, fined: str) -> None:
    asked = application("财政", fined, commitment=pb.Evidence(), proof=[])
    assert refusal(spine.say("财政", repair_application=asked)) == {
        ("FIELD_INVALID", "repair_application.commitment.sha256"),
        ("REPAIR_CONDITIONS_NOT_MET", "repair_application.proof"),
    }


def test_application_is_filed_once_at_a_time_and_at_a_window(spine: Spine, fined: str) -> None:
    apply(spine, fined)
    again = refusal(spine.say(OPERATOR.key, repair_application=application("财政", fined)))
    assert again == {("STATUS_NOT_APPLICABLE", "repair_application.target")}
    elsewhere = refusal(spine.say("税务", repair_application=application("财政", fined)))
    assert elsewhere == {("TARGET_OF_ANOTHER_DEPARTMENT", "repair_application.target.department")}


def test_what_is_not_accepted_is_not_granted(spine: Spine, firm: Subject, fined: str) -> None:
    placed(spine.say("财政", "fresh", repair_application=application("财政", fined)))
    said = spine.say("财政", repair=granted("财政", fined, "fresh"))
    assert refusal(said) == {("STEP_OUT_OF_ORDER", "repair.application")}
    placed(
        spine.say(
            "财政", repair_acceptance=acceptance("财政", fined, "fresh", accepted=False, reason="材料不全")
        )
    )
    assert state(spine, "fresh") == remedy.REMEDY_STATE_NOT_ACCEPTED
    said = spine.say("财政", repair=granted("财政", fined, "fresh"))
    assert refusal(said) == {("REMEDY_DECIDED", "repair.application")}
    assert len(hits(spine, firm)) == 3


def test_what_is_refused_changes_nothing_and_may_be_applied_for_again(
    spine: Spine, firm: Subject, fined: str
) -> None:
    applied = apply(spine, fined)
    placed(spine.say("财政", repair_refusal=refused("财政", fined, applied)))
    assert state(spine, applied) == remedy.REMEDY_STATE_REFUSED
    assert len(hits(spine, firm)) == 3
    apply(spine, fined)


def test_accepting_without_a_reason_not_to_is_no_refusal_to_accept(spine: Spine, fined: str) -> None:
    placed(spine.say("财政", "bare", repair_application=application("财政", fined)))
    said = spine.say("财政", repair_acceptance=acceptance("财政", fined, "bare", accepted=False))
    assert refusal(said) == {("FIELD_REQUIRED", "repair_acceptance.reason")}


def test_repaired_record_is_neither_repaired_nor_corrected_again(
    spine: Spine, firm: Subject, fined: str
) -> None:
    repaired(spine, fined)
    said = spine.say("财政", repair_application=application("财政", fined))
    assert refusal(said) == {("TARGET_ALREADY_ENDED", "repair_application.target")}


# --- 修复弄虚作假 ---------------------------------------------------------------------------------


def test_annulled_repair_brings_back_what_it_ended(spine: Spine, firm: Subject, fined: str) -> None:
    applied = repaired(spine, fined)
    between = spine.position
    placed(spine.say("财政", repair_annulment=annulment("财政", fined)))
    assert hits(spine, firm) == dict.fromkeys(("M-PRO-01", "M-BID-01", "M-BUS-12"), "IN_FORCE")
    assert hits(spine, firm, at=between) == {"M-BUS-12": "IN_FORCE"}
    assert hits(spine, firm, date(2027, 10, 11)) == {"M-PRO-01": "IN_FORCE"}
    assert state(spine, applied) == remedy.REMEDY_STATE_ANNULLED
    assert shown(spine, firm, "税务") == [("STANDS", True)]
    assert shown(spine, firm, "财政", at=between) == [("REPAIRED", False)]


def test_between_repair_and_annulment_nothing_binds_afterwards_either(spine: Spine, firm: Subject) -> None:
    annulled_late(spine, firm)
    assert set(hits(spine, firm, date(2026, 9, 9))) == {"M-PRO-01", "M-BID-01", "M-BUS-12"}
    assert {c for c, s in hits(spine, firm, date(2026, 10, 1)).items() if s == "IN_FORCE"} == {"M-BUS-12"}
    assert set(hits(spine, firm, date(2026, 11, 1))) == {"M-PRO-01", "M-BID-01", "M-BUS-12"}


def hidden_before(spine: Spine, firm: Subject) -> str:
    """The id of a penalty of which an objection ended disclosure from 2026-08-10 on, for good."""
    fined = state_penalty(spine, firm, "2026-01-10")
    placed(spine.say("财政", f"{fined}-O", objection=objection_to("财政", fined, filed_on="2026-08-01")))
    ended = result("财政", fined, f"{fined}-O", ENDED, effective_on="2026-08-10")
    placed(spine.say("财政", objection_result=ended))
    return fined


def ends_of_disclosure(spine: Spine, firm: Subject) -> list[tuple[date, date | None]]:
    """On which days what was noted keeps a firm's record from being shown."""
    record = spine.engine.state.index.get(firm.identifier.value)
    assert record
    noted = [mark for mark in record.marks if mark.kind is MarkKind.UNDISCLOSED and mark.known_to is None]
    return sorted((mark.period.first, mark.period.last) for mark in noted)


def test_annulment_ends_what_the_repair_hid_and_not_what_an_objection_hid_before(
    spine: Spine, firm: Subject
) -> None:
    fined = hidden_before(spine, firm)
    applied = apply(spine, fined, filed_on="2026-09-01")
    placed(spine.say("财政", repair=granted("财政", fined, applied, "2026-09-10")))
    said = spine.say("财政", repair_annulment=annulment("财政", fined, "2026-09-01"))
    assert refusal(said) == {("DATES_OUT_OF_ORDER", "repair_annulment.effective_on")}
    said = spine.say("财政", repair_annulment=annulment("财政", fined, "2026-08-01"))
    assert refusal(said) == {("DATES_OUT_OF_ORDER", "repair_annulment.effective_on")}
    placed(spine.say("财政", repair_annulment=annulment("财政", fined, "2026-11-01")))
    by_repair = (date(2026, 9, 10), date(2026, 10, 31))
    assert ends_of_disclosure(spine, firm) == [(date(2026, 8, 10), None), by_repair]
    assert shown(spine, firm, "财政") == [("STANDS", False)]


def test_repair_of_another_system_is_not_annulled_here_either_where_an_objection_hid_the_entry(
    spine: Spine, firm: Subject
) -> None:
    placed(spine.say("财政", "hid", event=list_entry("财政", firm, "L-02", "2025-01-01", "2027-12-31")))
    placed(spine.say("财政", "hid-O", objection=objection_to("财政", "hid", filed_on="2026-08-01")))
    ended = result("财政", "hid", "hid-O", ENDED, effective_on="2026-08-10")
    placed(spine.say("财政", objection_result=ended))
    placed(spine.say("财政", repair=events.repair("财政", "hid", TODAY)))
    said = spine.say("财政", repair_annulment=annulment("财政", "hid"))
    assert refusal(said) == {("STATUS_NOT_APPLICABLE", "repair_annulment.target")}


def test_annulment_dated_before_its_repair_that_an_earlier_release_took_is_folded_as_before(
    spine: Spine, firm: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fined = hidden_before(spine, firm)
    applied = apply(spine, fined, filed_on="2026-09-01")
    placed(spine.say("财政", repair=granted("财政", fined, applied, "2026-09-10")))
    with monkeypatch.context() as earlier:
        earlier.setattr(admission, "check_on_receipt", lambda *_: None)
        placed(spine.say("财政", repair_annulment=annulment("财政", fined, "2026-09-01")))
    assert Copy.of(spine.directory, tmp_path).rebuild() == []


def annulled_late(spine: Spine, firm: Subject) -> str:
    """The id of a penalty that was repaired from 2026-09-10 on, which is annulled from 2026-11-01 on."""
    fined = state_penalty(spine, firm, "2026-01-10")
    applied = apply(spine, fined, filed_on="2026-09-01")
    placed(spine.say("财政", repair=granted("财政", fined, applied, "2026-09-10")))
    placed(spine.say("财政", repair_annulment=annulment("财政", fined, "2026-11-01")))
    return fined


def in_its_place(firm: Subject) -> pb.Event:
    """A penalty that says otherwise what it is for."""
    measures = [imposed("M-PRO-01", "2026-01-10", "2028-04-10")]
    return penalty("财政", firm, "2026-01-10", severity=pb.SEVERITY_GENERAL, measures=measures)


def test_correction_after_an_annulment_binds_nobody_for_the_days_between(spine: Spine, firm: Subject) -> None:
    fined = annulled_late(spine, firm)
    said = spine.say("财政", correction=events.correction("财政", fined, in_its_place(firm)))
    assert refusal(said) == {("TARGET_ALREADY_ENDED", "correction.target")}
    placed(spine.say("财政", "against", objection=objection_to("财政", fined)))
    outcome, event = pb.OBJECTION_OUTCOME_CORRECTED, in_its_place(firm)
    said = spine.say("财政", objection_result=result("财政", fined, "against", outcome, replacement=event))
    assert refusal(said) == {("TARGET_ALREADY_ENDED", "objection_result.target")}
    assert hits(spine, firm, date(2026, 10, 1))["M-PRO-01"] == "COMING"


def test_correction_after_an_annulment_that_an_earlier_release_took_is_folded_as_before(
    spine: Spine, firm: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fined = annulled_late(spine, firm)
    with monkeypatch.context() as earlier:
        earlier.setattr(admission, "check_on_receipt", lambda *_: None)
        placed(spine.say("财政", correction=events.correction("财政", fined, in_its_place(firm))))
    assert Copy.of(spine.directory, tmp_path).rebuild() == []


def test_false_repair_bars_the_easy_way_on_every_record_of_the_subject(spine: Spine, firm: Subject) -> None:
    first, second = state_penalty(spine, firm), state_penalty(spine, firm)
    repaired(spine, first)
    placed(spine.say("财政", repair_annulment=annulment("财政", first)))
    asked = application("财政", second, proof=[])
    said = spine.say("财政", repair_application=asked)
    assert refusal(said) == {("FALSE_REPAIR_BEFORE", "repair_application.proof")}
    placed(spine.say("财政", repair_application=application("财政", second, proof=[PROOF])))


def test_repair_of_another_system_is_not_annulled_here(spine: Spine, firm: Subject) -> None:
    placed(spine.say("财政", "mirror", event=list_entry("财政", firm, "L-02", "2025-01-01", "2027-12-31")))
    placed(spine.say("财政", repair=events.repair("财政", "mirror", TODAY)))
    said = spine.say("财政", repair_annulment=annulment("财政", "mirror"))
    assert refusal(said) == {("STATUS_NOT_APPLICABLE", "repair_annulment.target")}


def test_repair_and_annulment_are_there_after_a_restart_and_rebuilt_to_the_same_bytes(
    spine: Spine, firm: Subject, fined: str, tmp_path: Path
) -> None:
    repaired(spine, fined)
    placed(spine.say("财政", repair_annulment=annulment("财政", fined)))
    repaired(spine, fined)
    ref = spine.engine.state.vault.ref(firm.identifier.type, firm.identifier.value)
    before = spine.engine.state.index.get(ref)
    spine.reopen()
    assert spine.engine.state.index.get(ref) == before
    assert hits(spine, firm) == {"M-BUS-12": "IN_FORCE"}
    assert Copy.of(spine.directory, tmp_path).rebuild() == []
