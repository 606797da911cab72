"""The parts of a receipt checked one by one, as a verifier must; a second reading of the format, in short."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from registry.commands.state import RegistryState
from registry.provenance.answer import receipt_digest, verify_answer
from registry.provenance.checkpoint import Checkpoint, open_checkpoint
from registry.provenance.envelope import PAYLOAD_TYPE, pae
from registry.provenance.keys import VerifyingKey, load_verifying_key
from registry.provenance.leaf import NO_PREVIOUS, Leaf, LeafType, statement_hash, subject_key
from registry.provenance.map_proof import MapProof, verify_absent, verify_present
from registry.provenance.merkle import leaf_hash
from registry.provenance.proof import verify_consistency, verify_inclusion
from registry.provenance.vault import leaf_subject_key
from registry.v1 import receipt_pb2 as pb
from registry.v1 import statement_pb2

LOG = statement_pb2.REGISTRY_KEY_PURPOSE_LOG
RECEIPT = statement_pb2.REGISTRY_KEY_PURPOSE_RECEIPT


@dataclass(frozen=True, slots=True)
class Checked:
    """A receipt all of whose proofs hold."""

    receipt: pb.Receipt
    answer: pb.Answer

    @property
    def chains(self) -> dict[str, pb.ChainEvidence]:
        return {chain.ref: chain for chain in self.receipt.chains}

    @property
    def statements(self) -> dict[int, statement_pb2.Statement]:
        """The statements shown, by position."""
        return {
            leaf.position: statement_pb2.Statement.FromString(leaf.statement.envelope.payload)
            for leaf in self.receipt.leaves
            if leaf.HasField("statement")
        }

    def bodies(self) -> dict[int, str]:
        return {position: each.WhichOneof("body") or "" for position, each in self.statements.items()}

    def reasons(self) -> set[str]:
        """Shortfalls by name; their number where this release has no name."""
        known = pb.ShortfallReason
        names = dict(zip(known.values(), known.keys(), strict=True))
        return {
            names.get(each.reason, str(each.reason)).removeprefix("SHORTFALL_REASON_")
            for each in self.answer.shortfalls
        }


def keys(state: RegistryState, purpose: statement_pb2.RegistryKeyPurpose.ValueType) -> list[VerifyingKey]:
    return [load_verifying_key(e.suite, e.public_key) for e in state.registry_keys.active(purpose)]


def signed(receipt: pb.Receipt, state: RegistryState) -> Checked:
    """Signature and digest checked."""
    verify_answer(receipt.answer, receipt.signature, keys(state, RECEIPT), origin=state.origin)
    assert receipt.digest == receipt_digest(receipt)
    return Checked(receipt, pb.Answer.FromString(receipt.answer))


def proven(receipt: pb.Receipt, state: RegistryState) -> Checked:
    """Everything checked."""
    checked = signed(receipt, state)
    answer = checked.answer
    assert answer.given == pb.EVIDENCE_LEVEL_PROOF, answer.shortfalls
    checkpoint = open_checkpoint(receipt.checkpoint, *keys(state, LOG), origin=state.origin)
    verify_consistency(
        answer.position + 1, answer.root, checkpoint.size, checkpoint.root, receipt.consistency
    )
    for leaf in receipt.leaves:
        _check_leaf(leaf, checkpoint)
    _check_signatures(checked)
    _check_map(checked)
    return checked


def _check_leaf(evidence: pb.LeafEvidence, checkpoint: Checkpoint) -> None:
    verify_inclusion(
        leaf_hash(evidence.leaf),
        evidence.position,
        checkpoint.size,
        evidence.inclusion,
        checkpoint.root,
    )
    if evidence.HasField("statement"):
        envelope = evidence.statement.envelope
        hashed = statement_hash(envelope.payload_type, envelope.payload)
        assert Leaf.decode(evidence.leaf).statement_hash == hashed


def _check_signatures(checked: Checked) -> None:
    """Every statement shown is signed by a key that a statement shown enrols at the position in its leaf."""
    enrolled: dict[int, list[VerifyingKey]] = {}
    for position, statement in checked.statements.items():
        found = [statement.key_enrolment] if statement.HasField("key_enrolment") else []
        own = list(statement.genesis.registry_keys) if statement.HasField("genesis") else []
        found += [statement.genesis.operator_key] if own else []
        own += [statement.registry_key_change.add] if statement.HasField("registry_key_change") else []
        enrolled[position] = [load_verifying_key(key.suite, key.public_key) for key in found]
        enrolled[position] += [load_verifying_key(key.suite, key.public_key) for key in own]
    for evidence in checked.receipt.leaves:
        if evidence.HasField("statement"):
            by = enrolled[Leaf.decode(evidence.leaf).key_position]
            assert _signed_by_one(evidence.statement, by), evidence.position


def _signed_by_one(statement: object, keys: list[VerifyingKey]) -> bool:
    envelope = statement.envelope  # type: ignore[attr-defined]
    if statement.HasField("batch"):  # type: ignore[attr-defined]
        envelope = statement.batch.header  # type: ignore[attr-defined]
    else:
        assert envelope.payload_type == PAYLOAD_TYPE
    by_id = {key.keyid: key for key in keys}
    for signature in envelope.signatures:
        if signature.keyid in by_id:
            by_id[signature.keyid].verify(pae(envelope.payload_type, envelope.payload), signature.sig)
            return True
    return False


def _check_map(checked: Checked) -> None:
    state = checked.statements[checked.receipt.map_position].map_state
    leaves = {leaf.position: Leaf.decode(leaf.leaf) for leaf in checked.receipt.leaves}
    assert leaves[checked.receipt.map_position].type == LeafType.MAP_STATE
    for position in range(state.size, checked.answer.position + 1):
        assert leaves[position].subject_key == subject_key("R:"), position
    for chain in checked.receipt.chains:
        key, previous = leaf_subject_key(chain.ref, chain.secret), NO_PREVIOUS
        for number, encoded in enumerate(chain.leaves):
            leaf = Leaf.decode(encoded)
            assert (leaf.subject_key, leaf.subject_sequence, leaf.previous) == (key, number, previous)
            previous = leaf_hash(encoded)
        proof = MapProof.from_message(chain.proof)
        if chain.leaves:
            verify_present(state.root, key, len(chain.leaves), previous, proof)
        else:
            verify_absent(state.root, key, proof)


def request_hash(request: bytes) -> bytes:
    return sha256(request).digest()
