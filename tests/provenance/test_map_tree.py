"""The map's tree against its definition, however it was reached, and what it costs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.provenance.map_buckets import MemoryBuckets
from registry.provenance.map_entry import MapEntry, entry_hash, subtree_hash
from registry.provenance.map_mirror import MapMirror
from registry.provenance.map_tree import MapChangedError, MapTree
from registry.provenance.merkle import node_hash
from tests.provenance.map_definition import KEY_SETS, alike, defined_root, entry, scattered

HEAD = b"\xff" * 32

few_keys = st.sampled_from(sorted(set(scattered(12)) | set(alike())))
changes = st.lists(st.lists(st.builds(entry, few_keys, st.integers(1, 3)), max_size=8), max_size=8)


def test_the_example_is_the_drawing_in_the_module() -> None:
    a, b, c = (MapEntry(bytes([first]) + bytes(31), 1, HEAD) for first in (0x00, 0x40, 0xC0))
    root = MapMirror([a, b, c]).root
    assert root == node_hash(node_hash(entry_hash(a), entry_hash(b)), entry_hash(c))
    assert root.hex() == "b933f1da91d21e0e1f938af3d2827027edbd3a9a9d18f8e8a8ff51f7935271ad"


def test_the_map_of_nothing_has_a_root_of_zeros_and_that_of_one_key_its_leaf() -> None:
    only = entry(scattered(1)[0])
    assert MapMirror().root == bytes(32)
    assert MapMirror([only]).root == entry_hash(only)


@pytest.mark.parametrize("bucket", [1, 2, 8, 1000])
@pytest.mark.parametrize("keys", KEY_SETS.values(), ids=KEY_SETS)
def test_root_is_that_of_the_definition_with_buckets_of_any_size(keys: list[bytes], bucket: int) -> None:
    entries = [entry(key) for key in keys]
    assert MapTree(MemoryBuckets(entries), bucket=bucket).root == defined_root(entries)
    assert subtree_hash(sorted(entries), 0) == defined_root(entries)


@pytest.mark.parametrize("keys", KEY_SETS.values(), ids=KEY_SETS)
def test_root_is_that_of_the_definition_after_each_key_that_is_added(keys: list[bytes]) -> None:
    mirror, so_far = MapMirror(), []
    for key in keys:
        mirror.update([entry(key)])
        so_far.append(entry(key))
        assert (mirror.root, mirror.count) == (defined_root(so_far), len(so_far))


@given(changes)
def test_root_is_that_of_the_last_entry_of_each_key_however_they_came(history: list[list[MapEntry]]) -> None:
    mirror, latest = MapMirror(), dict[bytes, MapEntry]()
    for group in history:
        mirror.update(group)
        latest |= {entry.key: entry for entry in group}
    assert mirror.root == defined_root(list(latest.values()))
    assert mirror.root == MapMirror(latest.values()).root
    assert mirror.count == len(latest)
    assert all(mirror.get(key) == entry for key, entry in latest.items())


@given(changes, changes)
def test_a_planned_update_shows_only_when_it_is_taken_over(
    before: list[list[MapEntry]], after: list[list[MapEntry]]
) -> None:
    buckets = MemoryBuckets(entry for group in before for entry in group)
    tree = MapTree(buckets, bucket=1)
    root, count = tree.root, tree.count
    update = tree.plan(entry for group in after for entry in group)
    assert (tree.root, tree.count) == (root, count)
    buckets.put(update.entries)
    tree.apply(update)
    assert (tree.root, tree.count) == (update.root, update.count)
    assert (tree.root, tree.count) == (MapTree(buckets).root, buckets.count())


def test_a_tree_that_grows_is_made_anew_with_more_levels_and_the_same_root() -> None:
    mirror = MapMirror()
    entries = [entry(key) for key in scattered(2000)]
    for first in range(0, len(entries), 100):
        mirror.update(entries[first : first + 100])
    assert mirror.root == MapTree(MemoryBuckets(entries), bucket=500).root
    assert len(mirror.prove(entries[0].key).proof.siblings) < 25


def test_a_tree_is_full_when_its_buckets_hold_more_than_they_should_and_not_when_made_anew() -> None:
    buckets = MemoryBuckets(entry(key) for key in scattered(64))
    tree = MapTree(buckets, bucket=8)
    before = tree.full
    update = tree.plan([entry(scattered(1, 9)[0])])
    buckets.put(update.entries)
    tree.apply(update)
    assert (before, tree.full, MapTree(buckets, bucket=8).full) == (False, True, False)


def test_proofs_have_about_as_many_steps_as_the_logarithm_of_the_keys() -> None:
    entries = [entry(key) for key in scattered(4096)]
    mirror = MapMirror(entries)
    steps = [len(mirror.prove(each.key).proof.siblings) for each in entries]
    assert sum(steps) / len(steps) < 12 + 2


def test_a_way_given_before_an_update_proves_what_held_then_where_its_bucket_is_as_it_was() -> None:
    entries = sorted(entry(key) for key in scattered(64))
    buckets = MemoryBuckets(entries)
    tree = MapTree(buckets, bucket=8)
    first, last = tree.way(entries[0].key), tree.way(entries[-1].key)
    update = tree.plan([entries[0]._replace(count=9)])
    buckets.put(update.entries)
    tree.apply(update)
    read = {way: next(buckets.read([way.prefix], way.bits)) for way in (first, last)}
    assert last.end(read[last]).entry == entries[-1]
    with pytest.raises(MapChangedError):
        first.end(read[first])


def test_buckets_that_run_ahead_of_the_tree_prove_nothing_until_it_follows() -> None:
    entries = [entry(key) for key in scattered(64)]
    buckets = MemoryBuckets(entries)
    tree = MapTree(buckets, bucket=8)
    newer = entries[0]._replace(count=9)
    update = tree.plan([newer])
    buckets.put(update.entries)
    with pytest.raises(MapChangedError):
        tree.prove(newer.key)
    tree.apply(update)
    assert tree.prove(newer.key).entry == newer
