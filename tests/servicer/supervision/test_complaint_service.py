"""ComplaintService over the wire: from a reporter's sealed words to two custodians who open them, and nothing
of him in between."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import date
from functools import partial
from hashlib import sha256
from typing import Any

import grpc
import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands.supervision.complaints_pace import BURST, Pace
from registry.commands.supervision.complaints_statistics import hidden
from registry.errors import RegistryError
from registry.evidence.inbox import InboxFiles
from registry.provenance.sealed_form import CONTENT
from registry.v1 import complaint_service_pb2 as pb
from registry.v1 import supervision_pb2 as act
from registry.v1.accountability_service_pb2 import (
    GetAccountabilityReportRequest,
    GetAccountabilityReportResponse,
)
from registry.v1.accountability_service_pb2_grpc import AccountabilityServiceStub
from registry.v1.complaint_service_pb2_grpc import ComplaintServiceStub
from registry.v1.intake_service_pb2 import SubmitRequest
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.supervision_file_pb2 import GetFileRequest, GetFileResponse, ListObligationsRequest
from registry.v1.supervision_file_service_pb2_grpc import SupervisionFileServiceStub
from registry_client.supervision.complaints import Desk, Report, SealedReport, complaint_of, sealed_request
from registry_client.supervision.sealing import hand_over, open_sealed
from tests.servicer.supervision.marks import everything_on_disk
from tests.supervision.custodians_at_work import KEY, Custody, item_of, reasons_of
from tests.support.served import DEADLINE_S, Served, refused, serving
from tests.support.spine import found_spine, furnish

SAID = "密言四一七: 后厨有老鼠"
WHO = "密名四一七, 电话13999999999"
MONDAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Custody]]:
    """A registry with an evidence store, and a bureau with three custodians."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("lodged") / "registry", MONDAY), [KEY, "税务"])
    with serving(spine) as served:
        yield served, Custody.at(spine)


@pytest.fixture
def served(office: tuple[Served, Custody]) -> Served:
    return office[0]


@pytest.fixture
def bureau(office: tuple[Served, Custody]) -> Custody:
    office[0].spine.clock.move_to(max(MONDAY, date.fromisoformat(office[1].today)))
    return office[1]


def portal(served: Served, name: str = "portal") -> ComplaintServiceStub:
    return ComplaintServiceStub(
        served.channel(Caller(CallerRole.PUBLIC, name, served.spine.engine.state.origin))
    )


def clerk(served: Served, key: str = KEY) -> ComplaintServiceStub:
    return ComplaintServiceStub(served.channel(served.department(key)))


def desk_told(served: Served) -> Desk:
    told = portal(served).ListComplaintDesks(pb.ListComplaintDesksRequest(), timeout=DEADLINE_S)
    (desk,) = told.desks
    return Desk(told.origin, desk.department, desk.name, tuple(key.public_key for key in desk.keys))


def report(**changes: Any) -> Report:
    fields: dict[str, Any] = {
        "kind": act.COMPLAINT_KIND_REPORT, "category": "食品药品安全", "text": SAID, "reporter": WHO,
        "subject_name": "示例面馆(示例)", "region": "130902",
    }  # fmt: skip
    return Report(**{**fields, **changes})


def lodged(served: Served, **changes: Any) -> SealedReport:
    sealed = sealed_request(report(**changes), desk_told(served))
    told = portal(served).LodgeComplaint(sealed.message, timeout=DEADLINE_S)
    assert told.number == sealed.number
    return sealed


def taken_in(served: Served, bureau: Custody, sealed: SealedReport, **changes: Any) -> Any:
    held = clerk(served).GetLodging(pb.GetLodgingRequest(number=sealed.number), timeout=DEADLINE_S)
    body = complaint_of(held, summary="餐饮门店后厨卫生")
    for name, value in changes.items():
        setattr(body, name, value)
    envelope = bureau.envelope("经办", complaint=body)
    return clerk(served).RecordComplaintAct(
        pb.RecordComplaintActRequest(envelope=envelope), timeout=DEADLINE_S
    )


