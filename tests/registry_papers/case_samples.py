"""A procurement ban from draft to early lifting, as GetCase answers it; and the like for a person and for a
list.

case = Case()                        # a firm, every step
case.response(until="ban_notice")    # the case as it stood then
case.response(ban_decision={"facts": "#[$]"})  # with another fact
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.domain.identifiers import resident_id_check_character
from registry.provenance.envelope import PAYLOAD_TYPE
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.ban_service_pb2 import BanCase, GetCaseResponse
from registry.v1.subject_pb2 import Identifier, Subject
from registry_papers import Office, Paper, PaperKind, Particulars, render

ORIGIN = "credit.example/cangzhou"
DEPARTMENT = "11130900DEM000011Q"
FIRST_POSITION = 1042
NAMES = {
    "M-PRO-01": "一至三年内禁止参加政府采购活动",
    "M-BUS-11": "限制从业",
    "L-06": "市场监督管理严重违法失信名单",
    "130900": "沧州市",
}
OFFICE = Office(
    name="沧州市财政局（示例）",
    address="沧州市示例路1号308室",
    phone="0317-0000000",
    contact="示例甲",
    reconsideration="沧州市人民政府（示例）",
    court="沧州市示例区人民法院",
)
PARTICULARS = Particulars(
    party_address="沧州市示例街2号",
    representative="示例乙",
    hearing_time="上午9时30分",
    hearing_officer="示例丙",
    service_place="沧州市示例街2号",
)
FIRM = Subject(
    identifier=Identifier(type=subject_pb2.IDENTIFIER_TYPE_USCC, value="91130900DEM0000010"),
    kind=subject_pb2.SUBJECT_KIND_ENTERPRISE,
    name="沧州示例商贸有限公司（示例）",
)
_BODY = "13099919900101123"
NUMBER = _BODY + resident_id_check_character(_BODY)
MASKED = f"1309**********{NUMBER[-4:]}"
PERSON = Subject(
    identifier=Identifier(type=subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID, value=NUMBER),
    kind=subject_pb2.SUBJECT_KIND_NATURAL_PERSON,
    name="示例某",
)
BASIS = ("政府采购法 第七十七条", "政府采购法实施条例 第七十三条")


@dataclass(frozen=True, slots=True)
class Case:
    """A case about a subject: with measures (the default), or with an entry on a list alone."""

    subject: Subject = field(default_factory=lambda: FIRM)
    list_code: str = ""

    def response(self, until: str = "lifting", **changes: Mapping[str, Any]) -> GetCaseResponse:
        """The case with every step up to one; fields of a step may be changed."""
        answer = GetCaseResponse(case=BanCase(department=DEPARTMENT, case_number="SF-2026-12"))
        for name, fields in self._steps().items():
            self._record(answer, name, {**fields, **changes.get(name, {})})
            if name == until:
                break
        return answer

    def paper(self, kind: PaperKind | str, office: Office = OFFICE, **given: Any) -> Paper:
        """A paper of the whole case."""
        given = {"names": NAMES, "particulars": PARTICULARS, **given}
        response = given.pop("response", None) or self.response(**given.pop("changes", {}))
        return render(kind, response, office, **given)

    def statement(self, name: str, **changes: Any) -> pb.Statement:
        """A step as a statement."""
        return self._statement(name, {**self._steps()[name], **changes})

    def _record(self, answer: GetCaseResponse, name: str, fields: Mapping[str, Any]) -> None:
        entry = answer.statements.add(position=FIRST_POSITION + len(answer.statements))
        entry.signed.envelope.payload_type = PAYLOAD_TYPE
        payload = self._statement(name, fields).SerializeToString(deterministic=True)
        entry.signed.envelope.payload = payload

    def _statement(self, name: str, fields: Mapping[str, Any]) -> pb.Statement:
        statement = pb.Statement(
            statement_id=f"S-{name}", origin=ORIGIN, department=DEPARTMENT, nonce=bytes(range(16))
        )
        body = getattr(statement, name)
        body.MergeFrom(type(body)(**fields))
        body.SetInParent()
        return statement

    def _steps(self) -> dict[str, dict[str, Any]]:
        number = {"case_number": "SF-2026-12"}
        proposal = self._proposal()
        target = pb.StatementReference(department=DEPARTMENT, statement_id="S-ban_decision")
        return {
            "ban_draft": number | {
                "subject": self.subject, "filed_on": "2026-10-08", "proposal": proposal,
                "facts": "当事人在沧示采〔2026〕3号项目中提供虚假的业绩证明材料，谋取中标。",
                "evidence": [_evidence("投标文件第三册"), _evidence("业绩证明的核查复函")],
                "reason": "提供虚假材料谋取中标，事实清楚，情节较重",
            },
            "ban_review": number | {"lawful": True, "opinion": "合法"},
            "ban_notice": number | {
                "document": document("沧示财告〔2026〕12号", "2026-10-12"), "announced": proposal,
                "service": _service("2026-10-13"),
            },
            "ban_defence": number | {
                "kind": pb.DEFENCE_KIND_HEARING_REQUESTED, "on": "2026-10-15",
                "summary": "对业绩证明的真实性有异议",
            },
            "ban_hearing_notice": number | {
                "document": document("沧示财听〔2026〕2号", "2026-10-16"), "hearing_on": "2026-11-03",
                "place": "沧州市示例路1号第一会议室", "service": _service("2026-10-19"),
            },
            "ban_hearing": number | {
                "held_on": "2026-11-03", "opinion": "业绩证明系伪造，当事人的申辩不能成立",
                "minutes": _evidence("听证笔录"),
            },
            "ban_deliberation": number | {
                "on": "2026-11-06", "collective": True, "agreed": True, "members": ["B-01", "B-31", "B-21"],
            },
            "ban_decision": number | {
                "event": self._event(),
                "facts": "当事人提供虚假的业绩证明材料，谋取中标。\n项目编号：沧示采〔2026〕3号",
                "reason": "当事人的行为属于提供虚假材料谋取中标。听证意见已经采纳",
                "responsible_persons": self._responsible(),
                "consequences": "期限内不得以供应商身份参加政府采购活动，信息依法公示和共享",
                "removal": "期满自动终止公示；公示满六个月并履行义务的，可以向本机关申请信用修复",
                "relief": "可以在六十日内申请行政复议，或者在六个月内提起行政诉讼",
                "repair_notice": document("沧示财修〔2026〕12号", "2026-11-10"),
            },
            "ban_served": {
                "target": target, "service": _service("2026-11-12"), "with_repair_notice": True,
            },
            "lifting": {
                "target": target, "document": document("沧示财解〔2026〕1号", "2027-06-01"),
                "effective_on": "2027-06-02",
                "reason": "当事人已经纠正失信行为、全面履行义务，准予信用修复", "measure_code": "",
            },
        }  # fmt: skip

    def _responsible(self) -> list[pb.ResponsiblePerson]:
        if self.subject.kind == subject_pb2.SUBJECT_KIND_NATURAL_PERSON:
            return []
        return [pb.ResponsiblePerson(name="示例乙", capacity=subject_pb2.CAPACITY_LEGAL_REP)]

    def _proposal(self) -> pb.BanProposal:
        if self.list_code:
            return pb.BanProposal(
                category="E-06", list_code=self.list_code, list_months=36, legal_basis=BASIS
            )
        scope = subject_pb2.Scope(region="130900")
        measure = pb.ProposedMeasure(measure_code="M-PRO-01", months=12, scope=scope)
        return pb.BanProposal(category="E-03-CF", measures=[measure], legal_basis=BASIS)

    def _event(self) -> pb.Event:
        event = pb.Event(
            subject=self.subject, document=document("沧示财罚〔2026〕12号", "2026-11-10"), legal_basis=BASIS
        )
        if self.list_code:
            event.category, event.list_code = "E-06", self.list_code
            event.effective_from, event.effective_until = "2026-11-10", "2029-11-09"
            return event
        event.category = "E-03-CF"
        measure = event.measures.add(measure_code="M-PRO-01", until="2027-11-09")
        setattr(measure, "from", "2026-11-10")
        measure.scope.region = "130900"
        return event


def document(number: str, day: str) -> pb.Document:
    """A document of the department."""
    return pb.Document(number=number, authority=OFFICE.name, authority_code=DEPARTMENT, decided_on=day)


def _evidence(title: str) -> pb.Evidence:
    return pb.Evidence(sha256=bytes(32), title=title, place="案卷")


def _service(day: str) -> pb.ServiceRecord:
    return pb.ServiceRecord(served_on=day, method=pb.SERVICE_METHOD_DIRECT, receipt=_evidence("送达回证"))
