"""Putting statements in and reading back what became of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import cast

from registry.access.identity import Caller
from registry.commands.batches import leaves_of, read_batch
from registry.commands.jobs import Answer, Job, Outcome
from registry.commands.state import Log, RegistryState
from registry.commands.submission import Rejection, Submission, read_envelope
from registry.commands.supervision.complaints_inbox import NUMBER
from registry.current_call import step
from registry.domain.files import act_of
from registry.errors import RegistryError
from registry.provenance.batch import BatchError, membership
from registry.provenance.leaf import Leaf
from registry.provenance.vault import VaultError, is_person
from registry.store.interface import RefusalRow, StatementRow, StoreError
from registry.store.writer import Promise, Writer
from registry.v1 import envelope_pb2
from registry.v1 import error_reason_pb2 as reasons
from registry.v1.supervision_pb2 import COMPLAINT_CHANNEL_WEB

MAX_ENVELOPES = 1024
MAX_REFUSALS = 1000
DEFAULT_REFUSALS = 100
_REVOCATIONS = ("key_revocation", "official_revocation")


@dataclass(frozen=True, slots=True)
class Kept:
    """A statement of the log, as it was received."""

    position: int
    received_ms: int
    statement: envelope_pb2.SignedStatement


class Intake:
    """Submits for callers and reads their own statements and refusals.

    ``gate`` raises RegistryError while nothing new is to be taken (`registry.upkeep.stamping`). What is in
    the log already is answered all the same, and a key or an official can always be revoked: that a thief
    goes on would be the worse harm."""

    def __init__(
        self, state: RegistryState, writer: Writer[Job, Answer], gate: Callable[[], None] = lambda: None
    ) -> None:
        self._state = state
        self._writer = writer
        self._gate = gate

    def submit(
        self, envelopes: Sequence[envelope_pb2.Envelope], caller: Caller
    ) -> list[Promise[Outcome | None]]:
        """Queues envelopes in order; each promise is kept when its outcome is durable."""
        if len(envelopes) > MAX_ENVELOPES:
            message = f"一次最多提交{MAX_ENVELOPES}份陈述, 这里有{len(envelopes)}份。"
            raise RegistryError.of(reasons.ERROR_REASON_TOO_LARGE, message, "envelopes")
        with step("admission"):
            jobs = _none_lodged([read_envelope(e, self._state, caller.name) for e in envelopes])
        return self._put(jobs)

    def submit_batch(self, batch: envelope_pb2.SignedBatch, caller: Caller) -> list[Promise[Outcome | None]]:
        """Queues the statements of a batch in order. Raises RegistryError if its header or signature is
        wrong: then none is recorded, nor any refusal."""
        with step("admission"):
            jobs = _none_lodged(read_batch(batch, self._state, caller.name))
        return self._put(jobs)

    def submit_of_kind(
        self, envelope: envelope_pb2.Envelope, kind: str, caller: Caller
    ) -> Promise[Outcome | None]:
        """Queues one envelope that must hold a statement of a kind (``key_enrolment`` …)."""
        with step("admission"):
            job = read_envelope(envelope, self._state, caller.name)
        body = getattr(job, "body", kind)
        if body != kind:
            message = f"信封里是{body or '空陈述'}, 应为{kind}。"
            raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, "envelope.payload")
        return self._put([job])[0]

    def submit_act(
        self, envelope: envelope_pb2.Envelope, acts: Collection[str], caller: Caller
    ) -> Promise[Outcome | None]:
        """Queues one envelope that must hold one of these acts of supervision."""
        with step("admission"):
            job = read_envelope(envelope, self._state, caller.name)
        act = act_of(job.statement) if isinstance(job, Submission) else ""
        if isinstance(job, Submission) and act not in acts:
            message = f"信封里是{act or job.body or '空陈述'}, 这项服务不受理。"
            raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, "envelope.payload")
        return self._put([job])[0]

    def _put(self, jobs: list[Submission | Rejection]) -> list[Promise[Outcome | None]]:
        try:
            self._gate()
        except RegistryError:
            if not self._always_taken(jobs):
                raise
        return cast("list[Promise[Outcome | None]]", self._writer.put(jobs))  # Of statements, nothing else.

    def _always_taken(self, jobs: Sequence[Submission | Rejection]) -> bool:
        submissions = [job for job in jobs if isinstance(job, Submission)]
        known = self._state.store.recorded({job.key for job in submissions})
        hashes = {key: recorded.statement_hash for key, recorded in known.items()}
        return len(submissions) == len(jobs) and all(
            job.body in _REVOCATIONS or hashes.get(job.key) == job.statement_hash for job in submissions
        )

    def statement(self, caller: Caller, *, statement_id: str = "", position: int | None = None) -> Kept:
        """The caller's own statement, byte for byte. Raises RegistryError NOT_FOUND for any other, and
        CONTENT_ERASED, naming the erasure, where only that there was one is left."""
        if position is None:
            found = self._state.store.recorded([(caller.name, statement_id)])
            recorded = found.get((caller.name, statement_id))
            position = recorded.position if recorded else None
        row = self._state.store.statement(position) if position is not None else None
        if row is None or row.department != caller.name:
            message = "本部门没有这份陈述。"
            raise RegistryError.of(reasons.ERROR_REASON_NOT_FOUND, message, "by")
        if row.erased_by is not None:
            message = f"序号{row.position}的内容已由序号{row.erased_by}依法删除。"
            raise RegistryError.of(reasons.ERROR_REASON_CONTENT_ERASED, message, "by")
        signed = signed_statement(row, self._state.log)
        return Kept(row.position, Leaf.decode(row.leaf).received_ms, signed)

    def refusals(self, caller: Caller, *, after: int, page_size: int) -> list[RefusalRow]:
        """What was refused from the calling department, rising by number."""
        limit = min(page_size or DEFAULT_REFUSALS, MAX_REFUSALS)
        return self._state.store.refusals(caller.name, after, limit)


def _none_lodged(jobs: Sequence[Submission | Rejection]) -> list[Submission | Rejection]:
    """These, unless one takes in what was lodged from the web: only the service of complaints compares its
    day and content with the lodging. Raises RegistryError."""
    for job in jobs:
        if isinstance(job, Submission) and act_of(job.statement) == "complaint":
            told = job.statement.supervision.complaint
            if told.channel == COMPLAINT_CHANNEL_WEB or NUMBER.match(told.number):
                message = "网上提交的投诉举报只经投诉举报服务(RecordComplaintAct)登记。"
                raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, "envelopes")
    return list(jobs)


def open_envelope(row: StatementRow, log: Log) -> envelope_pb2.Envelope:
    """The envelope of a row, byte for byte as it was signed. Raises VaultError."""
    payload = log.vault.open_payload(row.sealed_payload, person_secret(row.subject, log))
    signatures = envelope_pb2.Envelope.FromString(row.signatures).signatures
    return envelope_pb2.Envelope(payload=payload, payload_type=row.payload_type, signatures=signatures)


def signed_statement(row: StatementRow, log: Log) -> envelope_pb2.SignedStatement:
    """The statement of a row with what its department signed for it. Raises VaultError, or StoreError if the
    signature of its batch is not there or says something else."""
    signed = envelope_pb2.SignedStatement(envelope=open_envelope(row, log))
    if row.batch is None or row.batch_index is None:
        return signed
    batch = log.store.batches([row.batch]).get(row.batch)
    if batch is None:
        raise StoreError(f"存储被改动: 序号{row.position}所属批次的签名不在存储里")
    header = envelope_pb2.Envelope.FromString(batch.header)
    try:
        signed.batch.CopyFrom(membership(header, leaves_of(batch), row.batch_index))
    except BatchError as error:
        raise StoreError(f"存储被改动: 序号{row.position}所属的批次与其抬头不符") from error
    return signed


def person_secret(ref: str, log: Log) -> bytes:
    """The secret of a natural person, empty for an organisation. Raises VaultError."""
    if not is_person(ref):
        return b""
    sealed = log.store.persons([ref]).get(ref)
    if sealed is None:
        raise VaultError("没有这一自然人的密封身份")
    return log.vault.open_person(sealed).secret
