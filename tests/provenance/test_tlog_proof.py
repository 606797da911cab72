"""Proofs as files: the form of C2SP tlog-proof, read back strictly."""

import base64

import pytest

from registry.provenance.merkle import leaf_hash
from registry.provenance.proof import HashTree, ProofError, inclusion_proof, root_at, verify_inclusion
from registry.provenance.tlog_proof import TlogProof

LEAVES = [leaf_hash(b"%d" % index) for index in range(11)]
TREE = HashTree(LEAVES)
NOTE = "credit.example/test\n11\nroot\n\n— credit.example/test c2ln\n"
PROOF = TlogProof(7, inclusion_proof(TREE, 7, 11), NOTE)


def test_file_is_header_index_hashes_and_the_checkpoint_verbatim() -> None:
    head, note = PROOF.text().split("\n\n", 1)
    assert note == NOTE
    assert head.split("\n") == [
        "c2sp.org/tlog-proof@v1",
        "index 7",
        *(base64.b64encode(each).decode() for each in PROOF.hashes),
    ]


def test_what_is_read_back_proves_the_leaf() -> None:
    read = TlogProof.parse(PROOF.text())
    assert read == PROOF
    verify_inclusion(LEAVES[7], read.index, 11, read.hashes, root_at(TREE, 11))


def test_only_leaf_of_a_tree_needs_no_hashes() -> None:
    alone = TlogProof(0, (), NOTE)
    assert TlogProof.parse(alone.text()) == alone


def test_extra_data_of_others_is_passed_over() -> None:
    with_extra = PROOF.text().replace("index 7", "extra YWJj\nindex 7")
    assert TlogProof.parse(with_extra) == PROOF


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
        ("c2sp.org/tlog-proof@v1\n", ""),
        ("index 7\n", ""),
        ("index 7", "index 07"),
        ("index 7", "index -7"),
        ("index 7", "index ٧"),
        ("index 7", "index 7 "),
        ("index 7", "extra !\nindex 7"),
        ("index 7", "extra YWJj\nextra YWJj\nindex 7"),
        ("index 7", "index 7\nYWJj"),
        ("index 7", "index 7\n" + "\n".join([base64.b64encode(bytes(32)).decode()] * 65)),
        ("=\n", "\n"),
        ("=\n", "=\r\n"),
    ],
)
def test_file_in_any_other_form_is_refused(old: str, new: str) -> None:
    text = PROOF.text()
    assert old in text
    with pytest.raises(ProofError):
        TlogProof.parse(text.replace(old, new, 1))


def test_file_without_a_checkpoint_is_refused() -> None:
    with pytest.raises(ProofError, match="after a blank line"):
        TlogProof.parse(PROOF.text().partition("\n\n")[0])
