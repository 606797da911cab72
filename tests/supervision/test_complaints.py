"""投诉举报 over a real registry: what each act needs, who agrees to an opening, and which step was late."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.commands.supervision.complaints import Complaints
from registry.commands.supervision.files import Files
from registry.provenance.custodian_proof import PROOF_BYTES
from registry.supervision.obligations import obligations_of
from registry.supervision.traces import has_trace
from registry.v1 import supervision_pb2 as act
from registry.v1.statement_pb2 import OFFICIAL_ROLE_SUBMITTER, OfficialRegistration, OfficialRevocation
from registry.v1.supervision_file_pb2 import Obligation
from tests.supervision.custodians_at_work import DISPUTE, KEY, Custody, reasons_of
from tests.support.events import event, firm
from tests.support.spine import Spine, found_spine, furnish
from tests.support.tampering import Copy

NO_CASE, CASE = act.VERIFICATION_RESULT_NO_CASE, act.VERIFICATION_RESULT_CASE_FILED
REFERRED = act.VERIFICATION_RESULT_REFERRED
EXTENDED, DECIDED = act.VERIFICATION_RESULT_EXTENDED, act.VERIFICATION_RESULT_DECIDED
MONDAY = date(2026, 3, 2)


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    made = furnish(found_spine(tmp_path / "registry", MONDAY), [KEY, "税务"], delivered=False)
    yield made
    made.engine.close()


@pytest.fixture
def bureau(spine: Spine) -> Custody:
    """The bureau on Monday, 2026-03-02."""
    return Custody.at(spine)


def duties(bureau: Custody, number: str, on: date) -> dict[str, Obligation]:
    clocks = Files(bureau.spine.engine.ask).clocks(on)
    return {each.deadline: each for each in obligations_of(bureau.file(number), clocks)}


# --- the way of a 投诉 and of a 举报 ---------------------------------------------------------------


def test_a_dispute_is_accepted_mediated_and_settled_in_time(bureau: Custody) -> None:
    bureau.taken(bureau.complain("T-1", kind=DISPUTE, named=True))
    assert duties(bureau, "T-1", MONDAY)["complaint_acceptance"].due_on == "2026-03-11"
    bureau.spine.clock.move_to(date(2026, 3, 11))
    bureau.taken(bureau.accept("T-1"))
    bureau.taken(bureau.mediate("T-1", act.MEDIATION_STAGE_BEGUN))
    bureau.taken(bureau.mediate("T-1", act.MEDIATION_STAGE_AGREED))
    found = duties(bureau, "T-1", date(2026, 3, 11))
    assert {each.met_on for each in found.values()} == {"2026-03-11"}
    assert not any(each.days_late for each in found.values())


def test_a_region_is_a_code_and_no_words_that_everybody_would_read(
    bureau: Custody, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts are told by region, also those of one. A log that has such a region is folded again."""
    with monkeypatch.context() as before:
        before.setattr("registry.supervision.admission.complaints.REGION", re.compile(""))
        bureau.taken(bureau.complain("T-Q", region="示例李四报"))
    assert Copy.of(bureau.spine.directory, tmp_path).rebuild() == []
    assert reasons_of(bureau.complain("T-R", region="示例张三报")) == ["FIELD_INVALID"]
    bureau.taken(bureau.complain("T-R", region="130902"))


def test_an_acceptance_after_seven_working_days_counts_as_late_for_good(bureau: Custody) -> None:
    bureau.taken(bureau.complain("T-2", kind=DISPUTE))
    bureau.spine.clock.move_to(date(2026, 3, 13))
    bureau.taken(bureau.accept("T-2"))
    duty = duties(bureau, "T-2", date(2026, 6, 1))["complaint_acceptance"]
    assert (duty.met_on, duty.days_late, duty.due_on) == ("2026-03-13", 2, "2026-03-11")


def test_an_acceptance_dated_back_is_not_in_time(bureau: Custody) -> None:
    bureau.taken(bureau.complain("T-3", kind=DISPUTE))
    bureau.spine.clock.move_to(date(2026, 4, 20))
    bureau.taken(bureau.accept("T-3", on="2026-03-03"))
    assert duties(bureau, "T-3", date(2026, 4, 20))["complaint_acceptance"].days_late > 0


