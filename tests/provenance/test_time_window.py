from __future__ import annotations

from itertools import permutations

import pytest

from registry.provenance.time_window import Anchor, TimeWindow, bounding_anchors, time_window

TEN, ELEVEN = 36_000_000, 39_600_000
ANCHORS = [Anchor(7, 5, TEN - 1000, TEN + 1000), Anchor(21, 21, ELEVEN - 1000, ELEVEN + 1000)]


@pytest.mark.parametrize(
    ("position", "window"),
    [
        (0, (None, TEN + 1000)),
        (4, (None, TEN + 1000)),
        (5, (None, ELEVEN + 1000)),  # In front of the anchor's leaf, and not covered by its checkpoint.
        (6, (None, ELEVEN + 1000)),
        (7, (TEN - 1000, ELEVEN + 1000)),
        (9, (TEN - 1000, ELEVEN + 1000)),
        (20, (TEN - 1000, ELEVEN + 1000)),
        (21, (ELEVEN - 1000, None)),
        (22, (ELEVEN - 1000, None)),
    ],
)
def test_anchors_bound_what_is_behind_them_and_what_they_cover(
    position: int, window: tuple[int | None, int | None]
) -> None:
    assert time_window(position, ANCHORS) == window


def test_order_in_which_anchors_come_does_not_matter() -> None:
    anchors = [*ANCHORS, Anchor(30, 25, ELEVEN + 5000, ELEVEN + 6000)]
    for position in range(32):
        windows = {time_window(position, order) for order in permutations(anchors)}
        assert len(windows) == 1


def test_anchors_that_bound_a_leaf_give_its_window_alone() -> None:
    anchors = [
        *ANCHORS,
        Anchor(30, 25, ELEVEN + 5000, ELEVEN + 6000),
        Anchor(40, 35, ELEVEN + 7000, ELEVEN + 7000),
    ]
    for position in range(42):
        few = bounding_anchors(position, anchors)
        assert len(few) <= 2
        assert time_window(position, few) == time_window(position, anchors)
    assert bounding_anchors(3, []) == []


def test_without_anchors_nothing_is_bounded() -> None:
    window = time_window(3, [])
    assert window == TimeWindow(None, None)
    assert window.is_possible
    assert window.contains(0)


def test_narrowest_of_several_bounds_counts() -> None:
    late = [*ANCHORS, Anchor(40, 35, ELEVEN + 9000, ELEVEN + 9000)]
    assert time_window(9, late) == (TEN - 1000, ELEVEN + 1000)
    assert time_window(50, late) == (ELEVEN + 9000, None)


def test_instant_lies_within_or_not() -> None:
    window = time_window(9, ANCHORS)
    assert window.contains(TEN - 1000)
    assert window.contains(ELEVEN + 1000)
    assert not window.contains(TEN - 1001)
    assert not window.contains(ELEVEN + 1001)


def test_stamps_that_contradict_each_other_leave_nothing() -> None:
    turned = [Anchor(7, 5, ELEVEN, ELEVEN), Anchor(21, 21, TEN, TEN)]
    assert not time_window(9, turned).is_possible
    assert TimeWindow(TEN, TEN).is_possible


@pytest.mark.parametrize("fields", [(7, 8, 1, 1), (7, 0, 1, 1), (7, 5, 2, 1)])
def test_anchor_that_cannot_be_is_refused(fields: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        Anchor(*fields)
