"""The verdict worked out again from the evidence (重新判定), by the edition that the answer names.

The disclosed statements are folded (``ledger``), and ``sanctions.verdict.decide`` is asked the question
again. Each hit must come out as it was answered, none more and none less, and the verdict with its reason.

What the evidence cannot decide is taken as the registry says it, and told as CLAIMED:

* that the leaves without disclosed statement have no bearing; by them the subject may be known, or unknown
  again, and names may be in dispute;
* which departments must deliver, and that sources are connected; but what was delivered is proven, and an
  answer that needs a fresh delivery and shows none is refused;
* the edition that was law on the day of a decision, and the kind of a department, where neither adoption nor
  registration is shown.

Example: CLEAR for a firm whose only disclosed statement is a ban in force: FAILED, 答复缺少 M-PRO-01(序号40).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from registry.domain.identifiers import code_faults, normalise
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.hit_message import hit_message
from registry.sanctions.parties import disputed_names
from registry.sanctions.verdict import Decision, decide, is_stale, is_surely_known
from registry.v1 import verdict_pb2 as pb
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_USCC, Identifier
from registry.verification.chains import Chain
from registry.verification.items import Item
from registry.verification.keys import Authority
from registry.verification.ledger import Assumed, EvidenceLedger, latest_deliveries
from registry.verification.report import FailedError, Report
from registry.verification.statements import Evidence
from registry.verification.subjects import Subject, check_identity, refs_of, subject_of

_UNKNOWN = pb.INDETERMINATE_REASON_SUBJECT_UNKNOWN
_AMBIGUOUS = pb.INDETERMINATE_REASON_IDENTITY_AMBIGUOUS
_NOT_CONNECTED = pb.INDETERMINATE_REASON_SOURCE_NOT_CONNECTED
_STALE = pb.INDETERMINATE_REASON_SOURCE_STALE
_SAME = (pb.SUBJECT_RELATION_SELF, pb.SUBJECT_RELATION_SAME)
_NO_CODE = Decision(pb.VERDICT_INDETERMINATE, indeterminate=pb.INDETERMINATE_REASON_CODE_INVALID)
_NO_FAULT = pb.INDETERMINATE_REASON_UNSPECIFIED


@dataclass(slots=True)
class Court:
    """Everything that verdicts are worked out from again."""

    evidence: Evidence
    authority: Authority
    chains: Mapping[str, Chain]
    editions: Mapping[str, Edition]
    edition: Edition
    position: int
    _ledgers: dict[Assumed, EvidenceLedger] = field(default_factory=dict)

    def judge(self, item: Item, report: Report) -> Decision:
        """The decision that an item must have, which it has. Raises FailedError, SkippedError."""
        if code_faults(item.identifier.type, normalise(item.identifier.value)) and "*" not in item.name:
            return self._of_no_code(item, report)
        first: FailedError | None = None
        for assumed in self._assumptions():
            try:
                return self._judge(item, self._ledger(assumed), assumed, report)
            except FailedError as error:
                first = first or error
        raise first or FailedError("没有可据以判定的证据")

    def _of_no_code(self, item: Item, report: Report) -> Decision:
        """A code that is none leads to nobody, which needs no evidence."""
        _compare(item, _NO_CODE, self.edition)
        if item.identity is not None and (item.identity.related or item.identity.names):
            raise FailedError(f"{item.name}: 代码不合格, 不应有关联主体或名称")
        report.passed("verdict", f"{item.name}: 代码不合格, 没有可查的主体; INDETERMINATE 相符")
        return _NO_CODE

    def _judge(self, item: Item, ledger: EvidenceLedger, assumed: Assumed, report: Report) -> Decision:
        first: FailedError | None = None
        for ref in refs_of(item.identifier, self.evidence, ledger):
            claims = list[str]()
            try:
                decision = self._decide(item, ref, ledger, claims)
            except FailedError as error:
                first = first or error
                continue
            self._tell(item, decision, ledger, assumed, claims, report)
            return decision
        raise first or FailedError(f"{item.name}: 没有出示这一主体的链")

    def _decide(self, item: Item, ref: str, ledger: EvidenceLedger, claims: list[str]) -> Decision:
        subject = subject_of(
            ref, item.identifier, self.evidence, ledger, self.chains,
            position=self.position, day=item.question.day,
        )  # fmt: skip
        if item.identity is not None:
            check_identity(item.identity, subject)
        if subject.goals > 1:
            decision = Decision(pb.VERDICT_INDETERMINATE, indeterminate=_AMBIGUOUS)
        else:
            decision = self._worked_out(item, subject, ledger, claims)
        _compare(item, decision, self.edition)
        if subject.hidden or subject.hidden_beside:
            count = subject.hidden + subject.hidden_beside
            claims.append(f"链中{count}条叶子没有出示陈述: 与本问无关, 是登记系统签名的说法")
        if not subject.is_named:
            claims.append("这条链属于所问的自然人, 是登记系统签名的说法")
        return decision

    def _worked_out(
        self, item: Item, subject: Subject, ledger: EvidenceLedger, claims: list[str]
    ) -> Decision:
        records = {party.ref: ledger.subject(party.ref) for party in subject.parties}
        record = self._as_known(item, subject, records, claims)
        related = [(p.relation, records[p.ref]) for p in subject.parties[1:]]
        fault = self._source_fault(item, ledger, claims)
        itself = [records[p.ref] for p in subject.parties if p.relation in _SAME]
        if item.reason == _AMBIGUOUS and subject.hidden and not _in_dispute(itself, self.position):
            claims.append("名称互相矛盾, 是登记系统签名的说法")
            fault = _AMBIGUOUS  # It has the same place among the reasons.
        return decide(
            item.question, record, position=self.position, edition=self.edition,
            source_fault=fault, related=related,
        )  # fmt: skip

    def _as_known(
        self, item: Item, subject: Subject, records: dict[str, SubjectRecord], claims: list[str]
    ) -> SubjectRecord:
        """The subject's record with what leaves without statement are said to add to it."""
        record = subject.record
        itself = [records[p.ref] for p in subject.parties if p.relation in _SAME]
        is_known = any(each.known_at(self.position) for each in itself)
        related = [(p.relation, records[p.ref]) for p in subject.parties[1:]]
        doubtful = item.verdict == pb.VERDICT_CLEAR and not is_surely_known(record, related, self.position)
        if (doubtful or not is_known) and item.reason != _UNKNOWN and subject.hidden:
            claims.append("主体有记录, 是登记系统签名的说法(链不为空)")
            record = replace(record, known=((0, None),))
        if not is_known and item.reason == _UNKNOWN and subject.hidden:
            claims.append("主体的记录均已不作数, 是登记系统签名的说法")
        if item.reason != _AMBIGUOUS and subject.hidden and _in_dispute(itself, self.position):
            claims.append("名称的矛盾已有认定, 是登记系统签名的说法")
            record = replace(record, names=())
            records.update({ref: replace(each, names=()) for ref, each in records.items()})
        return record

    def _source_fault(
        self, item: Item, ledger: EvidenceLedger, claims: list[str]
    ) -> pb.IndeterminateReason.ValueType:
        """What the deliveries that are shown say of the sources; that one is missing, the registry's word."""
        required = self.edition.required_lists(item.question.domain)
        delivered = latest_deliveries(ledger.deliveries.values(), required)
        if item.reason == _NOT_CONNECTED:
            claims.append("法定应查的来源没有接入, 是登记系统签名的说法")
            return _NOT_CONNECTED
        for told in item.lists:
            note = delivered.get(told.code)
            if not told.as_of:  # One of its keepers has not delivered, which is for the registry to say.
                delivered.pop(told.code, None)
            elif told.code in required and (note is None or note.as_of.isoformat() != told.as_of):
                raise FailedError(f"{item.name}: 答复所说 {told.code} 的报送日期与所出示的报送不符")
        if any(code not in delivered for code in required):
            return _NOT_CONNECTED
        claims.append(
            f"哪些部门应报送、来源已接入, 是登记系统签名的说法; {len(delivered)}个法定名单的报送已出示"
        )
        stale = any(is_stale(code, item.question.day, self.edition, delivered) for code in required)
        return _STALE if stale else _NO_FAULT

    def _tell(
        self, item: Item, decision: Decision, ledger: EvidenceLedger, assumed: Assumed, claims: Sequence[str],
        report: Report,
    ) -> None:  # fmt: skip
        verdict = pb.Verdict.Name(decision.verdict).removeprefix("VERDICT_")
        count = len(decision.hits)
        report.passed(
            "verdict", f"{item.name}: 按目录 {self.edition.label} 重新判定为 {verdict}, {count}项命中相符"
        )
        for claim in dict.fromkeys(claims):
            report.claimed("evidence", f"{item.name}: {claim}")
        in_force = ledger.book.at(self.position, item.question.day)
        if assumed.edition or in_force != self.edition.hash:
            report.claimed("edition", f"{item.name}: 所问之日施行这一目录版本, 是登记系统签名的说法")
        if ledger.undisclosed:
            report.claimed("corrections", "更正等所指的陈述没有出示; 不影响所出示的内容")

    def _ledger(self, assumed: Assumed) -> EvidenceLedger:
        ledger = self._ledgers.get(assumed)
        if ledger is None:
            ledger = EvidenceLedger(self.evidence, self.authority, self.editions, assumed)
            ledger.fold(self.position)
            self._ledgers[assumed] = ledger
        return ledger

    def _assumptions(self) -> Iterator[Assumed]:
        """From the least that must be taken for granted to more."""
        yield from self._of_edition("")
        yield from self._of_edition(self.edition.hash)

    def _of_edition(self, edition: str) -> Iterator[Assumed]:
        plain = Assumed(edition)
        ledger = self._ledger(plain)
        yield plain
        if ledger.unregistered:
            for kind in sorted(self.edition.department_kinds):
                yield Assumed(edition, frozenset({kind}))


