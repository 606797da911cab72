"""Preview over the wire: what would change and for whom, what would be refused; nothing is recorded."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from registry.access.identity import CallerRole
from registry.v1 import ban_service_pb2 as pb
from registry.v1 import statement_pb2, subject_pb2, verdict_pb2
from registry.v1.ban_service_pb2_grpc import BanServiceStub
from registry.v1.restriction_service_pb2 import Purpose
from registry.v1.subject_pb2 import Subject
from tests.support.ban_cases import BASIS, BanOffice, proposal
from tests.support.events import ban, branch_of, firm, list_entry, new_firm, person, placed, registered
from tests.support.served import DEADLINE_S, Served, exit_ban, refused

PROCUREMENT = subject_pb2.DOMAIN_PROCUREMENT
BLOCKED, REVIEW = verdict_pb2.VERDICT_BLOCKED, verdict_pb2.VERDICT_REVIEW
CLEAR = verdict_pb2.VERDICT_CLEAR
WHY = Purpose(reference="沧市监立[2026]9号", reason="拟作出市场禁入的预览")
ROLES = [role for role in subject_pb2.SubjectRole.values() if role]


@pytest.fixture(scope="module")
def office(served: Served) -> BanOffice:
    bureau = BanOffice.of(served)
    served.spine.deliver()
    return bureau


@pytest.fixture
def known(served: Served) -> Subject:
    """A firm of which nothing bad is recorded."""
    subject = new_firm()
    placed(served.spine.say("市场监管", event=registered(subject)))
    return subject


def preview(office: BanOffice, subject: Subject, proposed: Any, first: str = "") -> pb.PreviewResponse:
    request = pb.PreviewRequest(subject=subject, proposal=proposed, purpose=WHY, **{"from": first})
    return office.stub.Preview(request, timeout=DEADLINE_S)


def measures(*proposed: statement_pb2.ProposedMeasure, **more: Any) -> statement_pb2.BanProposal:
    fields = {"category": "E-51", "severity": statement_pb2.SEVERITY_SERIOUS, "legal_basis": BASIS, **more}
    return statement_pb2.BanProposal(measures=proposed, **fields)


def measure(code: str, months: int = 24, **more: Any) -> statement_pb2.ProposedMeasure:
    return statement_pb2.ProposedMeasure(measure_code=code, months=months, **more)


# --- what would change ----------------------------------------------------------------------------


def test_preview_says_of_each_role_what_the_served_decision_does(office: BanOffice, known: Subject) -> None:
    code, day = known.identifier.value, date(2026, 11, 23)
    before = {role: office.spine.ask(code, role=role, on=day).verdict for role in ROLES}
    response = preview(office, known, proposal())
    office.walk("P-1", known)
    after = {role: office.spine.ask(code, role=role, on=day).verdict for role in ROLES}
    assert {change.role: (change.before, change.after) for change in response.changes} == {
        role: (before[role], after[role]) for role in ROLES if before[role] != after[role]
    }
    assert {change.domain for change in response.changes} == {PROCUREMENT}
    assert subject_pb2.SUBJECT_ROLE_BIDDER in {change.role for change in response.changes}


def test_who_is_banned_already_is_told_no_change(office: BanOffice, known: Subject) -> None:
    placed(office.spine.say("财政", event=ban("财政", known, "M-PRO-01", "2026-03-01", "2028-03-01")))
    response = preview(office, known, proposal())
    assert (list(response.changes), list(response.faults)) == ([], [])


def test_ban_that_begins_after_another_has_ended_is_a_change_by_then(
    office: BanOffice, known: Subject
) -> None:
    placed(office.spine.say("财政", event=ban("财政", known, "M-PRO-01", "2025-03-01", "2027-03-01")))
    assert not preview(office, known, proposal()).changes
    assert preview(office, known, proposal(), "2027-03-02").changes


def test_subject_that_is_not_known_would_be_known_by_the_decision(office: BanOffice) -> None:
    changes = preview(office, new_firm(), proposal()).changes
    assert {change.before for change in changes} == {verdict_pb2.VERDICT_INDETERMINATE}
    assert {change.after for change in changes if change.domain == PROCUREMENT} >= {BLOCKED}
    assert BLOCKED not in {change.after for change in changes if change.domain != PROCUREMENT}


def test_branch_would_come_under_review_and_is_told_once(office: BanOffice, known: Subject) -> None:
    branch = new_firm(subject_pb2.SUBJECT_KIND_BRANCH)
    placed(office.spine.say("市场监管", event=registered(branch)))
    placed(office.spine.say("市场监管", subject_link=branch_of(branch, known)))
    (related,) = preview(office, known, proposal()).related
    assert related.subject.identifier == branch.identifier
    assert related.subject.relation == verdict_pb2.SUBJECT_RELATION_BRANCH
    assert (related.domain, related.before, related.after) == (PROCUREMENT, CLEAR, REVIEW)


def test_entry_on_a_list_is_foreseen_with_what_the_list_leads_to(office: BanOffice, known: Subject) -> None:
    placed(office.spine.say("财政", event=list_entry("财政", firm(8000), "L-02", "2026-11-23", "2028-11-23")))
    verdict = office.spine.ask(firm(8000).identifier.value).verdict
    proposed = measures(list_code="L-02", list_months=24, category="E-06")
    changes = preview(office, known, proposed).changes
    bidder = [change for change in changes if change.role == subject_pb2.SUBJECT_ROLE_BIDDER]
    assert {change.after for change in bidder if change.domain == PROCUREMENT} == {verdict}
    assert verdict != CLEAR


# --- what would be refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proposed", "words"),
    [
        (measures(measure("M-PRO-99")), "不在2026-11-23有效的目录内"),
        (measures(measure("M-BID-01")), "无权决定"),
        (measures(measure("M-PRO-01", 48)), "12至36个月"),
        (measures(measure("M-PRO-01", 0)), "须有截止日期"),
        (measures(measure("M-PRO-03")), "主体"),
        (measures(), "没有写明拟采取的措施"),
        (measures(measure("M-PRO-01"), legal_basis=[]), "依据"),
        (measures(list_code="L-01", list_months=24, category="E-06"), "L-01"),
    ],
    ids=["edition", "mandate", "term", "no term", "kind", "nothing", "basis", "list of another"],
)
def test_what_can_be_told_now_is_told(
    office: BanOffice, known: Subject, proposed: statement_pb2.BanProposal, words: str
) -> None:
    faults = preview(office, known, proposed).faults
    assert any(words in fault for fault in faults), faults


def test_draft_is_refused_for_what_the_preview_told(office: BanOffice, known: Subject) -> None:
    proposed = measures(measure("M-PRO-01", 48), measure("M-BID-01"))
    told = preview(office, known, proposed).faults
    office.subjects["F-1"] = known
    result = office.take("ban_draft", "F-1", proposal=proposed)
    assert {fault.message.split("(")[0] for fault in result.refused.faults} == {
        fault.split("(")[0] for fault in told
    }


@pytest.mark.parametrize(
    "proposed",
    [
        measures(measure("M-PRO-01", 4_000_000_000)),
        measures(measure("M-PRO-01"), list_code="L-02", list_months=4_000_000_000),
    ],
    ids=["of a measure", "of an entry"],
)
def test_term_that_no_calendar_holds_is_a_fault_and_nothing_is_foreseen(
    office: BanOffice, known: Subject, proposed: statement_pb2.BanProposal
) -> None:
    response = preview(office, known, proposed)
    assert list(response.faults) == ["期限4000000000个月超过1200个月, 无法计算。"]
    assert not response.measures
    assert not response.changes


def test_subject_that_cannot_be_read_is_refused_with_what_is_wrong(office: BanOffice) -> None:
    wrong = firm(8001)
    wrong.identifier.value = wrong.identifier.value[:-1] + "0"
    refusal = refused(lambda: preview(office, wrong, proposal()))
    assert "subject.identifier.value" in refusal.fields


def test_day_outside_the_calendar_is_a_fault(office: BanOffice, known: Subject) -> None:
    assert any("2026-13-01" in fault for fault in preview(office, known, proposal(), "2026-13-01").faults)


# --- dates, rights, and that nothing is left ------------------------------------------------------


def test_first_and_last_days_are_told_in_the_order_of_the_proposal(office: BanOffice, known: Subject) -> None:
    proposed = measures(measure("M-PRO-01", 12), measure("M-PRO-02", 36, capacity=2))
    told = preview(office, known, proposed, "2027-01-31").measures
    assert [(each.measure_code, getattr(each, "from"), each.until) for each in told] == [
        ("M-PRO-01", "2027-01-31", "2028-01-31"), ("M-PRO-02", "2027-01-31", "2030-01-31"),
    ]  # fmt: skip


def test_whether_somebody_may_leave_the_country_is_told_to_no_department(office: BanOffice) -> None:
    """The answer is the same for a person who must not leave, and for one who may."""
    kept, free = person(8002), person(8003)
    placed(office.spine.say("法院", event=exit_ban(kept)))
    placed(office.spine.say("财政", event=ban("财政", free, "M-PRO-03", "2020-03-01", "2021-03-01")))
    proposed = measures(measure("M-EXI-01", 12))
    told = [preview(office, each, proposed) for each in (kept, free)]
    assert subject_pb2.DOMAIN_EXIT_ENTRY not in {change.domain for each in told for change in each.changes}
    assert told[0] == told[1]


def test_preview_leaves_nothing_behind(office: BanOffice) -> None:
    store, someone = office.spine.engine.store, person(8004)
    before = office.spine.position, len(list(store.all_refusals())), len(list(store.all_notices()))
    response = preview(office, someone, measures(measure("M-PRO-03", 24), measure("M-BID-01")))
    assert response.position == before[0]
    assert (office.spine.position, len(list(store.all_refusals())), len(list(store.all_notices()))) == before
    assert someone.identifier.value not in str(response)
    ref = office.spine.engine.state.vault.ref(someone.identifier.type, someone.identifier.value)
    assert office.spine.engine.state.index.get(ref) is None
    assert not store.persons([ref])


def test_preview_of_a_person_is_in_the_query_log_and_needs_its_reason(office: BanOffice) -> None:
    store, someone = office.spine.engine.store, person(8006)
    wanted = measures(measure("M-PRO-03", 24))
    unsaid = pb.PreviewRequest(subject=someone, proposal=wanted)
    before = len(list(store.queries()))
    assert refused(lambda: office.stub.Preview(unsaid, timeout=DEADLINE_S)).reason == "PURPOSE_REQUIRED"
    assert len(list(store.queries())) == before
    preview(office, someone, wanted)
    rows = list(store.queries())[before:]
    ref = office.spine.engine.state.vault.ref(someone.identifier.type, someone.identifier.value)
    assert {(row.subject, row.reference, row.reason) for row in rows} == {(ref, WHY.reference, WHY.reason)}
    domains = {row.domain for row in rows}
    assert subject_pb2.DOMAIN_PROCUREMENT in domains
    assert subject_pb2.DOMAIN_EXIT_ENTRY not in domains


def test_preview_of_a_firm_is_not_in_the_query_log(office: BanOffice, known: Subject) -> None:
    before = len(list(office.spine.engine.store.queries()))
    preview(office, known, proposal())
    assert len(list(office.spine.engine.store.queries())) == before


@pytest.mark.parametrize("role", [CallerRole.AUDITOR, CallerRole.PROCUREMENT_SYSTEM])
def test_nobody_but_departments_and_the_registrar_previews(office: BanOffice, role: CallerRole) -> None:
    stub = BanServiceStub(office.served.channel(office.served.system(role)))
    request = pb.PreviewRequest(subject=firm(8005), proposal=proposal())
    assert refused(lambda: stub.Preview(request, timeout=DEADLINE_S)).reason == "METHOD_DENIED"
