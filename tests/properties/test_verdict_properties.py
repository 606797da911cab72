"""What holds of every verdict whatever was stated, on generated histories folded in memory.

A history is told by ``tests.sanctions.histories``: events of every kind, corrections, withdrawals, repairs,
liftings, notes, links, rulings, red lists. Hypothesis chooses its numbers, so that a history that breaks a
property is made shorter. The lists that law requires are delivered unless a property is about that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from random import Random
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from registry.editions import current_edition
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.verdict import Decision, Question, decide
from registry.servicer.messages import VerdictMessages
from registry.v1 import restriction_service_pb2, subject_pb2, verdict_pb2
from registry.v1 import statement_pb2 as pb
from registry.v1.subject_pb2 import Identifier, Subject
from tests.sanctions.histories import (
    RECEIVED_ON,
    History,
    Trial,
    a_question,
    say_event,
)

BLOCKED, CLEAR = verdict_pb2.VERDICT_BLOCKED, verdict_pb2.VERDICT_CLEAR
GRADE = {
    verdict_pb2.VERDICT_CLEAR: 0,
    verdict_pb2.VERDICT_REVIEW: 1,
    verdict_pb2.VERDICT_INDETERMINATE: 2,
    verdict_pb2.VERDICT_BLOCKED: 3,
}
NO_FAULT = verdict_pb2.INDETERMINATE_REASON_UNSPECIFIED
REQUIRED = ("L-01", "L-02", "L-03")
QUESTIONS = 6

Chances = st.randoms(use_true_random=False)
Lengths = st.integers(1, 14)
Said = tuple[pb.Statement, date]
"""A statement and the day of its receipt."""


def many(examples: int) -> settings:
    """Settings of a property that is the same on each run."""
    health = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=health,
    )


# --- telling and asking ---------------------------------------------------------------------------


def fresh(*, delivered: bool = True) -> Trial:
    """An empty registry whose required lists are delivered up to the last day of all."""
    ledger = Trial(current_edition())
    if delivered:
        ledger.deliver(REQUIRED, RECEIVED_ON)
    return ledger


def told(chance: Random, length: int, ledger: Trial, number: int = 0) -> History:
    """A history of some statements."""
    history = History(chance, number)
    for _ in range(length):
        history.go_on(ledger)
    return history


def asked(history: History) -> list[tuple[Subject, Question]]:
    """Some questions, each about a subject."""
    return [(history.asked(), a_question(history, current_edition())) for _ in range(QUESTIONS)]


def answers(
    ledger: Trial, questions: Sequence[tuple[Subject, Question]], position: int | None = None
) -> list[Decision]:
    """What is answered at a position, the last one unless another is named."""
    return [ledger.decide(subject, question, position) for subject, question in questions]


def content(decision: Decision) -> Any:
    """An answer without positions, in an order of its own."""
    hits = [
        (
            hit.restriction.ground.statement_id,
            hit.restriction.measure.code,
            str(hit.restriction.period),
            hit.status,
            hit.effect,
            tuple(sorted(hit.reasons)),
            hit.relation,
            hit.restriction.milder,
        )
        for hit in decision.hits
    ]
    return decision.verdict, decision.indeterminate, sorted(hits)


def as_bytes(decision: Decision) -> bytes:
    """An answer as it travels."""
    message = restriction_service_pb2.CheckResponse(
        verdict=decision.verdict, indeterminate_reason=decision.indeterminate
    )
    for hit in decision.hits:
        messages().add_hit(message.hits, hit, current_edition())
    return message.SerializeToString(deterministic=True)


@cache
def messages() -> VerdictMessages:
    """Builds messages; nobody is hidden here."""
    type_ = subject_pb2.IDENTIFIER_TYPE_USCC
    return VerdictMessages("credit.example/scratch", lambda ref: Identifier(type=type_, value=ref))


def statements(history: History, ledger: Trial) -> list[Said]:
    """The statements of a history that were admitted, in order, with the days of their receipt."""
    said = history.said.items()
    return [(one, on) for key, (one, on) in said if ledger.is_recorded(one.department, key)]


# --- the properties -------------------------------------------------------------------------------


@many(150)
@given(Chances, Lengths)
def test_order_of_arrival_does_not_change_the_verdict(chance: Random, length: int) -> None:
    """The same statements, in any order in which each comes after what it is about: the same answer.

    Links, notes on one statement and red lists are left in their order, for each is admitted by what came
    before; the edition is one."""
    ledger, other = fresh(), fresh()
    history = told(chance, length, ledger)
    order = shuffled(chance, statements(history, ledger))
    for said, on in order:
        assert other.fold(said, on) == []
    questions = asked(history)
    for one, again in zip(answers(ledger, questions), answers(other, questions), strict=True):
        assert content(one) == content(again)


def shuffled(chance: Random, said: list[Said]) -> list[Said]:
    """Another order in which what depends on each other keeps its own."""
    waiting: dict[str, list[Said]] = {}
    root: dict[str, str] = {}
    for statement, on in said:
        thread = thread_of(statement, root)
        root[statement.statement_id] = thread
        waiting.setdefault(thread, []).append((statement, on))
    order = [thread for thread, those in waiting.items() for _ in those]
    chance.shuffle(order)
    return [waiting[thread].pop(0) for thread in order]


def thread_of(statement: pb.Statement, root: dict[str, str]) -> str:
    """What a statement must not overtake: all that was said about one statement, all links, all grants."""
    body = statement.WhichOneof("body") or ""
    if body in ("correction", "withdrawal", "repair", "lifting", "status_note", "red_list_grant"):
        return root[getattr(statement, body).target.statement_id]
    return body if body in ("subject_link", "red_list_candidacy") else statement.statement_id


@many(150)
@given(Chances, Lengths)
def test_withdrawing_what_was_stated_restores_every_answer(chance: Random, length: int) -> None:
    ledger = fresh()
    history = told(chance, length, ledger)
    questions = asked(history)
    before = answers(ledger, questions)
    made = say_event(history, ledger)
    assume(made is not None)
    assert made
    statement, _ = made
    if statement.event.subject.kind != subject_pb2.SUBJECT_KIND_NATURAL_PERSON and chance.random() < 0.5:
        statement.event.subject.name = "又一名(示例)单位"
    assume(ledger.fold(statement, RECEIVED_ON) == [])
    target = pb.StatementReference(department=statement.department, statement_id=statement.statement_id)
    kind = history.stated[statement.statement_id][0]
    withdrawn = pb.Withdrawal(target=target, reason="原决定被撤销")
    back = history.statement(f"{statement.statement_id}-back", kind, ledger, withdrawal=withdrawn)
    assert ledger.fold(back, RECEIVED_ON) == []
    assert [content(one) for one in answers(ledger, questions)] == [content(one) for one in before]
    assert [as_bytes(one) for one in answers(ledger, questions)] == [as_bytes(one) for one in before]


@many(150)
@given(Chances, Lengths, Lengths)
def test_unrelated_statements_never_change_an_answer(chance: Random, length: int, more: int) -> None:
    ledger = fresh()
    history = told(chance, length, ledger)
    questions = asked(history)
    before = answers(ledger, questions)
    told(chance, more, ledger, number=1)
    assert answers(ledger, questions) == before


NARROWER: dict[str, list[tuple[Any, Any]]] = {
    "region": [
        ("", "130000"),
        ("", "130902"),
        ("130000", "130900"),
        ("130900", "130902"),
        ("130900", "130973"),
    ],
    "industry": [("", "E"), ("E", "E47"), ("E47", "E4710"), ("", "C13")],
    "activity": [("", "FOOD"), ("", "HIGH_CONSUMPTION"), ("HIGH_CONSUMPTION", "AIR_RAIL_TRAVEL")],
    "tender_kind": [(0, 1), (0, 2)],
    "role": [(0, role) for role in subject_pb2.SubjectRole.values() if role],
}


@many(150)
@given(Chances, Lengths)
def test_tighter_scope_never_turns_clear_into_blocked(chance: Random, length: int) -> None:
    """Nor into anything else: what is clear for the whole is clear for each of its parts."""
    ledger = fresh()
    history = told(chance, length, ledger)
    for subject, question in asked(history):
        for field, pairs in NARROWER.items():
            for wide, narrow in pairs:
                broad: Any = replace(question, **{field: wide})
                if ledger.decide(subject, broad).verdict == CLEAR:
                    tight: Any = replace(question, **{field: narrow})
                    assert ledger.decide(subject, tight).verdict == CLEAR, (subject, broad, tight)


@many(150)
@given(Chances, Lengths)
def test_red_list_never_lowers_a_block_nor_makes_one(chance: Random, length: int) -> None:
    """The same history with and without honours before it: the same hits, and never a lower verdict."""
    plain, honoured = fresh(), fresh()
    history = told(chance, length, plain)
    (models,) = current_edition().red_lists["R-03"]
    fit = [subject for subject in history.subjects if subject.kind in models.subject_kinds]
    for number, subject in enumerate(fit):
        honour(history, honoured, subject, f"honour-{number}")
    for said, on in statements(history, plain):
        if said.WhichOneof("body") not in ("red_list_candidacy", "red_list_grant"):
            honoured.fold(said, on)
    for subject, question in asked(history):
        one, other = plain.decide(subject, question), honoured.decide(subject, question)
        assert content(one)[2] == content(other)[2]
        assert (one.verdict == BLOCKED) == (other.verdict == BLOCKED)


def honour(history: History, ledger: Trial, subject: Subject, key: str) -> None:
    """A subject is publicised and put on the red list of models for three years."""
    document = history.document("dev_reform", ledger, date(2023, 6, 5))
    notice = {"publicised_from": "2023-06-05", "publicised_until": "2023-06-20"}
    fields: dict[str, Any] = {"list_code": "R-03", "legal_basis": ["国发〔2016〕33号"], **notice}
    candidacy = pb.RedListCandidacy(subject=subject, document=document, **fields)
    publicised = history.statement(key, "dev_reform", ledger, red_list_candidacy=candidacy)
    assert ledger.fold(publicised, date(2023, 6, 5)) == []
    target = pb.StatementReference(department=publicised.department, statement_id=key)
    term: dict[str, Any] = {"from": "2023-07-01", "until": "2026-06-30"}
    grant = pb.RedListGrant(target=target, document=document, **term)
    granted = history.statement(f"{key}-granted", "dev_reform", ledger, red_list_grant=grant)
    assert ledger.fold(granted, RECEIVED_ON) == []


@many(200)
@given(Chances, Lengths)
def test_every_hit_cites_an_article_a_document_and_the_way_to_relief(chance: Random, length: int) -> None:
    """Invariant 4: no restriction without law."""
    ledger = fresh()
    history = told(chance, length, ledger)
    for decision in answers(ledger, asked(history)):
        own = [hit.relation == verdict_pb2.SUBJECT_RELATION_SELF for hit in decision.hits]
        assert own == sorted(own, reverse=True)  # The subject's own hits are told first.
        message = restriction_service_pb2.CheckResponse.FromString(as_bytes(decision))
        for hit in message.hits:
            assert hit.legal_basis
            assert all(article.strip() for article in hit.legal_basis)
            assert hit.document.number
            assert hit.document.authority
            assert hit.document.authority_code
            assert hit.document.decided_on
            assert hit.relief
            assert hit.measure_name
            assert hit.reasons


@many(100)
@given(Chances, Lengths)
def test_past_answer_is_given_again_byte_for_byte(chance: Random, length: int) -> None:
    """At each position as it was the last one, then as of it later, then in a log that is folded again."""
    ledger, again = fresh(delivered=False), fresh(delivered=False)
    history = History(chance, 0)
    told_then: list[tuple[int, tuple[Subject, Question], bytes]] = []
    for turn in range(length):
        if turn % 3 == 0:
            ledger.deliver([chance.choice(REQUIRED)], history.day())
        history.go_on(ledger)
        for one in asked(history)[:2]:
            (decision,) = answers(ledger, [one])
            told_then.append((ledger.position, one, as_bytes(decision)))
    for position, one, then in told_then:
        (decision,) = answers(ledger, [one], position)
        assert as_bytes(decision) == then
    for statement, on in ledger.log:
        assert again.fold(statement, on) == []
    for position, one, then in told_then:
        (decision,) = answers(again, [one], position)
        assert as_bytes(decision) == then


@many(150)
@given(Chances, Lengths)
def test_nothing_unknown_disputed_missing_or_stale_is_ever_clear(chance: Random, length: int) -> None:
    """Invariant 5: CLEAR is said of who is known at the position, with every required list delivered in time,
    and nothing that blocks or needs review."""
    ledger = fresh(delivered=chance.random() < 0.5)
    history = told(chance, length, ledger)
    for subject, question in asked(history):
        decision = ledger.decide(subject, question)
        effects = {hit.effect for hit in decision.hits}
        if decision.verdict == CLEAR:
            assert effects <= {verdict_pb2.HIT_EFFECT_INFORMATION}
            assert ledger.record(subject) is not None
            needed = current_edition().required_lists(question.domain)
            connections = ledger.directory.connections(ledger.position)
            assert set(needed) <= set(ledger.sources.known(ledger.position, connections))
        if decision.verdict == BLOCKED:
            assert verdict_pb2.HIT_EFFECT_BLOCKS in effects
        assert bool(decision.indeterminate) == (decision.verdict == verdict_pb2.VERDICT_INDETERMINATE)


Numbers: st.SearchStrategy[Any] = st.one_of(st.integers(0, 14), st.sampled_from([99, 2**31 - 1, -1]))
Words = st.one_of(
    st.sampled_from(["", "130900", "130973", "13", "E47", "ZZ", "FOOD", "AIR_RAIL_TRAVEL"]),
    st.text(max_size=8),
)
Questions = st.builds(
    Question,
    domain=st.one_of(st.sampled_from([4, 5]), Numbers),
    role=st.one_of(st.just(1), Numbers),
    day=st.one_of(st.dates(), st.dates(date(2023, 6, 1), date(2027, 6, 1))),
    region=Words,
    industry=Words,
    activity=Words,
    tender_kind=Numbers,
)


@many(300)
@given(Chances, Lengths, Questions, st.integers(-2, 40))
def test_every_question_has_an_answer(chance: Random, length: int, question: Question, position: int) -> None:
    """Whatever is asked, of whatever day and position, is answered and not raised at."""
    ledger = fresh()
    history = told(chance, length, ledger)
    for subject in history.subjects:
        decision = ledger.decide(subject, question, max(0, position))
        assert decision.verdict in GRADE
        record = ledger.record(subject) or SubjectRecord("x")
        edition = ledger.law(ledger.position, date(2026, 1, 1))
        bare = decide(question, record, position=position, edition=edition, source_fault=NO_FAULT)
        assert bare.verdict in GRADE
