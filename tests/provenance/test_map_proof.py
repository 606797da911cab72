"""Proofs of presence and absence: those of the tree hold, and nothing else does."""

from collections.abc import Iterator

import pytest
from google.protobuf.message import DecodeError

from registry.provenance.map_entry import EMPTY, MapEntry, entry_hash
from registry.provenance.map_mirror import MapMirror
from registry.provenance.map_proof import MapProof, MapProofError, verify_absent, verify_present
from registry.provenance.merkle import node_hash
from registry.v1 import receipt_pb2
from tests.provenance.map_definition import KEY_SETS, alike, entry, scattered

ROOT = MapMirror(entry(key) for key in KEY_SETS["scattered and alike"])
PRESENT = [entry(key) for key in KEY_SETS["scattered and alike"]]
ABSENT = scattered(40, 3) + [bytes([key[0] ^ 0x90]) + key[1:] for key in alike(2)]


def holds_present(root: bytes, held: MapEntry, proof: MapProof) -> bool:
    try:
        verify_present(root, held.key, held.count, held.head, proof)
    except MapProofError:
        return False
    return True


def holds_absent(root: bytes, key: bytes, proof: MapProof) -> bool:
    try:
        verify_absent(root, key, proof)
    except MapProofError:
        return False
    return True


def turned(data: bytes) -> Iterator[bytes]:
    """Each byte changed alone, in its lowest bit, its highest and all of them."""
    for at in range(len(data)):
        for change in (0x01, 0x80, 0xFF):
            yield data[:at] + bytes([data[at] ^ change]) + data[at + 1 :]


def read(data: bytes) -> MapProof | None:
    try:
        return MapProof.from_message(receipt_pb2.MapProof.FromString(data))
    except DecodeError:
        return None


@pytest.mark.parametrize("keys", KEY_SETS.values(), ids=KEY_SETS)
def test_every_key_that_is_held_is_proven_and_every_other_is_proven_absent(keys: list[bytes]) -> None:
    mirror = MapMirror([entry(key) for key in keys])
    for key in keys:
        proven = mirror.prove(key)
        assert proven.entry == entry(key)
        assert holds_present(mirror.root, entry(key), proven.proof)
    for key in scattered(50, 4) + [bytes([key[0] ^ 0x80]) + key[1:] for key in keys]:
        if key not in keys:
            proven = mirror.prove(key)
            assert proven.entry is None
            assert holds_absent(mirror.root, key, proven.proof)


def test_the_example_has_the_proofs_that_the_module_shows() -> None:
    a, b, c = (MapEntry(bytes([first]) + bytes(31), 1, b"\xff" * 32) for first in (0x00, 0x40, 0xC0))
    mirror = MapMirror([a, b, c])
    assert mirror.prove(b.key).proof == MapProof((entry_hash(c), entry_hash(a)))
    absent = mirror.prove(b"\x80" + bytes(31)).proof
    assert absent == MapProof((MapMirror([a, b]).prove(b"\x80" + bytes(31)).proof.siblings), c)


def test_an_empty_map_proves_every_key_absent_and_none_present() -> None:
    for key in scattered(3):
        assert holds_absent(MapMirror().root, key, MapProof(()))
        assert not holds_present(MapMirror().root, entry(key), MapProof(()))


def test_a_proof_of_presence_shows_no_absence_and_the_reverse() -> None:
    for held in PRESENT:
        proof = ROOT.prove(held.key).proof
        assert not holds_absent(ROOT.root, held.key, proof)
        assert not holds_absent(ROOT.root, held.key, MapProof(proof.siblings, held))
        for depth in range(len(proof.siblings)):
            assert not holds_absent(ROOT.root, held.key, MapProof(proof.siblings[:depth]))
    for key in ABSENT:
        proof = ROOT.prove(key).proof
        assert not holds_present(ROOT.root, entry(key), proof)
        assert not holds_present(ROOT.root, entry(key), MapProof(proof.siblings))


def test_another_key_s_leaf_shows_absence_only_of_keys_whose_way_ends_there() -> None:
    for held in PRESENT[:40]:
        proof = ROOT.prove(held.key).proof
        as_other = MapProof(proof.siblings, held)
        for key in ABSENT:
            assert holds_absent(ROOT.root, key, as_other) == (ROOT.prove(key).proof == as_other)


def test_what_the_proof_is_about_cannot_be_changed_in_a_byte() -> None:
    held, missing = PRESENT[0], ABSENT[0]
    present, absent = ROOT.prove(held.key).proof, ROOT.prove(missing).proof
    for root in turned(ROOT.root):
        assert not holds_present(root, held, present)
        assert not holds_absent(root, missing, absent)
    for key in turned(held.key):
        assert not holds_present(ROOT.root, held._replace(key=key), present)
    for head in turned(held.head):
        assert not holds_present(ROOT.root, held._replace(head=head), present)
    for leaves in (0, 2, 1 << 63, (1 << 64) - 1, 1 << 64, -1):
        assert not holds_present(ROOT.root, held._replace(count=leaves), present)


@pytest.mark.parametrize("held", [PRESENT[0], PRESENT[-3]])
def test_no_byte_of_a_proof_of_presence_can_be_changed(held: MapEntry) -> None:
    wire = ROOT.prove(held.key).proof.to_message().SerializeToString()
    assert holds_present(ROOT.root, held, MapProof.from_message(receipt_pb2.MapProof.FromString(wire)))
    for changed in turned(wire):
        proof = read(changed)
        assert proof is None or not holds_present(ROOT.root, held, proof)


