"""A disk that is full, fails, or is slow while the engine writes to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from torture.book import Book
from torture.disk import power
from torture.disk.process import Loaded, today
from torture.disk.shim import Controls
from torture.examine import examine
from torture.fault import Losses
from torture.site import Site, new_site
from torture.statements import Statements

FOREVER = 1 << 40
TROUBLE_S = 2.0
"""How long trouble lasts if clients are told nothing in it."""
KILLED = 0.4
"""The share of rounds in which the process is killed in the midst of its trouble."""
Trouble = Callable[[Controls, Random], None]


def full_disk(seed: int, directory: Path) -> Losses:
    """The disk is full after some more bytes, in the midst of a write as often as between two."""
    return _troubled(seed, directory, lambda controls, chance: controls.set(room=chance.randrange(400_000)))


def failing_writes(seed: int, directory: Path) -> Losses:
    """Writes fail with an error of the device: one, a few, or all from some moment on."""

    def fail(controls: Controls, chance: Random) -> None:
        controls.set(failing=chance.choice((1, 1, 3, FOREVER)), writes=chance.randrange(200))

    return _troubled(seed, directory, fail)


def failing_syncs(seed: int, directory: Path) -> Losses:
    """The same of syncs; then the power fails, and what a failed sync forgot may be missing."""

    def fail(controls: Controls, chance: Random) -> None:
        controls.set(failing=chance.choice((1, 1, 3, FOREVER)), syncs=chance.randrange(30))

    return _recorded(seed, directory, fail, calm=True)


def short_writes(seed: int, directory: Path) -> Losses:
    """Every write takes fewer bytes than it was given; then the power fails."""

    def shorten(controls: Controls, chance: Random) -> None:
        controls.set(shortest=chance.choice((100, 1000, 4095)))

    return _recorded(seed, directory, shorten, calm=False)


def slow_disk(seed: int, directory: Path) -> Losses:
    """Each sync takes 0.2 to 2 seconds; then the process is killed, or ends."""

    def slow(controls: Controls, chance: Random) -> None:
        controls.set(delay_ns=int(chance.uniform(0.2, 2.0) * 1e9))

    return _troubled(seed, directory, slow, lasts=4.0)


def _troubled(seed: int, directory: Path, trouble: Trouble, *, lasts: float = TROUBLE_S) -> Losses:
    """Load, trouble, and an end: killed in it, or after it went by."""
    chance, site = Random(seed), new_site(directory)
    with Controls(directory / "controls") as controls:
        loaded = Loaded(site, seed, controls=controls.path)
        loaded.go_on(chance.randrange(60, 300))
        trouble(controls, chance)
        loaded.go_on(chance.randrange(20, 300), within_s=lasts)
        if chance.random() < KILLED:
            loaded.kill()
        else:
            controls.calm()
            loaded.go_on(chance.randrange(20, 100), within_s=TROUBLE_S)
            loaded.end()
    return examined(site, chance)


def _recorded(seed: int, directory: Path, trouble: Trouble, *, calm: bool) -> Losses:
    """Load with trouble, recorded; the power fails at some moment of it."""
    chance, room = Random(seed), directory / "recorded"
    recorded = power.record(
        room, seed, lambda loaded, controls: _go_through(trouble, loaded, controls, chance, calm=calm)
    )
    return power.cut(recorded, seed, directory / "after", torn=chance.random() < 0.5)


def _go_through(trouble: Trouble, loaded: Loaded, controls: Controls, chance: Random, *, calm: bool) -> None:
    loaded.go_on(chance.randrange(60, 300))
    trouble(controls, chance)
    loaded.go_on(chance.randrange(20, 300), within_s=TROUBLE_S)
    if calm:
        controls.calm()
        loaded.go_on(chance.randrange(20, 200), within_s=TROUBLE_S)


def examined(site: Site, chance: Random) -> Losses:
    """What a site has, against what its own file says that clients were told."""
    book = Book.read(site.told.read_bytes())
    return examine(site, book, Statements(site, today()), chance)


def written(seed: int, directory: Path) -> Site:
    """A registry that was written to and has stopped in order."""
    site = new_site(directory)
    loaded = Loaded(site, seed)
    loaded.go_on(Random(seed).randrange(50, 300))
    loaded.end()
    return site
