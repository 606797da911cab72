"""Asking for a verdict: the question settled, the position fixed, the subject found.

The answer depends on the question, the known position and the valid time alone; both times are
settled once, before anything is looked up. A natural person is asked about for a stated purpose and
reference, and the question is in the query log before the answer leaves (查询日志).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from registry.access.identity import Caller
from registry.access.policy import DOMAINS, may_ask
from registry.commands.asked_matter import asked
from registry.commands.purposes import purpose_faults
from registry.commands.recipients import OvertakenError, Recipients, positions_met
from registry.commands.state import RegistryState
from registry.commands.verdict_tally import VerdictTally
from registry.domain.identifiers import code_faults, names_a_subject, normalise, tells_of_a_person
from registry.domain.periods import china_day
from registry.domain.sources import DeliveryNote
from registry.errors import RegistryError
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.parties import Party, alternates_of, parties_of
from registry.sanctions.verdict import Decision, Question, Related, decide, source_fault
from registry.store.interface import QueryRow, RecipientRow, StoreError
from registry.v1 import consistency_pb2, restriction_service_pb2, subject_pb2, verdict_pb2
from registry.v1 import error_reason_pb2 as reasons
from registry.waiting import may_wait, waiting

MAX_WAIT_S = 5.0
MAX_BEHIND_MS = 300_000
"""How far the clock may be behind the time of receipt of the last statement before nothing is said of now."""
MAX_BASES = 1024
"""How many pairs of a position and a day are kept with what answers about them rest on."""
MAX_KEPT_BYTES = 256
"""A longer matter is read anew each time: only what is small is kept for the next question."""
USCC_LENGTH = 18
MAX_IDENTIFIER = 64
"""Characters of an identifier as written, three times what any has: a longer text is none, and is not read.
To find its normal form would take what its length says, and eighteen times the memory."""
_USCC = subject_pb2.IDENTIFIER_TYPE_USCC
AMBIGUOUS = Decision(
    verdict_pb2.VERDICT_INDETERMINATE, indeterminate=verdict_pb2.INDETERMINATE_REASON_IDENTITY_AMBIGUOUS
)
CODE_INVALID = Decision(
    verdict_pb2.VERDICT_INDETERMINATE, indeterminate=verdict_pb2.INDETERMINATE_REASON_CODE_INVALID
)


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """What every answer in a domain for a day rests on, as known at a position: edition and sources.

    Equal ones are one object, also of different positions, so that whatever follows from them alone can be
    kept by it."""

    edition: Edition
    connected: frozenset[str]
    delivered: Mapping[str, DeliveryNote]
    source_fault: verdict_pb2.IndeterminateReason.ValueType


class Matter(NamedTuple):
    """A request but for its subjects, settled: what is asked, for whom, as of when."""

    caller: Caller
    purpose: restriction_service_pb2.Purpose
    question: Question
    position: int
    valid_ms: int
    edition: Edition
    connected: frozenset[str]
    delivered: Mapping[str, DeliveryNote]
    source_fault: verdict_pb2.IndeterminateReason.ValueType
    basis: Basis


class Found(NamedTuple):
    """One subject asked about: its normalised code, its reference, and what is wrong with the code.

    A named tuple, as ``Matter`` is: one is made for every question, at half the cost of a dataclass."""

    type: subject_pb2.IdentifierType.ValueType
    code: str
    ref: str
    fault: str = ""

    @property
    def personal(self) -> bool:
        """Whether this was a question about a natural person, for the query log to keep."""
        return tells_of_a_person(self.type, self.code)


class Ask:
    """Verdicts over the state; ``write`` returns when the rows are durable."""

    def __init__(
        self,
        state: RegistryState,
        write: Callable[[Sequence[QueryRow | RecipientRow]], None],
        clock: Callable[[], int],
    ) -> None:
        self.state = state
        self.verdicts = VerdictTally()
        self._recipients = Recipients(write)
        self._log_queries = write
        self._clock = clock
        self._bases: dict[tuple[int, subject_pb2.Domain.ValueType, date], Basis] = {}
        self._contents: dict[tuple[object, ...], Basis] = {}

    def settle(
        self,
        request: restriction_service_pb2.CheckRequest
        | restriction_service_pb2.BatchCheckRequest
        | restriction_service_pb2.CheckColumnsRequest,
        caller: Caller,
        time_left_s: float | None,
    ) -> Matter:
        """Fixes question, position and valid time. Raises RegistryError with every fault found."""
        purpose = request.purpose
        if not may_ask(caller, purpose.domain):
            raise _domain_denied(purpose.domain)
        asked = request.HasField("consistency")
        position = self.position_of(request.consistency, time_left_s) if asked else self.state.newest()
        try:
            stated_ms = request.valid_time.ToMilliseconds() if request.HasField("valid_time") else None
        except ValueError as error:  # Outside the years 1 to 9999, or negative nanoseconds.
            message = "查询时点不是有效的时间。"
            raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, "valid_time") from error
        valid_ms = self.now_ms() if stated_ms is None else stated_ms
        matter = self.matter(caller, purpose, request.matter, position=position, valid_ms=valid_ms)
        if stated_ms is not None:
            _require_law(matter)
        return matter

    def matter(
        self,
        caller: Caller,
        purpose: restriction_service_pb2.Purpose,
        facts: restriction_service_pb2.Matter,
        *,
        position: int,
        valid_ms: int,
    ) -> Matter:
        """The matter at two settled times. Raises RegistryError with every fault of the facts."""
        self.state.require_fresh()
        day = china_day(valid_ms)
        basis = self._basis(position, purpose.domain, day)
        stated = facts.SerializeToString()
        ask = asked if len(stated) <= MAX_KEPT_BYTES else asked.__wrapped__
        question = ask(purpose.domain, stated, day, basis.edition)
        return Matter(
            caller,
            purpose,
            question,
            position,
            valid_ms,
            basis.edition,
            basis.connected,
            basis.delivered,
            basis.source_fault,
            basis,
        )

    def _basis(self, position: int, domain: subject_pb2.Domain.ValueType, day: date) -> Basis:
        """What answers rest on. Nearly every question is about today and the latest position."""
        basis = self._bases.get((position, domain, day))
        if basis is None:
            found = self._worked_out(position, domain, day)
            content = (found.edition, domain, day, found.connected, tuple(found.delivered.items()))
            if len(self._bases) >= MAX_BASES:
                self._bases.clear()
            if len(self._contents) >= MAX_BASES:
                self._contents.clear()
            basis = self._contents.setdefault(content, found)
            self._bases[position, domain, day] = basis
        return basis

    def _worked_out(self, position: int, domain: subject_pb2.Domain.ValueType, day: date) -> Basis:
        edition = self.state.edition_at(position, day)
        connections = self.state.directory.connections(position)
        connected = connections.on(day)
        delivered = self.state.sources.known(position, connections)
        fault = source_fault(domain, day, edition, connected=connected, delivered=delivered)
        return Basis(edition, connected, delivered, fault)

    def today(self) -> date:
        """The day in China, by the registry's clock."""
        return china_day(self.now_ms())

    def edition_now(self) -> Edition:
        """The edition that applies today, by what is known now."""
        return self.state.edition_at(self.state.index.position, self.today())

    def find(self, identifier_type: subject_pb2.IdentifierType.ValueType, value: str) -> Found:
        """The subject that an identifier names; a code the index knows needs no second check."""
        code = code_asked(value)
        if len(value) > MAX_IDENTIFIER:
            return Found(identifier_type, code, "", f"证件号码或代码不超过{MAX_IDENTIFIER}个字符。")
        organisation = identifier_type == _USCC
        if organisation and self.state.index.get(code) is not None:
            return Found(identifier_type, code, code)
        faults = code_faults(identifier_type, code)
        if faults:
            return Found(identifier_type, code, "", " ".join(fault.message for fault in faults))
        return Found(identifier_type, code, self.state.vault.ref(identifier_type, code))

    def record(self, found: Found, matter: Matter) -> SubjectRecord | None:
        """What is recorded of the subject found; a code of before the USCC leads to it, if to one alone."""
        record = self.state.index.get(found.ref)
        if record is None or names_a_subject(found.type):
            return record
        goals = alternates_of(record, position=matter.position, day=matter.question.day)
        return self.state.index.get(next(iter(goals))) if len(goals) == 1 else record

    def decide(self, found: Found, question: Question, matter: Matter) -> Decision:
        """The verdict on one subject."""
        if not found.ref:
            return CODE_INVALID
        record = self.record(found, matter)
        if record is None or record.ref != found.ref or names_a_subject(found.type):
            return self.decide_record(record, question, matter)
        leads_to_several = alternates_of(record, position=matter.position, day=matter.question.day)
        return AMBIGUOUS if leads_to_several else self.decide_record(None, question, matter)

    def decide_record(self, record: SubjectRecord | None, question: Question, matter: Matter) -> Decision:
        """The verdict on the subject of a record."""
        related = self.related(record, matter) if record is not None and record.links else ()
        return decide(
            question,
            record,
            position=matter.position,
            edition=matter.edition,
            source_fault=matter.source_fault,
            related=related,
        )

    def parties(self, record: SubjectRecord, matter: Matter) -> list[Party]:
        """The subject and those whose records bear on it."""
        day = matter.question.day
        return parties_of(record, self.state.index.get, position=matter.position, day=day)

    def related(self, record: SubjectRecord, matter: Matter) -> Related:
        """The records that bear on the question beside the subject's own."""
        others = ((p.relation, self.state.index.get(p.ref)) for p in self.parties(record, matter)[1:])
        return [(relation, other) for relation, other in others if other is not None]

    def require_purpose(self, matter: Matter) -> None:
        """Raises RegistryError unless purpose and reference are stated, as asking about persons needs."""
        if faults := purpose_faults(matter.purpose):
            raise RegistryError(faults)

    def tell(self, matter: Matter, decisions: Iterable[Decision]) -> None:
        """Makes durable of which restrictions the caller is told. Raises OvertakenError, see ``tell_of``."""
        if met := positions_met(decisions):
            self.tell_of(matter, met)

    def tell_of(self, matter: Matter, positions: Collection[int]) -> None:
        """Makes durable of which statements the caller is told, before the answer leaves.

        Raises OvertakenError if the log grew meanwhile; asked again, the same is known to be durable."""
        if self.note(matter, positions) and self.state.index.position != matter.position:
            raise OvertakenError

    def note(self, matter: Matter, positions: Collection[int]) -> bool:
        """As ``tell_of``, for an answer that follows the log by itself; whether anything was new."""
        caller, domain = matter.caller, matter.purpose.domain
        return caller.role in DOMAINS and self._recipients.note(caller.uri, domain, positions)

    def log(self, matter: Matter, answers: Sequence[tuple[Found, Decision]]) -> None:
        """Writes questions about persons to the query log, durably."""
        domain = matter.question.domain
        told = [(found.ref, domain, decision.verdict) for found, decision in answers]
        self._write(matter.caller, matter.purpose, matter.position, told)

    def log_looked_at(
        self,
        caller: Caller,
        purpose: restriction_service_pb2.Purpose,
        position: int,
        ref: str,
        domains: Iterable[subject_pb2.Domain.ValueType],
    ) -> None:
        """Writes to the query log that domains of a person were looked at without a verdict of their own."""
        unspecified = verdict_pb2.VERDICT_UNSPECIFIED
        self._write(caller, purpose, position, [(ref, domain, unspecified) for domain in sorted(domains)])

    def _write(
        self,
        caller: Caller,
        purpose: restriction_service_pb2.Purpose,
        position: int,
        told: Iterable[tuple[str, subject_pb2.Domain.ValueType, verdict_pb2.Verdict.ValueType]],
    ) -> None:
        may_wait()
        asked_ms = self._clock()
        rows = [
            QueryRow(
                asked_ms=asked_ms,
                caller=caller.uri,
                subject=ref,
                domain=domain,
                reference=purpose.reference,
                reason=purpose.reason,
                known_position=position,
                verdict=verdict,
            )
            for ref, domain, verdict in told
        ]
        with waiting():
            self._log_queries(rows)

    def now_ms(self) -> int:
        """The instant of a question that states none: never before the last statement was received. Raises
        StoreError if the clock is not to be believed: a ban would be to come that is in force."""
        now_ms, position = self._clock(), self.state.index.position
        received_ms = self.state.received_ms(position) if position >= 0 else now_ms
        if now_ms < received_ms - MAX_BEHIND_MS:
            raise StoreError("系统时钟早于最后一条陈述的收到时间, 暂停回答, 请联系运维")
        return max(now_ms, received_ms)

    def position_of(self, consistency: consistency_pb2.Consistency, time_left_s: float | None) -> int:
        """The known position that an answer must have. Raises RegistryError if it is not reached in time."""
        may_wait()
        match consistency.WhichOneof("requirement"):
            case "at_least_as_fresh":
                self._reach(consistency.at_least_as_fresh, time_left_s)
                return self.state.newest()  # Whoever asks for so much gets no less than who asks for nothing.
            case "at_exact_position":
                self._reach(consistency.at_exact_position, time_left_s)
                return consistency.at_exact_position
            case "fully_consistent":
                # The writer's own index moves before a write is acknowledged, so its position is also the
                # last acknowledged one, unless another machine writes by now; any other process looks at the
                # store. It may find more there than is acknowledged, and then takes nothing: where it lacks
                # what is, it must not answer.
                with waiting():
                    self.state.see_all()
                return self.state.newest()
            case _:
                return self.state.newest()

    def _reach(self, position: int, time_left_s: float | None) -> None:
        if self.state.index.position >= position:
            return
        wait_s = MAX_WAIT_S if time_left_s is None else min(MAX_WAIT_S, time_left_s / 2)
        with waiting():
            self.state.catch_up(position)
            reached = self.state.index.wait_for(position, wait_s)
        if not reached:
            message = f"序号{position}尚未产生(目前到{self.state.index.position})。"
            raise RegistryError.of(reasons.ERROR_REASON_POSITION_AHEAD, message, "consistency")


def _require_law(matter: Matter) -> None:
    """Raises RegistryError for a time at which none of the domain's measures was law: nothing would be
    examined, and nothing found would read as CLEAR. A program that does not set the time asks about 1970."""
    edition, domain = matter.edition, matter.question.domain
    if edition.measures_asked(domain) and not edition.measures_asked(domain, matter.question.day):
        message = f"{matter.question.day}这一领域还没有任何可查的措施; 请核对查询时点。"
        raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, "valid_time")


def code_asked(value: str) -> str:
    """The normal form of an identifier as written; of a text too long to be one its beginning, which is none
    either."""
    return normalise(value) if len(value) <= MAX_IDENTIFIER else value[: MAX_IDENTIFIER + 1]


def _domain_denied(domain: subject_pb2.Domain.ValueType) -> RegistryError:
    if domain == subject_pb2.DOMAIN_UNSPECIFIED:
        return RegistryError.of(reasons.ERROR_REASON_FIELD_REQUIRED, "缺少查询领域。", "purpose.domain")
    return RegistryError.of(reasons.ERROR_REASON_DOMAIN_DENIED, "本系统无权查询这一领域。", "purpose.domain")
