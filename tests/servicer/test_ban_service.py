"""BanService over the wire: the steps, who sees which case, what is due, what a ban would do."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.v1 import ban_service_pb2 as pb
from registry.v1 import statement_pb2, subject_pb2
from registry.v1.ban_service_pb2_grpc import BanServiceStub
from registry.v1.envelope_pb2 import Envelope
from registry.v1.error_reason_pb2 import ErrorReason
from registry.v1.intake_service_pb2 import SubmitResult
from registry.v1.statement_pb2 import Statement
from tests.commands.erasing import check_sound
from tests.support.ban_cases import KEY, METHODS, WALK, BanOffice, decision_event, proposal
from tests.support.events import document, firm, person, placed, registered
from tests.support.served import DEADLINE_S, Served, connect, patiently, refused

FIRM = firm(7100)


@pytest.fixture(scope="module")
def office(served: Served) -> BanOffice:
    bureau = BanOffice.of(served)
    served.spine.say("市场监管", event=registered(FIRM))
    served.spine.deliver()
    return bureau


def named(result: SubmitResult) -> set[str]:
    names = (ErrorReason.Name(fault.reason) for fault in result.refused.faults)
    return {name.removeprefix("ERROR_REASON_") for name in names}


def test_a_case_goes_from_draft_to_service_and_the_ban_binds_from_then_on(office: BanOffice) -> None:
    spine = office.spine
    office.walk("S-1", FIRM, until="ban_decision")
    before = spine.ask(FIRM.identifier.value)
    assert [hit.restriction.measure.code for hit in before.hits] == ["M-PRO-01"]
    assert before.verdict != 3
    assert office.take("ban_served", "S-1").HasField("accepted")
    after = spine.ask(FIRM.identifier.value)
    assert after.verdict == 3  # BLOCKED
    assert spine.ask(FIRM.identifier.value, on=date(2026, 11, 11)).verdict != 3


def test_a_case_tells_state_steps_and_statements_to_its_department(office: BanOffice) -> None:
    response = office.stub.GetCase(pb.GetCaseRequest(case_number="S-1"), timeout=DEADLINE_S)
    assert response.case.state == pb.BAN_STATE_IN_FORCE
    assert {pb.BAN_STEP_STAY, pb.BAN_STEP_LIFTING} <= set(response.next)
    assert [act.official_id for act in response.case.acts] == [
        "B-11", "B-21", "B-11", "B-11", "B-31", "B-01", "B-11",
    ]  # fmt: skip
    bodies = [
        Statement.FromString(each.signed.envelope.payload).WhichOneof("body") for each in response.statements
    ]
    assert bodies[0] == "ban_draft"
    assert bodies[-1] == "ban_served"
    assert len(bodies) == 7
    earlier = office.stub.GetCase(pb.GetCaseRequest(case_number="S-1", on="2026-11-11"), timeout=DEADLINE_S)
    assert earlier.case.state == pb.BAN_STATE_SERVED
    later = office.stub.GetCase(pb.GetCaseRequest(case_number="S-1", on="2028-11-11"), timeout=DEADLINE_S)
    assert later.case.state == pb.BAN_STATE_EXPIRED
    assert list(later.next) == [pb.BAN_STEP_REVOCATION, pb.BAN_STEP_CORRECTION]


def test_to_another_department_there_is_no_such_case(office: BanOffice) -> None:
    served = office.served
    tax = BanServiceStub(served.channel(served.department("税务")))
    request = pb.GetCaseRequest(department=served.spine.code(KEY), case_number="S-1")
    assert refused(lambda: tax.GetCase(request, timeout=DEADLINE_S)).reason == "NOT_FOUND"
    unknown = pb.GetCaseRequest(case_number="S-1")
    assert refused(lambda: tax.GetCase(unknown, timeout=DEADLINE_S)).reason == "CASE_UNKNOWN"


def test_the_auditor_sees_the_case_and_not_what_was_written(office: BanOffice) -> None:
    served = office.served
    auditor = BanServiceStub(served.channel(served.system(CallerRole.AUDITOR)))
    request = pb.GetCaseRequest(department=served.spine.code(KEY), case_number="S-1")
    response = auditor.GetCase(request, timeout=DEADLINE_S)
    assert response.case.case_number == "S-1"
    assert not response.statements


def test_no_system_may_read_cases(office: BanOffice) -> None:
    served = office.served
    asking = BanServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM)))
    refusal = refused(lambda: asking.ListCases(pb.ListCasesRequest(), timeout=DEADLINE_S))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.PERMISSION_DENIED, "METHOD_DENIED")


def test_a_draft_makes_nobody_known_and_stands_in_no_record(office: BanOffice) -> None:
    stranger = firm(7101)
    office.walk("S-2", stranger, until="ban_notice")
    decision = office.spine.ask(stranger.identifier.value)
    assert (decision.verdict, decision.hits) == (4, ())  # INDETERMINATE: nothing is known of it


def test_a_step_that_is_no_step_of_the_case_is_refused_whole(office: BanOffice) -> None:
    before = office.spine.position
    result = office.take("ban_decision", "S-2")
    assert "STEP_OUT_OF_ORDER" in named(result)
    assert office.spine.position == before
    assert all("行政处罚法" in f.message or "第" in f.message for f in result.refused.faults)


def test_cases_are_listed_by_state_and_page_by_page(office: BanOffice) -> None:
    office.walk("S-3", firm(7103), until="ban_draft")
    whole = office.stub.ListCases(pb.ListCasesRequest(), timeout=DEADLINE_S).cases
    drafted = pb.ListCasesRequest(states=[pb.BAN_STATE_DRAFTED])
    assert [c.case_number for c in office.stub.ListCases(drafted, timeout=DEADLINE_S).cases] == ["S-3"]
    token, found = "", []
    while True:
        request = pb.ListCasesRequest(page_size=1, page_token=token)
        page = office.stub.ListCases(request, timeout=DEADLINE_S)
        found += [case.case_number for case in page.cases]
        token = page.next_page_token
        if not token:
            break
    assert found == [case.case_number for case in whole]


def test_what_is_due_is_listed_with_its_article_and_overdue_first(office: BanOffice) -> None:
    items = office.stub.ListDue(pb.ListDueRequest(on="2027-03-01"), timeout=DEADLINE_S).items
    assert [item.days_left for item in items] == sorted(item.days_left for item in items)
    (decide,) = [i for i in items if i.reference == "S-3"]
    assert (decide.deadline, decide.due_on) == ("penalty_decision_after_filing", "2027-01-11")
    assert decide.days_left < 0
    assert "第六十条" in decide.basis
    assert decide.official_id == "B-11"
    overdue = office.stub.ListDue(pb.ListDueRequest(overdue_only=True), timeout=DEADLINE_S).items
    assert all(item.days_left < 0 for item in overdue)


def test_a_preview_tells_what_would_change_and_records_nothing(office: BanOffice) -> None:
    before = office.spine.position
    subject = firm(7104)
    request = pb.PreviewRequest(subject=subject, proposal=proposal())
    response = office.stub.Preview(request, timeout=DEADLINE_S)
    blocked = [change for change in response.changes if change.after == 3]
    assert {change.domain for change in blocked} == {subject_pb2.DOMAIN_PROCUREMENT}
    assert subject_pb2.SUBJECT_ROLE_BIDDER in {change.role for change in blocked}
    assert not response.faults
    assert response.measures[0].until == "2028-11-23"
    too_long = pb.PreviewRequest(subject=subject, proposal=proposal(48))
    assert any("法定期限" in fault for fault in office.stub.Preview(too_long, timeout=DEADLINE_S).faults)
    assert office.spine.position == before


def test_many_drafts_have_a_result_each(office: BanOffice) -> None:
    envelopes = []
    for number, months in ((1, 24), (2, 48), (3, 12)):
        case = f"M-{number}"
        office.subjects[case] = firm(7110 + number)
        body = office.body("ban_draft", case, proposal=proposal(months))
        envelopes.append(office.sealed("ban_draft", body))
    results = office.stub.DraftMany(pb.DraftManyRequest(envelopes=envelopes), timeout=DEADLINE_S).results
    assert [each.WhichOneof("outcome") for each in results] == ["accepted", "refused", "accepted"]


def test_only_a_decision_made_here_is_stayed_through_the_procedure(office: BanOffice) -> None:
    note = statement_pb2.StatusNote(
        target=statement_pb2.StatementReference(department=office.spine.code(KEY), statement_id="S-x"),
        status=statement_pb2.NOTED_STATUS_STAYED,
        effective_on="2026-11-20",
        document=document(KEY, "2026-11-20"),
        reason="复议机关决定",
    )
    envelope = office.sealed("status_note", note, by="chief")
    refusal = refused(lambda: office.stub.Stay(pb.StayRequest(envelope=envelope), timeout=DEADLINE_S))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.NOT_FOUND, "CASE_UNKNOWN")


def test_a_stay_by_the_handling_official_is_refused_and_by_the_approver_recorded(office: BanOffice) -> None:
    note = statement_pb2.StatusNote(
        target=statement_pb2.StatementReference(
            department=office.spine.code(KEY), statement_id=office.decisions["S-1"]
        ),
        status=statement_pb2.NOTED_STATUS_STAYED,
        effective_on="2026-11-20",
        document=document(KEY, "2026-11-20"),
        reason="复议机关决定停止执行",
    )
    wrong = pb.StayRequest(envelope=office.sealed("status_note", note, by="handler"))
    assert "ROLE_REQUIRED" in named(office.stub.Stay(wrong, timeout=DEADLINE_S).result)
    right = pb.StayRequest(envelope=office.sealed("status_note", note, by="chief"))
    assert office.stub.Stay(right, timeout=DEADLINE_S).result.HasField("accepted")
    assert office.spine.ask(FIRM.identifier.value).verdict == 2  # REVIEW
    case = office.stub.GetCase(pb.GetCaseRequest(case_number="S-1"), timeout=DEADLINE_S).case
    assert case.state == pb.BAN_STATE_STAYED


def test_drafts_beside_another_statement_are_recorded_neither(office: BanOffice) -> None:
    office.subjects["M-4"] = firm(7114)
    envelopes = [
        office.sealed("ban_draft", office.body("ban_draft", "M-4")),
        office.sealed("ban_review", office.body("ban_review", "M-1")),
    ]
    before = office.spine.position
    request = pb.DraftManyRequest(envelopes=envelopes)
    refusal = refused(lambda: office.stub.DraftMany(request, timeout=DEADLINE_S))
    assert (refusal.reason, refusal.fields) == ("FIELD_INVALID", ("envelopes[1].payload",))
    assert office.spine.position == before


def test_method_takes_its_own_step_and_no_other(office: BanOffice) -> None:
    review = office.sealed("ban_review", office.body("ban_review", "M-1"))
    refusal = refused(lambda: office.stub.Lift(pb.LiftRequest(envelope=review), timeout=DEADLINE_S))
    assert (refusal.reason, "应为lifting" in refusal.message) == ("FIELD_INVALID", True)
    resumed = statement_pb2.StatusNote(status=statement_pb2.NOTED_STATUS_RESUMED)
    note = pb.StayRequest(envelope=office.sealed("status_note", resumed, by="chief"))
    assert refused(lambda: office.stub.Stay(note, timeout=DEADLINE_S)).reason == "FIELD_INVALID"


def test_a_person_is_masked_in_the_case(office: BanOffice) -> None:
    someone = person(7120)
    office.subjects["N-1"] = someone
    proposed = proposal()
    proposed.measures[0].measure_code = "M-PRO-03"
    taken = office.take("ban_draft", "N-1", proposal=proposed)
    assert taken.HasField("accepted"), taken
    request = pb.GetCaseRequest(case_number="N-1")
    response = office.stub.GetCase(request, timeout=DEADLINE_S)
    number = someone.identifier.value
    assert response.case.subject.value == f"{number[:4]}**********{number[-4:]}"
    assert number not in str(response.case)
    assert len(response.statements) == 1


def test_with_its_decision_the_whole_case_is_erased(office: BanOffice, tmp_path: Path) -> None:
    office.walk("N-2", firm(7121))
    decision = statement_pb2.StatementReference(
        department=office.spine.code(KEY), statement_id=office.decisions["N-2"]
    )
    revoked = statement_pb2.Withdrawal(
        target=decision, reason="复议撤销", document=document(KEY, "2026-11-20", "冀示财复决字〔2026〕9号")
    )
    envelope = office.sealed("withdrawal", revoked, by="chief")
    assert office.stub.Revoke(pb.RevokeRequest(envelope=envelope), timeout=DEADLINE_S).result.HasField(
        "accepted"
    )
    request = pb.GetCaseRequest(case_number="N-2")
    before = office.stub.GetCase(request, timeout=DEADLINE_S)
    assert (before.case.state, len(before.statements)) == (pb.BAN_STATE_REVOKED, 8)
    erasure = statement_pb2.Erasure(
        target=decision,
        document=document(KEY, "2026-11-20"),
        legal_basis=["个人信息保护法 第四十七条"],
        reason="保存期限届满",
    )
    at = placed(office.spine.say(KEY, erasure=erasure))
    gone = {row.position for row in office.spine.engine.store.statements() if row.erased_by == at}
    assert gone == {act.position for act in before.case.acts}
    assert refused(lambda: office.stub.GetCase(request, timeout=DEADLINE_S)).reason == "CASE_UNKNOWN"
    assert "N-2" not in {each.case_number for each in office.stub.ListCases(pb.ListCasesRequest()).cases}
    check_sound(office.spine, tmp_path)


def test_the_registrar_reads_every_case_and_its_statements(office: BanOffice) -> None:
    registrar = BanServiceStub(office.served.channel(office.served.registrar()))
    listed = registrar.ListCases(pb.ListCasesRequest(), timeout=DEADLINE_S).cases
    own = office.stub.ListCases(pb.ListCasesRequest(), timeout=DEADLINE_S).cases
    assert list(listed) == list(own)
    request = pb.GetCaseRequest(department=office.spine.code(KEY), case_number="S-1")
    assert registrar.GetCase(request, timeout=DEADLINE_S).statements


def test_case_that_is_drafted_meanwhile_is_in_the_next_listing(office: BanOffice) -> None:
    first = office.stub.ListCases(pb.ListCasesRequest(page_size=1), timeout=DEADLINE_S)
    office.walk("S-9", firm(7109), until="ban_draft")
    rest = pb.ListCasesRequest(page_size=1000, page_token=first.next_page_token)
    assert "S-9" not in [case.case_number for case in office.stub.ListCases(rest, timeout=DEADLINE_S).cases]
    anew = office.stub.ListCases(pb.ListCasesRequest(page_size=1000), timeout=DEADLINE_S).cases
    assert anew[-1].case_number == "S-9"


@pytest.fixture(scope="module")
def clients(office: BanOffice) -> Iterator[list[BanServiceStub]]:
    """Sixteen clients of the bureau, each with a connection of its own."""
    served = office.served
    own = served.authority.client(served.department(KEY).uri)
    channels = [connect(served.target, served.trusted, own) for _ in range(16)]
    yield [BanServiceStub(channel) for channel in channels]
    for channel in channels:
        channel.close()


def sent(client: BanServiceStub, kind: str, envelope: Envelope) -> SubmitResult:
    """A step that a client takes; its result."""
    name, request = METHODS[kind]
    result: SubmitResult = patiently(
        lambda: getattr(client, name)(request(envelope=envelope), timeout=60).result
    )
    return result


def test_sixteen_clients_at_once_lose_no_step_and_decide_once_by_one_number(
    office: BanOffice, clients: list[BanServiceStub]
) -> None:
    """Sixteen cases, each taken through by its client; all are decided by one and the same number."""
    cases = [f"L-{number}" for number in range(16)]
    for number, case in enumerate(cases):
        office.subjects[case] = firm(7200 + number)

    def run(client: BanServiceStub, case: str) -> str:
        for kind in WALK[:5]:
            result = sent(client, kind, office.sealed(kind, office.body(kind, case)))
            assert result.HasField("accepted"), (kind, case, result)
        event = decision_event(office.subjects[case], "沧示财罚〔2026〕同一号")
        body = office.body("ban_decision", case, event=event)
        result = sent(client, "ban_decision", office.sealed("ban_decision", body))
        return "" if result.HasField("accepted") else " ".join(named(result))

    with ThreadPoolExecutor(16) as pool:
        refusals = dict(zip(cases, pool.map(run, clients, cases), strict=True))
    decided = [case for case, refusal in refusals.items() if not refusal]
    assert len(decided) == 1
    assert {refusal for refusal in refusals.values() if refusal} == {"DECISION_NUMBER_USED"}
    for case in cases:
        told = office.stub.GetCase(pb.GetCaseRequest(case_number=case), timeout=DEADLINE_S).case
        assert told.state == (pb.BAN_STATE_DECIDED if case in decided else pb.BAN_STATE_DELIBERATED)
        assert len(told.acts) == (6 if case in decided else 5)


def test_sixteen_clients_at_once_decide_one_case_once(
    office: BanOffice, clients: list[BanServiceStub]
) -> None:
    """Each by a statement of its own; then all send the one that was recorded again."""
    office.walk("L-16", firm(7216), until="ban_deliberation")
    envelopes = [office.sealed("ban_decision", office.body("ban_decision", "L-16")) for _ in clients]
    before = office.spine.position
    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(sent, clients, ["ban_decision"] * 16, envelopes))
        taken = [number for number, result in enumerate(results) if result.HasField("accepted")]
        assert len(taken) == 1
        again = list(pool.map(sent, clients, ["ban_decision"] * 16, [envelopes[taken[0]]] * 16))
    assert {result.accepted.position for result in again} == {results[taken[0]].accepted.position}
    assert all(result.accepted.already_recorded for result in again)
    assert office.spine.position == before + 1
