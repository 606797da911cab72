"""The statements of a draw package against the log: hash, leaf, proof, and whose key signed.

* ``statement`` hashes to what its leaf holds (SHA-256 over PAE, ``registry.provenance.leaf``), and the leaf
  stands at its position under the checkpoint's root.
* A signature is by the key that the leaf names: the log enrolled it, earlier, for an official of the
  department that states. Whether the key was revoked meanwhile is seen by the registry when it admits a
  statement, and by whoever folds the log.

Example: an order at 52 whose leaf names the key enrolled at 9: the package has the enrolment at 9, role key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registry.provenance.batch import BatchError, check_membership
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.envelope import SignatureError, pae
from registry.provenance.leaf import Leaf, LeafType, statement_hash
from registry.provenance.merkle import leaf_hash
from registry.provenance.proof import ProofError, verify_inclusion
from registry.provenance.verifying_key import load_verifying_key
from registry.v1.envelope_pb2 import Envelope
from registry.v1.statement_pb2 import KeyEnrolment, Statement
from registry.v1.supervision_pb2 import Supervision
from registry.verification.report import FailedError
from registry_client.supervision.draw_package import ROLES, DrawPackage, Shown

_ACTS = {
    "plan": "plan", "objects": "roster", "inspectors": "roster", "order": "draw_order",
    "result": "draw_result",
}  # fmt: skip
_TYPES = {"key": LeafType.KEY_REGISTER, "anchor": LeafType.TIME_ANCHOR}


@dataclass(frozen=True, slots=True)
class Said:
    """The five statements of a draw by role, each equal to its leaf; keys by position."""

    shown: Mapping[str, Shown]
    statements: Mapping[int, Statement]
    leaves: Mapping[int, Leaf]

    def body(self, role: str) -> Supervision:
        """What the statement of a role says."""
        return self.statements[self.at(role)].supervision

    def department(self, role: str) -> str:
        """Whose it is."""
        return self.statements[self.at(role)].department

    def at(self, role: str) -> int:
        """Its position in the log."""
        return self.shown[role].position

    def leaf(self, role: str) -> Leaf:
        """Its leaf."""
        return self.leaves[self.at(role)]

    def statement_of(self, shown: Shown) -> Statement:
        """Any statement of the package."""
        return self.statements[shown.position]


def check_statements(package: DrawPackage, head: Checkpoint) -> Said:
    """The statements, once each is shown to be in the log. FailedError names the one that is not."""
    statements, leaves = {}, {}
    for shown in package.statements:
        statements[shown.position], leaves[shown.position] = _in_the_log(shown, head)
    by_role = {}
    for role in ROLES:
        found = package.of_role(role)
        if len(found) != 1:
            raise FailedError(f"核验包应有一份{role}, 实有{len(found)}份")
        statement = statements[found[0].position]
        if statement.supervision.WhichOneof("act") != _ACTS[role]:
            raise FailedError(f"{role}(序号{found[0].position})不是这类陈述")
        by_role[role] = found[0]
    return Said(by_role, statements, leaves)


def check_signatures(package: DrawPackage, said: Said) -> list[str]:
    """Whose signatures they are, as staff ids in the order of the roles. FailedError."""
    keys = {shown.position: said.statement_of(shown).key_enrolment for shown in package.of_role("key")}
    found = []
    for role in ROLES:
        shown, leaf = said.shown[role], said.leaf(role)
        key = keys.get(leaf.key_position)
        if key is None:
            raise FailedError(f"核验包中没有{role}签名密钥的登记(序号{leaf.key_position})")
        if (
            leaf.key_position >= shown.position
            or key.department != said.department(role)
            or not key.official_id
        ):
            raise FailedError(f"{role}的签名密钥不是该部门人员此前登记的密钥")
        _signed(role, shown, key)
        found.append(key.official_id)
    return list(dict.fromkeys(found))


def _in_the_log(shown: Shown, head: Checkpoint) -> tuple[Statement, Leaf]:
    place = f"{shown.role}(序号{shown.position})"
    envelope = shown.signed.envelope
    try:
        leaf, statement = Leaf.decode(shown.leaf), Statement.FromString(envelope.payload)
        verify_inclusion(leaf_hash(shown.leaf), shown.position, head.size, shown.inclusion, head.root)
    except ProofError:
        raise FailedError(f"{place}的叶不在检查点的树中") from None
    except Exception:
        raise FailedError(f"{place}不能解析") from None
    if statement_hash(envelope.payload_type, envelope.payload) != leaf.statement_hash:
        raise FailedError(f"{place}的内容与日志的叶不符: 陈述被改动")
    if leaf.type is not _TYPES.get(shown.role, LeafType.SUPERVISION):
        raise FailedError(f"{place}的叶是另一类陈述的")
    if statement.origin != head.origin:
        raise FailedError(f"{place}是为另一登记系统作出的")
    return statement, leaf


def _signed(role: str, shown: Shown, key: KeyEnrolment) -> None:
    try:
        envelope = shown.signed.envelope
        if shown.signed.HasField("batch"):
            check_membership(envelope.payload, shown.signed.batch)
            envelope = shown.signed.batch.header
        load_verifying_key(key.suite, key.public_key).verify(
            pae(envelope.payload_type, envelope.payload), _signature(envelope)
        )
    except (SignatureError, BatchError, ValueError):
        raise FailedError(f"{role}(序号{shown.position})的签名不是{key.official_id}的") from None


def _signature(envelope: Envelope) -> bytes:
    return envelope.signatures[0].sig if envelope.signatures else b""
