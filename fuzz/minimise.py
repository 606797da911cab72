"""What is kept of a corpus: ``python -m fuzz.minimise [target …]``.

Of what libFuzzer gathered in ``build/fuzz/corpus`` the smallest inputs are taken that reach, all together,
every step from line to line that any of them reaches in the watched modules; as many of them as fit. What was
a finding (``found-…``) stays in any case.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from fuzz.child import prepare
from fuzz.places import BUILD, CORPUS, tidy
from fuzz.table import TARGETS
from fuzz.target import Prepared, Target
from fuzz.watching import packages

_MOST_TRIED = 150
_MOST_BYTES = 40_000
"""Of a target: some fifty of them make less than two megabytes."""
_LARGEST = 16_000
_KEPT_ALWAYS = "found-"
Steps = set[tuple[int, int, int]]


def main(names: list[str]) -> None:
    """Makes the kept corpus of each target anew."""
    for target in [TARGETS[name] for name in names] or TARGETS.values():
        directory, prepared = CORPUS / target.name, prepare(target)
        chosen = _chosen(
            target, prepared, _candidates(target, directory) or sorted(prepared.seeds, key=len)[:5]
        )
        directory.mkdir(parents=True, exist_ok=True)
        for path in directory.iterdir():
            if not path.name.startswith(_KEPT_ALWAYS):
                path.unlink()
        for number, data in enumerate(chosen):
            (directory / f"{number:03}").write_bytes(data)
        print(f"{target.name}: {len(chosen)} inputs, {sum(map(len, chosen))} bytes", flush=True)


def _candidates(target: Target, directory: Path) -> list[bytes]:
    places = (BUILD / "corpus" / target.name, directory)
    found = {path.read_bytes() for place in places if place.exists() for path in place.iterdir()}
    return sorted((data for data in found if 0 < len(data) <= _LARGEST), key=lambda each: (len(each), each))


def _chosen(target: Target, prepared: Prepared, candidates: list[bytes]) -> list[bytes]:
    run, reached, chosen, size = prepared.run, Steps(), list[bytes](), 0
    for data in candidates[:: max(1, len(candidates) // _MOST_TRIED)]:
        steps = _steps(target, run, data)
        if steps <= reached or size + len(data) > _MOST_BYTES:
            continue
        reached |= steps
        chosen.append(data)
        size += len(data)
    return chosen


def _steps(target: Target, run: Callable[[bytes], bool], data: bytes) -> Steps:
    """The steps from line to line that an input takes in the watched modules."""
    found, files = Steps(), tuple(str(path) for path in _files(target))

    def trace(frame: FrameType, _event: str, _given: Any) -> Any:
        code = frame.f_code
        if not code.co_filename.startswith(files):
            return None
        last = [0]

        def step(inner: FrameType, _event: str, _given: Any) -> Any:
            found.add((id(code), last[0], inner.f_lineno))
            last[0] = inner.f_lineno
            return step

        return step

    sys.settrace(trace)
    try:
        with suppress(Exception):  # It is told when the corpus is replayed.
            run(data)
    finally:
        sys.settrace(None)
    return found


def _files(target: Target) -> list[Path]:
    """Where the watched modules begin: a module's file without its ending, or a package's directory."""
    roots = packages()
    return [roots[name].joinpath(*rest) for name, *rest in (each.split(".") for each in target.watched)]


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    tidy()
    os._exit(0)  # Registries that were founded have threads of their own.
