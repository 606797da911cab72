"""The log, checked as it is read: checkpoints, proofs, leaves, statements.

    log = registry.log.trusting("credit.example/cangzhou+c7714670+AddagZgCsQq307f/1UszyvLthDv9CqH…")
    held = log.checkpoint()                           # every key named has signed it
    proven = log.inclusion(1042, held)                # leaf 1042 is in the tree of that checkpoint
    later = log.consistency(held)                     # the log has only grown since
    for checkpoint in log.watch_checkpoints(later):   # each extends the one before
        print(checkpoint.size)

Whatever is returned was proven against a checkpoint; what does not fit raises AnswerError. Without
``trusting`` or ``under`` the signature on that checkpoint is not checked (``verified`` is False): then the
answers agree with one another, and no more is shown. A log that tells different callers different things is
found by comparing checkpoints, as witnesses do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import grpc
from google.protobuf.message import DecodeError

from registry.provenance.batch import BatchError, check_membership
from registry.provenance.checkpoint import Checkpoint, CheckpointError, open_checkpoint
from registry.provenance.leaf import Leaf, statement_hash
from registry.provenance.merkle import leaf_hash
from registry.provenance.note import parse_vkey
from registry.provenance.proof import ProofError, verify_consistency, verify_inclusion, verify_range
from registry.provenance.witness_policy import Policy, PolicyError
from registry.v1 import log_service_pb2 as pb
from registry.v1.envelope_pb2 import SignedStatement
from registry.v1.log_service_pb2_grpc import LogServiceStub
from registry.v1.statement_pb2 import Statement
from registry_client.calls import Calls
from registry_client.errors import AnswerError

MOST_LEAVES = 1024
"""Leaves that one call answers with."""


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint of the log, and whether every key that was asked for is seen to have signed it."""

    note: str
    checkpoint: Checkpoint
    verified: bool

    @property
    def size(self) -> int:
        """How many leaves the log had."""
        return self.checkpoint.size


@dataclass(frozen=True, slots=True)
class ProvenLeaf:
    """A leaf that is in the tree of a checkpoint, and what proves it (RFC 9162 §2.1.3)."""

    position: int
    leaf: bytes
    proof: tuple[bytes, ...]
    checkpoint: SignedCheckpoint


@dataclass(frozen=True, slots=True)
class LoggedStatement:
    """A statement whose hash and time of receipt its leaf holds, and that leaf proven.

    That its department signed it is not checked here: its key is, with a receipt."""

    statement: Statement
    signed: SignedStatement
    received_time: datetime
    leaf: ProvenLeaf


