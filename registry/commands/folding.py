"""Folding the log into a store: every statement read, its signatures verified, admitted and worked out again.

From the first statement into an empty store (``registry rebuild``, an import of an open archive), up to an
earlier position (a restore to a point in time), or from where a store ends (increments after a backup). What
was erased by law is passed over: its leaf is all that it leaves. Nothing is signed with the log's key here: a
fold that has none at hand signs with one that is thrown away, and what the log itself signed takes the place
of the last checkpoint (`registry.commands.adopting`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from google.protobuf.message import DecodeError

from registry.commands.batches import read_recorded
from registry.commands.erasures import Erasing, PassedOver, erasing, passed_over
from registry.commands.intake import open_envelope
from registry.commands.jobs import ErasedStatement, changes_directory
from registry.commands.map_states import MapFold, MapStateError
from registry.commands.sequencer import Sequencer
from registry.commands.state import Log, RegistryState
from registry.commands.submission import Rejection, Submission, read_envelope, verifying_key
from registry.provenance.envelope import pae
from registry.provenance.keys import Signer, keyid_of
from registry.provenance.leaf import Leaf, LeafType, statement_hash
from registry.store.interface import StatementRow, Store
from registry.v1 import envelope_pb2, statement_pb2

GROUP = 512


@dataclass(slots=True)
class Folded:
    """What a fold came to: how many statements, what differs, what was passed over because its content is
    erased, and the erasures by their positions."""

    statements: int = 0
    differences: list[str] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    erasures: dict[int, Erasing] = field(default_factory=dict)


def fold(
    source: Log,
    target: Store,
    signers: Sequence[Signer],
    result: Folded,
    *,
    end: int | None = None,
    progress: Callable[[int], None] = lambda _count: None,
) -> RegistryState:
    """Folds the statements of ``source`` from where ``target`` ends to before ``end`` (None: all there are)
    and answers the state then. Stops at the first group in which ``result`` is told that something differs.
    Raises StoreError."""
    state = RegistryState(target, source.vault, source.editions)
    sequencer = Sequencer(state, signers, clock=lambda: 0, random_bytes=bytes, folding_again=True)
    maps = MapFold(target, _mapped(state))
    for group in _groups(source, state, result, end):
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
    return state


def _mapped(state: RegistryState) -> int:
    """How many statements the last map state of a store covers."""
    size = 0
    for row in state.store.statements_under("R:"):
        if Leaf.decode(row.leaf).type is LeafType.MAP_STATE:
            payload = open_envelope(row, state.log).payload
            size = statement_pb2.Statement.FromString(payload).map_state.size
    return size


def _groups(
    source: Log, state: RegistryState, result: Folded, end: int | None
) -> Iterator[list[Submission | ErasedStatement]]:
    group: list[Submission | ErasedStatement] = []
    for row in source.store.statements(state.size):
        if row.position == end:
            break
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


def _note_erasure(job: Submission | ErasedStatement, row: StatementRow, result: Folded) -> None:
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


def _compare_leaf(job: Submission | ErasedStatement, outcome: object, target: Store, result: Folded) -> None:
    row = job.row if isinstance(job, ErasedStatement) else job.recorded
    assert row is not None
    if isinstance(outcome, Rejection):
        reasons = "; ".join(fault.message for fault in outcome.faults)
        result.differences.append(f"序号{row.position}: 按当时的规则不应登记: {reasons}")
    elif target.statement(row.position) != row:
        result.differences.append(f"序号{row.position}: 叶子或陈述与日志不符")
