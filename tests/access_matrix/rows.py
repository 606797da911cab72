"""What owners put into a registry for the trial of rows, marked, and requests that point at it.

Marks are texts that nobody but the owner may see by any method (``SECRET``), or nobody by a method that shows
a caller's own (``STATED``: law shows it elsewhere). No request holds a mark, so what comes back with one was
shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass

from registry.access.identity import Caller, CallerRole
from registry.access.policy import DOMAINS
from registry.v1 import evidence_service_pb2, execution_service_pb2, intake_service_pb2, notice_service_pb2
from registry.v1 import restriction_service_pb2 as questions
from registry.v1 import supervision_pb2 as acts
from registry.v1.evidence_service_pb2_grpc import EvidenceServiceStub
from registry.v1.execution_service_pb2_grpc import ExecutionServiceStub
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.notice_service_pb2_grpc import NoticeServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.statement_pb2 import StatementReference
from registry.v1.subject_pb2 import DOMAIN_UNSPECIFIED
from tests.servicer.supervision.lodging import lodged
from tests.supervision.custodians_at_work import Custody
from tests.support import remedies
from tests.support.ban_cases import BanOffice
from tests.support.events import firm, placed
from tests.support.referrals import MARKET, clue, town_of
from tests.support.reports import question
from tests.support.served import DEADLINE_S, Served, short_ban

FINANCE = "财政"
FIRM = firm(71)
CASE, SAID, CLUE = "CSCZ-2026-901", "rows-said", "YS-901"
CONTENT = b"rows: what lies in the evidence store"

SECRET: Mapping[str, str] = {
    "refused": "rows-refused-8c1f",
    "case": "密案由-41d7",
    "objection": "密诉求-90be",
    "facts": "密线索-7a20",
    "evidence": "密材料-55c3",
    "lodging": "密商户-c8e4",
    "execution": "密处理-1f66",
}
STATED: Mapping[str, str] = {"statement": SAID}
PLATFORM = "platform-of-rows"
"""The system whose execution and notices are tried; its name is in what it is sent."""


@dataclass(frozen=True, slots=True)
class Put:
    """What was put in: where a statement lies, and the fields by which requests point at it all."""

    owners: Mapping[str, Caller]
    """Of each mark whose it is."""
    position: int

    def variants(self, served: Served) -> list[Mapping[str, Any]]:
        """Values of fields by their names, and of messages by theirs."""
        finance, market = served.department(FINANCE).name, served.department(MARKET).name
        objection = StatementReference(department=finance, statement_id="rows-objection")
        referral = acts.FileReference(kind=acts.FILE_KIND_REFERRAL, department=market, number=CLUE)
        digest = {"sha256": sha256(CONTENT).digest()}
        return [
            {},
            {"department": finance, "case_number": CASE, "StatementReference": objection},
            {"statement_id": SAID, "FileReference": referral, "in_charge": finance, **digest},
            {"position": self.position, "department": market, "FileReference": referral, **digest},
            {"addressee": finance, "StatementReference": StatementReference(statement_id="rows-objection")},
            {"addressee": served.system(CallerRole.PROCUREMENT_SYSTEM, PLATFORM).uri},
        ]


def put_in(served: Served) -> Put:
    """Has owners state, propose, file, upload, lodge and report; marks in all of it."""
    spine, finance = served.spine, served.department(FINANCE)
    office, custody, town = BanOffice.of(served), Custody.at(spine), town_of(spine)
    office.subjects[CASE] = FIRM
    assert office.take("ban_draft", CASE, facts=SECRET["case"]).HasField("accepted")
    position = placed(spine.say(FINANCE, SAID, event=short_ban(72)))
    placed(spine.say(FINANCE, "rows-objection", objection=_objection(FINANCE)))
    wrong = spine.seal(
        FINANCE, spine.statement(FINANCE, SECRET["refused"], event=short_ban(73, "2036-01-01"))
    )
    submit = intake_service_pb2.SubmitRequest(envelopes=[wrong])
    outcome = IntakeServiceStub(served.channel(finance)).Submit(submit, timeout=DEADLINE_S)
    assert outcome.results[0].HasField("refused"), outcome
    placed(town.act(MARKET, referral=clue(town, CLUE, facts=SECRET["facts"])))
    _upload(served)
    lodged(served, subject_name=SECRET["lodging"])
    platform = served.system(CallerRole.PROCUREMENT_SYSTEM, PLATFORM)
    NoticeServiceStub(served.channel(platform)).Subscribe(
        notice_service_pb2.SubscribeRequest(subscribed=True)
    )
    _report(served, platform)
    placed(spine.say(FINANCE, "rows-told", event=short_ban(74)))
    market, lodged_with = (
        served.department(MARKET),
        Caller(CallerRole.DEPARTMENT, custody.code, finance.origin),
    )
    owners = dict.fromkeys(("refused", "case", "objection", "statement"), finance)
    owners |= {"facts": market, "evidence": market, "lodging": lodged_with, "execution": platform}
    return Put(owners, position)


def _objection(key: str) -> Any:
    return remedies.objection_to(key, SAID, claim=SECRET["objection"])


def _upload(served: Served) -> None:
    market = served.department(MARKET)
    stub = EvidenceServiceStub(served.channel(market))
    referral = acts.FileReference(kind=acts.FILE_KIND_REFERRAL, department=market.name, number=CLUE)
    digest = sha256(CONTENT).digest()
    stub.BeginUpload(
        evidence_service_pb2.BeginUploadRequest(
            sha256=digest, size=len(CONTENT), media_type="text/plain", file=referral, title=SECRET["evidence"]
        ),
        timeout=DEADLINE_S,
    )
    part = evidence_service_pb2.UploadPartRequest(sha256=digest, offset=0, content=CONTENT)
    assert stub.UploadPart(part, timeout=DEADLINE_S).complete


def _report(served: Served, platform: Caller) -> None:
    channel, check = served.channel(platform), question(firm(72))
    answer = RestrictionServiceStub(channel).Check(check, timeout=DEADLINE_S)
    request = execution_service_pb2.ReportExecutionRequest(
        report_id="rows-report",
        check=check,
        answered=answer.answered,
        verdict=answer.verdict,
        action=execution_service_pb2.EXECUTION_ACTION_ALLOWED,
        reason=SECRET["execution"],
    )
    ExecutionServiceStub(channel).ReportExecution(request, timeout=DEADLINE_S)


def requests(message: Descriptor, caller: Caller, put: Put, served: Served) -> Iterator[bytes]:
    """Requests of a method that point at what was put in, each once."""
    seen = set[bytes]()
    for variant in put.variants(served):
        for member in [each.name for each in message.fields if each.containing_oneof] or [""]:
            content = _filled(message, caller, variant, member, 0).SerializeToString(deterministic=True)
            if content not in seen:
                seen.add(content)
                yield content


def _filled(message: Descriptor, caller: Caller, variant: Mapping[str, Any], member: str, depth: int) -> Any:
    if message.name in variant:
        return variant[message.name]
    if message.name == "Purpose":
        domain = min(DOMAINS.get(caller.role, {DOMAIN_UNSPECIFIED}))
        return questions.Purpose(domain=domain, reference="另案-1", reason="核对")
    request: Any = GetMessageClass(message)()
    for field in message.fields:
        if field.containing_oneof and field.name != member and not depth:
            continue
        _put(request, field, caller, variant, depth)
    return request


def _put(
    request: Any, field: FieldDescriptor, caller: Caller, variant: Mapping[str, Any], depth: int
) -> None:
    if field.message_type is None:
        value = variant.get(field.name)
        if value is not None and not field.is_repeated:
            setattr(request, field.name, value)
        return
    name = field.message_type.name
    if depth > 3 or name in ("Timestamp", "Answered", "Consistency", "ReceiptRequest", "Duration"):
        return
    value = (
        FIRM.identifier
        if name == "Identifier"
        else _filled(field.message_type, caller, variant, "", depth + 1)
    )
    if field.is_repeated:
        getattr(request, field.name).append(value)
    else:
        getattr(request, field.name).CopyFrom(value)
