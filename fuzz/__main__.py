"""``python -m fuzz``: runs targets one after the other, each in its own process, and prints a table."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from fuzz.counting import save
from fuzz.places import BUILD, ROOT
from fuzz.report import table
from fuzz.table import TARGETS
from fuzz.target import Target

_FOR_EVER_S = 10**8
_GRACE_S = 180
_COVERED = re.compile(r"cov: (\d+) ft: (\d+) corp: (\d+)")


def main(arguments: Sequence[str]) -> int:
    """0 if nothing was found."""
    asked = _asked(arguments)
    if asked.table:
        print(table())
        return 0
    targets = [TARGETS[name] for name in asked.target] or list(TARGETS.values())
    seconds = asked.minutes * 60 / len(targets) if asked.minutes else _FOR_EVER_S
    found = 0
    for target in targets:
        run = _run(target, asked.inputs or target.inputs, seconds, asked.seed)
        save(BUILD / f"{target.name}.json", run)
        wrong = run["found"]
        assert isinstance(wrong, dict)
        found += len(wrong)
        print(
            f"{target.name}: {run['inputs']} inputs, {run['taken']} taken, {len(wrong)} findings", flush=True
        )
    print(table())
    return 1 if found else 0


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("target", nargs="*", choices=[[], *TARGETS], help="all, if none is named")
    parser.add_argument("--minutes", type=float, default=0, help="for all targets together")
    parser.add_argument("--inputs", type=int, default=0, help="for each target, instead of its share")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the random changes")
    parser.add_argument("--table", action="store_true", help="only print what has been run so far")
    return parser.parse_args(arguments)


def _run(target: Target, inputs: int, seconds: float, seed: int) -> dict[str, object]:
    """One run; what ended otherwise than it should is a finding itself."""
    told, log = BUILD / f"{target.name}.run.json", BUILD / f"{target.name}.log"
    BUILD.mkdir(parents=True, exist_ok=True)
    told.unlink(missing_ok=True)
    command = [sys.executable, "-m", "fuzz.child", target.name, *map(str, (inputs, seconds, seed))]
    with log.open("ab") as file:
        begins = file.tell()
        done = subprocess.run(
            command,
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            timeout=min(seconds + _GRACE_S, _FOR_EVER_S / 100),
            check=False,
        )
    if told.exists():
        run: dict[str, object] = json.loads(told.read_text("utf-8"))
    else:
        run = {
            "inputs": 0,
            "taken": 0,
            "seconds": 0,
            "found": {f"ended with {done.returncode}, see {log.name}": 1},
        }
    return {**run, **_covered(log, begins)}


def _covered(log: Path, begins: int) -> dict[str, int]:
    with log.open("rb") as file:
        file.seek(begins)
        found = _COVERED.findall(file.read().decode("utf-8", "replace"))
    names = ("edges", "features", "corpus")
    return dict(zip(names, map(int, found[-1]), strict=True)) if found else dict.fromkeys(names, 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