def test_a_report_is_verified_extended_once_and_its_named_reporter_answered(bureau: Custody) -> None:
    bureau.taken(bureau.complain("J-1", named=True))
    assert duties(bureau, "J-1", MONDAY)["report_verification"].due_on == "2026-03-23"
    bureau.spine.clock.move_to(date(2026, 3, 20))
    bureau.taken(bureau.verify("J-1", EXTENDED))
    assert duties(bureau, "J-1", MONDAY)["report_verification"].due_on == "2026-03-23"
    assert duties(bureau, "J-1", date(2026, 3, 20))["report_verification"].due_on == "2026-04-14"
    bureau.taken(bureau.verify("J-1", CASE))
    answer = duties(bureau, "J-1", date(2026, 3, 20))
    assert answer["report_notify_named_reporter_after_filing_decision"].due_on == "2026-03-27"
    bureau.taken(bureau.answer("J-1"))
    assert all(each.met_on for each in duties(bureau, "J-1", date(2026, 3, 20)).values())


def test_an_extension_stated_too_late_extends_nothing(bureau: Custody) -> None:
    bureau.taken(bureau.complain("J-2"))
    bureau.spine.clock.move_to(date(2026, 3, 25))
    bureau.taken(bureau.verify("J-2", EXTENDED, on="2026-03-25"))
    duty = duties(bureau, "J-2", date(2026, 3, 25))["report_verification"]
    assert (duty.due_on, duty.days_late) == ("2026-03-23", 2)


def test_a_decision_names_the_credit_event_and_comes_after_the_case(bureau: Custody) -> None:
    bureau.taken(bureau.complain("J-3", subject=firm(7301)))
    penalty = event(KEY, firm(7301), "E-03-CF", "2026-03-02")
    bureau.taken(bureau.spine.say(KEY, "EV-7301", event=penalty))
    named = act.RecordedStatement(department=bureau.code, statement_id="EV-7301")
    unknown = act.RecordedStatement(department=bureau.code, statement_id="EV-0")
    assert reasons_of(bureau.verify("J-3", DECIDED, decision=named))[-1] == "STEP_OUT_OF_ORDER"
    bureau.taken(bureau.verify("J-3", CASE))
    assert "TARGET_UNKNOWN" in reasons_of(bureau.verify("J-3", DECIDED, decision=unknown))
    assert "FIELD_INVALID" in reasons_of(bureau.verify("J-3", DECIDED))
    bureau.taken(bureau.spine.say(KEY, "EV-7399", event=event(KEY, firm(7399), "E-03-CF", "2026-03-02")))
    of_another = act.RecordedStatement(department=bureau.code, statement_id="EV-7399")
    assert "FIELD_INVALID" in reasons_of(bureau.verify("J-3", DECIDED, decision=of_another))
    bureau.taken(bureau.verify("J-3", DECIDED, decision=named))
    assert bureau.file("J-3").acts[-1].decision == named


def test_a_referral_of_before_the_report_does_not_come_of_it(bureau: Custody) -> None:
    def refer(number: str) -> act.FileReference:
        told = act.Referral(
            number=number, kind=act.REFERRAL_KIND_CLUE, direction=act.REFERRAL_DIRECTION_ACROSS,
            to=bureau.spine.code("税务"), subject=firm(7302), facts="未开发票。", on=bureau.today,
            legal_basis=["行政处罚法 第二十七条"],
        )  # fmt: skip
        bureau.taken(bureau.act("经办", referral=told))
        return cast(act.FileReference, bureau.reference(number, act.FILE_KIND_REFERRAL))

    before = refer("YS-1")
    bureau.spine.clock.move_to(date(2026, 3, 9))
    bureau.taken(bureau.complain("J-4"))
    assert reasons_of(bureau.verify("J-4", REFERRED, referral=before)) == ["DATES_OUT_OF_ORDER"]
    bureau.taken(bureau.verify("J-4", REFERRED, referral=refer("YS-2")))


# --- what is refused ------------------------------------------------------------------------------


def test_a_second_acceptance_is_refused(bureau: Custody) -> None:
    bureau.taken(bureau.complain("T-4", kind=DISPUTE))
    bureau.taken(bureau.accept("T-4"))
    assert reasons_of(bureau.accept("T-4", accepted=False, reason="不属本部门")) == ["STEP_OUT_OF_ORDER"]
    assert reasons_of(bureau.accept("T-4")) == ["STEP_OUT_OF_ORDER"]


