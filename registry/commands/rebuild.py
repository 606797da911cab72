"""Folding the log into an empty store and comparing every derived row (invariant 2).

Nothing derived is copied, or even read before it is compared, so that a store whose derived state is
past reading can be built again: signatures are verified again, every statement is admitted again as it
was on the day of its receipt, its effects and its leaf are worked out again. What differs anywhere is
named. What was erased by law is passed over, and so is the question whether what was stated of the same
subject afterwards was admissible: it may have rested on what is gone. The log's own rows (sealed payloads,
sealed persons) and the registry's own records (refusals, query log, reports of execution, notices with who
acknowledged them) are carried over, because they do not follow from anything; no notice is made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from google.protobuf.message import DecodeError

from registry.commands.batches import read_recorded
from registry.commands.erasures import Erasing, PassedOver, erasing, erasure_faults, passed_over
from registry.commands.found import found
from registry.commands.intake import open_envelope
from registry.commands.jobs import ErasedStatement, changes_directory
from registry.commands.map_states import MapFold, MapStateError
from registry.commands.sequencer import Sequencer
from registry.commands.state import ORIGIN, Log, RegistryState
from registry.commands.submission import Rejection, Submission, read_envelope, verifying_key
from registry.provenance.checkpoint import CheckpointError, open_checkpoint
from registry.provenance.envelope import pae
from registry.provenance.keys import Signer, keyid_of
from registry.provenance.leaf import Leaf, statement_hash
from registry.provenance.note import NoteError, signature_lines
from registry.store.interface import DERIVED_TABLES, Group, StatementRow, Store
from registry.v1 import envelope_pb2, statement_pb2
from registry.v1.statement_pb2 import REGISTRY_KEY_PURPOSE_LOG

GROUP = 512
MAX_DIFFERENCES = 20


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild found: statements folded, rows compared, and every difference; and what it passed over,
    because its content is erased."""

    statements: int = 0
    rows: int = 0
    differences: list[str] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    erasures: dict[int, Erasing] = field(default_factory=dict)

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def rebuild(
    source: Log,
    target: Store,
    signers: Sequence[Signer],
    *,
    progress: Callable[[int], None] = lambda _count: None,
) -> Rebuilt:
    """Folds the log of ``source`` into the empty ``target`` and compares. Raises StoreError."""
    result = Rebuilt()
    carry_over(source.store, target)
    found(target, source.vault, source.origin)
    state = RegistryState(target, source.vault, source.editions)
    sequencer = Sequencer(state, signers, clock=lambda: 0, random_bytes=bytes, folding_again=True)
    maps = MapFold(target)
    for group in _groups(source, state, result):
        try:
            jobs = [job if isinstance(job, ErasedStatement) else maps.completed(job) for job in group]
        except MapStateError as error:
            result.differences.append(str(error))
            break
        for submission, outcome in zip(jobs, sequencer.process(jobs), strict=True):
            _compare_leaf(submission, outcome, target, result)
        result.statements += len(group)
        progress(result.statements)
        if result.differences:
            break
    operator = state.directory.operator
    result.differences += erasure_faults(result.passed_over, result.erasures, operator)
    if result.agrees:  # What follows from a log that differs differs too, and would only hide where it began.
        compare(source.store, target, result)
    return result


def carry_over(source: Store, target: Store) -> None:
    """Copies what does not follow from the log: sealed persons, refusals, the query log, reports, notices
    and who was told, cosignatures, and the signatures over batches."""
    target.commit(Group(persons=list(source.all_persons())))
    target.commit(Group(refusals=list(source.all_refusals()), queries=list(source.queries())))
    target.commit(Group(executions=list(source.all_executions())))
    target.commit(Group(notices=list(source.all_notices()), subscriptions=list(source.subscriptions())))
    target.commit(Group(recipients=list(source.all_recipients())))
    target.commit(Group(cosignatures=list(source.all_cosignatures())))
    target.commit(Group(batches=list(source.all_batches())))


def compare(one: Store, other: Store, result: Rebuilt) -> None:
    """Compares every derived table, row by row in key order."""
    for table in DERIVED_TABLES:
        for left, right in zip_longest(one.derived_rows(table), other.derived_rows(table)):
            result.rows += 1
            if left != right and not (table == "checkpoint" and _signed_alike(left, right, other)):
                result.differences.append(_difference(table, left, right))
                if len(result.differences) >= MAX_DIFFERENCES:
                    return


