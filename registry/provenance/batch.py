"""Many statements under one signature, each provable without the others (批量签名).

A signature costs more than everything else about a statement. A department signs the header of a batch
instead, which names the RFC 6962 root over its statements:

    header     registry.v1.BatchHeader {origin, department, batch id, suite, count, root, nonce}, serialised
    signature  over PAE("application/vnd.registry.v1.batch+protobuf", header): a DSSE envelope, one signature
    leaf       SHA-256(00 ‖ serialised statement), in the order in which they were sent
    proof      header, signature, index, and the RFC 9162 inclusion proof of at most ten hashes

The header names origin and department, so that no batch can be replayed into another registry or by another
department; the suite, so that a key of one suite never stands for another. What is refused of a batch leaves
the others as they are: its leaf stays in the tree.

Worked example: of three statements a, b, c the second is proven by the index 1 and the hashes of a and c:
root = node(node(a, b), c).
"""

from collections.abc import Sequence
from hashlib import sha256

from google.protobuf.message import DecodeError

from registry.provenance.envelope import pae
from registry.provenance.keys import Signer
from registry.provenance.merkle import leaf_hash
from registry.provenance.proof import HashTree, ProofError, inclusion_proof, root_at, verify_inclusion
from registry.v1.envelope_pb2 import BatchHeader, BatchMembership, Envelope, Signature, SignedBatch

BATCH_TYPE = "application/vnd.registry.v1.batch+protobuf"
MAX_BATCH = 1024
"""Statements under one signature at most."""


class BatchError(ValueError):
    """A batch is not what its header says, or a statement is not of the batch it is said to be of."""


def sign_batch(
    payloads: Sequence[bytes], *, origin: str, department: str, batch_id: str, nonce: bytes, signer: Signer
) -> SignedBatch:
    """The serialised statements under one signature. BatchError unless there are 1 to 1,024."""
    if not 1 <= len(payloads) <= MAX_BATCH:
        raise BatchError(f"a batch has 1 to {MAX_BATCH} statements, not {len(payloads)}")
    tree = HashTree(map(leaf_hash, payloads))
    header = BatchHeader(
        origin=origin,
        department=department,
        batch_id=batch_id,
        suite=signer.suite,
        count=len(payloads),
        root=root_at(tree, tree.size),
        nonce=nonce,
    ).SerializeToString()
    signature = Signature(sig=signer.sign(pae(BATCH_TYPE, header)), keyid=signer.keyid)
    envelope = Envelope(payload=header, payload_type=BATCH_TYPE, signatures=[signature])
    return SignedBatch(header=envelope, payloads=payloads)


def read_header(envelope: Envelope) -> BatchHeader:
    """What a batch's envelope says; its signature is yet to be verified. BatchError if it is another."""
    if envelope.payload_type != BATCH_TYPE:
        raise BatchError(f"the payload type of a batch is {BATCH_TYPE}")
    if len(envelope.signatures) != 1:
        raise BatchError(f"a batch has one signature, not {len(envelope.signatures)}")
    try:
        return BatchHeader.FromString(envelope.payload)
    except DecodeError:
        raise BatchError("the header of the batch cannot be read") from None


def header_hash(envelope: Envelope) -> bytes:
    """SHA-256 of what the signature of a batch is over, 32 bytes: names the batch."""
    return sha256(pae(envelope.payload_type, envelope.payload)).digest()


def batch_tree(header: BatchHeader, leaf_hashes: Sequence[bytes]) -> HashTree:
    """The tree of a batch. BatchError unless it has the count and the root that the header says."""
    tree = HashTree(leaf_hashes)
    if not 1 <= header.count <= MAX_BATCH or tree.size != header.count:
        raise BatchError(f"the header says {header.count} statements, there are {tree.size}")
    if root_at(tree, tree.size) != header.root:
        raise BatchError("the root in the header is not that of these statements")
    return tree


def membership(envelope: Envelope, leaf_hashes: Sequence[bytes], index: int) -> BatchMembership:
    """The proof that the statement at ``index`` is of the batch. BatchError if it contradicts itself."""
    tree = batch_tree(read_header(envelope), leaf_hashes)
    try:
        path = inclusion_proof(tree, index, tree.size)
    except ProofError as fault:
        raise BatchError(str(fault)) from None
    return BatchMembership(header=envelope, index=index, path=path)


def check_membership(payload: bytes, proof: BatchMembership) -> BatchHeader:
    """The header of the batch that a serialised statement is shown to be of; its signature is yet to be
    verified. BatchError otherwise."""
    header = read_header(proof.header)
    try:
        verify_inclusion(leaf_hash(payload), proof.index, header.count, proof.path, header.root)
    except ProofError as fault:
        raise BatchError(f"not of this batch: {fault}") from None
    return header
