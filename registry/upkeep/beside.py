"""What the registry does beside its answers (后台事项), each thing on a thread of its own.

``Beside`` begins and ends such a thread. ``Regular`` is what most of them do: look, wait, look again, and go
on whatever a look comes to.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from threading import Event, Thread

from registry.store.interface import QueueFullError, StoreError

logger = logging.getLogger(__name__)


class Beside(ABC):
    """Work on a thread of its own. ``close`` comes before the writer's, where it writes."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stopping = Event()
        self._thread = Thread(target=self._run, name=f"registry-{name}", daemon=True)

    def start(self) -> None:
        """Begins, at once."""
        self._thread.start()

    def close(self) -> None:
        """Stops after what is under way; does nothing a second time, or if it never began."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    @abstractmethod
    def _run(self) -> None:
        """Works until ``_stopping`` is set."""


class Regular(Beside):
    """Looks every ``interval_s`` seconds."""

    def __init__(self, name: str, interval_s: float) -> None:
        super().__init__(name)
        self._interval_s = interval_s

    @abstractmethod
    def look(self) -> int:
        """One look; how much there was to do. Raises StoreError, QueueFullError, TimeoutError."""

    def _wait_s(self, _found: int) -> float:
        """How long until the next look."""
        return self._interval_s

    def _run(self) -> None:
        while not self._stopping.is_set():
            wait_s = self._interval_s
            try:
                wait_s = self._wait_s(self.look())
            except (StoreError, QueueFullError, TimeoutError) as error:
                logger.warning("%s: %s", self._name, error)
            except Exception:  # It must not end for as long as the registry runs.
                logger.exception(self._name)
            self._stopping.wait(wait_s)
