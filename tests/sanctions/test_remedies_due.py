"""By when objections and applications must be decided."""

from datetime import date
from typing import Any

import pytest

from registry.editions import current_edition
from registry.sanctions.cases import fictional
from registry.sanctions.cases.scratch import ScratchLedger
from registry.sanctions.remedies.due import due_of_remedy
from registry.sanctions.remedies.remedy import Filed, RemedyBook
from registry.sanctions.remedies.revoked import Revoked, due_after_revocation, resting_on
from registry.v1 import remedy_service_pb2 as remedy
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.statement_pb2 import StatementReference

TODAY = date(2026, 11, 23)
OBJECTION, REPAIR = remedy.REMEDY_KIND_OBJECTION, remedy.REMEDY_KIND_REPAIR
FILED, ACCEPTED = remedy.REMEDY_STATE_FILED, remedy.REMEDY_STATE_ACCEPTED


def filed(
    kind: remedy.RemedyKind.ValueType,
    state: remedy.RemedyState.ValueType = FILED,
    window: str = "A",
    accepted_on: str = "",
) -> Filed:
    """Something filed on Monday, 2026-11-23, about a statement of department A."""
    told = remedy.Remedy(
        filed=StatementReference(department=window, statement_id="F"),
        target=StatementReference(department="A", statement_id="T"),
        kind=kind,
        state=state,
        filed_on="2026-11-23",
        filed_position=7,
        accepted_on=accepted_on,
    )
    return Filed("S", 7, told)


@pytest.mark.parametrize(
    ("what", "deadline", "due_on"),
    [
        (filed(OBJECTION), "objection_own_scope", "2026-11-26"),
        (filed(OBJECTION, window="operator"), "objection_needs_provider", "2026-12-02"),
        (filed(REPAIR), "repair_acceptance_decision", "2026-11-26"),
        (filed(REPAIR, ACCEPTED, accepted_on="2026-11-25"), "repair_feedback_to_applicant", "2026-12-09"),
    ],
)
def test_each_step_has_its_clock(what: Filed, deadline: str, due_on: str) -> None:
    (item,) = due_of_remedy(what, current_edition(), date(2026, 11, 25))
    assert (item.deadline, item.due_on, item.department, item.reference) == (deadline, due_on, "A", "F")


def test_what_is_late_says_by_how_many_working_days() -> None:
    edition, what = current_edition(), filed(OBJECTION)
    left = [due_of_remedy(what, edition, date(2026, 11, day))[0].days_left for day in (26, 30)]
    assert left == [0, -2]


def test_what_is_decided_is_not_due() -> None:
    decided = filed(OBJECTION, remedy.REMEDY_STATE_REFUSED)
    assert due_of_remedy(decided, current_edition(), date(2026, 11, 25)) == []


def test_book_knows_what_was_filed_about_a_correction_by_its_new_name() -> None:
    book, before = RemedyBook(), filed(OBJECTION)
    book.put(before)
    told = remedy.Remedy()
    told.CopyFrom(before.told)
    told.target.statement_id = "C"
    group = RemedyBook(book)
    group.put(Filed("S", 9, told))
    assert (group.open_on(("A", "C"), OBJECTION), group.about(("A", "T"))) == (Filed("S", 9, told), [])
    assert book.open_on(("A", "T"), OBJECTION) == before


def test_what_others_hold_by_a_revoked_document_is_due_until_they_withdraw_it() -> None:
    edition, ledger = current_edition(), ScratchLedger(current_edition())
    firm = fictional.subject(1, subject_pb2.SUBJECT_KIND_ENTERPRISE)
    paper = fictional.office("market_reg", edition)
    paper.number, paper.decided_on = "示罚字〔2026〕12号", "2026-03-01"
    event = pb.Event(
        subject=firm,
        category="E-03-CF",
        document=paper,
        legal_basis=["示例法 第一条"],
        severity=pb.SEVERITY_GENERAL,
    )
    event.content.append(pb.Field(name="cflb", value="警告"))
    said: dict[str, Any] = {"origin": fictional.ORIGIN, "department": paper.authority_code}
    said |= {"nonce": fictional.NONCE}
    assert ledger.fold(pb.Statement(statement_id="E", event=event, **said), date(2026, 11, 1)) == []
    revoked = Revoked(
        pb.Document(number="示罚字(2026) 12号", authority_code=paper.authority_code), "B", TODAY
    )

    def due_items() -> list[tuple[str, str]]:
        record = ledger.record(firm)
        rows = resting_on([record] if record else [], revoked.document)
        return [(i.deadline, i.due_on) for i in due_after_revocation(rows, revoked, edition, TODAY)]

    assert due_items() == [("sync_after_source_document_revoked", "2026-11-26")]
    target = StatementReference(department=paper.authority_code, statement_id="E")
    withdrawal = pb.Withdrawal(target=target, reason="所据文书被撤销")
    assert ledger.fold(pb.Statement(statement_id="W", withdrawal=withdrawal, **said), TODAY) == []
    assert due_items() == []