def track(served: Served, number: str, code: str) -> pb.TrackComplaintResponse:
    return portal(served).TrackComplaint(
        pb.TrackComplaintRequest(number=number, code=code), timeout=DEADLINE_S
    )


def waiting(served: Served, key: str = KEY) -> list[str]:
    told = clerk(served, key).ListLodgings(pb.ListLodgingsRequest(), timeout=DEADLINE_S)
    return [each.number for each in told.lodgings]


# --- the whole way --------------------------------------------------------------------------------


def test_a_report_from_the_web_is_kept_tracked_taken_in_and_opened_by_two(
    served: Served, bureau: Custody
) -> None:
    sealed = lodged(served)
    before = track(served, sealed.number, sealed.code)
    assert [step.stage for step in before.steps] == [pb.COMPLAINT_STAGE_LODGED]
    assert before.due_on == "2026-03-23"
    assert sealed.number in waiting(served)
    assert sealed.number not in waiting(served, "税务")
    assert taken_in(served, bureau, sealed).result.HasField("accepted")
    assert sealed.number not in waiting(served)
    bureau.taken(bureau.verify(sealed.number, act.VERIFICATION_RESULT_CASE_FILED))
    after = track(served, sealed.number.lower().upper(), sealed.code.lower())
    assert [step.stage for step in after.steps] == [
        pb.COMPLAINT_STAGE_LODGED, pb.COMPLAINT_STAGE_REGISTERED, pb.COMPLAINT_STAGE_CASE_FILED,
    ]  # fmt: skip
    bureau.taken(bureau.open(sealed.number, "甲", "丙"))
    keep = served.spine.engine.evidence
    assert keep is not None
    for blob, text in ((sealed.message.content, SAID), (sealed.message.reporter, WHO)):
        digest = sha256(blob).digest()
        held = b"".join(keep.read(digest, 0, len(blob), caller="test"))
        message = hand_over(held, bureau.private("甲"), bureau.public("丙"))
        assert open_sealed(held, bureau.private("丙"), message).decode() == text


def test_nothing_of_the_reporter_is_on_any_disk_in_any_log_or_answer(
    served: Served, bureau: Custody, caplog: pytest.LogCaptureFixture
) -> None:
    sealed = lodged(served)
    shown = [str(track(served, sealed.number, sealed.code))]
    shown.append(refused(lambda: track(served, sealed.number, "0" * 20)).message)
    taken_in(served, bureau, sealed)
    view = clerk(served).ListLodgings(pb.ListLodgingsRequest(), timeout=DEADLINE_S)
    shown += [str(view), caplog.text]
    marks = ["密言四一七", "密名四一七", "13999999999", sealed.code]
    for mark in marks:
        assert not any(mark in text for text in shown)
        assert not everything_on_disk(served.spine.directory, mark.encode())
    assert everything_on_disk(served.spine.directory, sealed.number.encode())


def test_of_a_lodging_the_disk_keeps_the_day_and_no_hour(served: Served) -> None:
    sealed = lodged(served)
    (path,) = served.spine.directory.glob(f"evidence/inbox/waiting/*/{sealed.number}")
    assert path.stat().st_mtime % 86_400 == 0
    assert path.stat().st_mode & 0o077 == 0


def test_of_whom_was_complained_stays_in_no_inbox_once_it_was_taken_in(
    served: Served, bureau: Custody
) -> None:
    sealed = lodged(served, subject_name="面馆甲四一七(示例)")
    assert everything_on_disk(served.spine.directory, "面馆甲四一七".encode())
    taken_in(served, bureau, sealed)
    assert not everything_on_disk(served.spine.directory, "面馆甲四一七".encode())
    assert [step.stage for step in track(served, sealed.number, sealed.code).steps] == [
        pb.COMPLAINT_STAGE_LODGED, pb.COMPLAINT_STAGE_REGISTERED,
    ]  # fmt: skip


