"""Which departments could state a list or decide a measure (信源接入), as known at a position.

A department is a source of the lists and measures of its mandate from its first key on, until a registration
takes them from it. It is *connected* on a day as long as one of its keys is not revoked and has not expired:
afterwards it could say nothing any more, and its silence says nothing either.

* A list is kept by every department that has it in its mandate, each for its own entries. It is connected
  only if all its keepers are: nothing found on one court's part is nothing found on one court's part.
* A measure is connected if any department that may decide it is.

Worked example: courts A and B have L-01 in their mandates, A's key runs to 2030-12-31, B's to 2027-12-31.
``on(date(2027, 12, 31))`` has L-01; on the next day it is not there, until B is registered without it or has
another key.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Source:
    """A department with its mandate; ``until`` is the last day of its keys that are not revoked, the first
    of all days if none is left."""

    department: str
    lists: frozenset[str]
    measures: frozenset[str]
    until: date


class Connections:
    """The sources that were known at a position; never changed. Two of them are the same if they are one."""

    def __init__(self, sources: Iterable[Source]) -> None:
        keepers: dict[str, set[str]] = {}
        until: dict[str, date] = {}
        for source in sources:
            for code in source.lists:
                keepers.setdefault(code, set()).add(source.department)
                until[code] = min(until.get(code, date.max), source.until)
            for code in source.measures:
                until[code] = max(until.get(code, date.min), source.until)
        self.keepers: Mapping[str, tuple[str, ...]] = MappingProxyType(
            {code: tuple(sorted(found)) for code, found in sorted(keepers.items())}
        )
        # Nearly every question is about a day that falls under the first of these.
        self._days = sorted(set(until.values()) - {date.min})
        self._codes = [frozenset(c for c, last in until.items() if last >= day) for day in self._days]

    def on(self, day: date) -> frozenset[str]:
        """Codes of the lists and measures whose sources are connected on a day."""
        at = bisect_left(self._days, day)
        return self._codes[at] if at < len(self._codes) else frozenset()


NO_CONNECTIONS = Connections(())
"""Nobody is known yet."""