@pytest.mark.parametrize("key", [*ABSENT[:4], *ABSENT[-3:]])
def test_no_byte_of_a_proof_of_absence_can_be_changed(key: bytes) -> None:
    wire = ROOT.prove(key).proof.to_message().SerializeToString()
    assert holds_absent(ROOT.root, key, MapProof.from_message(receipt_pb2.MapProof.FromString(wire)))
    for changed in turned(wire):
        proof = read(changed)
        assert proof is None or not holds_absent(ROOT.root, key, proof)


def test_steps_can_be_neither_left_out_nor_added_nor_exchanged() -> None:
    for held in PRESENT[:20]:
        steps = ROOT.prove(held.key).proof.siblings
        for at in range(len(steps)):
            without = steps[:at] + steps[at + 1 :]
            assert not holds_present(ROOT.root, held, MapProof(without))
        for at in range(len(steps) + 1):
            for more in (EMPTY, entry_hash(held), steps[0]):
                assert not holds_present(ROOT.root, held, MapProof((*steps[:at], more, *steps[at:])))
        assert not holds_present(ROOT.root, held, MapProof(steps[::-1]))


def test_a_longer_way_than_a_key_has_bits_is_refused() -> None:
    one, other = MapEntry(bytes(32), 1, bytes(32)), MapEntry(bytes(31) + b"\x01", 1, bytes(32))
    mirror = MapMirror([one, other])
    proof = mirror.prove(one.key).proof
    assert len(proof.siblings) == 256
    assert holds_present(mirror.root, one, proof)
    with pytest.raises(MapProofError, match="最多256步"):
        verify_present(mirror.root, *one, MapProof((*proof.siblings, proof.siblings[-1])))
    with pytest.raises(MapProofError, match="最多255步"):
        verify_absent(mirror.root, one.key, proof)


def test_a_proof_of_presence_with_another_key_s_leaf_is_refused() -> None:
    proof = ROOT.prove(PRESENT[0].key).proof
    with pytest.raises(MapProofError, match="另一主体的叶子"):
        verify_present(ROOT.root, *PRESENT[0], MapProof(proof.siblings, PRESENT[1]))


# Below, whoever made the proof made the root as well: such trees are not of the definition, and nobody who
# rebuilds the map would come to their roots.


def test_a_leaf_deeper_than_it_must_be_is_refused() -> None:
    held = entry(bytes(32))
    root = node_hash(entry_hash(held), EMPTY)
    with pytest.raises(MapProofError, match="长于应有"):
        verify_present(root, *held, MapProof((EMPTY,)))


def test_a_leaf_on_another_key_s_way_is_refused() -> None:
    misplaced, beside = entry(b"\x80" + bytes(31)), entry(b"\xff" * 32)
    root = node_hash(entry_hash(misplaced), entry_hash(beside))
    with pytest.raises(MapProofError, match="不在本主体的路径上"):
        verify_absent(root, bytes(32), MapProof((entry_hash(beside),), misplaced))


def test_a_leaf_without_a_chain_is_refused() -> None:
    none = MapEntry(bytes(32), 0, bytes(32))
    with pytest.raises(MapProofError, match="条数 0"):
        verify_present(entry_hash(none), *none, MapProof(()))
    with pytest.raises(MapProofError, match="条数 0"):
        verify_absent(entry_hash(none), b"\xff" * 32, MapProof((), none))


def test_a_leaf_cut_in_other_places_is_refused() -> None:
    """Key, count and head stand one after another in what is hashed."""
    held = entry(bytes(32), 3)
    root = entry_hash(held)
    text = held.key + held.count.to_bytes(8, "big") + held.head
    for shift in (-8, -1, 1, 8):
        count = int.from_bytes(text[32 + shift : 40 + shift], "big")
        with pytest.raises(MapProofError, match="32字节"):
            verify_present(root, text[: 32 + shift], count, text[40 + shift :], MapProof(()))
    with pytest.raises(MapProofError, match="键应为32字节"):
        verify_absent(root, b"\xff" * 33, MapProof((), held))


def test_a_step_of_another_length_is_refused() -> None:
    held = entry(bytes(32))
    for length in (0, 31, 33, 64):
        root = node_hash(entry_hash(held), bytes(length))
        with pytest.raises(MapProofError, match="每一步应为32字节"):
            verify_present(root, *held, MapProof((bytes(length),)))


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_hashes_and_keys_of_another_length_are_refused(length: int) -> None:
    held, missing = PRESENT[0], ABSENT[0]
    present, absent = ROOT.prove(held.key).proof, ROOT.prove(missing).proof
    wrong = bytes(length)
    assert absent.other is not None
    assert not holds_present(ROOT.root, held, MapProof((wrong, *present.siblings[1:])))
    assert not holds_present(ROOT.root, held._replace(key=wrong), present)
    assert not holds_present(ROOT.root, held._replace(head=wrong), present)
    assert not holds_absent(ROOT.root, wrong, absent)
    assert not holds_absent(ROOT.root, missing, MapProof(absent.siblings, absent.other._replace(key=wrong)))
    assert not holds_absent(ROOT.root, missing, MapProof(absent.siblings, absent.other._replace(head=wrong)))


def test_a_proof_comes_back_from_the_wire_as_it_was() -> None:
    for key in (PRESENT[0].key, ABSENT[0], ABSENT[-1]):
        proof = ROOT.prove(key).proof
        wire = proof.to_message().SerializeToString()
        assert MapProof.from_message(receipt_pb2.MapProof.FromString(wire)) == proof
