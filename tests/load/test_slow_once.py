"""What once took long is tried again: it may have been for a reason that is gone."""

from __future__ import annotations

from registry.load.classes import Lane
from registry.load.lanes import Bounds, Lanes
from registry.load.queues import Ticket

SLOW_S, DEADLINE_S = 20.0, 5.0


def ticket(caller: str = "a") -> Ticket[str]:
    return Ticket(next(lane for lane in Lane if lane is not Lane.VITAL), caller, "Check", "work")


def slow_before() -> Lanes[str]:
    """Lanes through which one call went, which took longer than any caller waits."""
    lanes = Lanes[str](Bounds())
    assert lanes.offer(ticket(), 0.0, 60.0) == []
    taken, _ = lanes.take(0.0)
    assert taken is not None
    lanes.end(taken, SLOW_S, 0.001)
    return lanes


def test_call_whose_kind_was_slow_once_is_served_where_nothing_is_at_work() -> None:
    lanes, asked = slow_before(), ticket()
    assert lanes.offer(asked, 100.0, DEADLINE_S) == []
    assert lanes.take(100.0) == (asked, [])
    lanes.end(asked, 100.001, 0.001)


def test_call_whose_kind_is_slow_is_refused_beside_one_that_is_at_work() -> None:
    lanes = slow_before()
    assert lanes.offer(ticket(), 100.0, DEADLINE_S) == []
    assert lanes.take(100.0)[0] is not None
    second = ticket("b")
    assert lanes.offer(second, 100.1, DEADLINE_S) == [second]
