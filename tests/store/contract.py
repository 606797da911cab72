"""The contract every engine of the store must pass; see ``registry.store.interface``.

This part is about the log, the registry's own records and what a transaction is. What is recorded of subjects
is in ``record_contract``, the registers and the queries over them in ``query_contract``, reports of execution
in ``execution_contract``. An engine's own test module derives a class from each and gives it two fixtures:
``create`` makes a new, empty store, ``reopen`` closes a store and opens it again from where it rests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event, Thread

import pytest

from registry.domain.registry_keys import RegistryKeyEntry
from registry.provenance.map_entry import MapEntry
from registry.provenance.tiles import FullTile
from registry.store.interface import (
    DERIVED_TABLES,
    BatchRow,
    Chain,
    CheckpointRow,
    CosignatureRow,
    Group,
    QueryRow,
    Recorded,
    RefusalRow,
    Store,
    StoreError,
)
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.statement_pb2 import REGISTRY_KEY_PURPOSE_LOG
from tests.store.samples import (
    ODD_TEXT,
    checkpoint,
    everything,
    full_group,
    group_of,
    lookup,
    statement,
)


class StoreContract:
    """See the module."""

    @pytest.fixture
    def store(self, create: Callable[[], Store]) -> Store:
        """A new, empty store."""
        return create()

    def test_new_store_is_empty(self, store: Store) -> None:
        assert store.checkpoint() is None
        assert store.statement(0) is None
        assert everything(store) == [[], None, *([] for _ in DERIVED_TABLES), [], [], {}, []]
        assert list(store.subjects(lookup)) == []

    def test_what_proofs_rest_on_comes_back(self, store: Store) -> None:
        first, second = bytes([1]) * 32, bytes([2]) * 32
        batch = BatchRow(first, "D1", "B-1", b"header", first + second)
        tile = FullTile(0, 0, bytes(8192), second)
        key = RegistryKeyEntry("ab" * 32, REGISTRY_KEY_PURPOSE_LOG, SUITE_ED25519, b"spki", 0)
        entries = [MapEntry(first, 1, second), MapEntry(second, 2, first)]
        store.commit(Group(batches=[batch], tiles=[tile], registry_keys=[key], map_entries=entries))
        assert store.batches([first, second]) == {first: batch}
        assert store.batch_by_id("D1", "B-1") == batch
        assert store.batch_by_id("D2", "B-1") is None
        assert list(store.all_batches()) == [batch]
        assert (store.tile(0, 0), store.tile(0, 1)) == (tile.hashes, None)
        assert store.tiles(0, 0, 5) == {0: tile.hashes}
        assert store.tiles(0, 1, 5) == store.tiles(1, 0, 5) == {}
        assert store.tile_roots(0, 0, 5) == [second]
        assert list(store.registry_keys()) == [key]
        assert list(store.derived_rows("map_entry")) == entries
        store.commit(Group(registry_keys=[replace(key, retired=9)], map_entries=[MapEntry(first, 3, first)]))
        assert [each.retired for each in store.registry_keys()] == [9]
        assert next(store.derived_rows("map_entry")) == MapEntry(first, 3, first)

    def test_cosignature_that_is_there_stays(self, store: Store) -> None:
        row = CosignatureRow(7, "witness.example/w", "a line")
        store.commit(Group(cosignatures=[row, CosignatureRow(8, "witness.example/w", "later")]))
        store.commit(Group(cosignatures=[replace(row, line="another")]))
        assert store.cosignatures(7) == [row]
        assert [each.size for each in store.all_cosignatures()] == [7, 8]

    def test_facts_about_the_store_are_kept_and_replaced(self, store: Store) -> None:
        store.put_meta({"origin": "a", "vault_check": "b"})
        store.put_meta({"origin": ODD_TEXT})
        assert store.meta() == {"origin": ODD_TEXT, "vault_check": "b"}

    def test_person_that_is_sealed_anew_takes_the_place_of_the_one_before(self, store: Store) -> None:
        for sealed in (b"named", b"masked"):
            store.commit(Group(persons=[(f"P:{n}", sealed) for n in range(100)]))
        assert dict(store.all_persons()) == {f"P:{n}": b"masked" for n in range(100)}

    def test_every_kind_of_row_comes_back_as_it_was_written(self, store: Store) -> None:
        group = full_group()
        store.commit(group)
        assert list(store.statements()) == group.statements
        assert store.statement(1) == group.statements[1]
        assert store.checkpoint() == group.checkpoint
        known = Recorded(1, 1_001, (1).to_bytes(32, "big"), group.statements[1].subject)
        assert store.recorded([("D1", "S-1")]) == {("D1", "S-1"): known}
        assert store.events([("D1", "S-0")]) == {("D1", "S-0"): group.recorded[0]}
        assert store.chains(["F1", "F2"]) == group.chains
        assert store.persons(["P:1", "P:2"]) == dict(group.persons)
        assert list(store.all_persons()) == group.persons
        assert list(store.departments()) == group.departments
        assert list(store.officials()) == group.officials
        assert list(store.enrolled_keys()) == group.keys
        assert list(store.editions()) == group.editions
        assert list(store.all_refusals()) == [replace(group.refusals[0], number=1)]
        assert list(store.queries()) == group.queries
        subject, other = store.subjects(lookup)
        assert (subject.ref, subject.live_events, subject.known) == ("F1", 2, ((0, None),))
        assert subject.grounds == tuple(group.opened)
        assert subject.marks == tuple(mark for _, mark in group.marked)
        assert subject.links + other.links == tuple(group.linked)
        assert list(store.deliveries()) == group.deliveries
        assert store.subjects_with_grams(["沧州"], 9) == store.subjects_with_grams(["'\x00"], 9) == ["F1"]

    def test_everything_is_there_after_the_store_was_closed(
        self, store: Store, reopen: Callable[[Store], Store]
    ) -> None:
        store.put_meta({"origin": "a"})
        store.commit(full_group())
        before = everything(store)
        assert everything(reopen(store)) == before

    def test_group_that_fails_in_its_middle_writes_nothing_and_the_next_one_works(self, store: Store) -> None:
        store.commit(full_group())
        before = everything(store)
        broken = group_of(2, 3)
        broken.statements.append(statement(1, statement_id="another"))
        with pytest.raises(StoreError):
            store.commit(broken)
        assert everything(store) == before
        store.commit(group_of(2, 3))
        assert [row.position for row in store.statements()] == [0, 1, 2, 3]

    def test_group_that_fails_at_its_last_row_writes_nothing(self, store: Store) -> None:
        store.commit(full_group())
        before = everything(store)
        broken = replace(group_of(2), queries=[QueryRow(None, "", "", 0, "", "", 0, 0)])  # type: ignore[arg-type]
        with pytest.raises(StoreError):
            store.commit(broken)
        assert everything(store) == before

    def test_statement_id_of_a_department_is_taken_once(self, store: Store) -> None:
        store.commit(group_of(0))
        with pytest.raises(StoreError):
            store.commit(Group(statements=[statement(1, statement_id="S-0")]))
        store.commit(Group(statements=[statement(1, department="D2", statement_id="S-0")]))
        found = store.recorded([("D1", "S-0"), ("D2", "S-0"), ("D3", "S-0")])
        assert {key: at.position for key, at in found.items()} == {("D1", "S-0"): 0, ("D2", "S-0"): 1}

    def test_log_is_read_in_order_from_any_position_over_many_pages(self, store: Store) -> None:
        rows = [statement(position) for position in range(2_500)]
        store.commit(Group(statements=rows[::-1]))
        assert list(store.statements()) == rows
        assert list(store.statements(1_999)) == rows[1_999:]
        assert list(store.statements(2_500)) == []

    def test_thousands_of_keys_are_looked_up_at_once(self, store: Store) -> None:
        store.commit(Group(statements=[statement(position) for position in range(2_000)]))
        keys = [(f"D{department}", f"S-{n}") for department in (1, 2) for n in range(2_500)]
        assert len(store.recorded(keys)) == 2_000
        assert store.events(keys) == {}
        assert store.chains([f"F{n}" for n in range(3_000)]) == {}
        assert store.persons([f"P:{n}" for n in range(3_000)]) == {}

    def test_looking_up_nothing_finds_nothing(self, store: Store) -> None:
        assert (store.recorded([]), store.events([]), store.chains([]), store.persons([])) == ({}, {}, {}, {})

    def test_refusals_are_numbered_and_read_page_by_page_each_department_its_own(self, store: Store) -> None:
        for n in range(3):
            rows = [RefusalRow(department, f"R-{n}", bytes(32), n, b"") for department in ("D1", "D2")]
            store.commit(Group(refusals=rows))
        first = store.refusals("D1", 0, 2)
        assert [row.statement_id for row in first] == ["R-0", "R-1"]
        assert [row.statement_id for row in store.refusals("D1", first[-1].number, 2)] == ["R-2"]
        assert store.refusals("D3", 0, 2) == []
        numbers = [row.number for row in store.all_refusals()]
        assert numbers == sorted(set(numbers))

    def test_group_without_statements_keeps_the_checkpoint(self, store: Store) -> None:
        store.commit(group_of(0))
        store.commit(Group())
        store.commit(Group(refusals=[RefusalRow("D1", "R", bytes(32), 1, b"")]))
        assert store.checkpoint() == checkpoint(1)

    def test_largest_numbers_are_kept(self, store: Store) -> None:
        largest = (1 << 63) - 1
        row = replace(statement(0), position=largest)
        store.commit(Group(statements=[row], checkpoint=CheckpointRow(largest, b"", largest, "")))
        assert store.statement(largest) == row
        assert store.checkpoint() == CheckpointRow(largest, b"", largest, "")

    def test_readers_see_whole_groups_while_the_writer_works(self, store: Store) -> None:
        done, torn = Event(), list[tuple[int, int]]()

        def read() -> None:
            while not done.is_set():
                before, rows, after = store.checkpoint(), list(store.statements()), store.checkpoint()
                low, high = before.size if before else 0, after.size if after else 0
                if not low <= len(rows) <= high or len(rows) % 3:
                    torn.append((low, len(rows)))

        readers = [Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        for first in range(0, 90, 3):
            store.commit(group_of(first, first + 1, first + 2))
        done.set()
        for reader in readers:
            reader.join()
        assert torn == []
        assert len(list(store.statements())) == 90

    def test_one_reading_sees_one_state(self, store: Store) -> None:
        group = Group(chains={f"F{n}": Chain(f"F{n}", 1, b"") for n in range(3_000)})
        store.commit(group)
        reading = store.derived_rows("chain")
        seen = [next(reading)]
        moved = {ref: replace(chain, sequence=2) for ref, chain in group.chains.items()}
        store.commit(Group(chains=moved))
        seen += reading
        assert {row[1] for row in seen} == {1}
        assert {row[1] for row in store.derived_rows("chain")} == {2}
