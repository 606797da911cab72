"""A finance bureau with five officials over a served spine, and each step of its ban cases as a signed
statement.

    office = BanOffice.of(served)
    office.walk("C-1", firm(1), until="ban_decision")     # every step up to and with the decision
    office.take("ban_served", "C-1")

The days of a case lie before the spine's today (2026-11-23), so that no clock forbids a step of the walk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from registry.provenance.envelope import sign_envelope
from registry.provenance.keys import FileSigner
from registry.v1 import ban_service_pb2 as service
from registry.v1 import statement_pb2 as pb
from registry.v1.ban_service_pb2_grpc import BanServiceStub
from registry.v1.envelope_pb2 import Envelope
from registry.v1.subject_pb2 import CAPACITY_LEGAL_REP, Subject
from tests.support.events import document
from tests.support.served import DEADLINE_S, Served
from tests.support.spine import Spine

KEY = "财政"
BASIS = ["政府采购法 第七十七条"]
MONTHS = 24
WALK = (
    "ban_draft", "ban_review", "ban_notice", "ban_defence", "ban_deliberation", "ban_decision", "ban_served",
)  # fmt: skip
WITH_HEARING = (*WALK[:4], "ban_hearing_notice", "ban_hearing", *WALK[4:])
METHODS: Mapping[str, tuple[str, Any]] = {
    "ban_draft": ("Draft", service.BanServiceDraftRequest),
    "ban_review": ("Review", service.BanServiceReviewRequest),
    "ban_notice": ("ServeNotice", service.ServeNoticeRequest),
    "ban_defence": ("RecordDefence", service.RecordDefenceRequest),
    "ban_hearing_notice": ("ServeNotice", service.ServeNoticeRequest),
    "ban_hearing": ("RecordHearing", service.RecordHearingRequest),
    "ban_deliberation": ("Deliberate", service.DeliberateRequest),
    "ban_decision": ("Decide", service.DecideRequest),
    "ban_served": ("Serve", service.ServeRequest),
}
ACTORS: Mapping[str, tuple[str, str, pb.OfficialRole.ValueType]] = {
    "handler": ("B-11", "采购监管科", pb.OFFICIAL_ROLE_SUBMITTER),
    "lawyer": ("B-21", "政策法规科", pb.OFFICIAL_ROLE_LEGAL_REVIEWER),
    "hearer": ("B-22", "政策法规科", pb.OFFICIAL_ROLE_HEARING_OFFICER),
    "reviewer": ("B-31", "办公室", pb.OFFICIAL_ROLE_REVIEWER),
    "chief": ("B-01", "局领导", pb.OFFICIAL_ROLE_APPROVER),
}
ACTOR_OF = {
    "ban_review": "lawyer", "ban_hearing": "hearer", "ban_deliberation": "reviewer", "ban_decision": "chief",
}  # fmt: skip


def evidence(text: str) -> pb.Evidence:
    """A paper by its digest."""
    return pb.Evidence(sha256=sha256(text.encode()).digest(), title=text)


def service_record(on: str) -> pb.ServiceRecord:
    """A service in person on a day."""
    return pb.ServiceRecord(served_on=on, method=pb.SERVICE_METHOD_DIRECT, receipt=evidence("回证"))


def proposal(months: int = MONTHS) -> pb.BanProposal:
    """A procurement ban for so many months."""
    return pb.BanProposal(
        category="E-51",
        severity=pb.SEVERITY_SERIOUS,
        measures=[pb.ProposedMeasure(measure_code="M-PRO-01", months=months)],
        legal_basis=BASIS,
    )


def decision_event(subject: Subject, number: str, until: str = "2028-11-10") -> pb.Event:
    """The decision of 2026-11-10 as credit information."""
    event = pb.Event(
        subject=subject,
        category="E-51",
        severity=pb.SEVERITY_SERIOUS,
        document=document(KEY, "2026-11-10", number),
        legal_basis=BASIS,
        evidence=[evidence("证据")],
    )
    setattr(event.measures.add(measure_code="M-PRO-01", until=until), "from", "2026-11-10")
    return event


@dataclass(slots=True)
class BanOffice:
    """The bureau. ``decisions`` are the statement ids of what was decided, by case."""

    spine: Spine
    signers: dict[str, FileSigner]
    wire: Served | None = None
    subjects: dict[str, Subject] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, served: Served) -> BanOffice:
        """The bureau of a served spine, its officials appointed."""
        spine = served.spine
        signers = {name: spine.appoint(KEY, *told) for name, told in ACTORS.items()}
        return cls(spine, signers, served)

    @property
    def served(self) -> Served:
        """What serves the spine."""
        assert self.wire is not None
        return self.wire

    @property
    def stub(self) -> BanServiceStub:
        """The service, called by the bureau."""
        return BanServiceStub(self.served.channel(self.served.department(KEY)))

    def body(self, kind: str, case: str, /, **changes: Any) -> Any:
        """The body of a step of a case, with some fields changed."""
        body = BODIES[kind](self, case)
        for name, value in changes.items():
            target = getattr(body, name)
            if hasattr(target, "CopyFrom"):
                target.CopyFrom(value)
            else:
                setattr(body, name, value)
        return body

    def sealed(self, kind: str, body: Any, by: str = "", statement_id: str = "") -> Envelope:
        """A body as a statement of the bureau, signed by an official (the one whose step it is)."""
        statement = self.spine.statement(KEY, statement_id, **{kind: body})
        signer = self.signers[by or ACTOR_OF.get(kind, "handler")]
        return sign_envelope(statement.SerializeToString(), signer)

    def take(self, kind: str, case: str, /, *, by: str = "", **changes: Any) -> Any:
        """Takes a step over the wire; answers its result."""
        name, request = METHODS[kind]
        envelope = self.sealed(kind, self.body(kind, case, **changes), by)
        result = getattr(self.stub, name)(request(envelope=envelope), timeout=DEADLINE_S).result
        if kind == "ban_decision" and result.HasField("accepted"):
            self.decisions[case] = result.statement_id
        return result

    def walk(self, case: str, subject: Subject, until: str = "ban_served", number: str = "") -> None:
        """Takes every step of a case up to and with one; each must be recorded."""
        self.subjects[case] = subject
        for kind in WALK[: WALK.index(until) + 1]:
            changes: dict[str, Any] = {}
            if kind == "ban_decision" and number:
                changes["event"] = decision_event(subject, number)
            result = self.take(kind, case, **changes)
            assert result.HasField("accepted"), (kind, result)


_Body = Callable[[BanOffice, str], Any]
BODIES: Mapping[str, _Body] = {
    "ban_draft": lambda office, case: pb.BanDraft(
        case_number=case, subject=office.subjects[case], filed_on="2026-10-12", facts="提供虚假材料谋取中标",
        evidence=[evidence("材料")], proposal=proposal(), reason="情节严重",
    ),
    "ban_review": lambda office, case: pb.BanReview(
        case_number=case, lawful=True, opinion="适用法律正确", on="2026-10-14"
    ),
    "ban_notice": lambda office, case: pb.BanNotice(
        case_number=case, document=document(KEY, "2026-10-15"), announced=proposal(),
        service=service_record("2026-10-16"),
    ),
    "ban_defence": lambda office, case: pb.BanDefence(
        case_number=case, kind=pb.DEFENCE_KIND_SILENT, on="2026-10-26"
    ),
    "ban_hearing_notice": lambda office, case: pb.BanHearingNotice(
        case_number=case, document=document(KEY, "2026-10-20"), hearing_on="2026-11-03", place="二楼会议室",
        service=service_record("2026-10-20"),
    ),
    "ban_hearing": lambda office, case: pb.BanHearing(
        case_number=case, held_on="2026-11-03", record="无异议", opinion="维持", minutes=evidence("笔录")
    ),
    "ban_deliberation": lambda office, case: pb.BanDeliberation(
        case_number=case, on="2026-11-06", collective=True, members=["B-01", "B-31", "B-21"], agreed=True,
        opinion="同意", minutes=evidence("纪要"),
    ),
    "ban_decision": lambda office, case: pb.BanDecision(
        case_number=case, event=decision_event(office.subjects[case], f"沧示财罚〔2026〕{case}号"),
        facts="提供虚假材料谋取中标", reason="情节严重", consequences="不得参加政府采购活动",
        removal="期满终止, 可以申请信用修复", relief="六十日内申请行政复议或者六个月内提起诉讼",
        responsible_persons=[pb.ResponsiblePerson(name="示例负责人", capacity=CAPACITY_LEGAL_REP)],
        repair_notice=document(KEY, "2026-11-10"),
    ),
    "ban_served": lambda office, case: pb.BanServed(
        target=pb.StatementReference(
            department=office.spine.code(KEY), statement_id=office.decisions.get(case, "none")
        ),
        service=service_record("2026-11-12"), with_repair_notice=True,
    ),
}  # fmt: skip