class Log:
    """The log of a registry. One is had from ``Registry``."""

    def __init__(
        self, channel: grpc.Channel, calls: Calls, verify: Callable[[str], Checkpoint] | None = None
    ) -> None:
        self._channel = channel
        self._calls = calls
        self._stub = LogServiceStub(channel)
        self._verify = verify

    def trusting(self, *keys: str) -> Log:
        """The same log, of whose checkpoints each must be signed with every one of these keys: verifier keys
        of C2SP signed-note, named for the log. NoteError if one is none, ValueError if they name two logs."""
        parsed = [parse_vkey(key) for key in keys]
        if len({key.name for key in parsed}) != 1:
            raise ValueError("the keys of one log bear its name, at least one of them is needed")
        verify = partial(open_checkpoint, origin=parsed[0].name)
        return Log(self._channel, self._calls, lambda note: verify(note, *parsed))

    def under(self, policy: Policy) -> Log:
        """The same log, of whose checkpoints each must bear the signatures that a policy asks for."""
        return Log(self._channel, self._calls, lambda note: policy.check_checkpoint(note).checkpoint)

    def latest_note(self) -> str:
        """The latest checkpoint as it came, unread."""
        return self._calls.unary(self._stub.GetCheckpoint, pb.GetCheckpointRequest()).checkpoint

    def checkpoint(self) -> SignedCheckpoint:
        """The latest checkpoint."""
        return self.opened(self.latest_note())

    def inclusion(self, position: int, checkpoint: SignedCheckpoint | None = None) -> ProvenLeaf:
        """The leaf at a position, proven to be in the tree of a checkpoint, or of the latest."""
        request = pb.GetInclusionProofRequest(position=position)
        if checkpoint is not None:
            request.size = checkpoint.size
        answer = self._calls.unary(self._stub.GetInclusionProof, request)
        within = self.opened(answer.checkpoint) if checkpoint is None else checkpoint
        try:
            root = within.checkpoint.root
            verify_inclusion(leaf_hash(answer.leaf), position, within.size, answer.proof, root)
        except ProofError as fault:
            raise AnswerError(str(fault)) from None
        return ProvenLeaf(position, answer.leaf, tuple(answer.proof), within)

    def consistency(self, old: SignedCheckpoint, new: SignedCheckpoint | None = None) -> SignedCheckpoint:
        """The newer checkpoint, by default the latest, proven to extend the older."""
        request = pb.GetConsistencyProofRequest(first=old.size)
        if new is not None:
            request.second = new.size
        answer = self._calls.unary(self._stub.GetConsistencyProof, request)
        later = self.opened(answer.checkpoint) if new is None else new
        before, after = old.checkpoint, later.checkpoint
        try:
            verify_consistency(before.size, before.root, after.size, after.root, answer.proof)
        except ProofError as fault:
            raise AnswerError(str(fault)) from None
        return later

    def leaves(
        self, first: int, count: int = MOST_LEAVES, checkpoint: SignedCheckpoint | None = None
    ) -> tuple[bytes, ...]:
        """Up to ``count`` leaves, 1,024 at most, from a position on, proven to stand there in the tree of a
        checkpoint, or of the latest; fewer at its end."""
        within = self.checkpoint() if checkpoint is None else checkpoint
        wanted = min(count, MOST_LEAVES, within.size - first)
        if wanted <= 0:
            return ()
        answer = self._calls.unary(self._stub.GetLeaves, pb.GetLeavesRequest(first=first, count=wanted))
        if answer.first != first or len(answer.leaves) != wanted:
            raise AnswerError(
                f"asked for {wanted} leaves from {first}, the registry gave {len(answer.leaves)}"
            )
        ends = (self.inclusion(at, within).proof for at in (first, first + wanted - 1))
        hashes = [leaf_hash(leaf) for leaf in answer.leaves]
        try:
            verify_range(hashes, first, within.size, (next(ends), next(ends)), within.checkpoint.root)
        except ProofError as fault:
            raise AnswerError(str(fault)) from None
        return tuple(answer.leaves)

    def statement(self, position: int, checkpoint: SignedCheckpoint | None = None) -> LoggedStatement:
        """The statement at a position, if the caller has a right to it, proven to be what the log holds."""
        answer = self._calls.unary(
            self._stub.GetStatement, pb.LogServiceGetStatementRequest(position=position)
        )
        proven = self.inclusion(position, checkpoint)
        envelope = answer.statement.envelope
        try:
            leaf = Leaf.decode(proven.leaf)
            statement = Statement.FromString(envelope.payload)
        except (ValueError, DecodeError):
            raise AnswerError(f"the statement at {position} or its leaf cannot be read") from None
        if answer.statement.HasField("batch"):
            _check_batch(envelope.payload, answer.statement)
        told = answer.leaf, statement_hash(envelope.payload_type, envelope.payload)
        if told != (proven.leaf, leaf.statement_hash):
            raise AnswerError(f"the statement given for {position} is not the one that the log holds")
        if answer.received_time.ToMilliseconds() != leaf.received_ms:
            raise AnswerError(f"the time given for the statement at {position} is not that of the log")
        return LoggedStatement(statement, answer.statement, answer.received_time.ToDatetime(UTC), proven)

    def watch_checkpoints(self, since: SignedCheckpoint | None = None) -> Iterator[SignedCheckpoint]:
        """The latest checkpoint and then each new one, each proven to extend the one before it, and the first
        to extend ``since``. Ends when the caller stops reading, or with RegistryCallError."""
        for answer in self._calls.stream(self._stub.WatchCheckpoints, pb.WatchCheckpointsRequest(), None):
            latest = self.opened(answer.checkpoint)
            since = self.consistency(since, latest) if since else latest
            yield since

    def opened(self, note: str) -> SignedCheckpoint:
        """A checkpoint that the caller has kept. AnswerError if it is none, or not signed as it must be."""
        try:
            if self._verify is not None:
                return SignedCheckpoint(note, self._verify(note), verified=True)
            text, _, _ = note.partition("\n\n")
            return SignedCheckpoint(note, Checkpoint.parse(text + "\n"), verified=False)
        except (CheckpointError, PolicyError) as fault:
            raise AnswerError(str(fault)) from None


def _check_batch(payload: bytes, signed: SignedStatement) -> None:
    """AnswerError unless the statement is shown to be one of the batch that it is said to be of."""
    try:
        check_membership(payload, signed.batch)
    except BatchError as fault:
        raise AnswerError(str(fault)) from None
