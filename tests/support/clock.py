"""A clock that a test sets."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

from registry.domain.periods import CHINA_OFFSET_MS, MS_PER_DAY, china_day
from registry.engine import now_ms

CHINA = timedelta(hours=8)
_LEFT_MS = 120_000


class SetClock:
    """Answers Unix milliseconds; stands still until it is moved."""

    def __init__(self, day: date) -> None:
        self.now_ms = instant_ms(day)

    def __call__(self) -> int:
        return self.now_ms

    def move_to(self, day: date) -> None:
        """Noon in China of a day."""
        self.now_ms = instant_ms(day)


def instant_ms(day: date, hour: int = 12) -> int:
    """Unix milliseconds of an hour of a day in China."""
    instant = datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - CHINA
    return int(instant.timestamp() * 1000)


def this_day() -> date:
    """Today in China by the wall, with two minutes of it left: for a test whose user has the wall's clock.

    Shortly before midnight it waits for tomorrow: what it founds on one day, a test would ask on the next.
    """
    left_ms = MS_PER_DAY - (now_ms() + CHINA_OFFSET_MS) % MS_PER_DAY
    if left_ms < _LEFT_MS:
        time.sleep(left_ms / 1000)
    return china_day(now_ms())
