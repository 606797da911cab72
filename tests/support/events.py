"""Events as departments state them: penalties, bans, entries on lists, licences, honours, and what follows.

Builders answer messages that the registry admits as they are; a test changes the one thing it is about.
Every firm and person is fictional: codes carry DEM, region 130999 was never given out.

Example: ``spine.say("财政", "ban", event=ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2028-03-01"))``.
"""

from __future__ import annotations

import itertools
import re
from datetime import date
from typing import Any

from demo.departments import DEPARTMENTS, OPERATOR, Department, Office
from registry.commands.jobs import Outcome, Placed
from registry.commands.submission import Rejection
from registry.domain.faults import Fault
from registry.domain.identifiers import (
    organisation_code_check_character,
    organisation_code_of,
    resident_id_check_character,
    uscc_check_character,
)
from registry.sanctions.verdict import Decision
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2, verdict_pb2
from registry.v1.subject_pb2 import Subject, SubjectKind
from tests.support.spine import Spine

_DEPARTMENTS = {department.key: department for department in (*DEPARTMENTS, OPERATOR)}
_PREFIXES = {
    subject_pb2.SUBJECT_KIND_ENTERPRISE: "91",
    subject_pb2.SUBJECT_KIND_NON_LEGAL_ORG: "91",
    subject_pb2.SUBJECT_KIND_BRANCH: "91",
    subject_pb2.SUBJECT_KIND_SOLE_TRADER: "92",
    subject_pb2.SUBJECT_KIND_COOP: "93",
    subject_pb2.SUBJECT_KIND_INSTITUTION: "12",
    subject_pb2.SUBJECT_KIND_SOCIAL_ORG: "51",
    subject_pb2.SUBJECT_KIND_GOV_ORGAN: "11",
}
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_PART_OF_A_PERSONAL_NUMBER = re.compile(r"\d{9,}")
_numbers = itertools.count(10_000)
_documents = itertools.count(2)


# --- subjects -------------------------------------------------------------------------------------


def firm(number: int, kind: SubjectKind.ValueType = subject_pb2.SUBJECT_KIND_ENTERPRISE) -> Subject:
    """An organisation of a kind; the same number is the same firm."""
    organisation = f"DEM{number:05d}"
    body = f"{_PREFIXES[kind]}130902{organisation}{organisation_code_check_character(organisation)}"
    identifier = subject_pb2.Identifier(
        type=subject_pb2.IDENTIFIER_TYPE_USCC, value=body + uscc_check_character(body)
    )
    return Subject(identifier=identifier, kind=kind, name=f"沧州第{number}号(示例)有限公司")


