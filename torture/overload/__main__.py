"""``make overload``: three times the load that it carries; prints who was refused and how fast the others
were answered, and draws docs/overload.svg.

    make overload
    make overload ARGS="--unit 3 --picture build/overload.svg"    # a short trial
    make overload ARGS="--readers 1"                             # several processes

The load is made by this process, on the same machine as the server: it tells how much of the processor it
used, and whether it began its calls in time; if not, the trial says nothing and status is 2. Status 1 if
calls that were let in took more than twice as long as normally (p99), refusals were late, or it did not
recover.
"""

from __future__ import annotations

import argparse
import gc
import random
import shutil
import sys
import tempfile
from pathlib import Path

from bench.machine import machine
from bench.population import populate
from torture.overload.graph import drawn
from torture.overload.ground import serving
from torture.overload.mix import Kind, kinds
from torture.overload.phases import run
from torture.overload.report import report
from torture.overload.wire import Crowd, Line

ROOT = Path(__file__).resolve().parents[2]
RESTRICTED, CLEAR = 5000, 1000


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="make overload", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--unit", type=float, default=10.0, help="seconds; the overload lasts three of them")
    parser.add_argument("--readers", type=int, default=0)
    parser.add_argument("--at-once", action="store_true", help="as [server] at_once")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--picture", type=Path, default=ROOT / "docs" / "overload.svg")
    given = parser.parse_args()
    disk = ROOT / "var"
    disk.mkdir(exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="overload-", dir=disk)) / "registry"
    try:
        return _tried(directory, given)
    finally:
        shutil.rmtree(directory.parent, ignore_errors=True)


def _tried(directory: Path, given: argparse.Namespace) -> int:
    print(machine(), flush=True)
    population = populate(directory, restricted=RESTRICTED, clear=CLEAR)
    dice = random.Random(given.seed)
    mixed = kinds(population, dice)
    callers = dict(caller for kind in mixed for caller in kind.callers)
    credentials = {name: population.credential(name, caller) for name, caller in callers.items()}
    if given.at_once:
        with (directory / "registry.toml").open("a") as file:
            file.write("\n[server]\nat_once = true\n")
    gc.freeze()
    gc.disable()
    with serving(directory, given.readers) as served:
        crowd = _crowd(mixed, served.port, credentials, dice)
        phases = []
        for phase in run(crowd, mixed, dice, given.unit):
            print(f"{phase.name}: {len(phase.results)} calls", flush=True)
            phases.append(phase)
    status, text = report(phases, served, mixed)
    print(text)
    given.picture.write_text(drawn(phases, served, mixed), encoding="utf-8")
    return status


def _crowd(mixed: list[Kind], port: int, credentials: dict[str, Path], dice: random.Random) -> Crowd:
    lines: dict[tuple[int, str], Line] = {}
    for number, kind in enumerate(mixed):
        for name, _ in kind.callers:
            if (number, name) not in lines:
                lines[number, name] = Line(port, credentials[name], kind.method)
    shares = [kind.share for kind in mixed]
    order = range(len(mixed))

    def draw() -> tuple[int, Line, bytes]:
        (number,) = dice.choices(order, shares)
        name, _ = dice.choice(mixed[number].callers)
        return number, lines[number, name], mixed[number].make()

    return Crowd(list(lines.values()), draw)


if __name__ == "__main__":
    sys.exit(main())
