"""What the store must do with reports of execution: the part of the contract that every engine passes about
them; see ``registry.store.interface`` and ``tests.store.contract``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from registry.store.interface import ExecutionRow, ExecutionTotal, Group, Store, StoreError

PLATFORM = "registry://credit.example/test/system/bidding/platform"
PORTAL = "registry://credit.example/test/system/procurement/portal"
ODD_TEXT = "沧州\x00\n'\"; DROP TABLE execution; -- 𠮷野 \u202e"
DAY_MS = 86_400_000


def report(report_id: str, caller: str = PLATFORM, **changes: object) -> ExecutionRow:
    """A report with every column filled."""
    row = ExecutionRow(
        caller=caller,
        report_id=report_id,
        recorded_ms=DAY_MS,
        subject="P:1",
        domain=4,
        reference=ODD_TEXT,
        matter=b"\x00\xffmatter",
        valid_ms=-1,
        known_position=(1 << 63) - 1,
        edition="ab" * 32,
        verdict=3,
        action=1,
        measure_codes=("M-BID-01", 'M-"odd", ', "M-BID-06"),
        reason=ODD_TEXT,
    )
    return replace(row, **changes)  # type: ignore[arg-type]


class ExecutionContract:
    """See the module."""

    @pytest.fixture
    def store(self, create: Callable[[], Store]) -> Store:
        """A new, empty store."""
        return create()

    def test_new_store_has_no_reports(self, store: Store) -> None:
        assert list(store.all_executions()) == []
        assert store.executions([(PLATFORM, "R-1")]) == {}
        assert store.executions([]) == {}
        assert store.own_executions(PLATFORM, 0, 10) == []
        assert store.execution_totals(0, DAY_MS) == []

    def test_report_comes_back_as_it_was_written_after_the_store_was_closed(
        self, store: Store, reopen: Callable[[Store], Store]
    ) -> None:
        bare = report("R-2", subject="", measure_codes=(), reason="", matter=b"")
        store.commit(Group(executions=[report("R-1"), bare]))
        store = reopen(store)
        assert list(store.all_executions()) == [report("R-1", number=1), replace(bare, number=2)]
        assert store.executions([(PLATFORM, "R-1")]) == {(PLATFORM, "R-1"): report("R-1", number=1)}

    def test_id_is_taken_once_in_a_caller_and_a_group_with_a_second_writes_nothing(
        self, store: Store
    ) -> None:
        store.commit(Group(executions=[report("R-1")]))
        with pytest.raises(StoreError):
            store.commit(Group(executions=[report("R-2"), report("R-1", reason="other")]))
        store.commit(Group(executions=[report("R-1", PORTAL)]))
        assert [row.key for row in store.all_executions()] == [(PLATFORM, "R-1"), (PORTAL, "R-1")]

    def test_many_reports_of_several_callers_are_looked_up_at_once(self, store: Store) -> None:
        rows = [report(f"R-{n}", caller) for caller in (PLATFORM, PORTAL) for n in range(600)]
        store.commit(Group(executions=rows))
        keys = [(caller, f"R-{n}") for caller in (PLATFORM, PORTAL) for n in range(1_000)]
        assert store.executions(keys).keys() == {row.key for row in rows}

    def test_own_reports_are_numbered_by_themselves_whatever_others_report(self, store: Store) -> None:
        for n in range(5):
            store.commit(Group(executions=[report(f"A-{n}", PORTAL), report(f"B-{n}")]))
        first = store.own_executions(PLATFORM, 0, 3)
        assert [(row.number, row.report_id) for row in first] == [(1, "B-0"), (2, "B-1"), (3, "B-2")]
        rest = store.own_executions(PLATFORM, 3, 3)
        assert [(row.number, row.report_id) for row in rest] == [(4, "B-3"), (5, "B-4")]
        assert store.own_executions(PLATFORM, 5, 3) == []

    def test_totals_count_what_says_the_same_within_the_time(self, store: Store) -> None:
        one, other = ("M-BID-01",), ("M-BID-01", "M-BID-06")
        rows = [
            report("R-1", measure_codes=one, recorded_ms=10),
            report("R-2", measure_codes=one, recorded_ms=30),
            report("R-3", measure_codes=one, recorded_ms=40),
            report("R-4", measure_codes=other, recorded_ms=20),
            report("R-5", measure_codes=one, action=2, recorded_ms=20),
            report("R-1", PORTAL, measure_codes=one, recorded_ms=20),
        ]
        store.commit(Group(executions=rows))
        assert store.execution_totals(10, 40) == [
            ExecutionTotal(PLATFORM, 1, other, 1, 20),
            ExecutionTotal(PLATFORM, 1, one, 2, 30),
            ExecutionTotal(PLATFORM, 2, one, 1, 20),
            ExecutionTotal(PORTAL, 1, one, 1, 20),
        ]
        assert store.execution_totals(41, 100) == []
