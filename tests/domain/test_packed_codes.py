"""Codes packed into numbers: one key for one code, and the same faults as the check of one code finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registry.domain.identifiers import code_faults, normalise, uscc_check_character
from registry.domain.packed_codes import are_foreign, check_fails, pack, pack_one
from registry.domain.uscc import ALPHABET
from registry.domain.verdict_shapes import ASK, INVALID, UNKNOWN
from registry.domain.verdict_table import VerdictTable
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_USCC
from tests.support.tables import table_of

FORMED = st.text(ALPHABET, min_size=18, max_size=18)
ANY = st.binary(min_size=18, max_size=18)
NEARLY = st.text(ALPHABET + ALPHABET.lower() + "IOSVZ -_+", min_size=18, max_size=18).map(str.encode)


@given(st.lists(FORMED, min_size=2, unique=True))
def test_two_codes_never_have_one_key(codes: list[str]) -> None:
    packed = pack("".join(codes).encode())
    assert packed.malformed is None
    keys = set(zip(packed.k0.tolist(), packed.k1.tolist(), strict=True))
    assert len(keys) == len(codes)
    assert max(packed.k1) < 1 << 26


@given(st.lists(FORMED | FORMED.map(str.lower), min_size=1))
def test_one_code_has_the_key_it_has_among_many(codes: list[str]) -> None:
    packed = pack("".join(codes).encode())
    keys = list(zip(packed.k0.tolist(), packed.k1.tolist(), strict=True))
    assert [pack_one(code.encode()) for code in codes] == keys
    assert [pack_one(code.upper().encode()) for code in codes] == keys


@given(st.lists(ANY | NEARLY, min_size=1))
@example([b"9135O100M000100Y43"])
def test_what_is_no_code_is_malformed_alone_and_among_many(codes: list[bytes]) -> None:
    packed = pack(b"".join(codes))
    malformed = packed.malformed if packed.malformed is not None else np.zeros(len(codes), np.bool_)
    fits = [all(chr(byte).upper() in ALPHABET and byte < 128 for byte in code) for code in codes]
    assert [not each for each in malformed.tolist()] == fits
    assert [pack_one(code) is not None for code in codes] == fits
    everywhere = np.arange(len(codes))
    assert are_foreign(b"".join(codes), everywhere).tolist() == [not code.isascii() for code in codes]


@given(st.lists(FORMED, min_size=1))
def test_wrong_check_characters_are_those_that_the_standard_finds(codes: list[str]) -> None:
    codes += [code[:17] + uscc_check_character(code[:17]) for code in codes]
    fails = check_fails("".join(codes).encode(), np.arange(len(codes)))
    assert fails.tolist() == [bool(code_faults(IDENTIFIER_TYPE_USCC, code)) for code in codes]


@given(ANY | NEARLY | FORMED.map(str.encode))
@example("91350100㎤0100Y43".encode())
@example(b"000000000000000000")
def test_code_that_is_in_no_table_is_invalid_where_the_registry_calls_it_so(code: bytes) -> None:
    table = VerdictTable(table_of([]))
    shape = table.one(code, table.facts.first)
    assert table.shapes(code, table.facts.first).tolist() == [shape]
    if not code.isascii():
        assert shape == ASK
    else:
        invalid = bool(code_faults(IDENTIFIER_TYPE_USCC, normalise(code.decode())))
        assert shape == (INVALID if invalid else UNKNOWN)


def test_bytes_that_are_no_whole_codes_are_refused() -> None:
    with pytest.raises(ValueError, match="no whole number"):
        pack(b"91350100M000100Y4")
