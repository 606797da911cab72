"""The table of docs/reliability.md: what has been run, summed over all runs of this machine."""

from __future__ import annotations

import json
from typing import Any

from fuzz.places import BUILD
from fuzz.table import TARGETS

_HEAD = ("target", "inputs", "taken", "inputs/s", "edges", "slowest input", "findings")


def table() -> str:
    """Markdown: a row for each target, and the sum."""
    rows, total, seconds = [], 0, 0.0
    for name in TARGETS:
        runs = _runs(name)
        if not runs:
            continue
        inputs = sum(run["inputs"] for run in runs)
        spent = sum(run["seconds"] for run in runs)
        found = {each for run in runs for each in run["found"]}
        taken = sum(run["taken"] for run in runs)
        edges, slowest = (max(run.get(key, 0) for run in runs) for key in ("edges", "slowest_s"))
        share = f"{100 * taken / max(inputs, 1):.0f} %"
        rate = f"{inputs / max(spent, 0.1):,.0f}"
        rows.append((name, f"{inputs:,}", share, rate, str(edges), f"{slowest:.3f} s", str(len(found))))
        total, seconds = total + inputs, seconds + spent
    rows.append(("**all**", f"**{total:,}**", "", f"{total / max(seconds, 0.1):,.0f}", "", "", ""))
    return "\n".join("| " + " | ".join(row) + " |" for row in (_HEAD, ("---",) * len(_HEAD), *rows))


def _runs(name: str) -> list[dict[str, Any]]:
    path = BUILD / f"{name}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else []
