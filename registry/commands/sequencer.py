"""Gives admitted statements their positions: the heart of the single writer.

For each submission of a group, in order: is it a repetition, does the law admit it, what follows
from it, which leaf does it make. Then statements, leaves, derived rows and the signed checkpoint are
written in one transaction, and only then do the index and the callers learn of them.

The time of receipt never decreases along the log. A target of a withdrawal that stands earlier in
the same group is seen, because the ledger carries the group on top of the committed state.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from registry.commands.collecting import collect
from registry.commands.jobs import (
    LEAF_TYPES,
    Answer,
    EndedQueries,
    ErasedStatement,
    Job,
    KeptRow,
    Outcome,
    OwnStatement,
    Placed,
    Reported,
    WriteTrial,
)
from registry.commands.ledger import GroupLedger
from registry.commands.outbox import GroupOutbox, Outbox
from registry.commands.own_keys import OwnKeys, own_submission
from registry.commands.refusals import refusal_row
from registry.commands.state import ORIGIN, RegistryState
from registry.commands.submission import (
    OWN_BODIES,
    Rejection,
    Submission,
    digest_of_refused,
    subject_stated,
)
from registry.commands.writing_figures import GroupClock, WritingFigures
from registry.domain.departments import Key
from registry.domain.faults import Fault
from registry.domain.periods import china_day
from registry.provenance.checkpoint import Checkpoint, sign_checkpoint
from registry.provenance.keys import Signer, SignerError
from registry.provenance.leaf import Leaf, LeafType
from registry.provenance.merkle import Frontier, leaf_hash
from registry.provenance.vault import NONCE_BYTES, SECRET_BYTES, Person, is_person, leaf_subject_key
from registry.sanctions.admission import admit
from registry.sanctions.admission.own import check_own
from registry.sanctions.effects import Effects, effects_of, genesis_effects
from registry.sanctions.effects.own import own_effects
from registry.store.interface import (
    AcknowledgedRow,
    BatchRow,
    Chain,
    ChangeRow,
    CheckpointRow,
    CosignatureRow,
    ExecutionRow,
    Group,
    NoticeRow,
    QueryRow,
    RecipientRow,
    Recorded,
    ReportKey,
    StatementKey,
    StatementRow,
    StoreError,
    SubscriptionRow,
)
from registry.supervision.admission import admit_act, admit_alert
from registry.supervision.effects import act_effects
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import subject_pb2
from registry.v1.envelope_pb2 import Envelope


class Sequencer:
    """Works out and commits groups of jobs. Clock (Unix ms) and randomness are arguments.

    ``signers`` hold the log's keys, ``other_signers`` those that sign answers. ``publish`` has a checkpoint
    that is durable in the store put into the second one; only after it is anything answered, and whoever
    holds an answer holds it for good. ``outbox`` takes the notices; without one, none are made."""

    def __init__(
        self,
        state: RegistryState,
        signers: Sequence[Signer],
        *,
        clock: Callable[[], int],
        random_bytes: Callable[[int], bytes],
        publish: Callable[[CheckpointRow], None] = lambda _row: None,
        other_signers: Sequence[Signer] = (),
        folding_again: bool = False,
        outbox: Outbox | None = None,
    ) -> None:
        self._state = state
        self._outbox = outbox
        self._keys = OwnKeys(state, signers, other_signers, lenient=folding_again)
        self._publish = publish
        self._clock = clock
        self._random = random_bytes
        head = state.head
        self._frontier = Frontier.from_bytes(head.frontier) if head else Frontier()
        self._behind = ""
        self._passed_over: set[str] = set()
        self.figures = WritingFigures()

    def process(self, jobs: Sequence[Job]) -> Sequence[Answer]:
        """Works out one group and commits it. Raises StoreError with nothing recorded."""
        try:
            return self._process(jobs)
        except SignerError as error:  # A hardware module that was pulled out, say; it may come back.
            self.figures.failed(stuck=bool(self._behind))
            raise StoreError(f"日志密钥暂不可用: {error}") from error
        except StoreError:
            self.figures.failed(stuck=bool(self._behind))
            raise

    def _process(self, jobs: Sequence[Job]) -> Sequence[Answer]:
        if self._behind:  # Something durable was never taken into account: answering would fork the log.
            raise StoreError(f"{self._behind}; 须排除原因后重启服务")
        clock = GroupClock(len(jobs))
        if jobs and isinstance(jobs[0], WriteTrial):  # Alone in its group.
            return self._try_to_write(clock)
        submissions = [job for job in jobs if isinstance(job, Submission)]
        now = max(self._clock(), self._state.head.last_received_ms if self._state.head else 0)
        run = _Run(
            self._state, self._keys, submissions, self._reports(jobs), self._frontier, now, self._random
        )
        self._passed_over |= {job.row.subject for job in jobs if isinstance(job, ErasedStatement)}
        run.unjudged = self._passed_over
        run.tell_through(self._outbox)
        outcomes = [run.take(self._signed(job) if isinstance(job, OwnStatement) else job) for job in jobs]
        if run.effects:
            run.group.checkpoint = self._checkpoint(run)
        clock.done("admission")
        self._state.store.commit(run.group)
        clock.done("commit")
        self._behind = "内存状态落后于存储"
        if run.group.checkpoint:
            self._made_public(run.group.checkpoint)
            clock.done("second store")
            self._frontier = run.frontier
            self._state.take(run.effects, run.group.checkpoint, run.edge)
            clock.done("index")
        self._behind = ""
        if self._outbox:
            self._outbox.committed(run.group)
        self.figures.done(clock.group())
        return outcomes

    def _try_to_write(self, clock: GroupClock) -> Sequence[Answer]:
        """Writes a fact of the store as it is, durably: whether that can be done is what is asked."""
        store = self._state.store
        store.put_meta({ORIGIN: self._state.origin})
        clock.done("trial")
        self.figures.done(clock.group())
        return [None]

    def _made_public(self, row: CheckpointRow) -> None:
        try:
            self._publish(row)
        except StoreError as error:
            self._behind = str(error)  # The first cause is told until the restart.
            raise

    def _reports(self, jobs: Sequence[Job]) -> dict[ReportKey, ExecutionRow]:
        """The reports that are recorded under the ids of a group's."""
        keys = {job.key for job in jobs if isinstance(job, ExecutionRow)}
        return self._state.store.executions(keys) if keys else {}

    def _signed(self, job: OwnStatement) -> Submission:
        submission = own_submission(self._keys, job.body, self._random)
        return replace(submission, map_entries=tuple(job.map_entries))

    def _checkpoint(self, run: _Run) -> CheckpointRow:
        frontier = run.frontier
        checkpoint = Checkpoint(self._state.origin, frontier.size, frontier.root())
        note = sign_checkpoint(checkpoint, *self._keys.of_size(frontier.size, run.effects))
        return CheckpointRow(frontier.size, frontier.to_bytes(), run.received_ms, note)


