"""The steps of a ban case as a line of time: what was done, by whom, when, with which words; what is next.

Past steps are those of the case (``acts``), each with what its statement says, read once. Next are the steps
the registry names; then those that law still asks for on the way to the service of the decision.

Example: drafted and reviewed: 立案拟定 ✓, 法制审核 ✓, 告知 (next, with who may take it), 陈述申辩 … 送达.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp

from registry.v1 import ban_service_pb2 as ban
from registry.v1 import statement_pb2 as pb
from registry_client import procedure_words as procedure
from registry_client.words import CAPACITIES, word_of
from registry_web.console.pages.catalogue_rows import Rows
from registry_web.console.pages.separation import Standing

WAY = (
    ban.BAN_STEP_DRAFT, ban.BAN_STEP_REVIEW, ban.BAN_STEP_NOTICE, ban.BAN_STEP_DEFENCE,
    ban.BAN_STEP_HEARING_NOTICE, ban.BAN_STEP_HEARING, ban.BAN_STEP_DELIBERATION, ban.BAN_STEP_DECISION,
    ban.BAN_STEP_SERVICE,
)  # fmt: skip
_HEARING = frozenset({ban.BAN_STEP_HEARING_NOTICE, ban.BAN_STEP_HEARING})
_HEARD = frozenset({ban.BAN_STATE_HEARING_REQUESTED, ban.BAN_STATE_HEARING_NOTIFIED})
_OVER = frozenset({ban.BAN_STATE_REJECTED, ban.BAN_STATE_CLOSED})
STEP_OF_DEADLINE = {
    "hearing_request_after_notice": ban.BAN_STEP_DEFENCE,
    "hearing_notice_before_hearing": ban.BAN_STEP_HEARING,
    "penalty_decision_after_filing": ban.BAN_STEP_DECISION,
    "service_after_decision": ban.BAN_STEP_SERVICE,
}
_BRIEF = 36
Fact = tuple[str, str]
"""A label and what stands beside it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A step. ``state`` is done, now, late or empty (to come); ``facts`` are what its statement says."""

    step: int
    state: str
    act: ban.BanAct | None = None
    name: str = ""
    received: Timestamp | None = None
    facts: tuple[Fact, ...] = ()
    due: ban.DueItem | None = None
    standing: Standing | None = None

    @property
    def brief(self) -> tuple[str, ...]:
        """The first of what its statement says."""
        texts = [text for _, text in self.facts[:2]]
        return tuple(text if len(text) <= _BRIEF else f"{text[:_BRIEF]}…" for text in texts)


def statements_of(response: ban.GetCaseResponse) -> dict[int, tuple[pb.Statement, Timestamp]]:
    """The statements of a case that can be read, by position."""
    found = {}
    for each in response.statements:
        try:
            statement = pb.Statement.FromString(each.signed.envelope.payload)
        except DecodeError:
            continue
        found[each.position] = statement, each.received_time
    return found


def timeline(
    response: ban.GetCaseResponse,
    *,
    names: Mapping[str, str],
    rows: Rows,
    standings: Sequence[Standing],
) -> list[Row]:
    """The line of a case."""
    statements = statements_of(response)
    found = []
    for act in response.case.acts:
        said, received = statements.get(act.position, (None, None))
        facts = tuple(facts_of(said, rows, names)) if said is not None else ()
        found.append(Row(act.step, "done", act, names.get(act.official_id, ""), received, facts))
    due = {STEP_OF_DEADLINE.get(item.deadline, 0): item for item in response.due}
    for standing in standings:
        if standing.step in WAY:
            item = due.get(standing.step)
            state = "late" if item is not None and item.days_left < 0 else "now"
            found.append(Row(standing.step, state, due=item, standing=standing))
    named = {row.step for row in found}
    found += [Row(step, "", due=due.get(step)) for step in to_come(response.case) if step not in named]
    return found


def to_come(case: ban.BanCase) -> Iterator[int]:
    """The steps from where a case stands to the service of its decision."""
    if case.state in _OVER:
        return
    done = [WAY.index(act.step) for act in case.acts if act.step in WAY]
    last = max(done, default=-1)
    heard = case.state in _HEARD or case.defence == pb.DEFENCE_KIND_HEARING_REQUESTED
    for step in WAY[last + 1 :]:
        if step not in _HEARING or heard:
            yield step


def facts_of(statement: pb.Statement, rows: Rows, names: Mapping[str, str]) -> Iterator[Fact]:
    """What the statement of a step says, in words."""
    body = statement.WhichOneof("body") or ""
    said = getattr(statement, body, None)
    writer = _WRITERS.get(body)
    if writer is not None:
        for label, text in writer(said, rows, names):
            if text:
                yield label, text


def _draft(said: pb.BanDraft, _rows: Rows, _names: Mapping[str, str]) -> Iterator[Fact]:
    yield "立案日期", said.filed_on
    yield "事实", said.facts
    yield "处理理由", said.reason
    yield "证据", papers_text(said.evidence)
    yield "作出有关许可的内设机构", said.licensing_section
    yield "重大复杂", "是" if said.complex else ""


def _review(said: pb.BanReview, _rows: Rows, _names: Mapping[str, str]) -> Iterator[Fact]:
    yield "审核结论", "合法" if said.lawful else "不合法"
    yield "审核意见", said.opinion


def _notice(said: pb.BanNotice, rows: Rows, _names: Mapping[str, str]) -> Iterator[Fact]:
    yield "告知书", document_text(said.document)
    yield "拟作出", proposal_text(said.announced, rows)
    yield "送达", service_text(said.service)


def _defence(said: pb.BanDefence, _rows: Rows, _names: Mapping[str, str]) -> Iterator[Fact]:
    yield "当事人意见", word_of(procedure.DEFENCES, said.kind)
    yield "意见摘要", said.summary
    yield "复核和采纳情况", said.response
    yield "证据", papers_text(said.evidence)


def _hearing_notice(said: pb.BanHearingNotice, _rows: Rows, _names: Mapping[str, str]) -> Iterator[Fact]:
    yield "听证通知书", document_text(said.document)
    yield "听证日期", said.hearing_on
    yield "听证地点", said.place
    yield "送达", service_text(said.service)


def _hearing(said: pb.BanHearing, _rows: Rows, _names: Mapping[str, str]) -> Iterator[Fact]:
    yield "举行日期", said.held_on
    yield "当事人缺席", "是, 视为放弃听证" if said.absent else ""
    yield "听证笔录", said.record
    yield "听证意见", said.opinion
    yield "笔录文件", papers_text([said.minutes])


def _deliberation(said: pb.BanDeliberation, _rows: Rows, names: Mapping[str, str]) -> Iterator[Fact]:
    yield "讨论结论", "同意" if said.agreed else "不同意, 结案"
    yield "方式", "集体讨论" if said.collective else "审查"
    yield "参加人员", "、".join(f"{names.get(each, '')} {each}".strip() for each in said.members)
    yield "讨论意见", said.opinion
    yield "纪要", papers_text([said.minutes])
    yield "上级同意", document_text(said.upper_consent)


def _decision(said: pb.BanDecision, rows: Rows, _names: Mapping[str, str]) -> Iterator[Fact]:
    yield "决定书", document_text(said.event.document)
    yield "措施", measures_text(said.event, rows)
    yield "事实", said.facts
    yield "决定理由", said.reason
    yield "法律依据", "; ".join(said.event.legal_basis)
    persons = (f"{each.name}({word_of(CAPACITIES, each.capacity)})" for each in said.responsible_persons)
    yield "直接责任人员", "、".join(persons)
    yield "惩戒措施提示", said.consequences
    yield "移出条件和程序", said.removal
    yield "救济途径", said.relief
    yield "信用修复告知书", document_text(said.repair_notice)


def _served(said: pb.BanServed, _rows: Rows, _names: Mapping[str, str]) -> Iterator[Fact]:
    yield "送达", service_text(said.service)
    yield "信用修复告知书", "一并送达" if said.with_repair_notice else ""


def _note(said: pb.StatusNote, _rows: Rows, _names: Mapping[str, str]) -> Iterator[Fact]:
    yield "生效日期", said.effective_on
    yield "文书", document_text(said.document)
    yield "理由", said.reason


def _lifting(said: pb.Lifting, rows: Rows, _names: Mapping[str, str]) -> Iterator[Fact]:
    yield "解除的措施", rows.name(said.measure_code) if said.measure_code else "全部"
    yield "生效日期", said.effective_on
    yield "文书", document_text(said.document)
    yield "理由", said.reason


def _withdrawal(said: pb.Withdrawal, _rows: Rows, _names: Mapping[str, str]) -> Iterator[Fact]:
    yield "文书", document_text(said.document)
    yield "理由", said.reason


def _correction(said: pb.Correction, rows: Rows, _names: Mapping[str, str]) -> Iterator[Fact]:
    yield "更正为", measures_text(said.replacement, rows)
    yield "文书", document_text(said.replacement.document)
    yield "理由", said.reason


def _repair(said: pb.Repair, _rows: Rows, _names: Mapping[str, str]) -> Iterator[Fact]:
    yield "生效日期", said.effective_on
    yield "文书", document_text(said.document)
    yield "理由", said.reason


_WRITERS: Mapping[str, Callable[[Any, Rows, Mapping[str, str]], Iterator[Fact]]] = {
    "ban_draft": _draft, "ban_review": _review, "ban_notice": _notice, "ban_defence": _defence,
    "ban_hearing_notice": _hearing_notice, "ban_hearing": _hearing, "ban_deliberation": _deliberation,
    "ban_decision": _decision, "ban_served": _served, "status_note": _note, "lifting": _lifting,
    "withdrawal": _withdrawal, "correction": _correction, "repair": _repair, "repair_annulment": _repair,
}  # fmt: skip


def document_text(document: pb.Document) -> str:
    """A document in one line."""
    return ", ".join(filter(None, (document.number, document.authority, document.decided_on)))


def service_text(service: pb.ServiceRecord) -> str:
    """A service in one line."""
    if not service.served_on:
        return ""
    way = word_of(procedure.SERVICE_METHODS, service.method)
    return ", ".join(filter(None, (service.served_on, way, service.receipt.title)))


def papers_text(papers: Sequence[pb.Evidence]) -> str:
    """Papers by name and the beginning of their digest."""
    return "; ".join(f"{each.title} ({each.sha256.hex()[:12]}…)" for each in papers if each.sha256)


def proposal_text(proposal: pb.BanProposal, rows: Rows) -> str:
    """What is proposed, in one line."""
    told = [f"{rows.name(each.measure_code)} {term_text(each)}" for each in proposal.measures]
    if proposal.list_code:
        months = f" {proposal.list_months} 个月" if proposal.list_months else ""
        told.append(f"列入{rows.name(proposal.list_code)}{months}")
    return "; ".join(told)


def term_text(measure: pb.ProposedMeasure) -> str:
    """A proposed term."""
    if measure.lifetime:
        return "终身"
    return f"{measure.months} 个月" if measure.months else "状态存续期间"


def measures_text(event: pb.Event, rows: Rows) -> str:
    """What a decision imposes, with its days."""
    told = []
    for each in event.measures:
        last = "终身" if each.lifetime else each.until or "状态终止"
        told.append(f"{rows.name(each.measure_code)} {getattr(each, 'from')} 至 {last}")
    if event.list_code:
        told.append(f"列入{rows.name(event.list_code)} {event.effective_from} 至 {event.effective_until}")
    return "; ".join(told)
