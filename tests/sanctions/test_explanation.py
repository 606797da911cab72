"""The verdict step by step: the same as the verdict, with what held and what failed, for whom it is meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files
from random import Random
from typing import Any

import pytest

from registry.access.identity import Caller
from registry.editions import current_edition
from registry.sanctions.cases.case import Case
from registry.sanctions.cases.rows import read_cases
from registry.sanctions.cases.scratch import ScratchLedger
from registry.sanctions.explanation.conclusion import conclusion_of
from registry.sanctions.explanation.explained import FAILED, HELD, UNSETTLED, Explained, effect_of
from registry.sanctions.explanation.steps import Step, steps_of
from registry.sanctions.parties import parties_of
from registry.sanctions.verdict import Decision, Question
from registry.v1 import restriction_service_pb2 as service
from registry.v1 import subject_pb2 as pb
from registry.v1 import verdict_pb2
from tests.support.clock import instant_ms
from tests.support.events import (
    ban,
    branch_of,
    correction,
    fined,
    licence,
    list_entry,
    new_firm,
    placed,
    repair,
    stay,
    withdrawal,
)
from tests.support.spine import ORIGIN, ROLE_OF_DOMAIN, TODAY, Spine

EDITION = current_edition()
SOME_FACTS = "具备上列法定情形之一"
IN_FORCE = "所问之日生效"
STILL_RECORDED = "截至已知序号仍在登记"
VERDICTS: dict[int, str] = {
    verdict_pb2.VERDICT_CLEAR: "未见限制",
    verdict_pb2.VERDICT_REVIEW: "需研判",
    verdict_pb2.VERDICT_BLOCKED: "禁止",
    verdict_pb2.VERDICT_INDETERMINATE: "无法判定",
}


# --- the same as the verdict, whatever is asked ---------------------------------------------------


def shipped_cases() -> list[Case]:
    """The cases of the edition whose statements are all admitted: a history of nearly every kind."""
    directory = files("registry.sanctions").joinpath("editions", EDITION.label, "cases")
    found = read_cases({file.name: file.read_text("utf-8") for file in directory.iterdir()}, EDITION)
    return [case for case in found if not case.expected.refused]


def questions(case: Case, chance: Random) -> Iterator[Question]:
    """The case's own question, and others about the same subject."""
    yield case.question
    for _ in range(12):
        yield replace(
            case.question,
            role=chance.choice([case.question.role, *pb.SubjectRole.values()]),
            tender_kind=chance.choice(pb.TenderKind.values()),
            region=chance.choice(["", case.question.region, "130902", "110000"]),
            industry=chance.choice(["", case.question.industry, "E47", "C13"]),
            activity=chance.choice(["", case.question.activity, "FOOD"]),
            domain=chance.choice([case.question.domain] * 4 + pb.Domain.values()),
            day=case.question.day + timedelta(days=chance.choice([0, 0, -1, 1, -700, 700, 2000])),
        )


@pytest.mark.parametrize("everything", [True, False], ids=["for a department", "for a system"])
def test_steps_that_counted_are_the_hits_of_the_verdict_and_their_clauses_give_its_effect(
    everything: bool,
) -> None:
    chance, met = Random(20261123), Counter[str]()
    for case in shipped_cases():
        ledger = ScratchLedger(EDITION)
        for stated in case.steps:
            ledger.fold(stated.statement, stated.day)
        ledger.deliver(EDITION.required_lists(case.question.domain), case.question.day)
        for question in questions(case, chance):
            position = chance.choice(
                [ledger.position, ledger.position, chance.randrange(ledger.position + 1)]
            )
            decision = ledger.decide(case.about, question, position)
            steps = explained(ledger, case, question, position, everything)
            assert tuple(step.hit for step in steps if step.counted) == decision.hits, case.name
            assert concluded(ledger, case, question, position) == VERDICTS[decision.verdict], case.name
            for step in steps:
                met[told(step)] += 1
                assert effect_of(step.clauses) == step.hit.effect, (case.name, step)
                assert step.counted or everything, (case.name, step)
    effects = {"BLOCKS", "NEEDS_REVIEW", "INFORMATION"}
    assert effects | ({"not counted"} if everything else set()) == met.keys()
    assert min(met.values()) > 100, met  # Every kind of step was met often.