def test_what_was_lodged_survives_a_restart_and_may_be_sent_again(served: Served, bureau: Custody) -> None:
    sealed = lodged(served)
    assert InboxFiles(served.spine.directory / "evidence" / "inbox").find(sealed.number)
    again = portal(served).LodgeComplaint(sealed.message, timeout=DEADLINE_S)
    assert again.received_on == bureau.today
    stolen = pb.LodgeComplaintRequest()
    stolen.CopyFrom(sealed.message)
    stolen.code_sha256 = sha256(b"another").digest()
    assert refused(lambda: portal(served).LodgeComplaint(stolen)).reason == "STATEMENT_ID_REUSED"
    assert track(served, sealed.number, sealed.code).steps


# --- what is refused ------------------------------------------------------------------------------


def test_a_wrong_code_and_a_number_that_is_none_get_the_same_answer(served: Served) -> None:
    sealed, other = lodged(served), lodged(served)
    told = {
        (refusal.code, refusal.reason, refusal.message)
        for number, code in (
            (sealed.number, other.code), (sealed.number, ""), ("W" + "0" * 20, sealed.code), ("", ""),
            ("../../registry.db", sealed.code), (sealed.number, "X" * 5000),
        )
        for refusal in [refused(partial(track, served, number, code))]
    }  # fmt: skip
    assert len(told) == 1
    assert next(iter(told))[0] == grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("subject_name", "老板电话13800138000", "subject_name"),
        ("category", "找 zhao@example.cn", "category"),
        ("subject_code", "130999199001010015", "subject_code"),
        ("region", "沧州", "region"),
        ("number", "../../../etc/passwd", "number"),
        ("number", "TS-1", "number"),
        ("content", b"\x00" * 5000, "content"),
        ("content", b"x" * 200_000, "content"),
        ("department", "../..", "department"),
        ("department", "", "department"),
        ("code_sha256", b"", "number"),
    ],
)
def test_a_faulty_lodging_is_refused_and_repeated_nowhere(
    served: Served, field: str, value: str | bytes, named: str
) -> None:
    sealed = sealed_request(report(), desk_told(served))
    setattr(sealed.message, field, value)
    refusal = refused(lambda: portal(served, "faulty").LodgeComplaint(sealed.message))
    assert refusal.code is grpc.StatusCode.INVALID_ARGUMENT
    assert named in refusal.fields
    assert not isinstance(value, str) or not value or value not in refusal.message


def test_what_two_custodians_could_not_open_is_not_taken(served: Served, bureau: Custody) -> None:
    desk, stranger = desk_told(served), Custody.public
    sealed = sealed_request(report(), desk)
    other = sealed_request(report(), desk)
    swapped = pb.LodgeComplaintRequest()
    swapped.CopyFrom(sealed.message)
    swapped.content = other.message.content
    assert refused(lambda: portal(served).LodgeComplaint(swapped)).fields == ("content",)
    swapped.content, swapped.reporter = sealed.message.content, sealed.message.content
    assert refused(lambda: portal(served).LodgeComplaint(swapped)).fields == ("reporter",)
    alone = Desk(desk.origin, desk.department, desk.name, (stranger(bureau, "甲"), bytes([9]) + bytes(31)))
    unopened = sealed_request(report(), alone)
    assert refused(lambda: portal(served).LodgeComplaint(unopened.message)).fields == ("content", "reporter")


def test_a_clerk_cannot_change_day_kind_or_content_of_what_was_lodged(
    served: Served, bureau: Custody
) -> None:
    sealed = lodged(served)
    for name, value in (("received_on", "2026-03-01"), ("kind", act.COMPLAINT_KIND_DISPUTE)):
        refusal = refused(partial(taken_in, served, bureau, sealed, **{name: value}))
        assert refusal.reason == "FIELD_INVALID"
    other = item_of(bureau.sealed(sealed.number, "别的话", CONTENT))
    held = clerk(served).GetLodging(pb.GetLodgingRequest(number=sealed.number), timeout=DEADLINE_S)
    body = complaint_of(held, summary="后厨")
    body.content.CopyFrom(other)
    envelope = bureau.envelope("经办", complaint=body)
    request = pb.RecordComplaintActRequest(envelope=envelope)
    assert refused(lambda: clerk(served).RecordComplaintAct(request)).reason == "FIELD_INVALID"
    body.content.CopyFrom(item_of(sealed.message.content))
    body.ClearField("reporter")
    request = pb.RecordComplaintActRequest(envelope=bureau.envelope("经办", complaint=body))
    assert refused(lambda: clerk(served).RecordComplaintAct(request)).reason == "FIELD_INVALID"
    assert sealed.number in waiting(served)


