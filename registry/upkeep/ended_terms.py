"""Has the query log keep to its term (到期删除): looks four times a day, see ``commands.query_terms``."""

from __future__ import annotations

import logging

from registry.commands.query_terms import QueryTerms
from registry.upkeep.beside import Regular

INTERVAL_S = 6 * 3600.0
PAUSE_S = 1.0
"""Between two batches: whoever asks goes first."""
logger = logging.getLogger(__name__)


class EndedTerms(Regular):
    """The thread that looks."""

    def __init__(self, terms: QueryTerms, *, interval_s: float = INTERVAL_S) -> None:
        super().__init__("query-terms", interval_s)
        self._terms = terms

    def look(self) -> int:
        """Lets go of some rows; how many. Raises StoreError, QueueFullError."""
        if went := self._terms.look():
            logger.info("query log: %d rows are kept no longer", went)
        return went

    def _wait_s(self, found: int) -> float:
        return PAUSE_S if found else self._interval_s