def test_steps_out_of_order_are_refused(bureau: Custody) -> None:
    bureau.taken(bureau.complain("T-5", kind=DISPUTE))
    assert reasons_of(bureau.mediate("T-5", act.MEDIATION_STAGE_BEGUN)) == ["STEP_OUT_OF_ORDER"]
    assert reasons_of(bureau.verify("T-5", CASE)) == ["STEP_OUT_OF_ORDER"]
    bureau.taken(bureau.accept("T-5"))
    assert reasons_of(bureau.mediate("T-5", act.MEDIATION_STAGE_AGREED)) == ["STEP_OUT_OF_ORDER"]
    bureau.taken(bureau.complain("J-5"))
    assert reasons_of(bureau.accept("J-5")) == ["STEP_OUT_OF_ORDER"]
    bureau.taken(bureau.verify("J-5", NO_CASE))
    assert reasons_of(bureau.verify("J-5", CASE)) == ["STEP_OUT_OF_ORDER"]
    assert reasons_of(bureau.verify("J-5", EXTENDED)) == ["STEP_OUT_OF_ORDER"]


def test_an_anonymous_reporter_cannot_be_answered(bureau: Custody) -> None:
    bureau.taken(bureau.complain("J-6"))
    bureau.taken(bureau.verify("J-6", CASE))
    assert reasons_of(bureau.answer("J-6")) == ["FIELD_INVALID"]


def test_another_department_takes_no_step(bureau: Custody) -> None:
    bureau.taken(bureau.complain("T-7", kind=DISPUTE))
    other = bureau.spine.appoint("税务", "F-1", "稽查科", OFFICIAL_ROLE_SUBMITTER)
    told = act.ComplaintAcceptance(file=bureau.reference("T-7"), accepted=True, on="2026-03-02")
    outcome = bureau.spine.say("税务", by=other, supervision=act.Supervision(complaint_acceptance=told))
    assert reasons_of(outcome) == ["NOT_YOUR_STEP"]


TRACES = [
    "举报人13800138000", "电话 138-0013-8000", "致电138 0013 8000", "１３８００１３８０００",
    "+8613800138000", "信箱zhao@example.cn", "zhao＠example.cn", "身份证130999199001010015",
    "138\u200b00138000",
]  # fmt: skip


@pytest.mark.parametrize("text", TRACES)
def test_a_summary_by_which_a_person_could_be_found_is_refused_and_not_repeated(
    bureau: Custody, text: str
) -> None:
    outcome: Any = bureau.complain("T-8", summary=f"后厨卫生, {text}")
    assert reasons_of(outcome) == ["FIELD_INVALID"]
    assert "13800138000" not in outcome.faults[0].message
    assert "zhao" not in outcome.faults[0].message


@pytest.mark.parametrize(
    "text", ["(沧)市监罚〔2026〕12号", "91130900DEM0000108", "2026-03-02至2026-03-09", ""]
)
def test_documents_codes_and_days_are_no_traces(text: str) -> None:
    assert not has_trace(text)


def test_what_is_not_sealed_or_is_titled_is_refused(bureau: Custody) -> None:
    plain = bureau.complaint("T-9").content
    plain.title = "赵某的来信"
    assert reasons_of(bureau.complain("T-9", content=plain)) == ["FIELD_INVALID"]
    scan = bureau.complaint("T-9").content
    scan.media_type = "image/jpeg"
    assert reasons_of(bureau.complain("T-9", content=scan)) == ["FIELD_INVALID"]


# --- custodians and openings ----------------------------------------------------------------------


def test_an_opening_takes_two_custodians(bureau: Custody) -> None:
    bureau.taken(bureau.complain("J-10", named=True))
    bureau.taken(bureau.open("J-10", "甲", "丙"))
    assert "CUSTODIAN_REQUIRED" in reasons_of(bureau.open("J-10", "甲", "经办"))
    assert reasons_of(bureau.open("J-10", "甲"))
    assert reasons_of(bureau.open("J-10", "甲", "甲"))
    assert reasons_of(bureau.open("J-10", "甲", "乙", legal_basis=[])) == ["LEGAL_BASIS_REQUIRED"]


def test_who_became_custodian_later_cannot_agree_to_the_opening_of_what_came_before(bureau: Custody) -> None:
    bureau.taken(bureau.complain("J-11"))
    bureau.spine.clock.move_to(date(2026, 6, 1))
    bureau.appoint("丁")
    bureau.taken(bureau.act("丁", custodian_key=bureau.key_of("丁", "K-D")))
    assert reasons_of(bureau.open("J-11", "甲", "丁")) == ["CUSTODIAN_REQUIRED"]
    bureau.taken(bureau.act("丁", custodian_key=bureau.key_of("丁", "K-D", withdrawn=True)))


def test_a_custodian_who_withdrew_agrees_no_more_and_stays_withdrawn(
    spine: Spine,
) -> None:
    bureau = Custody.at(spine, ("甲", "乙"))
    bureau.taken(bureau.complain("J-1"))
    bureau.taken(bureau.act("乙", custodian_key=bureau.key_of("乙", withdrawn=True)))
    assert reasons_of(bureau.open("J-1", "甲", "乙")) == ["CUSTODIAN_REQUIRED"]
    assert "STEP_OUT_OF_ORDER" in reasons_of(bureau.act("乙", custodian_key=bureau.key_of("乙")))
    assert reasons_of(bureau.complain("J-2")) == ["CUSTODIAN_REQUIRED"]


