"""Has the query log keep to its term (到期删除): looks four times a day, see ``commands.query_terms``."""

from __future__ import annotations

import logging
from threading import Event, Thread

from registry.commands.query_terms import QueryTerms
from registry.store.interface import QueueFullError, StoreError

INTERVAL_S = 6 * 3600.0
PAUSE_S = 1.0
"""Between two batches: whoever asks goes first."""
logger = logging.getLogger(__name__)


class EndedTerms:
    """The thread that looks. ``close`` comes before the writer's."""

    def __init__(self, terms: QueryTerms, *, interval_s: float = INTERVAL_S) -> None:
        self._terms = terms
        self._interval_s = interval_s
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="registry-query-terms", daemon=True)

    def start(self) -> None:
        """Begins, with a first look at once."""
        self._thread.start()

    def close(self) -> None:
        """Stops; a second time does nothing."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            went = 0
            try:
                went = self._terms.look()
                if went:
                    logger.info("query log: %d rows are kept no longer", went)
            except (StoreError, QueueFullError) as error:
                logger.warning("query log: %s", error)
            except Exception:  # It must not end for as long as the registry runs.
                logger.exception("query log")
            self._stopping.wait(PAUSE_S if went else self._interval_s)
