"""Keeping the index's base new (索引的更新): when another generation is due, and who makes it.

One is due when a registry has grown past what is loaded quickly, when much has changed since the last, when
something was erased by law, and when another edition of the catalogue is law. A process of its own makes it
(``python -m registry.indexing``), so that no answer waits for it; its other processes find it by themselves.
A registry of fewer than ``SMALL`` subjects needs none: all of it is in memory.

Nothing rests on it that one is made in time: without, the answers are the same and the start takes longer.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from registry.commands.state import RegistryState
from registry.domain.periods import china_day
from registry.indexing.generations import Generations
from registry.store.interface import StoreError

SMALL = 50_000
"""Subjects up to which a registry is loaded whole: in two seconds."""
MANY = 50_000
"""Changed subjects from which on a newer base is made, if they are a tenth of it as well."""
LOOK_S = 5.0
AGAIN_S = 600.0
"""After one could not be made: a full disk does not get empty by trying."""
LETTING_GO_S = 10.0
"""Until every reading process has taken the new one, before the old is written over."""
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class IndexKeeper:
    """Makes generations of an installation in ``home`` beside its answers."""

    state: RegistryState
    generations: Generations
    home: Path
    clock: Callable[[], int]
    small: int = SMALL
    letting_go_s: float = LETTING_GO_S
    _ended: Event = field(default_factory=Event)
    _thread: Thread | None = None
    _making: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begins."""
        self._thread = Thread(target=self._run, name="registry-index-keeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends, and has what is being made given up."""
        self._ended.set()
        if self._making is not None:
            self._making.kill()
        if self._thread is not None:
            self._thread.join()

    def due(self) -> bool:
        """Whether another generation is due."""
        index, base = self.state.index, self.state.index.base
        if base is None:
            return len(index) >= self.small
        today = china_day(self.clock())
        outdated = self.state.edition_at(index.position, today).hash != base.edition
        return outdated or index.changed > max(MANY, len(base) // 10) or self._erased(base.position)

    def make(self) -> bool:
        """Has one made and takes it; whether that was done."""
        command = [sys.executable, "-m", "registry.indexing", str(self.home)]
        self._making = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        if self._ended.is_set():  # It was closed just now, and did not see this process.
            self._making.kill()
        made = self._making.wait() == 0
        if not made or not self.state.renew_base():
            return False
        newest = self.state.index.base
        assert newest is not None
        logger.info("index: a base of %d subjects at position %d", len(newest), newest.position)
        self.tidy()
        return True

    def tidy(self) -> None:
        """Removes every generation but the one in use, once every reading process has taken that; when it
        ends before, the next start does so."""
        base = self.state.index.base
        if base is None:
            return
        older = [size for size in self.generations.sizes() if size <= base.position]
        wipe = bool(older) and self._erased(min(older) - 1)
        if not wipe or not self._ended.wait(self.letting_go_s):
            self.generations.keep_only(base.position + 1, wipe=wipe)

    def _erased(self, position: int) -> bool:
        return bool(self.state.store.erasures(position + 1, self.state.size))

    def _run(self) -> None:
        pause, do = 0.0, self.tidy
        while not self._ended.wait(pause):
            try:
                do()
                pause, do = LOOK_S, self._look
            except (StoreError, OSError) as error:
                logger.error("index: %s", error)
                pause = AGAIN_S

    def _look(self) -> None:
        if self.due() and not self.make() and not self._ended.is_set():
            raise StoreError("没有生成新的索引; 稍后再试")
