"""The contract every engine of the store must pass, about what is listed newest first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from registry.sanctions.ground import Ground, GroundKind
from registry.store.interface import CosignatureRow, Group, QueryFilter, QueryRow, Store
from tests.store.samples import event, ground, group_of, statement

LISTED = GroundKind.LISTED
EVERYTHING = QueryFilter()


def asked(at_ms: int, caller: str = "registry://x/system/bidding/a", subject: str = "P:1") -> QueryRow:
    return QueryRow(at_ms, caller, subject, 4, "沧招〔2026〕1号", "评标", 7, 1)


def listed(position: int, code: str, ordinal: int = 0) -> Ground:
    return replace(ground(position, ordinal=ordinal), kind=LISTED, code=code, measure=None)


class NewestContract:
    """See the module."""

    @pytest.fixture
    def store(self, create: Callable[[], Store]) -> Store:
        """A new, empty store."""
        return create()

    def test_departments_statements_come_newest_first_each_with_its_leaf(self, store: Store) -> None:
        store.commit(group_of(0, 1, 2))
        others = [replace(event(3), department="D2"), event(4, category="")]
        rows = [statement(3, department="D2"), statement(4)]
        store.commit(Group(statements=rows, recorded=others))
        found = store.own_events("D1", None, 9)
        assert [told.position for told, _ in found] == [2, 1, 0], "a link is no statement about a subject"
        assert [leaf for _, leaf in found] == [statement(n).leaf for n in (2, 1, 0)]
        assert [told.position for told, _ in store.own_events("D1", 2, 1)] == [1]
        assert store.own_events("D1", 0, 9) == store.own_events("D9", None, 9) == []

    def test_grounds_of_a_code_come_newest_first_and_none_is_left_out(self, store: Store) -> None:
        rows = [listed(n, f"L-0{m}", m) for n in range(20) for m in range(3)]
        again = replace(rows[-1], known_from=99)
        store.commit(Group(opened=[*rows, again]))
        before, found = None, list[tuple[int, int]]()
        while page := store.newest_grounds([LISTED], ["L-00", "L-01", "L-02"], before, 7):
            found += [(position, ordinal) for position, ordinal, _ in page]
            before = found[-1]
        assert found == [(n, m) for n in range(19, -1, -1) for m in range(2, -1, -1)]
        assert store.newest_grounds([LISTED], [], None, 9) == []
        assert store.newest_grounds([LISTED], ["L-01"], (1, 1), 9) == [(0, 1, "F1")]

    def test_queries_come_newest_first_also_where_a_clock_was_set_back(self, store: Store) -> None:
        rows = [asked(at) for at in (10, 30, 20, 20)]
        store.commit(Group(queries=rows))
        found = store.queries_before(None, 9, EVERYTHING)
        assert [(number, row.asked_ms) for number, row in found] == [(2, 30), (4, 20), (3, 20), (1, 10)]
        assert [row for _, row in found] == [rows[1], rows[3], rows[2], rows[0]]
        assert [number for number, _ in store.queries_before((20, 4), 9, EVERYTHING)] == [3, 1]
        assert [number for number, _ in store.queries_before((30, 2), 1, EVERYTHING)] == [4]

    def test_queries_that_have_ended_go_and_their_numbers_are_not_given_again(self, store: Store) -> None:
        asked = [(10, 3), (40, 5), (20, 5), (30, 5), (50, 5)]
        rows = [QueryRow(at, "c", "P:1", domain, "r", "m", 0, 1) for at, domain in asked]
        store.commit(Group(queries=rows))
        assert store.queries_ended(41, (5, 8), 9) == [3, 4, 2], "the oldest first, not of other domains"
        assert store.queries_ended(41, (5, 8), 2) == [3, 4]
        assert store.queries_ended(40, (5,), 9) == [3, 4], "not the instant itself"
        said = QueryRow(60, "registry", "", 0, "r", "m", 0, 0)
        store.commit(Group(ended_queries=[2, 3, 4, 5], queries=[said]))
        assert [number for number, _ in store.queries_before(None, 9, EVERYTHING)] == [6, 1]

    def test_queries_are_had_by_caller_subject_and_time(self, store: Store) -> None:
        rows = [asked(10), asked(20, caller="b"), asked(30, subject="P:2"), asked(40)]
        store.commit(Group(queries=rows))

        def numbers(wanted: QueryFilter) -> list[int]:
            return [number for number, _ in store.queries_before(None, 9, wanted)]

        assert numbers(QueryFilter(caller="b")) == [2]
        assert numbers(QueryFilter(subject="P:1")) == [4, 2, 1]
        assert numbers(QueryFilter(first_ms=20, end_ms=40)) == [3, 2]
        assert numbers(QueryFilter(caller=rows[0].caller, subject="P:1", first_ms=11)) == [4]
        assert numbers(QueryFilter(caller="nobody")) == []

    def test_newest_size_that_a_witness_cosigned_is_told(self, store: Store) -> None:
        store.commit(Group(cosignatures=[CosignatureRow(size, "w1", "line") for size in (3, 9, 5)]))
        assert (store.cosigned_size("w1"), store.cosigned_size("w2")) == (9, 0)
