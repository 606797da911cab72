"""Which row of one edition answers to which of another (新旧规定的对应).

Rows of a code are dated, and a change of law leaves the old row for its days and adds another after it. So
1. rows with the same first day belong together;
2. of what is left, rows belong together in the order of their days: a first day was put right;
3. a row still left in the later edition is held against the one whose place it takes there, in force on the
   day before: it *succeeds* it. If there is none, it is new;
4. a row still left in the earlier edition is gone.

Worked example, list L-13: before, 2021-11-01 on; after, 2021-11-01 to 2026-03-31 and 2026-04-01 on. The first
two belong together, the third succeeds the second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from registry.sanctions.catalogue.entries import Dated

R = TypeVar("R", bound=Dated)


@dataclass(frozen=True, slots=True)
class Pair(Generic[R]):
    """Two rows held against each other; None where there is none. ``succeeds``: ``before`` stands in the
    later edition too, and ``after`` takes its place."""

    before: R | None
    after: R | None
    succeeds: bool = False

    @property
    def first_day(self) -> date:
        """By which pairs are ordered."""
        row = self.after if self.after is not None else self.before
        assert row is not None
        return row.effective_from


def pairs_of(
    before: Sequence[R], after: Sequence[R], *, replaced: Callable[[R], R | None] = lambda row: None
) -> list[Pair[R]]:
    """The pairs of the rows of one code, by first day. ``replaced`` names the row that another takes the
    place of where no row of the code does."""
    by_day = {row.effective_from: row for row in before}
    pairs = [Pair(by_day[row.effective_from], row) for row in after if row.effective_from in by_day]
    met = {pair.first_day for pair in pairs}
    gone = [row for row in before if row.effective_from not in met]
    come = [row for row in after if row.effective_from not in met]
    both = min(len(gone), len(come))
    pairs += [Pair(old, new) for old, new in zip(gone[:both], come[:both], strict=True)]
    for row in come[both:]:
        earlier = _before(row, after) or replaced(row)
        pairs.append(Pair(earlier, row, succeeds=earlier is not None))
    pairs += [Pair(row, None) for row in gone[both:]]
    return sorted(pairs, key=lambda pair: pair.first_day)


def is_succeeded(row: Dated, pairs: Sequence[Pair[R]]) -> bool:
    """Whether another row takes a row's place on the day after its last, so that its end is told there."""
    last = row.effective_to
    return last is not None and any(
        pair.succeeds and pair.first_day == last + timedelta(days=1) for pair in pairs
    )


def _before(row: R, rows: Sequence[R]) -> R | None:
    earlier = [other for other in rows if other.effective_from < row.effective_from]
    return max(earlier, key=lambda other: other.effective_from, default=None)
