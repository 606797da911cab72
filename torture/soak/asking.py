"""What is asked in the hour: each kind of act by its name, how often it comes, and what it does."""

from __future__ import annotations

import os
from typing import Any
from urllib.request import urlopen

import grpc

from registry.access.identity import CallerRole
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.note import split_note
from registry.v1 import (
    complaint_service_pb2,
    consistency_pb2,
    disclosure_service_pb2,
    execution_service_pb2,
    log_service_pb2,
    notice_service_pb2,
    receipt_pb2,
    record_service_pb2,
    restriction_service_pb2,
    snapshot_service_pb2,
    subject_pb2,
    verdict_pb2,
    watch_service_pb2,
)
from registry.v1.complaint_service_pb2_grpc import ComplaintServiceStub
from registry.v1.disclosure_service_pb2_grpc import DisclosureServiceStub
from registry.v1.execution_service_pb2_grpc import ExecutionServiceStub
from registry.v1.log_service_pb2_grpc import LogServiceStub
from registry.v1.notice_service_pb2_grpc import NoticeServiceStub
from registry.v1.record_service_pb2_grpc import RecordServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.snapshot_service_pb2_grpc import SnapshotServiceStub
from registry.v1.watch_service_pb2_grpc import WatchServiceStub
from tests.support import events
from tests.support.events import firm
from tests.support.reports import question
from tests.support.served import connect
from tests.support.watching import filter_for
from torture.soak.hand import Act, Hand, UnexpectedError, some
from torture.soak.town import CALL_S, FIRMS

MANY = 60
"""Codes in a question about many: enough that decision tables answer it."""
PROCUREMENT = subject_pb2.DOMAIN_PROCUREMENT


def complaint(hand: Hand) -> None:
    """Somebody asks at the portal who takes complaints, and looks for one that there is not."""
    stub = hand.call(ComplaintServiceStub, CallerRole.PUBLIC)
    stub.ListComplaintDesks(complaint_service_pb2.ListComplaintDesksRequest(), timeout=CALL_S)


def check(hand: Hand) -> None:
    """One question, at some level of freshness."""
    asked = question(some(hand))
    if hand.chance.random() < 0.3:
        asked.consistency.CopyFrom(consistency_pb2.Consistency(fully_consistent=True))
    hand.call(RestrictionServiceStub, CallerRole.PROCUREMENT_SYSTEM).Check(asked, timeout=CALL_S)


def by_token(hand: Hand) -> None:
    """One question through a gateway, with a token made for it."""
    served = hand.town.served
    with hand.town.lock:
        token = hand.faced.token(served.system(CallerRole.PROCUREMENT_SYSTEM, hand.fresh("token")))
        hand.faced.names.clear()
    stub = RestrictionServiceStub(hand.town.channel(hand.faced.face()))
    stub.Check(question(some(hand)), timeout=CALL_S, metadata=(("authorization", f"Bearer {token}"),))


def newcomer(hand: Hand) -> None:
    """A system with a certificate of its own asks one question and goes."""
    served = hand.town.served
    with hand.town.lock:
        own = served.authority.client(served.system(CallerRole.PROCUREMENT_SYSTEM, hand.fresh("new")).uri)
    with connect(served.target, served.trusted, own) as channel:
        RestrictionServiceStub(channel).Check(question(some(hand)), timeout=CALL_S)


def person(hand: Hand) -> None:
    """A question about somebody, which is recorded."""
    asked = question(events.person(hand.chance.randrange(5)), subject_pb2.DOMAIN_EXIT_ENTRY,
                     subject_pb2.SUBJECT_ROLE_TRAVELLER)  # fmt: skip
    hand.call(RestrictionServiceStub, CallerRole.BORDER_SYSTEM).Check(asked, timeout=CALL_S)


def many(hand: Hand) -> None:
    """All firms and strangers in one call; every second time on a stream, cut after its first answer."""
    one = question(firm(0))
    batch = restriction_service_pb2.BatchCheckRequest(
        identifier_type=one.subject.type,
        identifiers=[firm(number).identifier.value for number in range(MANY)],
        purpose=one.purpose,
        matter=one.matter,
    )
    stub = hand.call(RestrictionServiceStub, CallerRole.PROCUREMENT_SYSTEM)
    if hand.chance.random() < 0.5:
        stub.BatchCheck(batch, timeout=CALL_S)
        return
    asked = [restriction_service_pb2.StreamCheckRequest(key=str(key), batch=batch) for key in range(3)]
    call = stub.StreamCheck(iter(asked), timeout=CALL_S)
    next(call)
    call.cancel()


