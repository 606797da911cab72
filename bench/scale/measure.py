"""The costs the model starts from, measured on real stores: ``python -m bench.scale.measure [STATEMENTS]``.

    grown     statements of a kilobyte, as departments submit most of, placed in groups of 1,024 by the
              writer: CPU and time, bytes of each table with its indexes, bytes of PostgreSQL's log
    groups    groups of one to 1,024 statements, each put to the writer and waited for: what a group costs by
              itself and what each statement adds, by least squares: the service time of the one writer
    writer    statements put to the writer's queue as a server does, two calls of 256 under way: what the
              simulation of the writer is held against
    index     bytes of the index by a subject known by a licence alone, and by each penalty more

PostgreSQL is started with its sync on, on the disk of temporary files.
"""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import count, islice
from pathlib import Path

import numpy as np

from bench.machine import machine, require_linux
from bench.population import Population, penalty, populate
from registry.commands.jobs import Answer, Placed
from registry.commands.submission import Submission
from registry.config import load_config
from registry.engine import Engine, start_engine
from registry.store.writer import Promise
from tests.support.postgres import NoPostgresError, PostgresServer, running_postgres

SUBJECTS, GROUP, STATEMENTS, QUEUED, AT_ONCE = 5000, 1024, 20_480, 8192, 256
SIZES, REPEATED = (1, 4, 16, 64, 256, 1024), 5
DISK = Path(__file__).resolve().parents[2] / "var"
DURABLE = {"fsync": "on", "full_page_writes": "on", "shared_buffers": "512MB", "max_wal_size": "8GB"}
_numbers = count(1)


def main() -> None:
    """Measures both engines, and prints."""
    require_linux()
    statements = int(sys.argv[1]) if sys.argv[1:] else STATEMENTS
    print(machine(), flush=True)
    DISK.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="scale-", dir=DISK) as directory:
        _sqlite(Path(directory, "sqlite"), statements)
        try:
            with running_postgres(**DURABLE) as server:
                _postgres(Path(directory, "postgres"), server, statements)
        except NoPostgresError as error:
            print(f"left out: PostgreSQL: {error}")


def _sqlite(directory: Path, statements: int) -> None:
    population = populate(directory, restricted=0, clear=SUBJECTS)
    index = _index_bytes(population)
    print(f"\nSQLite\nindex: {index / SUBJECTS:.0f} bytes a subject with a licence alone")
    file = population.config.store

    def sizes() -> dict[str, int]:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint")
            rows = connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall()
            of = dict(connection.execute("SELECT name, tbl_name FROM sqlite_master").fetchall())
        return _added(((of.get(name, name), size) for name, size in rows))

    _grown(population, statements, sizes)
    grown = (_index_bytes(population) - index) / statements
    print(f"index: {grown:.0f} bytes a penalty more")
    _writer(population)


def _postgres(directory: Path, server: PostgresServer, statements: int) -> None:
    population, url = populate(directory, restricted=0, clear=SUBJECTS), server.new_database()
    command = [sys.executable, "-m", "registry", "export", "--directory", str(directory), "--to", url]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    settings = directory / "registry.toml"
    settings.write_text(settings.read_text("utf-8").replace('"registry.db"', f'"{url}"'), "utf-8")
    config = load_config(directory)
    population = Population(directory, config, 0, SUBJECTS, population.authors)
    database = url.partition("?")[0].rpartition("/")[2]

    def sizes() -> dict[str, int]:
        rows = server.execute(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' "
            "AND relnamespace = 'public'::regnamespace",
            database=database,
        )
        (written,) = server.execute("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")[0]
        return {
            **{str(name): int(str(size)) for name, size in rows},
            "(log of the server)": int(str(written)),
        }

    print("\nPostgreSQL")
    _grown(population, statements, sizes)
    _writer(population)


def _grown(population: Population, statements: int, sizes: Callable[[], dict[str, int]]) -> None:
    before = sizes()
    held = sum(size for name, size in before.items() if not name.startswith("("))
    print(f"store: {held / SUBJECTS:.0f} bytes a subject known by a licence, its statement included")
    engine = start_engine(population.config)
    try:
        used, start, spent = time.process_time(), time.perf_counter(), 0.0
        for _ in range(statements // GROUP):
            group = _submissions(population, GROUP)
            begun = time.perf_counter()
            _waited(engine.writer.put(group))
            spent += time.perf_counter() - begun
        share = spent / (time.perf_counter() - start)
        cpu = (time.process_time() - used) * share / statements
        taken = spent / statements
        print(f"groups of {GROUP}: {taken * 1e6:.0f} µs a statement, {cpu * 1e6:.0f} µs of it CPU here")
        fixed, each = _line(engine, population)
        print(f"a group {fixed * 1e3:.2f} ms, and each statement {each * 1e6:.0f} µs", flush=True)
    finally:
        engine.close()
    statements += sum(SIZES) * REPEATED
    after = sizes()
    told = {name: (after[name] - before.get(name, 0)) / statements for name in after}
    print(f"bytes a statement: {sum(v for k, v in told.items() if not k.startswith('(')):.0f}")
    for name, size in sorted(told.items(), key=lambda each: -each[1]):
        if size >= 1:
            print(f"    {name:<24}{size:>8.0f}")


def _line(engine: Engine, population: Population) -> tuple[float, float]:
    """Seconds of a group by itself, and of each statement in it."""
    taken = []
    for size in SIZES:
        found = []
        for _ in range(REPEATED):
            group = _submissions(population, size)
            start = time.perf_counter()
            _waited(engine.writer.put(group))
            found.append(time.perf_counter() - start)
        taken.append(statistics.median(found))
    # Weighed by their inverse, so that the small groups tell the cost of a group.
    each, fixed = np.polyfit(SIZES, taken, 1, w=[1 / seconds for seconds in taken])
    return float(fixed), float(each)


def _writer(population: Population) -> None:
    engine = start_engine(population.config)
    jobs = iter(_submissions(population, QUEUED))
    try:
        start, under_way = time.perf_counter(), deque[Sequence[Promise[Answer]]]()
        while group := list(islice(jobs, AT_ONCE)):
            under_way.append(engine.writer.put(group))
            if len(under_way) == 2:
                _waited(under_way.popleft())
        for each in under_way:
            _waited(each)
        rate = QUEUED / (time.perf_counter() - start)
        print(f"writer: {rate:.0f} statements/s, 2 calls of {AT_ONCE} under way")
    finally:
        engine.close()


def _waited(promises: Sequence[Promise[Answer]]) -> None:
    for promise in promises:
        outcome = promise.result()
        assert isinstance(outcome, Placed), outcome


def _submissions(population: Population, number: int) -> list[Submission]:
    author = population.authors["市场监管"]
    return [
        author.submission(f"scale-{each}", penalty(author, each, about=each * 7919 % SUBJECTS))
        for each in islice(_numbers, number)
    ]


def _added(rows: Iterator[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, size in rows:
        found[name] = found.get(name, 0) + size
    return found


def _index_bytes(population: Population) -> int:
    """Of the generation of the index that is made now."""
    subprocess.run([sys.executable, "-m", "registry.indexing", str(population.directory)], check=True)
    newest = max((population.directory / "index").iterdir())
    return sum(path.stat().st_size for path in newest.iterdir())


if __name__ == "__main__":
    main()
