"""What a fault is, and what is counted after each of its rounds.

A round breaks something on purpose while statements are submitted and questions asked, lets the registry
come up again, and compares what it has with what it had acknowledged. Every count but ``acknowledged`` must
be 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

COUNTS = ("acknowledged", "lost", "duplicated", "false_clear", "disordered", "unverifiable")
"""What is counted of a round, in the order of the table."""


@dataclass(frozen=True, slots=True)
class Losses:
    """Counts of one round, or of many added up; ``told`` says in words what is behind them."""

    acknowledged: int = 0
    """Statements that were acknowledged to their submitter; a round with none has shown nothing."""
    lost: int = 0
    """Acknowledged and not in the log afterwards, or there with other bytes."""
    duplicated: int = 0
    """In the log twice, or acknowledged with two positions."""
    false_clear: int = 0
    """Answers CLEAR about a subject whose block had been acknowledged before the question was asked."""
    disordered: int = 0
    """Positions or instants that contradict the order in which acknowledgements were given, or a gap."""
    unverifiable: int = 0
    """Proofs, checkpoints or stores (``registry verify``) that do not hold."""
    told: tuple[str, ...] = ()

    def __add__(self, other: Losses) -> Losses:
        counts = {name: getattr(self, name) + getattr(other, name) for name in COUNTS}
        return Losses(**counts, told=self.told + other.told)

    @property
    def none(self) -> bool:
        """Whether nothing was lost and something was at stake."""
        return self.acknowledged > 0 and not any(getattr(self, name) for name in COUNTS[1:])


def able() -> str:
    """What ``Fault.missing`` is where nothing is needed."""
    return ""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to break the registry. ``run`` makes one round in an empty directory; all chance in it comes
    from the seed, so that a round can be had again. ``rounds`` are those of ``make torture``, ``short`` those
    of ``make test``; ``missing`` says what this machine lacks for it, or nothing; ``together`` is how many
    rounds with neighbouring seeds share what is made once for them, and are made by one process."""

    name: str
    rounds: int
    short: int
    run: Callable[[int, Path], Losses]
    missing: Callable[[], str] = able
    together: int = 1
