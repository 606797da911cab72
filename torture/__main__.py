"""``make torture``: breaks the registry on purpose, and prints what was lost (nothing, it is hoped).

    make torture
    make torture ARGS="--only 'power loss' --seed 7"
    REGISTRY_TORTURE_ROUNDS=5000 make torture
    make torture ARGS="--only 'power loss' --round 700123"    # one round again, by its own seed

Rounds of the same program that were made with the same seed are not made again (``--afresh`` makes all).
Status 1 if anything was lost, or a round acknowledged nothing; each such round is named with the seed that
has it again.
"""

from __future__ import annotations

import argparse
import os
import sys
from itertools import islice
from pathlib import Path

from torture.fault import Fault
from torture.rounds import Round, all_faults, in_parts, made, make, make_all, scaled, seeds
from torture.site import BUILD, program
from torture.table import row, summary, title

ROUNDS = 1000
PROCESSES = 2


def main() -> int:
    """See the module."""
    given = _arguments()
    faults = all_faults()
    wanted = [fault for fault in faults if not given.only or fault.name in given.only]
    if unknown := set(given.only) - {fault.name for fault in faults}:
        print(f"no such fault: {', '.join(sorted(unknown))}; there are: {', '.join(f.name for f in faults)}")
        return 2
    if given.round is not None:
        done = [make(fault.name, given.round) for fault in wanted]
        return told(wanted, done)
    path = BUILD / f"{program()}-{given.seed}.jsonl"
    BUILD.mkdir(parents=True, exist_ok=True)
    if given.afresh:
        path.unlink(missing_ok=True)
    return told(wanted, _all_rounds(given, faults, wanted, path))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--only", action="append", default=[], help="a fault by name; may be repeated")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--round", type=int, help="the seed of one round, as a line names it")
    parser.add_argument("--rounds", type=int, help="in all; otherwise REGISTRY_TORTURE_ROUNDS, or 1,000")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--afresh", action="store_true", help="forgets the rounds that were made")
    return parser.parse_args()


def _all_rounds(
    given: argparse.Namespace, faults: list[Fault], wanted: list[Fault], path: Path
) -> list[Round]:
    """Makes those that are due; all that there are then, of the faults that are wanted."""
    counts = scaled(faults, given.rounds or int(os.environ.get("REGISTRY_TORTURE_ROUNDS", ROUNDS)))
    plan = [
        (fault.name, seed)
        for number, fault in enumerate(faults)
        if fault in wanted and not fault.missing()
        for seed in islice(seeds(given.seed, number), counts[fault.name])
    ]
    before = [each for each in made(path) if (each.fault, each.seed) in set(plan)]
    there = {(each.fault, each.seed) for each in before}
    due = [each for each in plan if each not in there]
    rounds = list(before)
    parts = in_parts(due, faults, given.seed)
    for done in make_all(parts, path, processes=given.processes):
        rounds.append(done)
        if sys.stderr.isatty():
            print(f"\r{len(rounds)}/{len(plan)} {done.fault:<24}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r" + " " * 40 + "\r", end="", file=sys.stderr)
    return rounds


def told(wanted: list[Fault], rounds: list[Round]) -> int:
    """Prints the table; answers the exit status."""
    print(title())
    for fault in wanted:
        print(row(fault, [each for each in rounds if each.fault == fault.name]))
    bad = [each for each in rounds if not each.good]
    print(summary(rounds))
    for each in bad:
        print(f"\n{each.fault}: again by --only '{each.fault}' --round {each.seed}")
        for line in (*each.losses.told, each.broken):
            print(f"  {line}" if line else "", end="\n" if line else "")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