def explained(
    ledger: ScratchLedger, case: Case, question: Question, position: int, everything: bool
) -> tuple[Step, ...]:
    """The steps to the verdict on a case's subject."""
    record = ledger.record(case.about)
    related = []
    if record is not None:
        parties = parties_of(record, ledger.subject, position=position, day=question.day)
        related = [(party.relation, ledger.subject(party.ref)) for party in parties[1:]]
    return steps_of(
        question, record, position=position, edition=EDITION, related=related, everything=everything
    )


def concluded(ledger: ScratchLedger, case: Case, question: Question, position: int) -> str:
    """The verdict that the last line of the conclusion names."""
    connections = ledger.directory.connections(position)
    lines = conclusion_of(
        ledger.decide(case.about, question, position),
        question,
        ledger.record(case.about),
        position=position,
        edition=EDITION,
        connected=connections.on(question.day),
        delivered=ledger.sources.known(position, connections),
    )
    return lines[-1].removeprefix("结论: ").partition("。")[0]


def told(step: Step) -> str:
    name = verdict_pb2.HitEffect.Name(step.hit.effect).removeprefix("HIT_EFFECT_")
    return name if step.counted else "not counted"


# --- single steps, in a registry ------------------------------------------------------------------

Told = dict[str, tuple[str, str]]
"""Text of a clause → outcome and what was compared."""


def steps(
    spine: Spine,
    subject: pb.Subject,
    domain: pb.Domain.ValueType = pb.DOMAIN_PROCUREMENT,
    *,
    on: date = TODAY,
    everything: bool = True,
    **facts: Any,
) -> tuple[Step, ...]:
    """The steps to the verdict on a subject as a bidder, as the registry takes them."""
    ask = spine.engine.ask
    purpose = service.Purpose(domain=domain)
    caller = Caller(ROLE_OF_DOMAIN[domain], "asker", ORIGIN)
    stated = service.Matter(**{"role": pb.SUBJECT_ROLE_BIDDER, **facts})
    matter = ask.matter(caller, purpose, stated, position=spine.position, valid_ms=instant_ms(on))
    record = ask.record(ask.find(subject.identifier.type, subject.identifier.value), matter)
    assert record is not None
    return steps_of(
        matter.question,
        record,
        position=matter.position,
        edition=matter.edition,
        related=ask.related(record, matter),
        everything=everything,
    )


def clauses(step: Step) -> Told:
    """The clauses of a step, for reading."""
    name = service.ClauseOutcome.Name
    return {
        each.text: (name(each.outcome).removeprefix("CLAUSE_OUTCOME_"), each.detail) for each in step.clauses
    }


def only(found: tuple[Step, ...]) -> Step:
    (step,) = found
    return step


def test_department_sees_that_a_fine_is_below_the_sum_of_the_statute_and_a_system_sees_nothing(
    spine: Spine,
) -> None:
    subject = new_firm()
    placed(spine.say("市场监管", event=fined("市场监管", subject, "2026-03-01", "50")))
    step = only(steps(spine, subject))
    assert (step.hit.restriction.measure.code, step.counted) == ("M-PRO-04", False)
    assert step.hit.status == verdict_pb2.HIT_STATUS_UNSPECIFIED  # There is nothing that could be in force.
    found = clauses(step)
    fine = next(text for text in found if text.startswith("情形2: 罚款200万元以上"))
    assert found[fine] == ("FAILED", "记载的罚款: 50万元")
    assert found[SOME_FACTS][0] == "FAILED"
    assert steps(spine, subject, everything=False) == ()


def test_fine_that_reaches_the_sum_says_which_of_the_facts_held(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("市场监管", event=fined("市场监管", subject, "2026-03-01", "250.5")))
    step = only(steps(spine, subject, everything=False))
    found = clauses(step)
    held = {text: detail for text, (outcome, detail) in found.items() if outcome == "HELD" and "情形" in text}
    assert step.counted
    assert step.hit.effect == verdict_pb2.HIT_EFFECT_BLOCKS
    assert "记载的罚款: 250.5万元" in held.values()
    assert SOME_FACTS in held
    assert any(outcome == "FAILED" for text, (outcome, _) in found.items() if text.startswith("情形1"))


