"""A few rounds of each fault of disk, process and clock; ``make torture`` makes a thousand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from torture.book import Book
from torture.disk import power, shim
from torture.disk.faults import FAULTS
from torture.disk.journal import Kind
from torture.fault import Fault, Losses

SEEDS = 140
"""The first; those of the power's faults cut one recording."""
FIRST = {"clock jumps back": 9}
"""By which the clock jumps days, not the seconds that are borne."""
STRUCK = {
    "full disk": "磁盘已满|磁盘读写错误|第二存储不能更新",
    "failing syncs": "磁盘读写错误|第二存储不能更新",
    "clock jumps back": "系统时钟发生跳变",
}
"""With what clients are refused in a round of a fault, without which it would not have been one."""


@pytest.mark.parametrize("fault", [each for each in FAULTS if each.short], ids=lambda fault: fault.name)
def test_nothing_is_lost(fault: Fault, tmp_path: Path) -> None:
    if fault.missing():
        pytest.skip(fault.missing())
    first = FIRST.get(fault.name, SEEDS)
    for seed in range(first, first + fault.short):
        losses = fault.run(seed, tmp_path / str(seed))
        assert losses.none, (seed, losses)
        if fault.name in STRUCK:
            books = [Book.read(each.read_bytes()) for each in (tmp_path / str(seed)).rglob("told")]
            refused = "; ".join(why for book in books for why in book.refused)
            assert re.search(STRUCK[fault.name], refused), refused


@pytest.mark.skipif(bool(shim.missing()), reason=shim.missing() or "gcc is there")
def test_disk_that_lies_about_its_syncs_is_found_out(tmp_path: Path) -> None:
    """The same recording, as if no sync had ever reached the disk: then much is lost, and it is seen."""
    recorded = power.recording(SEEDS // power.CUTS)
    lies = tuple(each for each in recorded.journal if each.kind != Kind.SYNC_DONE)
    losses = Losses()
    for seed in range(SEEDS, SEEDS + 4):
        lied = power.Recording(recorded.before, recorded.site, lies)
        losses += power.cut(lied, seed, tmp_path / str(seed), torn=False)
    assert losses.lost or losses.unverifiable, losses
