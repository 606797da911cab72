"""Published inspections over the wire: what everybody is told of them, what never; and credit, untouched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from registry.access.identity import Caller, CallerRole
from registry.v1 import (
    disclosure_service_pb2,
    record_service_pb2,
    restriction_service_pb2,
    statement_pb2,
    subject_pb2,
)
from registry.v1 import inspection_service_pb2 as pb
from registry.v1 import supervision_pb2 as sup
from registry.v1.disclosure_service_pb2_grpc import DisclosureServiceStub
from registry.v1.inspection_service_pb2_grpc import InspectionServiceStub
from registry.v1.record_service_pb2_grpc import RecordServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from tests.support.events import fined, firm, placed
from tests.support.served import Served, refused, serving
from tests.support.spine import found_spine, furnish
from tests.support.visits import SUBJECT, Bureau, finding

GENERAL = statement_pb2.SEVERITY_GENERAL
SECRETS = ("I-1", "I-2", "冀执法", "积水", "堵塞", "示例街7号", "现场照片")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("visits") / "registry"))
    with serving(spine) as running:
        yield running


@pytest.fixture(scope="module")
def bureau(served: Served) -> Bureau:
    return Bureau.at(served.spine)


def published(served: Served, caller: Caller | None = None, **asked: Any) -> list[pb.PublishedInspection]:
    return list(page(served, caller, **asked).inspections)


def page(served: Served, caller: Caller | None = None, **asked: Any) -> pb.ListPublishedInspectionsResponse:
    everybody = caller or served.system(CallerRole.PUBLIC, "portal")
    request = pb.ListPublishedInspectionsRequest(**asked)
    return InspectionServiceStub(served.channel(everybody)).ListPublishedInspections(request, timeout=20)


def test_an_inspection_is_everybodys_once_it_is_published_and_not_before(
    served: Served, bureau: Bureau
) -> None:
    found = [finding(), finding(outside=True, fact="安全出口堵塞")]
    bureau.taken(bureau.record("JC-1", findings=found))
    assert published(served) == []
    bureau.taken(bureau.publish("JC-1"))
    (told,) = published(served)
    assert (told.file.number, told.subject, told.subject_name) == (
        "JC-1", SUBJECT.identifier.value, SUBJECT.name,
    )  # fmt: skip
    assert (told.matter, told.matter_name, told.on) == ("SP-1", "食品经营许可SP-1", "2026-11-20")
    assert list(told.results) == [sup.INSPECTION_RESULT_ORDERED_TO_RECTIFY]
    assert (told.rectify_by, told.rectified_on) == ("2026-12-05", "")
    assert (told.published_at, told.published_on) == ("https://scjg.example/jc/7", "2026-11-23")
    assert told.published_days_late == 0
    text = str(told.SerializeToString())
    assert [each for each in SECRETS if str(each.encode())[2:-1] in text] == []
    bureau.taken(bureau.recheck("JC-1"))
    assert published(served)[0].rectified_on == "2026-11-23"


@pytest.mark.parametrize("role", [CallerRole.PUBLIC, CallerRole.AUDITOR, CallerRole.BIDDING_SYSTEM])
def test_everybody_may_ask(served: Served, role: CallerRole) -> None:
    published(served, served.system(role))


def test_what_mends_a_result_and_what_it_mends_name_each_other(served: Served, bureau: Bureau) -> None:
    nothing = {"results": [1], "findings": [], "rectify_by": "", "evidence": []}
    bureau.taken(bureau.record("JC-2"))
    bureau.taken(bureau.publish("JC-2"))
    source = bureau.reference("JC-2")
    cause = sup.INSPECTION_CAUSE_FOLLOW_UP
    bureau.taken(bureau.record("JC-3", cause=cause, source=source, **nothing))
    before = {each.file.number: each for each in published(served)}
    assert not before["JC-2"].followed_by  # It is not published yet.
    bureau.taken(bureau.publish("JC-3"))
    after = {each.file.number: each for each in published(served)}
    assert [each.number for each in after["JC-2"].followed_by] == ["JC-3"]
    assert after["JC-3"].follows == source


def test_it_is_asked_for_by_department_matter_and_subject(served: Served, bureau: Bureau) -> None:
    other = firm(7101)
    bureau.taken(bureau.record("JC-4", subject=other))
    bureau.taken(bureau.publish("JC-4"))
    assert [each.file.number for each in published(served, subject=other.identifier.value)] == ["JC-4"]
    assert published(served, department=served.spine.code("财政")) == []
    assert published(served, matter="SP-2") == []
    assert len(published(served, department=bureau.code, matter="SP-1")) == 4


def test_pages_lead_through_all_of_them_once_newest_first(served: Served, bureau: Bureau) -> None:
    token, seen = "", []
    while True:
        some = page(served, page_size=1, page_token=token)
        seen += [each.file.number for each in some.inspections]
        token = some.next_page_token
        if not token:
            break
    assert seen == ["JC-4", "JC-3", "JC-2", "JC-1"]
    failed = refused(lambda: page(served, page_size=1, page_token="nonsense"))
    assert failed.code is grpc.StatusCode.INVALID_ARGUMENT


def test_one_published_late_says_by_how_much(served: Served, bureau: Bureau) -> None:
    times = {"began_at": "2026-10-08T09:00:00+08:00", "ended_at": "2026-10-08T10:00:00+08:00"}
    bureau.taken(bureau.record("JC-late", rectify_by="2026-11-01", **times))
    bureau.taken(bureau.publish("JC-late"))
    late = {each.file.number: each for each in published(served)}["JC-late"]
    assert late.published_days_late > 0


def test_what_was_found_changes_nothing_that_anybody_is_told_of_credit(
    served: Served, bureau: Bureau
) -> None:
    subject = firm(7102)
    fine = fined("市场监管", subject, "2026-11-02", "5", severity=GENERAL)
    placed(served.spine.say("市场监管", event=fine))
    before = credit(served, subject)
    bureau.taken(bureau.record("JC-credit", subject=subject, results=[6, 5]))
    bureau.taken(bureau.publish("JC-credit"))
    bureau.taken(bureau.recheck("JC-credit", sufficient=False, rectify_by="2026-11-23"))
    assert credit(served, subject) == before


def credit(served: Served, subject: subject_pb2.Subject) -> list[bytes]:
    """Record, certificate, verdict and disclosure of a subject, but for the moment of the answer."""
    asking = served.department("住建")
    purpose = restriction_service_pb2.Purpose(
        domain=subject_pb2.DOMAIN_BIDDING, reference="ZB-1", reason="资格审查"
    )
    records = RecordServiceStub(served.channel(asking))
    check = restriction_service_pb2.CheckRequest(subject=subject.identifier, purpose=purpose)
    check.matter.role = subject_pb2.SUBJECT_ROLE_BIDDER
    bidding = served.system(CallerRole.BIDDING_SYSTEM)
    public = served.system(CallerRole.PUBLIC, "portal")
    identifier = subject.identifier
    answers: list[Message] = [
        records.GetRecord(
            record_service_pb2.GetRecordRequest(subject=identifier, purpose=purpose), timeout=20
        ),
        records.GetCertificate(
            record_service_pb2.GetCertificateRequest(subject=identifier, purpose=purpose), timeout=20
        ),
        RestrictionServiceStub(served.channel(bidding)).Check(check, timeout=20),
        DisclosureServiceStub(served.channel(public)).GetDisclosure(
            disclosure_service_pb2.GetDisclosureRequest(subject=identifier), timeout=20
        ),
    ]
    for each in answers:
        for moment in ("answered", "receipt", "valid_time", "known_position", "position"):
            if moment in each.DESCRIPTOR.fields_by_name:
                each.ClearField(moment)
    return [each.SerializeToString(deterministic=True) for each in answers]


def test_that_somebody_told_of_a_firm_is_not_published(served: Served, bureau: Bureau) -> None:
    spine = bureau.spine
    builder = spine.appoint("住建", "Z-1", "监管科", statement_pb2.OFFICIAL_ROLE_SUBMITTER)
    clue = sup.Referral(
        number="YS-9",
        kind=sup.REFERRAL_KIND_CLUE,
        direction=sup.REFERRAL_DIRECTION_ACROSS,
        to=bureau.code,
        subject=SUBJECT,
        facts="群众反映后厨卫生",
        legal_basis=["食品安全法 第三十三条"],
        on="2026-11-19",
    )
    bureau.taken(spine.say("住建", by=builder, supervision=sup.Supervision(referral=clue)))
    source = sup.FileReference(kind=sup.FILE_KIND_REFERRAL, department=spine.code("住建"), number="YS-9")
    bureau.taken(bureau.record("JC-9", cause=sup.INSPECTION_CAUSE_REFERRAL, source=source))
    bureau.taken(bureau.publish("JC-9"))
    (told,) = [each for each in published(served) if each.file.number == "JC-9"]
    assert (told.cause, told.follows.number) == (sup.INSPECTION_CAUSE_UNSPECIFIED, "")
