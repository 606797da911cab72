"""What came of the newest rehearsal of a backup (演练): ``registry rehearse --result`` writes it.

    {"passed": true, "tried_at": "2026-11-26T03:30:12+08:00",
     "taken_at": "2026-11-26T02:30:00+08:00", "size": 4711}

A rehearsal holds every row that answers are given from against the log folded anew. So a row that somebody
changed in the store past the program is told by the first rehearsal of a backup taken since.
"""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec

from registry.durable import PUBLIC, exchange

_MAX_BYTES = 4_096
_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Rehearsed(msgspec.Struct, frozen=True, kw_only=True):
    """A rehearsal that came to its end: whether it passed, when, and of a backup of when, with how many
    statements."""

    passed: bool
    tried_at: _Instant
    taken_at: _Instant
    size: int

    def write(self, path: Path) -> None:
        """Puts it in the place of the one before. Raises OSError."""
        exchange(path, msgspec.json.encode(self) + b"\n", mode=PUBLIC)

    @classmethod
    def read(cls, path: Path) -> Rehearsed | None:
        """The newest; None if there is none, or it cannot be read."""
        try:
            with path.open("rb") as file:
                return msgspec.json.decode(file.read(_MAX_BYTES), type=cls)
        except (OSError, ValueError, msgspec.DecodeError):
            return None


def passed_s(newest: Rehearsed | None) -> float:
    """When the backup was taken that passed, in seconds since 1970; minus infinity if there is none such."""
    return newest.taken_at.timestamp() if newest and newest.passed else -math.inf