def screen(hand: Hand) -> None:
    """A tender of twelve bidders, watched for a moment."""
    project = restriction_service_pb2.Project(
        number="沧示招〔2026〕1号", name="示例项目", domain=subject_pb2.DOMAIN_BIDDING,
        tender_kind=subject_pb2.TENDER_KIND_COMPULSORY, reason="资格审查",
    )  # fmt: skip
    parties = [
        restriction_service_pb2.Party(
            subject=firm(number).identifier, role=subject_pb2.SUBJECT_ROLE_BIDDER, name=firm(number).name,
            bid=f"投标{number}",
        )
        for number in hand.chance.sample(range(FIRMS), 12)
    ]  # fmt: skip
    asked = restriction_service_pb2.ScreenRequest(project=project, parties=parties)
    stub = hand.call(RestrictionServiceStub, CallerRole.BIDDING_SYSTEM)
    stub.Screen(asked, timeout=CALL_S)
    call = stub.WatchScreen(restriction_service_pb2.WatchScreenRequest(screen=asked), timeout=CALL_S)
    next(call)
    call.cancel()


def explain(hand: Hand) -> None:
    """Why."""
    asked = restriction_service_pb2.ExplainRequest(check=question(some(hand)))
    hand.call(RestrictionServiceStub, CallerRole.PROCUREMENT_SYSTEM).Explain(asked, timeout=CALL_S)


def receipt(hand: Hand) -> None:
    """An answer as evidence, with or without proof."""
    asked = question(some(hand))
    asked.receipt.evidence = hand.chance.choice(
        (receipt_pb2.EVIDENCE_LEVEL_PROOF, receipt_pb2.EVIDENCE_LEVEL_SIGNED)
    )
    asked.receipt.nonce = os.urandom(16)
    answer = hand.call(RestrictionServiceStub, CallerRole.PROCUREMENT_SYSTEM).Check(asked, timeout=60)
    if not answer.HasField("receipt"):
        raise UnexpectedError("no receipt")


def _may_be_applied(hit: verdict_pb2.Hit) -> bool:
    """A hit of which only news is given, for it is stayed or contested, is none that anybody applies."""
    informs = hit.effect == verdict_pb2.HIT_EFFECT_INFORMATION
    return not informs or verdict_pb2.HIT_REASON_NOT_A_RESTRICTION in hit.reasons


def report(hand: Hand) -> None:
    """An answer, and what was done with it."""
    asked = question(some(hand))
    answer = hand.call(RestrictionServiceStub, CallerRole.PROCUREMENT_SYSTEM).Check(asked, timeout=CALL_S)
    done = execution_service_pb2.ReportExecutionRequest(
        report_id=hand.fresh("r"), check=asked, answered=answer.answered, verdict=answer.verdict,
        action=execution_service_pb2.EXECUTION_ACTION_ALLOWED,
        reason="" if answer.verdict == verdict_pb2.VERDICT_CLEAR else "示例",
        measure_codes=sorted({hit.measure_code for hit in answer.hits if _may_be_applied(hit)}),
    )  # fmt: skip
    hand.call(ExecutionServiceStub, CallerRole.PROCUREMENT_SYSTEM).ReportExecution(done, timeout=CALL_S)


def record(hand: Hand) -> None:
    """A file, what everybody may see, a search, figures."""
    subject = some(hand)
    asked = record_service_pb2.GetRecordRequest(subject=subject.identifier)
    hand.call(RecordServiceStub, CallerRole.DEPARTMENT).GetRecord(asked, timeout=CALL_S)
    stub = hand.call(DisclosureServiceStub, CallerRole.PUBLIC)
    stub.FindOrganisations(
        disclosure_service_pb2.FindOrganisationsRequest(query=subject.name), timeout=CALL_S
    )
    stub.GetStatistics(disclosure_service_pb2.GetStatisticsRequest(), timeout=60)


