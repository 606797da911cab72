"""What things cost, and how that is known: measured here, computed from what is measured, or assumed.

Measured ones are of the machine of docs/benchmarks.md (two cores of an AMD EPYC, November 2026), by the
command that is named. Who runs it elsewhere puts those figures here; a test holds docs/scale.md against
what the model makes of them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

_MEASURE, _BENCH, _GROWTH = "scale.measure", "make bench", "growth"


@dataclass(frozen=True, slots=True)
class Cost:
    """A figure, its unit, and where it is from."""

    value: float
    unit: str
    kind: Literal["measured", "computed", "assumed"]
    source: str


@dataclass(frozen=True, slots=True)
class Costs:
    """All that the model starts from. Seconds are CPU seconds of one core, but for ``group_s`` and
    ``each_s``, which are by the clock: nobody else writes meanwhile."""

    statement_bytes: Cost = Cost(3090, "bytes", "measured", f"{_MEASURE}: PostgreSQL, 1 kB stated")
    subject_bytes: Cost = Cost(3690, "bytes", "measured", f"{_MEASURE}: with its first statement")
    log_bytes: Cost = Cost(3660, "bytes", "measured", f"{_MEASURE}: server log, a statement")
    group_s: Cost = Cost(0.00703, "s", "measured", f"{_MEASURE}: a group by itself")
    each_s: Cost = Cost(0.000312, "s", "measured", f"{_MEASURE}: each statement in it")
    submit_s: Cost = Cost(0.000536, "s", "measured", f"{_BENCH}: SubmitBatch of 256")
    check_s: Cost = Cost(0.000414, "s", "measured", f"{_BENCH}: Check, mixed")
    columns_s: Cost = Cost(0.86e-6, "s", "measured", f"{_BENCH}: CheckColumns, 1 %")
    check_wire_bytes: Cost = Cost(1000, "bytes", "assumed", "answer of 650, question, frames")
    columns_wire_bytes: Cost = Cost(20, "bytes", "computed", "18 asked, 1 answered, rows of 1 %")
    table_bytes: Cost = Cost(20.2, "bytes", "measured", f"{_GROWTH}: a subject in a domain's table")
    record_bytes: Cost = Cost(254, "bytes", "measured", f"{_MEASURE}: index, no penalty")
    ground_bytes: Cost = Cost(200, "bytes", "measured", f"{_MEASURE}: index, each penalty more")
    index_byte_s: Cost = Cost(0.111e-6, "s", "measured", f"{_GROWTH}: index made, a byte of it")
    process_bytes: Cost = Cost(103e6, "bytes", "measured", f"{_GROWTH}: a process, its own memory")
    map_bytes: Cost = Cost(33, "bytes", "computed", "map_tree.py: memory a subject, at most")
    map_build_s: Cost = Cost(4.4e-6, "s", "measured", f"{_BENCH}: map built, a subject")
    map_update_s: Cost = Cost(57e-6, "s", "measured", f"{_BENCH}: map update")
    verify_hash_s: Cost = Cost(19.6e-6, "s", "measured", f"{_BENCH}: verify, hashes")
    verify_signature_s: Cost = Cost(143e-6, "s", "measured", f"{_BENCH}: verify, a signature each")


def lines(costs: Costs) -> list[str]:
    """A line for each."""
    found = []
    for each in fields(costs):
        cost: Cost = getattr(costs, each.name)
        found.append(f"{each.name:<19}{told(cost):>9} {cost.kind:<9}{cost.source}")
    return found


def told(cost: Cost) -> str:
    """The figure with its unit."""
    if cost.unit == "s":
        return f"{cost.value * 1e6:,.3g} µs" if cost.value < 0.001 else f"{cost.value * 1e3:.3g} ms"
    if cost.value >= 1e6:
        return f"{cost.value / 1e6:,.0f} MB"
    return f"{cost.value:,.0f} B" if cost.value >= 100 else f"{cost.value:.3g} B"
