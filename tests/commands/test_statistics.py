"""Counts of disclosed restrictions: by month, without a walk at each question, never of what is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from threading import Event
from time import sleep
from typing import Any

import pytest

from registry.commands.published import Published
from registry.commands.published_counts import Counts
from registry.commands.statistics import Statistics, Tallied
from registry.domain.periods import china_day
from registry.errors import RegistryError
from registry.provenance.vault import is_person
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.published_tally import Moment, month_of, month_text
from registry.sanctions.record.entries import entries_of
from registry.sanctions.record.published import speaking
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from tests.support.events import (
    ban,
    erasure,
    fined,
    firm,
    list_entry,
    person,
    placed,
    repair,
    withdrawal,
)
from tests.support.history import write_rich_history
from tests.support.random_acts import write_random_acts
from tests.support.spine import TODAY, Spine, found_spine, furnish

GENERAL = pb.SEVERITY_GENERAL
PROCUREMENT = subject_pb2.DOMAIN_PROCUREMENT


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    founded = furnish(found_spine(tmp_path / "registry"))
    yield founded
    founded.engine.close()


def counting(spine: Spine, **more: Any) -> Statistics:
    ask = spine.engine.ask
    return Statistics(ask, Published(ask), **{"wait_s": 30.0, **more})


def told(tallied: Tallied, domain: int = PROCUREMENT, region: str = "") -> dict[str, tuple[int, int]]:
    """In force and begun by month, in a domain and a region."""
    return {
        month_text(month): (in_force, began)
        for month, key, in_force, began in tallied.months
        if key == (domain, region)
    }


def year(statistics: Statistics) -> Tallied:
    return statistics.between(month_of(date(2026, 1, 1)), month_of(date(2026, 12, 1)))


def fresh(spine: Spine) -> Counts:
    """Everything counted anew."""
    state = spine.engine.state
    position = state.index.position
    moment = Moment(position, TODAY, state.edition_at(position, TODAY))
    counts = Counts(state, Published(spine.engine.ask), moment)
    counts.count(lambda _s: None)
    return counts


def test_ban_counts_from_the_month_it_began_to_the_last_whose_end_it_reaches(spine: Spine) -> None:
    placed(spine.say("财政", event=ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2027-03-01")))
    scope = subject_pb2.Scope(region="130902")
    local = ban("住建", firm(1), "M-BID-01", "2025-09-15", "2026-09-15", scope=scope)
    placed(spine.say("住建", event=local))
    placed(spine.say("财政", event=ban("财政", person(1), "M-PRO-03", "2026-03-01", capacity=7)))
    found = year(counting(spine))
    months = [f"2026-{month:02}" for month in range(3, 12)]
    assert told(found) == {month: (1, int(month == "2026-03")) for month in months}
    in_region = told(found, subject_pb2.DOMAIN_BIDDING, "130902")
    assert in_region == {f"2026-{month:02}": (1, 0) for month in range(1, 9)}
    assert (found.organisations, found.moment.position) == (1, spine.position)


def test_what_is_hidden_counts_nowhere_and_what_is_repaired_up_to_its_repair(spine: Spine) -> None:
    statistics = counting(spine)
    wages = list_entry("人社", firm(2), "L-04", "2025-03-01", "2028-02-29")
    placed(spine.say("人社", "wages", event=wages))
    placed(spine.say("财政", "wrong", event=ban("财政", firm(3), "M-PRO-01", "2026-03-01", "2028-03-01")))
    placed(spine.say("住建", event=fined("住建", firm(4), "2024-03-01", "250", severity=GENERAL)))
    before = told(year(statistics))
    assert before["2026-11"][0] == 2, "the list and the ban, not what follows from a fine that is not shown"
    placed(spine.say("人社", repair=repair("人社", "wages", "2026-05-01")))
    placed(spine.say("财政", withdrawal=withdrawal("财政", "wrong")))
    after = year(statistics)
    assert told(after) == {f"2026-{month:02}": (1, 0) for month in range(1, 5)}
    assert (after.organisations, after.moment.position) == (0, spine.position)


def test_question_looks_at_changed_records_alone(spine: Spine, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 9):
        event = ban("财政", firm(number), "M-PRO-01", "2026-03-01", "2028-03-01")
        placed(spine.say("财政", event=event))
    statistics = counting(spine)
    assert year(statistics).organisations == 8
    monkeypatch.setattr(spine.engine.state.index, "records", lambda: pytest.fail("walked over everything"))
    placed(spine.say("财政", event=ban("财政", firm(9), "M-PRO-01", "2026-03-01", "2028-03-01")))
    assert year(statistics).organisations == 9


def test_next_day_is_counted_beside_and_until_then_the_day_before_is_told(spine: Spine) -> None:
    now_s = [0.0]
    statistics = counting(spine, steady=lambda: now_s[0])
    placed(spine.say("财政", "one", event=ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2027-03-01")))
    year(statistics)
    spine.clock.move_to(TODAY + timedelta(days=10))
    placed(spine.say("财政", withdrawal=withdrawal("财政", "one")))
    found = year(statistics)
    assert found.moment.day == TODAY, "it was counted lately"
    assert china_day(found.valid_ms) == TODAY
    assert found.organisations == 0, "what was withdrawn is gone all the same"
    now_s[0] = 100.0
    year(statistics)
    until(lambda: year(statistics).moment.day == TODAY + timedelta(days=10))
    assert told(year(statistics)) == {}


def test_erased_statement_is_taken_out_of_the_counts(spine: Spine) -> None:
    now_s = [0.0]
    statistics = counting(spine, steady=lambda: now_s[0])
    placed(spine.say("财政", "gone", event=ban("财政", firm(1), "M-PRO-01", "2025-03-01", "2026-05-01")))
    placed(spine.say("财政", event=ban("财政", firm(2), "M-PRO-01", "2026-03-01", "2028-03-01")))
    assert told(year(statistics))["2026-03"] == (2, 1)
    placed(spine.say("信用办", erasure=erasure("财政", "gone", by="信用办")))
    now_s[0] = 100.0
    until(lambda: told(year(statistics))["2026-03"] == (1, 1))


def test_counts_that_lost_something_to_an_erasure_stay_unsound_however_far_they_follow(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed(spine.say("财政", "gone", event=ban("财政", firm(1), "M-PRO-01", "2025-03-01", "2026-05-01")))
    counts = fresh(spine)
    monkeypatch.setattr("registry.commands.published_counts.WINDOW", 1)
    placed(spine.say("信用办", erasure=erasure("财政", "gone", by="信用办")))
    for number in (2, 3):
        event = ban("财政", firm(number), "M-PRO-01", "2026-03-01", "2028-03-01")
        placed(spine.say("财政", event=event))
    while counts.behind:
        counts.follow()
    assert not counts.sound


def test_counts_that_are_not_there_in_time_are_an_error_that_passes(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, goes_on = spine.engine.state.index, Event()
    records = index.records

    def held() -> Iterator[SubjectRecord]:
        goes_on.wait(30)
        return records()

    monkeypatch.setattr(index, "records", held)
    statistics = counting(spine, wait_s=0.0)
    with pytest.raises(RegistryError) as refused:
        year(statistics)
    assert [fault.name for fault in refused.value.faults] == ["OVERLOADED"]
    goes_on.set()
    until(lambda: answers(statistics))


# --- against the long way -------------------------------------------------------------------------


def published_days(spine: Spine, ref: str, moment: Moment) -> dict[int, Any]:
    """The days on which each statement about an organisation is shown, by opening every one."""
    published = Published(spine.engine.ask)
    record = spine.engine.state.index.get(ref)
    assert record is not None
    entries = entries_of(
        published._statements([ref], moment.position),
        {ref: record},
        position=moment.position,
        edition=moment.edition,
        day=moment.day,
    )
    return {
        entry.position: entry.disclosure.term
        for entry in entries
        if entry.is_kept and entry.disclosure.public and entry.grounds
    }


def indexed_days(spine: Spine, ref: str, moment: Moment) -> dict[int, Any]:
    """The same by what the index holds."""
    published = Published(spine.engine.ask)
    record = spine.engine.state.index.get(ref)
    assert record is not None
    found = {at: published.days_of(at, record, moment) for at in speaking(record, moment.position)}
    return {at: days for at, days in found.items() if days is not None}


@pytest.mark.parametrize("seed", range(2))
def test_index_tells_the_days_that_the_opened_statements_tell(spine: Spine, seed: int) -> None:
    chance = Random(seed)
    write_random_acts(spine, chance, 150)
    state = spine.engine.state
    refs = [record.ref for record in state.index.records() if record.grounds and not is_person(record.ref)]
    assert refs
    compared = 0
    for position in sorted({*chance.sample(range(spine.position), 4), spine.position}):
        for day in (TODAY, date(2026, 6, 1), date(2027, 3, 2)):
            moment = Moment(position, day, state.edition_at(position, day))
            for ref in refs:
                long_way = published_days(spine, ref, moment)
                assert indexed_days(spine, ref, moment) == long_way, (seed, position, day, ref)
                compared += len(long_way)
    assert compared


def test_index_tells_the_days_of_every_kind_of_statement(spine: Spine) -> None:
    write_rich_history(spine)
    state, day = spine.engine.state, TODAY
    moment = Moment(state.index.position, day, state.edition_at(state.index.position, day))
    refs = [record.ref for record in state.index.records() if record.grounds and not is_person(record.ref)]
    for ref in refs:
        assert indexed_days(spine, ref, moment) == published_days(spine, ref, moment), ref


@pytest.mark.parametrize("seed", range(2))
def test_counts_that_are_kept_up_are_those_that_are_made_anew(spine: Spine, seed: int) -> None:
    kept = fresh(spine)
    write_random_acts(spine, Random(seed), 120)
    for number in range(5):
        event = ban("财政", firm(number), "M-PRO-01", "2026-03-01", "2028-03-01")
        placed(spine.say("财政", f"b-{number}", event=event))
    placed(spine.say("财政", withdrawal=withdrawal("财政", "b-3")))
    kept.follow()
    assert (kept.behind, kept.sound) == (0, True)
    anew = fresh(spine)
    first, last = month_of(date(2024, 1, 1)), month_of(TODAY)
    assert list(kept.tally.rows(first, last)) == list(anew.tally.rows(first, last))
    assert kept.tally.organisations == anew.tally.organisations > 0


def answers(statistics: Statistics) -> bool:
    try:
        return year(statistics).organisations == 0
    except RegistryError:
        return False


def until(done: Any, tries: int = 200) -> None:
    """Waits until something is so that a thread brings about."""
    for _ in range(tries):
        if done():
            return
        sleep(0.02)
    pytest.fail("it did not come about")
