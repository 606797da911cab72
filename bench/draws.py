"""A draw of 1,000 out of 1,000,000: seconds and greatest resident memory of one process on one core.

The rosters lie on disk as they are published: a million firms graded A to D, four thousand inspectors, ten
thousand recusals. The process reads all three, works out both roots and the seed, and draws: what whoever
orders a draw does, and whoever repeats it. What is asked for: 5 s and 1 GB, the seconds those
of a core, for nothing in it waits.

    python -m bench.draws OBJECTS INSPECTORS RECUSALS        one draw, as the child does; prints JSON
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Figure
from registry.provenance.draw import Beacon, Seeding, Terms, drawn_by, seed_of
from registry.provenance.draw.lists import read_recusals, recusal_lines, result_lines
from registry.provenance.draw.rosters import read_inspectors, read_objects, written
from registry.provenance.draw.rows import INSPECTORS, OBJECTS

ROWS, STAFF, RECUSED, WANTED = 1_000_000, 4_000, 10_000, 1_000
SECONDS, MEMORY_MB = 5.0, 1024
_MATTER = "SP-1"


def draw_figures(directory: Path) -> Iterator[Figure]:
    """The seconds and the memory of a draw, reading included."""
    paths = [directory / name for name in ("objects.csv", "inspectors.csv", "recusals.csv")]
    _write(*paths)
    command = [sys.executable, "-m", "bench.draws", *map(str, paths)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    for path in paths:
        path.unlink()
    told = json.loads(done.stdout)
    drawing = f"of it {told['drawing']:.2f} s drawing"
    absolute = f"{told['cpu']:.2f} s of CPU ({told['seconds']:.2f} s seen), {told['mb']:.0f} MB; {drawing}"
    met = told["cpu"] <= SECONDS and told["mb"] <= MEMORY_MB and told["drawn"] == WANTED
    yield Figure(f"Draw, {WANTED} of {ROWS}", None, f"≤ {SECONDS:.0f} s, ≤ {MEMORY_MB} MB", met, absolute)


def _write(objects: Path, inspectors: Path, recusals: Path) -> None:
    def lines() -> Iterator[bytes]:
        yield ",".join(OBJECTS).encode() + b"\n"
        for number in range(ROWS):
            grade = "ABCD"[number % 4]
            row = f"P-{number:07d},project,第{number}号示例(示例)项目,{grade},130902,C14,{_MATTER};SP-2\n"
            yield row.encode()

    with objects.open("wb") as file:
        file.writelines(lines())
    staff = ([f"K-{number:04d}", "监管科", f"示例证{number:04d}", ""] for number in range(STAFF))
    inspectors.write_bytes(b"".join(written(INSPECTORS, staff)))
    pairs = ((f"P-{number:07d}", f"K-{number % STAFF:04d}") for number in range(RECUSED))
    recusals.write_bytes(b"".join(recusal_lines(pairs)))


def _draw(objects: Path, inspectors: Path, recusals: Path) -> None:
    start, used = time.perf_counter(), time.process_time()
    with objects.open("rb") as one, inspectors.open("rb") as other, recusals.open("rb") as third:
        firms, staff, pairs = (
            read_objects(one, _MATTER),
            read_inspectors(other, _MATTER),
            read_recusals(third),
        )
    fixed = Seeding("credit.example/bench", bytes(32), firms.committed.root, staff.committed.root)
    begun = time.perf_counter()
    drawn = drawn_by(
        seed_of(fixed, Beacon.of_root(1, bytes(32))),
        objects=firms.by_grade,
        inspectors=staff.ids,
        recusals=pairs,
        terms=Terms(WANTED, 2, {"B": 2, "C": 3, "D": 5}),
    )
    lines = list(result_lines(drawn.assignments))
    end = time.perf_counter()
    told = {
        "seconds": end - start,
        "cpu": time.process_time() - used,
        "drawing": end - begun,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "drawn": len(lines) - 1,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    _draw(*map(Path, sys.argv[1:4]))