def notices(hand: Hand) -> None:
    """What the bureau is told, and that it has it; a watch for more is left at once."""
    stub = NoticeServiceStub(hand.town.channel(hand.town.served.department("财政")))
    asked = notice_service_pb2.ListNoticesRequest(unacknowledged_only=True, page_size=50)
    told = [each.notice_id for each in stub.ListNotices(asked, timeout=CALL_S).notices]
    if told:
        stub.Acknowledge(notice_service_pb2.AcknowledgeRequest(notice_ids=told), timeout=CALL_S)
    stub.WatchNotices(notice_service_pb2.WatchNoticesRequest(), timeout=CALL_S).cancel()


def snapshot(hand: Hand) -> None:
    """A snapshot, read to its end or left after its first piece."""
    stub = hand.call(SnapshotServiceStub, CallerRole.PROCUREMENT_SYSTEM)
    call = stub.GetSnapshot(snapshot_service_pb2.GetSnapshotRequest(domain=PROCUREMENT), timeout=60)
    for _ in call:
        if hand.chance.random() < 0.5:
            call.cancel()
            return


def watch(hand: Hand) -> None:
    """What changes, from some position on: a long poll, or a stream that is left."""
    stub = hand.call(WatchServiceStub, CallerRole.PROCUREMENT_SYSTEM)
    start = watch_service_pb2.WatchStart(from_position=1)
    if hand.chance.random() < 0.5:
        poll = watch_service_pb2.PollRestrictionsRequest(filter=filter_for(), start=start, max_changes=20)
        stub.PollRestrictions(poll, timeout=CALL_S)
        return
    asked = watch_service_pb2.WatchRestrictionsRequest(filter=filter_for(), start=start)
    call = stub.WatchRestrictions(asked, timeout=CALL_S)
    for _, _told in zip(range(3), call, strict=False):
        pass
    call.cancel()


def proof(hand: Hand) -> None:
    """The log: its checkpoint, an inclusion, leaves."""
    stub = hand.call(LogServiceStub, CallerRole.AUDITOR)
    note = stub.GetCheckpoint(log_service_pb2.GetCheckpointRequest(), timeout=CALL_S).checkpoint
    size = Checkpoint.parse(split_note(note)[0]).size
    asked = log_service_pb2.GetInclusionProofRequest(position=hand.chance.randrange(size), size=size)
    stub.GetInclusionProof(asked, timeout=CALL_S)
    stub.GetLeaves(log_service_pb2.GetLeavesRequest(first=0, count=50), timeout=CALL_S)


def figures(hand: Hand) -> None:
    """Prometheus reads."""
    with urlopen(f"http://127.0.0.1:{hand.town.metrics}/metrics", timeout=CALL_S) as page:
        page.read()


def refused(hand: Hand) -> None:
    """What must be refused: by role, by form, by law, and bytes that are nothing."""
    served, kind = hand.town.served, hand.chance.randrange(4)
    if kind == 3:
        far = events.ban("财政", some(hand), "M-PRO-01", "2026-03-01", "2036-03-01")
        (result,) = hand.town.stated("财政", hand.town.seal("财政", hand.fresh("far"), event=far))
        if result.HasField("accepted"):
            raise UnexpectedError("a ban of ten years was taken")
        return
    caller = served.system(CallerRole.BIDDING_SYSTEM) if kind else served.department("法院")
    method = "/registry.v1.RestrictionService/Check" if kind else "/registry.v1.AuditService/ListQueries"
    call: Any = hand.town.channel(caller).unary_unary(method)
    try:
        call(b"" if kind == 1 else os.urandom(200), timeout=CALL_S)
    except grpc.RpcError as error:
        if error.code() in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN):
            raise
        return
    raise UnexpectedError(f"{method} was answered")


ASKING: dict[str, tuple[int, Act]] = {
    "Check": (25, check),
    "by token": (4, by_token),
    "newcomer": (3, newcomer),
    "about a person": (4, person),
    "BatchCheck, stream cut": (5, many),
    "Screen, watch left": (4, screen),
    "Explain": (3, explain),
    "receipt": (2, receipt),
    "report of execution": (4, report),
    "record, search, figures": (3, record),
    "complaint desks": (1, complaint),
    "notices": (3, notices),
    "snapshot": (1, snapshot),
    "watch, poll": (4, watch),
    "proofs, leaves": (3, proof),
    "metrics": (1, figures),
    "refused, malformed": (6, refused),
}