def _in_dispute(itself: Iterable[SubjectRecord], position: int) -> bool:
    """Whether names disagree under any code of the subject; what they are elsewhere decides nothing."""
    return any(disputed_names(record, position) for record in itself)


def _compare(item: Item, decision: Decision, edition: Edition) -> None:
    """Raises FailedError unless the decision is what was answered."""
    wanted = [hit_message(hit, edition, _organisation) for hit in decision.hits]
    if wanted != list(item.hits):
        raise FailedError(f"{item.name}: {_difference(wanted, item.hits)}")
    if (decision.verdict, decision.indeterminate) != (item.verdict, item.reason):
        verdict = pb.Verdict.Name(decision.verdict).removeprefix("VERDICT_")
        why = pb.IndeterminateReason.Name(decision.indeterminate).removeprefix("INDETERMINATE_REASON_")
        because = f"({why})" if decision.indeterminate else ""
        raise FailedError(f"{item.name}: 由证据得出的结论是 {verdict}{because}, 与答复不同")


def _difference(wanted: Sequence[pb.Hit], told: Sequence[pb.Hit]) -> str:
    for words, these, those in (("答复缺少", wanted, told), ("证据不支持", told, wanted)):
        for hit in these:
            if hit not in those:
                return f"{words} {hit.measure_code}(序号{hit.position})这样的命中"
    return "命中的次序或次数与证据不符"


def _organisation(ref: str) -> Identifier:
    """Subjects that are related to another one are organisations, kept under their codes."""
    return Identifier(type=IDENTIFIER_TYPE_USCC, value=ref)
