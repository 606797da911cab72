"""The wall's clock jumps while the registry runs: seconds to years, forth and back, once or several times.

Of the bans that are stated meanwhile half end on the day after tomorrow by the true clock, and half began
three days ago. So a registry that believes a clock that is days ahead would call the one over, and one that
believes a clock that is days behind the other to come; both would be false CLEARs.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

from torture.book import Book
from torture.disk.process import Loaded, today
from torture.disk.shim import Controls
from torture.examine import examine
from torture.fault import Losses
from torture.site import new_site
from torture.statements import Statements

SECOND, DAY, YEAR = 1_000_000_000, 86_400_000_000_000, 31_557_600_000_000_000
FORTH = (5 * SECOND, 200 * SECOND, 2 * DAY + 3 * SECOND, 3 * DAY, 9 * DAY, YEAR, 40 * YEAR)
BACK = (-5 * SECOND, -200 * SECOND, -2 * DAY, -4 * DAY, -9 * DAY, -YEAR, -30 * YEAR)


def jump_forth(seed: int, directory: Path) -> Losses:
    """The clock is ahead from a moment on, and right again before the end, or not."""
    return _jumped(seed, directory, FORTH)


def jump_back(seed: int, directory: Path) -> Losses:
    """The clock is behind."""
    return _jumped(seed, directory, BACK)


def jumps(seed: int, directory: Path) -> Losses:
    """The clock jumps both ways, several times."""
    return _jumped(seed, directory, FORTH + BACK, times=4)


def _jumped(seed: int, directory: Path, offsets: tuple[int, ...], *, times: int = 1) -> Losses:
    chance, site = Random(seed), new_site(directory)
    with Controls(directory / "controls") as controls:
        loaded = Loaded(site, seed, controls=controls.path, options=["--brief"])
        loaded.go_on(chance.randrange(60, 200))
        for _ in range(times):
            controls.set(clock_ns=chance.choice(offsets) + chance.randrange(SECOND))
            loaded.go_on(chance.randrange(30, 100))
        if chance.random() < 0.5:
            controls.set(clock_ns=0)
            loaded.go_on(chance.randrange(30, 100))
        if chance.random() < 0.3:
            loaded.kill()
        else:
            loaded.end()
    book = Book.read(site.told.read_bytes())
    return examine(site, book, Statements(site, today(), brief=True), chance)
