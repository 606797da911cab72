"""The tables of docs/scale.md, 80 columns wide. What is asked for and what is assumed stands here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from bench.scale.costs import Costs, lines
from bench.scale.model import DOMAINS, YEAR_S, Load, Machine, Needs, needs
from bench.scale.simulation import Lag, Waits, checks, lag, writer

SUBJECTS, CHECKS_S, STATEMENTS_S, YEARS = 180e6, 100_000.0, 10_000.0, 15.0
PREFECTURE = Load("a prefecture", 1e6, 500.0, 50.0, YEARS, 5.0)
PROVINCE = Load("a province", 12e6, 7000.0, 700.0, YEARS, 5.0)
NATION = Load("the nation, at peak", SUBJECTS, CHECKS_S, STATEMENTS_S, YEARS, 5.0)
COLUMNS = Load("… nine in ten by columns", SUBJECTS, CHECKS_S, STATEMENTS_S, YEARS, 5.0, unary=0.1)
ALWAYS = Load(
    "10,000/s day and night", SUBJECTS, CHECKS_S, STATEMENTS_S, YEARS, STATEMENTS_S * YEAR_S / SUBJECTS, 0.01
)
LOADS = (PREFECTURE, PROVINCE, NATION, COLUMNS, ALWAYS)
_UNITS = ("PB", 1e15), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)


def model(costs: Costs, machine: Machine) -> Iterator[str]:
    """What each load takes."""
    found = [needs(load, machine, costs) for load in LOADS]
    for part in (found[:3], found[3:]):
        yield f"{'':<33}" + "".join(f"{_head(each):>15}" for each in part)
        for name, told in _ROWS:
            yield f"{name:<33}" + "".join(f"{told(each):>15}" for each in part)
        yield ""


def _head(each: Needs) -> str:
    return {
        PREFECTURE: "prefecture",
        PROVINCE: "province",
        NATION: "nation",
        COLUMNS: "nation, 9/10 c.",
        ALWAYS: "day and night",
    }[each.load]


_ROWS: Sequence[tuple[str, Callable[[Needs], str]]] = (
    ("subjects", lambda e: f"{e.load.subjects / 1e6:,.0f} M"),
    ("checks a second", lambda e: f"{e.load.checks_s:,.0f}"),
    ("statements a second", lambda e: f"{e.load.statements_s:,.0f}"),
    ("statements in 15 years", lambda e: f"{e.load.statements / 1e9:,.2f} G"),
    ("one process takes in at most", lambda e: f"{e.process_limit_s:,.0f}/s"),
    ("logs", lambda e: f"{e.logs:,}"),
    ("cores to take statements in", lambda e: f"{e.submit_cores:,.1f}"),
    ("cores to answer checks", lambda e: f"{e.check_cores:,.1f}"),
    ("… memory of their processes", lambda e: _bytes(e.processes_bytes)),
    ("network of answers", lambda e: f"{_bytes(e.check_network_s)}/s"),
    ("network to the other copies", lambda e: f"{_bytes(e.log_network_s)}/s"),
    ("store, one copy", lambda e: _bytes(e.store_bytes)),
    ("disk, three copies", lambda e: _bytes(e.disk_bytes)),
    (f"decision tables, {DOMAINS} domains", lambda e: _bytes(e.tables_bytes)),
    ("records of the index", lambda e: _bytes(e.records_bytes)),
    ("parts, so that all is in memory", lambda e: f"{e.parts:,}"),
    ("index made anew, each part", lambda e: f"{e.index_made_s / 3600:,.2g} h"),
    ("map in memory, each log", lambda e: _bytes(e.map_bytes)),
    ("… built at start", lambda e: f"{e.map_start_s:,.0f} s"),
    ("… updates, part of a core", lambda e: f"{e.map_busy:.2f}"),
    ("hashes of an inclusion proof", lambda e: f"{e.proof_hashes:,.0f}"),
    ("all hashes checked, core hours", lambda e: f"{e.hashed_core_s / 3600:,.0f}"),
    ("… and a signature each", lambda e: f"{e.signed_core_s / 3600:,.0f}"),
    ("machines that answer, twofold", lambda e: f"{e.reading_machines:,}"),
    ("machines that hold the store", lambda e: f"{e.storing_machines:,}"),
)


def writing(costs: Costs) -> Iterator[str]:
    """What a statement waits for at one process that takes in and writes, at parts of what it can."""
    group_s, each_s = costs.group_s.value, costs.submit_s.value
    limit = 1 / each_s
    yield f"{'statements/s to one process':<33}{'mean':>12}{'median':>12}{'99th':>12}"
    for rate in (50.0, 500.0, 0.6 * limit, 0.8 * limit, 0.95 * limit):
        yield f"{rate:<33,.0f}" + _waits(writer(rate, group_s=group_s, each_s=each_s))
    late = writer(STATEMENTS_S, group_s=group_s, each_s=each_s, count=int(STATEMENTS_S * 60))
    yield f"{f'{STATEMENTS_S:,.0f}, for one minute':<33}" + _waits(late)


def answering(costs: Costs) -> Iterator[str]:
    """What 100,000 checks a second wait for."""
    service_s = costs.check_s.value
    yield f"{'processes for 100,000 checks/s':<33}{'mean':>12}{'median':>12}{'99th':>12}{'busy':>9}"
    for servers in (45, 52, 70, 104):
        for shared, name in ((False, "a queue each"), (True, "one queue")):
            waits = checks(CHECKS_S, servers, service_s, shared=shared)
            busy = CHECKS_S * service_s / servers
            yield f"{f'{servers}, {name}':<33}{_waits(waits)}{busy:>9.2f}"


def lagging() -> Iterator[str]:
    """How long a process elsewhere does not know a position."""
    yield f"{'replica, asked for what was told':<33}{'median':>12}{'99th':>12}{'to the primary':>18}"
    for name, network_s, replay_s in (("same place", 0.0005, 0.003), ("another city", 0.015, 0.010)):
        for after in (0.0, 0.1, 1.0):
            found = lag(network_s=network_s, replay_s=replay_s, slow=0.01, asked_after_s=after)
            yield f"{f'{name}, {after:g} s after':<33}{_lag(found)}"


def document(costs: Costs, machine: Machine) -> dict[str, list[str]]:
    """Every table, by its name in the document."""
    return {
        "costs": lines(costs),
        "model": list(model(costs, machine)),
        "writing": list(writing(costs)),
        "answering": list(answering(costs)),
        "lagging": list(lagging()),
    }


def _bytes(value: float) -> str:
    unit, size = next((each for each in _UNITS if value >= each[1]), ("B", 1.0))
    return f"{value / size:.3g} {unit}" if value < 1000 * size else f"{value / size:,.0f} {unit}"


def written(text: str, tables: Mapping[str, Sequence[str]]) -> str:
    """A document with each table in the fenced block of its name. KeyError if there is none."""
    for name, told in tables.items():
        block = re.compile(rf"^```{name}$\n.*?^```$", re.MULTILINE | re.DOTALL)
        found = block.search(text)
        if found is None:
            raise KeyError(name)
        new = "\n".join([f"```{name}", *told]).rstrip() + "\n```"
        text = text[: found.start()] + new + text[found.end() :]
    return text


def _waits(waits: Waits) -> str:
    return "".join(f"{_time(each):>12}" for each in (waits.mean, waits.median, waits.p99))


def _lag(found: Lag) -> str:
    return f"{_time(found.median):>12}{_time(found.p99):>12}{found.fallen_back:>18.1%}"


def _time(seconds: float) -> str:
    return f"{seconds:,.3g} s" if seconds >= 1 else f"{seconds * 1e3:,.3g} ms"
