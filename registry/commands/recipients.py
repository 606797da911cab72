"""Recipients (接收方): which system was told of which decision in an answer, for it to be told again.

A decision that is revoked has to stop working wherever it was used (行政处罚法 第四十八条). So who was told
must be known before the answer leaves. It is written once for each caller, domain and decision: nearly
every answer is CLEAR and tells of none, and of what a caller has heard before nothing is written again.

* A statement that is recorded between the answer and its row would miss the row: the answer is given
  again then (``OvertakenError``), out of what is known by now.
* A store that cannot be written to does not keep a firm's restriction from whoever asks about it: the row
  is owed, and written with the next.

Worked example: a platform is told of the ban at 50 as known at 60; before that is durable the ban is
withdrawn at 61. The platform's answer is worked out again at 61, and is CLEAR.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from threading import Lock

from registry.sanctions.verdict import CLEAR, Decision
from registry.store.interface import RecipientRow, StoreError
from registry.waiting import may_wait, waiting

MAX_HEARD = 1 << 19
"""Rows of all callers that are known to be durable and kept in memory, some 40 MB; those forgotten are
written once more, to no effect."""
MAX_CALLERS = 512
"""Callers, in each domain, of whom such rows are kept: who asks once, and never again, is forgotten."""
_NOTHING: frozenset[int] = frozenset()
MAX_OWED = 1 << 18
"""Rows kept for a store that cannot be written to; of an outage in which more is told the log tells."""
logger = logging.getLogger(__name__)


class OvertakenError(Exception):
    """The log grew before it was durable who is told: the answer has to be given again."""


class Recipients:
    """Writes who was told, through ``write``, which returns when the rows are durable."""

    def __init__(self, write: Callable[[Sequence[RecipientRow]], None]) -> None:
        self._write = write
        self._heard: dict[tuple[str, int], set[int]] = {}
        self._kept = 0
        self._owed: set[RecipientRow] = set()
        self._lock = Lock()

    def note(self, caller: str, domain: int, positions: Collection[int]) -> bool:
        """Makes durable that a caller is told of the decisions at positions; whether any row was new."""
        heard = self._heard.get((caller, domain), _NOTHING)
        if heard.issuperset(positions):
            return False
        may_wait()
        new = {RecipientRow(position, caller, domain) for position in positions if position not in heard}
        with self._lock:
            rows = new | self._owed
        try:
            with waiting():
                self._write(sorted(rows))
        except StoreError as error:
            self._owe(rows, error)
            return False
        with self._lock:
            self._owed -= rows
            for row in rows:
                self._keep(row)
        return True

    def _keep(self, row: RecipientRow) -> None:
        """Keeps a row, and forgets those of whoever has not been told anything new for longest."""
        key = row.caller, row.domain
        heard = self._heard.pop(key, set())
        self._kept += row.position not in heard
        heard.add(row.position)
        self._heard[key] = heard
        while self._kept > MAX_HEARD or len(self._heard) > MAX_CALLERS:
            self._kept -= len(self._heard.pop(next(iter(self._heard))))

    def _owe(self, rows: set[RecipientRow], error: StoreError) -> None:
        with self._lock:
            room = MAX_OWED - len(self._owed)
            kept = rows if len(rows) <= room else rows & self._owed
            self._owed |= kept
        logger.error(
            "who was told of %d decisions is not recorded yet, %d not at all: %s",
            len(kept),
            len(rows) - len(kept),
            error,
        )


def positions_met(decisions: Iterable[Decision]) -> set[int]:
    """Positions of the statements of which decisions tell."""
    told = [each.hits for each in decisions if each is not CLEAR]
    return {hit.restriction.ground.position for hits in told for hit in hits}
