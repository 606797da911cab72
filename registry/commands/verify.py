"""Checking a store against itself: payloads, signatures, leaves, tree, signed checkpoint.

Reads the log once, in order, holding nothing but the tree's frontier and each subject's chain head.
What ``rebuild`` adds is the law: whether each statement was admissible and what follows from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from registry.commands.intake import open_envelope
from registry.commands.state import RegistryState
from registry.commands.submission import verifying_key
from registry.provenance.checkpoint import CheckpointError, open_checkpoint
from registry.provenance.envelope import pae
from registry.provenance.keys import SignatureError, VerifyingKey, keyid_of
from registry.provenance.leaf import Leaf, statement_hash
from registry.provenance.merkle import Frontier, leaf_hash
from registry.provenance.vault import VaultError, is_person, leaf_subject_key
from registry.store.interface import Chain, StatementRow
from registry.v1 import statement_pb2

MAX_FAULTS = 20


@dataclass(slots=True)
class Verified:
    """How many statements were checked, and what was found wrong."""

    statements: int = 0
    faults: list[str] = field(default_factory=list)


def verify(
    state: RegistryState, log_key: VerifyingKey, *, progress: Callable[[int], None] = lambda _count: None
) -> Verified:
    """Checks every statement of the log, then the tree and its signed checkpoint."""
    run = _Run(state)
    for row in state.store.statements():
        run.check(row)
        progress(run.result.statements)
        if len(run.result.faults) >= MAX_FAULTS:
            return run.result
    run.check_head(log_key)
    return run.result


class _Run:
    def __init__(self, state: RegistryState) -> None:
        self.result = Verified()
        self._state = state
        self._frontier = Frontier()
        self._chains: dict[str, Chain] = {}
        self._received_ms = 0

    def check(self, row: StatementRow) -> None:
        """Checks one statement: position, bytes, signature, leaf."""
        expected = self._frontier.size
        self._frontier.append(leaf_hash(row.leaf))
        self.result.statements += 1
        if row.position != expected:
            self.result.faults.append(f"序号{expected}缺失(下一条是{row.position})")
        try:
            self._check_leaf(row)
        except (VaultError, SignatureError, ValueError) as error:
            self.result.faults.append(f"序号{row.position}: {error}")

    def check_head(self, log_key: VerifyingKey) -> None:
        """Checks the checkpoint's signature, size and root."""
        head = self._state.head
        if head is None:
            self.result.faults.append("没有检查点")
            return
        try:
            signed = open_checkpoint(head.note, log_key, origin=self._state.origin)
        except CheckpointError as error:
            self.result.faults.append(f"检查点: {error}")
            return
        if (signed.size, signed.root) != (self._frontier.size, self._frontier.root()):
            self.result.faults.append(f"检查点签的是{signed.size}条, 日志有{self._frontier.size}条, 或根不同")

    def _check_leaf(self, row: StatementRow) -> None:
        envelope = open_envelope(row, self._state)
        statement = statement_pb2.Statement.FromString(envelope.payload)
        leaf = Leaf.decode(row.leaf)
        chain = self._chains.get(row.subject, Chain(row.subject, 0, bytes(32)))
        self._chains[row.subject] = Chain(row.subject, chain.sequence + 1, leaf_hash(row.leaf))
        facts = {
            "陈述编号": (row.department, row.statement_id) == (statement.department, statement.statement_id),
            "陈述摘要": leaf.statement_hash == statement_hash(row.payload_type, envelope.payload),
            "主体": leaf.subject_key == leaf_subject_key(row.subject, self._secret(row.subject)),
            "主体链": (leaf.subject_sequence, leaf.previous) == (chain.sequence, chain.head),
            "接收时间": leaf.received_ms >= self._received_ms,
        }
        self._received_ms = leaf.received_ms
        wrong = [name for name, holds in facts.items() if not holds]
        if wrong:
            raise ValueError("、".join(wrong) + "与叶子不符")
        key = self._signing_key(statement, envelope.signatures[0].keyid, leaf)
        key.verify(pae(envelope.payload_type, envelope.payload), envelope.signatures[0].sig)

    def _signing_key(self, statement: statement_pb2.Statement, keyid: str, leaf: Leaf) -> VerifyingKey:
        if statement.HasField("genesis"):
            enrolment = statement.genesis.operator_key
            keyid = keyid_of(enrolment.public_key)
        key = self._state.directory.key(keyid)
        if key is None or key.position != leaf.key_position:
            raise ValueError("签名密钥不是叶子所记的那一把")
        return verifying_key(key.enrolment.suite, key.enrolment.public_key)

    def _secret(self, ref: str) -> bytes:
        if not is_person(ref):
            return b""
        return self._state.vault.open_person(self._state.store.persons([ref])[ref]).secret
