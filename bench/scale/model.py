"""Machines, disk, memory and network for a load and years: arithmetic over the costs, and nothing else.

A nation is served by *logs*, one for each province or so, each with a sequencer, a checkpoint and a map of
its own, because one sequencer has one core (``registry.store.writer``). Reading machines hold decision tables
and records of a *part* of the subjects, mapped into memory.

    needs(NATION, Machine(), Costs()).logs      → how many logs the peak takes

Worked example: if a group takes 7 ms, and each of its statements 300 µs more, one writer that does nothing
else commits 1,024 in 314 ms, 3,260 a second. With the wire, verification and admission in the same process
one core takes in 1 / 536 µs = 1,866 a second. At a peak of 10,000, no process busier than 60 %, that is 9
logs.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log2

from bench.scale.costs import Costs
from registry.v1 import subject_pb2

YEAR_S = 365.25 * 86_400
GROUP = 1024
DOMAINS = len([domain for domain in subject_pb2.Domain.values() if domain])
"""For each there is a decision table."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked for. ``yearly``: statements of a subject in a year, on average; ``negative``: the part of
    them that leaves a ground; ``unary``: the part of the checks that comes one by one."""

    name: str
    subjects: float
    checks_s: float
    statements_s: float
    years: float
    yearly: float
    negative: float = 0.1
    unary: float = 1.0

    @property
    def statements(self) -> float:
        """In all years."""
        return self.subjects * self.yearly * self.years


@dataclass(frozen=True, slots=True)
class Machine:
    """What one machine has; assumed. ``busy``: how much of a core may be used, so that queues stay short."""

    cores: int = 32
    memory_bytes: float = 256 * 2**30
    disk_bytes: float = 30e12
    network_bytes_s: float = 10e9 / 8
    busy: float = 0.6
    copies: int = 3
    """Of the store: a primary, a synchronous replica, and one more."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a load takes. Bytes of the store are of one copy."""

    load: Load
    writer_limit_s: float
    process_limit_s: float
    logs: int
    submit_cores: float
    check_cores: float
    check_network_s: float
    log_network_s: float
    store_bytes: float
    disk_bytes: float
    tables_bytes: float
    records_bytes: float
    parts: int
    map_bytes: float
    map_start_s: float
    map_busy: float
    index_made_s: float
    proof_hashes: float
    hashed_core_s: float
    signed_core_s: float
    processes_bytes: float
    reading_machines: int
    storing_machines: int


def writer_limit(costs: Costs, group: int = GROUP) -> float:
    """Statements a second that one writer commits in groups of a size, if it does nothing else."""
    return group / (costs.group_s.value + group * costs.each_s.value)


def needs(load: Load, machine: Machine, costs: Costs) -> Needs:
    """What the load takes."""
    submit_s = costs.submit_s.value
    process_limit_s = min(1 / submit_s, writer_limit(costs))
    logs = ceil(load.statements_s / (process_limit_s * machine.busy))
    store_bytes = load.subjects * costs.subject_bytes.value + load.statements * costs.statement_bytes.value
    tables_bytes = DOMAINS * load.subjects * costs.table_bytes.value
    grounds = load.years * load.yearly * load.negative
    records_bytes = load.subjects * (costs.record_bytes.value + grounds * costs.ground_bytes.value)
    check_cores = _check_cores(load, costs) / machine.busy
    network_s = load.checks_s * _mixed(load, costs.check_wire_bytes.value, costs.columns_wire_bytes.value)
    # A quarter of the memory is left for processes, connections and what is being made.
    parts = ceil((tables_bytes + records_bytes) / (0.75 * machine.memory_bytes))
    by_cores = ceil(check_cores / machine.cores)
    return Needs(
        load=load,
        writer_limit_s=writer_limit(costs),
        process_limit_s=process_limit_s,
        logs=logs,
        submit_cores=load.statements_s * submit_s / machine.busy,
        check_cores=check_cores,
        check_network_s=network_s,
        log_network_s=load.statements_s * costs.log_bytes.value * (machine.copies - 1),
        store_bytes=store_bytes,
        disk_bytes=store_bytes * machine.copies,
        tables_bytes=tables_bytes,
        records_bytes=records_bytes,
        parts=parts,
        map_bytes=load.subjects * costs.map_bytes.value / logs,
        map_busy=load.statements_s * costs.map_update_s.value / logs,
        map_start_s=load.subjects * costs.map_build_s.value / logs,
        index_made_s=(tables_bytes + records_bytes) * costs.index_byte_s.value / parts,
        proof_hashes=log2(max(2.0, load.statements / logs)),
        hashed_core_s=load.statements * costs.verify_hash_s.value,
        signed_core_s=load.statements * costs.verify_signature_s.value,
        processes_bytes=ceil(check_cores) * costs.process_bytes.value,
        reading_machines=max(parts, by_cores) * 2,
        storing_machines=max(machine.copies, ceil(store_bytes * machine.copies / machine.disk_bytes)),
    )


def _check_cores(load: Load, costs: Costs) -> float:
    return load.checks_s * _mixed(load, costs.check_s.value, costs.columns_s.value)


def _mixed(load: Load, one: float, among_many: float) -> float:
    return load.unary * one + (1 - load.unary) * among_many
