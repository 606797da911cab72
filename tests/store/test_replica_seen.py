"""When the primary was seen: of two looks at a time the later one counts, whichever ends first."""

from __future__ import annotations

from threading import Event, Thread
from typing import Any

from registry.store.interface import CheckpointRow
from registry.store.replica import replica_first

PATIENCE_S = 20.0


class Primary:
    """Holds so many statements; a look at it that is held up tells what there was when it began."""

    def __init__(self) -> None:
        self.size, self.began, self.ends = 5, Event(), Event()
        self.ends.set()

    def checkpoint(self) -> CheckpointRow:
        found, ends = CheckpointRow(self.size, b"", 0, ""), self.ends
        self.began.set()
        ends.wait(PATIENCE_S)
        return found

    def close(self) -> None:
        """Nothing is open."""


def test_look_that_was_held_up_does_not_take_back_what_a_later_one_saw() -> None:
    primary: Any = Primary()
    store = replica_first(primary, primary, look_s=3600)
    primary.ends.clear()
    primary.began.clear()
    slow = Thread(target=store.look)
    slow.start()
    assert primary.began.wait(PATIENCE_S)
    held_up, primary.ends, primary.size = primary.ends, Event(), 6
    primary.ends.set()
    store.look()
    seen = store.seen
    assert seen[1] == 5
    held_up.set()
    slow.join(PATIENCE_S)
    assert store.seen == seen
    store.close()
