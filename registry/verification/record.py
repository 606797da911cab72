"""The entries of a record (信用记录) or a report (专项信用报告) against the chains and statements shown.

The subject asked about is found as for a verdict (``subjects``): its chains are shown under each of its
codes, those of whoever is related to it too, and nothing is an entry that is not in its own. Each entry names
a statement that states something of it, by that department under that id, and shows what it says: category,
document, list, severity, articles, content and measures; numbers of persons are masked. Clocks (公示、保存)
and states follow from rules and from leaves that need not be disclosed: the registry's signed word.

The measures that the caller may not be told of are left out; that they are such, is the registry's word. So
are list and articles of a grant (守信激励) whose candidacy is not shown.

Example: an entry of category E-03-CF at 12 whose statement is a licence, or a withdrawal: FAILED. A report
that says nothing of a firm, and shows the empty chain of another one: FAILED.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from registry.domain.identifiers import normalise
from registry.domain.periods import china_day
from registry.sanctions.effects.recording import RED_LIST
from registry.sanctions.ledger import RecordedEvent
from registry.sanctions.record.statement import said_by
from registry.sanctions.said import stated_event
from registry.v1 import record_service_pb2 as pb
from registry.v1 import statement_pb2
from registry.verification.chains import Chain
from registry.verification.items import Filed
from registry.verification.keys import Authority
from registry.verification.ledger import Assumed, EvidenceLedger
from registry.verification.report import FailedError, Report
from registry.verification.statements import Evidence, Shown
from registry.verification.subjects import SAME, Subject, check_identity, refs_of, subject_of

_Response = pb.GetRecordResponse | pb.GetCertificateResponse


@dataclass(frozen=True, slots=True)
class Archive:
    """What a receipt shows of whoever a record is about, as known at a position."""

    evidence: Evidence
    authority: Authority
    chains: Mapping[str, Chain]
    position: int

    def check(self, filed: Filed, report: Report) -> None:
        """Raises FailedError unless every entry told is behind a proven statement about the subject."""
        question, response = filed.question, filed.response
        assert isinstance(question, pb.GetRecordRequest | pb.GetCertificateRequest)
        assert isinstance(response, _Response)
        ledger, first = self._ledger(), None
        for ref in refs_of(question.subject, self.evidence, ledger):
            try:
                subject = self._subject(ref, question, response, ledger)
                claims = list(self._entries(subject, response))
            except FailedError as error:
                first = first or error
                continue
            _tell(subject, response, claims, report)
            return
        raise first or FailedError("没有出示所问主体的链")

    def _ledger(self) -> EvidenceLedger:
        """What is shown of who is who: for that no edition of the catalogue is needed."""
        ledger = EvidenceLedger(self.evidence, self.authority, {}, Assumed())
        ledger.fold(self.position, events=False)
        return ledger

    def _subject(
        self,
        ref: str,
        question: pb.GetRecordRequest | pb.GetCertificateRequest,
        response: _Response,
        ledger: EvidenceLedger,
    ) -> Subject:
        day = china_day(response.answered.valid_time.ToMilliseconds())
        subject = subject_of(
            ref, question.subject, self.evidence, ledger, self.chains, position=self.position, day=day
        )
        check_identity(response.identity, subject)
        if subject.goals != 1 and response.sections:
            raise FailedError("出示的陈述没有把旧代码指向唯一的主体, 不应有记录")
        return subject

    def _entries(self, subject: Subject, response: _Response) -> Iterator[str]:
        """What of the entries is the registry's word."""
        refs = [party.ref for party in subject.parties if party.relation in SAME]
        own = {each.position for ref in refs for each in self.chains[ref].known}
        for entry in _entries(response):
            if entry.position not in own:
                raise FailedError(f"序号{entry.position}的记录不在所问主体的链中, 或重复")
            own.remove(entry.position)
            yield from self._entry(entry)

    def _entry(self, entry: pb.RecordEntry) -> Iterator[str]:
        shown = self.evidence.statements.get(entry.position)
        if shown is None or not shown.about_subject:
            raise FailedError(f"序号{entry.position}的记录没有出示陈述")
        if shown.id != (entry.department, entry.statement_id):
            raise FailedError(f"序号{entry.position}的记录不是所出示的陈述")
        said = _said(shown)
        if said is None:
            raise FailedError(f"序号{entry.position}的陈述没有记载信用信息, 不能是一条记录")
        if shown.body == "red_list_grant":
            yield from self._of_grant(shown, said, entry)
        if not _says(entry, said):
            raise FailedError(f"序号{entry.position}的记录与所出示的陈述不符")
        if len(entry.measures) < len(said.measures):
            yield f"序号{entry.position}的措施没有全部列出: 未列的不得向所问者披露, 是登记系统签名的说法"

    def _of_grant(self, shown: Shown, said: statement_pb2.Event, entry: pb.RecordEntry) -> Iterator[str]:
        """Puts in what a grant takes over from its candidacy."""
        target = self.evidence.by_id(shown.target) if shown.target else None
        if target is None or target.body != "red_list_candidacy":
            said.list_code = entry.list_code
            said.legal_basis.extend(entry.legal_basis)
            yield f"序号{entry.position}的名单和依据出自没有出示的陈述, 是登记系统签名的说法"
            return
        candidacy = target.statement.red_list_candidacy
        said.list_code = candidacy.list_code
        said.legal_basis.extend(candidacy.legal_basis if entry.legal_basis else ())


