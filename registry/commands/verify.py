"""Checking a store against itself: payloads, signatures, leaves, tree, signed checkpoint.

Reads the log once, in order, holding nothing but the tree's frontier, the enrolled keys and each
subject's chain head. What ``rebuild`` adds is the law: whether each statement was admissible and what
follows from it. What neither can find from inside: that the whole store was put back to an earlier
state of its own, for which somebody outside must have kept a checkpoint; and changes to the registry's
own records (refusals, query log) and to signatures added beyond those that are asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from google.protobuf.message import DecodeError

from registry.commands.intake import open_envelope, person_secret
from registry.commands.state import Log
from registry.commands.submission import verifying_key
from registry.provenance.checkpoint import CheckpointError, open_checkpoint
from registry.provenance.envelope import pae
from registry.provenance.keys import VerifyingKey
from registry.provenance.leaf import Leaf, statement_hash
from registry.provenance.merkle import Frontier, leaf_hash
from registry.provenance.vault import leaf_subject_key
from registry.store.interface import Chain, StatementRow
from registry.v1 import statement_pb2
from registry.v1.envelope_pb2 import Envelope

MAX_FAULTS = 20


@dataclass(slots=True)
class Verified:
    """How many statements were checked, and what was found wrong."""

    statements: int = 0
    faults: list[str] = field(default_factory=list)


def verify(
    log: Log, log_key: VerifyingKey, *, progress: Callable[[int], None] = lambda _count: None
) -> Verified:
    """Checks every statement of the log, then the tree and its signed checkpoint."""
    run = _Run(log)
    for row in log.store.statements():
        run.check(row)
        progress(run.result.statements)
        if len(run.result.faults) >= MAX_FAULTS:
            return run.result
    run.check_head(log_key)
    return run.result


class _Run:
    def __init__(self, log: Log) -> None:
        self.result = Verified()
        self._log = log
        self._frontier = Frontier()
        self._chains: dict[str, Chain] = {}
        self._keys: dict[str, tuple[int, VerifyingKey]] = {}
        self._received_ms = 0

    def check(self, row: StatementRow) -> None:
        """Checks one statement: position, bytes, signature, leaf."""
        expected = self._frontier.size
        self._frontier.append(leaf_hash(row.leaf))
        self.result.statements += 1
        if row.position != expected:
            self.result.faults.append(f"序号{expected}缺失(下一条是{row.position})")
        try:
            self._check_statement(row)
        except DecodeError:
            self.result.faults.append(f"序号{row.position}: 签名或内容不能解析")
        except ValueError as error:
            self.result.faults.append(f"序号{row.position}: {error}")

    def check_head(self, log_key: VerifyingKey) -> None:
        """Checks the checkpoint: its signature, and that it tells of this log."""
        head = self._log.store.checkpoint()
        if head is None:
            self.result.faults.append("没有检查点")
            return
        try:
            signed = open_checkpoint(head.note, log_key, origin=self._log.origin)
        except CheckpointError as error:
            self.result.faults.append(f"检查点: {error}")
            return
        if (signed.size, signed.root) != (self._frontier.size, self._frontier.root()):
            self.result.faults.append(f"检查点签的是{signed.size}条, 日志有{self._frontier.size}条, 或根不同")
        kept = (head.size, head.frontier, head.last_received_ms)
        if kept != (self._frontier.size, self._frontier.to_bytes(), self._received_ms):
            self.result.faults.append("检查点旁所存的树的边缘、条数或接收时间与日志不符")

    def _check_statement(self, row: StatementRow) -> None:
        chain = self._chains.get(row.subject, Chain(row.subject, 0, bytes(32)))
        self._chains[row.subject] = Chain(row.subject, chain.sequence + 1, leaf_hash(row.leaf))
        leaf = Leaf.decode(row.leaf)
        envelope = open_envelope(row, self._log)
        statement = statement_pb2.Statement.FromString(envelope.payload)
        facts = {
            "陈述编号": (row.department, row.statement_id) == (statement.department, statement.statement_id),
            "陈述摘要": leaf.statement_hash == statement_hash(row.payload_type, envelope.payload),
            "主体": leaf.subject_key == leaf_subject_key(row.subject, person_secret(row.subject, self._log)),
            "主体链": (leaf.subject_sequence, leaf.previous) == (chain.sequence, chain.head),
            "接收时间": leaf.received_ms >= self._received_ms,
        }
        self._received_ms = leaf.received_ms
        wrong = [name for name, holds in facts.items() if not holds]
        if wrong:
            raise ValueError("、".join(wrong) + "与叶子不符")
        self._check_signature(envelope, statement, leaf, row.position)

    def _check_signature(
        self, envelope: Envelope, statement: statement_pb2.Statement, leaf: Leaf, position: int
    ) -> None:
        if statement.HasField("genesis"):
            self._enrol(statement.genesis.operator_key, position)
        if not envelope.signatures:
            raise ValueError("没有签名")
        first = envelope.signatures[0]
        enrolled_at, key = self._keys.get(first.keyid, (None, None))
        if key is None or enrolled_at != leaf.key_position:
            raise ValueError("签名密钥不是叶子所记的那一把")
        message = pae(envelope.payload_type, envelope.payload)
        key.verify(message, first.sig)
        if statement.HasField("key_enrolment"):
            self._enrol(statement.key_enrolment, position).verify(message, envelope.signatures[-1].sig)

    def _enrol(self, enrolment: statement_pb2.KeyEnrolment, position: int) -> VerifyingKey:
        """Keys are taken from the log as it is read, not from the derived table of keys."""
        key = verifying_key(enrolment.suite, enrolment.public_key)
        self._keys[key.keyid] = (position, key)
        return key