class _Run:
    """One group being worked out. Nothing outside it changes until it is committed."""

    def __init__(
        self,
        state: RegistryState,
        keys: OwnKeys,
        submissions: Sequence[Submission],
        reports: dict[ReportKey, ExecutionRow],
        frontier: Frontier,
        received_ms: int,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self.group = Group()
        self.effects: list[Effects] = []
        self.frontier = Frontier.from_bytes(frontier.to_bytes())
        self.edge = state.edge.copy()
        self.received_ms = received_ms
        self._state = state
        self._keys = keys
        self._random = random_bytes
        self._ledger = GroupLedger(state, submissions)
        self._reports = reports
        self._secrets: dict[str, bytes] = {}
        self._batches: dict[StatementKey, BatchRow] = {}
        self.unjudged: Collection[str] = ()
        self._outbox: GroupOutbox | None = None

    def tell_through(self, outbox: Outbox | None) -> None:
        """Has notices made from here on."""
        self._outbox = GroupOutbox(outbox, self.group, self._ledger) if outbox else None

    def take(self, job: Job) -> Answer:
        """Works out one job."""
        if isinstance(job, KeptRow):
            kept: list[KeptRow] = getattr(self.group, _KEPT[type(job)])
            kept.append(job)
            return None
        if isinstance(job, EndedQueries):
            self.group.ended_queries.extend(job.numbers)
            self.group.queries.append(job.record)
            return None
        if isinstance(job, ExecutionRow):
            return self._report(job)
        if isinstance(job, ErasedStatement):
            return self._pass_over(job.row)
        assert not isinstance(job, OwnStatement | WriteTrial)  # Signed before; alone in its group.
        outcome = job if isinstance(job, Rejection) else self._place(job)
        if isinstance(outcome, Rejection):
            self.group.refusals.append(refusal_row(outcome, self.received_ms))
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
        faults = [_REUSED] if recorded else self._faults(job) + self._other_faults(job)
        if faults:
            statement_id = job.statement.statement_id[:64]
            payload_sha256 = digest_of_refused(job.envelope.payload)
            return Rejection(job.statement.department, statement_id, payload_sha256, tuple(faults))
        if job.recorded:
            self.received_ms = Leaf.decode(job.recorded.leaf).received_ms
        elif job.body == "registry_key_change":
            job = self._keys.cosigned(job)
        return self._append(job)

    def _faults(self, job: Submission) -> list[Fault]:
        directory = self._state.directory
        if job.body == "genesis":
            return [] if self.frontier.size == 0 else [_NOT_FIRST]
        if job.body == "risk_alert":
            return admit_alert(job.statement, self._ledger, self.frontier.size)
        if job.body in OWN_BODIES:  # Alone in its group: the committed tree is the log before it.
            state = self._state
            return check_own(job.statement, origin=state.origin, tree=state.tree, size=state.size)
        signer = directory.key(job.signer)
        assert signer is not None  # A key never leaves the directory.
        if job.recorded and job.recorded.subject in self.unjudged:
            return []  # The law looked at what is erased by now: that it was lawful cannot be seen again.
        received_ms = Leaf.decode(job.recorded.leaf).received_ms if job.recorded else self.received_ms
        day = china_day(received_ms)
        if job.body == "supervision":
            return admit_act(job.statement, signers=self._signers(job), received_on=day, ledger=self._ledger)
        return admit(job.statement, signers=[signer], received_on=day, ledger=self._ledger)

    def _signers(self, job: Submission) -> list[Key]:
        found = map(self._state.directory.key, filter(None, (job.signer, job.cosigner)))
        return [key for key in found if key is not None]

    def _other_faults(self, job: Submission) -> list[Fault]:
        """What the law does not know of: an id names one batch, as it does one statement; a change of the
        registry's keys is signed with them."""
        if job.body == "registry_key_change":
            return self._keys.faults_of_change(job)
        if job.batch is None:
            return []
        known = self._batches.get(job.batch.key) or self._state.store.batch_by_id(*job.batch.key)
        self._batches[job.batch.key] = known or job.batch
        return [_BATCH_REUSED] if known and not _is_same_batch(known, job) else []

    def _pass_over(self, row: StatementRow) -> Placed:
        """Places a statement whose content is erased. What of its leaf can be worked out is, as of any other;
        its hash, its key and its time are as the row has them, and are in the tree."""
        position, recorded = self.frontier.size, Leaf.decode(row.leaf)
        self.received_ms = recorded.received_ms
        chain = self._ledger.chain(row.subject)
        key = leaf_subject_key(row.subject, self._ledger.secret(row.subject))
        leaf = replace(recorded, subject_key=key, subject_sequence=chain.sequence, previous=chain.head)
        head = self._grow(replace(row, position=position, sealed_payload=b"", leaf=leaf.encode()), chain)
        self.group.changes.append(ChangeRow(row.erased_by or 0, row.subject, erasure=True))
        self._collect(Effects(position), head)
        placed = Recorded(position, self.received_ms, leaf.statement_hash, row.subject, row.erased_by)
        self._ledger.admit((row.department, row.statement_id), placed, Effects(position), head)
        return Placed(row.statement_id, position, self.received_ms)

    def _grow(self, row: StatementRow, chain: Chain) -> Chain:
        """Adds a row to the log, its leaf to the tree; the head of its chain from then on."""
        hashed = leaf_hash(row.leaf)
        self.frontier.append(hashed)
        self.group.tiles += self.edge.append(hashed)
        self.group.statements.append(row)
        return Chain(row.subject, chain.sequence + 1, hashed)

    def _append(self, job: Submission) -> Placed:
        position = self.frontier.size
        effects = self._effects(job, position)
        ref = self._ledger.ref(job)
        chain = self._ledger.chain(ref)
        secret = self._secret(ref, job) if is_person(ref) else b""
        leaf = self._leaf(job, ref, chain, secret).encode()
        head = self._grow(self._row(job, position, ref, secret, leaf), chain)
        self.group.map_entries += job.map_entries
        if job.batch and job.batch not in self.group.batches:
            self.group.batches.append(job.batch)
        self._collect(effects, head)
        if self._outbox:
            self._outbox.tell(job, effects, ref, self.received_ms)
        recorded = Recorded(position, self.received_ms, job.statement_hash, ref)
        self._ledger.admit(job.key, recorded, effects, head)
        return Placed(job.statement.statement_id, position, self.received_ms)

    def _effects(self, job: Submission, position: int) -> Effects:
        if job.body == "genesis":
            return genesis_effects(job.statement.genesis)
        if job.body in ("supervision", "risk_alert"):
            day = china_day(self.received_ms)
            self._ledger.keep(position, job.statement)
            return act_effects(job.statement, position, day, signers=self._signers(job), ledger=self._ledger)
        if job.body in OWN_BODIES:
            return own_effects(job.statement, position)
        signer = self._state.directory.key(job.signer)
        return effects_of(job.statement, position=position, ledger=self._ledger, signer=signer)

    def _leaf(self, job: Submission, ref: str, chain: Chain, secret: bytes) -> Leaf:
        signer = self._state.directory.key(job.signer)
        own = self._state.registry_keys.get(job.signer)
        return Leaf(
            type=LeafType.EVENT_IN_BATCH if job.batch else LEAF_TYPES.get(job.body, LeafType.DIRECTORY),
            received_ms=self.received_ms,
            subject_key=leaf_subject_key(ref, secret),
            subject_sequence=chain.sequence,
            previous=chain.head,
            statement_hash=job.statement_hash,
            key_position=signer.position if signer else own.added if own else 0,
        )

    def _row(self, job: Submission, position: int, ref: str, secret: bytes, leaf: bytes) -> StatementRow:
        if job.recorded:
            sealed = job.recorded.sealed_payload
        else:
            sealed = self._state.vault.seal_payload(job.envelope.payload, secret, self._random(NONCE_BYTES))
        signatures = statement_signatures(job)
        batch, index = (job.batch.header_hash, job.batch_index) if job.batch else (None, None)
        payload_type = job.envelope.payload_type
        return StatementRow(position, *job.key, ref, payload_type, sealed, signatures, leaf, batch, index)

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
        self.effects.append(effects)
        self.group.chains[head.subject] = head
        collect(self.group, effects)


_KEPT = {
    QueryRow: "queries",
    CosignatureRow: "cosignatures",
    NoticeRow: "notices",
    AcknowledgedRow: "acknowledged",
    SubscriptionRow: "subscriptions",
    RecipientRow: "recipients",
}


def _is_same_batch(known: BatchRow, job: Submission) -> bool:
    """Whether a job's batch is the one that is known by its id, signed with the same key: one signature is
    kept, and every leaf of the batch names its key."""
    assert job.batch is not None
    if known.header_hash != job.batch.header_hash or known.header == job.batch.header:
        return known.header_hash == job.batch.header_hash
    return Envelope.FromString(known.header).signatures[0].keyid == job.signer


def statement_signatures(job: Submission) -> bytes:
    """The envelope's signatures alone, as they are kept beside the sealed payload."""
    kept = type(job.envelope)(signatures=job.envelope.signatures)
    return kept.SerializeToString(deterministic=True)


_REUSED = Fault(
    reasons.ERROR_REASON_STATEMENT_ID_REUSED, "statement_id", "这一陈述编号已用于另一份内容不同的陈述。"
)
_NOT_FIRST = Fault(reasons.ERROR_REASON_FIELD_INVALID, "body", "创世陈述只能是日志的第一条。")
_BATCH_REUSED = Fault(
    reasons.ERROR_REASON_BATCH_ID_REUSED, "batch.header.batch_id", "这一批次编号已用于另一批陈述。"
)
