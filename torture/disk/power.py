"""Power failures: an engine's whole work is recorded once, and the power cut at many moments of it.

For each cut the disk is made anew as it may be then (`torture.disk.image`), the registry started on it, and
compared with what clients had been told by that moment: their lines stand in the same journal.
"""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

from torture.book import Book
from torture.disk.image import Disk
from torture.disk.journal import Change, changes
from torture.disk.process import Loaded, today
from torture.disk.shim import Controls
from torture.examine import examine
from torture.fault import Losses
from torture.place import scratch
from torture.site import Site, new_site
from torture.statements import Statements

CUTS = 20
"""Rounds that cut one recording: it is made by the seed of the first of them."""
PAGES = (0, 40, 400)
"""After how many pages SQLite copies its log back; 0: as ever, which a recording seldom comes to."""
LINES = (300, 3000)
"""What clients are told in a recording."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A site as it was before, and every change that was made to it."""

    before: Path
    site: Path
    journal: tuple[Change, ...]


def power_loss(seed: int, directory: Path) -> Losses:
    """The power fails; writes are whole, or not there."""
    return cut(recording(seed // CUTS), seed, directory, torn=False)


def torn_writes(seed: int, directory: Path) -> Losses:
    """The power fails, and of a write some sectors are there and others are not."""
    return cut(recording(seed // CUTS), seed, directory, torn=True)


def cut(recorded: Recording, seed: int, directory: Path, *, torn: bool) -> Losses:
    """One cut."""
    chance = Random(seed)
    disk = Disk(recorded.before, recorded.site)
    first = _first_told(recorded.journal)
    for change in recorded.journal[: chance.randint(first, len(recorded.journal))]:
        disk.take(change)
    disk.crash(directory, chance, torn=torn)
    site = Site(directory)
    return examine(site, Book.read(disk.content("told")), Statements(site, today()), chance)


def _first_told(journal: tuple[Change, ...]) -> int:
    """After the entry by which something was acknowledged for the first time."""
    return next(number for number, each in enumerate(journal) if b'["acknowledged"' in each.first) + 1


@lru_cache(maxsize=2)
def recording(seed: int) -> Recording:
    """An engine under load, recorded from its start to its end."""
    chance, room = Random(seed), scratch("recording")
    atexit.register(shutil.rmtree, room, ignore_errors=True)
    pages = ("--checkpoint", str(chance.choice(PAGES)))
    return record(room, seed, lambda loaded, _: loaded.go_on(chance.randrange(*LINES)), pages)


def record(
    room: Path, seed: int, during: Callable[[Loaded, Controls], None], options: Sequence[str] = ()
) -> Recording:
    """Records an engine under load in a directory of its own; ``during`` returns when it is to end."""
    site, before, journal = new_site(room / "site"), room / "before", room / "journal"
    shutil.copytree(site.root, before)
    with Controls(room / "controls") as controls:
        loaded = Loaded(site, seed, journal=journal, controls=controls.path, options=options)
        during(loaded, controls)
        loaded.end()
    made = Recording(before, site.root, tuple(changes(journal)))
    journal.unlink()
    return made
