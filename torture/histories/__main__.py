"""Records histories of concurrent clients and judges them (``make histories``).

    python -m torture.histories                       # every ground, 20 s each
    python -m torture.histories --seconds 60 writer   # those whose name has the word
    python -m torture.histories --judge build/histories/several-writer-killed.jsonl

Each history is left in ``build/histories``. Ends with 1 if one of them breaks a promise, and prints by which
operations.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from torture.histories.clients import Book, recorded
from torture.histories.grounds import Ground, ground
from torture.histories.judge import MAX_SHOWN, Judgement, judge
from torture.histories.record import CHECK, Operation, read_from, written_to

BUILD = Path(__file__).resolve().parents[2] / "build" / "histories"
WRITERS, ASKERS = 3, 5
SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Setting:
    """A history to record. ``killed``: the role that is killed twice while it is."""

    name: str
    readers: int
    killed: str = ""


SETTINGS = (
    Setting("one-process", 0),
    Setting("one-process-killed", 0, "all"),
    Setting("several", 2),
    Setting("several-reader-killed", 2, "reader"),
    Setting("several-writer-killed", 2, "writer"),
    Setting("several-all-killed", 2, "all"),
)


def record(setting: Setting, seconds: float, chance: Random) -> list[Operation]:
    """The history of a setting."""
    with (
        tempfile.TemporaryDirectory(prefix="registry-histories-") as directory,
        ground(Path(directory), setting.readers) as found,
    ):
        meanwhile = _killing(found, setting, seconds)
        return recorded(found.served, chance, writers=WRITERS, askers=ASKERS, meanwhile=meanwhile)


def _killing(found: Ground, setting: Setting, seconds: float) -> Callable[[Book], None]:
    def run(_book: Book) -> None:
        for part in range(3):
            time.sleep(seconds / 3)
            if setting.killed and part < 2:
                found.kill(setting.killed)

    return run


def told(name: str, operations: list[Operation], judgement: Judgement, took_s: float) -> str:
    """A line of the table."""
    checks = sum(one.kind == CHECK for one in operations)
    writes, doubt = len(operations) - checks, judgement.counts["in doubt"]
    verdict = "holds" if judgement.holds else f"BROKEN ({len(judgement.breaches)})"
    return (
        f"{name:24} {judgement.clients:7} {writes:7,} {checks:7,} {doubt:9,} {judgement.tried:9,} "
        f"{took_s:8.1f}  {verdict}"
    )


def main() -> int:
    """Records and judges; 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="make histories", description=__doc__)
    parser.add_argument("names", nargs="*", help="words that the names of the grounds have; all if none")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long each is recorded")
    parser.add_argument("--seed", type=int, default=0, help="of all chance but that of the machine")
    parser.add_argument("--judge", type=Path, help="judge a file again, and record nothing")
    asked = parser.parse_args()
    print(
        f"{'history':24} {'clients':>7} {'writes':>7} {'checks':>7} {'in doubt':>9} {'states':>9} "
        f"{'judged s':>8}  verdict"
    )
    if asked.judge:
        return _judged(asked.judge.stem, read_from(asked.judge))
    wanted = [one for one in SETTINGS if all(word in one.name for word in asked.names)]
    return max((_recorded(one, asked.seconds, asked.seed) for one in wanted), default=2)


def _recorded(setting: Setting, seconds: float, seed: int) -> int:
    operations = record(setting, seconds, Random(f"{seed} {setting.name}"))
    written_to(BUILD / f"{setting.name}.jsonl", operations)
    return _judged(setting.name, operations)


def _judged(name: str, operations: list[Operation]) -> int:
    begun = time.monotonic()
    judgement = judge(operations)
    print(told(name, operations, judgement, time.monotonic() - begun), flush=True)
    for breach in judgement.breaches[:MAX_SHOWN]:
        print(breach)
    return 0 if judgement.holds and operations else 1


if __name__ == "__main__":
    sys.exit(main())
