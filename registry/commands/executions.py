"""Reports of what was done with verdicts (联合奖惩反馈): the registry's own record.

A report is tied to an answer that was given. The registry answers the question again, at the position and the
valid time of the answer and under the caller's own rights, and refuses the report unless verdict, edition and
the measures named come out the same (invariant 3: same inputs, same verdict, however late). Nobody has to
keep the answer, nobody can report on one that was never given, and what was reported can be checked for as
long as the log is kept. Docs: decisions/0009.

* The measures named must be measures of the answer that count (not those shown for information because they
  bind another role or begin later); where facilitation was granted, facilitations that applied.
* The report is durable before it is acknowledged. Its id is unique in the caller: the same content again is
  answered as the first time, other content under the id is refused.
* Of a natural person only the reference is kept, a keyed hash. Answering again is a question: it is in the
  query log before the report is accepted or refused, or guessed reports would ask without a trace.
* A caller reads its own reports, nobody another's: who asked about whom is secret before an opening
  (招标投标法 第二十二条、第五十二条).

Worked example: BLOCKED by M-PRO-01 was answered at position 412 for 2026-11-25. A report at 900 that it was
REFUSED by M-PRO-01 is accepted though the ban has been withdrawn since; one that says CLEAR is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from registry.access.identity import Caller
from registry.commands.ask import Ask, Found, Matter
from registry.commands.facilitations import Facilitations
from registry.commands.jobs import Reported
from registry.commands.recipients import positions_met
from registry.domain.faults import Findings
from registry.domain.periods import china_day
from registry.errors import RegistryError
from registry.provenance.vault import LEGACY_PREFIX, is_person
from registry.sanctions.parties import alternates_of
from registry.sanctions.verdict import Decision, Hit
from registry.store.interface import ExecutionRow
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import execution_service_pb2 as pb
from registry.v1 import restriction_service_pb2, subject_pb2, verdict_pb2

MAX_REPORTS = 1000
DEFAULT_REPORTS = 100
_LARGEST = 2**63 - 1


class Executions:
    """Records reports and reads them back; ``record`` returns when the row is durable."""

    def __init__(
        self, ask: Ask, record: Callable[[ExecutionRow], Reported], clock: Callable[[], int]
    ) -> None:
        self._ask = ask
        self._facilitations = Facilitations(ask)
        self._record = record
        self._clock = clock

    def report(self, request: pb.ReportExecutionRequest, caller: Caller) -> Reported:
        """Records a well-formed report. Raises RegistryError with every fault."""
        found, matter = self._asked(request, caller)
        row = self._row(request, found, matter)
        earlier = self._ask.state.store.executions([row.key]).get(row.key)
        if earlier is None:
            self._answer_again(request, found, matter)
        reported = Reported(earlier, again=True) if earlier else self._record(row)
        if _content(reported.row) != _content(row):
            message = "这一报告编号已用于另一份内容不同的报告。"
            raise RegistryError.of(reasons.ERROR_REASON_STATEMENT_ID_REUSED, message, "report_id")
        return reported

    def own(self, caller: Caller, *, after: int, page_size: int) -> list[ExecutionRow]:
        """The caller's reports in order, without the first ``after``."""
        limit = min(page_size or DEFAULT_REPORTS, MAX_REPORTS)
        return self._ask.state.store.own_executions(caller.uri, min(after, _LARGEST), limit)

    def subject_of(self, row: ExecutionRow) -> subject_pb2.Identifier:
        """Whom a report is about, as it may be shown; empty if the registry knows nobody by the reference."""
        state, ref = self._ask.state, row.subject
        if ref.startswith(LEGACY_PREFIX) and (record := state.index.get(ref)) is not None:
            goals = alternates_of(record, position=row.known_position, day=china_day(row.valid_ms))
            ref = next(iter(goals)) if len(goals) == 1 else ref
        unknown = is_person(ref) and not state.store.persons([ref])
        if not ref or unknown or ref.startswith(LEGACY_PREFIX):
            return subject_pb2.Identifier()
        return state.identifier_of(ref)

    def _asked(self, request: pb.ReportExecutionRequest, caller: Caller) -> tuple[Found, Matter]:
        """The question of the answer, at the two times of the answer."""
        answered, state = request.answered, self._ask.state
        if faults := list(_unlike(request, state.origin, state.index.position)):
            raise _not_reproduced(faults)
        asked = restriction_service_pb2.CheckRequest()
        asked.CopyFrom(request.check)
        asked.valid_time.CopyFrom(answered.valid_time)
        asked.consistency.at_exact_position = answered.known_position
        matter = self._ask.settle(asked, caller, None)
        return self._ask.find(asked.subject.type, asked.subject.value), matter

    def _answer_again(self, request: pb.ReportExecutionRequest, found: Found, matter: Matter) -> None:
        decision = self._ask.decide(found, matter.question, matter)
        self._ask.note(matter, positions_met((decision,)))
        if found.personal:
            self._ask.log(matter, [(found, decision)])
        faults = [] if request.answered.edition == matter.edition.hash else ["answered.edition"]
        faults += [] if request.verdict == decision.verdict else ["verdict"]
        if request.action == pb.EXECUTION_ACTION_FACILITATED:
            granted = self._facilitations.granted(found, matter)
            told = {each.measure.code for each in granted if each.obstacle is None}
        else:
            told = _counting(decision)
        named = enumerate(request.measure_codes)
        faults += [f"measure_codes[{number}]" for number, code in named if code not in told]
        if faults:
            raise _not_reproduced(faults)

    def _row(self, request: pb.ReportExecutionRequest, found: Found, matter: Matter) -> ExecutionRow:
        facts = restriction_service_pb2.Matter()
        facts.CopyFrom(request.check.matter)
        facts.DiscardUnknownFields()  # Nobody has looked at these, and what is kept rests in clear.
        return ExecutionRow(
            caller=matter.caller.uri,
            report_id=request.report_id,
            recorded_ms=self._clock(),
            subject=found.ref,
            domain=matter.question.domain,
            reference=matter.purpose.reference,
            matter=facts.SerializeToString(deterministic=True),
            valid_ms=matter.valid_ms,
            known_position=matter.position,
            edition=request.answered.edition,
            verdict=request.verdict,
            action=request.action,
            measure_codes=tuple(request.measure_codes),
            reason=request.reason,
        )


