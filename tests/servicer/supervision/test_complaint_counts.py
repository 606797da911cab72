"""ComplaintService: who asks too often, what waits too long, and what is counted of it all."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import date
from hashlib import sha256

import pytest

from registry.access.identity import Caller
from registry.commands.supervision.complaints_pace import BURST, Pace
from registry.commands.supervision.complaints_statistics import hidden
from registry.errors import RegistryError
from registry.evidence.inbox import InboxFiles
from registry.v1 import complaint_service_pb2 as pb
from registry.v1 import supervision_pb2 as act
from registry.v1.accountability_service_pb2 import (
    GetAccountabilityReportRequest,
    GetAccountabilityReportResponse,
)
from registry.v1.accountability_service_pb2_grpc import AccountabilityServiceStub
from registry.v1.supervision_file_pb2 import ListObligationsRequest
from registry.v1.supervision_file_service_pb2_grpc import SupervisionFileServiceStub
from tests.servicer.supervision.lodging import (
    MONDAY,
    clerk,
    lodged,
    portal,
    taken_in,
    track,
    waiting,
)
from tests.supervision.custodians_at_work import KEY, Custody, reasons_of
from tests.support.served import DEADLINE_S, Served, refused, serving
from tests.support.spine import found_spine, furnish


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
