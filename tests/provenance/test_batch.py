import pytest

from registry.provenance.batch import (
    BATCH_TYPE,
    MAX_BATCH,
    BatchError,
    batch_tree,
    check_membership,
    membership,
    read_header,
    sign_batch,
)
from registry.provenance.envelope import pae
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.provenance.merkle import leaf_hash, root_of
from registry.v1.envelope_pb2 import SUITE_ED25519, BatchMembership, SignedBatch

SIGNER = FileSigner.generate(SUITE_ED25519)
PAYLOADS = [f"statement {number}".encode() for number in range(11)]
LEAVES = [leaf_hash(payload) for payload in PAYLOADS]


def signed(payloads: list[bytes] = PAYLOADS) -> SignedBatch:
    return sign_batch(
        payloads, origin="credit.example/test", department="D", batch_id="B-1", nonce=bytes(16), signer=SIGNER
    )


def test_signature_is_over_a_header_that_names_the_root_of_the_statements() -> None:
    batch = signed()
    header = read_header(batch.header)
    assert (header.origin, header.department, header.batch_id) == ("credit.example/test", "D", "B-1")
    assert (header.count, header.suite) == (11, SUITE_ED25519)
    assert header.root == root_of(LEAVES)
    key = load_verifying_key(SUITE_ED25519, SIGNER.public_key)
    key.verify(pae(BATCH_TYPE, batch.header.payload), batch.header.signatures[0].sig)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 11])
def test_each_statement_is_provable_without_the_others(count: int) -> None:
    batch = signed(PAYLOADS[:count])
    for index, payload in enumerate(PAYLOADS[:count]):
        proof = membership(batch.header, LEAVES[:count], index)
        assert check_membership(payload, proof).batch_id == "B-1"
        assert len(proof.path) <= 4


def test_every_changed_byte_of_a_membership_is_refused_or_changes_what_is_signed() -> None:
    batch = signed()
    proof = membership(batch.header, LEAVES, 5)
    whole = proof.SerializeToString()
    key = load_verifying_key(SUITE_ED25519, SIGNER.public_key)

    def holds(encoded: bytes) -> bool:
        try:
            read = BatchMembership.FromString(encoded)
            check_membership(PAYLOADS[5], read)
            envelope = read.header
            key.verify(pae(envelope.payload_type, envelope.payload), envelope.signatures[0].sig)
        except Exception:
            return False
        # The key id is a hint for look-up and proves nothing; whoever looks it up compares it.
        return envelope.signatures[0].keyid == SIGNER.keyid and read.SerializeToString() == whole

    assert holds(whole)
    for at in range(len(whole)):
        assert not holds(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]), at


def test_another_statement_is_not_of_the_batch() -> None:
    proof = membership(signed().header, LEAVES, 5)
    with pytest.raises(BatchError, match="not of this batch"):
        check_membership(PAYLOADS[6], proof)
    proof.index = 6
    with pytest.raises(BatchError, match="not of this batch"):
        check_membership(PAYLOADS[5], proof)


def test_statement_that_looks_like_an_inner_node_is_not_one() -> None:
    batch = signed(PAYLOADS[:2])
    inner = b"".join(LEAVES[:2])
    forged = BatchMembership(header=batch.header, index=0)
    with pytest.raises(BatchError):
        check_membership(inner, forged)


EXCHANGED = [LEAVES[1], LEAVES[0], *LEAVES[2:]]


@pytest.mark.parametrize("leaves", [LEAVES[:-1], [*LEAVES, LEAVES[0]], EXCHANGED, []])
def test_header_stands_for_its_statements_in_their_order_alone(leaves: list[bytes]) -> None:
    with pytest.raises(BatchError):
        batch_tree(read_header(signed().header), leaves)


@pytest.mark.parametrize("count", [0, MAX_BATCH + 1])
def test_batch_is_one_to_1024_statements(count: int) -> None:
    with pytest.raises(BatchError, match="1 to 1024"):
        signed([b"x"] * count)