def test_fine_whose_amount_cannot_be_read_is_unsettled(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("市场监管", event=fined("市场监管", subject, "2026-03-01", "若干")))
    step = only(steps(spine, subject))
    assert (step.counted, step.hit.effect) == (True, verdict_pb2.HIT_EFFECT_NEEDS_REVIEW)
    assert clauses(step)[SOME_FACTS][0] == "UNSETTLED"


def test_record_whose_window_is_over_is_no_step(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("市场监管", event=fined("市场监管", subject, "2019-03-01", "50")))
    assert steps(spine, subject) == ()


def test_expired_ban_is_explained_to_departments_alone(spine: Spine) -> None:
    subject, day = new_firm(), date(2028, 3, 2)
    placed(spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")))
    step = only(steps(spine, subject, on=day))
    assert (step.counted, step.hit.status) == (False, verdict_pb2.HIT_STATUS_EXPIRED)
    assert clauses(step)[IN_FORCE] == ("FAILED", "2026-03-01至2028-03-01; 所问之日2028-03-02; 期满")
    assert steps(spine, subject, on=day, everything=False) == ()


def test_repaired_entry_is_one_step_and_says_that_it_was_repaired(spine: Spine) -> None:
    subject = new_firm()
    entry = list_entry("人社", subject, "L-04", "2026-01-01", "2029-01-01")
    placed(spine.say("人社", "explained-repair", event=entry))
    placed(spine.say("人社", repair=repair("人社", "explained-repair", "2026-08-01")))
    step = only(steps(spine, subject))
    assert (step.counted, step.hit.status) == (False, verdict_pb2.HIT_STATUS_REPAIRED)
    assert clauses(step)[IN_FORCE][1].endswith("已修复或提前移出")
    assert clauses(step)[STILL_RECORDED][0] == "HELD"
    assert steps(spine, subject, everything=False) == ()


def test_withdrawn_ban_is_explained_as_withdrawn_to_departments_alone(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("市场监管", event=licence("市场监管", subject)))
    event = ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")
    placed(spine.say("财政", "explained-withdrawal", event=event))
    gone = placed(spine.say("财政", withdrawal=withdrawal("财政", "explained-withdrawal")))
    step = only(steps(spine, subject))
    assert (step.counted, step.hit.status) == (False, verdict_pb2.HIT_STATUS_REVOKED)
    assert clauses(step)[STILL_RECORDED] == ("FAILED", f"序号{gone}起不再计入(撤回或者更正)")
    assert steps(spine, subject, everything=False) == ()


def test_corrected_ban_is_explained_in_both_forms(spine: Spine) -> None:
    subject = new_firm()
    long, short = (
        ban("财政", subject, "M-PRO-01", "2026-03-01", until) for until in ("2028-03-01", "2027-06-01")
    )
    placed(spine.say("财政", "explained-correction", event=long))
    placed(spine.say("财政", correction=correction("财政", "explained-correction", short)))
    counted = {str(step.hit.restriction.period.last): step.counted for step in steps(spine, subject)}
    assert counted == {"2027-06-01": True, "2028-03-01": False}


def test_stayed_ban_of_an_unstated_role_and_tender_names_each_doubt(spine: Spine) -> None:
    subject = new_firm()
    event = ban("住建", subject, "M-BID-01", "2026-03-01", "2027-09-01")
    placed(spine.say("住建", "explained-stay", event=event))
    placed(spine.say("住建", status_note=stay("住建", "explained-stay", "2026-05-15")))
    step = only(steps(spine, subject, pb.DOMAIN_BIDDING, role=pb.SUBJECT_ROLE_UNSPECIFIED))
    found = clauses(step)
    unsettled = [text for text, (outcome, _) in found.items() if outcome == "UNSETTLED"]
    assert unsettled == [IN_FORCE, "约束以这一身份参加的主体", "项目依法必须招标"]
    assert found[IN_FORCE][1].endswith("中止执行")
    assert found["项目依法必须招标"][1] == "所问: 未说明"


def test_limit_of_region_and_industry_is_compared_by_name(spine: Spine) -> None:
    subject = new_firm()
    scope = pb.Scope(region="130902", industry="E47")
    limited = ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01", scope=scope)
    placed(spine.say("财政", event=limited))
    found = clauses(only(steps(spine, subject, scope=pb.Scope(region="130903"))))
    assert found["事项在限制的地区之内"] == ("FAILED", "限制: 130902(新华区); 所问: 130903(运河区)")
    assert found["事项在限制的行业之内"] == ("UNSETTLED", "限制: E47; 所问: 未说明")


def test_ban_on_the_parent_is_told_with_whom_it_fell_on(spine: Spine) -> None:
    parent, branch = new_firm(), new_firm(pb.SUBJECT_KIND_BRANCH)
    placed(spine.say("财政", event=ban("财政", parent, "M-PRO-01", "2026-03-01", "2028-03-01")))
    placed(spine.say("市场监管", event=licence("市场监管", branch)))
    placed(spine.say("市场监管", subject_link=branch_of(branch, parent)))
    step = only(steps(spine, branch, everything=False))
    assert step.hit.relation == verdict_pb2.SUBJECT_RELATION_PARENT
    assert clauses(step)["限制落在所问主体"] == ("UNSETTLED", "限制落在所属法人, 是否及于所问主体由人员研判")


# --- the conclusion -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "reason", "begins"),
    [
        (verdict_pb2.VERDICT_BLOCKED, 0, "结论: 禁止。"),
        (verdict_pb2.VERDICT_REVIEW, 0, "结论: 需研判。"),
        (verdict_pb2.VERDICT_CLEAR, 0, "结论: 未见限制。"),
        *(
            (verdict_pb2.VERDICT_INDETERMINATE, reason, "结论: 无法判定。")
            for reason in verdict_pb2.IndeterminateReason.values()
            if reason
        ),
    ],
)
def test_conclusion_ends_with_the_verdict_and_its_reason(verdict: Any, reason: Any, begins: str) -> None:
    decision = Decision(verdict, indeterminate=reason)
    question = Question(pb.DOMAIN_PROCUREMENT, pb.SUBJECT_ROLE_BIDDER, TODAY)
    lines = conclusion_of(
        decision, question, None, position=9, edition=EDITION, connected=frozenset(), delivered={}
    )
    assert lines[-1].startswith(begins)
    assert [line[:2] for line in lines] == ["身份", "名单", "名单", "名单", "限制", "结论"]
    assert len(set(lines)) == len(lines)


