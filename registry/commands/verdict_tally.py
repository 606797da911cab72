"""Which verdicts were given (结论计数): by domain, verdict and, where nothing can be said, why.

Counted where an answer is complete, once for each subject in it, whichever method gave it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from threading import Lock

from registry.sanctions.verdict import Decision

Kind = tuple[int, int, int]
"""Domain, verdict, reason for an INDETERMINATE, each by its number in the contract."""


class VerdictTally:
    """Verdicts since the process began. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._given: Counter[Kind] = Counter()

    def one(self, domain: int, decision: Decision) -> None:
        """Counts a verdict."""
        with self._lock:
            self._given[domain, decision.verdict, decision.indeterminate or 0] += 1

    def many(self, domain: int, decisions: Iterable[Decision]) -> None:
        """Counts the verdicts of one answer about many."""
        found = Counter((domain, each.verdict, each.indeterminate or 0) for each in decisions)
        with self._lock:
            self._given.update(found)

    def given(self) -> dict[Kind, int]:
        """How many of each kind."""
        with self._lock:
            return dict(self._given)
