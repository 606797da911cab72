"""Gives admitted statements their positions: the heart of the single writer.

For each submission of a group, in order: is it a repetition, does the law admit it, what follows
from it, which leaf does it make. Then statements, leaves, derived rows and the signed checkpoint are
written in one transaction, and only then do the index and the callers learn of them.

The time of receipt never decreases along the log. A target of a withdrawal that stands earlier in
the same group is seen, because the ledger carries the group on top of the committed state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from registry.commands.ledger import GroupLedger
from registry.commands.state import RegistryState
from registry.commands.submission import Rejection, Submission, subject_stated
from registry.domain.faults import Fault
from registry.domain.periods import china_day
from registry.names import grams
from registry.provenance.checkpoint import Checkpoint, sign_checkpoint
from registry.provenance.keys import Signer
from registry.provenance.leaf import Leaf, LeafType
from registry.provenance.merkle import Frontier, leaf_hash
from registry.provenance.vault import NONCE_BYTES, SECRET_BYTES, Person, is_person, leaf_subject_key
from registry.sanctions.admission import admit
from registry.sanctions.effects import Effects, effects_of, genesis_effects
from registry.sanctions.ground import SubjectRecord
from registry.store.interface import (
    Chain,
    CheckpointRow,
    ExecutionRow,
    Group,
    QueryRow,
    Recorded,
    RefusalRow,
    ReportKey,
    StatementRow,
    StoreError,
)
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import intake_service_pb2, subject_pb2

LEAF_TYPES = {
    "key_enrolment": LeafType.KEY_REGISTER,
    "key_revocation": LeafType.KEY_REVOKE,
    "genesis": LeafType.GENESIS,
}
_ABOUT_SUBJECTS = (
    "event",
    "correction",
    "withdrawal",
    "repair",
    "lifting",
    "status_note",
    "subject_link",
    "name_ruling",
    "red_list_candidacy",
    "red_list_grant",
)
LEAF_TYPES |= dict.fromkeys(_ABOUT_SUBJECTS, LeafType.EVENT)
LEAF_TYPES["delivery"] = LeafType.DELIVERY
LEAF_TYPES |= dict.fromkeys(("edition_draft", "edition_review", "edition_adoption"), LeafType.EDITION)

_JUDGED_TOGETHER = (LeafType.EVENT, LeafType.DELIVERY)
"""Nothing in a group is judged by what these change."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The statement is in the log; ``again`` if it was there before it was submitted."""

    statement_id: str
    position: int
    received_ms: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class Reported:
    """The report of execution that is recorded under its id; ``again`` if it was there before."""

    row: ExecutionRow
    again: bool


Outcome = Placed | Rejection
"""What becomes of a statement."""
Answer = Outcome | Reported | None
"""What becomes of a job; nothing is said of a row of the query log."""
Job = Submission | Rejection | QueryRow | ExecutionRow


def changes_directory(job: Job) -> bool:
    """Whether what follows must be judged after this job is in force: it makes a group alone."""
    return isinstance(job, Submission) and LEAF_TYPES.get(job.body) not in _JUDGED_TOGETHER


