"""What one run of a target did: inputs, those that the parser took, findings and their inputs.

A finding is told apart by what was raised and where: the same one again is counted and not kept.
"""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from fuzz.target import Prepared, Target

_MOST_KEPT = 40


@dataclass(slots=True)
class Counting:
    """Runs inputs and counts; ``ends`` is asked after every input whether that is enough."""

    target: Target
    prepared: Prepared
    findings_at: Path
    wanted: int
    until: float
    inputs: int = 0
    taken: int = 0
    slowest_s: float = 0.0
    found: dict[str, int] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def one(self, data: bytes) -> None:
        """Gives the parser one input. What it does wrong is kept; nothing is raised."""
        self.inputs += 1
        began = time.process_time()
        try:
            self.taken += bool(self.prepared.run(data))
        except Exception as error:  # Whatever comes out is what is looked for.
            self._keep(data, error)
        took = time.process_time() - began
        if took > self.slowest_s:
            self._slow(data, took)

    def ended(self) -> bool:
        """Whether the share is done, or the time is over."""
        return self.inputs >= self.wanted or (not self.inputs & 0x3F and time.monotonic() > self.until)

    def told(self) -> dict[str, object]:
        """The run as it is kept."""
        return {
            "inputs": self.inputs,
            "taken": self.taken,
            "seconds": round(time.monotonic() - self.began, 1),
            "slowest_s": round(self.slowest_s, 3),
            "found": self.found,
        }

    def _slow(self, data: bytes, took: float) -> None:
        if took > self.target.seconds:
            # Once more: the first time may have been an import, or the collector's.
            took = min(took, _timed(lambda: self.prepared.run(data)))
        self.slowest_s = max(took, self.slowest_s)
        if took > self.target.seconds:
            self._keep(data, TimeoutError(f"{took:.1f}s"))

    def _keep(self, data: bytes, error: Exception) -> None:
        where = traceback.extract_tb(error.__traceback__)[-3:]
        name = "|".join((type(error).__name__, *(f"{frame.name}:{frame.lineno}" for frame in where)))
        self.found[name] = self.found.get(name, 0) + 1
        if self.found[name] > 1 or len(self.found) > _MOST_KEPT:
            return
        self.findings_at.mkdir(parents=True, exist_ok=True)
        path = self.findings_at / f"{self.target.name}-{sha256(data).hexdigest()[:12]}"
        path.write_bytes(data)
        said = "".join(traceback.format_exception(error, limit=-12))
        path.with_suffix(".txt").write_text(said, "utf-8", "backslashreplace")
        print(f"FOUND {path.name} {name}\n{said}".encode("utf-8", "backslashreplace").decode(), flush=True)


def _timed(act: Callable[[], object]) -> float:
    began = time.process_time()
    with suppress(Exception):  # It was told the first time.
        act()
    return time.process_time() - began


def save(path: Path, run: dict[str, object]) -> None:
    """Adds a run to those of a target."""
    runs = json.loads(path.read_text("utf-8")) if path.exists() else []
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([*runs, run], ensure_ascii=False, indent=1), "utf-8")