def person(number: int) -> Subject:
    """A natural person; the same number is the same person."""
    born = date.fromordinal(date(1970, 1, 1).toordinal() + number // 900)
    body = f"130999{born:%Y%m%d}{number % 900 + 100}"
    identifier = subject_pb2.Identifier(
        type=subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID, value=body + resident_id_check_character(body)
    )
    return Subject(identifier=identifier, kind=subject_pb2.SUBJECT_KIND_NATURAL_PERSON, name="示例某")


def new_firm(kind: SubjectKind.ValueType = subject_pb2.SUBJECT_KIND_ENTERPRISE) -> Subject:
    """An organisation that no other test has named."""
    return firm(next(_numbers), kind)


def new_person() -> Subject:
    """A natural person whom no other test has named."""
    return person(next(_numbers))


# --- documents and events -------------------------------------------------------------------------


def office(key: str) -> Office:
    """The office of a department by its short name (财政 …)."""
    return _DEPARTMENTS[key].office


def document(key: str, decided_on: str, number: str = "") -> pb.Document:
    """A decision of the department's own."""
    department = _DEPARTMENTS[key]
    return pb.Document(
        number=number or f"{department.prefix}罚字〔{decided_on[:4]}〕1号",
        authority=department.office.name,
        authority_code=department.office.code,
        decided_on=decided_on,
    )


def event(key: str, subject: Subject, category: str, decided_on: str, **more: Any) -> pb.Event:
    """An event of a category with its document. One that enters a list or imposes measures has a document of
    its own, for a document does so once."""
    once = more.keys() & {"list_code", "measures"}
    number = f"{_DEPARTMENTS[key].prefix}罚字〔{decided_on[:4]}〕{next(_documents)}号" if once else ""
    paper = document(key, decided_on, number)
    legal_basis = ["示例法 第一条"]
    return pb.Event(
        **{"subject": subject, "category": category, "document": paper, "legal_basis": legal_basis, **more}
    )


def fields(**values: str) -> list[pb.Field]:
    """Content of an event by the names of its fields: ``fields(cflb="罚款", nr_fk="250")``, in 万元."""
    return [pb.Field(name=name, value=value) for name, value in values.items()]


def penalty(key: str, subject: Subject, decided_on: str = "2026-03-01", **more: Any) -> pb.Event:
    """A penalty (行政处罚): a warning, unless the content says another; without measures it restricts
    nothing."""
    return event(key, subject, "E-03-CF", decided_on, **{"content": fields(cflb="警告"), **more})


def fined(key: str, subject: Subject, decided_on: str, units: str, **more: Any) -> pb.Event:
    """A penalty that fines so many 万元 (罚款)."""
    return penalty(key, subject, decided_on, content=fields(cflb="罚款", nr_fk=units), **more)


def judgment(subject: Subject, decided_on: str, number: str, **more: Any) -> pb.Event:
    """A judgment of the court (司法裁判) under a case number."""
    return event("法院", subject, "E-02", decided_on, document=document("法院", decided_on, number), **more)


def imposed(code: str, first: str, until: str = "", **more: Any) -> pb.ImposedMeasure:
    """A measure that a document imposes, from and until the days named."""
    return pb.ImposedMeasure(**{"measure_code": code, "from": first, "until": until, **more})


def ban(key: str, subject: Subject, code: str, first: str, until: str = "", **more: Any) -> pb.Event:
    """A decided ban (市场禁入决定) whose document is of its first day."""
    return event(key, subject, "E-51", first, measures=[imposed(code, first, until, **more)])


def list_entry(
    key: str, subject: Subject, code: str, listed_on: str, until: str = "", **more: Any
) -> pb.Event:
    """An entry on a list (列入名单), decided on the day of listing."""
    fields = {"list_code": code, "effective_from": listed_on, "effective_until": until, **more}
    return event(key, subject, "E-05" if code == "L-90" else "E-06", listed_on, **fields)


def licence(key: str, subject: Subject, decided_on: str = "2020-01-15") -> pb.Event:
    """A licence (行政许可): makes a subject known and restricts nothing."""
    return event(key, subject, "E-03-XK", decided_on, legal_basis=[], effective_until="2099-12-31")


def registered(subject: Subject, decided_on: str = "2020-01-15") -> pb.Event:
    """What 市场监管 has on its own register (登记注册基本信息): the subject's name is settled by it."""
    return event("市场监管", subject, "E-01", decided_on, legal_basis=[])


# --- statements about statements ------------------------------------------------------------------


def target(key: str, statement_id: str) -> pb.StatementReference:
    """A statement of a department by its id."""
    return pb.StatementReference(department=office(key).code, statement_id=statement_id)


def withdrawal(key: str, statement_id: str, **more: Any) -> pb.Withdrawal:
    """The target is treated as never made (撤回)."""
    return pb.Withdrawal(**{"target": target(key, statement_id), "reason": "原决定被撤销", **more})


def correction(key: str, statement_id: str, replacement: pb.Event, **more: Any) -> pb.Correction:
    """The target is replaced (更正)."""
    fields = {"target": target(key, statement_id), "replacement": replacement, "reason": "录入有误"}
    return pb.Correction(**{**fields, **more})


def repair(key: str, statement_id: str, effective_on: str, decided_on: str = "", **more: Any) -> pb.Repair:
    """The entry ends early (信用修复), by a decision of the day on which it takes effect."""
    fields = {"document": document(key, decided_on or effective_on), "effective_on": effective_on}
    return pb.Repair(**{"target": target(key, statement_id), "reason": "已履行义务", **fields, **more})


def lifting(key: str, statement_id: str, effective_on: str, measure: str = "", **more: Any) -> pb.Lifting:
    """A measure of the target, or every one, ends by a decision of the day on which it ends (解除)."""
    fields = {"measure_code": measure, "document": document(key, effective_on), "effective_on": effective_on}
    return pb.Lifting(**{"target": target(key, statement_id), "reason": "义务已履行", **fields, **more})


def note(
    key: str,
    statement_id: str,
    status: pb.NotedStatus.ValueType,
    effective_on: str,
    *,
    by: str = "",
    **more: Any,
) -> pb.StatusNote:
    """What befell the target of a department (标注); ``by`` whom it is noted, if not by the department."""
    fields: dict[str, Any] = {"status": status, "effective_on": effective_on, "reason": "申请人已申请"}
    if status in (pb.NOTED_STATUS_STAYED, pb.NOTED_STATUS_RESUMED):
        fields["document"] = document(by or key, effective_on)
    return pb.StatusNote(**{"target": target(key, statement_id), **fields, **more})


def stay(key: str, statement_id: str, effective_on: str, **more: Any) -> pb.StatusNote:
    """Execution of the target is stayed (中止执行)."""
    return note(key, statement_id, pb.NOTED_STATUS_STAYED, effective_on, **more)


def resumption(key: str, statement_id: str, effective_on: str, **more: Any) -> pb.StatusNote:
    """It goes on (恢复执行)."""
    return note(key, statement_id, pb.NOTED_STATUS_RESUMED, effective_on, **more)


def objection(key: str, statement_id: str, effective_on: str, **more: Any) -> pb.StatusNote:
    """The target is objected to (异议)."""
    return note(key, statement_id, pb.NOTED_STATUS_OBJECTED, effective_on, **more)


def erasure(key: str, statement_id: str, *, by: str = "", **more: Any) -> pb.Erasure:
    """The content of the target, and of what hangs together with it, is erased by law (删除)."""
    fields = {"document": document(by or key, "2026-04-01"), "legal_basis": ["个人信息保护法 第四十七条"]}
    return pb.Erasure(**{"target": target(key, statement_id), "reason": "保存期限届满", **fields, **more})


# --- identity -------------------------------------------------------------------------------------


def old_code(subject: Subject) -> subject_pb2.Identifier:
    """The organisation code (组织机构代码) that lies in a firm's USCC."""
    value = organisation_code_of(subject.identifier.value)
    return subject_pb2.Identifier(type=subject_pb2.IDENTIFIER_TYPE_ORGANISATION_CODE, value=value)


def link(
    kind: pb.SubjectLinkKind.ValueType,
    source: Subject | subject_pb2.Identifier,
    goal: Subject,
    effective_on: str = "",
    **more: Any,
) -> pb.SubjectLink:
    """Two codes belong together (主体关联), as 市场监管 states."""
    identifier = source.identifier if isinstance(source, Subject) else source
    fields = {"from": identifier, "to": goal.identifier, "effective_on": effective_on}
    paper = document("市场监管", effective_on or "2020-01-15", "沧示登字〔2020〕1号")
    return pb.SubjectLink(**{"kind": kind, "reason": "变更登记", "document": paper, **fields, **more})


def succession(old: Subject, new: Subject, effective_on: str = "", **more: Any) -> pb.SubjectLink:
    """A subject goes on under a new code (换码)."""
    return link(pb.SUBJECT_LINK_KIND_SUCCESSION, old, new, effective_on, **more)


def merger(absorbed: Subject, goes_on: Subject, effective_on: str = "", **more: Any) -> pb.SubjectLink:
    """A subject is absorbed by another (合并)."""
    return link(pb.SUBJECT_LINK_KIND_MERGER, absorbed, goes_on, effective_on, **more)


def branch_of(branch: Subject, parent: Subject, effective_on: str = "", **more: Any) -> pb.SubjectLink:
    """A branch belongs to a legal person (分支机构)."""
    return link(pb.SUBJECT_LINK_KIND_BRANCH, branch, parent, effective_on, **more)


def alternate(code: subject_pb2.Identifier, goal: Subject, **more: Any) -> pb.SubjectLink:
    """A code of before the USCC leads to a subject (旧码)."""
    return link(pb.SUBJECT_LINK_KIND_ALTERNATE, code, goal, **more)


def ruling(subject: Subject, *names: str, **more: Any) -> pb.NameRuling:
    """Names that a code rightly bears (名称认定)."""
    return pb.NameRuling(**{"subject": subject.identifier, "names": names, "reason": "核对登记档案", **more})


# --- lists, red lists, the directory --------------------------------------------------------------


def delivery(list_code: str, as_of: str) -> pb.Delivery:
    """A list is delivered up to a day (报送说明)."""
    return pb.Delivery(list_code=list_code, as_of=as_of)


def candidacy(
    key: str, subject: Subject, list_code: str, first: str, last: str, **more: Any
) -> pb.RedListCandidacy:
    """A candidate for a red list, publicised on the days named (公示)."""
    fields: dict[str, Any] = {"publicised_from": first, "publicised_until": last, "list_code": list_code}
    fields |= {"document": document(key, first), "legal_basis": ["国发〔2016〕33号"]}
    return pb.RedListCandidacy(**{"subject": subject, **fields, **more})


def grant(key: str, statement_id: str, first: str, until: str = "", **more: Any) -> pb.RedListGrant:
    """A candidate is granted the red list (列入守信激励名单)."""
    fields = {"document": document(key, first), "from": first, "until": until}
    return pb.RedListGrant(**{"target": target(key, statement_id), **fields, **more})


def registration(key: str, **more: list[str]) -> pb.DepartmentRegistration:
    """The department's registration with more kinds, categories, lists or measures in it."""
    department: Department = _DEPARTMENTS[key]
    registered = department.registration()
    for field, values in more.items():
        holder: Any = registered if field == "kinds" else registered.mandate
        getattr(holder, field).extend(values)
    return registered


# --- outcomes and questions -----------------------------------------------------------------------


def placed(outcome: Outcome) -> int:
    """The position of a statement that must have been admitted."""
    assert isinstance(outcome, Placed), outcome
    return outcome.position


def faults(outcome: Outcome) -> tuple[Fault, ...]:
    """Every fault of a statement that must have been refused."""
    assert isinstance(outcome, Rejection), outcome
    return outcome.faults


def refusal(outcome: Outcome) -> set[tuple[str, str]]:
    """Reason and field of every fault of a statement that must have been refused.

    Each is told in Chinese and without a personal number, or as much of one as would name somebody."""
    for fault in faults(outcome):
        assert _CHINESE.search(fault.message), fault
        assert not _PART_OF_A_PERSONAL_NUMBER.search(fault.message), fault
    return {(fault.name, fault.field) for fault in faults(outcome)}


def ask(spine: Spine, subject: Subject, *question: Any, **more: Any) -> Decision:
    """The verdict on a subject, see ``Spine.ask``."""
    identifier = subject.identifier
    return spine.ask(identifier.value, *question, kind=identifier.type, **more)


def statuses(decision: Decision) -> dict[str, str]:
    """Where each hit stands: ``{"M-PRO-01": "IN_FORCE"}``."""
    return {
        hit.restriction.measure.code: verdict_pb2.HitStatus.Name(hit.status).removeprefix("HIT_STATUS_")
        for hit in decision.hits
    }


def told(decision: Decision) -> tuple[str, dict[str, str]]:
    """A verdict in words: ``("CLEAR", {"M-PRO-01": "INFORMATION OTHER_ROLE"})``."""
    hits = {
        hit.restriction.measure.code: " ".join(
            [
                verdict_pb2.HitEffect.Name(hit.effect).removeprefix("HIT_EFFECT_"),
                *(verdict_pb2.HitReason.Name(reason).removeprefix("HIT_REASON_") for reason in hit.reasons),
            ]
        )
        for hit in decision.hits
    }
    verdict = verdict_pb2.Verdict.Name(decision.verdict).removeprefix("VERDICT_")
    if decision.indeterminate:
        reason = verdict_pb2.IndeterminateReason.Name(decision.indeterminate)
        verdict += " " + reason.removeprefix("INDETERMINATE_REASON_")
    return verdict, hits
