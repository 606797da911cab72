"""``make soak``: an hour of work on a served registry, followed from outside; PASS or FAIL with reasons.

    make soak
    make soak ARGS="--minutes 12"                 # a shorter one; a quarter of it is the warm-up
    make soak ARGS="--minutes 60 --readers 0"     # one process

Every sample is left in ``build/soak/*.jsonl``, and what the registry said in ``*.log``. Status 1 if it fails.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from torture.soak.hour import Hour, Soaked
from torture.soak.judge import MIB, Sample

BUILD = Path(__file__).resolve().parents[2] / "build" / "soak"


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--readers", type=int, default=2)
    parser.add_argument("--rate", type=float, default=20.0, help="acts a second in all")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="running-", dir=BUILD))
    name = time.strftime("%Y%m%d-%H%M%S")
    try:
        with (BUILD / f"{name}.jsonl").open("w") as kept:
            hour = Hour(place, given.minutes * 60, given.readers, given.rate, given.seed)
            soaked = hour.run(lambda sample: _keep(kept, sample))
        shutil.copy(place / "registry" / "serve.log", BUILD / f"{name}.log")
    finally:
        shutil.rmtree(place, ignore_errors=True)
    print(_told(soaked))
    return 1 if soaked.reasons else 0


def _keep(kept: TextIO, sample: Sample) -> None:
    print(json.dumps(asdict(sample), ensure_ascii=False), file=kept, flush=True)
    memory = " ".join(f"{role} {each.memory / MIB:.0f}" for role, each in sample.held.items())
    print(
        f"{sample.at_s:6.0f} s  {sample.statements} statements  {memory} MiB  "
        f"p99 {sample.p99_s * 1000:.0f} ms",
        flush=True,
    )


def _told(soaked: Soaked) -> str:
    lines = ["", *soaked.lines, ""]
    lines += [f"  {name:<32} {count:>7}" for name, count in sorted(soaked.done.items())]
    lines += [f"  refused, busy: {name:<17} {count:>7}" for name, count in sorted(soaked.busy.items())]
    lines += ["", *(f"FAIL  {reason}" for reason in soaked.reasons)] if soaked.reasons else ["", "PASS"]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
