"""A finance bureau and its officials on a ledger in memory, and every step of a ban case as a statement.

    town = BanTown()
    assert town.take("ban_draft", "C-1", by="handler") == []          # no fault: admitted
    town.take("ban_review", "C-1", by="handler")                      # every fault, with its article

``walk`` takes the steps of a case up to one of them, each by the official whose it is. ``on`` is the day of
receipt; ``changes`` replace fields of the step's body. Days are those of 2026, whose calendar is announced.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from registry.domain.departments import Key, Official
from registry.domain.faults import Fault
from registry.editions import current_edition
from registry.sanctions.bans.case import Case
from registry.sanctions.cases import fictional
from registry.sanctions.cases.scratch import ScratchLedger
from registry.sanctions.catalogue.edition import Edition
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.error_reason_pb2 import ErrorReason

EDITION = current_edition()
ARTICLE = re.compile(r"第[〇零一二三四五六七八九十百]+条|〔\d{4}〕\d+号|令第\d+号")
BASIS = ["政府采购法 第七十七条"]
TODAY = date(2026, 11, 23)
HANDLING, LEGAL, LICENSING, OFFICE = "采购监管科", "政策法规科", "许可科", "办公室"


@dataclass(frozen=True, slots=True)
class Person:
    """An official: staff id, name, section, roles, and the position at which he and his key were
    registered."""

    official_id: str
    name: str
    section: str
    roles: tuple[pb.OfficialRole.ValueType, ...]
    since: int = 0


_SUBMITTER, _REVIEWER = pb.OFFICIAL_ROLE_SUBMITTER, pb.OFFICIAL_ROLE_REVIEWER
_LEGAL, _APPROVER = pb.OFFICIAL_ROLE_LEGAL_REVIEWER, pb.OFFICIAL_ROLE_APPROVER
_HEARING, _REGISTRAR = pb.OFFICIAL_ROLE_HEARING_OFFICER, pb.OFFICIAL_ROLE_REGISTRAR
_ALL = (_SUBMITTER, _REVIEWER, _LEGAL, _APPROVER, _HEARING)
LATE = 10**6
PEOPLE: Mapping[str, Person] = {
    "handler": Person("B-11", "甲某", HANDLING, (_SUBMITTER,)),
    "second handler": Person("B-12", "乙某", HANDLING, (_SUBMITTER,)),
    "lawyer": Person("B-21", "丙某", LEGAL, (_LEGAL,)),
    "hearer": Person("B-22", "丁某", LEGAL, (_HEARING,)),
    "reviewer": Person("B-31", "戊某", OFFICE, (_REVIEWER,)),
    "chief": Person("B-01", "己某", "局领导", (_APPROVER,)),
    "everything": Person("B-41", "庚某", OFFICE, _ALL),
    "twin of the handler": Person("B-91", "甲 某", OFFICE, _ALL),
    "of the handling section": Person("B-13", "辛某", HANDLING, _ALL),
    "of the licensing section": Person("B-51", "壬某", LICENSING, _ALL),
    "registrar": Person("B-61", "癸某", OFFICE, (*_ALL, _REGISTRAR)),
    "newcomer": Person("B-71", "子某", OFFICE, _ALL, since=LATE),
}
STEPS = (
    "ban_draft", "ban_review", "ban_notice", "ban_defence", "ban_deliberation", "ban_decision", "ban_served",
)  # fmt: skip
"""The steps of a case without hearing."""
HEARD_STEPS = (
    "ban_draft", "ban_review", "ban_notice", "ban_defence", "ban_hearing_notice", "ban_hearing",
    "ban_deliberation", "ban_decision", "ban_served",
)  # fmt: skip
ACTORS = {
    "ban_draft": "handler", "ban_review": "lawyer", "ban_notice": "handler", "ban_defence": "handler",
    "ban_hearing_notice": "handler", "ban_hearing": "hearer", "ban_deliberation": "reviewer",
    "ban_decision": "chief", "ban_served": "handler",
}  # fmt: skip
"""Whose each step is."""
AFTER = ("status_note", "lifting", "withdrawal", "correction")


class BanTown:
    """The ledger, the officials of the bureau (of another kind of department if it is named), and what was
    admitted."""

    def __init__(self, kind: str = "finance", edition: Edition = EDITION) -> None:
        self.ledger = ScratchLedger(edition)
        self.office = fictional.office(kind, edition)
        self.department = self.office.authority_code
        self.subjects: dict[str, subject_pb2.Subject] = {}
        self.admitted: list[tuple[pb.Statement, str, date]] = []
        self._numbers: Iterator[int] = itertools.count(1)
        for person in PEOPLE.values():
            self.appoint(person)

    def appoint(self, person: Person) -> None:
        """Registers an official with a key of his own."""
        registration = pb.OfficialRegistration(
            official_id=person.official_id,
            department=self.department,
            name=person.name,
            section=person.section,
            roles=person.roles,
        )
        self.ledger.directory.put_official(Official(registration, person.since))
        self.ledger.directory.put_key(self.key(person.official_id, person.since))

    def key(self, official_id: str, since: int = 0) -> Key:
        """An official's key, or the bureau's seal (without official)."""
        enrolment = pb.KeyEnrolment(department=self.department, official_id=official_id)
        keyid = f"key of {official_id}"
        return Key(keyid, self.department, official_id, date.min, date.max, since, enrolment)

    def case(self, case: str) -> Case | None:
        """A case as it stands."""
        return self.ledger.bans.get(self.department, case)

    def subject(self, case: str) -> subject_pb2.Subject:
        """The firm of a case; each has its own unless it is told."""
        if case not in self.subjects:
            number = 100 + len(self.subjects)
            self.subjects[case] = fictional.subject(number, subject_pb2.SUBJECT_KIND_ENTERPRISE)
        return self.subjects[case]

    def body(self, kind: str, case: str, /, **changes: Any) -> Any:
        """The body of a step, with some of its fields changed; None leaves a field out."""
        body = BODIES[kind](self, case)
        for name, value in changes.items():
            body.ClearField(name)
            if isinstance(value, list):
                getattr(body, name).extend(value)
            elif hasattr(value, "SerializeToString"):
                getattr(body, name).CopyFrom(value)
            elif value is not None:
                setattr(body, name, value)
        return body

    def statement(self, kind: str, body: Any) -> pb.Statement:
        """A statement of the bureau."""
        number = next(self._numbers)
        return pb.Statement(
            statement_id=f"S-{number}",
            origin=self.ledger.origin,
            department=self.department,
            nonce=number.to_bytes(16, "big"),
            **{kind: body},
        )

    def take(
        self, kind: str, case: str, /, *, by: str = "", received: date = TODAY, **changes: Any
    ) -> list[Fault]:
        """Takes a step; every fault if it is refused."""
        body = self.body(kind, case, **changes)
        return self.submit(self.statement(kind, body), by or ACTORS.get(kind, "chief"), received)

    def submit(self, statement: pb.Statement, by: str, on: date = TODAY) -> list[Fault]:
        """Submits a statement signed by one of the people, or sealed ("seal")."""
        signer = self.key("") if by == "seal" else self.key(PEOPLE[by].official_id, PEOPLE[by].since)
        faults = self.ledger.fold(statement, on, signer)
        if not faults:
            self.admitted.append((statement, by, on))
        return faults

    def walk(self, case: str, until: str, steps: tuple[str, ...] = STEPS, **of: dict[str, Any]) -> None:
        """Takes every step up to and with one, with the changes given for some of them."""
        for kind in steps[: steps.index(until) + 1]:
            changes = dict(of.get(kind, {}))
            if kind == "ban_defence" and "ban_hearing" in steps:
                changes = {"kind": pb.DEFENCE_KIND_HEARING_REQUESTED, "on": "2026-10-20"} | changes
            assert not (faults := self.take(kind, case, **changes)), (kind, faults)

    def document(self, number: str, decided_on: str) -> pb.Document:
        """A document of the bureau's own."""
        return pb.Document(
            number=number,
            authority=self.office.authority,
            authority_code=self.department,
            decided_on=decided_on,
        )

    def decision(self, case: str) -> pb.StatementReference:
        """The statement that holds the decision of a case, or none there is."""
        held = self.case(case)
        found = held.told.decision_id if held else ""
        return pb.StatementReference(department=self.department, statement_id=found or "none")