class Sequencer:
    """Works out and commits groups of jobs. Clock (Unix ms) and randomness are arguments."""

    def __init__(
        self,
        state: RegistryState,
        signer: Signer,
        *,
        clock: Callable[[], int],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._state = state
        self._signer = signer
        self._clock = clock
        self._random = random_bytes
        head = state.head
        self._frontier = Frontier.from_bytes(head.frontier) if head else Frontier()
        self._behind = False

    def process(self, jobs: Sequence[Job]) -> Sequence[Answer]:
        """Works out one group and commits it. Raises StoreError with nothing recorded."""
        if self._behind:  # Something durable was never taken into account: answering would fork the log.
            raise StoreError("内存状态落后于存储, 请重启服务")
        submissions = [job for job in jobs if isinstance(job, Submission)]
        now = max(self._clock(), self._state.head.last_received_ms if self._state.head else 0)
        run = _Run(self._state, submissions, self._reports(jobs), self._frontier, now, self._random)
        outcomes = [run.take(job) for job in jobs]
        if run.effects:
            run.group.checkpoint = self._checkpoint(run.frontier, run.received_ms)
        self._state.store.commit(run.group)
        self._behind = True
        if run.group.checkpoint:
            self._frontier = run.frontier
            self._state.take(run.effects, run.group.checkpoint)
        self._behind = False
        return outcomes

    def _reports(self, jobs: Sequence[Job]) -> dict[ReportKey, ExecutionRow]:
        """The reports that are recorded under the ids of a group's."""
        keys = {job.key for job in jobs if isinstance(job, ExecutionRow)}
        return self._state.store.executions(keys) if keys else {}

    def _checkpoint(self, frontier: Frontier, received_ms: int) -> CheckpointRow:
        checkpoint = Checkpoint(self._state.origin, frontier.size, frontier.root())
        note = sign_checkpoint(checkpoint, self._signer)
        return CheckpointRow(frontier.size, frontier.to_bytes(), received_ms, note)


class _Run:
    """One group being worked out. Nothing outside it changes until it is committed."""

    def __init__(
        self,
        state: RegistryState,
        submissions: Sequence[Submission],
        reports: dict[ReportKey, ExecutionRow],
        frontier: Frontier,
        received_ms: int,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self.group = Group()
        self.effects: list[Effects] = []
        self.frontier = Frontier.from_bytes(frontier.to_bytes())
        self.received_ms = received_ms
        self._state = state
        self._random = random_bytes
        self._ledger = GroupLedger(state, submissions)
        self._reports = reports
        self._secrets: dict[str, bytes] = {}

    def take(self, job: Job) -> Answer:
        """Works out one job."""
        if isinstance(job, QueryRow):
            self.group.queries.append(job)
            return None
        if isinstance(job, ExecutionRow):
            return self._report(job)
        outcome = job if isinstance(job, Rejection) else self._place(job)
        if isinstance(outcome, Rejection):
            self.group.refusals.append(_refusal(outcome, self.received_ms))
        return outcome

    def _report(self, job: ExecutionRow) -> Reported:
        """Records a report unless its id is taken, by whatever content: whoever asked compares."""
        recorded = self._reports.get(job.key)
        if recorded is not None:
            return Reported(recorded, again=True)
        self._reports[job.key] = job
        self.group.executions.append(job)
        return Reported(job, again=False)

    def _place(self, job: Submission) -> Outcome:
        recorded = self._ledger.recorded(job.key)
        if recorded is not None and recorded.statement_hash == job.statement_hash:
            return Placed(job.statement.statement_id, recorded.position, recorded.received_ms, again=True)
        faults = [_REUSED] if recorded else self._faults(job)
        if faults:
            statement_id = job.statement.statement_id[:64]
            payload_sha256 = sha256(job.envelope.payload).digest()
            return Rejection(job.statement.department, statement_id, payload_sha256, tuple(faults))
        if job.recorded:
            self.received_ms = Leaf.decode(job.recorded.leaf).received_ms
        return self._append(job)

    def _faults(self, job: Submission) -> list[Fault]:
        directory = self._state.directory
        if job.body == "genesis":
            return [] if self.frontier.size == 0 else [_NOT_FIRST]
        signer = directory.key(job.signer)
        assert signer is not None  # A key never leaves the directory.
        received_ms = Leaf.decode(job.recorded.leaf).received_ms if job.recorded else self.received_ms
        return admit(job.statement, signers=[signer], received_on=china_day(received_ms), ledger=self._ledger)

    def _append(self, job: Submission) -> Placed:
        position = self.frontier.size
        effects = self._effects(job, position)
        ref = self._ledger.ref(job)
        chain = self._ledger.chain(ref)
        secret = self._secret(ref, job) if is_person(ref) else b""
        leaf = self._leaf(job, ref, chain, secret).encode()
        hashed = leaf_hash(leaf)
        self.frontier.append(hashed)
        head = Chain(ref, chain.sequence + 1, hashed)
        self.group.statements.append(self._row(job, position, ref, secret, leaf))
        self._collect(effects, head)
        recorded = Recorded(position, self.received_ms, job.statement_hash)
        self._ledger.admit(job.key, recorded, effects, head)
        return Placed(job.statement.statement_id, position, self.received_ms)

    def _effects(self, job: Submission, position: int) -> Effects:
        if job.body == "genesis":
            return genesis_effects(job.statement.genesis)
        signer = self._state.directory.key(job.signer)
        return effects_of(job.statement, position=position, ledger=self._ledger, signer=signer)

    def _leaf(self, job: Submission, ref: str, chain: Chain, secret: bytes) -> Leaf:
        signer = self._state.directory.key(job.signer)
        return Leaf(
            type=LEAF_TYPES.get(job.body, LeafType.DIRECTORY),
            received_ms=self.received_ms,
            subject_key=leaf_subject_key(ref, secret),
            subject_sequence=chain.sequence,
            previous=chain.head,
            statement_hash=job.statement_hash,
            key_position=signer.position if signer else 0,
        )

    def _row(self, job: Submission, position: int, ref: str, secret: bytes, leaf: bytes) -> StatementRow:
        if job.recorded:
            sealed = job.recorded.sealed_payload
        else:
            sealed = self._state.vault.seal_payload(job.envelope.payload, secret, self._random(NONCE_BYTES))
        signatures = statement_signatures(job)
        return StatementRow(position, *job.key, ref, job.envelope.payload_type, sealed, signatures, leaf)

    def _secret(self, ref: str, job: Submission) -> bytes:
        """The person's secret, made and sealed on the first statement about the person."""
        if ref not in self._secrets:
            sealed = self._ledger.persons.get(ref)
            person = self._state.vault.open_person(sealed) if sealed else self._new_person(ref, job)
            self._secrets[ref] = person.secret
        return self._secrets[ref]

    def _new_person(self, ref: str, job: Submission) -> Person:
        identifier = subject_pb2.Identifier()
        subject = subject_stated(job.statement)
        assert subject is not None  # What refers to a statement refers to a person who is known.
        identifier.CopyFrom(subject.identifier)
        person = Person(identifier, self._random(SECRET_BYTES))
        self.group.persons.append((ref, self._state.vault.seal_person(person, self._random(NONCE_BYTES))))
        return person

    def _collect(self, effects: Effects, head: Chain) -> None:
        group = self.group
        self.effects.append(effects)
        group.chains[head.subject] = head
        group.recorded += [effects.recorded] if effects.recorded else []
        group.targets += [effects.target] if effects.target else []
        group.opened += effects.opened
        group.closed += effects.closed
        group.marked += [(effects.subjects[0].ref, mark) for mark in effects.marked]
        group.unmarked += effects.unmarked
        group.linked += effects.linked
        group.unlinked += effects.unlinked
        group.named += effects.named
        group.unnamed += effects.unnamed
        group.grams += [(gram, n.subject) for n in effects.named for gram in sorted(grams(n.spelling))]
        group.deliveries += [effects.delivered] if effects.delivered else []
        group.departments += effects.departments
        group.officials += effects.officials
        group.keys += effects.keys
        group.editions += [effects.edition] if effects.edition else []
        for record in effects.subjects:
            self._collect_known(record, effects.position)

    def _collect_known(self, record: SubjectRecord, position: int) -> None:
        if not record.known:
            return
        since, until = record.known[-1]
        if since == position:
            self.group.became_known.append((record.ref, since))
        if until == position:
            self.group.became_unknown.append((record.ref, since, until))


def statement_signatures(job: Submission) -> bytes:
    """The envelope's signatures alone, as they are kept beside the sealed payload."""
    kept = type(job.envelope)(signatures=job.envelope.signatures)
    return kept.SerializeToString(deterministic=True)


def _refusal(rejection: Rejection, received_ms: int) -> RefusalRow:
    refused = intake_service_pb2.Refused(faults=[fault_message(fault) for fault in rejection.faults])
    return RefusalRow(
        department=rejection.department,
        statement_id=rejection.statement_id,
        payload_sha256=rejection.payload_sha256,
        received_ms=received_ms,
        faults=refused.SerializeToString(),
    )


def fault_message(fault: Fault) -> reasons.Fault:
    """A fault as it travels and rests."""
    return reasons.Fault(reason=fault.reason, field=fault.field, message=fault.message)


_REUSED = Fault(
    reasons.ERROR_REASON_STATEMENT_ID_REUSED, "statement_id", "这一陈述编号已用于另一份内容不同的陈述。"
)
_NOT_FIRST = Fault(reasons.ERROR_REASON_FIELD_INVALID, "body", "创世陈述只能是日志的第一条。")
