"""The engine of an installation under load, as a process of its own: what the faults of the disk befall.

    python -m torture.disk.loaded SITE SEED --today 2026-11-26 [--brief] [--batches] [--upkeep]

Says ``ready`` when its clients begin, and ends when its standard input ends, or by
being killed. What its clients are told stands in ``SITE/told``. Status 3: the engine did not start, and why.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from random import Random

from registry.engine import StartError, start_engine
from registry.store import sqlite
from torture.book import Book
from torture.load import Client, Load
from torture.reach import Batching, Within
from torture.site import Site
from torture.statements import Statements

CLIENTS = 3
NOT_STARTED = 3


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("site", type=Path)
    parser.add_argument("seed", type=int)
    parser.add_argument("--today", type=date.fromisoformat, required=True)
    parser.add_argument("--brief", action="store_true")
    parser.add_argument("--batches", action="store_true", help="several statements under one signature")
    parser.add_argument("--upkeep", action="store_true", help="runs what runs beside the answers as well")
    parser.add_argument("--first", type=int, default=1, help="the number of the first client")
    parser.add_argument("--checkpoint", type=int, default=0, help="pages after which the log is copied back")
    given = parser.parse_args()
    if given.checkpoint:
        sqlite.WRITER_PRAGMAS = (*sqlite.WRITER_PRAGMAS, f"wal_autocheckpoint={given.checkpoint}")
    site, chance = Site(given.site), Random(given.seed)
    try:
        engine = start_engine(site.config)
    except StartError as error:
        print(error, flush=True)
        return NOT_STARTED
    with closing(engine):
        if given.upkeep:
            engine.upkeep.start()
        registry = Batching(engine, site) if given.batches else Within(engine)
        statements, book = Statements(site, given.today, given.brief), Book(site.told)
        clients = [
            Client(given.first + each, registry, statements, book, Random(chance.random()))
            for each in range(CLIENTS)
        ]
        load = Load(clients)
        load.start()
        print("ready", flush=True)
        sys.stdin.read()
        load.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