def _unlike(request: pb.ReportExecutionRequest, origin: str, newest: int) -> Iterator[str]:
    """Where the answer cannot be one to the question, or not one of this registry."""
    asked, answered = request.check, request.answered
    if answered.origin != origin:
        yield "answered.origin"
    if answered.known_position > newest:
        yield "answered.known_position"
    stated, given = asked.valid_time.ToMilliseconds(), answered.valid_time.ToMilliseconds()
    if asked.HasField("valid_time") and stated != given:
        yield "check.valid_time"
    needed, exact = asked.consistency.at_least_as_fresh, asked.consistency.at_exact_position
    exactly = asked.consistency.HasField("at_exact_position")
    if needed > answered.known_position or (exactly and exact != answered.known_position):
        yield "check.consistency"


def _counting(decision: Decision) -> set[str]:
    """The measures of an answer that may be applied: those that block, need review, or are no restriction on
    taking part and bear on the matter all the same (监管措施)."""
    return {hit.restriction.measure.code for hit in decision.hits if _counts(hit)}


def _counts(hit: Hit) -> bool:
    informs = hit.effect == verdict_pb2.HIT_EFFECT_INFORMATION
    return not informs or verdict_pb2.HIT_REASON_NOT_A_RESTRICTION in hit.reasons


def _content(row: ExecutionRow) -> ExecutionRow:
    """What a report says, without when and under which number it was recorded."""
    return replace(row, recorded_ms=0, number=0)


def _not_reproduced(fields: list[str]) -> RegistryError:
    """Says where the report and the answer part; what the answer is, is asked by ``Check``."""
    found = Findings()
    for field in fields:
        message = "按所报的问题、序号和时点再次作答, 结果与报告不符; 请核对原回答后重新报告。"
        found.add(reasons.ERROR_REASON_ANSWER_NOT_REPRODUCED, field, message)
    return RegistryError(found.faults)
