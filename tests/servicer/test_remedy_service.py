"""RemedyService over the wire: an objection and a repair from filing to result, and who sees them."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.commands.jobs import Placed
from registry.v1 import remedy_service_pb2 as pb
from registry.v1 import statement_pb2
from registry.v1.remedy_service_pb2_grpc import RemedyServiceStub
from registry.v1.subject_pb2 import DOMAIN_BIDDING
from tests.support.events import ban, document, firm, target
from tests.support.served import DEADLINE_S, Served, refused

KEY = "住建"
FIRM = firm(7300)


@pytest.fixture(scope="module")
def recorded(served: Served) -> str:
    """The id of a ban that the housing bureau stated about the firm a year and more ago."""
    event = ban(KEY, FIRM, "M-BID-01", "2025-09-01", "2027-08-31")
    event.severity = statement_pb2.SEVERITY_SERIOUS
    event.category = "E-03-CF"
    outcome = served.spine.say(KEY, "H-7300", event=event)
    assert isinstance(outcome, Placed), outcome
    return "H-7300"


def stub_of(served: Served, key: str) -> RemedyServiceStub:
    return RemedyServiceStub(served.channel(served.department(key)))


def take(served: Served, key: str, method: str, request: Any, **body: Any) -> Any:
    statement = served.spine.statement(key, **body)
    envelope = served.spine.seal(key, statement)
    return getattr(stub_of(served, key), method)(request(envelope=envelope), timeout=DEADLINE_S).result


def paper(text: str) -> statement_pb2.Evidence:
    return statement_pb2.Evidence(sha256=sha256(text.encode()).digest(), title=text)


def test_an_objection_is_marked_at_once_listed_due_and_decided(served: Served, recorded: str) -> None:
    objection = statement_pb2.Objection(
        target=target(KEY, recorded),
        ground=statement_pb2.OBJECTION_GROUND_WRONG,
        filed_on="2026-11-23",
        claim="处罚对象有误",
    )
    filed = take(served, KEY, "FileObjection", pb.FileObjectionRequest, objection=objection)
    assert filed.HasField("accepted"), filed
    assert served.spine.ask(FIRM.identifier.value, DOMAIN_BIDDING).hits
    listed = stub_of(served, KEY).ListRemedies(pb.ListRemediesRequest(open_only=True), timeout=DEADLINE_S)
    (remedy,) = listed.remedies
    assert (remedy.kind, remedy.state) == (pb.REMEDY_KIND_OBJECTION, pb.REMEDY_STATE_FILED)
    one = stub_of(served, KEY).GetRemedy(pb.GetRemedyRequest(filed=remedy.filed), timeout=DEADLINE_S)
    (due,) = one.due
    assert due.due_on == "2026-11-26"
    assert due.basis
    assert len(one.statements) == 1
    result = statement_pb2.ObjectionResult(
        target=target(KEY, recorded),
        objection=remedy.filed,
        outcome=statement_pb2.OBJECTION_OUTCOME_REJECTED,
        document=document(KEY, "2026-11-23"),
        reason="经核实, 处罚对象无误",
    )
    decided = take(served, KEY, "DecideObjection", pb.DecideObjectionRequest, objection_result=result)
    assert decided.HasField("accepted"), decided
    again = stub_of(served, KEY).GetRemedy(pb.GetRemedyRequest(filed=remedy.filed), timeout=DEADLINE_S)
    assert again.remedy.state == pb.REMEDY_STATE_REFUSED
    assert not again.due


def test_a_repair_is_applied_for_accepted_and_granted(served: Served, recorded: str) -> None:
    application = statement_pb2.RepairApplication(
        target=target(KEY, recorded),
        filed_on="2026-11-20",
        corrected_on="2026-03-02",
        commitment=paper("信用承诺书"),
        proof=[paper("履行证明")],
    )
    filed = take(served, KEY, "ApplyForRepair", pb.ApplyForRepairRequest, repair_application=application)
    assert filed.HasField("accepted"), filed
    reference = target(KEY, filed.statement_id)
    early = statement_pb2.Repair(
        target=target(KEY, recorded),
        application=reference,
        document=document(KEY, "2026-11-23"),
        effective_on="2026-11-23",
        reason="符合条件",
    )
    refusal = take(served, KEY, "DecideRepair", pb.DecideRepairRequest, repair=early)
    assert refusal.HasField("refused")  # Not accepted yet.
    acceptance = statement_pb2.RepairAcceptance(
        target=target(KEY, recorded), application=reference, accepted=True, reason="材料齐全"
    )
    accepted = take(served, KEY, "AcceptRepair", pb.AcceptRepairRequest, repair_acceptance=acceptance)
    assert accepted.HasField("accepted"), accepted
    granted = take(served, KEY, "DecideRepair", pb.DecideRepairRequest, repair=early)
    assert granted.HasField("accepted"), granted
    assert served.spine.ask(FIRM.identifier.value, DOMAIN_BIDDING).hits == ()
    held = stub_of(served, KEY).GetRemedy(pb.GetRemedyRequest(filed=reference), timeout=DEADLINE_S)
    assert held.remedy.state == pb.REMEDY_STATE_GRANTED
    assert len(held.statements) == 3


def test_an_annulled_repair_shows_every_statement_about_it(served: Served, recorded: str) -> None:
    listed = pb.ListRemediesRequest(kind=pb.REMEDY_KIND_REPAIR)
    (granted,) = stub_of(served, KEY).ListRemedies(listed, timeout=DEADLINE_S).remedies
    annulment = statement_pb2.RepairAnnulment(
        target=target(KEY, recorded),
        document=document(KEY, "2026-11-23", "沧示建修撤字〔2026〕1号"),
        effective_on="2026-11-23",
        reason="证明材料系伪造",
    )
    annulled = take(served, KEY, "AnnulRepair", pb.AnnulRepairRequest, repair_annulment=annulment)
    assert annulled.HasField("accepted"), annulled
    held = stub_of(served, KEY).GetRemedy(pb.GetRemedyRequest(filed=granted.filed), timeout=DEADLINE_S)
    bodies = [
        statement_pb2.Statement.FromString(each.signed.envelope.payload).WhichOneof("body")
        for each in held.statements
    ]
    assert held.remedy.state == pb.REMEDY_STATE_ANNULLED
    assert bodies == ["repair_application", "repair_acceptance", "repair", "repair_annulment"]


def test_to_departments_that_are_not_concerned_there_is_nothing(served: Served, recorded: str) -> None:
    tax = stub_of(served, "税务")
    assert not tax.ListRemedies(pb.ListRemediesRequest(), timeout=DEADLINE_S).remedies
    every = stub_of(served, KEY).ListRemedies(pb.ListRemediesRequest(), timeout=DEADLINE_S).remedies
    request = pb.GetRemedyRequest(filed=every[0].filed)
    refusal = refused(lambda: tax.GetRemedy(request, timeout=DEADLINE_S))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.NOT_FOUND, "REMEDY_UNKNOWN")
    auditor = RemedyServiceStub(served.channel(served.system(CallerRole.AUDITOR)))
    seen = auditor.GetRemedy(request, timeout=DEADLINE_S)
    assert seen.remedy.state
    assert not seen.statements
