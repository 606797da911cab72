"""A clock that a test sets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

CHINA = timedelta(hours=8)


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
