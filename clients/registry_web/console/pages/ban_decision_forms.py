"""The forms that make or change a decision (决定, 更正), and of what befalls it afterwards.

A decision is what was announced, with its days: each measure with its first and last day and, where law
counts from elsewhere, the day of reckoning. Texts that law asks for in every decision begin with a draft. A
correction begins from the decision as it stands, and changes only what its form asks for; stay, resumption
and lifting are a document, a day and a reason (status notes, liftings, withdrawals about the decision).

Example: announced for 24 months, decided on 2026-10-20: 2026-10-20 to 2028-10-20 is filled in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from google.protobuf.message import Message

from registry.domain.periods import add_months
from registry.v1 import statement_pb2 as pb
from registry.v1.subject_pb2 import SUBJECT_KIND_NATURAL_PERSON
from registry_client.words import CAPACITIES
from registry_web.console.pages.ban_matter import Matter
from registry_web.console.pages.forms import (
    Answers,
    Field,
    choices_of,
    document_fields,
    document_of,
    prefilled,
)

PERSONS = 3


def _terms(matter: Matter, first: date) -> list[Field]:
    """The days of each measure announced, counted from a day."""
    fields = []
    for index, measure in enumerate(matter.announced.measures):
        until = add_months(first, measure.months).isoformat() if measure.months else ""
        fields += _term(
            matter,
            index,
            measure.measure_code,
            (first.isoformat(), until, ""),
            ended=not measure.lifetime and bool(measure.months),
        )
    if matter.announced.list_code:
        months = matter.announced.list_months
        until = add_months(first, months).isoformat() if months else ""
        fields += _entry(matter, matter.announced.list_code, first.isoformat(), until)
    return fields


def _standing_terms(matter: Matter, event: pb.Event) -> list[Field]:
    """The days of what a decision imposes as it stands, which may be less than was announced."""
    fields = []
    for index, held in enumerate(event.measures):
        days = (getattr(held, "from"), held.until, held.anchor_on)
        fields += _term(matter, index, held.measure_code, days, ended=bool(held.until))
    if event.list_code:
        fields += _entry(matter, event.list_code, event.effective_from, event.effective_until)
    return fields


def _term(matter: Matter, index: int, code: str, days: tuple[str, str, str], *, ended: bool) -> list[Field]:
    """First and last day of a measure and its day of reckoning; ``ended``: it has a last day."""
    told = next((_told(each) for each in matter.announced.measures if each.measure_code == code), "")
    bounds = matter.rows.measures.get(code)
    law = f"|; 法定期限|{bounds.term_text.replace(' ', '|')}" if bounds else ""
    begin, end, anchor = days
    return [
        Field(f"m{index}", f"{code} {matter.rows.name(code)}", "head", hint=f"告知期限|{told}{law}"),
        Field(f"m{index}_from", "起始日期", "day", value=begin),
        Field(
            f"m{index}_until", "终止日期(含当日)", "day", value=end, required=ended,
            hint="" if ended else "终身的或者随状态终止的不填。",
        ),
        Field(f"m{index}_anchor", "法律规定的起算日", "day", required=False, value=anchor,
              hint="期限不自决定之日起算的填写, 如刑罚执行完毕之日。"),
    ]  # fmt: skip


def _told(measure: pb.ProposedMeasure) -> str:
    """An announced term, in pieces."""
    return "终身" if measure.lifetime else f"{measure.months}|个月" if measure.months else "不定期"


def _entry(matter: Matter, code: str, begin: str, end: str) -> list[Field]:
    """The days of an entry on a list."""
    return [
        Field("list", f"列入|{matter.rows.name(code)}", "head"),
        Field("list_from", "列入日期", "day", value=begin),
        Field("list_until", "列入期满日", "day", value=end, required=False),
    ]


def _event(matter: Matter, answers: Answers, document: pb.Document) -> pb.Event:
    """The decision as credit information: what was announced, with the days filled in."""
    announced = matter.announced
    event = pb.Event(
        subject=matter.draft.subject,
        category=announced.category,
        severity=announced.severity,
        document=document,
        legal_basis=answers.lines("legal_basis") or announced.legal_basis,
        evidence=matter.draft.evidence,
        list_code=announced.list_code,
        effective_from=answers["list_from"],
        effective_until=answers["list_until"],
    )
    for index, measure in enumerate(announced.measures):
        imposed = event.measures.add(
            measure_code=measure.measure_code, lifetime=measure.lifetime, capacity=measure.capacity
        )
        if measure.HasField("scope"):
            imposed.scope.CopyFrom(measure.scope)
        _put_days(imposed, answers, index)
    return event


def _put_days(imposed: pb.ImposedMeasure, answers: Answers, index: int) -> None:
    setattr(imposed, "from", answers[f"m{index}_from"])
    imposed.until, imposed.anchor_on = answers[f"m{index}_until"], answers[f"m{index}_anchor"]


def decision_fields(matter: Matter) -> list[Field]:
    """What a decision asks for."""
    day = matter.today.isoformat()
    persons = []
    if matter.case.subject_kind != SUBJECT_KIND_NATURAL_PERSON:
        persons.append(Field("persons", "直接责任人员", "head", hint="组织须写明; 自然人不写。"))
        for index in range(PERSONS):
            persons += [
                Field(f"person{index}", f"姓名|{index + 1}", required=not index),
                Field(
                    f"capacity{index}", f"身份|{index + 1}", "choice", required=not index,
                    choices=choices_of(CAPACITIES),
                ),
            ]  # fmt: skip
    return [
        *document_fields("document", "决定书", day=day),
        *_terms(matter, matter.today),
        Field("content", "决定书的内容", "head", hint="行政处罚法 第五十九条; 国办发〔2020〕49号"),
        Field("facts", "违法事实", "area", value=matter.draft.facts, rows=4),
        Field("reason", "决定理由", "area", value=matter.draft.reason),
        Field("legal_basis", "法律依据", "lines", value="\n".join(matter.announced.legal_basis),
              hint="一行一条, 法律名称和条款。"),
        *persons,
        Field("consequences", "惩戒措施提示", "area",
              value="期限内不得从事决定所禁止的活动; 有关信息依法公示、共享, 各有关部门、系统据此限制。"),
        Field("removal", "移出条件和程序", "area",
              value="期满自动终止; 全面履行义务、纠正失信行为后, 可以向本机关申请信用修复, 依法提前解除。"),
        Field("relief", "救济途径", "area",
              value="自收到决定书之日起六十日内可以申请行政复议, 或者六个月内提起行政诉讼。"),
        Field("repair", "信用修复告知书(两书同达)", "head"),
        *document_fields("repair_notice", "信用修复告知书", day=day),
    ]  # fmt: skip


def decision(matter: Matter, answers: Answers) -> Message:
    """The decision that was filled in."""
    persons = [
        pb.ResponsiblePerson(name=answers[f"person{index}"], capacity=_capacity(answers, index))
        for index in range(PERSONS)
        if answers[f"person{index}"]
    ]
    return pb.BanDecision(
        case_number=matter.case.case_number,
        event=_event(matter, answers, matter.document(answers, "document")),
        facts=answers["facts"],
        responsible_persons=persons,
        consequences=answers["consequences"],
        removal=answers["removal"],
        relief=answers["relief"],
        repair_notice=matter.document(answers, "repair_notice"),
        reason=answers["reason"],
    )


def _capacity(answers: Answers, index: int) -> Any:
    return answers.number(f"capacity{index}")


def after_fields(what: str, *, authority: bool = False) -> Callable[[Matter], list[Field]]:
    """A document, its first day and the reason; with the authority, which may be one that is relayed."""

    def fields(matter: Matter) -> list[Field]:
        day = matter.today.isoformat()
        own = {"document_authority": matter.department.name, "document_code": matter.department.code}
        found = [
            *prefilled(document_fields("document", what, day=day, authority=authority), own),
            Field("effective_on", "生效日期", "day", value=day),
            Field("reason", "理由", "area"),
        ]
        measures = matter.decision.event.measures
        if what == "解除决定书" and len(measures) > 1:
            choices = {each.measure_code: matter.rows.name(each.measure_code) for each in measures}
            found.insert(0, Field("measure", "只解除这一措施", "choice", required=False, choices=choices))
        return found

    return fields


def note(status: pb.NotedStatus.ValueType) -> Callable[[Matter, Answers], Message]:
    """A note of this status about the decision."""

    def body(matter: Matter, answers: Answers) -> Message:
        return pb.StatusNote(
            target=matter.target,
            status=status,
            effective_on=answers["effective_on"],
            document=matter.document(answers, "document"),
            reason=answers["reason"],
        )

    return body


def lifting(matter: Matter, answers: Answers) -> Message:
    """The lifting that was filled in."""
    return pb.Lifting(
        target=matter.target,
        measure_code=answers["measure"],
        document=matter.document(answers, "document"),
        effective_on=answers["effective_on"],
        reason=answers["reason"],
    )


def revocation_fields(matter: Matter) -> list[Field]:
    """What a revocation asks for."""
    return [
        Field("reason", "撤销理由", "area"),
        Field("paper", "撤销所依据的文书", "head", hint="复议、诉讼或者自行纠正的文书, 有则填写。"),
        *document_fields("document", "文书", required=False, authority=True),
    ]


def revocation(matter: Matter, answers: Answers) -> Message:
    """The revocation that was filled in."""
    body = pb.Withdrawal(target=matter.target, reason=answers["reason"])
    if answers["document_number"]:
        body.document.CopyFrom(document_of(answers, "document", authority="", code=""))
    return body


def correction_fields(matter: Matter) -> list[Field]:
    """What a correction asks for."""
    event = matter.decision.event
    decided = event.document
    return [
        *document_fields("document", "更正后的决定书", number=decided.number, day=decided.decided_on),
        *_standing_terms(matter, event),
        Field("legal_basis", "法律依据", "lines", value="\n".join(event.legal_basis)),
        Field("reason", "更正理由", "area", hint="更正不得重于告知的内容。"),
    ]


def begun_anew(fields: list[Field], answers: Answers) -> Answers:
    """A correction whose decision was corrected after its form was opened, begun from what stands now, with
    the reason that was typed. The days with which the form began would undo what its signer never saw."""
    found = Answers.initial(fields)
    found.texts["reason"] = answers["reason"]
    first = fields[0]
    found.fault(first.name, first.label, "决定在此期间已经变更, 以下是现在的内容, 请重新填写")
    return found


def correction(matter: Matter, answers: Answers) -> Message:
    """The correction that was filled in. What the form does not ask for stays as decided: a decision may be
    lighter than what was announced, and nobody makes it heavier by correcting its articles."""
    replacement = pb.Event()
    replacement.CopyFrom(matter.decision.event)
    replacement.document.number = answers["document_number"]
    replacement.document.decided_on = answers["document_day"]
    if articles := answers.lines("legal_basis"):
        replacement.legal_basis[:] = articles
    for index, imposed in enumerate(replacement.measures):
        _put_days(imposed, answers, index)
    if replacement.list_code:
        replacement.effective_from, replacement.effective_until = answers["list_from"], answers["list_until"]
    return pb.Correction(target=matter.target, replacement=replacement, reason=answers["reason"])
