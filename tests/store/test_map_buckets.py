"""The map's entries in a store are read as those in memory are, whatever rests beside them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from registry.provenance.map_buckets import MemoryBuckets
from registry.provenance.map_entry import MapEntry
from registry.provenance.map_tree import MapTree
from registry.store.interface import Group, Store
from registry.store.map_buckets import MANY
from tests.provenance.map_definition import alike, entry, scattered
from tests.store.samples import statement
from tests.support.stores import Stores

EDGES = [bytes(32), b"\xff" * 32, b"\x80" + bytes(31), b"\x7f" + b"\xff" * 31]


@pytest.fixture
def entries() -> list[MapEntry]:
    return [entry(key) for key in {*scattered(500), *alike(), *EDGES}]


def test_buckets_of_a_store_are_those_of_the_memory_for_any_number_of_bits(
    create: Callable[[], Store], entries: list[MapEntry]
) -> None:
    store, memory = create(), MemoryBuckets(entries)
    store.commit(Group(map_entries=entries))
    buckets, dice = store.map_buckets(), Random(1)
    assert buckets.count() == memory.count() == len(entries)
    assert list(buckets.entries()) == list(memory.entries()) == sorted(entries)
    for bits in (0, 1, 3, 8, 17, 64):
        prefixes = sorted({dice.getrandbits(bits) for _ in range(2 * MANY + 1)} | {0, (1 << bits) - 1})
        assert list(buckets.read(prefixes, bits)) == list(memory.read(prefixes, bits))


def test_no_buckets_are_read_for_no_prefixes(create: Callable[[], Store]) -> None:
    buckets = create().map_buckets()
    assert list(buckets.read([], 8)) == []
    assert list(buckets.read([0], 0)) == [[]]
    assert (buckets.count(), list(buckets.entries())) == (0, [])


def test_a_later_group_replaces_what_an_earlier_one_recorded_under_a_key(
    create: Callable[[], Store], entries: list[MapEntry]
) -> None:
    store = create()
    store.commit(Group(map_entries=entries))
    newer = [MapEntry(each.key, each.count + 1, each.head[::-1]) for each in entries[:100]]
    store.commit(Group(map_entries=[*newer, entry(b"\x01" * 32)]))
    expected = MemoryBuckets([*entries, *newer, entry(b"\x01" * 32)])
    assert list(store.map_buckets().entries()) == list(expected.entries())
    assert MapTree(store.map_buckets()).root == MapTree(expected).root


@pytest.mark.parametrize(
    ("key", "count", "head"),
    [
        (b"k" * 31, 1, b"h" * 32),
        (b"k" * 33, 1, b"h" * 32),
        (b"k" * 32, 1, b"h" * 31),
        (b"k" * 32, 0, b"h" * 32),
    ],
)
def test_rows_that_are_no_entries_are_left_out_and_break_nothing(
    stores: Stores[Path], entries: list[MapEntry], key: bytes, count: int, head: bytes
) -> None:
    store = stores.create()
    store.commit(Group(map_entries=entries))
    with sqlite3.connect(stores.path) as connection:
        connection.execute("INSERT INTO map_entry VALUES (?, ?, ?)", (key, count, head))
    connection.close()
    buckets = store.map_buckets()
    assert list(buckets.entries()) == sorted(entries)
    assert [each for bucket in buckets.read(range(8), 3) for each in bucket] == sorted(entries)


def test_leaves_are_read_in_order_and_end_with_the_log(create: Callable[[], Store]) -> None:
    store = create()
    rows = [statement(position) for position in range(12)]
    store.commit(Group(statements=rows))
    leaves = [row.leaf for row in rows]
    assert store.leaves(0, 12) == store.leaves(0, 99) == leaves
    assert store.leaves(3, 5) == leaves[3:5]
    assert store.leaves(5, 5) == store.leaves(12, 20) == []
