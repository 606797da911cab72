"""Ban cases and previews as people read them."""

from __future__ import annotations

from collections.abc import Iterable

from registry.v1 import ban_service_pb2 as service
from registry.v1 import statement_pb2 as pb
from registry_client.cli.output import print_facts, print_line, print_table
from registry_client.procedure_words import BAN_STATES, BAN_STEPS
from registry_client.results import verdict_word
from registry_client.words import DOMAINS, RELATIONS, ROLES, TENDERS, word_of


def print_case(response: service.GetCaseResponse) -> None:
    """A case: where it stands, the steps taken, what comes next and by when."""
    case = response.case
    print_line(f"案号 {case.case_number}  {word_of(BAN_STATES, case.state)}", style="bold")
    print_facts(
        (
            ("主体", case.subject.value),
            ("立案", case.filed_on),
            ("措施", measures_text(case.announced if case.HasField("announced") else case.proposal)),
            ("文书", case.decision.number),
            ("送达", case.served_on),
            ("可办", "、".join(word_of(BAN_STEPS, step) for step in response.next)),
        )
    )
    rows = [
        (word_of(BAN_STEPS, act.step), act.on, act.official_id, act.section, str(act.position))
        for act in case.acts
    ]
    print_table(("步骤", "日期", "人员", "内设机构", "序号"), rows, whole=("步骤", "日期", "序号"))
    if response.due:
        print_due(response.due)


def print_cases(cases: Iterable[service.BanCase]) -> None:
    """Cases, one a line."""
    rows = [
        (
            case.case_number,
            case.subject.value,
            word_of(BAN_STATES, case.state),
            case.filed_on,
            case.decision.number,
        )
        for case in cases
    ]
    print_table(("案号", "主体", "状态", "立案", "文书"), rows, whole=("案号", "主体", "立案"))


def print_due(items: Iterable[service.DueItem]) -> None:
    """What is due, and by when."""
    rows = [(item.reference, item.task, _due_text(item), item.official_id, item.basis) for item in items]
    if not rows:
        print_line("没有将到期或者逾期的事项。")
        return
    print_table(("案号", "事项", "期限", "人员", "依据"), rows, whole=("期限",))


def _due_text(item: service.DueItem) -> str:
    left = f"余{item.days_left}日" if item.days_left >= 0 else f"逾期{-item.days_left}日"
    doubt = "（节假日未公布）" if item.uncertain else ""
    return f"{item.due_on}\n{left}{doubt}"


def measures_text(proposal: pb.BanProposal) -> str:
    """Measures with their terms, and the list."""
    told = [f"{each.measure_code} {_term(each)}" for each in proposal.measures]
    if proposal.list_code:
        told.append(f"列入{proposal.list_code} {proposal.list_months}个月")
    return "；".join(told)


def print_preview(draft: pb.BanDraft, response: service.PreviewResponse) -> None:
    """What a ban would do: what would be refused, and which verdicts would change."""
    name = f"{draft.subject.name} {draft.case_number}".strip()
    print_line(f"{name}：{measures_text(draft.proposal)}", style="bold")
    for fault in response.faults:
        print_line(f"将被退回：{fault}")
    rows = [
        (
            word_of(DOMAINS, change.domain),
            word_of(ROLES, change.role),
            word_of(TENDERS, change.tender_kind) if change.tender_kind else "",
            f"{verdict_word(change.before)} → {verdict_word(change.after)}",
        )
        for change in response.changes
    ]
    if rows:
        print_table(("领域", "角色", "项目", "结论"), rows, title="结论的变化", whole=("结论",))
    else:
        print_line("没有结论改变。")
    related = [
        (
            each.subject.identifier.value,
            word_of(RELATIONS, each.subject.relation),
            word_of(DOMAINS, each.domain),
            f"{verdict_word(each.before)} → {verdict_word(each.after)}",
        )
        for each in response.related
    ]
    if related:
        print_table(("关联主体", "关系", "领域", "结论"), related, whole=("结论",))


def _term(measure: pb.ProposedMeasure) -> str:
    if measure.lifetime:
        return "终身"
    return f"{measure.months}个月" if measure.months else "状态存续期间"