def test_a_withdrawn_key_stays_withdrawn_under_another_number(
    bureau: Custody, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has stolen it would open what comes next. A log that has it so is folded again."""
    bureau.taken(bureau.act("乙", custodian_key=bureau.key_of("乙", withdrawn=True)))
    assert reasons_of(bureau.act("乙", custodian_key=bureau.key_of("乙", "K-N"))) == ["STEP_OUT_OF_ORDER"]
    check = "registry.supervision.admission.custody._check_never_withdrawn"
    with monkeypatch.context() as before:
        before.setattr(check, lambda *_: None)
        bureau.taken(bureau.act("乙", custodian_key=bureau.key_of("乙", "K-N")))
    assert Copy.of(bureau.spine.directory, tmp_path).rebuild() == []
    bureau.taken(bureau.act("乙", custodian_key=bureau.key_of("乙", "K-N", withdrawn=True)))


def test_a_key_that_has_run_out_may_still_be_withdrawn(bureau: Custody) -> None:
    bureau.taken(bureau.complain("J-13"))
    stated = bureau.key_of("乙")
    bureau.spine.clock.move_to(date(2028, 1, 3))
    stated.withdrawn = True
    bureau.taken(bureau.act("乙", custodian_key=stated))
    assert reasons_of(bureau.open("J-13", "甲", "乙")) == ["CUSTODIAN_REQUIRED"]


def test_two_keys_of_one_person_are_not_sealed_to_both(bureau: Custody) -> None:
    named = OfficialRegistration(
        official_id="C-2", department=bureau.code, name="示例C-1", section="法规科",
        roles=[OFFICIAL_ROLE_SUBMITTER],
    )  # fmt: skip
    bureau.taken(bureau.spine.say("信用办", official_registration=named))  # 乙 turns out to be 甲.
    (desk,) = Complaints(bureau.spine.engine.ask, None).desks()
    assert [each.official_id for each in desk.custodians] == ["C-1", "C-3"]


def test_an_official_who_left_is_no_custodian(spine: Spine) -> None:
    bureau = Custody.at(spine, ("甲", "乙"))
    bureau.taken(bureau.complain("J-1"))
    left = OfficialRevocation(department=bureau.code, official_id="C-2", reason="调离")
    bureau.taken(spine.say("信用办", official_revocation=left))
    assert reasons_of(bureau.complain("J-2")) == ["CUSTODIAN_REQUIRED"]
    assert reasons_of(bureau.open("J-1", "甲", "乙"))


def test_a_custodian_states_his_own_key_and_proves_that_he_holds_it(bureau: Custody) -> None:
    bureau.appoint("丁")
    assert "OFFICIAL_REQUIRED" in reasons_of(bureau.act("经办", custodian_key=bureau.key_of("丁", "K-W")))
    of_another = bureau.key_of("丁", "K-W", public_key=bureau.public("甲"))
    assert "FIELD_INVALID" in reasons_of(bureau.act("丁", custodian_key=of_another))
    unproven = bureau.key_of("丁", "K-W", proof=bytes(PROOF_BYTES))
    assert reasons_of(bureau.act("丁", custodian_key=unproven)) == ["FIELD_INVALID"]
    too_long = bureau.key_of("丁", "K-W", valid_until="2036-01-01")
    assert reasons_of(bureau.act("丁", custodian_key=too_long)) == ["FIELD_INVALID"]


def test_a_key_is_not_exchanged_under_its_number_nor_shortened_into_the_past(bureau: Custody) -> None:
    held = bureau.seeds["乙"]
    bureau.spine.clock.move_to(date(2026, 6, 1))
    bureau.seeds["乙"] = Ed25519PrivateKey.generate()
    try:
        exchanged = bureau.key_of("乙", valid_from="2026-03-02")
        assert "FIELD_INVALID" in reasons_of(bureau.act("乙", custodian_key=exchanged))
        second = bureau.key_of("乙", "K-2b")
        assert reasons_of(bureau.act("乙", custodian_key=second)) == ["DATES_OUT_OF_ORDER"]
    finally:
        bureau.seeds["乙"] = held
    shortened = bureau.key_of("乙", valid_from="2026-03-02", valid_until="2026-03-31")
    assert reasons_of(bureau.act("乙", custodian_key=shortened)) == ["FIELD_INVALID"]
