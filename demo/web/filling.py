"""What is in the registry behind the faces: the demonstration's records, two editions, cases at every stage.

    1  CSCZ-2026-007  from draft to service, its ban in force
    2  CSCZ-2026-011  drafted and reviewed: the notice is to be served
    3  CSCZ-2026-012  drafted today: it waits for the legal review
    4  CSCZ-2026-009  notice served, nobody has answered: overdue

and what ``supervising`` says of supervision. The finance bureau's five officials, the operator's four and two
inspectors have keys; they are handed to the signing component, so that all goes on in the console.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from google.protobuf.json_format import ParseDict

from demo.ban_walk import CHIEF, HANDLER, LAWYER, OFFICE, OFFICIALS, REVIEWER, Days, document_of, draft_of
from demo.delivery import deliver
from demo.departments import OPERATOR
from demo.officials import APPROVER, DRAFTER, LEGAL_REVIEWER, Person, appoint
from demo.parties import ABNORMAL, CLEAN, FOOD_FIRM, FUNDS_LIMITED
from demo.records import Party
from demo.remedies import repair, withdraw
from demo.supervision.cast import MARKET
from demo.switch import adopt, files_after
from demo.town import ORIGIN, Town, TownError
from demo.web.supervising import INSPECTORS, supervise
from registry.domain.periods import add_months, china_day
from registry.editions import CURRENT_LABEL
from registry.engine import now_ms
from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry_client import Numbering, numbered_statement, seal
from registry_client.submission import Sender

FOUNDING = "2026.2"
"""The edition before the current one, so that there is a difference to be seen."""
REGISTRAR = Person("X-09", "示例丁", "信用建设科", pb.OFFICIAL_ROLE_REGISTRAR)
_MONTHS = 24
_OPINION = "事实清楚, 适用法律正确"
_BODIES = {
    "ban_draft": pb.BanDraft,
    "ban_review": pb.BanReview,
    "ban_notice": pb.BanNotice,
    "ban_deliberation": pb.BanDeliberation,
    "ban_decision": pb.BanDecision,
    "ban_served": pb.BanServed,
    "ban_defence": pb.BanDefence,
}


@dataclass(frozen=True, slots=True)
class Hand:
    """An official who signs: who it is, for which department, and the key."""

    person: Person
    department: str
    sender: Sender

    @property
    def signer(self) -> FileSigner:
        """The key, as the signing component takes it."""
        assert isinstance(self.sender.signer, FileSigner)
        return self.sender.signer


def fill(town: Town) -> list[Hand]:
    """States everything; who has a key. Raises TownError."""
    delivered = deliver(town)
    repair(town, delivered.ids)
    withdraw(town, delivered.ids)
    operators = [
        Hand(person, OPERATOR.office.code, appoint(town, person))
        for person in (DRAFTER, LEGAL_REVIEWER, APPROVER, REGISTRAR)
    ]
    drafter, reviewer, approver, _ = (hand.sender for hand in operators)
    adopt(town, files_after(town, CURRENT_LABEL), (drafter, reviewer, approver), CURRENT_LABEL)
    officials = {person.official_id: _official(town, person) for person in OFFICIALS}
    _cases(town, officials, Days(china_day(now_ms())))
    inspectors = supervise(town)
    market = [Hand(each, MARKET.office.code, inspectors[each.official_id]) for each in INSPECTORS]
    return [*operators, *officials.values(), *market]


def _official(town: Town, person: Person) -> Hand:
    """An official of the finance bureau, registered, with a new key."""
    signer = FileSigner.generate(SUITE_ED25519)
    registration = pb.OfficialRegistration(
        official_id=person.official_id,
        department=OFFICE.code,
        name=person.name,
        section=person.section,
        roles=[person.role],
    )
    town.enrol(registration, signer)
    return Hand(person, OFFICE.code, Sender(ORIGIN, OFFICE.code, signer, Numbering.generate()))


def _cases(town: Town, officials: Mapping[str, Hand], days: Days) -> None:
    def take(person: Person, kind: str, /, **content: Any) -> str:
        return _take(town, officials[person.official_id], kind, content)

    _whole_case(take, days)
    for number, party, filed in (("011", FOOD_FIRM, 12), ("012", ABNORMAL, 0), ("009", FUNDS_LIMITED, 60)):
        case = f"CSCZ-2026-{number}"
        take(HANDLER, "ban_draft", **_draft(days, case, party, filed))
        if number == "012":
            continue
        take(
            LAWYER,
            "ban_review",
            case_number=case,
            lawful=True,
            opinion=_OPINION,
            on=days.ago(filed - 4),
        )
        if number == "009":
            take(HANDLER, "ban_notice", **_notice(days, case, "沧示财告〔2026〕9号", filed - 6))


def _whole_case(take: Any, days: Days) -> None:
    """From draft to service; the party waived a hearing."""
    case, decided = "CSCZ-2026-007", days.ago(36)
    take(HANDLER, "ban_draft", **_draft(days, case, CLEAN, 75))
    take(LAWYER, "ban_review", case_number=case, lawful=True, opinion=_OPINION, on=days.ago(70))
    take(HANDLER, "ban_notice", **_notice(days, case, "沧示财告〔2026〕7号", 66))
    take(
        HANDLER,
        "ban_defence",
        case_number=case,
        kind="DEFENCE_KIND_WAIVED",
        on=days.ago(62),
        summary="当事人书面放弃陈述、申辩和听证",
    )
    take(
        REVIEWER,
        "ban_deliberation",
        case_number=case,
        on=days.ago(38),
        collective=True,
        members=[CHIEF.official_id, REVIEWER.official_id, LAWYER.official_id],
        agreed=True,
        opinion="同意禁止参加政府采购活动两年",
        minutes=_evidence("集体讨论记录"),
    )
    until = add_months(date.fromisoformat(decided), _MONTHS).isoformat()
    draft = _draft(days, case, CLEAN, 75)
    event = {
        "subject": draft["subject"],
        "category": "E-51",
        "severity": "SEVERITY_SERIOUS",
        "document": document_of("沧示财罚〔2026〕7号", decided),
        "legal_basis": draft["proposal"]["legal_basis"],
        "evidence": draft["evidence"],
        "measures": [{"measure_code": "M-PRO-01", "from": decided, "until": until}],
    }
    decision = take(
        CHIEF,
        "ban_decision",
        case_number=case,
        event=event,
        reason="提供虚假材料谋取中标, 情节严重",
        facts="在政府采购投标中提供虚假业绩材料谋取中标, 有投标文件、核查函佐证",
        responsible_persons=[{"name": CLEAN.head, "capacity": "CAPACITY_LEGAL_REP"}],
        consequences="禁止期限内不得参加政府采购活动; 信息依法公示共享",
        removal="期满自动终止; 全面履行后可以申请信用修复, 由本机关决定提前解除",
        relief="自收到决定书之日起六十日内申请行政复议, 或者六个月内提起行政诉讼",
        repair_notice=document_of("沧示财修告〔2026〕7号", decided),
    )
    take(
        HANDLER,
        "ban_served",
        target={"department": OFFICE.code, "statement_id": decision},
        service=_service(days.ago(33)),
        with_repair_notice=True,
    )


def _take(town: Town, hand: Hand, kind: str, content: Mapping[str, Any]) -> str:
    """Takes a step as an official; the statement's id. Raises TownError where it is refused."""
    registry, _ = town.offices["财政"]
    body: Any = ParseDict(dict(content), _BODIES[kind]())
    sender = hand.sender
    statement = numbered_statement(sender.numbering, origin=ORIGIN, department=hand.department, body=body)
    outcome = registry.bans.take(seal(statement, sender.signer))
    if outcome.position is None:
        raise TownError(f"{kind}: " + "; ".join(fault.message for fault in outcome.faults))
    return outcome.statement_id


def _draft(days: Days, case: str, party: Party, filed: int) -> dict[str, Any]:
    draft = draft_of(days, _MONTHS, case=case, party=party, filed=filed)
    return {**draft, "evidence": [_evidence("投标文件及核查函")]}


def _notice(days: Days, case: str, number: str, ago: int) -> dict[str, Any]:
    return {
        "case_number": case,
        "document": document_of(number, days.ago(ago + 1)),
        "announced": _draft(days, case, CLEAN, 0)["proposal"],
        "service": _service(days.ago(ago)),
    }


def _service(on: str) -> dict[str, Any]:
    return {"served_on": on, "method": "SERVICE_METHOD_DIRECT", "receipt": _evidence("送达回证")}


def _evidence(title: str) -> dict[str, str]:
    digest = sha256(f"{title}(示例)".encode()).digest()
    return {"sha256": b64encode(digest).decode(), "title": title}