def test_what_was_lodged_is_taken_in_by_no_other_service_with_another_day(
    served: Served, bureau: Custody
) -> None:
    sealed = lodged(served)
    served.spine.clock.move_to(date(2026, 4, 20))
    body = bureau.complaint(sealed.number, channel=act.COMPLAINT_CHANNEL_WEB, received_on="2026-04-20")
    envelope = bureau.envelope("经办", complaint=body)
    intake = IntakeServiceStub(served.channel(served.department(KEY)))
    refusal = refused(lambda: intake.Submit(SubmitRequest(envelopes=[envelope])))
    assert refusal.reason == "FIELD_INVALID"
    assert sealed.number in waiting(served)


def test_what_was_not_lodged_does_not_come_from_the_web(served: Served, bureau: Custody) -> None:
    body = bureau.complaint("TS-77", channel=act.COMPLAINT_CHANNEL_WEB)
    request = pb.RecordComplaintActRequest(envelope=bureau.envelope("经办", complaint=body))
    assert refused(lambda: clerk(served).RecordComplaintAct(request)).reason == "FILE_UNKNOWN"
    body = bureau.complaint("W" + "0" * 20)
    request = pb.RecordComplaintActRequest(envelope=bureau.envelope("经办", complaint=body))
    assert refused(lambda: clerk(served).RecordComplaintAct(request)).reason == "FILE_UNKNOWN"


def test_another_department_has_nothing_of_a_lodging(served: Served) -> None:
    sealed = lodged(served)
    request = pb.GetLodgingRequest(number=sealed.number)
    assert refused(lambda: clerk(served, "税务").GetLodging(request)).reason == "NOT_FOUND"
    assert refused(lambda: portal(served).GetLodging(request)).reason == "METHOD_DENIED"
    assert refused(lambda: portal(served).ListLodgings(pb.ListLodgingsRequest())).reason == "METHOD_DENIED"


def test_only_the_department_that_handles_reads_what_was_stated(served: Served, bureau: Custody) -> None:
    bureau.taken(bureau.complain("TS-80", named=True))
    asked = GetFileRequest(file=bureau.reference("TS-80"))

    def view(caller: Caller) -> GetFileResponse:
        stub = SupervisionFileServiceStub(served.channel(caller))
        told: GetFileResponse = stub.GetFile(asked, timeout=DEADLINE_S)
        return told

    assert view(served.department(KEY)).statements
    for overseer in (served.registrar(), served.system(CallerRole.AUDITOR, "city")):
        seen = view(overseer)
        assert seen.file.acts[0].named
        assert not seen.statements
    assert refused(partial(view, served.department("税务"))).reason == "FILE_UNKNOWN"


def test_the_public_has_keys_and_not_whose_they_are(served: Served) -> None:
    told = portal(served).ListComplaintDesks(pb.ListComplaintDesksRequest(), timeout=DEADLINE_S)
    assert {key.official_id + key.section for desk in told.desks for key in desk.keys} == {""}
    inside = clerk(served).ListComplaintDesks(pb.ListComplaintDesksRequest(), timeout=DEADLINE_S)
    assert {key.official_id for desk in inside.desks for key in desk.keys} == {"C-1", "C-2", "C-3"}


def test_a_portal_that_is_overrun_is_told_to_wait(served: Served) -> None:
    flooding = portal(served, "flooding")
    request = pb.TrackComplaintRequest(number="W" + "1" * 20, code="0" * 20)
    reasons = [refused(lambda: flooding.TrackComplaint(request)).reason for _ in range(int(BURST) + 20)]
    assert reasons[0] == "NOT_FOUND"
    assert reasons[-1] == "OVERLOADED"
    assert lodged(served).number


