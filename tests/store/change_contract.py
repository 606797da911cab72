"""The contract every engine of the store must pass, about whose record was changed by which statement, and
about reading the records of some subjects alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from registry.domain.periods import Period
from registry.sanctions.ground import Mark, MarkKind
from registry.store.interface import ChangeRow, ErasedRows, Group, Store
from registry.v1 import statement_pb2 as pb
from tests.store.samples import ends, event, ground, group_of, lookup, naming, statement

END = 1 << 60
BRANCH = pb.SUBJECT_LINK_KIND_BRANCH


def told_of(*positions: int, subject: str = "F1") -> list[ChangeRow]:
    return [ChangeRow(position, subject) for position in positions]


class ChangeContract:
    """See the module."""

    @pytest.fixture
    def store(self, create: Callable[[], Store]) -> Store:
        """A new, empty store."""
        return create()

    def test_changes_come_by_position_then_by_subject(self, store: Store) -> None:
        changes = [*told_of(1, 0), ChangeRow(1, "A9"), ChangeRow(0, "P:1")]
        store.commit(replace(group_of(0, 1), changes=changes))
        assert store.changes(0, END) == [(0, "F1"), (0, "P:1"), (1, "A9"), (1, "F1")]

    def test_changes_are_had_from_one_position_to_before_another(self, store: Store) -> None:
        store.commit(replace(group_of(0, 1, 2), changes=told_of(0, 1, 2)))
        assert store.changes(1, 2) == [(1, "F1")]
        assert store.changes(3, END) == []
        assert store.changes(0, END, 2) == store.changes(0, 2)

    def test_erasure_met_twice_is_one_change(self, store: Store) -> None:
        erasure = ChangeRow(9, "F1", erasure=True)
        store.commit(replace(group_of(0, 1), changes=[*told_of(0, 1), erasure, erasure]))
        store.commit(replace(group_of(2), changes=[erasure]))
        assert store.changes(2, END) == [(9, "F1")]
        assert store.erasures(0, END) == {(9, "F1")}
        assert store.erasures(0, 9) == set()

    def test_what_is_erased_was_no_change_and_what_is_left_is_one(self, store: Store) -> None:
        store.commit(replace(group_of(0, 1), changes=[*told_of(0, 1), ChangeRow(0, "F2")]))
        gone = Group(
            statements=[statement(2)],
            erased=[ErasedRows((0,), 2, "F1")],
            changes=[ChangeRow(2, "F1", erasure=True)],
            became_known=[("F1", 1)],
        )
        store.commit(gone)
        assert store.changes(0, END) == [(1, "F1"), (2, "F1")]
        assert store.erasures(0, END) == {(2, "F1")}

    def test_note_that_went_with_what_it_was_on_is_no_change_any_more(self, store: Store) -> None:
        stay = Mark(2, 0, MarkKind.STAYED, Period(date(2026, 5, 1), None), 2)
        store.commit(replace(group_of(0, 1), changes=told_of(0, 1)))
        store.commit(Group(statements=[statement(2)], marked=[("F1", stay)], changes=told_of(2)))
        store.commit(
            Group(
                statements=[statement(3)],
                erased=[ErasedRows((0,), 3, "F1")],
                changes=[ChangeRow(3, "F1", erasure=True)],
                became_known=[("F1", 1)],
            )
        )
        assert store.changes(0, END) == [(1, "F1"), (3, "F1")]

    def test_records_of_some_subjects_are_those_among_all(self, store: Store) -> None:
        group = group_of(0, 1)
        group.opened += [ground(1, subject="F2", ordinal=1)]
        group.recorded = [event(0), event(1, subject="F2")]
        group.became_known.append(("F2", 1))
        group.linked = ends(1, BRANCH, "F3", "F1")
        group.named = [naming("甲", 0, 0), naming("乙", 1, 0, subject="F2")]
        store.commit(group)
        whole = {record.ref: record for record in store.subjects(lookup)}
        assert set(whole) == {"F1", "F2", "F3"}
        assert store.subjects_of(["F2"], lookup) == [whole["F2"]]
        found = store.subjects_of(["F3", "F1", "nobody", "F1"], lookup)
        assert {record.ref: record for record in found} == {ref: whole[ref] for ref in ("F1", "F3")}
        assert store.subjects_of([], lookup) == []

    def test_records_of_very_many_are_read(self, store: Store) -> None:
        store.commit(group_of(0, 1))
        refs = [f"X{number}" for number in range(3000)]
        assert [record.ref for record in store.subjects_of([*refs, "F1"], lookup)] == ["F1"]
