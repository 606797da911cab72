"""The verifiable map: updates, proofs, and how far its states lag behind a log that is written to.

    updates   a million subjects in a store; groups of 4,096 changes of subjects drawn at random are planned
              and taken over, as the mapper does it; what the writer's thread is then asked to write is apart
    proofs    of as many subjects again, half of them absent: made from the store, and checked
    lag       statements placed as fast as one process can, two calls of 256 under way, while somebody needs
              a state of the latest position again and again: from asking until there is one, where there was
              none yet; what waits for the writer is waited for too

Rates are of CPU time on one core; the lag is by the clock.
"""

from __future__ import annotations

import random
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from threading import Event, Thread

from bench.machine import bound_to, serving_cores
from bench.measure import Figure
from bench.population import Population, penalty, populate
from registry.commands.jobs import Answer
from registry.commands.submission import Submission
from registry.engine import start_engine
from registry.provenance.map_entry import MapEntry
from registry.provenance.map_proof import verify_absent, verify_present
from registry.provenance.map_tree import MapTree, Proven
from registry.store.interface import Group, Store
from registry.store.opening import create_store
from registry.store.writer import Promise
from registry.upkeep.mapper import Mapper

SUBJECTS, GROUP, GROUPS, PROOFS = 1_000_000, 4096, 12, 4000
TARGET = 20_000
PLACED, AT_ONCE, UNDER_WAY = 20_000, 256, 2
PATIENCE_S = 60.0
_dice = random.Random(20260401)


def map_figures(disk: Path) -> Iterator[Figure]:
    """All of it, in new directories on a disk."""
    store = create_store(disk / "map.db")
    try:
        with bound_to(serving_cores()):
            yield from _tree_figures(store)
    finally:
        store.close()
    yield from _lag_figures(populate(disk / "lag", restricted=0, clear=100))


def _tree_figures(store: Store) -> Iterator[Figure]:
    keys = sorted(_dice.randbytes(32) for _ in range(SUBJECTS))
    for first in range(0, SUBJECTS, 100_000):
        store.commit(Group(map_entries=[_entry(key, 1) for key in keys[first : first + 100_000]]))
    start = time.process_time()
    tree = MapTree(store.map_buckets())
    built = time.process_time() - start
    yield Figure("Map, built from 1 M entries", None, "", None, f"{built:.1f} s of CPU")
    yield _update_figure(store, tree, keys)
    yield from _proof_figures(tree, keys)


def _update_figure(store: Store, tree: MapTree, keys: Sequence[bytes]) -> Figure:
    planned, written = [], []
    for count in range(2, 2 + GROUPS):
        changes = [_entry(_dice.choice(keys), count) for _ in range(GROUP)]
        start = time.process_time()
        update = tree.plan(changes)
        between = time.process_time()
        store.commit(Group(map_entries=list(update.entries)))
        after = time.process_time()
        tree.apply(update)
        planned.append(time.process_time() - after + between - start)
        written.append(after - between)
    rate, writing = GROUP / statistics.median(planned), statistics.median(written) / GROUP * 1e6
    told = f"{rate:.0f}/s in groups of {GROUP}; and {writing:.0f} µs each to write them"
    return Figure("Map, updates of 1 M subjects", None, f"≥ {TARGET}/s", rate >= TARGET, told)


def _proof_figures(tree: MapTree, keys: Sequence[bytes]) -> Iterator[Figure]:
    asked = [_dice.choice(keys) if turn % 2 else _dice.randbytes(32) for turn in range(PROOFS)]
    made: list[Proven] = []
    rate = _rate(lambda: made.extend(map(tree.prove, asked)))
    steps = statistics.mean(len(proven.proof.siblings) for proven in made)
    yield Figure("Map, proofs made", None, "", None, f"{rate:.0f}/s, one by one; {steps:.1f} hashes each")
    rate = _rate(lambda: _check(tree.root, asked, made))
    yield Figure("Map, proofs checked", None, "", None, f"{rate:.0f}/s")


def _check(root: bytes, keys: Sequence[bytes], made: Sequence[Proven]) -> None:
    for key, proven in zip(keys, made, strict=True):
        if proven.entry is None:
            verify_absent(root, key, proven.proof)
        else:
            verify_present(root, *proven.entry, proven.proof)


def _rate(run: Callable[[], None]) -> float:
    start = time.process_time()
    run()
    return PROOFS / (time.process_time() - start)


def _entry(key: bytes, count: int) -> MapEntry:
    return MapEntry(key, count, _dice.randbytes(32))


def _lag_figures(population: Population) -> Iterator[Figure]:
    alone, _ = _load(population, "alone", mapped=False)
    rate, lags = _load(population, "mapped", mapped=True)
    told = (
        f"{statistics.median(lags) * 1e3:.0f} ms, at most {max(lags) * 1e3:.0f} ms, of {len(lags)} states; "
        f"{rate:.0f} statements/s placed beside it, {alone:.0f}/s without a map"
    )
    yield Figure("Map, lag of a state under load", rate / alone, "", None, told)


def _load(population: Population, run: str, *, mapped: bool) -> tuple[float, list[float]]:
    """Statements placed in a second, and how long each wait for a state took."""
    jobs = list(_submissions(population, run))
    engine = start_engine(population.config)
    mapper = Mapper(engine.state, engine.writer, interval_s=10.0)
    over, lags = Event(), list[float]()

    def ask() -> None:
        last = mapper.require(0, PATIENCE_S)
        while not over.is_set():
            start = time.perf_counter()
            state = mapper.require(engine.state.size - 1, PATIENCE_S)
            if state == last:
                over.wait(0.005)
            else:
                lags.append(time.perf_counter() - start)
            last = state

    asking = Thread(target=ask)
    try:
        if mapped:
            mapper.start()
            mapper.require(engine.state.size - 1, PATIENCE_S)
            asking.start()
        start = time.perf_counter()
        left, under_way = iter(jobs), deque[Promise[Answer]]()
        while group := list(islice(left, AT_ONCE)):
            under_way.append(engine.writer.put(group)[-1])  # A call's promises are kept together.
            if len(under_way) == UNDER_WAY:
                under_way.popleft().result()
        for promise in under_way:
            promise.result()
        took = time.perf_counter() - start
        over.set()
        if mapped:
            asking.join()
    finally:
        mapper.close()
        engine.close()
    return PLACED / took, lags


def _submissions(population: Population, run: str) -> Iterator[Submission]:
    author = population.authors["市场监管"]
    for number in range(PLACED):
        about = _dice.randrange(900_000)
        yield author.submission(f"map-{run}-{number}", penalty(author, number, about=about))
