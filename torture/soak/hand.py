"""One who works in the hour, and what its acts share.

An act that is meant to be refused raises if it is not; what the registry refuses otherwise is raised as gRPC
raises it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from registry.access.identity import CallerRole
from registry.domain.periods import china_day
from registry.engine import now_ms
from registry.v1 import subject_pb2
from tests.support.events import firm
from tests.support.faces import Faced
from torture.soak.town import FIRMS, Town


class UnexpectedError(Exception):
    """The registry did what it should not have."""


@dataclass(slots=True)
class Hand:
    """One who works: a seed, and what it has stated that still stands."""

    town: Town
    faced: Faced
    name: str
    chance: Random
    standing: list[tuple[str, int]] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: itertools.count(1))
    stated: int = 0

    def fresh(self, what: str) -> str:
        """A name that was not used before."""
        return f"{self.name}-{what}-{next(self.numbers)}"

    def call(self, stub: Any, role: CallerRole, name: str = "") -> Any:
        """A stub for a caller in a role."""
        served = self.town.served
        caller = served.of_role(role) if not name else served.system(role, name)
        return stub(self.town.channel(caller))

    def say(self, key: str, statement_id: str = "", **body: Any) -> None:
        """States something; raises UnexpectedError if it is refused."""
        name = statement_id or self.fresh("s")
        (result,) = self.town.stated(key, self.town.seal(key, name, **body))
        taken(result)
        self.stated += 1


def taken(result: Any) -> None:
    """Raises UnexpectedError if a statement was refused."""
    if not result.HasField("accepted"):
        raise UnexpectedError("; ".join(fault.message for fault in result.refused.faults))


def today(back: int = 0) -> str:
    """The day so many days ago."""
    return (china_day(now_ms()) - timedelta(days=back)).isoformat()


def some(hand: Hand) -> subject_pb2.Subject:
    """One of the few firms."""
    return firm(hand.chance.randrange(FIRMS))


Act = Callable[[Hand], None]
