"""Rounds of faults: which are due, making them side by side, and a line for each in a file.

    {"fault": "power loss", "seed": 12, "seconds": 0.7, "acknowledged": 512, "lost": 0, …, "told": []}

The lines are in ``build/torture/<program>-<seed>.jsonl``. A round that stands there is not made again, so
that a run that was broken off goes on where it was.
"""

from __future__ import annotations

import json
import shutil
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from random import Random

from torture.fault import Fault, Losses
from torture.place import scratch

FAMILIES = ("torture.disk.faults", "torture.network.faults")
SEEDS_OF_FAULT = 100_000
Part = tuple[str, tuple[int, ...]]
"""Seeds of one fault."""


@dataclass(frozen=True, slots=True)
class Round:
    """One that was made. ``broken``: the round itself failed, and shows nothing."""

    fault: str
    seed: int
    seconds: float
    losses: Losses
    broken: str = ""

    @property
    def good(self) -> bool:
        """Whether something was at stake and nothing of it was lost."""
        return self.losses.none and not self.broken

    def line(self) -> str:
        """Its line."""
        told = {"fault": self.fault, "seed": self.seed, "seconds": self.seconds}
        return json.dumps({**told, "broken": self.broken, **asdict(self.losses)}, ensure_ascii=False)

    @classmethod
    def read(cls, line: str) -> Round:
        """The round of a line."""
        told = json.loads(line)
        name, seed, seconds, broken = (told.pop(each) for each in ("fault", "seed", "seconds", "broken"))
        return cls(name, seed, seconds, Losses(**{**told, "told": tuple(told["told"])}), broken)


def all_faults() -> list[Fault]:
    """Every fault there is."""
    return [fault for name in FAMILIES if find_spec(name) for fault in import_module(name).FAULTS]


def scaled(faults: Sequence[Fault], rounds: int) -> dict[str, int]:
    """How many rounds of each, so that they are ``rounds`` in all, or one of each."""
    total, counts, left = sum(fault.rounds for fault in faults), dict[str, int](), 0.0
    for fault in faults:
        left += fault.rounds * rounds / total
        counts[fault.name] = max(1, int(left + 1e-9))
        left -= int(left + 1e-9)
    return counts


def seeds(base: int, number: int) -> Iterator[int]:
    """The seeds of one fault, the ``number``-th; neighbours share what is made once for several."""
    first = (base * 1000 + number) * SEEDS_OF_FAULT
    return iter(range(first, first + SEEDS_OF_FAULT))


def make(name: str, seed: int) -> Round:
    """Makes one round. Its directory is kept if something was lost."""
    directory, began = scratch(name.replace(" ", "-")), time.monotonic()
    try:
        fault = next(each for each in all_faults() if each.name == name)
        done = Round(name, seed, 0.0, fault.run(seed, directory))
    except Exception:
        done = Round(name, seed, 0.0, Losses(), traceback.format_exc())
    if done.good:
        shutil.rmtree(directory, ignore_errors=True)
    else:
        kept = done.losses + Losses(told=(f"kept: {directory}",))
        done = Round(name, seed, 0.0, kept, done.broken)
    return Round(name, seed, round(time.monotonic() - began, 2), done.losses, done.broken)


def made(path: Path) -> list[Round]:
    """The rounds in a file, but for a last line that was cut off."""
    if not path.exists():
        return []
    lines = path.read_text("utf-8").split("\n")[:-1]
    return [Round.read(line) for line in lines]


def in_parts(due: Sequence[tuple[str, int]], faults: Sequence[Fault], base: int) -> list[Part]:
    """The rounds that are due in parts that one process makes, in an order by chance: whoever breaks off has
    tried a little of everything."""
    together, parts = {fault.name: fault.together for fault in faults}, dict[tuple[str, int], list[int]]()
    for name, seed in due:
        parts.setdefault((name, seed // together[name]), []).append(seed)
    ordered = [(name, tuple(seeds)) for (name, _), seeds in parts.items()]
    Random(base).shuffle(ordered)
    return ordered


def make_part(part: Part, path: Path) -> list[Round]:
    """Makes rounds one after the other, and adds a line for each to a file."""
    rounds = []
    for seed in part[1]:
        rounds.append(make(part[0], seed))
        with path.open("a", encoding="utf-8") as file:  # One write: others add to it as well.
            file.write(rounds[-1].line() + "\n")
    return rounds


def make_all(parts: Iterable[Part], path: Path, *, processes: int) -> Iterator[Round]:
    """Makes rounds side by side, and yields them when they are in the file."""
    todo = iter(parts)
    context = get_context("spawn")  # A fork would take gRPC's locks along, and none of its threads.
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        running: set[Future[list[Round]]] = {
            pool.submit(make_part, part, path) for part in islice(todo, processes)
        }
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {pool.submit(make_part, part, path) for part in islice(todo, len(done))}
            for future in done:
                yield from future.result()
