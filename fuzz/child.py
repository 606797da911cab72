"""One target in a process of its own, bounded in memory: ``python -m fuzz.child NAME INPUTS SECONDS SEED``.

It writes how it ended into ``build/fuzz/<target>.run.json`` and leaves without ceremony, since libFuzzer owns
the process: what ends otherwise has left no such file, and whoever started it says so.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from random import Random
from typing import Any

from fuzz.counting import Counting
from fuzz.mutators import plain
from fuzz.places import BUILD, CORPUS, FINDINGS, tidy
from fuzz.table import TARGETS
from fuzz.target import Prepared, Target
from fuzz.watching import engine, watching

_HANGS_S = 60
_OWN_MUTATOR = 0.6
"""How many of the changes are made by those who know the form, where there are such."""


def prepare(target: Target) -> Prepared:
    """A target made ready in this process, unwatched."""
    module = importlib.import_module(f"fuzz.targets.{target.module}")
    made: Prepared = getattr(module, target.name.replace("-", "_"))()
    return made


def main(name: str, inputs: str, seconds: str, seed: str) -> None:
    """Runs until the share is done or the time is over."""
    target, found = TARGETS[name], engine()
    with watching(found, target.watched):
        prepared = prepare(target)
    limit = target.memory_mib << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    counting = Counting(target, prepared, FINDINGS, int(inputs), time.monotonic() + float(seconds))
    if found is None:
        print("atheris is not installed: plain changes, without coverage", flush=True)
        _plainly(counting, Random(int(seed)))
    else:
        _guided(found, counting, int(seed))


def _guided(atheris: Any, counting: Counting, seed: int) -> None:
    target, mutators = counting.target, counting.prepared.mutators
    work, seeds = BUILD / "corpus" / target.name, BUILD / "seeds" / target.name
    for directory in (work, seeds, CORPUS / target.name):
        directory.mkdir(parents=True, exist_ok=True)
    for number, each in enumerate(counting.prepared.seeds):
        (seeds / f"{number:04}").write_bytes(each)

    def one(data: bytes) -> None:
        counting.one(data)
        if counting.ended():
            _leave(counting)

    def changed(data: bytes, longest: int, number: int) -> bytes:
        random = Random(number)
        if mutators and random.random() < _OWN_MUTATOR:
            made = random.choice(mutators)(bytes(data), random)
            if len(made) <= longest:
                return made
        return bytes(atheris.Mutate(data, longest))

    arguments = [
        sys.argv[0],
        f"-max_len={target.longest}",
        f"-timeout={_HANGS_S}",
        f"-rss_limit_mb={target.memory_mib}",
        f"-seed={seed}",
        f"-artifact_prefix={FINDINGS}/{target.name}-",
        "-print_final_stats=0",
        "-reload=0",
        "-len_control=0",
        *map(str, (work, CORPUS / target.name, seeds)),
    ]
    FINDINGS.mkdir(exist_ok=True)
    atheris.Setup(arguments, one, custom_mutator=changed)
    atheris.Fuzz()


def _plainly(counting: Counting, random: Random) -> None:
    kept = sorted((CORPUS / counting.target.name).glob("*"))
    pool = [*counting.prepared.seeds, *(path.read_bytes() for path in kept)] or [b""]
    mutators = (*counting.prepared.mutators, plain.changed)
    while not counting.ended():
        data = random.choice(pool)
        for _ in range(random.randint(1, 3)):
            data = random.choice(mutators)(data, random)
        counting.one(data[: counting.target.longest])
    _leave(counting)


def _leave(counting: Counting) -> None:
    path = BUILD / f"{counting.target.name}.run.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(counting.told(), ensure_ascii=False), "utf-8")
    sys.stdout.flush()
    tidy()
    os._exit(0)  # Nothing of Python's ending is wanted: threads of servers, libFuzzer's own report.


if __name__ == "__main__":
    main(*sys.argv[1:])
