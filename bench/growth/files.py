"""The files of one size: made, opened and asked without a server."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from bench.growth.records import drawn, multiplied, restricted
from bench.population import today
from registry.commands.state import RegistryState
from registry.config import Config
from registry.domain.verdict_table import VerdictTable
from registry.editions import shipped_editions
from registry.engine import now_ms
from registry.indexing.below import NothingBelow
from registry.indexing.generation import RECORDS, Generation, table_name
from registry.indexing.generations import Generations
from registry.provenance.vault import Vault
from registry.sanctions.ground import SubjectRecord
from registry.store.opening import open_for_reading
from registry.v1.subject_pb2 import DOMAIN_PROCUREMENT

BATCH, QUESTIONS, SINGLE, RECORDS_READ, ROUNDS = 1000, 200, 20_000, 5000, 3
SAMPLE = 100_000
"""Records that are made only to see how long that takes."""
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class FilesMeasured:
    """How many firms were made beside the real ones; seconds, of CPU but for opening; and bytes a firm: of
    its record, its place in one domain's table, of all files."""

    made: int
    make_s: float
    record_bytes: float
    table_bytes: float
    all_bytes: float
    mapped_s: float
    checked_s: float
    one_s: float
    many_s: float
    record_s: float


def files_measured(config: Config, firms: int) -> FilesMeasured:
    """Makes the generation of a size in the place of any other, and asks it."""
    store = open_for_reading(config.location)
    try:
        vault = Vault(config.vault_key.read_bytes())
        state = RegistryState(store, vault, shipped_editions(), NothingBelow)
        generations = Generations.of(config)
        generations.drop()
        make_s, made = _made(generations, state, firms)
        checked_s, _ = _timed(lambda: _opened(generations, state, checked=True))
        mapped_s, generation = _timed(lambda: _opened(generations, state, checked=False))
        sizes = {path.name: path.stat().st_size / firms for path in generation.directory.iterdir()}
        files = (sizes[RECORDS], sizes[table_name(DOMAIN_PROCUREMENT)], sum(sizes.values()))
        return FilesMeasured(made, make_s, *files, mapped_s, checked_s, *_looked_up(generation, made))
    finally:
        store.close()


def _made(generations: Generations, state: RegistryState, firms: int) -> tuple[float, int]:
    """How long it took, and how many firms were made beside the real ones."""
    real = list(state.store.subjects(state.measure))
    patterns = [record for record in real if restricted(record)]
    count = firms - len(patterns)
    sample = min(count, SAMPLE)
    before, _ = _timed(lambda: sum(1 for _ in multiplied(patterns, sample)), time.process_time)
    records = chain(real, multiplied(patterns, count))
    took, _ = _timed(lambda: generations.make(state, records, now_ms=now_ms()), time.process_time)
    return took - before / sample * count, count


def _opened(generations: Generations, state: RegistryState, *, checked: bool) -> Generation:
    found = generations.newest(state, checked=checked)
    assert found is not None
    return found


def _looked_up(generation: Generation, made: int) -> tuple[float, float, float]:
    """Seconds of a code in the table alone, of one among 1,000, and of a record."""
    content = generation.table(DOMAIN_PROCUREMENT)
    assert content is not None
    table, day = VerdictTable(content), today()
    codes = [code.encode() for code in drawn(made, SINGLE)]
    asked = ["".join(drawn(made, BATCH)).encode() for _ in range(QUESTIONS)]
    many_s = _median(lambda: [table.check(each, day, 0) for each in asked]) / QUESTIONS / BATCH
    one_s = _median(lambda: [table.one(code, day) for code in codes]) / SINGLE
    refs = drawn(made, RECORDS_READ)
    records_s, _ = _timed(lambda: _read(generation, refs), time.thread_time)
    return one_s, many_s, records_s / RECORDS_READ


def _read(generation: Generation, refs: Sequence[str]) -> list[SubjectRecord]:
    found = [record for ref in refs if (record := generation.get(ref)) is not None]
    assert len(found) == len(refs), "bench: records are missing"
    return found


def _median(run: Callable[[], object]) -> float:
    return statistics.median(_timed(run, time.thread_time)[0] for _ in range(ROUNDS))


def _timed(
    run: Callable[[], _Answer], clock: Callable[[], float] = time.perf_counter
) -> tuple[float, _Answer]:
    start = clock()
    answer = run()
    return clock() - start, answer
