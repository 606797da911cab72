"""One group of submissions being worked out: what each comes to, and the rows that record it.

For each submission, in order: is it a repetition, does the law admit it, what follows from it, which leaf
does it make. A target of a withdrawal that stands earlier in the same group is seen, because the ledger
carries the group on top of the committed state. Pure but for what it reads of the store.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from registry.commands.collecting import collect
from registry.commands.forgetting import is_over, without_number
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
from registry.commands.own_keys import OwnKeys
from registry.commands.refusals import refusal_row
from registry.commands.state import RegistryState
from registry.commands.submission import (
    OWN_BODIES,
    Rejection,
    Submission,
    digest_of_refused,
    subject_stated,
)
from registry.domain.departments import Key
from registry.domain.faults import Fault
from registry.domain.periods import china_day
from registry.provenance.leaf import Leaf, LeafType
from registry.provenance.merkle import Frontier, leaf_hash
from registry.provenance.vault import NONCE_BYTES, SECRET_BYTES, Person, is_person, leaf_subject_key
from registry.sanctions.admission import admit
from registry.sanctions.admission.own import check_own
from registry.sanctions.effects import Effects, effects_of, genesis_effects
from registry.sanctions.effects.changes import Erased
from registry.sanctions.effects.own import own_effects
from registry.sanctions.ground import SubjectRecord
from registry.store.interface import (
    AcknowledgedRow,
    BatchRow,
    Chain,
    ChangeRow,
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
    SubscriptionRow,
)
from registry.supervision.admission import admit_act, admit_alert
from registry.supervision.effects import act_effects
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import subject_pb2
from registry.v1.envelope_pb2 import Envelope


class GroupRun:
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
        faults = [_REUSED] if recorded else self._all_faults(job)
        if faults:
            statement_id = job.statement.statement_id[:64]
            payload_sha256 = digest_of_refused(job.envelope.payload)
            return Rejection(job.statement.department, statement_id, payload_sha256, tuple(faults))
        if job.recorded:
            self.received_ms = Leaf.decode(job.recorded.leaf).received_ms
        elif job.body == "registry_key_change":
            job = self._keys.cosigned(job)
        return self._append(job)

    def _all_faults(self, job: Submission) -> list[Fault]:
        faults = self._faults(job) + self._other_faults(job)
        told = {fault.field for fault in faults}
        return faults + [fault for fault in job.mentioned if fault.field not in told]

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
        again, ledger = job.recorded is not None, self._ledger
        if job.body == "supervision":
            signers = self._signers(job)
            return admit_act(job.statement, signers=signers, received_on=day, ledger=ledger, recorded=again)
        return admit(job.statement, signers=[signer], received_on=day, ledger=ledger, recorded=again)

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
        if effects.erased and not job.recorded:  # What is folded again has its persons as they rest.
            self._forget(effects.erased, effects.subjects[0])
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
        signatures = _signatures_of(job)
        batch, index = (job.batch.header_hash, job.batch_index) if job.batch else (None, None)
        payload_type = job.envelope.payload_type
        return StatementRow(position, *job.key, ref, payload_type, sealed, signatures, leaf, batch, index)

    def _secret(self, ref: str, job: Submission) -> bytes:
        """The person's secret, made and sealed on the first statement about the person."""
        if ref not in self._secrets:
            sealed = self._ledger.persons.get(ref)
            person = self._state.vault.open_person(sealed) if sealed else None
            self._secrets[ref] = self._named(ref, job, person).secret
        return self._secrets[ref]

    def _named(self, ref: str, job: Submission, known: Person | None) -> Person:
        """The person as the store has it from now on: new, or named again after the number was erased."""
        subject = subject_stated(job.statement)
        if known is not None and (job.recorded or subject is None or self._state.vault.names(known, ref)):
            return known
        assert subject is not None  # What refers to a statement refers to a person who is known.
        identifier = subject_pb2.Identifier()
        identifier.CopyFrom(subject.identifier)
        return self._keep(ref, Person(identifier, known.secret if known else self._random(SECRET_BYTES)))

    def _forget(self, erased: Erased, left: SubjectRecord) -> None:
        """The number of a person goes with the last that was stated about him, but for what is shown of it:
        whoever was told of him is told of the erasure by that. The secret stays: the leaves are keyed with
        it, and what says that something was erased is sealed under it."""
        sealed = self._ledger.persons.get(erased.subject)
        told = (each for each in self._ledger.told(erased.subject) if each.position not in erased.positions)
        if sealed is not None and not left.links and is_over(told):
            self._keep(erased.subject, without_number(self._state.vault.open_person(sealed)))

    def _keep(self, ref: str, person: Person) -> Person:
        self.group.persons.append((ref, self._state.vault.seal_person(person, self._random(NONCE_BYTES))))
        return person

    def _collect(self, effects: Effects, head: Chain) -> None:
        self.effects.append(effects)
        self.group.chains[head.subject] = head
        collect(self.group, effects, self._ledger)


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


def _signatures_of(job: Submission) -> bytes:
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
