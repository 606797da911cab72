"""The registry in memory: it admits, folds and answers as the registry does, and keeps nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from registry.domain.faults import Findings
from registry.editions import current_edition
from registry.sanctions.admission.directory import check_registration
from registry.sanctions.cases import fictional
from registry.sanctions.cases.running import hit_text, verdict_text
from registry.sanctions.cases.scratch import ScratchLedger
from registry.sanctions.verdict import Question
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

EDITION = current_edition()
FIRM = fictional.subject(1, subject_pb2.SUBJECT_KIND_ENTERPRISE)
BRANCH = fictional.subject(2, subject_pb2.SUBJECT_KIND_BRANCH)
DECIDED, ASKED = date(2026, 3, 1), date(2026, 6, 1)
QUESTION = Question(subject_pb2.DOMAIN_PROCUREMENT, subject_pb2.SUBJECT_ROLE_BIDDER, ASKED)


@pytest.fixture
def ledger() -> ScratchLedger:
    return ScratchLedger(EDITION)


def document(kind: str, day: date = DECIDED) -> pb.Document:
    issued = fictional.office(kind, EDITION)
    issued.number, issued.decided_on = "沧示字〔2026〕1号", day.isoformat()
    return issued


def statement(kind: str, statement_id: str, **body: Any) -> pb.Statement:
    return pb.Statement(
        statement_id=statement_id,
        origin=fictional.ORIGIN,
        department=document(kind).authority_code,
        nonce=fictional.NONCE,
        **body,
    )


def ban(until: str = "2028-03-01", subject: subject_pb2.Subject = FIRM) -> pb.Statement:
    imposed = pb.ImposedMeasure(measure_code="M-PRO-01", until=until)
    setattr(imposed, "from", "2026-03-01")
    event = pb.Event(
        subject=subject,
        category="E-51",
        document=document("finance"),
        legal_basis=["政府采购法 第七十七条"],
        measures=[imposed],
    )
    return statement("finance", "ban", event=event)


def told(ledger: ScratchLedger, subject: subject_pb2.Subject = FIRM, **more: Any) -> tuple[str, list[str]]:
    decision = ledger.decide(subject, QUESTION, **more)
    return verdict_text(decision), [hit_text(hit) for hit in decision.hits]


def test_admitted_statement_is_answered_from(ledger: ScratchLedger) -> None:
    assert told(ledger) == ("INDETERMINATE SUBJECT_UNKNOWN", [])
    assert ledger.fold(ban(), DECIDED) == []
    assert told(ledger) == ("BLOCKED", ["BLOCKS MANDATORY"])


def test_refused_statement_changes_nothing(ledger: ScratchLedger) -> None:
    assert [fault.name for fault in ledger.fold(ban("2031-03-01"), DECIDED)] == ["TERM_OUT_OF_BOUNDS"]
    assert ledger.position == 0
    assert ledger.record(FIRM) is None
    assert not ledger.is_recorded(ban().department, "ban")


def test_statement_folded_twice_counts_once(ledger: ScratchLedger) -> None:
    assert ledger.fold(ban(), DECIDED) == []
    assert ledger.fold(ban(), DECIDED) == []
    record = ledger.record(FIRM)
    assert record is not None
    assert (ledger.position, record.live_events) == (1, 1)


def test_answer_at_an_earlier_position_stays_what_it_was(ledger: ScratchLedger) -> None:
    ledger.fold(ban(), DECIDED)
    target = pb.StatementReference(department=ban().department, statement_id="ban")
    withdrawal = pb.Withdrawal(target=target, reason="原决定被撤销")
    assert ledger.fold(statement("finance", "gone", withdrawal=withdrawal), ASKED) == []
    assert told(ledger) == ("INDETERMINATE SUBJECT_UNKNOWN", [])
    assert told(ledger, position=1) == ("BLOCKED", ["BLOCKS MANDATORY"])


def test_nothing_is_clear_before_the_sources_have_delivered_and_when_they_are_stale(
    ledger: ScratchLedger,
) -> None:
    licence = pb.Event(subject=FIRM, category="E-03-XK", effective_until="2099-12-31")
    assert ledger.fold(statement("licensing", "licence", event=licence), DECIDED) == []
    assert told(ledger) == ("INDETERMINATE SOURCE_NOT_CONNECTED", [])
    required = EDITION.required_lists(QUESTION.domain)
    ledger.deliver(required, DECIDED)
    assert told(ledger) == ("INDETERMINATE SOURCE_STALE", [])
    ledger.deliver(required, ASKED)
    assert told(ledger) == ("CLEAR", [])


def test_ban_of_the_legal_person_shows_on_its_branch(ledger: ScratchLedger) -> None:
    ledger.fold(ban(), DECIDED)
    link = pb.SubjectLink(
        kind=pb.SUBJECT_LINK_KIND_BRANCH,
        to=FIRM.identifier,
        document=document("market_reg"),
        reason="登记的分支机构",
    )
    getattr(link, "from").CopyFrom(BRANCH.identifier)
    known = pb.Event(subject=BRANCH, category="E-01", document=document("market_reg"))
    assert ledger.fold(statement("market_reg", "branch", event=known), DECIDED) == []
    assert ledger.fold(statement("market_reg", "link", subject_link=link), DECIDED) == []
    ledger.deliver(EDITION.required_lists(QUESTION.domain), ASKED)
    assert told(ledger, BRANCH) == ("REVIEW", ["NEEDS_REVIEW BRANCH_OR_PARENT"])


@pytest.mark.parametrize("kind", sorted(EDITION.department_kinds))
def test_department_of_every_kind_has_a_mandate_that_law_allows(kind: str) -> None:
    found = Findings()
    check_registration(found, "registration", fictional.registration(kind, EDITION), EDITION)
    assert found.faults == []


def test_every_list_and_red_list_has_a_keeper(ledger: ScratchLedger) -> None:
    kept = {code for department in ledger.directory.departments() for code in department.lists}
    assert kept == {*EDITION.lists, *EDITION.red_lists}
