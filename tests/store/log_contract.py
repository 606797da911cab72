"""How a store lets the log be read whole, and what it keeps of statements whose content is erased.

An engine's tests take these in by a class of their own::

    class TestSqliteLog(LogContract):
        ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, replace

import pytest

from registry.provenance.time_window import Anchor
from registry.store.interface import ErasedRows, Group, Recorded, Store
from tests.store.samples import ODD_TEXT, event, full_group, group_of, lookup, naming, statement


class LogContract:
    """Scanning, statements by reference, anchors, erasure."""

    @pytest.fixture
    def store(self, create: Callable[[], Store]) -> Store:
        """A new, empty store."""
        return create()

    def test_log_is_scanned_in_order_as_plain_rows(self, store: Store) -> None:
        store.commit(group_of(*range(1500)))
        rows = list(store.scan(10, 1490))
        assert [row[0] for row in rows] == list(range(10, 1490))
        assert rows[0] == astuple(statement(10))
        assert list(store.scan(2000, 3000)) == []

    def test_highest_position_is_told_whatever_is_missing_below(self, store: Store) -> None:
        assert store.last_position() is None
        store.commit(group_of(0, 7))
        assert store.last_position() == 7

    def test_statements_are_found_by_the_kind_of_their_references(self, store: Store) -> None:
        refs = ["K:1", "R:", "K:2", "F1", "KX", "L:1", "J:9"]
        rows = [replace(statement(n), subject=ref) for n, ref in enumerate(refs)]
        store.commit(Group(statements=rows))
        assert [row.position for row in store.statements_under("K:")] == [0, 2]
        assert [row.position for row in store.statements_under("R:")] == [1]
        assert [row.position for row in store.statements_about("F1")] == [3]
        assert store.statements_about("F2") == []

    def test_anchors_come_back_in_order(self, store: Store) -> None:
        anchors = [Anchor(5, 5, 1_000, 2_000), Anchor(9, 8, 3_000, 3_000)]
        store.commit(Group(anchors=list(reversed(anchors))))
        assert list(store.anchors()) == anchors
        first, second = anchors
        over = {position: store.anchor_over(position) for position in (0, 4, 5, 7, 8)}
        assert over == {0: first, 4: first, 5: second, 7: second, 8: None}

    def test_erased_statement_keeps_its_place_and_loses_its_content(self, store: Store) -> None:
        store.commit(full_group())
        store.commit(Group(erased=[ErasedRows((1,), 7, "F1")]))
        assert store.statement(1) == replace(statement(1), sealed_payload=b"", erased_by=7)
        assert store.statement(0) == statement(0)
        leaf_hash = (1).to_bytes(32, "big")
        assert store.recorded([("D1", "S-1")]) == {("D1", "S-1"): Recorded(1, 1_001, leaf_hash, "F1", 7)}

    def test_what_was_derived_from_an_erased_statement_goes_and_the_rest_stays(self, store: Store) -> None:
        store.commit(full_group())
        store.commit(Group(erased=[ErasedRows((1,), 7, "F1")]))
        assert list(store.events([("D1", "S-0"), ("D1", "S-1")])) == [("D1", "S-0")]
        assert [row[0] for row in store.derived_rows("ground")] == [0]
        assert [row[0] for row in store.derived_rows("mark")] == [1]  # It is on the statement that stays.
        assert list(store.derived_rows("link")) == []
        store.commit(Group(erased=[ErasedRows((0,), 8, "F1")]))
        assert list(store.derived_rows("mark")) == []

    def test_names_of_the_subject_are_those_that_the_group_writes_anew(self, store: Store) -> None:
        store.commit(full_group())
        anew = Group(erased=[ErasedRows((1,), 7, "F1")], named=[naming("新", 3, 0)], grams=[("新名", "F1")])
        anew.became_known = [("F1", 3)]
        anew.became_unknown = [("F1", 3, 5)]
        store.commit(anew)
        assert [row[0] for row in store.spellings(["F1"])["F1"]] == ["新"]
        assert store.subjects_with_grams(["沧州"], 5) == []
        assert store.subjects_with_grams(["新名"], 5) == ["F1"]
        assert list(store.derived_rows("subject")) == [("F1", 3, 5)]

    def test_other_subjects_are_not_touched(self, store: Store) -> None:
        group = full_group()
        group.statements.append(replace(statement(2), subject="F2"))
        group.recorded.append(event(2, subject="F2"))
        group.named.append(naming(ODD_TEXT, 2, 0, subject="F2"))
        group.became_known.append(("F2", 2))
        store.commit(group)
        store.commit(Group(erased=[ErasedRows((0, 1), 7, "F1")]))
        assert [record.ref for record in store.subjects(lookup)] == ["F2"]
        assert list(store.spellings(["F1", "F2"])) == ["F2"]