def town_before(kind: str, steps: tuple[str, ...] = HEARD_STEPS) -> BanTown:
    """A town whose case C-1 awaits a step."""
    town = BanTown()
    if kind != steps[0]:
        town.walk("C-1", "ban_served" if kind in AFTER else steps[steps.index(kind) - 1], steps)
    return town


def reasons_of(faults: Iterable[Fault]) -> set[str]:
    """Why a step was refused; each message names an article, in brackets at its end."""
    for fault in faults:
        assert fault.message.endswith(")。"), fault
        assert ARTICLE.search(fault.message, _opening(fault.message)), fault
    return {ErrorReason.Name(fault.reason).removeprefix("ERROR_REASON_") for fault in faults}


def _opening(message: str) -> int:
    """Where the brackets open that close at the end of a message."""
    depth = 0
    for place in range(len(message) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(message[place], 0)
        if message[place] == "(" and not depth:
            return place
    return len(message)


def evidence(text: str) -> pb.Evidence:
    """A paper by its digest."""
    return pb.Evidence(sha256=sha256(text.encode()).digest(), title=text)


def service(on: str) -> pb.ServiceRecord:
    """A service in person on a day."""
    return pb.ServiceRecord(served_on=on, method=pb.SERVICE_METHOD_DIRECT, receipt=evidence("回证"))


def proposal(months: int = 24, code: str = "M-PRO-01", **more: Any) -> pb.BanProposal:
    """A ban by one measure for so many months."""
    return pb.BanProposal(
        category="E-51",
        severity=pb.SEVERITY_SERIOUS,
        measures=[pb.ProposedMeasure(measure_code=code, months=months, **more)],
        legal_basis=BASIS,
    )


def event(town: BanTown, case: str, until: str = "2028-11-10", **more: Any) -> pb.Event:
    """The decision of 2026-11-10 as credit information."""
    made = pb.Event(
        subject=town.subject(case),
        category="E-51",
        severity=pb.SEVERITY_SERIOUS,
        document=town.document(f"示财罚〔2026〕{case}号", "2026-11-10"),
        legal_basis=BASIS,
        evidence=[evidence("证据")],
    )
    setattr(made.measures.add(measure_code="M-PRO-01", until=until, **more), "from", "2026-11-10")
    return made


BODIES: Mapping[str, Callable[[BanTown, str], Any]] = {
    "ban_draft": lambda town, case: pb.BanDraft(
        case_number=case, subject=town.subject(case), filed_on="2026-10-12", facts="提供虚假材料",
        evidence=[evidence("材料")], proposal=proposal(), reason="情节严重", licensing_section=LICENSING,
    ),
    "ban_review": lambda town, case: pb.BanReview(
        case_number=case, lawful=True, opinion="适用法律正确", on="2026-10-14"
    ),
    "ban_notice": lambda town, case: pb.BanNotice(
        case_number=case, document=town.document("示财告〔2026〕1号", "2026-10-15"), announced=proposal(),
        service=service("2026-10-16"),
    ),
    "ban_defence": lambda town, case: pb.BanDefence(
        case_number=case, kind=pb.DEFENCE_KIND_SILENT, on="2026-10-26"
    ),
    "ban_hearing_notice": lambda town, case: pb.BanHearingNotice(
        case_number=case, document=town.document("示财听〔2026〕1号", "2026-10-20"), hearing_on="2026-10-30",
        place="二楼会议室", service=service("2026-10-20"),
    ),
    "ban_hearing": lambda town, case: pb.BanHearing(
        case_number=case, held_on="2026-10-30", record="无异议", opinion="维持", minutes=evidence("笔录")
    ),
    "ban_deliberation": lambda town, case: pb.BanDeliberation(
        case_number=case, on="2026-11-06", collective=True, members=["B-01", "B-31", "B-21"], agreed=True,
        opinion="同意", minutes=evidence("纪要"),
    ),
    "ban_decision": lambda town, case: pb.BanDecision(
        case_number=case, event=event(town, case), facts="提供虚假材料", reason="情节严重",
        consequences="不得参加政府采购活动", removal="期满终止, 可以申请信用修复",
        relief="六十日内申请行政复议或者六个月内提起诉讼",
        responsible_persons=[
            pb.ResponsiblePerson(name="某某", capacity=subject_pb2.CAPACITY_LEGAL_REP)
        ],
        repair_notice=town.document("示财修〔2026〕1号", "2026-11-10"),
    ),
    "ban_served": lambda town, case: pb.BanServed(
        target=town.decision(case), service=service("2026-11-12"), with_repair_notice=True
    ),
    "status_note": lambda town, case: pb.StatusNote(
        target=town.decision(case), status=pb.NOTED_STATUS_STAYED, effective_on="2026-11-16",
        document=town.document("示财停〔2026〕1号", "2026-11-16"), reason="复议机关决定",
    ),
    "lifting": lambda town, case: pb.Lifting(
        target=town.decision(case), effective_on="2026-11-20",
        document=town.document("示财解〔2026〕1号", "2026-11-20"), reason="已全面履行",
    ),
    "withdrawal": lambda town, case: pb.Withdrawal(target=town.decision(case), reason="决定有误"),
    "correction": lambda town, case: pb.Correction(
        target=town.decision(case), reason="文号笔误", replacement=event(town, case)
    ),
}  # fmt: skip
"""Each step as law wants it."""