def _signed_alike(left: tuple[object, ...] | None, right: tuple[object, ...] | None, rebuilt: Store) -> bool:
    """Whether two checkpoints say the same and both bear every line that they must, and no other: signatures
    by P-256 and SM2 are never twice the same."""
    if left is None or right is None or left[:-1] != right[:-1]:
        return False
    notes, size = (str(left[-1]), str(right[-1])), left[1]
    keys = [
        verifying_key(entry.suite, entry.public_key)
        for entry in rebuilt.registry_keys()
        if entry.purpose == REGISTRY_KEY_PURPOSE_LOG and isinstance(size, int) and entry.signs_size(size)
    ]
    if not keys:
        return False
    try:
        opened = [open_checkpoint(note, *keys, origin=rebuilt.meta()[ORIGIN]) for note in notes]
        lines = [len(signature_lines(note)) for note in notes]
    except (CheckpointError, NoteError):
        return False
    return opened[0] == opened[1] and lines == [len(keys)] * 2


def _difference(table: str, left: tuple[object, ...] | None, right: tuple[object, ...] | None) -> str:
    if table == "checkpoint" and left and right and left[:-1] == right[:-1]:
        return "checkpoint: 只有签名不同, log.key 不是签过最后检查点的密钥"
    return f"{table}: {left!r} ≠ {right!r}"


def _groups(
    source: Log, state: RegistryState, result: Rebuilt
) -> Iterator[list[Submission | ErasedStatement]]:
    group: list[Submission | ErasedStatement] = []
    for row in source.store.statements():
        submission = _read(row, source, state)
        if isinstance(submission, str):
            result.differences.append(f"序号{row.position}: {submission}")
            return
        _note_erasure(submission, row, result)
        if group and (changes_directory(submission) or len(group) == GROUP):
            yield group
            group = []
        group.append(submission)
        if changes_directory(submission):
            yield group
            group = []
    if group:
        yield group


def _note_erasure(job: Submission | ErasedStatement, row: StatementRow, result: Rebuilt) -> None:
    if isinstance(job, ErasedStatement):
        result.passed_over.append(passed_over(row))
    elif job.body == "erasure":
        result.erasures[row.position] = erasing(row, job.statement)


def _read(row: StatementRow, source: Log, state: RegistryState) -> Submission | ErasedStatement | str:
    """The submission of a row, its signatures verified again; or what is wrong with it."""
    try:
        Leaf.decode(row.leaf)
        if row.erased_by is not None:
            passed_over(row)
            return ErasedStatement(row)
        envelope = open_envelope(row, source)
        submission = _read_again(envelope, row, source, state)
    except DecodeError:
        return "签名或内容不能解析"
    except ValueError as error:
        return str(error)
    if isinstance(submission, Submission):
        return submission
    return "; ".join(fault.message for fault in submission.faults)


def _read_again(
    envelope: envelope_pb2.Envelope, row: StatementRow, source: Log, state: RegistryState
) -> Submission | Rejection:
    """Raises ValueError."""
    if row.position == 0:
        return _read_genesis(envelope, row)
    if row.batch is None:
        return read_envelope(envelope, state, row.department, row)
    batch = source.store.batches([row.batch]).get(row.batch)
    if batch is None:
        raise ValueError("所属批次的签名不在存储里")
    return read_recorded(envelope.payload, row, batch, state)


def _read_genesis(envelope: envelope_pb2.Envelope, row: StatementRow) -> Submission:
    """The founding statement, signed by the key it names. Raises ValueError."""
    statement = statement_pb2.Statement.FromString(envelope.payload)
    key = statement.genesis.operator_key
    keyid = keyid_of(key.public_key)
    if not statement.HasField("genesis") or [s.keyid for s in envelope.signatures] != [keyid]:
        raise ValueError("日志的第一条不是由其所载密钥签名的创世陈述")
    signed = pae(row.payload_type, envelope.payload)
    verifying_key(key.suite, key.public_key).verify(signed, envelope.signatures[0].sig)
    hashed = statement_hash(row.payload_type, envelope.payload)
    return Submission(envelope, statement, hashed, keyid, row)


def _compare_leaf(job: Submission | ErasedStatement, outcome: object, target: Store, result: Rebuilt) -> None:
    row = job.row if isinstance(job, ErasedStatement) else job.recorded
    assert row is not None
    if isinstance(outcome, Rejection):
        reasons = "; ".join(fault.message for fault in outcome.faults)
        result.differences.append(f"序号{row.position}: 按当时的规则不应登记: {reasons}")
    elif target.statement(row.position) != row:
        result.differences.append(f"序号{row.position}: 叶子或陈述与日志不符")
