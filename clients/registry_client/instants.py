"""Instants as people write them: a day, or a time in ISO 8601; without a zone it is China's (UTC+8).

Example: ``china_instant("2026-04-01")`` is 2026-04-01T00:00+08:00, ``china_instant("2026-04-01T09:30")`` half
past nine in China, ``china_instant("2026-04-01T01:30Z")`` the same.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from registry.domain.periods import CHINA

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def china_instant(text: str) -> datetime:
    """The instant; of a day its first moment in China. ValueError if it is none."""
    instant = datetime.fromisoformat(f"{text}T00:00" if _DAY.fullmatch(text) else text)
    instant = instant if instant.tzinfo else instant.replace(tzinfo=CHINA)
    try:
        instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("before the year 1 or after 9999 in UTC") from None
    return instant


def today() -> date:
    """The day in China, by this machine's clock."""
    return datetime.now(CHINA).date()