def test_who_counts_over_and_over_is_told_to_wait_and_the_usual_page_is_not(served: Served) -> None:
    def counted(first: str) -> None:
        request = pb.GetComplaintStatisticsRequest(until="2030-12")
        setattr(request, "from", first)
        portal(served, "counting").GetComplaintStatistics(request, timeout=DEADLINE_S)

    months = [f"{year}-{month:02}" for year in (2028, 2029, 2030) for month in range(1, 13)]
    refusal = refused(lambda: deque(map(counted, months)))
    assert refusal.reason == "OVERLOADED"
    counted(months[0])  # What was counted within the minute costs nothing.
    assert track(served, (sealed := lodged(served)).number, sealed.code).steps


# --- parts ----------------------------------------------------------------------------------------


def test_a_caller_who_waits_may_go_on() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    for _ in range(int(BURST)):
        pace.spend("one")
    with pytest.raises(RegistryError):
        pace.spend("one")
    pace.spend("another")
    now[0] = 1.0
    pace.spend("one")


def test_what_was_cut_short_after_the_record_is_ended_when_the_inbox_is_next_read(
    served: Served, bureau: Custody
) -> None:
    sealed = lodged(served)
    inbox = InboxFiles(served.spine.directory / "evidence" / "inbox")
    kept = inbox.find(sealed.number)
    assert kept is not None
    taken_in(served, bureau, sealed)
    inbox.put(kept.request, kept.received_on)  # As if the power had failed before it was let go of.
    assert sealed.number not in waiting(served)
    left = inbox.find(sealed.number)
    assert left is not None
    assert not left.waiting
    assert not left.request.content


def test_what_was_erased_by_law_holds_up_no_inbox(served: Served, bureau: Custody) -> None:
    sealed, other = lodged(served), lodged(served)
    inbox = InboxFiles(served.spine.directory / "evidence" / "inbox")
    kept, keep = inbox.find(sealed.number), served.spine.engine.evidence
    assert kept is not None
    assert keep is not None
    taken_in(served, bureau, sealed)
    inbox.put(kept.request, kept.received_on)  # As if the power had failed before it was let go of.
    keep.erase(sha256(sealed.message.content).digest(), by="甲", basis="某法某条")
    assert other.number in waiting(served)
    left = inbox.find(sealed.number)
    assert left is not None
    assert not left.waiting
    assert not left.request.content


def test_an_act_that_came_past_the_service_loses_nothing_of_what_was_sealed(
    served: Served, bureau: Custody
) -> None:
    sealed = lodged(served)
    body = bureau.complaint(sealed.number, channel=act.COMPLAINT_CHANNEL_WEB)
    envelope, caller = bureau.envelope("经办", complaint=body), served.department(KEY)
    outcome = served.spine.engine.intake.submit_act(envelope, {"complaint"}, caller).result()
    assert outcome is not None
    bureau.taken(outcome)
    assert sealed.number not in waiting(served)
    keep = served.spine.engine.evidence
    assert keep is not None
    assert keep.held(sha256(sealed.message.content).digest())
    assert [step.stage for step in track(served, sealed.number, sealed.code).steps][-1] == (
        pb.COMPLAINT_STAGE_REGISTERED
    )


def test_what_nobody_takes_in_is_counted_for_everybody(served: Served, bureau: Custody) -> None:
    for _ in range(6):
        lodged(served)
    served.spine.clock.move_to(date(2026, 5, 6))
    told = portal(served).GetComplaintStatistics(
        pb.GetComplaintStatisticsRequest(until="2026-05"), timeout=DEADLINE_S
    )
    assert told.waiting_late >= 5
    assert told.waiting >= told.waiting_late


def test_what_nobody_takes_in_is_due_from_its_department_all_the_same(served: Served) -> None:
    sealed, known = lodged(served), lodged(served)
    asked = ListObligationsRequest(kind=act.FILE_KIND_COMPLAINT, on="2027-02-01")

    def due(caller: Caller) -> set[tuple[str, str, bool]]:
        stub = SupervisionFileServiceStub(served.channel(caller))
        told = stub.ListObligations(asked, timeout=DEADLINE_S).obligations
        numbers = (sealed.number, known.number)
        return {(e.file.number, e.deadline, e.days_late > 0) for e in told if e.file.number in numbers}

    late = {(each.number, "report_verification", True) for each in (sealed, known)}
    assert due(served.department(KEY)) == late
    assert due(served.registrar()) == late
    assert due(served.department("税务")) == set()
    asked.on = "2026-01-01"
    assert due(served.department(KEY)) == set()


