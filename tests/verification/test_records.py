"""Records and reports that lie: by one who has every key of the registry, and cannot make up a statement."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from registry.v1 import record_service_pb2 as pb
from registry.v1 import subject_pb2, verdict_pb2
from registry.v1.statement_pb2 import Event, Field, RedListCandidacy, RedListGrant
from registry.verification import Outcome, Report, check_receipt
from tests.support.events import ban, document, firm, old_code, target, withdrawal
from tests.verification.forger import Forger, Holder, kept_back
from tests.verification.test_keys import FINANCE

WHO, OTHER = firm(1), firm(2)
CODE, OTHERS = WHO.identifier.value, OTHER.identifier.value
ID = "13090219900101123X"
Change = Callable[[pb.RecordEntry], None]


def event() -> Event:
    stated = ban("财政", WHO, "M-PRO-01", "2026-03-01", "2028-03-01")
    stated.measures.add(measure_code="M-BID-01", until="2027-03-01")
    stated.document.number = f"沧财罚〔2026〕{ID}号"
    stated.content.extend([Field(name="facts", value=f"{ID}串标"), Field(name="note", value="甲 乙")])
    return stated


def entry_of(said: Event, position: int, statement_id: str) -> pb.RecordEntry:
    """The entry by which a registry tells of an event."""
    entry = pb.RecordEntry(
        position=position, statement_id=statement_id, department=FINANCE, category=said.category,
        document=said.document, severity=said.severity, legal_basis=said.legal_basis,
        list_code=said.list_code, measures=said.measures,
    )  # fmt: skip
    entry.document.number = said.document.number.replace(ID, "1309**********123X")
    for item in said.content:
        entry.content.add(name=item.name, value=item.value.replace(ID, "1309**********123X"))
    return entry


class Told:
    """A log with an event about one firm, and nothing about another."""

    def __init__(self) -> None:
        self.log = Forger()
        self.key: Holder = self.log.enrol(FINANCE)
        self.at = self.log.say(self.key, "E-1", event=event())
        self.entry = entry_of(event(), self.at, "E-1")

    def record(
        self, *entries: pb.RecordEntry, who: subject_pb2.Identifier = WHO.identifier, refs: str = CODE,
        hidden: tuple[int, ...] = (),
    ) -> Report:  # fmt: skip
        """What is found of a record with entries, and the chains of some."""
        response = pb.GetRecordResponse()
        response.sections.add(category="E-51").entries.extend(entries)
        return self._report(pb.GetRecordRequest(subject=who), response, "GetRecord", refs, hidden)

    def nothing(self, who: subject_pb2.Identifier, refs: str, *hidden: int) -> Report:
        """What is found of a report that says that nothing is recorded."""
        response = pb.GetCertificateResponse(nothing_recorded=True)
        response.sections.add(category="E-51")
        return self._report(pb.GetCertificateRequest(subject=who), response, "GetCertificate", refs, hidden)

    def _report(
        self, question: pb.GetRecordRequest | pb.GetCertificateRequest,
        response: pb.GetRecordResponse | pb.GetCertificateResponse, method: str, refs: str,
        hidden: tuple[int, ...],
    ) -> Report:  # fmt: skip
        question.purpose.reference = "案1"
        response.identity.status = verdict_pb2.RESOLUTION_STATUS_RESOLVED
        self.log.map()
        receipt = self.log.receipt(*refs.split())
        told = self.log.told(receipt, f"registry.v1.RecordService/{method}", question, response)
        return check_receipt(kept_back(told, *hidden), self.log.policy())


def claims(report: Report, name: str) -> list[str]:
    assert report.ok, report.faults
    return [line.detail for line in report if line.name == name and line.outcome is Outcome.CLAIMED]


def refusal(report: Report) -> str:
    (fault,) = report.faults
    return fault.detail


@pytest.mark.parametrize("refs", [CODE, f"{CODE} {OTHERS}"])
def test_what_was_stated_is_accepted_with_numbers_masked(refs: str) -> None:
    told = Told()
    report = told.record(told.entry, refs=refs)
    assert claims(report, "record") == []
    assert claims(report, "evidence") == []


def test_a_report_that_says_nothing_of_a_firm_needs_that_firms_chain() -> None:
    told = Told()
    assert refusal(told.nothing(WHO.identifier, OTHERS, told.at)) == f"没有出示{CODE}的链"
    assert claims(told.nothing(OTHER.identifier, OTHERS), "evidence") == []
    hidden = "链中1条叶子没有出示陈述: 不在记录中, 是登记系统签名的说法"
    assert claims(told.nothing(WHO.identifier, CODE, told.at), "evidence") == [hidden]
    assert claims(told.nothing(OTHER.identifier, f"{CODE} {OTHERS}", told.at), "evidence") == []


def test_so_does_one_about_an_old_code_of_which_no_link_is_shown() -> None:
    said = "出示的陈述没有把旧代码指向唯一的主体, 不应有记录"
    assert refusal(Told().nothing(old_code(WHO), OTHERS)) == said


def test_an_entry_is_the_subjects_own_and_told_once() -> None:
    told = Told()
    words = f"序号{told.at}的记录不在所问主体的链中, 或重复"
    assert refusal(told.record(told.entry, who=OTHER.identifier, refs=f"{CODE} {OTHERS}")) == words
    assert refusal(told.record(told.entry, told.entry)) == words


def test_a_statement_that_states_no_event_is_no_entry() -> None:
    told = Told()
    gone = told.log.say(told.key, "W-1", about=CODE, withdrawal=withdrawal("财政", "E-1"))
    invented = entry_of(event(), gone, "W-1")
    assert refusal(told.record(told.entry, invented)) == f"序号{gone}的陈述没有记载信用信息, 不能是一条记录"


def another_article(entry: pb.RecordEntry) -> None:
    entry.legal_basis.append("《捏造法》第一条")


def no_article(entry: pb.RecordEntry) -> None:
    del entry.legal_basis[:]


def another_measure(entry: pb.RecordEntry) -> None:
    entry.measures.add(measure_code="M-PRO-02", lifetime=True)


def a_longer_measure(entry: pb.RecordEntry) -> None:
    entry.measures[0].until = "2036-03-01"


def a_measure_twice(entry: pb.RecordEntry) -> None:
    entry.measures.append(entry.measures[0])


def the_end_of_another(entry: pb.RecordEntry) -> None:
    entry.ended_early.add(measure_code="M-PRO-02", last_day="2026-04-01")


def another_fact(entry: pb.RecordEntry) -> None:
    entry.content[0].value = "1309**********123X围标"


def a_fact_in_other_blanks(entry: pb.RecordEntry) -> None:
    entry.content[1].value = "甲乙 "


def another_field(entry: pb.RecordEntry) -> None:
    entry.content.add(name="amount", value="1")


def another_number(entry: pb.RecordEntry) -> None:
    entry.document.number = "沧财罚〔2026〕1号"


def another_day(entry: pb.RecordEntry) -> None:
    entry.document.decided_on = "2020-01-01"


def another_severity(entry: pb.RecordEntry) -> None:
    entry.severity = 3  # type: ignore[assignment]


def another_list(entry: pb.RecordEntry) -> None:
    entry.list_code = "L-01"


@pytest.mark.parametrize(
    "change",
    [
        another_article, no_article, another_measure, a_longer_measure, a_measure_twice, the_end_of_another,
        another_fact, a_fact_in_other_blanks, another_field, another_number, another_day, another_severity,
        another_list,
    ],
)  # fmt: skip
def test_an_entry_tells_nothing_that_was_not_stated(change: Change) -> None:
    told = Told()
    change(told.entry)
    assert refusal(told.record(told.entry)) == f"序号{told.at}的记录与所出示的陈述不符"


def test_that_a_measure_is_not_told_is_the_registrys_word() -> None:
    told = Told()
    del told.entry.measures[0]
    (claim,) = claims(told.record(told.entry), "record")
    assert claim.startswith(f"序号{told.at}的措施没有全部列出")


@pytest.mark.parametrize("shown", [True, False])
def test_a_grant_is_compared_with_its_candidacy_where_that_is_shown(shown: bool) -> None:
    told = Told()
    candidacy = RedListCandidacy(subject=WHO, list_code="R-01", legal_basis=["某条"])
    at = told.log.say(told.key, "C-1", red_list_candidacy=candidacy)
    grant = RedListGrant(target=target("财政", "C-1"), document=document("财政", "2026-05-01"))
    setattr(grant, "from", "2026-05-01")
    granted = told.log.say(told.key, "G-1", about=CODE, red_list_grant=grant)
    told.entry = entry_of(Event(category="E-60", document=grant.document), granted, "G-1")
    told.entry.content.add(name="valid_from", value="2026-05-01")
    told.entry.legal_basis.append("某条")
    told.entry.list_code = "R-01"
    hidden = () if shown else (at,)
    assert len(claims(told.record(told.entry, hidden=hidden), "record")) == (0 if shown else 1)
    told.entry.list_code = "R-02"
    assert told.record(told.entry, hidden=hidden).ok is not shown
