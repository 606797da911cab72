"""The 122 bytes of a leaf: every field in its place, everything else refused."""

import re
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

import registry.provenance.leaf
from registry.provenance.envelope import PAYLOAD_TYPE, pae
from registry.provenance.leaf import LEAF_BYTES, NO_PREVIOUS, Leaf, LeafType, statement_hash, subject_key

EXAMPLE = Leaf(
    type=LeafType.EVENT,
    received_ms=1_700_000_000_000,
    subject_key=b"\xaa" * 32,
    subject_sequence=2,
    previous=b"\xbb" * 32,
    statement_hash=b"\xcc" * 32,
    key_position=5,
)
LARGEST = 2**64 - 1


def bytes_of_the_docstring_example() -> bytes:
    specification = registry.provenance.leaf.__doc__ or ""
    example = specification[specification.index("Example:") :]
    return bytes.fromhex("".join(re.findall(r"^ {4}([0-9a-f ]+)$", example, re.MULTILINE)))


def test_example_in_the_module_is_what_the_code_writes_and_reads() -> None:
    written = bytes_of_the_docstring_example()
    assert len(written) == LEAF_BYTES == 122
    assert EXAMPLE.encode() == written
    assert Leaf.decode(written) == EXAMPLE


@pytest.mark.parametrize(
    ("change", "first", "last"),
    [
        ({"type": LeafType.DIRECTORY}, 1, 1),
        ({"received_ms": LARGEST - EXAMPLE.received_ms}, 2, 9),
        ({"subject_key": b"\x55" * 32}, 10, 41),
        ({"subject_sequence": LARGEST - EXAMPLE.subject_sequence}, 42, 49),
        ({"previous": b"\x44" * 32}, 50, 81),
        ({"statement_hash": b"\x33" * 32}, 82, 113),
        ({"key_position": LARGEST - EXAMPLE.key_position}, 114, 121),
    ],
)
def test_each_field_changes_its_own_bytes_and_no_others(
    change: dict[str, Any], first: int, last: int
) -> None:
    # Each new value differs from the example's in every byte of the field.
    before, after = EXAMPLE.encode(), replace(EXAMPLE, **change).encode()
    assert [at for at in range(LEAF_BYTES) if before[at] != after[at]] == list(range(first, last + 1))


def test_every_type_and_extreme_value_survives_the_round_trip() -> None:
    for kind in LeafType:
        for number in (0, 1, LARGEST):
            leaf = Leaf(kind, number, bytes(32), number, NO_PREVIOUS, b"\xff" * 32, number)
            assert Leaf.decode(leaf.encode()) == leaf
    assert type(Leaf.decode(EXAMPLE.encode()).type) is LeafType


def test_numbers_of_the_types_are_never_changed() -> None:
    assert {kind.name: int(kind) for kind in LeafType} == {
        "EVENT": 1,
        "EVENT_IN_BATCH": 2,
        "KEY_REGISTER": 3,
        "KEY_REVOKE": 4,
        "EDITION": 5,
        "MAP_STATE": 6,
        "TIME_ANCHOR": 7,
        "KEY_ROTATION": 8,
        "GENESIS": 9,
        "DIRECTORY": 10,
        "DELIVERY": 11,
        "SUPERVISION": 12,
        "ALERT": 13,
    }


def test_every_other_length_is_refused() -> None:
    encoded = EXAMPLE.encode() * 2
    for length in range(len(encoded) + 1):
        if length != LEAF_BYTES:
            with pytest.raises(ValueError, match="122 bytes"):
                Leaf.decode(encoded[:length])


def test_every_other_version_is_refused() -> None:
    for version in set(range(256)) - {1}:
        with pytest.raises(ValueError, match=f"version {version} "):
            Leaf.decode(bytes([version]) + EXAMPLE.encode()[1:])


def test_every_other_type_is_refused() -> None:
    for number in set(range(256)) - {int(kind) for kind in LeafType}:
        with pytest.raises(ValueError, match=f"type {number} "):
            Leaf.decode(bytes([1, number]) + EXAMPLE.encode()[2:])


@pytest.mark.parametrize("field", ["subject_key", "previous", "statement_hash"])
@pytest.mark.parametrize("length", [0, 31, 33])
def test_hash_of_another_length_is_refused_rather_than_padded_or_cut(field: str, length: int) -> None:
    changed: dict[str, Any] = {field: b"\xaa" * length}
    with pytest.raises(ValueError, match="32 bytes"):
        replace(EXAMPLE, **changed).encode()


@pytest.mark.parametrize("field", ["received_ms", "subject_sequence", "key_position"])
@pytest.mark.parametrize("number", [-1, 2**64])
def test_integer_outside_u64_is_refused(field: str, number: int) -> None:
    changed: dict[str, Any] = {field: number}
    with pytest.raises(ValueError, match="u64"):
        replace(EXAMPLE, **changed).encode()


def test_subject_key_is_a_tagged_hash_of_the_reference() -> None:
    assert subject_key("信用主体") == sha256("registry.v1.subject\n信用主体".encode()).digest()
    assert subject_key("a") != subject_key("b")


def test_statement_hash_covers_type_and_payload_as_signed() -> None:
    assert statement_hash(PAYLOAD_TYPE, b"x") == sha256(pae(PAYLOAD_TYPE, b"x")).digest()
    assert statement_hash("a", b"bc") != statement_hash("ab", b"c")