def test_the_report_counts_what_was_not_taken_in_then_whatever_came_of_it_since(
    served: Served, bureau: Custody
) -> None:
    sealed = lodged(served)
    state = served.spine.engine.state
    served.spine.clock.move_to(date(2026, 9, 1))
    bureau.taken(bureau.complain("TS-9"))  # So that the log has a statement of that day.
    known = state.size - 1
    asked = GetAccountabilityReportRequest(until="2026-12-31", known_position=known, on="2026-09-01")
    setattr(asked, "from", "2026-01-01")

    def report() -> GetAccountabilityReportResponse:
        stub = AccountabilityServiceStub(served.channel(served.department(KEY)))
        told: GetAccountabilityReportResponse = stub.GetAccountabilityReport(asked, timeout=DEADLINE_S)
        return told

    before = report()
    late = [line.obligation for line in before.lines if line.obligation.file.number == sealed.number]
    assert [(each.deadline, each.met_on) for each in late] == [("report_verification", "")]
    taken_in(served, bureau, sealed)
    assert report() == before
    asked.known_position = state.size - 1
    again = [line for line in report().lines if line.obligation.file.number == sealed.number]
    assert [line.obligation.position > 0 for line in again] == [True]


def test_what_one_month_brought_is_not_worked_out_from_two_questions(served: Served, bureau: Custody) -> None:
    def told(until: str) -> list[int]:
        request = pb.GetComplaintStatisticsRequest(until=until)
        setattr(request, "from", "2026-07")
        answer = portal(served).GetComplaintStatistics(request, timeout=DEADLINE_S)
        return [row.received for row in answer.by_region if row.region == "130984"]

    served.spine.clock.move_to(date(2026, 7, 6))
    for number in range(6):
        bureau.taken(bureau.complain(f"TS-7{number}", region="130984"))
    served.spine.clock.move_to(date(2026, 8, 3))
    bureau.taken(bureau.complain("TS-8", region="130984"))
    assert told("2026-07") == told("2026-08") == [5]


def test_counts_under_five_are_not_told_nor_to_be_worked_out() -> None:
    def rows(*counts: int) -> list[pb.ComplaintCount]:
        made = {
            (f"13090{at}", 2): pb.ComplaintCount(
                region=f"13090{at}", kind=act.COMPLAINT_KIND_REPORT, received=count, late=3
            )
            for at, count in enumerate(counts)
        }
        return hidden(made)

    assert [(row.received, row.few) for row in rows(3, 40, 12)] == [(0, True), (40, False), (0, True)]
    assert [(row.received, row.few) for row in rows(4, 4, 12)] == [(0, True), (0, True), (10, False)]
    assert [(row.received, row.late) for row in rows(43)] == [(40, 0)]


def test_statistics_are_for_everybody(served: Served) -> None:
    served.spine.clock.move_to(date(2026, 5, 6))
    told = portal(served).GetComplaintStatistics(pb.GetComplaintStatisticsRequest(), timeout=DEADLINE_S)
    assert (getattr(told, "from"), told.until) == ("2025-06", "2026-05")
    wrong = pb.GetComplaintStatisticsRequest(until="三月")
    assert refused(lambda: portal(served).GetComplaintStatistics(wrong)).reason == "DATE_INVALID"


def test_an_anonymous_report_says_so_and_nothing_else(served: Served, bureau: Custody) -> None:
    sealed = lodged(served, reporter="")
    told = clerk(served).GetLodging(pb.GetLodgingRequest(number=sealed.number), timeout=DEADLINE_S)
    assert not told.lodging.named
    assert not told.reporter
    taken_in(served, bureau, sealed)
    assert not bureau.file(sealed.number).acts[0].named
    assert reasons_of(bureau.answer(sealed.number))[0] == "FIELD_INVALID"
