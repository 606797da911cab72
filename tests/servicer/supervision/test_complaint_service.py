"""ComplaintService over the wire: from a reporter's sealed words to two custodians who open them, and nothing
of him in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from hashlib import sha256

import grpc
import pytest

from registry.access.identity import Caller, CallerRole
from registry.evidence.inbox import InboxFiles
from registry.provenance.sealed_form import CONTENT
from registry.v1 import complaint_service_pb2 as pb
from registry.v1 import supervision_pb2 as act
from registry.v1.intake_service_pb2 import SubmitRequest
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.supervision_file_pb2 import GetFileRequest, GetFileResponse
from registry.v1.supervision_file_service_pb2_grpc import SupervisionFileServiceStub
from registry_client.supervision.complaints import Desk, complaint_of, sealed_request
from registry_client.supervision.sealing import hand_over, open_sealed
from tests.servicer.supervision.lodging import (
    MONDAY,
    SAID,
    WHO,
    clerk,
    desk_told,
    lodged,
    portal,
    report,
    taken_in,
    track,
    waiting,
)
from tests.servicer.supervision.marks import everything_on_disk
from tests.supervision.custodians_at_work import KEY, Custody, item_of
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