def _entries(response: _Response) -> Iterator[pb.RecordEntry]:
    for section in response.sections:
        yield from section.entries


def _said(shown: Shown) -> statement_pb2.Event | None:
    """What a statement says of the subject, as one event; None if it says nothing of its credit."""
    if shown.body not in ("red_list_candidacy", "red_list_grant"):
        return stated_event(shown.statement)
    code = shown.statement.red_list_candidacy.list_code
    recorded = RecordedEvent(shown.position, *shown.id, subject="", category=RED_LIST, list_code=code)
    return said_by(shown.statement, recorded)


def _says(entry: pb.RecordEntry, said: statement_pb2.Event) -> bool:
    """Whether an entry shows what was said, and no more."""
    told = (entry.category, entry.list_code, entry.severity, list(entry.legal_basis))
    ended = {each.measure_code for each in entry.ended_early}
    return (
        told == (said.category, said.list_code, said.severity, list(said.legal_basis))
        and _is_document(entry.document, said.document)
        and [item.name for item in entry.content] == [item.name for item in said.content]
        and all(map(_is_shown_as, (i.value for i in entry.content), (i.value for i in said.content)))
        and _is_part(entry.measures, said.measures)
        and ended <= {measure.measure_code for measure in entry.measures}
    )


def _is_document(told: statement_pb2.Document, said: statement_pb2.Document) -> bool:
    document = statement_pb2.Document()
    document.CopyFrom(said)
    document.number = told.number
    return told == document and _is_shown_as(told.number, said.number)


def _is_shown_as(told: str, said: str) -> bool:
    """Whether a text is what was said, in normal form or with asterisks for what may not be shown."""
    if told in (said, normalise(said)):
        return True
    masked, whole = normalise(told), normalise(said)
    alike = (shown in (char, "*") for shown, char in zip(masked, whole, strict=False))
    return "*" in told and len(masked) == len(whole) and all(alike)


def _is_part(told: Sequence[Message], said: Sequence[Message]) -> bool:
    """Whether what is told stands in what was said, in that order."""
    rest = iter(said)
    return all(any(each == other for other in rest) for each in told)


def _tell(subject: Subject, response: _Response, claims: Sequence[str], report: Report) -> None:
    count = sum(1 for _ in _entries(response))
    report.passed("record", f"{count}条记录都在所问主体的链中, 都有出示并证明的陈述")
    for claim in claims:
        report.claimed("record", claim)
    if subject.hidden:
        hidden = f"链中{subject.hidden}条叶子没有出示陈述: 不在记录中, 是登记系统签名的说法"
        report.claimed("evidence", hidden)
    if not subject.is_named:
        report.claimed("evidence", "这条链属于所问的自然人, 是登记系统签名的说法")
    report.claimed("clocks", "公示、修复、保存的日期和记录的状态, 是登记系统签名的说法")
    report.claimed("beside", "名称、现用代码、栏目和报告的说明, 是登记系统签名的说法")
