"""What departments send: envelopes, statements, batches; and what the registry signs: answers.

Judged by the state of a real registry: what admission says of any statement is a list of faults, and what it
admits has effects that can be worked out.
"""

from __future__ import annotations

from random import Random

from google.protobuf.message import DecodeError

from fuzz.mutators import messages, plain, wire
from fuzz.target import Mutator, Prepared, holds
from fuzz.targets.keys import ORIGIN, signer
from fuzz.targets.town import payloads, signers, state, town
from registry.commands.batches import read_batch
from registry.commands.ledger import GroupLedger
from registry.commands.submission import OWN_BODIES, Rejection, Submission, read_envelope
from registry.domain.departments import Key
from registry.domain.periods import china_day
from registry.errors import RegistryError
from registry.provenance.answer import AnswerSignatureError, sign_answer, sign_answers, verify_answer
from registry.provenance.batch import BatchError, check_membership, membership, sign_batch
from registry.provenance.envelope import PAYLOAD_TYPE, sign_envelope
from registry.provenance.merkle import leaf_hash
from registry.provenance.verifying_key import load_verifying_key
from registry.sanctions.admission import admit
from registry.sanctions.effects import effects_of
from registry.supervision.admission import admit_act
from registry.supervision.effects import act_effects
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import BatchMembership, Envelope, SignedBatch
from registry.v1.receipt_pb2 import AnswerSignature

_ELSEWHERE = frozenset({"genesis", "registry_key_change", "edition_draft", *OWN_BODIES})
"""Kinds that other parts of the writer judge."""


def after_first_byte(mutator: Mutator) -> Mutator:
    """The mutator of an input whose first byte is a choice of the target's."""

    def changed(data: bytes, random: Random) -> bytes:
        first = data[:1] if random.random() < 0.9 else random.randbytes(1)
        return first + mutator(data[1:], random)

    return changed


def statement() -> Prepared:
    """A statement of any kind, well-formed or not: admission finds faults, or its effects can be worked out.

    The first byte chooses which keys of its department sign."""
    known = state()
    keys = _keys()

    def run(data: bytes) -> bool:
        data = data or b"\0"
        try:
            told = pb.Statement.FromString(data[1:])
        except DecodeError:
            return False
        own = keys.get(told.department) or [next(iter(keys.values()))[0]]
        chosen = own[data[0] % len(own)], own[(data[0] >> 4) % len(own)]
        job = Submission(
            Envelope(payload=data[1:], payload_type=PAYLOAD_TYPE), told, bytes(32), chosen[0].keyid
        )
        return job.body not in _ELSEWHERE and _judged(job, chosen)

    def _judged(job: Submission, chosen: tuple[Key, Key]) -> bool:
        ledger, day = GroupLedger(known, [job]), china_day(town().clock())
        if job.body == "supervision":
            if admit_act(job.statement, signers=chosen, received_on=day, ledger=ledger):
                return False
            ledger.keep(known.size, job.statement)
            act_effects(job.statement, known.size, day, signers=list(chosen), ledger=ledger)
            return True
        if admit(job.statement, signers=chosen[:1], received_on=day, ledger=ledger):
            return False
        effects_of(job.statement, position=known.size, ledger=ledger, signer=chosen[0])
        holds(ledger.ref(job) is not None, "what is admitted is about nothing")
        return True

    seeds = [bytes([choice]) + payload for payload in payloads() for choice in (0, 1, 0x21)]
    by_contract, by_wire = map(after_first_byte, (messages.changing(pb.Statement), wire.changed))
    return Prepared(run, seeds, (by_contract, by_contract, by_wire))


def _keys() -> dict[str, list[Key]]:
    found: dict[str, list[Key]] = {}
    directory = state().directory
    for key in directory.keys(""):
        found.setdefault(key.department, []).append(key)
    return found


