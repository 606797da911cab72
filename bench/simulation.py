"""Simulation of a draft edition, and everything evaluated anew, in events a second on one core.

The population is fictional and made in memory: what the cases beside the edition put on record, each as its
subjects, admitted and folded statement by statement; and the same again under other codes and on other days,
with a licence alone for every other subject, until there are 200,000 events. Every measure, list and statute
is in it.

    switch      2026.1 against 2026.2: what law changed on 2026-04-01
    draft       a draft in which M-PRO-05 follows a list less and M-PRO-01 is shortened for earlier decisions
    evaluation  every ground of every subject under one edition
    slow way    every ground under two editions, whether they can differ or not

The target is 200,000 events a second of CPU time for each but the slow way.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files
from types import MappingProxyType

from bench.machine import bound_to, serving_cores
from bench.measure import Figure
from registry.domain.identifiers import uscc_check_character
from registry.domain.periods import Period
from registry.editions import CURRENT_LABEL, shipped_editions
from registry.sanctions.cases.rows import read_cases
from registry.sanctions.cases.scratch import ScratchLedger
from registry.sanctions.catalogue.edition import Edition, Measure
from registry.sanctions.ground import Ground, SubjectRecord
from registry.sanctions.simulation.comparison import Comparison, simulate
from registry.sanctions.simulation.holding import Holding
from registry.sanctions.simulation.touched import Touched

EVENTS, ROUNDS, TARGET = 200_000, 5, 200_000
DAY = date(2026, 11, 1)
_LATEST = 10**9
_dice = random.Random(20260401)


def simulation_figures() -> Iterator[Figure]:
    """The rates, each the median of five runs over the whole population."""
    editions = {edition.label: edition for edition in shipped_editions().values()}
    old, new = editions["2026.1"], editions[CURRENT_LABEL]
    draft, population = draft_of(new), records(new, EVENTS)
    switch = Comparison(old, new, day=DAY, position=_LATEST)
    drafted = Comparison(new, draft, day=DAY, position=_LATEST)
    slowly = Comparison(new, draft, day=DAY, position=_LATEST, thorough=True)
    yield _figure("Simulation, the switch of 2026-04-01", lambda: _changes(switch, population), population)
    yield _figure("Simulation, a draft of two measures", lambda: _changes(drafted, population), population)
    yield _figure("Re-evaluation under one edition", lambda: _in_force(new, population), population)
    yield _figure("Simulation the slow way", lambda: _changes(slowly, population), population, target=None)


def _changes(comparison: Comparison, population: Sequence[SubjectRecord]) -> str:
    parts = list(simulate(comparison, population))
    return f"{sum(count for part in parts for count in part.counts.values())} changes"


def _in_force(edition: Edition, population: Sequence[SubjectRecord]) -> str:
    holding, domains_of = Holding(edition, DAY), Touched(edition, edition, thorough=True).domains_of
    found = 0
    for record in population:
        for ground in record.grounds:
            if ground.known_at(_LATEST):
                found += len(holding.by(ground, domains_of(ground)))
    return f"{found} restrictions in force"


def _figure(
    name: str, run: Callable[[], str], population: Sequence[SubjectRecord], target: int | None = TARGET
) -> Figure:
    events, rates, told = sum(record.live_events for record in population), [], ""
    with bound_to(serving_cores()):
        for _ in range(ROUNDS):
            start = time.process_time()
            told = run()
            rates.append(events / (time.process_time() - start))
    rate = statistics.median(rates)
    absolute = f"{rate:.0f} events/s; {events} events of {len(population)} subjects, {told}"
    met = None if target is None else rate >= target
    return Figure(name, None, "" if target is None else f"≥ {target}/s", met, absolute)


def records(edition: Edition, events: int) -> list[SubjectRecord]:
    """Subjects with so many events, by their references."""
    patterns = _patterns(edition)
    found: list[SubjectRecord] = []
    while events > 0:
        number = len(found)
        pattern = patterns[number // 2 % len(patterns)] if number % 2 else SubjectRecord("", 1)
        ref, earlier = _code(number), timedelta(days=_dice.randrange(400))
        grounds = tuple(_moved(ground, ref, earlier) for ground in pattern.grounds)
        found.append(replace(pattern, ref=ref, grounds=grounds))
        events -= pattern.live_events
    return sorted(found, key=lambda record: record.ref)


def draft_of(edition: Edition) -> Edition:
    """The draft that is simulated."""
    ban, follows = edition.measures["M-PRO-01"][-1], edition.measures["M-PRO-05"][-1]
    shorter = replace(
        ban,
        effective_from=date(2026, 7, 1),
        for_earlier="if_lenient",
        term=replace(ban.term, max_months=12),
    )
    rows: Mapping[str, tuple[Measure, ...]] = {
        **edition.measures,
        ban.code: (replace(ban, effective_to=date(2026, 6, 30)), shorter),
        follows.code: (replace(follows, triggering_lists=follows.triggering_lists[1:]),),
    }
    return replace(edition, label="draft", hash="0" * 64, measures=MappingProxyType(dict(rows)))


def _patterns(edition: Edition) -> list[SubjectRecord]:
    """What the cases beside the edition put on record."""
    directory = files("registry.sanctions").joinpath("editions", edition.label, "cases")
    texts = {entry.name: entry.read_text("utf-8") for entry in directory.iterdir()}
    found = []
    for case in read_cases(texts, edition):
        ledger = ScratchLedger(edition)
        for step in case.steps:
            ledger.fold(step.statement, step.day)
        record = ledger.record(case.about)
        if record is not None:
            found.append(record)
    return found


def _moved(ground: Ground, ref: str, earlier: timedelta) -> Ground:
    last = ground.period.last
    period = Period(ground.period.first - earlier, None if last is None else last - earlier)
    return replace(ground, subject=ref, period=period)


def _code(number: int) -> str:
    body = f"91130902DEM{number:06d}"
    return body + uscc_check_character(body)
