"""Every way to ask about a firm, each answer brought to the same form, to be held against the reference.

The servicers are called as the gate calls them, with a caller and without a wire: what is behind the wire is
tried here, the wire by ``torture.histories``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import copy_context
from datetime import date
from typing import Any, NamedTuple, TypeVar

from registry.access.identity import Caller, CallerRole
from registry.commands.ask import Ask
from registry.commands.ask_many import MANY, AskMany
from registry.commands.following import FollowingState
from registry.commands.recipients import OvertakenError
from registry.editions import shipped_editions
from registry.provenance.vault import Vault
from registry.provenance.witness_policy import Policy
from registry.servicer.gate import current_caller
from registry.servicer.record import RecordServicer
from registry.servicer.restriction import RestrictionServicer
from registry.servicer.watch import WatchServicer
from registry.store.opening import open_for_reading
from registry.v1 import record_service_pb2, subject_pb2, verdict_pb2
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import snapshot_service_pb2 as snapshot
from registry.v1 import watch_service_pb2 as watch
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_PROOF, EVIDENCE_LEVEL_SIGNED, Receipt, ReceiptRequest
from registry.v1.receipt_pb2 import Answer as ReceiptAnswer
from registry.verification import check_receipt
from registry_client.replica import Replica
from tests.model.reference import Answer, Asked, Hit
from tests.support.clock import instant_ms
from tests.support.spine import ORIGIN, ROLE_OF_DOMAIN, Spine
from tests.support.tenders import party, project
from tests.verification.world import editions_of, policy_text

BIDDER = subject_pb2.SUBJECT_ROLE_BIDDER
COMPULSORY = subject_pb2.TENDER_KIND_COMPULSORY
USCC = subject_pb2.IDENTIFIER_TYPE_USCC
PROCUREMENT, BIDDING = subject_pb2.DOMAIN_PROCUREMENT, subject_pb2.DOMAIN_BIDDING
_R = TypeVar("_R")
_T = TypeVar("_T")


class Brief(NamedTuple):
    """What columns and tables tell of a hit."""

    measure: str
    status: str
    effect: str


class Call:
    """A call that has time and hangs up never."""

    def time_remaining(self) -> float:
        """Seconds left."""
        return 5.0

    def add_callback(self, _end: Callable[[], None]) -> bool:
        """Is never called back."""
        return True


_ATTEMPTS = 40
_PATIENT_S = 3600.0
"""It looks before each answer; how long that takes on a busy machine is no matter here."""


class Beside:
    """A process that reads beside the writer: its state is moved on by what the store says has changed."""

    def __init__(self, spine: Spine) -> None:
        self._store = open_for_reading(spine.config.location)
        vault = Vault(spine.config.vault_key.read_bytes())
        self._state = FollowingState(self._store, vault, shipped_editions(), max_stale_s=_PATIENT_S)
        ask = Ask(self._state, lambda _rows: None, spine.clock)
        self._restrictions = RestrictionServicer(ask)

    def check(self, asked: Asked) -> pb.CheckResponse:
        """The answer of Check, once the state has caught up."""
        self._state.catch_up()
        return called(self._restrictions.Check, question(asked), caller_of(asked.domain))

    def close(self) -> None:
        """Closes the store."""
        self._store.close()


class Doors:
    """The services over one engine; made anew when that is."""

    def __init__(self, spine: Spine) -> None:
        engine = spine.engine
        self._spine = spine
        self._mapped = False
        self._restrictions = RestrictionServicer(engine.ask, engine.receipts)
        self._records = RecordServicer(engine.ask, engine.receipts)
        self._watch = WatchServicer(engine.ask)
        self._tables = AskMany(engine.ask, background=False)

    def check(self, asked: Asked, receipt: ReceiptRequest | None = None) -> pb.CheckResponse:
        """The answer of Check."""
        return self._called(self._restrictions.Check, question(asked, receipt), asked.domain)

    def by_batch(self, asked: Asked) -> Answer:
        """BatchCheck of one."""
        request = pb.BatchCheckRequest(identifier_type=USCC, identifiers=[asked.subject])
        settle(request, asked)
        told = self._called(self._restrictions.BatchCheck, request, asked.domain)
        return answer_of(told.verdicts[0], [*told.indeterminate_reasons, 0][0], told.hits)

    def by_columns(self, codes: Sequence[str], asked: Asked) -> list[tuple[str, str, frozenset[Brief]]]:
        """CheckColumns of some."""
        request = pb.CheckColumnsRequest(codes="".join(codes).encode())
        settle(request, asked)
        told = self._called(self._restrictions.CheckColumns, request, asked.domain)
        reasons = dict(zip(told.indeterminate_subjects, told.indeterminate_reasons, strict=True))
        hits: list[list[Brief]] = [[] for _ in codes]
        each = zip(told.hit_subjects, told.hit_measures, told.hit_statuses, told.hit_effects, strict=True)
        for subject, measure, status, effect in each:
            hits[subject].append(Brief(told.measures[measure], status_name(status), effect_name(effect)))
        return [
            (verdict_name(verdict), reason_name(reasons.get(at, 0)), frozenset(hits[at]))
            for at, verdict in enumerate(told.verdicts)
        ]

    def by_table(self, codes: Sequence[str], asked: Asked) -> list[tuple[str, str]]:
        """Very many asked at once, so that a decision table is asked, compiled before it answers."""
        check = question(asked)
        matter = self._spine.engine.ask.settle(check, caller_of(asked.domain), 1.0)
        many = "".join(codes) * (MANY // len(codes) + 1)
        columns = self._tables.columns(many.encode(), matter)
        reasons = dict(zip(columns.unsure, columns.reasons, strict=True))
        told = [
            (verdict_name(verdict), reason_name(reasons.get(at, 0)))
            for at, verdict in enumerate(columns.verdicts)
        ]
        assert told == told[: len(codes)] * (len(told) // len(codes))
        return told[: len(codes)]

    def by_screen(self, codes: Sequence[str], asked: Asked) -> list[Answer]:
        """A tender in which all take part."""
        parties = [party(subject_pb2.Identifier(type=USCC, value=code)) for code in codes]
        request = pb.ScreenRequest(project=project(asked.day, domain=asked.domain), parties=parties)
        request.consistency.at_exact_position = asked.at
        told = self._called(self._restrictions.Screen, request, asked.domain)
        return [answer_of(each.verdict, each.indeterminate_reason, each.hits) for each in told.parties]

    def by_explain(self, asked: Asked) -> pb.ExplainResponse:
        """The answer with its steps."""
        return self._called(
            self._restrictions.Explain, pb.ExplainRequest(check=question(asked)), asked.domain
        )

    def record(self, asked: Asked) -> record_service_pb2.GetRecordResponse:
        """The file of a firm, as the registrar sees it."""
        request = record_service_pb2.GetRecordRequest(
            subject=identifier(asked.subject), on=asked.day.isoformat()
        )
        request.purpose.domain = PROCUREMENT
        request.consistency.at_exact_position = asked.at
        registrar = Caller(CallerRole.REGISTRAR, self._spine.code("信用办"), ORIGIN)
        return self._called(self._records.GetRecord, request, asked.domain, registrar)

    def certificate(self, asked: Asked) -> record_service_pb2.GetCertificateResponse:
        """The special credit report on a firm, for the three years up to today."""
        request = record_service_pb2.GetCertificateRequest(subject=identifier(asked.subject))
        request.purpose.domain = subject_pb2.Domain.ValueType(asked.domain)
        request.consistency.at_exact_position = asked.at
        return self._called(self._records.GetCertificate, request, asked.domain)

    def polled(self, first: int, domain: int) -> watch.PollRestrictionsResponse:
        """Every change of restrictions from a position on."""
        request = watch.PollRestrictionsRequest(max_changes=1000)
        request.filter.purpose.domain = subject_pb2.Domain.ValueType(domain)
        request.start.from_position = first
        return self._called(self._watch.PollRestrictions, request, domain)

    def by_snapshot(self, codes: Sequence[str], domain: int, day: date) -> tuple[int, list[Any]]:
        """A snapshot, opened as the SDK opens it, and what it says; and the position of which it speaks."""
        request = snapshot.GetSnapshotRequest(domain=subject_pb2.Domain.ValueType(domain))
        given = self._spine.engine.snapshots.given(caller_of(domain), request)
        assert given is not None
        policy = Policy.parse(policy_text(self._spine))
        replica = Replica(policy, max_age_s=1e9, clock=self._spine.clock)
        header = replica.load(bytes(given.content))
        asker = replica.asker(role=BIDDER, tender_kind=COMPULSORY, day=day)
        return header.position, [asker.check(code) for code in codes]

    def receipt(self, asked: Asked, *, proof: bool) -> Receipt:
        """Check with a receipt; again, as a caller would, where the map was not moved on in time."""
        level = EVIDENCE_LEVEL_PROOF if proof else EVIDENCE_LEVEL_SIGNED
        if proof and not self._mapped:
            self._spine.engine.upkeep.mapper.start()  # Ends with the engine.
            self._mapped = True
        for _ in range(_ATTEMPTS):
            made = self.check(asked, ReceiptRequest(evidence=level, nonce=b"once")).receipt
            if ReceiptAnswer.FromString(made.answer).given == level:
                break
        return made

    def verified(self, receipt: Receipt) -> tuple[bool, str]:
        """Whether a receipt verifies offline, and what is wrong or the verdict."""
        policy, content = (
            Policy.parse(policy_text(self._spine)),
            receipt.SerializeToString(deterministic=True),
        )
        report = check_receipt(content, policy, editions=editions_of(self._spine))
        verdict = verdict_name(report.verdict) if report.verdict else ""
        return report.ok, verdict if report.ok else str([str(each) for each in report.faults])

    def _called(
        self, method: Callable[[_R, Any], _T], request: _R, domain: int, caller: Caller | None = None
    ) -> _T:
        return called(method, request, caller or caller_of(domain))


def called(method: Callable[[_R, Any], _T], request: _R, caller: Caller) -> _T:
    """As the gate calls a method: again where the log was added to meanwhile."""

    def call() -> _T:
        current_caller.set(caller)
        while True:
            try:
                return method(request, Call())
            except OvertakenError:
                continue

    return copy_context().run(call)


def question(asked: Asked, receipt: ReceiptRequest | None = None) -> pb.CheckRequest:
    """The question of one firm."""
    request = pb.CheckRequest(subject=identifier(asked.subject), receipt=receipt)
    settle(request, asked)
    return request


def settle(request: Any, asked: Asked) -> None:
    """Purpose, matter, position and instant."""
    request.purpose.domain = asked.domain
    request.matter.role, request.matter.tender_kind = BIDDER, COMPULSORY
    request.consistency.at_exact_position = asked.at
    request.valid_time.FromMilliseconds(instant_ms(asked.day))


def identifier(code: str) -> subject_pb2.Identifier:
    """A 统一社会信用代码."""
    return subject_pb2.Identifier(type=USCC, value=code)


def caller_of(domain: int) -> Caller:
    """A system that asks in a domain."""
    return Caller(ROLE_OF_DOMAIN[domain], "asker", ORIGIN)  # type: ignore[index]


def answer_of(verdict: int, reason: int, hits: Any) -> Answer:
    """An answer of the wire in the form of the reference. Each hit must say by what law."""
    told = frozenset(
        Hit(
            hit.position,
            hit.measure_code,
            status_name(hit.status),
            effect_name(hit.effect),
            getattr(hit, "from"),
            hit.until,
        )
        for hit in hits
    )
    for hit in hits:
        assert hit.measure_name and hit.legal_basis and all(hit.legal_basis), hit  # noqa: PT018
        assert hit.document.number and hit.document.authority and hit.document.decided_on, hit  # noqa: PT018
    assert len(told) == len(hits)
    return Answer(verdict_name(verdict), reason_name(reason), told)


def verdict_name(value: int) -> str:
    """BLOCKED, …"""
    return verdict_pb2.Verdict.Name(value).removeprefix("VERDICT_")  # type: ignore[arg-type]


def reason_name(value: int) -> str:
    """SUBJECT_UNKNOWN, …; empty for none."""
    name = verdict_pb2.IndeterminateReason.Name(value)  # type: ignore[arg-type]
    return name.removeprefix("INDETERMINATE_REASON_") if value else ""


def status_name(value: int) -> str:
    """IN_FORCE, …"""
    return verdict_pb2.HitStatus.Name(value).removeprefix("HIT_STATUS_")  # type: ignore[arg-type]


def effect_name(value: int) -> str:
    """BLOCKS, …"""
    return verdict_pb2.HitEffect.Name(value).removeprefix("HIT_EFFECT_")  # type: ignore[arg-type]