def envelope() -> Prepared:
    """An envelope as a department sends it: as it came, or signed again by the department's own key."""
    known, own = state(), signers()

    def run(data: bytes) -> bool:
        data = data or b"\0"
        try:
            sent = Envelope.FromString(data[1:])
        except DecodeError:
            return False
        caller, key = list(own.items())[data[0] % len(own)]
        if data[0] & 0x80:
            sent = sign_envelope(sent.payload, key)
        job = read_envelope(sent, known, caller)
        if isinstance(job, Rejection):
            holds(job.faults, "an envelope is refused for nothing")
            return False
        holds(job.envelope.payload == sent.payload, "other bytes are taken than were signed")
        return True

    codes = list(own)
    seeds = []
    for payload in payloads():
        department = pb.Statement.FromString(payload).department
        if department in own:
            sealed: bytes = sign_envelope(payload, own[department]).SerializeToString()
            seeds += [bytes([codes.index(department) | flag]) + sealed for flag in (0, 0x80)]
    return Prepared(run, seeds, (after_first_byte(wire.changed), after_first_byte(plain.changed)))


def batch() -> Prepared:
    """A batch as a department sends it: as it came, or with a header made and signed again."""
    known, own = state(), signers()
    caller, key = town().code("财政"), own[town().code("财政")]
    of_caller = [each for each in payloads() if pb.Statement.FromString(each).department == caller]

    def run(data: bytes) -> bool:
        data = data or b"\0"
        try:
            sent = SignedBatch.FromString(data[1:])
        except DecodeError:
            return False
        if data[0] & 0x80 and sent.payloads and len(sent.payloads) < 100:
            sent = sign_batch(
                list(sent.payloads),
                origin=known.origin,
                department=caller,
                batch_id="B-9",
                nonce=bytes(16),
                signer=key,
            )
        _memberships(sent)
        try:
            jobs = read_batch(sent, known, caller)
        except RegistryError:
            return False
        return any(isinstance(job, Submission) for job in jobs)

    made = sign_batch(
        of_caller, origin=known.origin, department=caller, batch_id="B-1", nonce=bytes(16), signer=key
    )
    alone = sign_batch(
        of_caller[:1], origin=known.origin, department=caller, batch_id="B-2", nonce=bytes(16), signer=key
    )
    seeds = [bytes([flag]) + each.SerializeToString() for each in (made, alone) for flag in (0, 0x80)]
    return Prepared(run, seeds, (after_first_byte(wire.changed), after_first_byte(plain.changed)))


def _memberships(sent: SignedBatch) -> None:
    """What is proven of a batch is one of its statements."""
    leaves = [leaf_hash(payload) for payload in sent.payloads]
    try:
        proof = membership(sent.header, leaves, 0)
    except BatchError:
        return
    check_membership(sent.payloads[0], proof)
    if leaves[0] != leaf_hash(b"another"):
        try:
            check_membership(b"another", proof)
        except BatchError:
            return
        holds(False, "what is not of a batch is proven to be")


def batch_membership() -> Prepared:
    """The proof that a statement is of a batch: of the others nothing is proven."""
    made = sign_batch(
        [b"a", b"b", b"c"],
        origin=ORIGIN,
        department="D",
        batch_id="B-1",
        nonce=bytes(16),
        signer=signer("department"),
    )
    leaves = [leaf_hash(payload) for payload in made.payloads]
    root = membership(made.header, leaves, 0).header.payload

    def run(data: bytes) -> bool:
        try:
            proof = BatchMembership.FromString(data)
        except DecodeError:
            return False
        taken = False
        for payload in (*made.payloads, b"another"):
            try:
                check_membership(payload, proof)
            except BatchError:
                continue
            ours = proof.header.payload == root
            holds(not ours or payload != b"another", "what is not of a batch is proven to be")
            taken = taken or ours
        return taken

    seeds = [membership(made.header, leaves, at).SerializeToString() for at in range(3)]
    return Prepared(run, seeds, (wire.changed, plain.changed))


def answer_signature() -> Prepared:
    """The registry's signature under an answer: under another answer it never holds."""
    key = signer("receipt")
    required = [load_verifying_key(key.suite, key.public_key)]
    answers = [b"answer one", b"answer two", b"answer three"]
    made = [sign_answer(answers[0], [key]), *sign_answers(answers, [key], origin=ORIGIN)]

    def run(data: bytes) -> bool:
        try:
            signature = AnswerSignature.FromString(data)
        except DecodeError:
            return False
        taken = False
        for answer in (*answers, b"another"):
            try:
                verify_answer(answer, signature, required, origin=ORIGIN)
            except AnswerSignatureError:
                continue
            holds(answer != b"another", "an answer that was never given is believed")
            taken = True
        return taken

    return Prepared(run, [each.SerializeToString() for each in made], (wire.changed, plain.changed))
