"""A forger who holds every key of a registry: logs what he likes, maps it, signs it, answers.

Only what the registry does not decide can stop him: departments' signatures, the order of the log, chains.

    log = Forger()
    key = log.enrol("财政…")                                  # statements go to the end of the log
    log.say(key, "D-1", event=…)
    receipt = log.receipt(code)                               # for the question about a firm without hits
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from google.protobuf.message import Message

from demo.departments import OPERATOR
from registry.domain.identifiers import normalise
from registry.editions import current_edition
from registry.provenance.answer import seal_receipt, sign_answer
from registry.provenance.batch import membership, sign_batch
from registry.provenance.checkpoint import Checkpoint, sign_checkpoint
from registry.provenance.envelope import sign_envelope
from registry.provenance.keys import FileSigner
from registry.provenance.leaf import Leaf, LeafType, statement_hash, subject_key
from registry.provenance.map_entry import MapEntry, descend, entries_of, subtree_hash
from registry.provenance.map_proof import MapProof
from registry.provenance.merkle import leaf_hash
from registry.provenance.proof import HashTree, consistency_proof, inclusion_proof, root_at
from registry.provenance.vkey import vkey
from registry.provenance.witness_policy import Policy
from registry.v1 import receipt_pb2, subject_pb2, verdict_pb2
from registry.v1 import restriction_service_pb2 as service
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519, SignedStatement, Suite
from registry.verification.statements import _TYPES, reference_of

ORIGIN = "credit.example/forged"
NOON_MS = 1_795_579_200_000
"""2026-11-25 12:00 in China."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A key with the position at which it was enrolled."""

    signer: FileSigner
    department: str
    position: int


