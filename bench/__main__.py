"""``make bench``: fills a registry, serves it, measures, prints the table."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.accountability import accountability_figures
from bench.bulk import bulk_figures
from bench.draws import draw_figures
from bench.gateway import gateway_figures
from bench.machine import machine, require_linux
from bench.map import map_figures
from bench.measure import (
    Figure,
    at_once_figures,
    batch_figures,
    batch_submit_figures,
    check_figures,
    submit_figures,
)
from bench.population import ORIGIN, Population, populate
from bench.proofs import proof_figures
from bench.running import running
from bench.server import AT_ONCE
from bench.simulation import simulation_figures
from bench.table import table_figures
from bench.verify import verify_figures
from registry.access.identity import Caller, CallerRole
from registry.engine import now_ms, start_engine
from registry.indexing.__main__ import make_generation

RESTRICTED, CLEAR = 100_000, 20_000
DISK = Path(__file__).resolve().parents[1] / "var"
"""The store lies on the disk of the repository, where a sync is a sync, and not in memory."""


def main() -> None:
    """Runs every measurement; exits 1 if a target is missed."""
    require_linux()
    DISK.mkdir(exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="bench-", dir=DISK)) / "registry"
    try:
        figures = list(_figures(directory))
    finally:
        shutil.rmtree(directory.parent, ignore_errors=True)
    sys.exit(1 if any(figure.met is False for figure in figures) else 0)


def _figures(directory: Path) -> Iterator[Figure]:
    print(machine(), flush=True)
    start = time.perf_counter()
    population = populate(directory, restricted=RESTRICTED, clear=CLEAR)
    took = time.perf_counter() - start
    print(f"{RESTRICTED} restricted subjects and {CLEAR} others put on record in {took:.0f} s", flush=True)
    print(_index_told(population), flush=True)
    asker = population.credential("asker", Caller(CallerRole.PROCUREMENT_SYSTEM, "asker", ORIGIN))
    author = population.credential("author", population.authors["市场监管"].caller())
    with running(directory) as server:
        print("| measured | ratio | target | met | absolute |\n|---|---|---|---|---|", flush=True)
        for figures in (
            check_figures(server, population, asker),
            batch_figures(server, population, asker),
            submit_figures(server, population, author),
            batch_submit_figures(server, population, author),
            simulation_figures(),
            proof_figures(),
            map_figures(directory.parent),
            table_figures(directory.parent),
            verify_figures(directory.parent),
            bulk_figures(directory.parent),
            draw_figures(directory.parent),
            accountability_figures(directory.parent / "accountability"),
            gateway_figures(server, population, asker),
        ):
            yield from map(_printed, figures)
    with running(directory, AT_ONCE) as server:
        yield from map(_printed, at_once_figures(server, population, asker))


def _index_told(population: Population) -> str:
    """How long a start takes without the index's base and with one, which is made here: the server that is
    measured would otherwise make it beside the measurement."""
    start = time.perf_counter()
    start_engine(population.config).close()
    whole = time.perf_counter() - start
    directory = make_generation(population.config, now=now_ms())
    made = time.perf_counter() - start - whole
    start = time.perf_counter()
    start_engine(population.config).close()
    size = sum(each.stat().st_size for each in directory.iterdir()) / (RESTRICTED + CLEAR)
    mapped = time.perf_counter() - start
    return (
        f"start {whole:.1f} s; index made in {made:.0f} s, {size:.0f} bytes a subject; start {mapped:.2f} s\n"
    )


def _printed(figure: Figure) -> Figure:
    print(_line(figure), flush=True)
    return figure


def _line(figure: Figure) -> str:
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    met = {None: "", True: "met", False: "**missed**"}[figure.met]
    return f"| {figure.name} | {ratio} | {figure.target} | {met} | {figure.absolute} |"


if __name__ == "__main__":
    main()
