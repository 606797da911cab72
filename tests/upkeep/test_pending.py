"""Which positions a map state covers, by the leaves that came after it; and the book of states."""

from __future__ import annotations

from itertools import product

import pytest

from registry.commands.ledger import REGISTRY_REF
from registry.provenance.leaf import Leaf, LeafType, subject_key
from registry.provenance.map_buckets import MemoryBuckets
from registry.provenance.map_proof import verify_present
from registry.upkeep.map_book import LoggedState, MapAlteredError, MapBook
from registry.upkeep.pending import OWN_SHOWN, Pending
from tests.provenance.map_definition import entry, scattered


def leaf(*, own: bool) -> bytes:
    key = subject_key(REGISTRY_REF if own else "91130902DEM000017X")
    return Leaf(LeafType.EVENT, 1, key, 0, bytes(32), bytes(32), 0).encode()


def pending(start: int, kinds: str) -> Pending:
    """Leaves by their kinds: ``r`` for the registry's own, ``e`` for an event."""
    found = Pending(start)
    for kind in kinds:
        found.take(leaf(own=kind == "r"))
    return found


def test_the_example_is_as_the_module_tells_it() -> None:
    assert pending(5, "eerr").covered == 5
    assert pending(9, "r").covered == 10


def test_all_is_covered_up_to_the_first_leaf_that_is_not_the_registry_s_own() -> None:
    for length in range(7):
        for kinds in product("er", repeat=length):
            own_at_first = len("".join(kinds).partition("e")[0])
            found = pending(100, "".join(kinds))
            assert (found.covered, found.end, found.leaves) == (100 + own_at_first, 100 + length, length)


def test_no_more_of_the_registry_s_own_leaves_are_covered_than_are_shown() -> None:
    for number in range(OWN_SHOWN + 4):
        assert pending(100, "r" * number).covered == 100 + min(number, OWN_SHOWN)


def test_the_entries_are_the_latest_of_each_subject() -> None:
    found = pending(0, "erere")
    assert len(found.entries) == 2
    assert all(key == made.key for key, made in found.entries.items())


def test_a_book_moves_on_and_its_tree_grows_with_the_entries() -> None:
    buckets = MemoryBuckets()
    book = MapBook(buckets, LoggedState())
    for number, key in enumerate(scattered(300), start=1):
        update = book.tree.plan([entry(key)])
        buckets.put(update.entries)
        book.take(update, LoggedState(number, number, update.root))
        assert not book.tree.full
        evidence = book.prove([key])
        assert evidence.state == LoggedState(number, number, update.root)
        verify_present(evidence.state.root, *entry(key), evidence.proven[key].proof)


def test_a_book_is_not_opened_over_entries_of_another_state() -> None:
    with pytest.raises(MapAlteredError, match="映射的条目"):
        MapBook(MemoryBuckets([entry(scattered(1)[0])]), LoggedState(7, 7, bytes(32)))