@dataclass
class Forger:
    """See the module's text. ``at`` changes what a leaf says; ``founding`` is the edition that the genesis
    names, if it is not the one that is answered by."""

    suite: Suite.ValueType = SUITE_ED25519
    leaves: list[bytes] = field(default_factory=list)
    statements: list[SignedStatement] = field(default_factory=list)
    answered_ms: int = NOON_MS + 3_600_000
    clock_ms: int = NOON_MS
    founding: str = ""

    def __post_init__(self) -> None:
        self.log_key, self.receipt_key, seal = (FileSigner.generate(self.suite) for _ in range(3))
        self.operator = Holder(seal, OPERATOR.office.code, 0)
        keys = [
            pb.RegistryKey(purpose=purpose, suite=signer.suite, public_key=signer.public_key)
            for purpose, signer in (
                (pb.REGISTRY_KEY_PURPOSE_LOG, self.log_key),
                (pb.REGISTRY_KEY_PURPOSE_RECEIPT, self.receipt_key),
            )
        ]
        edition = current_edition()
        genesis = pb.Genesis(
            operator=pb.DepartmentRegistration(code=self.operator.department, name=OPERATOR.office.name),
            operator_key=enrolment(self.operator.department, seal),
            edition=pb.EditionAdoption(edition=self.founding or edition.hash, label=edition.label),
            registry_keys=keys,
        )
        self.say(self.operator, "genesis", genesis=genesis)

    def say(
        self,
        holder: Holder,
        statement_id: str = "",
        *more: FileSigner,
        leaf: dict[str, Any] | None = None,
        origin: str = ORIGIN,
        batched: bool = False,
        about: str = "",
        **body: Any,
    ) -> int:
        """Puts a statement at the end of the log; answers its position. ``about`` is the reference of what it
        is about, where it does not say so itself."""
        statement = pb.Statement(
            statement_id=statement_id or f"S-{len(self.leaves)}",
            origin=origin,
            department=holder.department,
            nonce=len(self.leaves).to_bytes(16, "big"),
            **body,
        )
        payload = statement.SerializeToString()
        if batched:
            batch = sign_batch(
                [payload, b"another"], origin=origin, department=holder.department, batch_id="b",
                nonce=bytes(16), signer=holder.signer,
            )  # fmt: skip
            hashes = [leaf_hash(each) for each in batch.payloads]
            envelope = sign_envelope(payload, holder.signer)
            envelope.ClearField("signatures")
            signed = SignedStatement(envelope=envelope, batch=membership(batch.header, hashes, 0))
        else:
            signed = SignedStatement(envelope=sign_envelope(payload, holder.signer, *more))
        return self.put(statement, signed, holder.position, about, **leaf or {})

    def put(
        self,
        statement: pb.Statement,
        signed: SignedStatement,
        key_position: int,
        about: str = "",
        **changes: Any,
    ) -> int:
        """Puts a leaf for a statement at the end of the log."""
        key = subject_key(about or reference_of(statement))
        chain = [each for each in map(Leaf.decode, self.leaves) if each.subject_key == key]
        kind = _TYPES.get(statement.WhichOneof("body") or "", LeafType.DIRECTORY)
        fields: dict[str, Any] = {
            "type": LeafType.EVENT_IN_BATCH if signed.HasField("batch") else kind,
            "received_ms": self.clock_ms + len(self.leaves),
            "subject_key": key,
            "subject_sequence": len(chain),
            "previous": leaf_hash(chain[-1].encode()) if chain else bytes(32),
            "statement_hash": statement_hash(signed.envelope.payload_type, signed.envelope.payload),
            "key_position": key_position,
        }
        self.leaves.append(Leaf(**{**fields, **changes}).encode())
        self.statements.append(signed)
        return len(self.leaves) - 1

    def enrol(
        self, department: str, signer: FileSigner | None = None, *, by: Holder | None = None, **changes: Any
    ) -> Holder:
        """Enrols a key of a department."""
        signer = signer or FileSigner.generate(self.suite)
        stated = enrolment(department, signer, **changes)
        return Holder(signer, department, self.say(by or self.operator, "", signer, key_enrolment=stated))

    def map(self, size: int | None = None, *, without: str = "") -> int:
        """Logs a state of the map over the leaves so far, without one reference if it is told."""
        size = len(self.leaves) if size is None else size
        state = pb.MapState(size=size, root=subtree_hash(self.entries(size, without), 0))
        own = Holder(self.log_key, self.operator.department, 0)
        return self.say(own, map_state=state)

    def entries(self, size: int, without: str = "") -> list[MapEntry]:
        found = {}
        for leaf in self.leaves[:size]:
            _, entry = entries_of(leaf)
            found[entry.key] = entry
        if without:
            found.pop(subject_key(without), None)
        return sorted(found.values())

    def note(self) -> str:
        tree = HashTree(map(leaf_hash, self.leaves))
        checkpoint = Checkpoint(ORIGIN, tree.size, root_at(tree, tree.size))
        return sign_checkpoint(checkpoint, self.log_key)

    def policy(self, *more: str) -> Policy:
        """The policy that his keys satisfy."""
        keys = (("log", self.log_key), ("receipt", self.receipt_key))
        lines = [f"{word} {vkey(ORIGIN, key.suite, key.public_key)}" for word, key in keys]
        return Policy.parse("\n".join([*lines, *more, "quorum none", ""]))

    def receipt(self, code: str, *refs: str, position: int | None = None, without: str = "") -> bytes:
        """The receipt that says of a firm that nothing is known, with all statements shown, by the map state
        that was logged last."""
        position = len(self.leaves) - 1 if position is None else position
        tree = HashTree(map(leaf_hash, self.leaves))
        states = [at for at, leaf in enumerate(self.leaves) if leaf[1] == LeafType.MAP_STATE]
        state = pb.Statement.FromString(self.statements[states[-1]].envelope.payload).map_state
        receipt = receipt_pb2.Receipt(version=1, checkpoint=self.note(), map_position=states[-1])
        receipt.consistency.extend(consistency_proof(tree, position + 1, tree.size))
        for at, (leaf, signed) in enumerate(zip(self.leaves, self.statements, strict=True)):
            receipt.leaves.add(
                position=at, leaf=leaf, statement=signed, inclusion=inclusion_proof(tree, at, tree.size)
            )
        entries = self.entries(state.size, without)
        for ref in sorted({code, *refs, *self._key_refs()}):
            receipt.chains.append(self._chain(ref, entries, state.size))
        return self._signed(receipt, self._answer(code, position, root_at(tree, position + 1)))

    def told(self, content: bytes, method: str, question: Message, response: Any) -> bytes:
        """A receipt with another question and response, of the same position and edition."""
        receipt = receipt_pb2.Receipt.FromString(content)
        answer = receipt_pb2.Answer.FromString(receipt.answer)
        answered = service.CheckResponse.FromString(answer.response).answered
        response.answered.CopyFrom(answered)
        answer.method, answer.question = method, question.SerializeToString()
        answer.response = response.SerializeToString()
        return self._signed(receipt, answer)

    def _signed(self, receipt: receipt_pb2.Receipt, answer: receipt_pb2.Answer) -> bytes:
        receipt.answer = answer.SerializeToString()
        receipt.signature.CopyFrom(sign_answer(receipt.answer, [self.receipt_key]))
        return seal_receipt(receipt).SerializeToString(deterministic=True)

    def _key_refs(self) -> set[str]:
        refs = {f"K:{self.operator.signer.keyid}"}
        for signed in self.statements:
            ref = reference_of(pb.Statement.FromString(signed.envelope.payload))
            refs |= {ref} if ref[:2] in ("K:", "O:") else set()
        return refs

    def _chain(self, ref: str, entries: list[MapEntry], size: int) -> receipt_pb2.ChainEvidence:
        key = subject_key(ref)
        leaves = [leaf for leaf in self.leaves[:size] if Leaf.decode(leaf).subject_key == key]
        siblings, end = descend(entries, key, 0)
        proof = MapProof(siblings, end if end is not None and end.key != key else None)
        return receipt_pb2.ChainEvidence(ref=ref, leaves=leaves, proof=proof.to_message())

    def _answer(self, code: str, position: int, root: bytes) -> receipt_pb2.Answer:
        edition = current_edition().hash
        who = subject_pb2.Identifier(type=subject_pb2.IDENTIFIER_TYPE_USCC, value=normalise(code))
        purpose = service.Purpose(domain=subject_pb2.DOMAIN_PROCUREMENT, reference="案1")
        response = service.CheckResponse(
            subject=who,
            verdict=verdict_pb2.VERDICT_INDETERMINATE,
            indeterminate_reason=verdict_pb2.INDETERMINATE_REASON_SUBJECT_UNKNOWN,
            answered=service.Answered(origin=ORIGIN, known_position=position, edition=edition),
        )
        response.answered.valid_time.FromMilliseconds(NOON_MS)
        return receipt_pb2.Answer(
            origin=ORIGIN,
            method="registry.v1.RestrictionService/Check",
            question=service.CheckRequest(subject=who, purpose=purpose).SerializeToString(),
            request_sha256=sha256(b"").digest(),
            response=response.SerializeToString(),
            position=position,
            root=root,
            edition=edition,
            answered_ms=self.answered_ms,
            caller="registry://forged",
            purpose_reference="案1",
            asked=receipt_pb2.EVIDENCE_LEVEL_PROOF,
            given=receipt_pb2.EVIDENCE_LEVEL_PROOF,
        )


def kept_back(content: bytes, *statements: int, leaves: Sequence[int] = ()) -> bytes:
    """A receipt without the statements at some positions, and without the leaves at others. No key is needed
    for that: the evidence is not signed."""
    receipt = receipt_pb2.Receipt.FromString(content)
    kept = [leaf for leaf in receipt.leaves if leaf.position not in leaves]
    for leaf in kept:
        if leaf.position in statements:
            leaf.ClearField("statement")
    del receipt.leaves[:]
    receipt.leaves.extend(kept)
    return seal_receipt(receipt).SerializeToString(deterministic=True)


def enrolment(department: str, signer: FileSigner, **changes: Any) -> pb.KeyEnrolment:
    fields: dict[str, Any] = {
        "department": department,
        "suite": signer.suite,
        "public_key": signer.public_key,
        "valid_from": "2026-01-01",
        "valid_until": "2030-12-31",
    }
    return pb.KeyEnrolment(**{**fields, **changes})