def test_conclusion_says_how_fresh_each_list_is(spine: Spine) -> None:
    ask, subject = spine.engine.ask, new_firm()
    placed(spine.say("市场监管", event=licence("市场监管", subject)))
    late = TODAY + timedelta(days=20)
    for day, told_of in (
        (TODAY, f"失信被执行人名单(L-01)来源已接入, 报送至{TODAY}。"),
        (late, f"失信被执行人名单(L-01)报送至{TODAY}, 超过7天的期限。"),
    ):
        caller = Caller(ROLE_OF_DOMAIN[pb.DOMAIN_BIDDING], "asker", ORIGIN)
        purpose = service.Purpose(domain=pb.DOMAIN_BIDDING)
        matter = ask.matter(
            caller, purpose, service.Matter(), position=spine.position, valid_ms=instant_ms(day)
        )
        found = ask.find(subject.identifier.type, subject.identifier.value)
        lines = conclusion_of(
            ask.decide(found, matter.question, matter),
            matter.question,
            ask.record(found, matter),
            position=matter.position,
            edition=matter.edition,
            connected=matter.connected,
            delivered=matter.delivered,
        )
        assert lines[1] == f"名单: {told_of}"


def test_outcomes_of_clauses_give_the_effect_and_alternatives_do_not() -> None:
    held, open_, failed = (Explained("x", outcome) for outcome in (HELD, UNSETTLED, FAILED))
    alternative = Explained("x", FAILED, decides=False)
    assert effect_of([held, alternative]) == verdict_pb2.HIT_EFFECT_BLOCKS
    assert effect_of([held, open_]) == verdict_pb2.HIT_EFFECT_NEEDS_REVIEW
    assert effect_of([open_, failed]) == verdict_pb2.HIT_EFFECT_INFORMATION
