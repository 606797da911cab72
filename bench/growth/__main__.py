"""``python -m bench.growth``: see the package."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from bench.growth.files import files_measured
from bench.growth.printed import Grown, chart, table
from bench.growth.records import CLEAR, REAL
from bench.growth.serving import serving_measured
from bench.machine import bound_to, machine, require_linux, serving_cores
from bench.population import ORIGIN, Population, populate
from registry.access.identity import Caller, CallerRole

SIZES = (10_000, 100_000, 1_000_000)
DISK = Path(__file__).resolve().parents[2] / "var"


def main() -> None:
    """Measures the sizes named on the command line, the smallest first."""
    require_linux()
    sizes = sorted(int(word) for word in sys.argv[1:]) or list(SIZES)
    DISK.mkdir(exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="growth-", dir=DISK))
    try:
        print(machine(), flush=True)
        population = populate(directory / "registry", restricted=REAL, clear=CLEAR)
        asker = population.credential("asker", Caller(CallerRole.PROCUREMENT_SYSTEM, "asker", ORIGIN))
        found = [_grown(population, asker, firms) for firms in sizes]
        print("\n".join(["", *table(found), "", *chart(found)]))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _grown(population: Population, asker: Path, firms: int) -> Grown:
    with bound_to(serving_cores()):
        files = files_measured(population.config, firms)
    served = serving_measured(population.directory, asker, files.made)
    print(f"{firms:,}: made in {files.make_s:.0f} s, served after {served.start_s:.1f} s", flush=True)
    return Grown(firms, files, served)


if __name__ == "__main__":
    main()
